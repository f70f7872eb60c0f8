"""From the shipped weights to the form that is served, once, and refused unless it reads as torch does."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from indexer import runtime
from indexer.errors import ModelError
from indexer.kept import alone, sizes_in, write_made
from indexer.model import ModelFiles
from indexer.reference import quiet_and_offline
from service.reader.loading import PRECISIONS, Base, Known, bare_tokenizer, probe, read_known
from service.reader.network import ReaderNetwork
from service.reader.reading import Readable
from service.reader.served import INPUTS, Encoder, ReaderCard, ReaderRuntime, ServedReader
from service.reader.spans import Scores
from service.reader.weights import read_base, read_weights

# How far a score may be from torch's in float32, in natural logarithms of odds. bfloat16 is up to 0.15 away on texts
# that no answer is in, 0.06 on others, float32 0.00001; with a wrong mask or wrong types it would be 3 to 11.
AGREEMENT = 0.25

_MADE_WITH = ("openvino", "tokenizers", "torch", "transformers")


def convert(
    folder: Path,
    base: Base,
    weights: Path,
    *,
    known_bad: Known | None = None,
    agreement: float = AGREEMENT,
    tell: Callable[[str], None] | None = None,
) -> Known:
    """What the reader was converted to, by this process or by another that was faster.

    What is there already is taken when it is whole and not the ``known_bad`` one. ``agreement`` is the largest
    difference to torch's scores that is served: where no precision stays below it, torch itself serves. ``tell`` is
    told when it has to be converted here and now.

    Raises:
        ModelError: the weights are not what they should be, or the cache cannot be written to or has no room.
    """
    with alone(folder):
        found = read_known(folder)
        if found is not None and found != known_bad:
            return found
        if tell is not None:
            tell(f"converting {base.name} for this processor: once, up to a minute")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        known = _convert_into(folder, base, weights, agreement)
        write_made(folder, asdict(known))
        return known


def network_of(files: ModelFiles, weights: Path) -> ReaderNetwork:
    """The network as it was trained, ready to be run.

    Raises:
        ModelError: as ``read_weights``.
    """
    shipped = read_weights(weights, files)
    with quiet_and_offline():
        from transformers.utils import logging

        logging.set_verbosity_error()  # type: ignore[no-untyped-call]
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        network = ReaderNetwork(files.folder)
    merged = shipped.merged(read_base(files))
    network.encoder.load_state_dict({name: torch.from_numpy(value) for name, value in merged.items()})
    head = {name.removeprefix("head."): torch.from_numpy(value) for name, value in shipped.head.items()}
    network.head.load_state_dict(head)
    return network.eval()


class Told(torch.nn.Module):
    """Encoder and the head's linear layers: (rows, length, 131), in the columns that ``spans`` names."""

    def __init__(self, network: ReaderNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor | None = None
    ) -> torch.Tensor:
        hidden = self.network(input_ids, attention_mask, token_type_ids)
        head = self.network.head
        return torch.cat([head.edge(hidden), head.none(hidden), head.pair(hidden)], dim=-1)


class TorchEncoder:
    """An ``Encoder`` as torch runs it, in float32: what a conversion is made from and measured against."""

    def __init__(self, network: ReaderNetwork) -> None:
        self._told = Told(network).eval()

    def run(self, inputs: Mapping[str, NDArray[np.int64]]) -> NDArray[np.float32]:
        with torch.inference_mode():
            told: torch.Tensor = self._told(*(torch.from_numpy(inputs[name]) for name in INPUTS))
        return told.numpy()


