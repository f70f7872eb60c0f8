"""Finding and opening a reader. Read ``load_reader`` first; ``converting`` makes what is served, once a machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import tokenizers
from tokenizers import Tokenizer

from indexer.kept import kept_folder, read_made
from indexer.model import ModelFiles, cache_dir, file_sha256, find_model
from indexer.runtime import Network, Precision, machine
from service.reader.reading import Readable
from service.reader.served import Encoder, ReaderCard, ReaderRuntime, ServedReader
from service.reader.weights import SHIPPED, read_facts

# Count this up when what is kept, or how it is made or checked, changes.
FORMAT = 2
# Read when a conversion is made and again whenever it is opened.
PROBE = ("Who was named, and when?", Readable("Notes", "Ann Lee was named chair of the port authority on 3 May 2011."))
# Two runs of one network on one processor differ by less than this, however many cores took part.
_PROBE_AGREEMENT = 0.05

PRECISIONS: dict[ReaderRuntime, Precision] = {"openvino-bf16": "bf16", "openvino-f32": "f32"}


@dataclass(frozen=True, slots=True)
class Base:
    """What a reader is made from: a model's name, the hash of its weights, and one of all that shapes it.

    ``tokenizer`` is the folder of the tokenizer that its texts go through. ``files`` gives the model's files for as
    long as they are needed, which is while it is converted, or opened where torch serves it. ``halves``: whether its
    converted weights are kept so.
    """

    name: str
    weights_sha256: str
    digest: str
    tokenizer: Path
    files: Callable[[], AbstractContextManager[ModelFiles]]
    halves: bool = False

    @staticmethod
    def of(files: ModelFiles) -> Base:
        """A model in a folder of its own, tokenizer and all."""
        return Base(files.name, files.weights_sha256, files.digest, files.folder, lambda: nullcontext(files))


@dataclass(frozen=True, slots=True)
class Known:
    """What was made of a reader. ``runtime`` is the fastest that agrees with torch; ``refused``: why not a faster.

    ``disagreement`` is the largest difference in a score between the two. ``sizes`` is in bytes, by path within the
    directory; ``probe`` the scores of ``PROBE``.
    """

    runtime: ReaderRuntime
    disagreement: float
    refused: Mapping[str, str]
    probe: Sequence[float]
    sizes: Mapping[str, int]
    made_with: Mapping[str, str]


def load_reader(weights: Path | None = None, *, threads: int | None = None, cache: Path | None = None) -> ServedReader:
    """The reader of a packed file: None for the one that ships.

    The first time a file is seen on a machine its encoder is converted (some 10 s); afterwards it is there in a third
    of a second. ``threads`` is how many cores to use, all that are allowed by default.

    Raises:
        ModelError: the file is missing, damaged or not of the default embedding model; or that model is not here.
    """
    cache = cache or cache_dir()
    return reader_from(Base.of(find_model(None, cache)), weights or SHIPPED, cache, threads)


def reader_from(
    base: Base, weights: Path, cache: Path, threads: int | None = None, tell: Callable[[str], None] | None = None
) -> ServedReader:
    """The reader of a packed file and of the model that it was trained from. ``tell`` is told before it is converted.

    Raises:
        ModelError: as ``load_reader``.
    """
    read_facts(weights, base)
    sha256 = file_sha256(weights, cache)
    made_for = [base.digest, sha256, tokenizers.__version__, machine()[0], *(["halves"] if base.halves else [])]
    folder = kept_folder(cache, f"reader {FORMAT}", *made_for)
    known = read_known(folder)
    if known is not None:
        try:
            return open_reader(folder, known, base, weights, sha256, threads)
        except RuntimeError:
            pass  # of the right size and yet damaged: made anew, below
    from service.reader.converting import convert  # here, because it imports torch and reads to check its result

    return open_reader(
        folder, convert(folder, base, weights, known_bad=known, tell=tell), base, weights, sha256, threads
    )


def read_known(folder: Path) -> Known | None:
    """What is there; None when nothing is, or when a file is missing or has another size than it was written with."""
    made = read_made(folder)
    try:
        return None if made is None else Known(**cast(dict[str, Any], made))
    except TypeError:
        return None


def open_reader(
    folder: Path, known: Known, base: Base, weights: Path, sha256: str, threads: int | None
) -> ServedReader:
    """The reader that was found to agree with torch when it was converted.

    Raises:
        RuntimeError: OpenVINO cannot read the files, or they no longer compute what they did.
    """
    encoder: Encoder
    if known.runtime == "torch":
        from service.reader.converting import TorchEncoder, network_of

        with base.files() as files:
            encoder = TorchEncoder(network_of(files, weights))
    else:
        encoder = Network(folder / "model.xml", PRECISIONS[known.runtime], threads)
    card = ReaderCard(sha256, base.weights_sha256, known.runtime, known.disagreement)
    reader = ServedReader(card, bare_tokenizer(base.tokenizer), encoder)
    # Costs 5 ms, most of which the first question saves, and finds weights that changed on disk at the same size.
    probed = probe(reader)
    if not np.abs(np.subtract(probed, known.probe)).max() < _PROBE_AGREEMENT:
        raise RuntimeError(f"{folder} reads a known text with scores {probed} where they were {known.probe}")
    return reader


def bare_tokenizer(folder: Path) -> Tokenizer:
    """The embedding model's, which neither truncates nor pads, and takes "[SEP]" in a text for the letters it is."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.encode_special_tokens = True
    return tokenizer


def probe(reader: ServedReader) -> list[float]:
    """What it says of the known text: that it answers, and how well the best span does."""
    (reading,) = reader.read(PROBE[0], [PROBE[1]], spans=1)
    return [reading.score, reading.spans[0].score]
