"""Questions asked and answers scored, over answers made by hand and a real archive that they cite."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval.answer_means import MEASURES
from eval.answer_result import AnswerResult
from eval.answering import answers_digest, ask_suite, judge
from eval.risk import SET_MEASURES
from eval.sample import Sample
from eval.suite import Evidence, Query, Suite
from indexer.archive import Archive
from indexer.build import index_articles
from indexer.errors import ArchiveDamaged, BadRecord, BadSuite, UnknownArticle
from service.answer.records import Answer, Side, Support
from service.citation import Citation, cite_span
from tests.conftest import make_article
from tests.fakes import WordEmbedder

WHERE, WHO, WHEN, NONE, NEAR = "where", "who", "when", "none", "near"
FRIGATE = "The frigate reached the port of Bandar on Monday."


def suite_of(*queries: Query) -> Suite:
    return Suite("harbour", Path("harbour.jsonl"), queries)


def query(text: str, kind: str, answers: tuple[str, ...] = (), *evidence: tuple[str, str]) -> Query:
    quotes = tuple(Evidence(*pair) for pair in evidence)
    articles = {quote.article: 1 for quote in quotes}
    return Query(text, text, kind, answers, quotes, articles, unanswerable=not answers)


SUITE = suite_of(
    query(WHERE, "fact", ("port of Bandar",), ("a", FRIGATE)),
    query(WHO, "fact", ("Tugs",), ("b", "Tugs left the port")),
    query(WHEN, "date", ("in autumn",), ("c", "Wheat and barley are sown in autumn."), ("b", "before the storm.")),
    query(NONE, "absent"),
    query(NEAR, "absent"),
)


def support(archive: Archive, article: str, words: str, confidence: float = 0.5) -> Support:
    """The whole text of an article cited, for these words of it."""
    found = archive.snapshot().article(article)
    start = found.text.index(words)
    return Support(cite_span(found, found.text, 0, len(found.text)), (start, start + len(words)), confidence)


def answer(question: str, confidence: float, *supports: Support, said: str | None = None) -> Answer:
    return Answer(
        question=question,
        kind="words",
        answer=said or supports[0].quote,
        abstained=False,
        reason=None,
        confidence=confidence,
        supports=supports,
        nearest=(),
        generation=1,
        took_ms=20.0,
        phases_ms={"read": 12.0},
    )


def refusal(question: str, confidence: float, *held_back: Support) -> Answer:
    candidate = Side(held_back[0].quote, confidence, held_back) if held_back else None
    return replace(
        answer(question, confidence, said="nothing"),
        answer=None,
        abstained=True,
        reason="no passage answers it",
        candidate=candidate,
    )


@pytest.fixture
def answers(ports: Archive) -> dict[str, Answer]:
    return {
        WHERE: answer(WHERE, 0.9, support(ports, "a", "reached the port of Bandar")),  # right, not word for word
        WHO: refusal(WHO, 0.3, support(ports, "b", "Tugs")),  # refused, and would have been right
        WHEN: answer(WHEN, 0.6, support(ports, "c", "Wheat")),  # other words of the right sentence
        NONE: refusal(NONE, 0.1),
        NEAR: answer(NEAR, 0.5, support(ports, "a", "Monday")),
    }


def asked(
    archive: Archive, answers: Mapping[str, Answer], suite: Suite = SUITE, sample: Sample | None = None
) -> AnswerResult:
    snapshot = archive.snapshot()
    generation = snapshot.generation
    return ask_suite(
        suite, snapshot, lambda text: replace(answers[text], generation=generation), {"passages": 20}, sample
    )


def test_every_measure_of_a_small_suite_is_what_the_hand_computes(ports: Archive, answers: dict[str, Answer]) -> None:
    result = asked(ports, answers)
    means = {name: interval.mean for name, interval in result.measures.items()}
    assert list(means) == [*MEASURES, *SET_MEASURES]
    f1 = 2 * (3 / 4) * 1 / (3 / 4 + 1)  # reached port of bandar, against port of bandar
    assert means["answer right"] == pytest.approx(1 / 3, abs=1e-6)  # of three answerable
    assert means["answer EM"] == 0
    assert means["answer F1"] == pytest.approx(f1 / 3, abs=1e-6)
    assert means["overall F1"] == pytest.approx((f1 + 0 + 0 + 1 + 0) / 5, abs=1e-6)  # one of two refused well
    assert means["overall EM"] == pytest.approx(1 / 5)
    assert means["overall right"] == pytest.approx((1 + 1) / 5)
    assert means["refusal recall"] == 1 / 2
    assert means["abstention accuracy"] == pytest.approx((1 + 0 + 1 + 1 + 0) / 5)
    # answered were "where", all of it evidence, and "when", whose one citation is one of two pieces
    assert means["citation precision"] == 1
    assert means["citation recall"] == pytest.approx((1 + 0 + 1 / 2) / 3)
    assert means["refusal precision"] == 1 / 2
    assert means["answer precision"] == pytest.approx(1 / 3, abs=1e-6)
    # what would have been answered to "who" is right: by confidence right, wrong, wrong, right, wrong
    assert means["AURC"] == pytest.approx((0 / 1 + 1 / 2 + 2 / 3 + 2 / 4 + 3 / 5) / 5, abs=1e-6)
    assert means["Brier"] == pytest.approx((0.1**2 + 0.6**2 + 0.5**2 + 0.7**2 + 0.1**2) / 5)
    assert [(name, q.right, q.abstained) for name, q in result.per_query.items()] == [
        (WHERE, True, False),
        (WHO, True, True),
        (WHEN, False, False),
        (NONE, False, True),
        (NEAR, False, False),
    ]
    assert (result.asked, result.of, result.answerable, result.seed) == (5, 5, 3, None)


def test_kinds_have_the_means_of_their_own_questions(ports: Archive, answers: dict[str, Answer]) -> None:
    kinds = asked(ports, answers).by_kind
    assert list(kinds) == ["fact", "date", "absent"]
    assert kinds["fact"]["answer right"].mean == 1 / 2
    assert kinds["date"]["answer right"].mean == 0
    assert set(kinds["absent"]) == {
        "refusal recall",
        "abstention accuracy",
        "overall right",
        "overall EM",
        "overall F1",
    }


def test_times_are_those_of_the_answers_and_the_first_question_is_asked_once_before(
    ports: Archive, answers: dict[str, Answer]
) -> None:
    asked_for: list[str] = []
    told: list[tuple[int, int]] = []

    def ask(question: str) -> Answer:
        asked_for.append(question)
        return replace(answers[question], generation=snapshot.generation)

    snapshot = ports.snapshot()
    result = ask_suite(SUITE, snapshot, ask, {}, tell=lambda done, total: told.append((done, total)))
    assert asked_for == [WHERE, WHERE, WHO, WHEN, NONE, NEAR]
    assert told == [(done, 5) for done in range(6)]
    assert result.latency_ms["total"]["p50"] == 20.0
    assert result.latency_ms["read"]["p95"] == 12.0


def test_a_citation_that_is_not_the_text_ends_the_run(ports: Archive, answers: dict[str, Answer]) -> None:
    good = answers[WHERE].supports[0]
    altered = replace(good, citation=replace_quote(good, "The cruiser reached the port of Bandar on Monday."))
    with pytest.raises(ArchiveDamaged, match="should read"):
        asked(ports, {**answers, WHERE: replace(answers[WHERE], supports=(altered,))})
    held_back = refusal(WHO, 0.3, altered)
    with pytest.raises(ArchiveDamaged, match="should read"):
        asked(ports, {**answers, WHO: held_back})
    outside = replace(good, words=(good.citation.end - 3, good.citation.end + 1))
    with pytest.raises(ArchiveDamaged, match="for its characters"):
        asked(ports, {**answers, WHERE: replace(answers[WHERE], supports=(outside,))})


def test_an_archive_that_changed_meanwhile_ends_the_run(ports: Archive, answers: dict[str, Answer]) -> None:
    snapshot = ports.snapshot()
    with pytest.raises(BadSuite, match="while it was asked"):
        ask_suite(SUITE, snapshot, lambda text: replace(answers[text], generation=snapshot.generation + 1), {})


def test_an_article_that_is_not_there_cannot_be_cited(ports: Archive, answers: dict[str, Answer]) -> None:
    good = answers[WHERE].supports[0]
    gone = replace(good, citation=replace_quote(good, good.citation.quote, article="d"))
    with pytest.raises(UnknownArticle, match="'d'"):
        asked(ports, {**answers, WHERE: replace(answers[WHERE], supports=(gone,))})


def replace_quote(of: Support, quote: str, article: str = "a") -> Citation:
    citation = of.citation
    return Citation(
        article, citation.edition, None, (), None, None, None, citation.start, citation.start + len(quote), quote
    )


@pytest.mark.parametrize("changed", [{"abstained": True, "answer": None}, {"supports": ()}])
def test_an_answer_without_a_citation_ends_the_run(
    ports: Archive, answers: dict[str, Answer], changed: dict[str, Any]
) -> None:
    with pytest.raises(BadRecord, match="what is answered is cited, and nothing else is"):
        asked(ports, {**answers, WHERE: replace(answers[WHERE], **changed)})


def test_a_copy_of_the_evidence_is_as_good(archive: Archive, embedder: WordEmbedder) -> None:
    told = "The frigate reached the port of Bandar on Monday, after a week of storms, with forty sailors on board. " * 2
    first, repost = (make_article(name, told, published=f"201{n}-01-01") for n, name in enumerate(("first", "repost")))
    index_articles(archive, embedder, [first, repost])
    by_article = Query("q", "q", answers=("Bandar",), articles={"repost": 1})
    suite = suite_of(by_article)
    cited = support(archive, "first", "Bandar", 0.5)
    result = asked(archive, {"q": answer("q", 0.5, cited)}, suite)
    assert result.per_query["q"].scores["citation precision"] == 1
    assert result.per_query["q"].scores["citation recall"] == 1


def test_a_whole_article_is_evidence_where_a_suite_judges_articles(ports: Archive) -> None:
    suite = suite_of(Query("q", "q", answers=("Bandar",), articles={"a": 1, "b": 0}))
    for article, words, precision in (("a", "frigate", 1), ("b", "Tugs", 0)):
        given = {"q": answer("q", 0.5, support(ports, article, words))}
        scores = asked(ports, given, suite).per_query["q"].scores
        assert (scores["citation precision"], scores["citation recall"]) == (precision, precision)


def test_an_unanswerable_question_is_never_answered_rightly(ports: Archive) -> None:
    brought = judge(SUITE.queries[-1], answer(NEAR, 0.5, support(ports, "a", "Monday")), ())
    assert not brought.right
    assert brought.scores == {
        "refusal recall": 0,
        "abstention accuracy": 0,
        "overall right": 0,
        "overall EM": 0,
        "overall F1": 0,
    }


def test_a_sample_is_the_same_each_time_and_in_the_order_of_the_suite() -> None:
    suite = suite_of(*(query(f"q{n:03}", "fact", ("x",), ("a", "y")) for n in range(200)))
    drawn = Sample(50, seed=3).of(suite)
    assert len({q.id for q in drawn}) == len(drawn) == 50
    assert drawn == Sample(50, seed=3).of(suite)
    assert [q.id for q in drawn] == sorted(q.id for q in drawn)
    assert drawn != Sample(50, seed=4).of(suite)
    assert Sample(200).of(suite) == suite.queries
    with pytest.raises(BadSuite, match="a sample of 0"):
        Sample(0)


def test_only_questions_with_answers_and_unanswerable_ones_are_asked(ports: Archive) -> None:
    silent = Query("silent", "silent", articles={"a": 1}, evidence=(Evidence("a", FRIGATE),))
    assert suite_of(*SUITE.queries, silent).asked == SUITE.queries
    assert suite_of(silent, SUITE.queries[-1]).asked == ()
    with pytest.raises(BadSuite, match="has no answers"):
        asked(ports, {}, suite_of(silent))


def test_the_digest_changes_with_what_is_right() -> None:
    first = SUITE.queries[0]
    digest = answers_digest(SUITE.queries)
    assert digest == answers_digest(reversed(SUITE.queries))
    assert digest != answers_digest([replace(first, answers=("Bandar",)), *SUITE.queries[1:]])
