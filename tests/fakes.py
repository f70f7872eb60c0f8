"""Stand-ins that need no model and whose results can be worked out by eye."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from indexer.model import ModelCard

_WORD = re.compile(r"\w+")
WORDS = [
    *("port", "fleet", "treaty", "gulf", "envoy", "reactor", "drill", "pipeline"),
    *("border", "sanction", "warship", "missile", "embassy", "canal", "ministry"),
]
"""What articles are made of where any words will do; some share a slot of ``WordEmbedder``, so that scores tie."""


class WordEmbedder:
    """A hashed bag of words: ``vector[crc32(word) % 64]`` counts the word, then the row is scaled to unit length.

    So the cosine of two texts is that of their word counts (unless two words share a slot), and texts without a
    common word are at right angles. A text without words is the first unit vector. ``embedded`` counts the texts
    that it was asked to embed, passages and queries together.
    """

    def __init__(self, name: str = "fake-words") -> None:
        self.card = ModelCard(name=name, weights_sha256="0" * 64, dim=64, limit=254, runtime="none")
        self.tokenizer = Tokenizer(WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
        self.tokenizer.pre_tokenizer = Whitespace()
        self.embedded = 0

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.embedded += len(texts)
        rows = np.zeros((len(texts), self.card.dim), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in _WORD.findall(text.lower()):
                row[zlib.crc32(word.encode("utf-8", "surrogatepass")) % self.card.dim] += 1
            if not row.any():
                row[0] = 1
            row /= np.linalg.norm(row)
        return rows

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self.embed_passages(texts)
