"""How an answer looks to a person: what stands where, and in which colour. Nothing is worked out here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from rich.text import Text

import service.answer.wording as wording
from service.cli.printable import printable
from service.cli.terminal import MARK, console, show_hit

if TYPE_CHECKING:
    from rich.console import Console

    from service.answer.records import Answer, Side, Support, Written
    from service.answer.wording import Quoted
    from service.citation import Citation


def show_answer(answer: Answer, *, explain: bool) -> None:
    """The answer first, then who says it and the sentences that do, or that there is none and what is nearest."""
    out = console()
    for note in answer.notes:
        _line(out, f"note: {note}", "yellow")
    if answer.abstained:
        _show_abstention(out, answer, explain)
    else:
        _show_found(out, answer)
    _line(out, f"{answer.took_ms:.0f} ms · generation {answer.generation}", "dim")
    if explain:
        _line(out, f"of these ms: {', '.join(f'{n} {spent:.1f}' for n, spent in answer.phases_ms.items())}", "magenta")


def _show_found(out: Console, answer: Answer) -> None:
    quotes = wording.quoted(answer.supports)
    if answer.written:
        _show_written(out, answer.written, answer.supports, quotes)
    else:
        for said in answer.items or (answer.answer or "",):
            _line(out, f"• {said}" if answer.items else said, "bold green")
    if not answer.sides:
        _line(out, wording.sure_of(answer), "dim")
    _show_quotes(out, wording.beside_sides(answer, quotes))
    if answer.sides:
        _line(out, f"{wording.DISAGREE}.", "bold yellow")
        out.print()
    for side in answer.sides:
        _show_side(out, side, quotes)


def _show_side(out: Console, side: Side, quotes: Mapping[Citation, Quoted]) -> None:
    _line(out, side.answer, "bold green")
    _line(out, f"{wording.published_in(side)}; {wording.sure_of(side)}", "dim")
    _show_quotes(out, dict.fromkeys(quotes[support.citation] for support in side.supports))


def _show_written(
    out: Console, written: Written, supports: tuple[Support, ...], quotes: Mapping[Citation, Quoted]
) -> None:
    for sentence in written.sentences:
        numbers = dict.fromkeys(quotes[supports[at].citation].number for at in sentence.supports)
        _line(out, f"{sentence.text} {''.join(f'[{number}]' for number in numbers)}", "bold green")
    _line(out, f"written by {written.model} from the passages cited", "dim")
    for dropped in written.dropped:
        _line(out, f"left out: {dropped.text} ({dropped.why})", "red")


def _show_quotes(out: Console, quotes: Collection[Quoted]) -> None:
    for one in quotes:
        out.print()
        _show_quote(out, one)
    if quotes:
        out.print()


def _show_quote(out: Console, one: Quoted) -> None:
    citation = one.citation
    quote = Text(printable(citation.quote))
    for start, end in one.marks:
        quote.stylize(MARK, start, end)
    for line in quote.wrap(out, max(20, out.width - 6)):
        out.print(Text("    │ ", "dim") + line)
    known = [citation.title, ", ".join(citation.authors), citation.publisher, citation.published]
    about = " · ".join(part for part in known if part)
    _line(out, f"[{one.number}] {about or citation.article_id}", "dim")
    _line(out, f"    {citation.locator}", "cyan")
    if one.said_by:
        _line(out, f"    said by {' and '.join(one.said_by)}", "dim")
    if one.also_published_by:
        _line(out, f"    also published by {'; '.join(map(wording.source_of, one.also_published_by))}", "dim")


def _show_abstention(out: Console, answer: Answer, explain: bool) -> None:
    _line(out, wording.NOT_FOUND, "bold")
    if answer.reason:
        _line(out, answer.reason)
    if answer.nearest:
        out.print()
        _line(out, f"{wording.NEAREST}:", "yellow")
    for hit in answer.nearest:
        show_hit(out, hit, explain)


def _line(out: Console, text: str, style: str = "") -> None:
    """One line, whatever an article or a model put into it."""
    out.print(Text(printable(" ".join(text.split()) if "\n" in text else text), style), soft_wrap=True)
