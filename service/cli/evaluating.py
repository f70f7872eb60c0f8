"""``eval``: how good retrieval and answers are, and whether a change made them better or worse.

What is measured is in ``evaluated``. These two modules are the only ones below the command line's root that may see
``eval``, all of which is imported when the command runs. Longer than most modules, and ``evaluate`` longer than most
functions, because the command has many options, which are described where they are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.evaluated import ask_answers, no_resume, run_service, searcher_of
from service.cli.options import ArchiveOption, JsonOption, ModelOption, archive_path, print_json
from service.cli.printable import printable
from service.cli.remote import UrlOption

if TYPE_CHECKING:
    from eval.compare import Comparison
    from eval.gold import Gold
    from eval.rankings import Rankings
    from eval.result import Result
    from eval.sample import Sample
    from eval.suite import Suite
    from service.search import Searcher, SearchOptions


def register(app: typer.Typer) -> None:
    app.command("eval")(evaluate)


def evaluate(
    suite: Annotated[
        str, typer.Argument(metavar="SUITE", help="seeds, a questions file, a BEIR folder or a SQuAD file.")
    ],
    archive: ArchiveOption = None,
    against: Annotated[
        Path | None, typer.Option("--against", metavar="RESULT", help="Compare with an earlier result.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Save the result as JSON.")] = None,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="FILE", help="Write the result as one HTML page with plots.")
    ] = None,
    sweep: Annotated[
        list[str] | None,
        typer.Option(
            "--sweep",
            metavar="NAME=V,V",
            help="Try other values (repeatable): of weight, depth, feedback, proximity, rerank, fusion, mode, "
            "passage-size, overlap, model.",
        ),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Only check the questions against the archive.")] = False,
    trec: Annotated[
        Path | None, typer.Option("--trec", metavar="FOLDER", help="Write run and qrels files for trec_eval.")
    ] = None,
    run_file: Annotated[
        Path | None, typer.Option("--run", metavar="FILE", help="Score this TREC run, and search nothing.")
    ] = None,
    qrels: Annotated[
        Path | None, typer.Option("--qrels", metavar="FILE", help="Judge articles by these TREC qrels.")
    ] = None,
    level: Annotated[str, typer.Option("--level", help="What a --run ranks: article or passage.")] = "article",
    split: Annotated[str, typer.Option("--split", help="Which qrels of a folder: test, dev, train.")] = "test",
    mode: Annotated[str, typer.Option("--mode", help="hybrid, dense (meaning) or lexical (words).")] = "hybrid",
    fusion: Annotated[str, typer.Option("--fusion", help="convex or rrf: how hybrid joins two rankings.")] = "convex",
    weight: Annotated[float | None, typer.Option("--weight", help="The dense part of the fused score, 0 to 1.")] = None,
    depth: Annotated[int | None, typer.Option("--depth", help="Candidates taken from each retriever.")] = None,
    answers: Annotated[
        bool, typer.Option("--answers/--no-answers", help="Whether to ask the questions, where the suite has answers.")
    ] = True,
    sample: Annotated[
        int | None, typer.Option("--sample", metavar="N", help="Ask at most N of the questions. [default: 500]")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Draws another sample.")] = None,
    across_models: Annotated[
        bool, typer.Option("--across-models", help="Compare with a result of another model all the same.")
    ] = False,
    url: UrlOption = None,
    model: ModelOption = None,
    as_json: JsonOption = False,
) -> int:
    """Measure how well an archive is searched and asked, with questions whose answers are known.

    A questions file has one JSON object a line, and asks about the archive; seeds, BEIR folders and SQuAD files
    (.json) bring their own articles, which are indexed into the cache. Nothing is sent anywhere, and no language
    model judges. Where a suite has answers, its questions are also asked as ask does, by a sample where there are
    many.

    With --url a running service is searched; the archive here, which must be the same, judges what it finds.

    With --against, the exit code is 1 when a measure is significantly worse.

    Example:  pressmark eval questions.jsonl --archive news --out now.json --against before.json
    """
    from eval.result import load_result
    from eval.suites import judged_by, load_suite
    from service.search import SearchOptions

    outputs: dict[str, object] = {"--against": against, "--report": report, "--run": run_file, "--trec": trec}
    drawing: dict[str, object] = {"--sample": sample is not None, "--seed": seed is not None}
    ranking: dict[str, object] = {"--mode": mode != "hybrid", "--fusion": fusion != "convex"}
    ranking |= {"--weight": weight is not None, "--depth": depth is not None}
    if sweep:
        _require_alone("--sweep", outputs | {"--check": check} | drawing)
    if check:
        _require_alone("--check", outputs | {"--out": out, "--json": as_json} | drawing | ranking)
    if run_file:
        _require_alone("--run", drawing | ranking)
    if not answers:
        _require_alone("--no-answers", drawing)
    if url:
        _require_alone(
            "--url",
            {"--sweep": sweep, "--check": check, "--run": run_file, "--across-models": across_models, **drawing},
        )
    if level != "article" and not run_file:
        _require_alone("--level", {"no --run": True})
    asked = load_suite(suite, split)
    if qrels:
        asked = judged_by(asked, qrels)
    before = load_result(against) if against else None
    read = {"the baseline": against, "the run": run_file, "the judgments": qrels}
    _require_places(asked, read, {"--out": out, "--report": report, "--trec": trec}, archive_path(archive))
    given = {name: value for name, value in (("weight", weight), ("depth", depth)) if value is not None}
    options = SearchOptions(mode=mode, fusion=fusion, **given)  # type: ignore[arg-type]
    if url:
        if answers and asked.asked:
            typer.echo("note: a service keeps to itself what it did not answer; only its searches are scored", err=True)
        result, gold, rankings = run_service(asked, url, archive, model, options, before)
        return _told(result, gold, rankings, asked, before, out, report, trec, across_models, as_json)
    drawn = _sample(asked, sample, seed) if answers and not (check or sweep or run_file) else None
    reads = drawn is not None or options.reads or any(tried.startswith("rerank=") for tried in sweep or ())
    searcher = searcher_of(asked, archive, model, reads)
    if before:
        _require_baseline(before, asked, drawn, searcher, across_models)
    if check:
        return _check(asked, searcher)
    if sweep:
        return _sweep(asked, searcher, options, sweep, out, as_json)
    result, gold, rankings = _result(asked, searcher, options, run_file, level)
    if drawn:
        result = replace(result, answers=ask_answers(asked, searcher, drawn))
    return _told(result, gold, rankings, asked, before, out, report, trec, across_models, as_json)


def _require_alone(option: str, others: Mapping[str, object]) -> None:
    """Refuse what an option has no use for: a gate that was never closed would look like one that opened."""
    from indexer.errors import InputError

    if given := [name for name, value in others.items() if value]:
        raise InputError(f"{option} does nothing with {' and '.join(given)}. Run eval without one of the two")


def _require_places(
    suite: Suite, read: Mapping[str, Path | None], written: Mapping[str, Path | None], archive: Path
) -> None:
    """Refuse an output that cannot be written, or that stands where something is read, before anything is measured."""
    from eval.written import require_apart, require_writable

    kept = {"the suite": suite.source, "its articles": suite.corpus, **read}
    require_apart(written, kept, {"the archive": archive})
    for option, place in written.items():
        if place:
            require_writable(place, folder=option == "--trec")


def _sample(suite: Suite, most: int | None, seed: int | None) -> Sample | None:
    """What to ask; None when the suite has no answers."""
    from eval.sample import SAMPLE, SEED, Sample

    sample = Sample(SAMPLE if most is None else most, SEED if seed is None else seed)
    return sample if suite.asked else None


def _require_baseline(
    before: Result, suite: Suite, sample: Sample | None, searcher: Searcher, across_models: bool
) -> None:
    """Refuse a baseline before anything is searched, not after."""
    from eval.comparable import require_comparable
    from eval.compare_answers import require_sample

    card = searcher.card
    require_comparable(before, suite, None if across_models else (card.name, card.weights_sha256))
    if sample and before.answers:
        require_sample(before.answers, suite, sample)


def _check(suite: Suite, searcher: Searcher) -> int:
    from eval.gold import gold_of

    gold_of(suite, searcher.archive.snapshot())
    quotes = sum(len(query.evidence) for query in suite.queries)
    said = f"every one of {quotes:,} quotes stands once in its article" if quotes else "every judged article is there"
    typer.echo(f"{suite.source}: {len(suite.queries):,} queries, {len(suite.judged):,} of them judged; {said}")
    return 0


def _result(
    suite: Suite, searcher: Searcher, options: SearchOptions, run_file: Path | None, level: str
) -> tuple[Result, Gold, Rankings]:
    """Of the searches; of the run file where one is named."""
    from eval.run import run
    from eval.runfile import score_file
    from service.cli import bars

    with no_resume(), bars.queries() as tell:
        if run_file:
            return score_file(suite, searcher.archive.snapshot(), run_file, level)
        return run(suite, searcher, options, tell)


def _sweep(
    suite: Suite, searcher: Searcher, options: SearchOptions, sweeps: list[str], out: Path | None, as_json: bool
) -> int:
    from eval import tables
    from eval.sweep import run_sweep, sweep_json
    from eval.written import write_whole
    from service.cli import bars

    with no_resume():
        default, rows = run_sweep(suite, searcher, options, sweeps, queries=bars.queries, indexing=bars.indexing)
    shape = sweep_json(default, rows)
    if out:
        write_whole(out, json.dumps(shape, ensure_ascii=False, indent=1) + "\n")
    if as_json:
        print_json(shape)
    else:
        tables.show_sweep(rows)
    return 0


def _told(
    result: Result,
    gold: Gold,
    rankings: Rankings,
    suite: Suite,
    before: Result | None,
    out: Path | None,
    report: Path | None,
    trec: Path | None,
    across_models: bool,
    as_json: bool,
) -> int:
    """Keep and show what was measured; the exit code."""
    from eval.compare import compare

    comparison = compare(before, result, across_models=across_models) if before else None
    _keep(result, gold, rankings, suite, comparison, out, report, trec)
    _show(result, comparison, suite, as_json)
    return 1 if comparison and comparison.worse else 0


def _keep(
    result: Result,
    gold: Gold,
    rankings: Rankings,
    suite: Suite,
    comparison: Comparison | None,
    out: Path | None,
    report: Path | None,
    trec: Path | None,
) -> None:
    if out:
        result.save(out)
    if trec:
        from eval.runfile import write_trec

        write_trec(trec, suite, gold, rankings)
    if report:
        from eval.page import write_page

        write_page(report, result, suite, comparison)
    for place in (out, trec, report):
        if place:
            typer.echo(f"written: {printable(str(place))}", err=True)


def _show(result: Result, comparison: Comparison | None, suite: Suite, as_json: bool) -> None:
    from eval import answer_tables, tables

    if as_json:
        shape: dict[str, Any] = json.loads(result.to_json())
        if comparison:
            from eval.compare import comparison_json

            shape["comparison"] = comparison_json(comparison)
        print_json(shape)
        return
    tables.show_result(result)
    if result.answers:
        answer_tables.show_answers(result.answers)
    for note in (*tables.notes_on_queries(result), *answer_tables.notes_on_answers(result)):
        typer.echo(f"note: {printable(note)}", err=True)
    if comparison:
        typer.echo()
        tables.show_comparison(comparison, {query.id: query.text for query in suite.queries})
