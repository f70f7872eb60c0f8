"""A file's articles and its refusals, whatever happens while it is read: a run over a thousand files goes on.

Also the ids that they get where they are put under a prefix.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from indexer.errors import NotAnArticle
from indexer.load.files import load_file
from indexer.records import Article

# What a parsing library's own mistakes look like when a file surprises it; ``load_file`` lets them through, as they may
# be ours. The refusal names the type, so that it is not hidden.
_MISTAKES = (AttributeError, TypeError, AssertionError, ArithmeticError, RecursionError, MemoryError)


def articles_and_refusals(path: Path, name: str) -> Iterator[Article | NotAnArticle]:
    """What ``load_file`` gives; where it raises that the file cannot be used, that is the last item."""
    try:
        yield from load_file(path, name)
    except NotAnArticle as error:
        yield error
    except _MISTAKES as error:
        what = " ".join(str(error).split())
        yield NotAnArticle(
            f"{name} cannot be read: its loader failed with {type(error).__name__} ({what}). Save it in another "
            "format, and report the file"
        )


def under_prefix(article: Article, name: str, prefix: str) -> Article:
    """The article with the prefix before an id that comes from its file's name; other ids are its own."""
    if not prefix or not (article.id == name or article.id.startswith((f"{name}/", f"{name}#"))):
        return article
    return replace(article, id=f"{prefix}/{article.id}")
