"""JSON lines, one article a line, plain or gzip-compressed, read as a stream.

Fields: ``text`` (required; when it is empty the ``title`` is the text) and those of ``stated``. BEIR's ``_id``,
``title``, ``text`` is such a file. A line that cannot be used costs that line only, and a metadata field that cannot be
used that field only: the article is given without it, beside the error.
"""

from __future__ import annotations

import codecs
import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from indexer.errors import BadRecord, NotAnArticle
from indexer.load.identity import article_id, url_id
from indexer.load.language import detect_language
from indexer.load.stated import BadField, Stated, read_stated
from indexer.load.text.paragraphs import paragraph_blocks
from indexer.records import Article, Block, canonical_text, edition_of

_LONGEST_LINE = 64 * 2**20  # bytes; a longer one is another format without line ends
_GIVE_UP = 100  # lines without one article among them


def load(path: Path, name: str) -> Iterator[Article | NotAnArticle]:
    """The articles of the file's lines, in order, and for each bad line an error that names it.

    Raises:
        NotAnArticle: the file holds no line, or none of its first lines is an article.
    """
    first_line: dict[str, int] = {}  # by article id
    bad = number = 0
    for number, article in _items(path, name):
        if isinstance(article, Article) and first_line.setdefault(article.id, number) != number:
            article = NotAnArticle(
                f"{name} line {number}: its id {article.id!r} is that of line {first_line[article.id]}. "
                f"Give each article its own id"
            )
        yield article
        bad += isinstance(article, NotAnArticle)
        if bad == _GIVE_UP and not first_line:
            raise NotAnArticle(
                f"{name}: none of its first {_GIVE_UP} lines is an article, so the rest was not read. Write one JSON "
                f"object a line; for a file that is one JSON array: jq -c '.[]' {name!r}"
            )
    if not number:
        raise NotAnArticle(f"{name} has no lines. Remove it, or fill it")


def article_of(record: Mapping[str, object], name: str) -> Article:
    """The article that a record is, which must have nothing wrong; ``name`` begins the id where it states none.

    Raises:
        NotAnArticle: a field cannot be used; the message names it.
    """
    if character := _lone_surrogate(record):
        raise NotAnArticle(f"it holds half a character ({character}). Write the text with both its halves")
    try:
        stated = read_stated(record)
        if stated.problems:
            raise stated.problems[0]
        return _from_record(record, stated, name)
    except (BadField, BadRecord) as error:
        raise NotAnArticle(str(error)) from error


def _items(path: Path, name: str) -> Iterator[tuple[int, Article | NotAnArticle]]:
    for number, line in _lines(path, name):
        if isinstance(line, NotAnArticle):
            yield number, line
            continue
        for item in _line_items(line, name, number):
            yield number, item


def _lines(path: Path, name: str) -> Iterator[tuple[int, bytes | NotAnArticle]]:
    """Each line that is not blank, with its number; in place of a line too long, and of a damaged rest, an error."""
    number = 0
    with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as stream:
        try:
            while line := stream.readline(_LONGEST_LINE):
                number += 1
                if len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
                    yield number, NotAnArticle(f"{name} line {number} is longer than {_LONGEST_LINE} bytes. Split it")
                    while (rest := stream.readline(_LONGEST_LINE)) and not rest.endswith(b"\n"):
                        pass
                elif line.strip():
                    yield number, line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            problem = f"{name} is damaged after line {number} ({error})"
            yield number + 1, NotAnArticle(f"{problem}. What came before was read; copy or download the file again")


def _line_items(line: bytes, name: str, number: int) -> Iterator[Article | NotAnArticle]:
    """What a line gives: an article, and an error for each field or for the whole that cannot be used."""
    where = f"{name} line {number}"
    record = _record(line, where)
    if isinstance(record, NotAnArticle):
        yield record
        return
    try:
        stated = read_stated(record)
        article = _from_record(record, stated, name)
    except (BadField, BadRecord) as error:
        yield NotAnArticle(f"{where}: {error}")
        return
    for problem in stated.problems:
        yield NotAnArticle(f"{where}: {problem}. The article is indexed without it")
    yield article


def _record(line: bytes, where: str) -> dict[str, object] | NotAnArticle:
    try:
        record = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        return NotAnArticle(f"{where}: byte {error.start} is not UTF-8 ({error.reason}). Save the file as UTF-8")
    except (ValueError, RecursionError) as error:
        return NotAnArticle(f"{where} is no JSON: {error}. Write one JSON object a line")
    if not isinstance(record, dict):
        return NotAnArticle(f"{where} is a JSON {_kind(record)}, not an object. Write one JSON object a line")
    if b"\\ud" in line.lower() and (character := _lone_surrogate(record)):
        return NotAnArticle(f"{where} holds half a character ({character}). Write the text with both its halves")
    return record


def _from_record(record: Mapping[str, object], stated: Stated, name: str) -> Article:
    if "text" not in record:
        raise BadField("text", f"it has no field 'text', only {', '.join(map(repr, sorted(record)[:8])) or 'none'}")
    given = record["text"]
    if given is not None and not isinstance(given, str):
        raise BadField("text", f"field 'text' is a JSON {_kind(given)}. Write it as one string")
    text = canonical_text(given or "")
    blocks = paragraph_blocks(text)
    if not blocks:
        if stated.title is None:
            raise BadField("text", "it has neither text nor title. Fill one of the fields 'text' and 'title'")
        text = stated.title
        blocks = (Block(0, len(text), "title"),)
    provenance = {name: f"JSON field {key}" for name, key in stated.keys.items() if name != "id"}
    language = stated.language or detect_language(text)
    if language and not stated.language:
        provenance["language"] = "detected"
    identified = stated.id or url_id(stated.url)
    return Article(
        id=article_id(name, explicit=identified or f"{name}/{edition_of(text)[:12]}"),
        text=text,
        blocks=blocks,
        title=stated.title,
        authors=stated.authors,
        publisher=stated.publisher,
        published=stated.published,
        url=stated.url,
        language=language,
        original=stated.original,
        provenance=provenance,
    )


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    kinds = {dict: "object", list: "array", str: "string", int: "number", float: "number"}
    return kinds.get(type(value), "null")


def _lone_surrogate(record: object) -> str | None:
    try:
        json.dumps(record, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        return f"U+{ord(error.object[error.start]):04X}"
    return None
