"""Runs and judgments as files that the field's own tools read: TREC's columns, and BEIR's judgments.

TREC's columns end at white space, and article ids (paths, say) may hold some. An id that does not fit is written as
``%:`` and its percent-encoding, ``news/a b.txt`` as ``%:news/a%20b.txt``; every other id stands there as it is, a
``%20`` of its own included. Reading undoes exactly that: only what this module would have written is decoded, so the
ids of a file from elsewhere come through unchanged.
"""

from __future__ import annotations

import codecs
import math
import unicodedata
from array import array
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote, unquote

from eval.measures import rank_scores
from eval.written import write_whole
from indexer.errors import BadSuite
from service.citation import shown

_ENCODED = "%:"


def write_run(place: Path, run: Mapping[str, Sequence[str]], tag: str = "pressmark") -> None:
    """Write rankings, best first, with scores that fall by 1 a rank; a query that found nothing has no line.

    Raises:
        BadSuite: a ranking names an id twice.
    """
    lines = (
        f"{_column(query)} Q0 {_column(name)} {rank} {score:.0f} {_column(tag)}\n"
        for query, ranking in run.items()
        for rank, (name, score) in enumerate(rank_scores(query, ranking).items(), 1)
    )
    write_whole(place, "".join(lines))


def write_qrels(place: Path, qrels: Mapping[str, Mapping[str, int]]) -> None:
    """Write judgments, TREC's four columns; a query without any has no line."""
    lines = (
        f"{_column(query)} 0 {_column(name)} {grade}\n"
        for query, grades in qrels.items()
        for name, grade in grades.items()
    )
    write_whole(place, "".join(lines))


def read_run(place: Path) -> dict[str, list[str]]:
    """The rankings of a TREC run, best first, queries in the order of their first lines.

    As trec_eval does it, the order is that of the scores, in float32, equal ones by id, descending; the rank column
    is ignored. An empty file is a run that found nothing.

    Raises:
        BadSuite: there is no such file, a line is no line of a run, or a query ranks an id twice.
    """
    scores: dict[str, dict[bytes, float]] = {}
    for number, line in _lines(place):
        columns = line.split()
        if len(columns) != 6:
            raise _unreadable(place, number, "6 columns (query Q0 id rank score tag)", line)
        query, name = _id(columns[0]), columns[2]
        ranked = scores.setdefault(query, {})
        if name in ranked:
            raise _twice(place, number, query, _id(name))
        try:
            ranked[name] = float(columns[4])
        except ValueError as error:
            raise _unreadable(place, number, "a number as score, the fifth column", line) from error
        if not math.isfinite(ranked[name]):
            raise _unreadable(place, number, "a finite number as score, the fifth column", line)
    return {query: [_id(name) for name in _ranked(ranked)] for query, ranked in scores.items()}


def read_qrels(place: Path) -> dict[str, dict[str, int]]:
    """Query id -> id -> grade, from TREC's four columns, or from BEIR's three, between tabs and under a header.

    Raises:
        BadSuite: there is no such file, it judges nothing, a line is no judgment, or an id is judged twice.
    """
    lines = list(_lines(place))
    beir = bool(lines) and _is_header(lines[0][1])
    qrels: dict[str, dict[str, int]] = {}
    for number, line in lines[beir:]:
        columns = line.rstrip(b"\r").split(b"\t") if beir else line.split()
        if len(columns) != (3 if beir else 4):
            layout = "3 columns (query-id corpus-id score), tabs between" if beir else "4 columns (query 0 id grade)"
            raise _unreadable(place, number, layout, line)
        query, name = (columns[0].decode(), columns[1].decode()) if beir else (_id(columns[0]), _id(columns[2]))
        grades = qrels.setdefault(query, {})
        if name in grades:
            raise _twice(place, number, query, name)
        try:
            grades[name] = int(columns[-1])
        except ValueError as error:
            raise _unreadable(place, number, "a whole number as grade, the last column", line) from error
    if not qrels:
        raise BadSuite(f"{place} holds no judgments. Give it lines of: query 0 id grade")
    return qrels


def _is_header(line: bytes) -> bool:
    """Whether BEIR's three columns follow: this line names them, and holds no grade."""
    columns = line.split(b"\t")
    try:
        float(columns[-1])
    except ValueError:
        return len(columns) == 3
    return False


def _ranked(scores: Mapping[bytes, float]) -> list[bytes]:
    # trec_eval keeps scores as C floats and compares ids by their bytes.
    as_floats = zip(array("f", scores.values()), scores, strict=True)
    return [name for _, name in sorted(as_floats, reverse=True)]


# ir_measures reads these files too, but says only "not enough values to unpack" of a bad line, without its number,
# and of two lines for one id it takes the later one.
def _lines(place: Path) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, with their numbers, each of them UTF-8.

    As bytes: their ``split`` knows the same white space as trec_eval, that of text ends columns at a no-break space.
    """
    try:
        content = place.read_bytes()
    except OSError as error:
        raise BadSuite(f"{place} cannot be read: {error.strerror}. Name a run or judgments file") from error
    for number, line in enumerate(content.removeprefix(codecs.BOM_UTF8).split(b"\n"), 1):
        try:
            line.decode()
        except UnicodeDecodeError as error:
            raise _unreadable(place, number, f"UTF-8 (byte {error.start + 1} is none)", line) from error
        if line.strip():
            yield number, line


def _column(text: str) -> str:
    if text and not text.startswith(_ENCODED) and not any(map(_ends_a_column, text)):
        return text
    return _ENCODED + "".join(
        quote(c, safe="", errors="surrogatepass") if c == "%" or _ends_a_column(c) else c for c in text
    )


def _id(column: bytes) -> str:
    text = column.decode()
    if not text.startswith(_ENCODED):
        return text
    try:
        decoded = unquote(text.removeprefix(_ENCODED), errors="surrogatepass")
    except UnicodeDecodeError:
        return text  # not ours
    return decoded if _column(decoded) == text else text


def _ends_a_column(character: str) -> bool:
    """Whether some tool ends a column there, drops it (a byte order mark) or cannot write it (half a character)."""
    return character.isspace() or character == "\ufeff" or unicodedata.category(character) in {"Cc", "Cs"}


def _unreadable(place: Path, number: int, expected: str, line: bytes) -> BadSuite:
    seen = shown(line.decode(errors="replace").rstrip("\r"))
    return BadSuite(f"{place}, line {number}: expected {expected}, found {seen}. Mend or remove the line")


def _twice(place: Path, number: int, query: str, name: str) -> BadSuite:
    return BadSuite(f"{place}, line {number}: {name!r} stands there a second time for query {query!r}. Keep one line")
