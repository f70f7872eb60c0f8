"""Train a reader: ``python -m service.reader.train --squad FILE ... --out FOLDER``. See ``--help``.

Everything that decides the result is in the arguments and the seed; a run that was stopped goes on with ``--resume``.
Here is the command; what it runs is in ``training``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import torch

from indexer.embed import Embedder, load_embedder
from indexer.errors import InputError, PressmarkError
from indexer.model import cache_dir
from service.reader.examples import Recipe
from service.reader.mining import near_misses
from service.reader.network import ReaderNetwork
from service.reader.second import base_of
from service.reader.squad import Paragraph, QuestionSet, read_questions
from service.reader.training import Schedule, Stream, Training, require_checkpoint, start_from
from service.reader.weights import read_averaged

SECOND_FROZEN = 2
"""Layers of the second reader that stay its base's: a fifth of the work, and nothing lost."""
SECOND_RECIPE = Recipe(batch=16, passage_tokens=184, negatives=0.5, near=0.5, removed=0.15)
SECOND_SCHEDULE = Schedule(epochs=0.5, rate=3e-5, warmup=100, cooldown=1.0)


def main(arguments: list[str]) -> int:
    """Train, and return the exit code: 2 when what was given cannot be used, which one line on stderr says."""
    try:
        _train(_parser().parse_args(arguments))
    except PressmarkError as error:
        _say(f"pressmark: {' '.join(str(error).split())}")
        return 2
    return 0


def _train(given: argparse.Namespace) -> None:
    asked = _gather(given)
    lessons = _read(given.lessons, asked.by_digest())
    try:
        given.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"--out {given.out} is no folder that can be written: {error.strerror}") from error
    if given.resume:
        require_checkpoint(given.out)  # before what takes minutes
    kept = read_averaged(given.start)[0] if given.start else None
    embedder = load_embedder()
    near = _mined(given.out / "near_misses.json", asked, embedder)
    answerable = sum(bool(question.spans) for question in asked.questions)
    _say(f"{len(asked.questions)} questions, {answerable} with answers, of {len(asked.paragraphs)} paragraphs")
    _say(f"{len(lessons.questions)} lessons of {len(lessons.paragraphs)} paragraphs")
    torch.manual_seed(given.seed)
    with base_of(given.second, cache_dir()).files() as files:
        network = ReaderNetwork(files.folder, SECOND_FROZEN if given.second else 0)
    if kept is not None:
        start_from(network, kept)
    recipe, schedule = (SECOND_RECIPE, SECOND_SCHEDULE) if given.second else (Recipe(), Schedule())
    stream = Stream(asked, lessons, near, embedder.tokenizer, recipe, given.seed)
    schedule = replace(schedule, epochs=given.epochs or schedule.epochs)
    Training(network, schedule, given.out).run(stream, given.resume)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m service.reader.train",
        description="Train the reader from the default embedding model's weights, or with --second the second reader "
        "from its own base. Two cores without a GPU read about 30 examples a second, for the second reader 6. A fifth "
        "of that is lost where glibc gives memory back after each step; to keep it, set "
        "MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=20000000000 in the environment (measured: 26 to 31 examples a "
        "second).",
        epilog="example: python -m service.reader.train --squad new_wiki.json.gz reddit.json.gz "
        "--half beir/squad2_dev --never beir/xquad_en --out /tmp/reader",
    )
    parser.add_argument("--squad", type=Path, nargs="+", default=[], help="SQuAD files: all questions are learned")
    parser.add_argument("--half", type=Path, nargs="*", default=[], help="the same, of every second article only")
    parser.add_argument(
        "--lessons",
        type=Path,
        nargs="*",
        default=sorted((Path(__file__).parent / "lessons").glob("*.json*")),
        help="SQuAD files of hard questions, shown more often; by default those written for this reader, some of which "
        "are about paragraphs of SQuADShifts and SQuAD 2.0 and are left out where those are not given",
    )
    parser.add_argument("--never", type=Path, nargs="*", default=[], help="sets none of whose paragraphs is shown")
    parser.add_argument("--out", type=Path, required=True, help="folder of the weights and the log")
    parser.add_argument("--second", action="store_true", help="train the second reader")
    parser.add_argument(
        "--epochs",
        type=_epochs,
        help=f"default: {Schedule().epochs}, of the second reader {SECOND_SCHEDULE.epochs}",
    )
    parser.add_argument("--seed", type=int, default=20, help="default: %(default)s")
    begin = parser.add_mutually_exclusive_group()
    begin.add_argument("--start", type=Path, help="begin with a run's averaged.safetensors and not with the base")
    begin.add_argument("--resume", action="store_true", help="go on from the last checkpoint in --out")
    return parser


def _epochs(text: str) -> float:
    number = float(text)
    if not 0 < number <= 1000:
        raise argparse.ArgumentTypeError(f"{text} epochs cannot be; more than 0 can, up to 1000")
    return number


def _gather(given: argparse.Namespace) -> QuestionSet:
    """The questions to learn.

    Raises:
        InputError: a file holds none, or none is left.
    """
    asked = _read(given.squad)
    for path in given.half:
        whole = read_questions(path)
        asked.extend(whole.only_titles(whole.asked_titles()[::2]))
    asked = asked.without(p.text for path in given.never for p in read_questions(path).paragraphs)
    if not any(question.spans for question in asked.questions):
        raise InputError("no question with an answer is left to learn from. Give files with --squad or --half")
    return asked


def _read(paths: Sequence[Path], known: Mapping[str, Paragraph] | None = None) -> QuestionSet:
    found = QuestionSet()
    for path in paths:
        found.extend(read_questions(path, known))
    return found


def _mined(kept: Path, asked: QuestionSet, embedder: Embedder) -> list[list[int]]:
    """The near misses, which take a minute for each 6,000 questions, from the file if they are there."""
    if kept.is_file():
        try:
            found: list[list[int]] = json.loads(kept.read_text("utf-8"))
        except ValueError:
            found = []  # cut short: mined again
        if len(found) == len(asked.questions):
            return found
    found = near_misses(asked, embedder, tell=lambda done: None if done % 2000 else _say(f"mined {done}"))
    kept.write_text(json.dumps(found), "utf-8")
    return found


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
