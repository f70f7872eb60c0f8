"""Tables say what the results hold, and nothing of a suite acts on the terminal.

``fake_suite`` and ``fake_result`` are what the tests of plots and of the page draw as well.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random
from statistics import fmean

import pytest
from markdown_it import MarkdownIt

from eval.change import Change, Moved
from eval.compare import Comparison
from eval.interval import Interval
from eval.result import QueryResult, Result
from eval.suite import Evidence, Query, Suite
from eval.tables import (
    archive_line,
    kind_rows,
    markdown_table,
    percent,
    primary_measure,
    show_comparison,
    show_result,
    show_sweep,
    signed,
)
from indexer.errors import BadSuite

KINDS = ("fact", "date", "number", "person", "cause", "paraphrase")
ARTICLES = tuple(f"example.org/{year}/the-story-of-number-{year % 97}" for year in range(1990, 2020))
MEASURES = ("nDCG@10", "RR@10", "R@5", "Success@3", "passage nDCG@10", "passage RR@10", "passage Success@3")
SPANS = ("span precision", "span recall", "span IoU")
HOSTILE = "\x1b]0;owned\x07[bold red]What[/] \u202e<script>alert('&\"')</script>?"


def fake_suite(answerable: int = 45, unanswerable: int = 15) -> Suite:
    """Questions of six kinds; the first holds what a hostile file would."""
    queries = []
    for number in range(answerable + unanswerable):
        kind = KINDS[number % len(KINDS)]
        article = ARTICLES[number % len(ARTICLES)]
        text = f"Which {kind} stands in story {number}, and who says so?" if number else HOSTILE
        asked = Query(id=f"q{number:02d}", text=text, kind=kind, line=number + 1)
        if number < answerable:
            quote = f"The {kind} of story {number}, said the harbour master, is “{number * 37}”."
            asked = replace(asked, evidence=(Evidence(article, quote),), articles={article: 1})
        queries.append(asked)
    return Suite("harbour", Path("questions/harbour.yaml"), tuple(queries))


def fake_result(suite: Suite, seed: int = 7, skill: float = 0.6) -> Result:
    """A run with scores as a search of this skill might bring them; unanswerable questions come less near."""
    chance = Random(seed)
    per_query = {query.id: _fake_query(query, chance, skill) for query in suite.queries}
    judged = [query for query in per_query.values() if query.judged]
    kinds = sorted({query.kind for query in judged})
    names = [*MEASURES, *SPANS]
    of_kind = {kind: [query for query in judged if query.kind == kind] for kind in kinds}
    return Result(
        suite=suite.name,
        digest=suite.digest,
        manifest={
            "model": "sentence-transformers/all-MiniLM-L6-v2",
            "weights_sha256": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            "dim": 384,
            "chunk": {"size": 200, "overlap": 1, "limit": 254},
            "format": 1,
        },
        corpus="c0ffee" * 10 + "c0ff",
        articles=1234,
        passages=5678,
        config={"mode": "hybrid", "fusion": "convex", "weight": 0.45, "depth": 100},
        queries=len(per_query),
        judged=len(judged),
        measures={name: _interval([query.scores[name] for query in judged]) for name in names if judged},
        by_kind={kind: {n: _interval([q.scores[n] for q in of_kind[kind]]) for n in names} for kind in kinds},
        latency_ms={
            "embed": {"p50": 2.1, "p95": 2.9, "p99": 3.4},
            "dense": {"p50": 0.8, "p95": 1.1, "p99": 1.2},
            "lexical": {"p50": 1.7, "p95": 4.2, "p99": 6.3},
            "total": {"p50": 5.9, "p95": 10.8, "p99": 12.2},
        },
        per_query=per_query,
        seconds=3.2,
        commit="0385939",
        machine={"processor": "AMD EPYC", "cores": 2, "python": "3.11.7"},
        versions={"faiss-cpu": "1.15.1", "tantivy": "0.27.0"},
    )


def _fake_query(query: Query, chance: Random, skill: float) -> QueryResult:
    rank = 1
    while chance.random() > skill and rank < 12:
        rank += 1
    ranking = chance.sample([name for name in ARTICLES if name not in query.articles], 10)
    if query.judged and rank <= 10:
        ranking[rank - 1] = next(iter(query.articles))
    found = 1 / rank if rank <= 10 else 0.0
    within = {"nDCG@10": found**0.63, "RR@10": found, "R@5": float(rank <= 5), "Success@3": float(rank <= 3)}
    scores = {name: within[name.removeprefix("passage ")] for name in MEASURES}
    scores |= {name: found * chance.random() for name in SPANS}
    return QueryResult(
        kind=query.kind,
        judged=query.judged,
        scores=scores if query.judged else {},
        articles=tuple(ranking),
        passages=tuple(f"{name}#{120 * place}-{120 * place + 640}" for place, name in enumerate(ranking)),
        cosine=min(1.0, chance.gauss(0.68 if query.judged else 0.52, 0.09)),
        bm25=max(0.5, chance.gauss(19 if query.judged else 14, 5)),
        took_ms=4 + chance.expovariate(1 / 2.5),
    )


def _interval(values: list[float]) -> Interval:
    mean, half = fmean(values), 0.9 / len(values) ** 0.5 * 0.5
    return Interval(mean, max(0.0, mean - half), min(1.0, mean + half))


def fake_comparison(before: Result, after: Result) -> Comparison:
    """Every measure's difference with a made-up interval: one is called worse, one better, the rest neither."""
    changes = []
    for number, name in enumerate(MEASURES):
        old, new = before.measures[name].mean, after.measures[name].mean
        difference = Interval(new - old, new - old - 0.04, new - old + 0.05)
        changes.append(Change(name, old, new, difference, (0.0004, 0.02, 0.3)[min(number, 2)], before.judged))
    primary = primary_measure(before)
    moved = [
        Moved(name, primary, old.scores[primary], new.scores[primary], old.passages, new.passages)
        for (name, old), new in zip(before.per_query.items(), after.per_query.values(), strict=True)
        if old.judged and old.scores[primary] != new.scores[primary]
    ]
    return Comparison(before, after, tuple(changes), tuple(moved), ("the archives differ: 1,234 and 1,240 articles",))


