"""Articles from web pages, saved as files or met inside feeds and books.

``blocks`` reads the page's text, ``body`` finds the article in it, ``boilerplate`` what is not
the article's own, ``html_metadata`` who wrote it and when.
"""

from __future__ import annotations

import codecs
import contextlib
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from lxml.html import HtmlElement

from indexer.errors import NotAnArticle
from indexer.load.encoding import decode
from indexer.load.html.blocks import HtmlBlock, blocks_of, parse_page
from indexer.load.html.body import article_blocks, short_article
from indexer.load.html.boilerplate import mark_boilerplate
from indexer.load.html.metadata import read_metadata
from indexer.load.identity import article_id
from indexer.load.language import detect_language
from indexer.load.layout import Part, lay_out
from indexer.records import Article, Block

_DECLARED = re.compile(
    rb"""<(?:meta\b[^>]*?\bcharset|\?xml\b[^>]*?\bencoding)\s*=\s*["']?\s*([\w:.-]+)""", re.IGNORECASE
)
_HEAD = 4096  # bytes in which browsers, too, expect the declaration
# Servers' templates declare Latin-1 whatever they serve, and mean Windows-1252, which has quotation marks.
_DEFAULT = "cp1252"
_MEAN_DEFAULT = {"iso8859-1", "ascii", "cp1252"}
_LEGACY = (
    *("cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "koi8_r", "iso8859_2"),
    *("euc_jp", "cp932", "gb18030", "big5", "cp949"),
)
_SAMPLE = 200_000  # bytes
_MARKUP = re.compile(rb"<(script|style)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>", re.IGNORECASE | re.DOTALL)
_TELLING = 500  # characters from which the text's own language is surer than what the site's template states
_KIN = ({"no", "nb", "nn", "da"}, {"id", "ms"}, {"hr", "bs", "sr"}, {"cs", "sk"}, {"gl", "pt"})


def load(path: Path, name: str) -> Iterator[Article | NotAnArticle]:
    """The one article of the page at ``path``; ``name`` is its path within the indexed folder.

    Raises:
        NotAnArticle: the file is empty, is no text, or holds no article.
    """
    yield article_from_html(decode_html(path.read_bytes(), name), name)


def decode_html(raw: bytes, name: str) -> str:
    """The page's source: as UTF-8 when it is that, else as it declares, else in the encoding that fits its text.

    Raises:
        NotAnArticle: the bytes are no text.
    """
    utf8 = codecs.getincrementaldecoder("utf-8")()
    with contextlib.suppress(UnicodeDecodeError):
        utf8.decode(raw)
        # A download that was cut short may end within a character, of which these are the first bytes.
        return decode(raw[: len(raw) - len(utf8.getstate()[0])], name)
    if b"\0" in raw:
        return decode(raw, name)
    declared = _declared(raw)
    if declared not in {None, _DEFAULT}:
        with contextlib.suppress(UnicodeDecodeError):
            return raw.decode(declared or _DEFAULT)
    return raw.decode(_fitting(raw, name), "replace" if declared == _DEFAULT else "strict")


def _declared(raw: bytes) -> str | None:
    """The encoding that the page says it has, when there is one of that name."""
    if (match := _DECLARED.search(raw[:_HEAD])) is None:
        return None
    try:
        name = codecs.lookup(match[1].decode("ascii")).name
    except (LookupError, UnicodeDecodeError):
        return None
    return _DEFAULT if name in _MEAN_DEFAULT else name


def _fitting(raw: bytes, name: str) -> str:
    """The encoding of the text between the tags: so much of a page is ASCII markup that the whole would not tell."""
    end = raw.rfind(b"<", 0, _SAMPLE) if len(raw) > _SAMPLE else len(raw)
    shown = _MARKUP.sub(b" ", raw[:end])
    text = decode(shown, name)
    for encoding in (_DEFAULT, *_LEGACY):
        with contextlib.suppress(UnicodeDecodeError):
            if shown.decode(encoding) == text:
                return encoding
    return _DEFAULT


def article_from_html(html: str, name: str, *, url: str | None = None) -> Article:
    """The article of a whole page; ``url`` is where the page was found, for pages that do not say.

    Raises:
        NotAnArticle: the page has no text, or nothing but navigation.
    """
    root = parse_page(html)
    if root is None:
        raise NotAnArticle(f"{name} is empty: it has {len(html)} characters and no element. Save the page again")
    blocks = blocks_of(root)
    page = read_metadata(root, url=url)
    found = mark_boilerplate(article_blocks(root, blocks))
    if not _has_prose(found):
        found = mark_boilerplate(short_article(blocks))
    if not _has_prose(found):
        raise NotAnArticle(
            f"{name} holds no article: {len(blocks)} pieces of text, none of them prose (a menu, a list of links, or a "
            "page that a script fills in). Save the article's own page from a browser, as HTML"
        )
    text, laid = lay_out(block.part for block in _titled(found, root, page.title))
    language, language_source = _language(text, laid, page.language)
    sources = {**page.provenance, "language": language_source or page.provenance.get("language", "")}
    return Article(
        id=article_id(name, url=page.url),
        text=text,
        blocks=laid,
        title=page.title,
        authors=page.authors,
        publisher=page.publisher,
        published=page.published,
        url=page.url,
        language=language,
        provenance={name: source for name, source in sources.items() if source},
    )


def parts_from_html(html: str) -> list[Part]:
    """All text of HTML that is an article's body already, as in a feed's entry or a book's chapter."""
    root = parse_page(html)
    return [block.part for block in blocks_of(root)] if root is not None else []


def _has_prose(blocks: list[HtmlBlock]) -> bool:
    return any(block.part.kind == "paragraph" for block in blocks)


def _titled(blocks: list[HtmlBlock], root: HtmlElement, title: str | None) -> list[HtmlBlock]:
    """The blocks, from the article's own heading on, which becomes its title."""
    only = [*root.iter("h1")]
    for index, block in enumerate(blocks):
        if block.part.kind != "heading" or block.part.level > 2:
            continue
        if _letters(block.part.text) == _letters(title or "") or (only == [block.element]):
            titled = replace(block, part=replace(block.part, kind="title", level=0))
            return [*blocks[:index], titled, *blocks[index + 1 :]]
    return blocks


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def _language(text: str, blocks: tuple[Block, ...], stated: str | None) -> tuple[str | None, str | None]:
    """The language, and where it is from when that is not the page: templates say "en" on pages in any language."""
    shown = "\n".join(text[block.start : block.end] for block in blocks if block.kind == "paragraph")
    if stated and len(shown) < _TELLING:
        return stated, None
    detected = detect_language(shown)
    if not detected or detected == stated or any({detected, stated} <= kin for kin in _KIN):
        return stated, None
    return detected, "detected" if stated is None else f"detected (the page says {stated})"
