"""From the weights that a training run kept to those that ship: ``python -m service.reader.pack --help``.

See ``weights`` for the form. Of several runs from one start the mean of their weights is packed, which reads better
than any of them (Wortsman et al., 2022, "Model soups"). ``--rank`` cuts every linear layer's difference to its largest
singular values, which is the nearest product of that rank (Eckart and Young, 1936).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.errors import ModelError, PressmarkError
from indexer.model import ModelFiles, cache_dir
from service.reader.second import base_of
from service.reader.weights import (
    Facts,
    Tensors,
    head_shapes,
    is_product,
    packed,
    read_averaged,
    read_base,
    trained_shapes,
)


def pack(averaged: Sequence[Path], files: ModelFiles, rank: int) -> bytes:
    """The file to ship: of one run or the mean of several. ``rank`` 0 keeps every difference whole.

    Raises:
        ModelError: one of ``averaged`` is not what a training run from this base keeps; or products of this rank would
            be no smaller than its narrowest layers.
    """
    base = read_base(files)
    trained, dim = trained_shapes(base), base["embeddings.LayerNorm.weight"].shape[0]
    if rank >= dim:
        raise ModelError(f"the rank is {rank}; 1 to {dim - 1} make sense, and --full keeps differences whole")
    expected = head_shapes(dim)
    expected |= {f"encoder.{name}": shape for name, shape in trained.items()}
    runs = [_checked(file, expected, files.name) for file in averaged]
    kept: Tensors = {name: np.mean([tensors[name] for tensors, _ in runs], axis=0) for name in expected}
    step = max(step for _, step in runs)
    tensors: Tensors = {name: value for name, value in kept.items() if name.startswith("head.")}
    for name, shape in trained.items():
        change = kept[f"encoder.{name}"] - base[name]
        if is_product(name, shape, rank):
            tensors[f"encoder.{name}.left"], tensors[f"encoder.{name}.right"] = factors(change, rank)
        else:
            tensors[f"encoder.{name}"] = change
    return packed(Facts(files.name, files.weights_sha256, rank, _recipes_beside(averaged), step), tensors)


def factors(change: NDArray[np.float32], rank: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(out, rank) and (rank, in), whose product is the nearest to ``change``; each takes its part of the size."""
    left, sizes, right = np.linalg.svd(change, full_matrices=False)
    roots = np.sqrt(sizes[:rank])
    return np.ascontiguousarray(left[:, :rank] * roots), np.ascontiguousarray(roots[:, None] * right[:rank])


def _checked(file: Path, expected: dict[str, tuple[int, ...]], base: str) -> tuple[Tensors, int]:
    tensors, step = read_averaged(file)
    held = {name: tensor.shape for name, tensor in tensors.items()}
    if held != expected:
        wrong = sorted(name for name in held.keys() | expected.keys() if held.get(name) != expected.get(name))
        raise ModelError(
            f"{file} is not of a reader trained from {base}: {wrong[0]} is "
            f"{held.get(wrong[0], 'missing')} and should be {expected.get(wrong[0], 'absent')}, one of {len(wrong)} "
            "that differ. Give a run's averaged.safetensors"
        )
    return tensors, step


def _recipes_beside(averaged: Sequence[Path]) -> str:
    """The first line of each run's log, which holds everything that decided its result; empty without a log."""
    logs = [file.with_name("log.jsonl") for file in averaged]
    first = [json.loads(log.read_text("utf-8").partition("\n")[0]) if log.is_file() else {} for log in logs]
    return json.dumps(first[0] if len(first) == 1 else first, sort_keys=True)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m service.reader.pack", description="Pack the weights that a training run kept."
    )
    parser.add_argument(
        "averaged", type=Path, nargs="+", help="a training run's averaged.safetensors; of several, the mean is packed"
    )
    parser.add_argument(
        "--out", type=Path, required=True, help="folder to write reader.safetensors or second.safetensors into"
    )
    parser.add_argument("--second", action="store_true", help="it is a run of the second reader")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--rank", type=int, default=64, help="of the products that stand for linear layers' differences")
    how.add_argument("--full", action="store_true", help="keep every difference whole")
    given = parser.parse_args(arguments)
    if given.rank < 1:
        parser.error(f"the rank is {given.rank}; 1 and more make sense, and --full keeps differences whole")
    try:
        with base_of(given.second, cache_dir()).files() as files:
            file = pack(given.averaged, files, 0 if given.full else given.rank)
    except PressmarkError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    target = given.out / ("second.safetensors" if given.second else "reader.safetensors")
    given.out.mkdir(parents=True, exist_ok=True)
    target.write_bytes(file)
    sys.stdout.write(f"{target}: {len(file) / 1e6:.1f} MB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
