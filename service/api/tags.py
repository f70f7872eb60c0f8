"""Entity tags: what a response is the same as, and whether whoever asks has it already."""

from __future__ import annotations

from indexer.standing import Standing
from indexer.stored import StoredArticle


def tag_of(article: StoredArticle | Standing) -> str:
    """Names an article and what is stated of it: another as soon as its text or any of that changes."""
    return f"{article.edition}.{article.statement[:16]}"


def has(if_none_match: list[str], tag: str) -> bool:
    """Whether the client has what this tag names. Source: RFC 9110, section 13.1.2 (weak comparison)."""
    return not weakly(named_in(if_none_match)).isdisjoint({"*", f'"{tag}"'})


def named_in(lines: list[str]) -> set[str]:
    """The tags that a header of these lines names, as they stand there."""
    return {tag.strip() for line in lines for tag in line.split(",")}


def weakly(tags: set[str]) -> set[str]:
    """The tags as the weak comparison takes them, which a proxy that compresses responses has made weak."""
    return {tag.removeprefix("W/") for tag in tags}
