"""From the encoder's last layer to spans of text: the head's arithmetic, in numpy, and the choice of the best.

Exactly what ``network.SpanHead`` computes, over the band of spans that are short enough. No model is run here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding

from service.reader.examples import LONGEST_ANSWER
from service.reader.reading import Reading, Span
from service.reader.weights import PAIR_DIM, Tensors

Floats = NDArray[np.float32]
Chosen = tuple[int, int, float]
"""First token, last token, score."""

LEAST = -30.0
"""The score of a passage that has no token to answer with: a number, so that scores can be compared and mixed."""


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


class Head:
    """``network.SpanHead`` with the weights as they are shipped."""

    def __init__(self, weights: Tensors) -> None:
        # One product for all that is asked of each token.
        self._token = np.ascontiguousarray(np.vstack([weights["head.edge.weight"], weights["head.pair.weight"]]).T)
        self._bias = np.concatenate([weights["head.edge.bias"], weights["head.pair.bias"]])
        self._none = weights["head.none.weight"][0]
        self._none_bias = float(weights["head.none.bias"][0])

    def scores(self, first: Floats, tokens: Floats) -> Scores:
        """``first`` (dim,) is the encoder's first row, ``tokens`` (n, dim) those of the passage."""
        none = float(first @ self._none) + self._none_bias
        each = tokens @ self._token + self._bias
        begin, end, left, right = each[:, 0], each[:, 1], each[:, 2 : 2 + PAIR_DIM], each[:, 2 + PAIR_DIM :]
        count = len(tokens)
        table = np.full((count, count + LONGEST_ANSWER - 1), -np.inf, np.float32)
        table[:, :count] = left @ right.T / np.float32(PAIR_DIM**0.5) + begin[:, None] + end
        # The diagonals, each row shifted by one more, without copying.
        down, along = table.strides
        band = np.lib.stride_tricks.as_strided(table, (count, LONGEST_ANSWER), (down + along, along), writeable=False)
        return Scores(np.ascontiguousarray(band), none)


def best_spans(scores: Scores, words: Sequence[int | None], count: int) -> list[Chosen]:
    """At most ``count``, best first, none overlapping another, each made of whole words.

    ``words`` are the words that the tokens are of, as ``Encoding.word_ids``. Of equal spans the earlier, then the
    shorter, is better.
    """
    left = scores.spans.copy()
    tokens = len(left)
    chosen: list[Chosen] = []
    while tokens and len(chosen) < count:
        start, length = divmod(int(left.argmax()), left.shape[1])
        score = float(left[start, length])
        if score == -np.inf:
            break
        first, last = whole_words(words, start, start + length)
        chosen.append((first, last, score - scores.none))
        left[first : last + 1] = -np.inf
        for before in range(max(first - left.shape[1] + 1, 0), first):
            left[before, first - before :] = -np.inf
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
