"""How exactly the retrieved passages cover the evidence, counted in characters rather than in passages.

Passages of different sizes can be compared by it: a long passage holds more of a quote and more beside it.

Source: Brandon Smith and Anton Troynikov, "Evaluating Chunking Strategies for Retrieval", Chroma technical report,
2024; characters stand in for its tokens, and what two passages share counts once here and twice there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

from eval.gold import Span
from indexer.errors import BadSuite

SPAN_MEASURES = ("span recall@3", "span precision@5", "span recall@5", "span IoU@5")


def span_scores(found: Sequence[Span], evidence: Sequence[Sequence[Span]]) -> dict[str, float]:
    """Measure -> value from 0 to 1, for the spans of ranked passages, best first, of one query.

    With R the characters of the first k passages and G those of the evidence: recall is ``|R ∩ G| / |G|``, precision
    ``|R ∩ G| / |R|`` (0 where nothing is retrieved), IoU ``|R ∩ G| / |R ∪ G|``. Characters that stand in several
    passages, or in several quotes, count once.

    Each item of ``evidence`` lists the places where the same quote stands. The one of which the first k passages hold
    the largest share, the earlier of equals, is in G. The quote's other places are in neither G nor R: finding it again
    earns nothing and costs nothing, though what stands around it there costs as it does anywhere.

    >>> span_scores([Span("a", 0, 40)], [[Span("a", 30, 50)]])
    {'span recall@3': 0.5, 'span precision@5': 0.25, 'span recall@5': 0.5, 'span IoU@5': 0.2}

    Raises:
        BadSuite: there is no evidence, or an item of it that stands nowhere.
    """
    if not evidence or not all(places and all(place.start < place.end for place in places) for places in evidence):
        raise BadSuite(f"evidence that stands nowhere cannot be covered: {evidence!r}. Score judged queries only")
    recall_of_3, _, _ = coverage(found[:3], evidence)
    recall, precision, overlap = coverage(found[:5], evidence)
    return dict(zip(SPAN_MEASURES, (recall_of_3, precision, recall, overlap), strict=True))


def coverage(found: Sequence[Span], evidence: Sequence[Sequence[Span]]) -> tuple[float, float, float]:
    """Recall, precision and IoU, as in ``span_scores``, of all that was found."""
    retrieved = _union(found)
    gold = _union(max(places, key=lambda place: _share(place, retrieved)) for places in evidence)
    quoted = _common(retrieved, _union(chain.from_iterable(evidence)))  # of every place, chosen or not
    hit = _size(_common(retrieved, gold))
    counted = _size(retrieved) - (_size(quoted) - hit)
    return hit / _size(gold), hit / counted if counted else 0.0, hit / (counted + _size(gold) - hit)


def _share(place: Span, retrieved: Sequence[Span]) -> float:
    return _size(_common([place], retrieved)) / _size([place])


def _union(spans: Iterable[Span]) -> list[Span]:
    """The same characters in spans that share none."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.article_id, span.start)):
        last = joined[-1] if joined else None
        if last and last.article_id == span.article_id and span.start <= last.end:
            joined[-1] = Span(span.article_id, last.start, max(last.end, span.end))
        else:
            joined.append(span)
    return joined


def _common(some: Iterable[Span], others: Sequence[Span]) -> list[Span]:
    """The characters that stand in both; neither may repeat any."""
    shared = (
        Span(one.article_id, max(one.start, other.start), min(one.end, other.end))
        for one in some
        for other in others
        if one.article_id == other.article_id
    )
    return [span for span in shared if span.start < span.end]


def _size(spans: Iterable[Span]) -> int:
    return sum(span.end - span.start for span in spans)
