"""Train the reader: ``python -m service.reader.train --squad FILE ... --out FOLDER``. See ``--help``.

Everything that decides the result is in the arguments and the seed; a run that was stopped goes on with ``--resume``.
On two cores without a GPU it reads about 35 examples a second.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from indexer.embed import Embedder, load_embedder
from indexer.model import cache_dir, find_model
from service.reader.examples import Batch, Recipe, epoch
from service.reader.mining import near_misses
from service.reader.network import ReaderNetwork, loss_of
from service.reader.squad import QuestionSet, read_questions


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


def main(arguments: list[str]) -> int:
    given = _parser().parse_args(arguments)
    asked = _gather(given)
    schedule = Schedule(epochs=given.epochs)
    embedder = load_embedder()
    given.out.mkdir(parents=True, exist_ok=True)
    near = _mined(given.out / "near_misses.json", asked, embedder)
    answerable = sum(bool(question.spans) for question in asked.questions)
    _say(f"{len(asked.questions)} questions, {answerable} with answers, of {len(asked.paragraphs)} paragraphs")
    torch.manual_seed(given.seed)
    network = ReaderNetwork(find_model(None, cache_dir()).folder)
    Training(network, schedule, given.out).run(Stream(asked, near, embedder, Recipe(), given.seed), given.resume)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m service.reader.train",
        description="Train the reader from the default embedding model's weights.",
        epilog="example: python -m service.reader.train --squad new_wiki.json.gz reddit.json.gz "
        "--half beir/squad2_dev --never beir/xquad_en --out /tmp/reader",
    )
    parser.add_argument("--squad", type=Path, nargs="+", default=[], help="SQuAD files: all questions are learned")
    parser.add_argument("--half", type=Path, nargs="*", default=[], help="the same, of every second article only")
    parser.add_argument("--never", type=Path, nargs="*", default=[], help="sets none of whose paragraphs is shown")
    parser.add_argument("--out", type=Path, required=True, help="folder of the weights and the log")
    parser.add_argument("--epochs", type=float, default=Schedule().epochs)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint in --out")
    return parser


def _gather(given: argparse.Namespace) -> QuestionSet:
    asked = QuestionSet()
    for path in given.squad:
        asked.extend(read_questions(path))
    for path in given.half:
        whole = read_questions(path)
        asked.extend(whole.only_titles(whole.asked_titles()[::2]))
    return asked.without(p.text for path in given.never for p in read_questions(path).paragraphs)


def _mined(kept: Path, asked: QuestionSet, embedder: Embedder) -> list[list[int]]:
    """The near misses, which take a minute for each 6,000 questions, from the file if they are there."""
    if kept.is_file():
        found: list[list[int]] = json.loads(kept.read_text("utf-8"))
        if len(found) == len(asked.questions):
            return found
    found = near_misses(asked, embedder, tell=lambda done: None if done % 2000 else _say(f"mined {done}"))
    kept.write_text(json.dumps(found), "utf-8")
    return found


@dataclass(frozen=True, slots=True)
class Stream:
    """Epoch after epoch of batches, each epoch with other negatives."""

    asked: QuestionSet
    near: list[list[int]]
    embedder: Embedder
    recipe: Recipe
    seed: int

    def batches(self, number: int) -> list[Batch]:
        return epoch(self.asked, self.near, self.embedder.tokenizer, self.recipe, self.seed * 1000 + number)


class Training:
    """One run: the optimiser, the averaged weights, and the checkpoint that they go on from."""

    def __init__(self, network: ReaderNetwork, schedule: Schedule, out: Path) -> None:
        self.network, self.schedule, self.out = network, schedule, out
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
        self.averaged = {name: value.detach().clone() for name, value in trained.items()}
        self.step = 0

    def run(self, stream: Stream, resume: bool) -> None:
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
            if self.step % 500 == 0 or self.step == steps:
                self._save()

    def _remaining(self, stream: Stream, first: list[Batch], steps: int) -> Iterator[Batch]:
        """The batches from the present step on. Every epoch counts as long as the first."""
        number, at = divmod(self.step, len(first))
        while self.step < steps:
            batches = first if number == 0 else stream.batches(number)
            for batch in batches[at : len(first)]:
                if self.step >= steps:
                    return
                yield batch
            if len(batches) < len(first) and at < len(first):
                first = first[: len(batches)]
            number, at = number + 1, 0

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
            for name, value in self.network.trained().items():
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
        state = torch.load(self.out / "checkpoint.pt", weights_only=True)
        self.step, self.averaged = state["step"], state["averaged"]
        self.network.load_state_dict(state["trained"], strict=False)
        self.optimizer.load_state_dict(state["optimizer"])

    def _log(self, line: dict[str, object]) -> None:
        with (self.out / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")
        _say(json.dumps(line))


def load_averaged(network: ReaderNetwork, file: Path) -> None:
    """Put the weights that a run kept into a network made from the same model."""
    weights: dict[str, Tensor] = load_file(file)
    network.load_state_dict(weights, strict=False)


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
