"""A converted model in the cache: one directory, which counts as there once its ``made.json`` is.

    models/KEY/  model.xml  model.bin     the network, float32
                 tokenizer.json           the reference's tokenizer, without truncation and padding
                 compiled/                OpenVINO's own cache of the network, compiled for this processor
                 made.json                what made it and what it agreed with, written last

``convert`` writes these, ``embed`` reads them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import tokenizers

from indexer.model import ModelCard, ModelFiles, Runtime, write_whole

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
    made_for = f"{FORMAT}\0{files.digest}\0{tokenizers.__version__}\0{machine}"
    return cache / "models" / hashlib.sha256(made_for.encode()).hexdigest()[:24]


def read_converted(folder: Path) -> Converted | None:
    """What is there; None when nothing is, or when a file is missing or has another size than it was written with."""
    try:
        converted = Converted(**json.loads((folder / "made.json").read_text("utf-8")))
        whole = all((folder / path).stat().st_size == size for path, size in converted.sizes.items())
    except (FileNotFoundError, ValueError, TypeError):
        return None
    return converted if whole else None


def write_converted(folder: Path, converted: Converted) -> None:
    write_whole(folder / "made.json", json.dumps(asdict(converted), indent=1) + "\n")


def sizes_in(folder: Path) -> dict[str, int]:
    return {
        file.relative_to(folder).as_posix(): file.stat().st_size for file in sorted(folder.rglob("*")) if file.is_file()
    }
