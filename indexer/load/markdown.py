"""Markdown files: YAML front matter for the metadata, the rest as the plain text that a reader sees."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.errors import NotAnArticle
from indexer.load.encoding import decode
from indexer.load.identity import article_id
from indexer.load.language import detect_language
from indexer.load.layout import Part, lay_out
from indexer.load.stated import BadField, read_stated
from indexer.records import Article, canonical_text

if TYPE_CHECKING:
    from markdown_it.token import Token

_KEY = re.compile(r"\s*[\w-]+\s*:(?:\s|$)")
_TAG = re.compile(
    r"<!--.*?(?:-->|\Z)|<(?:script|style)\b.*?(?:</(?:script|style)>|\Z)|</?[A-Za-z!?][^>]*>", re.S | re.I
)
_NULL = {"~", "null", "Null", "NULL"}


def load(path: Path, name: str) -> Iterator[Article | NotAnArticle]:
    """The one article that the file is, after an error for each field of its front matter that cannot be used.

    Raises:
        NotAnArticle: the file is no text or holds none, or its front matter cannot be read.
    """
    source = canonical_text(decode(path.read_bytes(), name))
    front, body = _split(source, name)
    try:
        stated = read_stated(front)
    except BadField as error:
        raise NotAnArticle(f"{name} line {_line_of(error.key, source)}: front matter {error}") from error
    title, parts = _with_title(parts_of(body), stated.title)
    text, blocks = lay_out(parts)
    if not text:
        raise NotAnArticle(f"{name} holds no text. Remove it, or write its text under the front matter")
    for problem in stated.problems:
        yield NotAnArticle(
            f"{name} line {_line_of(problem.key, source)}: front matter {problem}. The article is indexed without it"
        )
    provenance = stated.provenance("front matter")
    if title and not stated.title:
        provenance["title"] = "first heading"
    language = stated.language or detect_language(text)
    if language and not stated.language:
        provenance["language"] = "detected"
    yield Article(
        id=article_id(name, explicit=stated.id, url=stated.url),
        text=text,
        blocks=blocks,
        title=title,
        authors=stated.authors,
        publisher=stated.publisher,
        published=stated.published,
        url=stated.url,
        language=language,
        original=stated.original,
        provenance=provenance,
    )


def _split(source: str, name: str) -> tuple[Mapping[str, object], str]:
    """The front matter's fields and the body. A line of dashes that opens no fields is a rule in the text."""
    import yaml
    from frontmatter.default_handlers import YAMLHandler

    handler = YAMLHandler()
    if not handler.detect(source):
        return {}, source
    follows = source.split("\n", 1)[1:]
    opens_fields = bool(follows and _KEY.match(follows[0].lstrip("\n")))
    try:
        front, body = handler.split(source)
    except ValueError as error:  # there is no second line of dashes
        if not opens_fields:
            return {}, source
        raise NotAnArticle(f"{name} line 1: front matter is opened and never closed. Put '---' under it") from error
    try:
        # Every scalar stays the text it is: YAML's own types make 2015-10-02 a date, 007 a 7 and "no" a False.
        fields = handler.load(front, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        if not opens_fields:
            return {}, source
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise NotAnArticle(
            f"{name} line {line}: front matter is no YAML ({getattr(error, 'problem', None) or error}). "
            f"Write 'field: value' lines; quote a value that holds ': '"
        ) from error
    if isinstance(fields, dict):
        return {str(key): None if _is_null(value) else value for key, value in fields.items()}, body
    if not front.strip():
        return {}, body
    return {}, source


def _is_null(value: object) -> bool:
    return isinstance(value, str) and value in _NULL


def _line_of(key: str, source: str) -> int:
    for number, line in enumerate(source.split("\n"), 1):
        if line.strip().strip("\"'").startswith(key):
            return number
    return 1


def parts_of(body: str) -> list[Part]:
    """The body's blocks as plain text: markup, addresses of links, images and comments gone."""
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(body)
    parts = []
    row: list[str] = []
    for position, token in enumerate(tokens):
        if token.type == "inline":
            before = tokens[position - 1]
            if before.type in {"th_open", "td_open"}:
                row.append(" ".join(_inline(token.children or []).split()))
            elif before.type == "heading_open":
                parts.append(Part("heading", " ".join(_inline(token.children or []).split()), level=int(before.tag[1])))
            else:
                parts.append(Part("paragraph", _inline(token.children or [])))
        elif token.type == "tr_close":
            parts.append(Part("paragraph", " | ".join(row)))
            row = []
        elif token.type in {"fence", "code_block"}:
            parts.append(Part("paragraph", token.content))
        elif token.type == "html_block":
            parts.append(Part("paragraph", html.unescape(_TAG.sub(" ", token.content))))
    return [part for part in parts if canonical_text(part.text).strip()]


def _inline(tokens: Sequence[Token]) -> str:
    pieces = []
    for token in tokens:
        if token.type in {"text", "code_inline", "text_special"}:
            pieces.append(token.content)
        elif token.type == "softbreak":
            pieces.append(" ")
        elif token.type == "hardbreak" or (token.type == "html_inline" and token.content.lower().startswith("<br")):
            pieces.append("\n")
    return "".join(pieces)


def _with_title(parts: list[Part], stated: str | None) -> tuple[str | None, list[Part]]:
    """The title, and the parts with its place in them marked: the first heading, where that is one of level 1."""
    first = next((i for i, part in enumerate(parts) if part.kind == "heading"), None)
    if first is None or parts[first].level != 1:
        return stated, parts
    heading = canonical_text(parts[first].text).strip()
    if stated is not None and stated.casefold() != heading.casefold():
        return stated, parts
    marked = replace(parts[first], kind="title", level=0)
    return stated or heading, [*parts[:first], marked, *parts[first + 1 :]]