def _convert_into(folder: Path, base: Base, weights: Path, agreement: float) -> Known:
    with base.files() as files:
        network = network_of(files, weights)

    def reader_on(encoder: Encoder, name: ReaderRuntime) -> ServedReader:
        return ServedReader(ReaderCard("", base.weights_sha256, name), bare_tokenizer(base.tokenizer), encoder)

    reference = reader_on(TorchEncoder(network), "torch")
    _require_room(folder, network, base.halves)
    made_with = {package: version(package) for package in _MADE_WITH}
    served = Known("torch", 0.0, {}, probe(reference), {}, made_with)
    refused: dict[str, str] = {}
    _, precisions = runtime.machine()
    try:
        told = Told(network).eval()
        runtime.convert(told, folder / "model.xml", INPUTS if network.typed else INPUTS[:2], halves=base.halves)
    except runtime.NotConvertible as error:
        refused["openvino"], precisions = str(error), []
    for name in [name for name, precision in PRECISIONS.items() if precision in precisions]:
        try:
            candidate = reader_on(runtime.Network(folder / "model.xml", PRECISIONS[name]), name)
            furthest = disagreement(reference, candidate)
        except RuntimeError as error:
            refused[name] = str(error)
        else:
            if furthest < agreement:
                served = replace(served, runtime=name, disagreement=furthest, probe=probe(candidate))
                break
            refused[name] = f"a score differs by {furthest:.3f}, not less than {agreement}"
        shutil.rmtree(folder / "compiled", ignore_errors=True)
    return replace(served, refused=refused, sizes=sizes_in(folder))


def _require_room(folder: Path, network: ReaderNetwork, halves: bool) -> None:
    """Room for the weights twice, converted and compiled, for want of which torch would serve for good.

    Raises:
        ModelError: there is not.
    """
    needed = 2 * sum(value.numel() for value in network.parameters()) * (2 if halves else 4)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise ModelError(
            f"{free / 1e6:.0f} MB are free at {folder}, and a reader takes {needed / 1e6:.0f}. Make room, or name a "
            "directory that has it: PRESSMARK_CACHE=DIR"
        )


def disagreement(reference: ServedReader, candidate: ServedReader) -> float:
    """The largest difference in a score over fixed questions and passages.

    Of a passage's odds, of the span that the reference likes best, and of the one that the candidate does: where they
    like different spans, both have to find them about equally good.
    """
    return max(
        _furthest(expected, found)
        for question, passages in _READ
        for one, other in zip(reference.judge(question, passages), candidate.judge(question, passages), strict=True)
        for (_, expected), (_, found) in zip(one, other, strict=True)
    )


def _furthest(expected: Scores, found: Scores) -> float:
    if not expected.spans.size:
        return abs(expected.none - found.none)
    best = [int(expected.spans.argmax()), int(found.spans.argmax())]
    differences = (expected.spans.flat[best] - expected.none) - (found.spans.flat[best] - found.none)
    return max(abs(expected.odds - found.odds), float(np.abs(differences).max()))


_HARBOUR = Readable(
    "Harbour",
    "The harbour of Port Ellis was dredged between 1904 and 1911 under the engineer Maria Okafor, at a cost of £2.4 "
    "million. It was closed to large ships in 1968, when the Aldan bridge was built across its mouth.",
)
_VOTE = Readable(
    "",
    "“We will not sign,” the minister said on Tuesday, after 14 of the 27 members had voted against the treaty. Talks "
    "are to go on in Geneva, where the secretariat expects an agreement by the end of March.",
)
_READ: Sequence[tuple[str, Sequence[Readable]]] = (
    ("Who led the dredging of the harbour at Port Ellis?", (_HARBOUR, _VOTE)),
    ("When was the harbour closed to large ships?", (_HARBOUR, _VOTE, Readable("Harbour", ""))),
    ("How many members voted against the treaty?", (_VOTE, _HARBOUR)),
    ("Where are the talks to be continued?", (_VOTE, Readable("Talks", _VOTE.text + " " + _HARBOUR.text * 3))),
    ("What is the capital of Australia?", (_HARBOUR, _VOTE)),
    ("harbour cost", (_HARBOUR, Readable("港", "日本銀行は金利を据え置いた。 🚀🚀 naïve café, Łódź"))),
    ("Why " + "was the harbour closed " * 20, (_HARBOUR, Readable("word " * 30, "word " * 600))),
)
