"""A converted model in the cache: one directory, which counts as there once its ``made.json`` is.

    models/KEY/  model.xml  model.bin     the network, float32
                 tokenizer.json           the reference's tokenizer, without truncation and padding
                 compiled/                OpenVINO's own cache of the network, compiled for this processor
                 made.json                what made it and what it agreed with, written last

``convert`` writes these, ``embed`` reads them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import tokenizers

from indexer.kept import kept_folder, read_made, write_made
from indexer.model import ModelCard, ModelFiles, Runtime

# Count this up when what is written here, or how it is made or checked, changes.
FORMAT = 1

# Embedded when a conversion is made and again whenever it is opened.
PROBE = "What is said, where, and by whom?"


@dataclass(frozen=True, slots=True)
class Converted:
    """What was made of a model. ``length`` counts a text's tokens with special tokens and prompt.

    ``runtime`` is the fastest that agrees with the reference; ``agreement`` its lowest cosine to it. ``refused`` says
    why each faster one is not served. ``sizes`` is in bytes, by path within the directory; ``probe`` the
    embedding of ``PROBE`` as a query, empty where sentence-transformers serves.
    """

    runtime: Runtime
    agreement: float
    refused: Mapping[str, str]
    dim: int
    length: int
    pad_id: int
    query_prompt: str
    passage_prompt: str
    probe: Sequence[float]
    sizes: Mapping[str, int]
    made_with: Mapping[str, str]

    def card(self, files: ModelFiles, limit: int) -> ModelCard:
        return ModelCard(files.name, files.weights_sha256, self.dim, limit, self.runtime, self.agreement)


def converted_folder(files: ModelFiles, cache: Path, machine: str) -> Path:
    """Where the conversion of these files for this machine belongs, whether or not it is there.

    The versions of torch and sentence-transformers are recorded and not part of the name: they decide how the network
    was made, which the comparison judged. OpenVINO, tokenizers and the processor decide what it computes from then on.
    """
    return kept_folder(cache, str(FORMAT), files.digest, tokenizers.__version__, machine)


def read_converted(folder: Path) -> Converted | None:
    """What is there; None when nothing is, or when a file is missing or has another size than it was written with."""
    made = read_made(folder)
    try:
        return None if made is None else Converted(**cast(dict[str, Any], made))
    except TypeError:
        return None


def write_converted(folder: Path, converted: Converted) -> None:
    write_made(folder, asdict(converted))
