"""How results look to a person: what stands where, and in which colour. Nothing is worked out here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from service.cli.printable import printable

if TYPE_CHECKING:
    from indexer.pipeline import Report
    from indexer.stored import ArticleLine
    from service.candidates import Leg
    from service.cli.uploading import Uploaded
    from service.search import Hit, Results
    from service.verify import Verdict

MARK = "bold yellow"


class _Console(Console):
    """One that leaves it to the command line's root what a reader who has read enough means."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def console() -> Console:
    return _Console(highlight=False, soft_wrap=False)


def show_results(results: Results, *, explain: bool) -> None:
    """A page of hits, each a passage with its marks, its source and its locator."""
    out = console()
    for note in results.notes:
        out.print(Text(f"note: {printable(note)}", "yellow"), soft_wrap=True)
    for hit in results.hits:
        show_hit(out, hit, explain)
    if not results.hits:
        out.print("nothing found. Try other words, fewer filters, or: pressmark status")
        return
    shown = f"{results.hits[0].rank}-{results.hits[-1].rank} of {results.total:,}"
    out.print(Text(f"{shown} · {results.mode} · {results.took_ms:.0f} ms · generation {results.generation}", "dim"))
    if explain:
        spent = ", ".join(f"{name} {spent:.1f}" for name, spent in results.phases_ms.items())
        out.print(Text(f"of these ms: {spent}", "magenta"))
    if results.next:
        out.print(Text(f"more: --cursor {results.next}", "dim"), soft_wrap=True)


def show_hit(out: Console, hit: Hit, explain: bool) -> None:
    """A passage with its rank, score, source, locator and marks."""
    citation = hit.citation
    title = Text(f"{hit.rank:>2}  ", "dim") + Text(printable(citation.title or citation.article_id), "bold")
    out.print(title + Text(f"  {hit.score:.3f}", "green"), soft_wrap=True)
    page = f"page {hit.page}" if hit.page else None
    known = [", ".join(citation.authors), citation.publisher, citation.published, page]
    if any(known):
        out.print(Text("    " + printable(" · ".join(part for part in known if part)), "dim"), soft_wrap=True)
    out.print(Text(f"    {printable(citation.locator)}", "cyan"), soft_wrap=True)
    quote = Text(printable(citation.quote))
    for start, end in hit.highlights:
        quote.stylize(MARK, start - citation.start, end - citation.start)
    for line in quote.wrap(out, max(20, out.width - 6)):
        out.print(Text("    │ ", "dim") + line)
    if hit.also_published_by:
        copies = "; ".join(_source(line) for line in hit.also_published_by)
        out.print(Text(f"    also published by {printable(copies)}", "dim"), soft_wrap=True)
    if explain:
        legs = (("dense", hit.dense), ("lexical", hit.lexical), ("reader", hit.reader))
        said = "; ".join(f"{name} {_leg(leg)}" for name, leg in legs if leg or name != "reader")
        out.print(Text(f"    {said}", "magenta"), soft_wrap=True)
    out.print()


def _leg(leg: Leg | None) -> str:
    return f"rank {leg.rank}, raw {leg.score:.4f}, normalised {leg.normalised:.3f}" if leg else "none"


def _source(line: ArticleLine) -> str:
    return " ".join(
        part for part in (line.publisher or line.id, f"({line.published})" if line.published else "") if part
    )


def show_report(report: Report, place: str) -> None:
    """What an indexing run did, in a few lines; what it refused, named."""
    out = console()
    rate = f", {report.embedded / report.model_seconds:,.0f} passages/s in the model" if report.model_seconds else ""
    said = _changes(report.added, report.updated, report.unchanged, len(report.removed))
    out.print(f"{place}: {said}; {report.embedded:,} passages embedded in {report.seconds:.1f} s{rate}", soft_wrap=True)
    for name in report.removed[:20]:
        out.print(Text(f"  removed {printable(name)} (gone from its folder)", "dim"))
    if len(report.removed) > 20:
        out.print(Text(f"  ... and {len(report.removed) - 20:,} more", "dim"))
    if report.withheld:
        out.print(f"  {len(report.withheld):,} left out: removed by hand before. To have them back: --restore")
    _show_skipped(out, report.skipped)


def show_uploaded(done: Uploaded, place: str) -> None:
    """What became of files that were sent to a service, in a line or two."""
    out = console()
    out.print(f"{printable(place)}: {_changes(done.added, done.updated, done.unchanged)}", soft_wrap=True)
    _show_skipped(out, done.skipped)