@pytest.fixture(autouse=True)
def _wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")


def test_a_mean_is_said_times_100_with_its_interval() -> None:
    assert percent(Interval(0.7825, 0.71, 0.8491)) == "78.2 [71.0, 84.9]"
    assert percent(None) == "–"
    assert signed(Interval(0.013, -0.004, 0.03)) == "+1.3 [-0.4, +3.0]"


def test_a_result_is_shown_with_measures_kinds_and_latency(capsys: pytest.CaptureFixture[str]) -> None:
    result = fake_result(fake_suite())
    show_result(result)
    lines = capsys.readouterr().out.splitlines()
    of = {line.split()[0]: line for line in lines if line.strip()}
    assert "45 judged of 60" in of["queries"]
    assert percent(result.measures["nDCG@10"]) in of["nDCG@10"]
    assert percent(result.measures["passage nDCG@10"]) in of["nDCG@10"]
    assert of["R@5"].rstrip().endswith("–"), "there is no passage R@5"
    for kind in KINDS:
        assert percent(result.by_kind[kind]["passage Success@3"]) in of[kind]
    assert of["fact"].split()[1] == "8", "45 questions in turn over six kinds: 8, 8, 8, 7, 7, 7"
    assert of["total"].split()[1:] == ["5.9", "10.8", "12.2"]
    assert any("span recall" in line for line in lines)


def test_the_archive_is_said_with_what_made_it() -> None:
    said = archive_line(fake_result(fake_suite()))
    assert said.startswith("1,234 articles, 5,678 passages of about 200 tokens, overlap 1; sentence-transformers/")
    assert "weights 53aa51172d14)" in said


def test_a_comparison_says_in_a_word_which_measures_changed(capsys: pytest.CaptureFixture[str]) -> None:
    suite = fake_suite()
    comparison = fake_comparison(fake_result(suite), fake_result(suite, seed=8, skill=0.35))
    assert [change.measure for change in comparison.worse] == ["nDCG@10", "RR@10"]
    show_comparison(comparison, {query.id: query.text for query in suite.queries})
    shown = capsys.readouterr().out
    rows = {line.split()[0]: line.split() for line in shown.splitlines() if line.strip()}
    assert rows["nDCG@10"][-2:] == ["<0.001", "worse"]
    assert rows["RR@10"][-2:] == ["0.020", "worse"]
    assert rows["R@5"][-2:] == ["0.300", "-"]
    assert "note: the archives differ" in shown


def test_a_query_that_moved_stands_with_its_words_and_both_rankings_to_five(
    capsys: pytest.CaptureFixture[str],
) -> None:
    old, new = tuple(f"old{n}#1-9" for n in range(8)), tuple(f"new{n}#1-9" for n in range(8))
    result = fake_result(fake_suite())
    moved = Moved("q03", "RR@10", 1.0, 0.25, old, new)
    show_comparison(Comparison(result, result, (), (moved,), ()), {"q03": "Who was first?"})
    shown = capsys.readouterr().out
    assert "q03  Who was first?" in shown
    assert "before: RR@10 100.0" in shown
    assert "after: RR@10 25.0" in shown
    sides = [line.split() for line in shown.splitlines() if "old" in line]
    assert sides == [[str(n + 1), old[n], new[n]] for n in range(5)]


