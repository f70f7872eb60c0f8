"""One run of training: its schedule, its stream of batches, its optimiser, and the checkpoint that it goes on from."""

from __future__ import annotations

import json
import pickle
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer

from indexer.errors import InputError
from service.reader.examples import Batch, Recipe, epoch
from service.reader.network import ReaderNetwork, loss_of
from service.reader.squad import QuestionSet
from service.reader.weights import Tensors


@dataclass(frozen=True, slots=True)
class Schedule:
    """Learning rates rise over ``warmup`` steps, stay, and fall to zero over the last ``cooldown`` of all steps."""

    epochs: float = 3.0
    rate: float = 2e-4
    head_rate: float = 1e-3
    warmup: int = 300
    cooldown: float = 0.4
    decay: float = 0.01
    average: float = 0.999
    """How slowly the averaged weights, the ones that are kept, follow the trained ones."""

    def share(self, step: int, steps: int) -> float:
        falling = int(steps * self.cooldown)
        return min((step + 1) / self.warmup, 1.0, max(steps - step, 0) / max(falling, 1))


@dataclass(frozen=True, slots=True)
class Stream:
    """Epoch after epoch of batches, each epoch with other negatives."""

    asked: QuestionSet
    lessons: QuestionSet
    near: list[list[int]]
    tokenizer: Tokenizer
    recipe: Recipe
    seed: int

    def batches(self, number: int) -> list[Batch]:
        seed = self.seed * 1000 + number
        return epoch(self.asked, self.near, self.tokenizer, self.recipe, seed, self.lessons)


def require_checkpoint(out: Path) -> Path:
    """The checkpoint of a run that was stopped.

    Raises:
        InputError: there is none.
    """
    place = out / "checkpoint.pt"
    if not place.is_file():
        raise InputError(f"{place} is not there, so no run can go on from it. Start without --resume")
    return place


def start_from(network: ReaderNetwork, kept: Tensors) -> None:
    """Give the network what a run kept.

    Raises:
        InputError: it was a run of another network.
    """
    expected = {name: tuple(value.shape) for name, value in network.kept().items()}
    if {name: value.shape for name, value in kept.items()} != expected:
        raise InputError("the weights to start from are of another network. Give the file of a run of this one")
    network.load_state_dict({name: torch.from_numpy(value) for name, value in kept.items()}, strict=False)


class Training:
    """One run: the optimiser, the averaged weights, and the checkpoint that they go on from.

    ``every`` so many steps, and after the last, it is kept.
    """

    def __init__(self, network: ReaderNetwork, schedule: Schedule, out: Path, every: int = 500) -> None:
        self.network, self.schedule, self.out, self.every = network, schedule, out, every
        head = {f"head.{name}" for name, _ in network.head.named_parameters()}
        trained = network.trained()
        self.optimizer = torch.optim.AdamW(
            [
                {"params": [v for n, v in trained.items() if n not in head], "lr": schedule.rate},
                {"params": [v for n, v in trained.items() if n in head], "lr": schedule.head_rate},
            ],
            weight_decay=schedule.decay,
            fused=True,
        )
        self.rates = [group["lr"] for group in self.optimizer.param_groups]
        self.averaged = {name: value.detach().clone() for name, value in network.kept().items()}
        self.step = 0

    def run(self, stream: Stream, resume: bool) -> None:
        """Learn, and keep ``averaged.safetensors``, ``checkpoint.pt`` and ``log.jsonl`` in the folder.

        A run that goes on ends with the very weights of one that was never stopped.

        Raises:
            InputError: there is no checkpoint to go on from.
        """
        if resume:
            self._load()
        first = stream.batches(0)
        steps = int(len(first) * self.schedule.epochs)
        self._log(asdict(self.schedule) | asdict(stream.recipe) | {"seed": stream.seed, "steps": steps})
        began, seen, losses = time.monotonic(), 0, 0.0
        for batch in self._remaining(stream, first, steps):
            losses += self._learn(batch, steps)
            seen += len(batch.ids)
            if self.step % 100 == 0:
                speed = seen / (time.monotonic() - began)
                self._log({"step": self.step, "loss": round(losses / 100, 4), "examples_per_s": round(speed, 1)})
                losses = 0.0
            if self.step % self.every == 0 or self.step == steps:
                self._save()

    def _remaining(self, stream: Stream, first: list[Batch], steps: int) -> Iterator[Batch]:
        """The batches from the present step on. No epoch counts for more than the first.

        Epochs differ a little in length, so that a run that goes on makes the former ones again to know where it was.
        """
        number = begun = 0
        while begun < steps:
            batches = first if number == 0 else stream.batches(number)[: len(first)]
            yield from batches[max(self.step - begun, 0) : steps - begun]
            number, begun = number + 1, begun + len(batches)

    def _learn(self, batch: Batch, steps: int) -> float:
        share = self.schedule.share(self.step, steps)
        for group, rate in zip(self.optimizer.param_groups, self.rates, strict=True):
            group["lr"] = rate * share
        loss = loss_of(self.network, batch)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(list(self.network.trained().values()), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.step += 1
        follow = 1 - min(self.schedule.average, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for name, value in self.network.kept().items():
                self.averaged[name].lerp_(value, follow)
        return float(loss.detach())

    def _save(self) -> None:
        save_file(self.averaged, self.out / "averaged.safetensors", metadata={"step": str(self.step)})
        state: dict[str, object] = {
            "step": self.step,
            "trained": dict(self.network.trained()),
            "averaged": self.averaged,
            "optimizer": self.optimizer.state_dict(),
        }
        torch.save(state, self.out / "checkpoint.part")
        (self.out / "checkpoint.part").replace(self.out / "checkpoint.pt")

    def _load(self) -> None:
        place = require_checkpoint(self.out)
        try:
            state = torch.load(place, weights_only=True)
            self.step, self.averaged = state["step"], state["averaged"]
            self.network.load_state_dict(state["trained"], strict=False)
            self.optimizer.load_state_dict(state["optimizer"])
        except (OSError, EOFError, RuntimeError, pickle.UnpicklingError, KeyError, TypeError, ValueError) as error:
            # Not its words: torch's own advice is to load a file that may run code.
            said = type(error).__name__
            raise InputError(f"{place} is no checkpoint of such a run ({said}). Start without --resume") from error

    def _log(self, line: dict[str, object]) -> None:
        with (self.out / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")
        sys.stderr.write(json.dumps(line) + "\n")
