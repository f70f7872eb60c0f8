"""The reader that is served: words to tokens, tokens through the encoder in even batches, what it says to spans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from indexer.batch import batches
from indexer.embed import check_texts
from indexer.errors import BadQuery
from service.reader.examples import QUESTION_TOKENS, TITLE_TOKENS, head_of, special
from service.reader.reading import Readable, Reading
from service.reader.respelling import respelt
from service.reader.spans import Scores, reading_of, scores_of

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
WINDOW = 254
"""Tokens of a passage that are read at once. As many as a passage of the default archive has at most."""
OVERLAP = 96
"""Tokens that two windows share: an answer near the end of one is well within the other."""

_POSITIONS = 512
"""Tokens that the network has places for. Question, title and window take 322 of them at most."""

ReaderRuntime = Literal["openvino-bf16", "openvino-f32", "torch"]


class Encoder(Protocol):
    """What the network says of each token, (rows, length, 131) float32, in the columns that ``spans`` names.

    It is given ``INPUTS``, each (rows, length), and may have no use for the types. Any number of threads may run it at
    once.
    """

    def run(self, inputs: Mapping[str, NDArray[np.int64]]) -> NDArray[np.float32]: ...


@dataclass(frozen=True, slots=True)
class ReaderCard:
    """What identifies a reader. ``disagreement`` is how far ``runtime`` was from torch in any score, at most."""

    weights_sha256: str
    base_sha256: str
    runtime: ReaderRuntime
    disagreement: float = 0.0


@dataclass(frozen=True, slots=True)
class _Window:
    """A stretch of a passage as the encoder is shown it. ``at`` is its first token's place in the passage."""

    passage: int
    at: int
    ids: list[int]
    before: int
    """How many of ``ids`` stand before the stretch; one stands behind it."""


class ServedReader:
    """A ``Reader``. It reads the first 48 tokens of a question and the first 16 of a title."""

    def __init__(self, card: ReaderCard, tokenizer: Tokenizer, encoder: Encoder) -> None:
        self.card = card
        self._tokenizer, self._encoder = tokenizer, encoder
        self._pad, self._sep = special(tokenizer, "[PAD]"), special(tokenizer, "[SEP]")

    def read(self, question: str, passages: Sequence[Readable], spans: int = 5) -> list[Reading]:
        """One reading a passage, in their order; at most ``spans`` spans each.

        A misspelt word of the question is read as the one that the passages have instead.

        Raises:
            BadQuery: the question is empty, or half of a surrogate pair is in it.
            BadRecord: half of a surrogate pair is in a passage or its title.
        """
        texts = self._encoded([passage.text for passage in passages])
        meant, _ = respelt(question, [passage.text for passage in passages], self._knows)
        scored = self.judge(meant, passages, texts)
        return [
            reading_of(passage.text, text, stretches, spans)
            for passage, text, stretches in zip(passages, texts, scored, strict=True)
        ]

    def judge(
        self, question: str, passages: Sequence[Readable], texts: Sequence[Encoding] | None = None
    ) -> list[list[tuple[int, Scores]]]:
        """The scores of every span: of each passage its stretches, each with the place of its first token."""
        asked = self._question(question)
        titles = self._encoded([passage.title for passage in passages])
        texts = self._encoded([passage.text for passage in passages]) if texts is None else texts
        windows: list[_Window] = []
        for index, (title, text) in enumerate(zip(titles, texts, strict=True)):
            head = head_of(asked, title.ids[:TITLE_TOKENS], self._tokenizer)
            windows += self._windows(index, head, text.ids)
        scored: list[list[tuple[int, Scores]]] = [[] for _ in passages]
        for members, ids, mask in batches([window.ids for window in windows], self._pad, _POSITIONS):
            told = self._encoder.run(dict(zip(INPUTS, (ids, mask, self._types(ids, mask)), strict=True)))
            for row, member in zip(told, members, strict=True):
                window = windows[member]
                scores = scores_of(row[0], row[window.before : len(window.ids) - 1])
                scored[window.passage].append((window.at, scores))
        return [sorted(stretches, key=lambda stretch: stretch[0]) for stretches in scored]

    def _knows(self, word: str) -> bool:
        """Whether it is a whole word of the vocabulary, which has the common words of its language and no slips."""
        return self._tokenizer.token_to_id(word.lower()) is not None

    def _question(self, question: str) -> list[int]:
        if not question.strip():
            raise BadQuery("the question is empty. Ask something: pressmark ask 'Who owns the port?'")
        if any("\ud800" <= character <= "\udfff" for character in question):
            raise BadQuery(f"{question[:80]!r} holds half a character. Type it again, or send it as UTF-8")
        return self._tokenizer.encode(question, add_special_tokens=False).ids[:QUESTION_TOKENS]

    def _encoded(self, texts: list[str]) -> list[Encoding]:
        check_texts(texts)
        return self._tokenizer.encode_batch(texts, add_special_tokens=False)

    def _windows(self, passage: int, head: list[int], ids: list[int]) -> list[_Window]:
        """Evenly spread over the passage, so that the last is no stub without context."""
        count = 1 + max(-(-(len(ids) - WINDOW) // (WINDOW - OVERLAP)), 0)
        starts = [round(i * (len(ids) - WINDOW) / (count - 1)) for i in range(count)] if count > 1 else [0]
        return [_Window(passage, at, [*head, *ids[at : at + WINDOW], self._sep], len(head)) for at in starts]

    def _types(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.int64]:
        """0 up to and with the first separator, 1 behind it, 0 at padding."""
        separators = ids == self._sep
        types: NDArray[np.int64] = (np.cumsum(separators, axis=1) > separators) * mask
        return types