def test_nothing_of_a_suite_acts_on_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    suite = fake_suite()
    result = fake_result(suite)
    result = replace(result, suite=HOSTILE, by_kind={HOSTILE: result.by_kind["fact"]}, config={"mode": HOSTILE})
    show_result(result)
    moved = Moved(HOSTILE, "RR@10", 1.0, 0.0, (HOSTILE,), (HOSTILE,))
    comparison = Comparison(result, result, (), (moved,), (HOSTILE,))
    show_comparison(comparison, {HOSTILE: "two\nlines " + HOSTILE})
    show_sweep([(HOSTILE, comparison)])
    shown = capsys.readouterr().out
    assert not set(shown) & {"\x1b", "\x07", "\u202e", "\r"}
    assert "[bold red]What[/]" in shown, "brackets are words, not markup"
    assert "two lines" in shown


def test_colours_come_only_on_a_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    suite = fake_suite()
    comparison = fake_comparison(fake_result(suite), fake_result(suite, seed=8, skill=0.35))
    show_comparison(comparison, {})
    assert "\x1b[" not in capsys.readouterr().out
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    show_comparison(comparison, {})
    assert "\x1b[31mworse" in capsys.readouterr().out


def test_a_sweep_marks_only_what_is_more_than_chance(capsys: pytest.CaptureFixture[str]) -> None:
    suite = fake_suite()
    before = fake_result(suite)
    after = fake_result(suite, seed=8, skill=0.35)
    show_sweep([("weight 0.2", fake_comparison(before, after))])
    shown = {line.split("  ")[0].strip(): line for line in capsys.readouterr().out.splitlines()}
    new, old = after.measures["nDCG@10"].mean, before.measures["nDCG@10"].mean
    assert f"{100 * old:.1f}" in shown["default"]
    assert f"{100 * new:.1f}  {100 * (new - old):+.1f}*" in shown["weight 0.2"]
    assert shown["weight 0.2"].count("*") == 1, "RR@10 is not among the main measures, and R@5 is chance"


def test_markdown_has_a_row_a_suite_and_reads_back_as_it_was() -> None:
    result = fake_result(fake_suite())
    articles_only = replace(
        result,
        suite="a|b <i>*c*</i>\n`d`",
        latency_ms={},
        measures={"nDCG@10": Interval(0.5, 0.4, 0.6)},
    )
    text = markdown_table([result, articles_only])
    assert text.splitlines()[0] == "| suite | queries | nDCG@10 | R@5 | Success@3 | passage Success@3 | p50 |"
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    assert "<td>a|b &lt;i&gt;*c*&lt;/i&gt; `d`</td>" in html
    assert html.count("<tr>") == 3
    assert "5.9 ms" in html
    assert text.splitlines()[3].endswith("| 45 | 50.0 [40.0, 60.0] | – | – | – | – |")


def test_a_measure_that_no_result_has_is_an_error_and_not_an_empty_column() -> None:
    with pytest.raises(BadSuite, match=r"no result has the measure nDCG@1\. Choose among: nDCG@10"):
        markdown_table([fake_result(fake_suite())], ["nDCG@10", "nDCG@1"])


def test_the_primary_measure_is_of_passages_where_they_are_judged() -> None:
    result = fake_result(fake_suite())
    assert primary_measure(result) == "passage Success@3"
    assert primary_measure(replace(result, measures={"RR@10": Interval(0, 0, 0), "Success@3": Interval(0, 0, 0)})) == (
        "Success@3"
    )
    assert primary_measure(replace(result, measures={"RR@10": Interval(0, 0, 0)})) == "RR@10"


def test_a_result_that_measured_nothing_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    nothing = fake_result(fake_suite(answerable=0))
    with pytest.raises(BadSuite, match="0 of its 15 queries"):
        primary_measure(nothing)
    show_result(nothing)
    assert "0 judged of 15" in capsys.readouterr().out


def test_a_suite_without_kinds_has_no_table_by_kind() -> None:
    result = fake_result(fake_suite())
    assert [row.queries for row in kind_rows(result)] == [7, 8, 8, 8, 7, 7], "in the result's order"
    assert kind_rows(replace(result, by_kind={"": result.measures})) == []
