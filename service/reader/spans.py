"""From what the network says of each token to spans of text: the rest of the head's arithmetic, and the choice.

What ``network.SpanHead`` computes, in numpy, over the band of spans that are short enough. No model is run here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view
from numpy.typing import NDArray
from tokenizers import Encoding

from service.reader.examples import LONGEST_ANSWER
from service.reader.reading import Reading, Span
from service.reader.weights import PAIR_DIM

Floats = NDArray[np.float32]
Chosen = tuple[int, int, float]
"""First token, last token, score."""

BEGIN, END, NONE = 0, 1, 2
LEFT, RIGHT = slice(3, 3 + PAIR_DIM), slice(3 + PAIR_DIM, 3 + 2 * PAIR_DIM)
"""The columns of an encoder's output: what ``network.SpanHead``'s linear layers say of each token."""

LEAST = -30.0
"""The score of a passage that has no token to answer with: a number, so that scores can be compared and mixed."""

_BLOCK = 32


@dataclass(frozen=True, slots=True)
class Scores:
    """One stretch of tokens, judged. ``spans[i, k]`` is of the span from token i to token i + k, -inf past the end.

    ``none`` is the score of "no answer here", on the same scale.
    """

    spans: Floats
    none: float

    @property
    def odds(self) -> float:
        """The natural log of the odds that any of the spans answers."""
        if not self.spans.size:
            return LEAST
        top = float(self.spans.max())
        return max(top + float(np.log(np.exp(self.spans - top).sum())) - self.none, LEAST)


def scores_of(first: Floats, tokens: Floats) -> Scores:
    """The scores of a stretch, from what the network says of the first token of all (131,) and of its own (n, 131).

    Source: ``network.SpanHead``, which does it for whole tables at once and keeps the same band of them.
    """
    count = len(tokens)
    blocks = max(-(-count // _BLOCK), 1)
    left = np.zeros((blocks, _BLOCK, PAIR_DIM), np.float32)
    left.reshape(-1, PAIR_DIM)[:count] = tokens[:, LEFT] / np.float32(PAIR_DIM**0.5)
    right = np.zeros((blocks * _BLOCK + LONGEST_ANSWER - 1, PAIR_DIM), np.float32)
    right[:count] = tokens[:, RIGHT]
    end = np.full(len(right), -np.inf, np.float32)
    end[:count] = tokens[:, END]
    # Each block of beginnings against the ends within reach of it: an eighth of the whole table's work, and products
    # so small that the linear algebra library starts no threads, which on a busy machine wait for one another.
    reach = _BLOCK + LONGEST_ANSWER - 1
    ends_within_reach = sliding_window_view(right, reach, axis=0)[::_BLOCK]
    table = left @ ends_within_reach + sliding_window_view(end, reach)[::_BLOCK, None]
    # The diagonals: each row shifted by one more.
    step, down, along = table.strides
    band = as_strided(table, (blocks, _BLOCK, LONGEST_ANSWER), (step, down + along, along), writeable=False)
    return Scores(band.reshape(-1, LONGEST_ANSWER)[:count] + tokens[:, BEGIN, None], float(first[NONE]))


def best_spans(scores: Scores, words: Sequence[int | None], count: int) -> list[Chosen]:
    """At most ``count``, best first, none overlapping another, each made of whole words.

    ``words`` are the words that the tokens are of, as ``Encoding.word_ids``. Of equal spans the earlier, then the
    shorter, is better.
    """
    remaining = scores.spans.copy()
    tokens = len(remaining)
    chosen: list[Chosen] = []
    while tokens and len(chosen) < count:
        start, length = divmod(int(remaining.argmax()), remaining.shape[1])
        score = float(remaining[start, length])
        if score == -np.inf:
            break
        first, last = whole_words(words, start, start + length)
        chosen.append((first, last, score - scores.none))
        remaining[first : last + 1] = -np.inf
        for before in range(max(first - remaining.shape[1] + 1, 0), first):
            remaining[before, first - before :] = -np.inf
    return chosen


def whole_words(words: Sequence[int | None], first: int, last: int) -> tuple[int, int]:
    """The span with the rest of the words that it cuts through.

    >>> whole_words([0, 0, 1, 2, 2], 1, 3)
    (0, 4)
    """
    while first > 0 and words[first - 1] == words[first]:
        first -= 1
    while last + 1 < len(words) and words[last + 1] == words[last]:
        last += 1
    return first, last


def reading_of(text: str, passage: Encoding, stretches: Sequence[tuple[int, Scores]], count: int) -> Reading:
    """What a passage says, of one or more stretches of it, each with the place of its first token.

    Where stretches overlap, a span counts as the one that scores it higher does.
    """
    words, offsets = passage.word_ids, passage.offsets
    found: list[Chosen] = []
    for at, scores in stretches:
        here = best_spans(scores, words[at : at + len(scores.spans)], count)
        found += [(*whole_words(words, at + first, at + last), score) for first, last, score in here]
    spans: list[Span] = []
    for first, last, score in sorted(found, key=lambda chosen: (-chosen[2], chosen[0], chosen[1])):
        start, end = offsets[first][0], _with_marks(text, offsets[last][1])
        if start < end and not any(start < span.end and span.start < end for span in spans):
            spans.append(Span(start, end, score))
    return Reading(max((scores.odds for _, scores in stretches), default=LEAST), tuple(spans[:count]))


def _with_marks(text: str, end: int) -> int:
    """Accents that stand behind their letter belong to it; the tokenizer drops them and so ends before them."""
    while end < len(text) and unicodedata.category(text[end]) == "Mn":
        end += 1
    return end
