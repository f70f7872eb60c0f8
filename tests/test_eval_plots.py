"""Pictures say what the result holds, take their ink from the page, and are the same every time."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from eval.compare import compare
from eval.drawing import BLUE, INK, VERMILION, Plot
from eval.plots import plot_answerable, plot_changes, plot_kinds, plot_latency
from eval.result import QueryResult, Result
from tests.test_eval_tables import HOSTILE, KINDS, fake_comparison, fake_result, fake_suite

GROUNDS = ("#ffffff", "#161616")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def every_plot() -> list[Plot]:
    return _every_plot()


def _every_plot() -> list[Plot]:
    suite = fake_suite()
    before, after = fake_result(suite), fake_result(suite, seed=8, skill=0.35)
    changes = plot_changes(fake_comparison(before, after))
    return [plot_kinds(after), *plot_answerable(after), *plot_latency(after), *changes]


def words(plot: Plot) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(plot.svg).iter(f"{SVG}text")]


def luminance(colour: str) -> float:
    """Relative luminance. Source: WCAG 2.2, https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("colour", [BLUE, VERMILION])
def test_colours_stand_out_from_light_and_dark_grounds(colour: str, ground: str) -> None:
    low, high = sorted([luminance(colour), luminance(ground)])
    assert (high + 0.05) / (low + 0.05) >= 3


def test_a_picture_is_the_same_every_time(every_plot: list[Plot]) -> None:
    assert _every_plot() == every_plot


def test_a_picture_holds_words_as_text_and_nothing_from_elsewhere(every_plot: list[Plot]) -> None:
    assert len(every_plot) == 7
    for plot in every_plot:
        root = ElementTree.fromstring(plot.svg)
        assert words(plot), plot.title
        tags = {element.tag.removeprefix(SVG) for element in root.iter()}
        assert tags <= {"svg", "g", "path", "text", "defs", "clipPath", "rect", "use"}, plot.title
        addresses = set(re.findall(r"https?://[^\"]+", plot.svg))
        assert addresses == {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}, "names of namespaces only"
        assert root.get("aria-label") == plot.title


def test_ink_is_the_page_s_own_and_the_ground_transparent(every_plot: list[Plot]) -> None:
    for plot in every_plot:
        assert INK not in plot.svg
        assert set(re.findall(r"#[0-9a-f]{6}\b", plot.svg)) <= {BLUE, VERMILION}, plot.title
        assert "currentColor" in plot.svg
        for text in ElementTree.fromstring(plot.svg).iter(f"{SVG}text"):
            assert "fill: currentColor" in text.get("style", ""), plot.title


def test_pictures_in_one_page_share_no_id_and_refer_to_their_own(every_plot: list[Plot]) -> None:
    ids = [name for plot in every_plot for name in re.findall(r' id="([^"]+)"', plot.svg)]
    assert len(ids) == len(set(ids))
    for plot in every_plot:
        own = set(re.findall(r' id="([^"]+)"', plot.svg))
        referred = set(re.findall(r'(?:url\(|href=")#([^")]+)', plot.svg))
        assert referred
        assert referred <= own, plot.title


def test_kinds_are_named_with_their_number_of_questions() -> None:
    plot = plot_kinds(fake_result(fake_suite()))
    assert [word for word in words(plot) if "n =" in word] == [
        f"{kind} (n = {8 if KINDS.index(kind) < 3 else 7})" for kind in sorted(KINDS)
    ]


def test_a_suite_without_kinds_gets_a_sentence_and_no_picture() -> None:
    result = fake_result(fake_suite())
    assert plot_kinds(replace(result, by_kind={"": result.measures})).svg == ""


def _with(result: Result, **queries: QueryResult) -> Result:
    return replace(result, per_query=queries)


def _asked(judged: bool, cosine: float | None, bm25: float | None) -> QueryResult:
    return QueryResult(kind="", judged=judged, scores={}, articles=(), cosine=cosine, bm25=bm25)


def test_the_auc_is_the_share_of_pairs_in_the_right_order() -> None:
    asked = {
        "a": _asked(True, 0.9, 12.0),
        "b": _asked(True, 0.5, 3.0),
        "c": _asked(False, 0.6, None),
        "d": _asked(False, 0.4, 3.0),
    }
    cosine, words_found = plot_answerable(_with(fake_result(fake_suite()), **asked))
    # 0.9 beats both; 0.5 beats one of two: 3 of 4 pairs.
    assert cosine.said.startswith("AUC 0.750")
    # 12 beats both; 3 beats the question of whose words no passage holds any, and ties with the other: 3.5 of 4.
    assert words_found.said.startswith("AUC 0.875")
    assert "answerable (n = 2)" in words(cosine)


def test_a_suite_without_unanswerable_questions_gets_a_sentence() -> None:
    (plot,) = plot_answerable(fake_result(fake_suite(unanswerable=0)))
    assert plot.svg == ""
    assert "no unanswerable questions" in plot.said


def test_what_was_not_searched_is_not_drawn() -> None:
    asked = {"a": _asked(True, None, 12.0), "b": _asked(False, None, 3.0)}
    (plot,) = plot_answerable(_with(fake_result(fake_suite()), **asked))
    assert plot.title == "By the highest lexical score"


def test_latency_is_marked_with_the_result_s_own_percentiles() -> None:
    plot, phases = plot_latency(fake_result(fake_suite()))
    assert [word for word in words(plot) if word.startswith("p")] == ["p50 5.9 ms", "p95 10.8 ms", "p99 12.2 ms"]
    assert {"embed", "dense", "lexical"} <= set(words(phases))
    assert "total" not in words(phases)


def test_a_run_that_was_not_timed_gets_a_sentence() -> None:
    (plot,) = plot_latency(replace(fake_result(fake_suite()), latency_ms={}))
    assert plot == Plot("Latency", "No search of this run was timed.")


def test_differences_count_who_gained_and_who_lost() -> None:
    suite = fake_suite()
    before, after = fake_result(suite), fake_result(suite, seed=8, skill=0.35)
    comparison = compare(before, after, resamples=200)
    measure = comparison.moved[0].measure
    pairs = [(before.per_query[q.id].scores[measure], after.per_query[q.id].scores[measure]) for q in suite.judged]
    better, worse = sum(new > old for old, new in pairs), sum(new < old for old, new in pairs)
    forest, by_query = plot_changes(comparison)
    assert by_query.said == f"{better} better, {worse} worse, {45 - better - worse} the same."
    assert {change.measure for change in comparison.changes} <= set(words(forest))


def test_two_equal_results_have_no_picture_by_query() -> None:
    result = fake_result(fake_suite())
    forest, by_query = plot_changes(compare(result, result, resamples=200))
    assert forest.svg
    assert by_query == Plot("Differences query by query", "No query moved.")


@pytest.mark.parametrize("kind", [HOSTILE, "$x^2_$", "水資源の問題", "a" * 300, "\x00\uffff\ud800", 'id="x" url(#y'])
def test_a_kind_of_any_letters_is_only_text(kind: str) -> None:
    result = fake_result(fake_suite())
    plot = plot_kinds(replace(result, by_kind={kind: result.by_kind["fact"]}))
    (label,) = (word for word in words(plot) if "n =" in word)
    assert label[:1] == {"\x1b": "␛", "\x00": "␀"}.get(kind[:1], kind[:1])
    assert len(label) < 60
    assert "<script" not in plot.svg
