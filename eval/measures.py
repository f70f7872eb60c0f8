"""What a ranking is worth, in the field's measures, computed by ``ir_measures`` (trec_eval's own code, mostly).

Here is what keeps those numbers honest: every judged query counts, and no two ranks tie. What an evidence quote's
characters are worth is in ``spans``; how sure a mean is, in ``significance``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ir_measures
from ir_measures import AP, RR, R, Success, nDCG

from indexer.errors import BadSuite

_DEFINED = (nDCG @ 10, R @ 5, R @ 100, RR @ 10, AP, Success @ 1, Success @ 3, Success @ 5)
MEASURES = tuple(map(str, _DEFINED))

# trec_eval makes room for every grade up to the highest one: a grade of 2**31 ends the process.
_HIGHEST_GRADE = 1000


def scores_of(run: Mapping[str, Sequence[str]], qrels: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, float]]:
    """Query id -> measure -> value from 0 to 1, for every query of ``qrels`` and no other, in its order.

    A ranking is best first and never cut: AP, and R@100 of fewer results, are over all of it. A query that the run
    lacks, that found nothing, or that has no judgment above 0 scores 0 throughout. An id without judgment counts as
    not relevant, as does every grade below 1; nDCG's gain is the grade itself (trec_eval's, not 2^grade - 1).

    >>> scores_of({"q": ["b", "a"]}, {"q": {"a": 1}})["q"]["RR@10"]
    0.5

    Raises:
        BadSuite: there are no judgments, a grade is out of range, or a ranking names an id twice.
    """
    _check_grades(qrels)
    scored = {query: rank_scores(query, ranking) for query, ranking in run.items()}

    # pytrec_eval reads an id as a C string: NUL cuts it short and half a character crashes the process. It sees
    # numbers in place of ids, which changes nothing, since no scores tie.
    numbers: dict[str, str] = {}

    def number(name: str) -> str:
        return numbers.setdefault(name, str(len(numbers)))

    evaluator = ir_measures.evaluator(
        _DEFINED, {str(n): {number(a): grade for a, grade in qrels[query].items()} for n, query in enumerate(qrels)}
    )
    ranked = {str(n): {number(a): s for a, s in scored.get(query, {}).items()} for n, query in enumerate(qrels)}
    found = {(metric.query_id, str(metric.measure)): float(metric.value) for metric in evaluator.iter_calc(ranked)}
    return {query: {name: found[str(n), name] for name in MEASURES} for n, query in enumerate(qrels)}


def rank_scores(query: str, ranking: Sequence[str]) -> dict[str, float]:
    """Id -> a score that falls by 1 from rank to rank and ends at 1, in the ranking's order.

    A retriever's own scores would not do: trec_eval compares in float32 and orders equal scores by id, descending,
    so that near ties would be ranked anew. Whole numbers stay distinct there for 2^24 ranks.

    >>> rank_scores("q", ["b", "a"])
    {'b': 2.0, 'a': 1.0}

    Raises:
        BadSuite: the ranking names an id twice.
    """
    scores: dict[str, float] = {}
    for rank, name in enumerate(ranking):
        if name in scores:
            raise BadSuite(
                f"the ranking of query {query!r} names {name!r} twice, the second time at rank {rank + 1}. "
                "Keep the first of the two"
            )
        scores[name] = float(len(ranking) - rank)
    return scores


def _check_grades(qrels: Mapping[str, Mapping[str, int]]) -> None:
    if not qrels:
        raise BadSuite("there are no judgments to score against. Give the suite at least one judged query")
    for query, grades in qrels.items():
        for name, grade in grades.items():
            if abs(grade) > _HIGHEST_GRADE:
                raise BadSuite(
                    f"query {query!r} grades {name!r} with {grade}. Use grades from -{_HIGHEST_GRADE} to "
                    f"{_HIGHEST_GRADE}, such as 0, 1, 2"
                )
