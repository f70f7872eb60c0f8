"""Texts in, unit vectors out: finding the served form of a model, batching, and the checks on what comes back.

Read ``load_embedder`` first. ``model`` finds the files, ``convert`` makes the served form of them once (kept as
``converted`` says), ``runtime`` runs it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from indexer.batch import batches
from indexer.converted import PROBE, Converted, converted_folder, read_converted
from indexer.errors import BadRecord, ModelError
from indexer.model import ModelCard, ModelFiles, Runtime, cache_dir, find_model
from indexer.reference import Reference, gpu_is_here, gpu_may_be_here
from indexer.runtime import Network, Precision, machine

# Texts tokenised at once: enough to sort into even batches, few enough that their tokens fit in some 100 MB.
_SLAB = 4096
# Two runs of one network on one processor differ by less than this, however many cores took part.
_PROBE_AGREEMENT = 0.9999


class Embedder(Protocol):
    """Both methods give ``(n, dim)`` float32 with unit rows, in the order of the texts; no texts give ``(0, dim)``.

    A passage with more than ``card.limit`` tokens is an error: it would not be searched whole. A query with more is
    cut to them on purpose: the rest of a very long question seldom changes what it is about. A query's row is the same
    to the last bit whatever other queries come with it, as far as the processor's matrix products are.
    ``tokenizer`` cuts text into the tokens that ``card.limit`` counts; it neither truncates nor pads.
    """

    @property
    def card(self) -> ModelCard: ...

    @property
    def tokenizer(self) -> Tokenizer: ...

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]: ...

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]: ...


def load_embedder(model: str | None = None, *, threads: int | None = None, cache: Path | None = None) -> Embedder:
    """The embedder of a model: None for the default, a folder, or a sentence-transformers name in the local cache.

    The first time a model is seen on a machine it is converted (some 10 s); afterwards a query is embedded a third
    of a second after the start of the process. ``threads`` is how many cores to use, all that are allowed by default.

    Raises:
        ModelError: the model is not on this machine, or cannot be used.
    """
    cache = cache or cache_dir()
    files = find_model(model, cache)
    if gpu_may_be_here() and gpu_is_here():
        return ReferenceEmbedder(files, Reference(files.folder, "cuda"), "sentence-transformers-cuda-f16")
    folder = converted_folder(files, cache, machine()[0])
    converted = read_converted(folder)
    if converted is not None:
        try:
            return open_converted(files, folder, converted, threads)
        except (RuntimeError, ModelError):
            pass  # of the right size and yet damaged: made anew, below
    from indexer.convert import convert  # here, because it embeds to check its result

    return open_converted(files, folder, convert(files, cache, known_bad=converted), threads)


def open_converted(files: ModelFiles, folder: Path, converted: Converted, threads: int | None) -> Embedder:
    """The embedder that was found to agree with the reference when the model was converted.

    Raises:
        RuntimeError: OpenVINO cannot read the files, or they no longer compute what they did.
    """
    if converted.runtime == "sentence-transformers":
        return ReferenceEmbedder(files, Reference(files.folder), converted.runtime, converted.agreement)
    precision: Precision = "bf16" if converted.runtime == "openvino-bf16" else "f32"
    network = Network(folder / "model.xml", precision, threads)
    embedder = ConvertedEmbedder(files, converted, Tokenizer.from_file(str(folder / "tokenizer.json")), network)
    # Costs 5 ms, most of which the first query saves, and finds weights that changed on disk without a change of size.
    agreement = float(embedder.embed_queries([PROBE])[0] @ np.array(converted.probe, np.float32))
    if not agreement >= _PROBE_AGREEMENT:
        raise RuntimeError(f"{folder} embeds a known text with cosine {agreement} to what it was")
    return embedder


class ConvertedEmbedder:
    """Tokens in batches of similar length through the converted network. Any number of threads may call it."""

    def __init__(self, files: ModelFiles, converted: Converted, tokenizer: Tokenizer, network: Network) -> None:
        self.tokenizer = tokenizer
        self._converted, self._network = converted, network
        self.card = converted.card(files, _limit(tokenizer, converted.length, converted.passage_prompt))

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._embed(texts, self._converted.passage_prompt, cut=False)

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._embed(texts, self._converted.query_prompt, cut=True)

    def _embed(self, texts: Sequence[str], prompt: str, *, cut: bool) -> NDArray[np.float32]:
        check_texts(texts)
        rows = np.empty((len(texts), self.card.dim), np.float32)
        for first in range(0, len(texts), _SLAB):
            slab = [prompt + text for text in texts[first : first + _SLAB]]
            encodings = self._encode(slab, first, cut=cut)
            for members, ids, mask in batches(
                [e.ids for e in encodings], self._converted.pad_id, self._converted.length, apart=cut
            ):
                rows[first + members] = self._network.run({"input_ids": ids, "attention_mask": mask})
        return unit_rows(rows, self.card.name)

    def _encode(self, texts: list[str], first: int, *, cut: bool) -> list[Encoding]:
        encodings = self.tokenizer.encode_batch(texts)
        for index, encoding in enumerate(encodings):
            if len(encoding.ids) <= self._converted.length:
                continue
            if not cut:
                raise _too_long(first + index, len(encoding.ids) - self._converted.length, self.card)
            bare = self.tokenizer.encode(texts[index], add_special_tokens=False)
            bare.truncate(self._converted.length - self.tokenizer.num_special_tokens_to_add(False))
            encodings[index] = self.tokenizer.post_process(bare)
        return encodings


class ReferenceEmbedder:
    """sentence-transformers itself, behind the same two methods and the same checks."""

    def __init__(self, files: ModelFiles, reference: Reference, runtime: Runtime, agreement: float = 1.0) -> None:
        self.tokenizer = reference.tokenizer
        self._reference = reference
        limit = _limit(self.tokenizer, reference.length, reference.prompts[1])
        self.card = ModelCard(files.name, files.weights_sha256, reference.dim, limit, runtime, agreement)

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        check_texts(texts)
        prompt = self._reference.prompts[1]
        for first in range(0, len(texts), _SLAB):
            encodings = self.tokenizer.encode_batch([prompt + text for text in texts[first : first + _SLAB]])
            for index, encoding in enumerate(encodings, first):
                if len(encoding.ids) > self._reference.length:
                    raise _too_long(index, len(encoding.ids) - self._reference.length, self.card)
        return unit_rows(self._reference.passages(texts), self.card.name)

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        check_texts(texts)
        return unit_rows(self._reference.queries(texts), self.card.name)


def check_texts(texts: Sequence[str]) -> None:
    """Refuse a text that is none in Unicode: half of a surrogate pair, which no tokenizer takes.

    Raises:
        BadRecord: names the first such text.
    """
    for index, text in enumerate(texts):
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise BadRecord(
                f"text {index} has half of a surrogate pair at character {error.start} ({text[error.start]!r}). "
                "Decode its source with the right encoding, or with errors='replace'"
            ) from error


def unit_rows(rows: NDArray[np.float32], source: str) -> NDArray[np.float32]:
    """The rows scaled to length 1.

    Raises:
        ModelError: a row has no direction (zero, infinite or not a number). It is never passed on as a vector.
    """
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    broken = np.flatnonzero(~(np.isfinite(norms[:, 0]) & (norms[:, 0] > 0)))
    if len(broken):
        raise ModelError(
            f"{source} gave text {broken[0]} an embedding of length {norms[broken[0], 0]}, and "
            f"{len(broken)} of {len(rows)} such in all. Convert it again: python -m indexer.convert --again"
        )
    scaled: NDArray[np.float32] = rows / norms
    return scaled


def _limit(tokenizer: Tokenizer, length: int, prompt: str) -> int:
    return length - len(tokenizer.encode(prompt).ids)


def _too_long(index: int, excess: int, card: ModelCard) -> BadRecord:
    return BadRecord(
        f"text {index} has {card.limit + excess} tokens, more than the {card.limit} that {card.name} reads: the rest "
        "would not be found. Make passages shorter"
    )
