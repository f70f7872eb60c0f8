"""One result's answers against another's: as ``compare``, of the same questions asked twice."""

from __future__ import annotations

from collections.abc import Iterator

from eval.answer_means import MEASURES
from eval.answer_result import AnswerResult
from eval.answering import answers_digest
from eval.change import Change, Moved, changes_of, moved_by
from eval.risk import SET_MEASURES, outcomes, set_measures
from eval.sample import Sample
from eval.significance import SET_RESAMPLES, set_paired
from eval.suite import Suite
from indexer.errors import NotComparable

PRIMARY = "overall right"


def compare_answers(
    before: AnswerResult, after: AnswerResult, resamples: int
) -> tuple[tuple[Change, ...], tuple[Moved, ...]]:
    """What became of each measure, and the questions that were answered rightly in one of the two only.

    Raises:
        NotComparable: they were asked other questions.
    """
    _require_questions(before, after.digest, list(after.per_query))
    old, new = ({name: query.scores for name, query in one.per_query.items()} for one in (before, after))
    cited = {name: (query.cited, after.per_query[name].cited) for name, query in before.per_query.items()}
    changes = (*changes_of(old, new, MEASURES, resamples), *_set_changes(before, after, min(resamples, SET_RESAMPLES)))
    return changes, moved_by(PRIMARY, old, new, cited)


def require_sample(before: AnswerResult, suite: Suite, sample: Sample) -> None:
    """Refuse a baseline whose questions will not be those that are asked.

    Raises:
        NotComparable: they are others.
    """
    queries = sample.of(suite)
    _require_questions(before, answers_digest(queries), [query.id for query in queries])


def _set_changes(before: AnswerResult, after: AnswerResult, resamples: int) -> Iterator[Change]:
    """Of the numbers that a set of questions has as a whole; those that only one of the two has are left out."""
    names = list(before.per_query)
    old, new = (outcomes(one.per_query[name] for name in names) for one in (before, after))
    was, now = set_measures(old), set_measures(new)
    for place, tested in enumerate(set_paired(old, new, set_measures, resamples=resamples)):
        if tested is not None:
            difference, p = tested
            yield Change(SET_MEASURES[place], float(was[place]), float(now[place]), difference, p, len(names))


def _require_questions(before: AnswerResult, digest: str, names: list[str]) -> None:
    if before.digest == digest and set(before.per_query) == set(names):
        return
    drawn = f" --seed {before.seed}" if before.seed is not None else ""
    raise NotComparable(
        f"{before.asked:,} of {before.of:,} questions were asked before ({before.digest[:12]}) and {len(names):,} now "
        f"({digest[:12]}), and they or their answers are not the same. Ask the same ones: "
        f"--sample {before.asked}{drawn}, or measure a new baseline: pressmark eval SUITE --out RESULT.json"
    )
