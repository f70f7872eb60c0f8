"""Which model embeds: where its folder is, what its weights hash to, how it cuts text into tokens.

Nothing here runs a model, and nothing here imports one: ``embed`` serves, ``convert`` converts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Runtime = Literal["openvino-bf16", "openvino-f32", "sentence-transformers", "none"]


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What identifies an embedder, and what an archive's manifest records of it.

    ``limit`` is the number of tokens that a text may have, special tokens not counted. ``runtime`` is what computes
    the embeddings in this process: two runtimes of one model agree closely, so it does not tell archives apart.
    """

    name: str
    weights_sha256: str
    dim: int
    limit: int
    runtime: Runtime
