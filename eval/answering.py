"""Every question of a suite asked, its answer scored: ``run`` for answers.

    suite.asked --sample--> questions --ask--> Answers --judge--> AskedQuery each --> means, sets, intervals
                                                  ^
                       every citation must be the very text that stands there, or the run ends in an error

A suite is asked where it has answers. What makes an answer right is in ``answer_measures``, what a confidence is worth
in ``risk``. Whoever fits a confidence by a program of his own takes ``judge`` and the ``right`` that it gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from eval.answer_means import MEASURES, by_kind, measures_of
from eval.answer_measures import Places, citation_scores, exact_match, is_right, word_f1
from eval.answer_result import AnswerResult, AskedQuery
from eval.evidence import EvidencePlaces
from eval.gold import gold_of
from eval.latency import percentiles
from eval.sample import Sample
from eval.suite import Query, Suite, digest_of
from indexer.errors import ArchiveDamaged, BadRecord, BadSuite
from indexer.snapshot import Snapshot
from service.answer.records import Answer, Support
from service.citation import check

Ask = Callable[[str], Answer]
Tell = Callable[[int, int], None]


def ask_suite(
    suite: Suite,
    snapshot: Snapshot,
    ask: Ask,
    config: Mapping[str, Any],
    sample: Sample | None = None,
    tell: Tell = lambda done, total: None,
) -> AnswerResult:
    """Ask the suite's questions, check every citation against the archive, and score the answers.

    Args:
        suite: what is asked; it has answers.
        snapshot: the archive as it is asked; its texts are what citations are held against.
        ask: what answers, ``Answerer.ask``.
        config: how it answers, to be kept with the result.
        sample: how many to ask.
        tell: called with how many are done and how many there are.

    Raises:
        BadSuite: the suite has no answers, does not fit the archive, or the archive changed meanwhile.
        ArchiveDamaged: a citation is not what the archive holds there.
        BadRecord: an answer cites nothing, or an abstention does.
    """
    sample = sample or Sample()
    queries = sample.of(suite)
    if not queries:
        raise BadSuite(f"{suite.source} has no answers to score against. Add answers to its questions")
    evidence = EvidencePlaces(snapshot, gold_of(suite, snapshot))
    ask(queries[0].text)  # the first question of a process loads what all others use
    per_query: dict[str, AskedQuery] = {}
    times = []
    for done, query in enumerate(queries):
        tell(done, len(queries))
        answer = ask(query.text)
        require_exact(answer, snapshot)
        per_query[query.id] = judge(query, answer, evidence.of(query))
        times.append({"total": answer.took_ms, **answer.phases_ms})
    tell(len(queries), len(queries))
    return _result(suite, sample, queries, per_query, config, percentiles(times))


def _result(
    suite: Suite,
    sample: Sample,
    queries: Sequence[Query],
    per_query: Mapping[str, AskedQuery],
    config: Mapping[str, Any],
    latency_ms: Mapping[str, Mapping[str, float]],
) -> AnswerResult:
    return AnswerResult(
        digest=answers_digest(queries),
        asked=len(queries),
        of=len(suite.asked),
        answerable=sum(query.answerable for query in per_query.values()),
        seed=sample.seed if len(queries) < len(suite.asked) else None,
        config=config,
        measures=measures_of(per_query),
        by_kind=by_kind(per_query),
        latency_ms=latency_ms,
        per_query=per_query,
    )


def answers_digest(queries: Iterable[Query]) -> str:
    """SHA-256 of what is asked and what answers it."""
    return digest_of(
        [q.id, q.text, q.kind, q.answers, q.unanswerable, [[e.article, e.quote] for e in q.evidence]]
        for q in sorted(queries, key=lambda query: query.id)
    )


def require_exact(answer: Answer, snapshot: Snapshot) -> None:
    """Refuse an answer that is not quoted from the archive: this is no measure, for it may never happen.

    Raises:
        BadSuite: the archive changed, so that the answer is of another generation.
        ArchiveDamaged: a citation differs from the text or edition, or the answering words lie outside it.
        BadRecord: an answer cites nothing, or an abstention does.
    """
    if answer.generation != snapshot.generation:
        raise BadSuite(
            f"the archive went from generation {snapshot.generation} to {answer.generation} while it was asked. Run "
            "eval again when nothing writes to it"
        )
    if answer.abstained != (answer.answer is None) or answer.abstained == bool(answer.supports):
        raise BadRecord(
            f"the answer to {answer.question!r} has {len(answer.supports)} citations and abstained is "
            f"{answer.abstained}: what is answered is cited, and nothing else is. See it: pressmark ask QUESTION --json"
        )
    held_back = answer.candidate.supports if answer.candidate else ()
    for support in (*answer.supports, *held_back):
        citation, (start, end) = support.citation, support.words
        article = snapshot.article(citation.article_id)
        if citation.edition != article.edition or not citation.start <= start < end <= citation.end:
            raise ArchiveDamaged(
                f"{citation.locator} is cited of edition {citation.edition[:12]} for its characters {start}-{end}; the "
                f"archive holds edition {article.edition[:12]}. Ask again when nothing writes to it"
            )
        check(citation, article.text)


def judge(query: Query, answer: Answer, evidence: Places) -> AskedQuery:
    """What an answer is worth. An abstention scores 0 where there is an answer, 1 where there is none.

    ``citation precision`` is of answers given to answerable questions: an abstention cites nothing, exactly or not.
    """
    answered, answerable = float(not answer.abstained), not query.unanswerable
    said, supports = _said(answer)
    right = answerable and is_right(said, supports, query.answers, evidence)
    scores = {"abstention accuracy": 1 - answered if query.unanswerable else answered}
    if answerable:
        of_words = {"right": float(right), "EM": exact_match(said, query.answers), "F1": word_f1(said, query.answers)}
        precision, recall = citation_scores(supports, evidence)
        scores |= {f"answer {name}": answered * value for name, value in of_words.items()}
        scores |= {f"overall {name}": answered * value for name, value in of_words.items()}
        scores |= {"citation recall": answered * recall} | ({"citation precision": precision} if answered else {})
    else:
        scores |= dict.fromkeys(("refusal recall", "overall right", "overall EM", "overall F1"), 1 - answered)
    return AskedQuery(
        kind=query.kind,
        answerable=answerable,
        abstained=answer.abstained,
        confidence=round(answer.confidence, 5),
        right=right,
        scores={name: scores[name] for name in MEASURES if name in scores},
        cited=tuple(citation.locator for citation in answer.citations),
        took_ms=answer.took_ms,
    )


def _said(answer: Answer) -> tuple[str, Sequence[Support]]:
    """The words of the answer and what it cites; after an abstention, of what was held back."""
    if answer.answer is not None:
        return answer.answer, answer.supports
    return (answer.candidate.answer, answer.candidate.supports) if answer.candidate else ("", ())