def _changes(added: int, updated: int, unchanged: int, removed: int = 0) -> str:
    counts = {"added": added, "updated": updated, "unchanged": unchanged, "removed": removed}
    return ", ".join(f"{count:,} {name}" for name, count in counts.items() if count) or "nothing to do"


def _show_skipped(out: Console, skipped: Mapping[str, int]) -> None:
    if skipped:
        kinds = ", ".join(f"{count:,} {suffix or 'without suffix'}" for suffix, count in sorted(skipped.items()))
        out.print(Text(f"  not articles, skipped: {kinds}", "dim"))


def report_json(report: Report) -> dict[str, object]:
    """An indexing run's report as JSON."""
    return {
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "removed": report.removed,
        "withheld": report.withheld,
        "refused": [str(refusal) for refusal in report.refused],
        "skipped": report.skipped,
        "passages": report.passages,
        "embedded": report.embedded,
        "generation": report.generation,
        "seconds": round(report.seconds, 3),
        "model_seconds": round(report.model_seconds, 3),
    }


def show_article(shape: dict[str, Any]) -> None:
    """An article's metadata, where each came from, and its text with the span marked."""
    out = console()
    out.print(Text(printable(shape["title"] or shape["article_id"]), "bold"))
    for name in ("article_id", "authors", "publisher", "published", "url", "language", "original", "edition"):
        value = shape[name]
        if not value:
            continue
        said = ", ".join(value) if isinstance(value, list) else str(value)
        origin = shape["provenance"].get(name)
        out.print(Text(printable(f"  {name}: {said}")) + Text(f"  ({origin})" if origin else "", "dim"), soft_wrap=True)
    out.print()
    text = Text(printable(shape["text"]))
    for block in shape["blocks"]:
        if block["kind"] == "boilerplate":
            text.stylize("dim", block["start"], block["end"])
        elif block["kind"] in {"heading", "title"}:
            text.stylize("bold", block["start"], block["end"])
    if "start" in shape:
        text.stylize("reverse", shape["start"], shape["end"])
    out.print(text, soft_wrap=True)


def show_verdicts(verdicts: Sequence[Verdict]) -> None:
    """A line a citation, and how many hold."""
    out = console()
    for verdict in verdicts:
        style = "green" if verdict.verified else "red"
        out.print(
            Text(f"{verdict.status:<9} ", style) + Text(printable(f"{verdict.citation.locator}: {verdict.message}")),
            soft_wrap=True,
        )
    held = sum(verdict.verified for verdict in verdicts)
    out.print(Text(f"{held} of {len(verdicts)} citations hold", "green" if held == len(verdicts) else "red"))


def show_status(shape: dict[str, Any]) -> None:
    """An archive's status as a table."""
    table = Table(show_header=False, box=None, pad_edge=False)
    dense, model = shape["dense"], shape["model"]
    recall = "" if dense["kind"] == "flat" else f", recall@10 {dense['recall_at_10']:.3f} of exact search"
    kinds = {"flat": "exact", "hnsw": "HNSW"}
    rows = {
        "archive": f"{shape['archive']}, generation {shape['generation']}, {shape['bytes'] / 1e6:,.1f} MB",
        "articles": f"{shape['articles']:,} ({shape['editions']:,} texts, {shape['linked_copies']:,} linked copies)",
        "passages": f"{shape['passages']:,} of about {shape['passage']['size']} tokens",
        "model": f"{model['name']} (dim {model['dim']}, weights {model['weights_sha256'][:12]})",
        "runtime": f"{model['runtime']}, agrees with the original to cosine {model['agreement']:.5f}"
        if model["runtime"]
        else "the model is not on this machine",
        "search": f"dense: {kinds[dense['kind']]}{recall}; lexical: BM25",
        "follows": "\n".join(shape["sources"]) or "nothing",
        "publishers": _counted(shape["publishers"]),
        "languages": _counted(shape["languages"]),
    }
    for name, said in rows.items():
        table.add_row(Text(name, "dim"), Text(printable(said)))
    console().print(table)


def _counted(pairs: list[list[Any]]) -> str:
    shown = ", ".join(f"{name or 'unknown'} ({count:,})" for name, count in pairs[:8])
    return shown + (f" and {len(pairs) - 8:,} more" if len(pairs) > 8 else "")
