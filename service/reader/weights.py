"""What is shipped of a reader: how its encoder differs from its base's, and its head.

One safetensors file in half precision. A linear layer's difference is kept whole (``NAME``) or, in the low-rank form,
as a product (``NAME.left`` (out, rank) times ``NAME.right`` (rank, in)); those of all other parameters, and the head
itself, are kept whole. Word embeddings are the base's. ``pack`` writes the file; nothing here needs torch.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from indexer.errors import ModelError
from indexer.model import ModelFiles

Tensors = dict[str, NDArray[np.float32]]
Shapes = dict[str, tuple[int, ...]]

SHIPPED = Path(__file__).parent / "weights" / "reader.safetensors"
FORMAT = "pressmark-reader-1"
PAIR_DIM = 64
_ENCODER = "encoder."
_FACTS = "facts"  # the one key of the header's metadata: safetensors writes several in any order
_NOT_READ = ("embeddings.position_ids", "pooler.")
_NOT_TRAINED = (*_NOT_READ, "embeddings.word_embeddings.")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the file says of itself. ``rank`` is 0 where differences are whole; ``recipe`` is JSON, as training logs."""

    base: str
    base_sha256: str
    rank: int
    recipe: str
    step: int
    format: str = FORMAT


@dataclass(frozen=True, slots=True)
class Weights:
    """The file's tensors, checked. ``head`` is that of ``network.SpanHead``; ``change`` the encoder's, still packed."""

    facts: Facts
    head: Tensors
    change: Tensors

    def merged(self, base: Tensors) -> Tensors:
        """The encoder's parameters by their names in ``base``, the word embeddings too."""
        merged = dict(base)
        for name in trained_shapes(base):
            merged[name] = base[name] + self._difference(name)
        return merged

    def _difference(self, name: str) -> NDArray[np.float32]:
        whole = self.change.get(_ENCODER + name)
        if whole is not None:
            return whole
        left, right = (self.change[f"{_ENCODER}{name}.{side}"] for side in ("left", "right"))
        product: NDArray[np.float32] = left @ right
        return product


def read_base(files: ModelFiles) -> Tensors:
    """The base's parameters, without its pooler."""
    with safe_open(files.folder / "model.safetensors", "np") as opened:
        names: list[str] = opened.keys()
        kept = [name for name in names if not name.startswith(_NOT_READ)]
        return {name: opened.get_tensor(name).astype(np.float32) for name in kept}


def read_averaged(file: Path) -> tuple[Tensors, int]:
    """What a training run kept, and after how many steps.

    Raises:
        ModelError: it is no such file.
    """
    try:
        with safe_open(file, "np") as opened:
            names: list[str] = opened.keys()
            tensors = {name: opened.get_tensor(name).astype(np.float32) for name in names}
            return tensors, int((opened.metadata() or {}).get("step", "0"))
    except (SafetensorError, OSError, ValueError) as error:
        raise ModelError(f"{file} cannot be read as weights ({error}). Give a run's averaged.safetensors") from error


def trained_shapes(base: Tensors) -> Shapes:
    """The parameters that training changes, by their names in the base."""
    return {name: value.shape for name, value in base.items() if not name.startswith(_NOT_TRAINED)}


def is_product(name: str, shape: tuple[int, ...], rank: int) -> bool:
    """Whether a difference is kept as a product: that of a linear layer wider than the rank."""
    return len(shape) == 2 and 0 < rank < min(shape) and not name.startswith("embeddings.")


def head_shapes(dim: int) -> Shapes:
    shapes: Shapes = {}
    for name, rows in (("edge", 2), ("pair", 2 * PAIR_DIM), ("none", 1)):
        shapes |= {f"head.{name}.weight": (rows, dim), f"head.{name}.bias": (rows,)}
    return shapes


