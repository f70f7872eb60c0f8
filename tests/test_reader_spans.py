"""The head's arithmetic against the head that is trained, and the choice of spans against all there are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from service.reader.examples import LONGEST_ANSWER
from service.reader.spans import LEAST, Scores, best_spans, reading_of, scores_of
from service.reader.weights import PAIR_DIM
from tests.tiny_reader import tiny_tokenizer

NOTHING = -np.inf


def told(count: int, seed: int = 1) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(size=(count, 3 + 2 * PAIR_DIM)).astype(np.float32)


def table(spans: dict[tuple[int, int], float], count: int, none: float = 0.0) -> Scores:
    """These spans (first and last token) with these scores, every other impossible."""
    band = np.full((count, LONGEST_ANSWER), NOTHING, np.float32)
    for (first, last), score in spans.items():
        band[first, last - first] = score
    return Scores(band, none)


@pytest.mark.parametrize("count", [1, 2, 29, 30, 31, 32, 33, 64, 100, 254])
def test_scores_are_those_of_the_head_that_is_trained(count: int) -> None:
    import torch

    from service.reader.network import SpanHead

    torch.manual_seed(2)
    head = SpanHead(16)
    hidden = torch.randn(1, count + 1, 16)
    readable = torch.tensor([[False] + [True] * count])
    with torch.inference_mode():
        spans, none = head(hidden, readable)
        rows = torch.cat([head.edge(hidden), head.none(hidden), head.pair(hidden)], dim=-1)[0].numpy()
        odds = torch.logsumexp(spans.flatten(1), 1) - none
    found = scores_of(rows[0], rows[1:])
    assert found.spans.shape == (count, LONGEST_ANSWER)
    for first in range(count):
        for length in range(LONGEST_ANSWER):
            last = first + length
            expected = float(spans[0, first + 1, last + 1]) if last < count else NOTHING
            assert found.spans[first, length] == pytest.approx(expected, abs=1e-4)
    assert found.none == pytest.approx(float(none[0]), abs=1e-5)
    assert found.odds == pytest.approx(float(odds[0]), abs=1e-4)


def test_odds_add_up_the_odds_of_all_spans() -> None:
    scores = table({(0, 0): np.log(3), (1, 2): np.log(5)}, 3, none=float(np.log(2)))
    assert scores.odds == pytest.approx(np.log((3 + 5) / 2), abs=1e-6)


def test_a_stretch_without_tokens_has_the_least_odds_and_no_span() -> None:
    scores = scores_of(told(1)[0], told(0))
    assert scores.odds == LEAST
    assert best_spans(scores, [], 5) == []


def test_odds_are_a_number_however_hopeless_or_certain() -> None:
    assert table({(0, 0): -300.0}, 1).odds == LEAST
    assert table({(0, 0): 300.0}, 1).odds == 300.0


def test_best_spans_do_not_overlap_and_come_best_first() -> None:
    scores = table({(0, 2): 5.0, (2, 3): 4.5, (1, 1): 4.0, (3, 4): 3.0, (5, 5): 4.0}, 6, none=1.0)
    # (2, 3) and (1, 1) share a token with (0, 2).
    assert best_spans(scores, range(6), 5) == [(0, 2, 5.0 - 1), (5, 5, 4.0 - 1), (3, 4, 3.0 - 1)]
    assert best_spans(scores, range(6), 2) == [(0, 2, 4.0), (5, 5, 3.0)]
    assert best_spans(scores, range(6), 0) == []


def test_of_equal_spans_the_earlier_and_then_the_shorter_is_first() -> None:
    scores = table({(2, 2): 1.0, (0, 1): 1.0, (0, 0): 1.0, (3, 3): 1.0}, 4)
    assert best_spans(scores, range(4), 9) == [(0, 0, 1.0), (2, 2, 1.0), (3, 3, 1.0)]


def test_a_span_takes_the_rest_of_the_words_that_it_cuts() -> None:
    words = [0, 0, 1, 2, 2, 2, 3]
    scores = table({(1, 3): 9.0, (0, 0): 8.0, (5, 5): 7.0, (6, 6): 1.0}, 7)
    # (0, 0) and (5, 5) are parts of words that the first has taken.
    assert best_spans(scores, words, 5) == [(0, 5, 9.0), (6, 6, 1.0)]


def brute_force(scores: Scores, words: list[int], count: int) -> list[tuple[int, int, float]]:
    all_spans = sorted(
        (-float(score), first, first + length)
        for first, row in enumerate(scores.spans)
        for length, score in enumerate(row)
        if score > NOTHING
    )
    chosen: list[tuple[int, int, float]] = []
    for negative, first, last in all_spans:
        whole = (
            min(i for i, w in enumerate(words) if w == words[first]),
            max(i for i, w in enumerate(words) if w == words[last]),
        )
        if len(chosen) < count and all(whole[1] < one or other < whole[0] for one, other, _ in chosen):
            chosen.append((*whole, -negative - scores.none))
    return chosen


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 50), st.integers(0, 9), st.integers(0, 2**32 - 1))
def test_best_spans_are_those_of_a_search_through_all(tokens: int, count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = told(tokens + 1, seed)
    words = np.cumsum(rng.random(tokens) < 0.6).tolist()
    scores = scores_of(rows[0], rows[1:])
    assert best_spans(scores, words, count) == brute_force(scores, words, count)


@settings(deadline=None)
@given(st.text(max_size=80), st.integers(0, 2**32 - 1))
def test_spans_are_words_of_the_text_within_it_and_apart(text: str, seed: int) -> None:
    encoded = tiny_tokenizer().encode(text, add_special_tokens=False)
    rows = told(len(encoded.ids) + 1, seed)
    reading = reading_of(text, encoded, [(0, scores_of(rows[0], rows[1:]))], 4)
    assert bool(reading.spans) == bool(encoded.ids)
    assert [span.score for span in reading.spans] == sorted((span.score for span in reading.spans), reverse=True)
    taken: set[int] = set()
    for span in reading.spans:
        quote = text[span.start : span.end]
        assert quote
        assert quote == quote.strip()
        assert taken.isdisjoint(range(span.start, span.end))
        taken |= set(range(span.start, span.end))


def test_accents_that_stand_behind_their_letter_stay_with_it() -> None:
    text = "in x\u0302 port"
    encoded = tiny_tokenizer().encode(text, add_special_tokens=False)
    (span,) = reading_of(text, encoded, [(0, table({(1, 1): 1.0}, 3))], 5).spans
    assert text[span.start : span.end] == "x\u0302"


def test_where_stretches_overlap_a_span_counts_once_and_as_the_better_one() -> None:
    text = "who led the ship in port"
    encoded = tiny_tokenizer().encode(text, add_special_tokens=False)
    stretches = [(0, table({(3, 3): 2.0, (0, 0): 1.0}, 4)), (2, table({(1, 1): 3.0, (3, 3): 0.0}, 4, none=0.5))]
    reading = reading_of(text, encoded, stretches, 5)
    found = [(text[span.start : span.end], span.score) for span in reading.spans]
    assert found == [("ship", 3.0 - 0.5), ("who", 1.0), ("port", 0.0 - 0.5)]
    assert reading.score == pytest.approx(max(np.log(np.exp(2) + np.exp(1)), np.log(np.exp(3) + 1) - 0.5))


def test_a_word_cut_by_a_stretch_is_whole_in_the_span() -> None:
    text = "led zebra"  # led, z, ##e, ##b, ##r, ##a
    encoded = tiny_tokenizer().encode(text, add_special_tokens=False)
    (span,) = reading_of(text, encoded, [(2, table({(1, 1): 1.0}, 3))], 5).spans
    assert text[span.start : span.end] == "zebra"
