"""An answer in Markdown: what articles and a language model say reads as text, whatever it holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from service.answer.records import Answer, Side, Support, Written
from service.answer.wording import (
    DISAGREE,
    DROPPED,
    NEAREST,
    NOT_FOUND,
    Quoted,
    beside_sides,
    published_in,
    quoted,
    source_of,
    sure_of,
)
from service.citation import Citation
from service.cite import format_citations
from service.cite.attribution import one_line
from service.cite.markdown import attribution, block_quote, inline, reference, spelled
from service.cite.style import Extras


def markdown_document(answer: Answer, style: str, accessed: date | None) -> str:
    """The answer, its quotes and its references; ends with a line break."""
    quotes = quoted(answer.supports)
    parts = [f"# {_text(answer.question)}", *(_abstention(answer) if answer.abstained else _answer(answer, quotes))]
    if quotes:
        parts += ["## References", "\n".join(_numbered(one, accessed) for one in quotes.values())]
    if quotes and style != "markdown":
        parts.append(_fenced(format_citations(quotes, style, accessed=accessed)))
    parts += [f"Note: {_text(note)}" for note in answer.notes]
    parts.append(_asked(answer, accessed))
    return "\n\n".join(parts) + "\n"


def _abstention(answer: Answer) -> Iterator[str]:
    yield f"**{NOT_FOUND}.**"
    if answer.reason:
        yield f"{_text(answer.reason)}"
    if answer.nearest:
        yield f"## {NEAREST}"
    for hit in answer.nearest:
        yield block_quote(hit.citation.quote)
        yield reference(hit.citation, Extras())


def _answer(answer: Answer, quotes: Mapping[Citation, Quoted]) -> Iterator[str]:
    if answer.written:
        yield _written(answer.written, answer.supports, quotes)
    elif answer.items:
        yield "\n".join(f"- **{_text(item)}**" for item in answer.items)
    else:
        yield f"**{_text(answer.answer)}**"
    if not answer.sides:
        yield _spoken(sure_of(answer))
    yield from _blocks(beside_sides(answer, quotes))
    if answer.sides:
        yield f"## {DISAGREE}"
    for side in answer.sides:
        yield from _side(side, quotes)
    if answer.written and answer.written.dropped:
        yield f"## {DROPPED}"
        yield "\n".join(f"- {_text(dropped.text)} ({_text(dropped.why)})" for dropped in answer.written.dropped)


def _side(side: Side, quotes: Mapping[Citation, Quoted]) -> Iterator[str]:
    yield f"### {_text(side.answer)}"
    yield _spoken(published_in(side), sure_of(side))
    yield from _blocks(dict.fromkeys(quotes[support.citation] for support in side.supports))


def _written(written: Written, supports: tuple[Support, ...], quotes: Mapping[Citation, Quoted]) -> str:
    said = []
    for sentence in written.sentences:
        numbers = dict.fromkeys(quotes[supports[at].citation].number for at in sentence.supports)
        said.append(f"{_text(sentence.text)} {''.join(map(_number, numbers))}")
    return (
        " ".join(said) + f"\n\nWritten by {_text(written.model)} from the passages cited; every sentence was checked."
    )


def _blocks(quotes: Iterable[Quoted]) -> Iterator[str]:
    for one in quotes:
        yield block_quote(one.citation.quote, one.marks)
        said_by = f"said by {_text(' and '.join(one.said_by))}" if one.said_by else ""
        copies = "; ".join(map(source_of, one.also_published_by))
        also = f"also published by {_text(copies)}" if copies else ""
        yield ", ".join(part for part in (_number(one.number), said_by, also) if part)


def _numbered(one: Quoted, accessed: date | None) -> str:
    """A reference as an item of the list, with what it takes to verify it on a line of its own."""
    when = f", accessed {spelled(str(accessed))}" if accessed else ""
    where = f"{_text(one.citation.locator)} in the text whose SHA-256 is {one.citation.edition}{when}"
    indent = " " * len(f"{one.number}. ")
    return f"{one.number}. {attribution(one.citation)}\\\n{indent}{where}"


def _asked(answer: Answer, accessed: date | None) -> str:
    when = f" on {spelled(str(accessed))}" if accessed else ""
    return f"Asked of generation {answer.generation:,} of the archive{when}."


def _spoken(*parts: str) -> str:
    said = _text("; ".join(part for part in parts if part))
    return f"{said[:1].upper()}{said[1:]}."


def _text(text: str | None) -> str:
    return inline(one_line(text))


def _number(number: int) -> str:
    return f"\\[{number}\\]"


def _fenced(document: str) -> str:
    """A document as it is: the fence is longer than any run of its characters inside."""
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", document)), default=0))
    return f"{fence}\n{document.rstrip()}\n{fence}"