def packed_shapes(trained: Shapes, rank: int) -> Shapes:
    """What a file holds, by name. ``rank`` 0: all differences whole."""
    shapes = head_shapes(trained["embeddings.LayerNorm.weight"][0])
    for name, shape in trained.items():
        if is_product(name, shape, rank):
            shapes |= {f"{_ENCODER}{name}.left": (shape[0], rank), f"{_ENCODER}{name}.right": (rank, shape[1])}
        else:
            shapes[_ENCODER + name] = shape
    return shapes


class Named(Protocol):
    """A model, by its name and the SHA-256 of its weights."""

    @property
    def name(self) -> str: ...
    @property
    def weights_sha256(self) -> str: ...


def read_facts(file: Path, base: Named) -> Facts:
    """What the file says of itself: that it is a reader made from this model.

    Raises:
        ModelError: it is missing, no reader, of another format, or made from another model.
    """
    try:
        with safe_open(file, "np") as opened:
            told: Mapping[str, str] = opened.metadata() or {}
    except FileNotFoundError as error:
        raise ModelError(f"there are no reader's weights at {file}. Install Pressmark again") from error
    except (SafetensorError, OSError) as error:
        raise ModelError(f"{file} cannot be read as weights ({error}). Install Pressmark again") from error
    if _FACTS not in told:
        raise ModelError(
            f"{file} are weights, but not a reader's as they ship. Pack what a training run kept: "
            "python -m service.reader.pack AVERAGED --out FOLDER"
        )
    try:
        fields = json.loads(told[_FACTS])
        if fields["format"] != FORMAT:
            raise ModelError(
                f"{file} is of the format {fields['format']!r}, and {FORMAT!r} is read here. Pack the trained weights "
                "again: python -m service.reader.pack AVERAGED --out FOLDER"
            )
        facts = Facts(**fields)
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"the header of {file} is damaged ({error}). Install Pressmark again") from error
    if facts.base_sha256 != base.weights_sha256:
        raise ModelError(
            f"the reader in {file} changes weights of {facts.base} with SHA-256 {facts.base_sha256}; those of "
            f"{base.name} here have {base.weights_sha256}. Use the model that it was trained from"
        )
    return facts


def read_weights(file: Path, files: ModelFiles) -> Weights:
    """Everything, with every tensor's name, shape and values checked.

    Raises:
        ModelError: as ``read_facts``; or a tensor is missing, of another shape, or not finite.
    """
    facts = read_facts(file, files)
    expected = packed_shapes(trained_shapes(read_base(files)), facts.rank)
    with safe_open(file, "np") as opened:
        names: list[str] = opened.keys()
        held = {name: tuple(opened.get_slice(name).get_shape()) for name in names}
        if held != expected:
            wrong = sorted(name for name in held.keys() | expected.keys() if held.get(name) != expected.get(name))
            raise ModelError(
                f"{file} does not hold the weights of a reader of rank {facts.rank}: {wrong[0]} is "
                f"{held.get(wrong[0], 'missing')} and should be {expected.get(wrong[0], 'absent')}, one of "
                f"{len(wrong)} that differ. Install Pressmark again"
            )
        tensors = {name: opened.get_tensor(name).astype(np.float32) for name in held}
    for name, value in tensors.items():
        if not np.isfinite(value).all():
            raise ModelError(f"{name} in {file} has values that are no numbers. Install Pressmark again")
    head = {name: value for name, value in tensors.items() if name.startswith("head.")}
    return Weights(facts, head, {name: value for name, value in tensors.items() if name not in head})


def packed(facts: Facts, tensors: Tensors) -> bytes:
    """The file that ``read_weights`` reads. Its ``tensors`` are those of ``packed_shapes``.

    Raises:
        ModelError: a value is too large for half precision.
    """
    with np.errstate(over="ignore"):  # said below, by name
        halves = {name: value.astype(np.float16) for name, value in sorted(tensors.items())}
    for name, value in halves.items():
        if not np.isfinite(value).all():
            raise ModelError(f"{name} has values up to {np.abs(tensors[name]).max()}: no halves. Train it again")
    return save(halves, metadata={_FACTS: json.dumps(asdict(facts), sort_keys=True)})
