"""The report is one file that fetches nothing and runs nothing, whatever a suite says."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from lxml.html import HtmlElement, document_fromstring

from eval.compare import compare
from eval.page import page, write_page
from eval.suite import Evidence, Query, Suite
from eval.tables import percent
from indexer.errors import NotComparable
from tests.test_eval_tables import ARTICLES, HOSTILE, KINDS, fake_result, fake_suite


@pytest.fixture(scope="module")
def report() -> str:
    suite = fake_suite()
    before, after = fake_result(suite), fake_result(suite, seed=8, skill=0.35)
    return page(after, suite, compare(before, after, resamples=200))


def read(text: str) -> HtmlElement:
    return document_fromstring(text)


def table(document: HtmlElement, name: str) -> dict[str, list[str]]:
    (region,) = (found for found in document.iter("div") if found.get("aria-label") == name)
    return {
        str(row[0].text_content()): [" ".join(str(cell.text_content()).split()) for cell in row[1:]]
        for row in region.iter("tr")
    }


def test_the_page_asks_for_nothing_and_runs_nothing(report: str) -> None:
    document = read(report)
    assert not {"script", "link", "img", "iframe", "object", "form", "base"} & {str(e.tag) for e in document.iter()}
    for element in document.iter():
        for name, value in element.attrib.items():
            assert not str(name).startswith("on"), name
            if str(name).endswith(("href", "src")):
                assert str(value).startswith("#"), value
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", report))
    assert "@import" not in report
    (policy,) = (m.get("content") for m in document.iter("meta") if m.get("http-equiv") == "Content-Security-Policy")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def test_every_link_leads_to_a_part_of_the_page_and_ids_are_unique(report: str) -> None:
    document = read(report)
    ids = [str(element.get("id")) for element in document.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    links = [str(link.get("href")).removeprefix("#") for link in document.iter("a")]
    assert links == ["measures", "kinds", "answerable", "latency", "comparison", "hardest", "again"]
    assert set(links) <= set(ids)


def test_tables_hold_the_result_s_numbers(report: str) -> None:
    result = fake_result(fake_suite(), seed=8, skill=0.35)
    document = read(report)

    def said(name: str) -> str:
        return percent(result.measures[name]).replace("[", "").replace(", ", " to ").replace("]", "")

    measures = table(document, "Measures")
    assert measures["nDCG@10"] == [said("nDCG@10"), said("passage nDCG@10")]
    assert measures["R@5"] == [said("R@5"), "–"]
    assert table(document, "Words of the evidence")["span recall"] == [said("span recall")]
    kinds = table(document, "Measures by kind of question")
    assert {kind: kinds[kind][0] for kind in KINDS} == dict(zip(KINDS, "888777", strict=True))
    assert table(document, "Latency by phase")["total"] == ["5.9", "10.8", "12.2"]
    changes = table(document, "Before and after")
    assert changes["nDCG@10"][1] == f"{100 * result.measures['nDCG@10'].mean:.1f}"
    assert changes["nDCG@10"][-1] == "worse"


def test_hostile_words_are_shown_and_do_nothing() -> None:
    question = Query(
        id=f'"><b>{HOSTILE}',
        text=f"{HOSTILE}</h3></article>{{{{ 7 * 7 }}}}",
        kind=HOSTILE,
        answers=("<i>'answer'</i>",),
        evidence=(Evidence(ARTICLES[0], "<style>*{display:none}</style>"),),
        articles={ARTICLES[0]: 1},
    )
    suite = Suite(HOSTILE, Path('a"<b>.yaml'), (question,))
    result = fake_result(suite)
    ((name, brought),) = result.per_query.items()
    missed = replace(brought, scores=dict.fromkeys(brought.scores, 0.0), passages=("<u>x</u>#1-2",))
    result = replace(result, suite=HOSTILE, per_query={name: missed}, commit="<s>", machine={"<p>": "<q>"})
    report = page(result, suite, compare(result, replace(result, per_query={name: brought}), resamples=100))
    document = read(report)
    tags = {str(element.tag) for element in document.iter()}
    assert not {"script", "i", "u", "s", "q"} & tags
    assert len(list(document.iter("style"))) == 1
    assert not set(report) & {"\x1b", "\x07", "\u202e"}
    shown = str(document.text_content())
    for words in ("<script>alert('&\"')</script>?", "{{ 7 * 7 }}", "<i>'answer'</i>", "<style>*{display:none}</style>"):
        assert words in shown


def test_the_hardest_questions_come_worst_first_with_evidence_and_what_came_first(report: str) -> None:
    suite, result = fake_suite(), fake_result(fake_suite(), seed=8, skill=0.35)
    scores = {query.id: result.per_query[query.id].scores["passage Success@3"] for query in suite.judged}
    section = read(report).xpath("//section[h2/@id='hardest']")[0]
    articles = list(section.iter("article"))
    assert len(articles) == min(12, sum(score < 1 for score in scores.values()))
    totals = []
    for article in articles:
        name = str(article.xpath("string(h3/code)"))
        query = next(query for query in suite.queries if query.id == name)
        assert scores[name] < 1
        totals.append(sum(result.per_query[name].scores.values()))
        assert query.evidence[0].quote in str(article.text_content())
        first = [str(code.text_content()) for code in article.xpath("ol/li/code")]
        assert tuple(first) == result.per_query[name].passages[:5]
    assert totals == sorted(totals)


def test_a_place_is_marked_when_its_article_is_judged_relevant(report: str) -> None:
    suite = {query.id: query for query in fake_suite().queries}
    marked = 0
    for article in read(report).iter("article"):
        query = suite[str(article.xpath("string(h3/code)"))]
        for place in article.iter("li"):
            name = str(place.xpath("string(code)")).rpartition("#")[0]
            assert (place.get("class") == "gold") == (name in query.articles)
            marked += name in query.articles
    assert marked


def test_the_page_of_another_suite_s_result_is_refused() -> None:
    suite = fake_suite()
    other = replace(suite, queries=suite.queries[:-1])
    with pytest.raises(NotComparable, match="questions or judgments changed"):
        page(fake_result(suite), other)


def test_without_comparison_kinds_or_unanswerable_questions_the_page_is_still_whole() -> None:
    suite = fake_suite(unanswerable=0)
    result = fake_result(suite)
    bare = replace(result, by_kind={}, latency_ms={}, machine=None, versions=None, commit="")
    text = str(read(page(bare, suite)).text_content())
    assert "Comparison" not in text
    assert "no unanswerable questions" in text
    assert "No search of this run was timed." in text
    assert "tells no kinds" in text


def test_the_page_is_written_whole_replaces_what_was_there_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    suite = fake_suite()
    place = tmp_path / "reports" / "harbour.html"
    write_page(place, fake_result(suite), suite)
    first = place.read_text(encoding="utf-8")
    assert first.startswith("<!doctype html>")
    assert first.endswith("</html>\n")
    write_page(place, fake_result(suite), suite)
    assert place.read_text(encoding="utf-8") == first, "no date, no chance"
    with pytest.raises(NotComparable):
        write_page(place, fake_result(suite), replace(suite, queries=suite.queries[1:]))
    assert place.read_text(encoding="utf-8") == first
    assert list(place.parent.iterdir()) == [place]


def test_the_command_names_an_archive_only_where_the_suite_brings_none() -> None:
    suite = fake_suite()
    result = fake_result(suite)
    assert "pressmark eval harbour.yaml --archive DIR" in page(result, suite)
    assert "pressmark eval harbour</code>" in page(result, replace(suite, corpus=Path("corpus.jsonl")))
