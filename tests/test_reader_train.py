"""Training: it learns, goes on where it was stopped to the very same weights, and refuses what cannot be learned."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from indexer.errors import InputError
from indexer.model import cache_dir, find_model
from service.reader.examples import Batch, Recipe
from service.reader.network import ReaderNetwork, loss_of
from service.reader.pack import pack
from service.reader.squad import QuestionSet
from service.reader.train import main
from service.reader.training import Schedule, Stream, Training
from tests.small_reader import encoder_in, ships, tokenizer_for

ASKED = ships()
TOKENIZER = tokenizer_for(ASKED)
NEAR = [[(q.paragraph + 1) % 10] for q in ASKED.questions]
LESSONS = QuestionSet(ASKED.paragraphs[:2], ASKED.questions[:4])
RECIPE = Recipe(batch=4, negatives=0.5, near=0.3, removed=0.3)
QUICK = Schedule(epochs=2.5, rate=2e-3, head_rate=5e-3, warmup=5, average=0.9)


@dataclass(frozen=True, slots=True)
class Stopping(Stream):
    """A stream that ends like a process that is stopped, when this epoch is asked for."""

    at: int

    def batches(self, number: int) -> list[Batch]:
        if number == self.at:
            raise KeyboardInterrupt
        return Stream(self.asked, self.lessons, self.near, self.tokenizer, self.recipe, self.seed).batches(number)


def stream(seed: int = 6) -> Stream:
    return Stream(ASKED, LESSONS, NEAR, TOKENIZER, RECIPE, seed)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return encoder_in(tmp_path_factory.mktemp("encoder"), TOKENIZER.get_vocab_size())


def training(encoder: Path, out: Path, every: int = 500) -> Training:
    out.mkdir(exist_ok=True)
    torch.manual_seed(3)
    return Training(ReaderNetwork(encoder), QUICK, out, every)


def kept(out: Path) -> dict[str, Tensor]:
    return load_file(out / "averaged.safetensors")


def lines(out: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (out / "log.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def whole(encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that was never stopped."""
    out = tmp_path_factory.mktemp("whole")
    training(encoder, out).run(stream(), resume=False)
    return out


def same(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def test_the_rates_rise_stay_and_fall() -> None:
    schedule = Schedule(warmup=4, cooldown=0.5)
    assert [schedule.share(step, 20) for step in (0, 1, 3, 9)] == [1 / 4, 2 / 4, 1, 1]
    assert [schedule.share(step, 20) for step in (10, 11, 19, 20)] == [1, 9 / 10, 1 / 10, 0]


def test_the_loss_falls(encoder: Path, tmp_path: Path) -> None:
    run = Training(ReaderNetwork(encoder), replace(QUICK, epochs=6.5), tmp_path)

    def loss() -> float:
        with torch.no_grad():
            losses = [float(loss_of(run.network, batch)) for batch in stream().batches(0)]
        return sum(losses) / len(losses)

    before = loss()
    run.run(stream(), resume=False)
    settings, at_100 = lines(tmp_path)
    assert settings["steps"] == run.step == int(6.5 * len(stream().batches(0)))
    assert at_100["step"] == 100
    assert loss() < at_100["loss"] < before
    assert loss() < 0.7 * before


def test_a_run_is_decided_by_its_seed(encoder: Path, whole: Path, tmp_path: Path) -> None:
    training(encoder, tmp_path / "again").run(stream(), resume=False)
    training(encoder, tmp_path / "other").run(stream(9), resume=False)
    assert same(kept(tmp_path / "again"), kept(whole))
    assert not same(kept(tmp_path / "other"), kept(whole))


@pytest.mark.parametrize(("at", "every"), [(1, 3), (2, 4)])
def test_a_stopped_run_goes_on_to_the_same_weights(
    encoder: Path, whole: Path, tmp_path: Path, at: int, every: int
) -> None:
    lengths = [len(stream().batches(number)) for number in range(3)]
    assert len(set(lengths)) > 1  # or where the run was would be easy to know
    stopped = training(encoder, tmp_path, every)
    with pytest.raises(KeyboardInterrupt):
        stopped.run(Stopping(ASKED, LESSONS, NEAR, TOKENIZER, RECIPE, 6, at), resume=False)
    resumed = training(encoder, tmp_path)
    resumed.run(stream(), resume=True)
    assert resumed.step == lines(whole)[0]["steps"]
    assert same(kept(tmp_path), kept(whole))


def test_a_finished_run_that_goes_on_changes_nothing(encoder: Path, whole: Path) -> None:
    before = kept(whole)
    training(encoder, whole).run(stream(), resume=True)
    assert same(kept(whole), before)


def test_what_is_kept_is_what_was_trained_and_follows_it(encoder: Path, whole: Path) -> None:
    network = ReaderNetwork(encoder)
    averaged, start = kept(whole), {name: value.detach() for name, value in network.trained().items()}
    assert {name: value.shape for name, value in averaged.items()} == {n: v.shape for n, v in start.items()}
    trained = torch.load(whole / "checkpoint.pt", weights_only=True)["trained"]
    name = "encoder.encoder.layer.1.output.dense.weight"
    moved, followed = (float((other[name].detach() - start[name]).norm()) for other in (trained, averaged))
    assert 0 < followed < moved


@pytest.mark.parametrize("content", [None, b"", b"not a checkpoint", b"PK\x03\x04 half a one"])
def test_going_on_from_nothing_is_refused(encoder: Path, tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "checkpoint.pt").write_bytes(content)
    with pytest.raises(InputError, match=r"checkpoint\.pt is .*Start without --resume"):
        training(encoder, tmp_path).run(stream(), resume=True)


def test_a_checkpoint_of_another_network_is_refused(whole: Path, tmp_path: Path) -> None:
    (tmp_path / "checkpoint.pt").write_bytes((whole / "checkpoint.pt").read_bytes())
    other = encoder_in(tmp_path / "other", TOKENIZER.get_vocab_size() + 1)
    network = ReaderNetwork(other)
    del network.head.pair
    network.head.pair = torch.nn.Linear(32, 6)
    with pytest.raises(InputError, match="no checkpoint of such a run"):
        Training(network, QUICK, tmp_path).run(stream(), resume=True)


def squad_file(place: Path) -> Path:
    articles = [{"title": p.title, "paragraphs": [{"context": p.text, "qas": []}]} for p in ASKED.paragraphs]
    for question in ASKED.questions:
        answers = [{"text": question.answers[0], "answer_start": question.spans[0][0]}]
        part = articles[question.paragraph]["paragraphs"][0]
        part["qas"].append({"id": question.id, "question": question.text, "answers": answers})  # type: ignore[index]
    place.write_text(json.dumps({"data": articles}), "utf-8")
    return place


def refusal(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """The one line with which the command ends."""
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    [line] = err.splitlines()
    assert line.startswith("pressmark: ")
    return line


def test_bad_input_is_one_line_and_exit_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, good = str(tmp_path / "out"), str(squad_file(tmp_path / "good.json"))
    bad = tmp_path / "bad.json"
    bad.write_text("{}", "utf-8")
    assert "no question with an answer" in refusal(["--out", out], capsys)
    assert "no question with an answer" in refusal(["--squad", good, "--never", good, "--out", out], capsys)
    assert "bad.json holds no questions" in refusal(["--squad", good, str(bad), "--out", out], capsys)
    assert "is no folder" in refusal(["--squad", good, "--out", str(bad)], capsys)
    assert not (tmp_path / "out").exists()
    assert "checkpoint.pt is not there" in refusal(["--squad", good, "--out", out, "--resume"], capsys)
    assert "bad.json cannot be read as weights" in refusal(["--squad", good, "--out", out, "--start", str(bad)], capsys)
    assert list((tmp_path / "out").iterdir()) == []  # nothing was mined


@pytest.mark.parametrize("epochs", ["0", "-1", "nan", "many"])
def test_epochs_that_cannot_be_are_a_usage_error(
    tmp_path: Path, epochs: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--squad", "x.json", "--out", str(tmp_path), "--epochs", epochs])
    assert ended.value.code == 2
    assert "--epochs" in capsys.readouterr().err


def test_to_start_and_to_go_on_at_once_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--squad", "x.json", "--out", "out", "--start", "x.safetensors", "--resume"])
    assert ended.value.code == 2
    assert "not allowed with argument --start" in capsys.readouterr().err


def test_help_says_what_memory_costs(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=20000000000" in said


@pytest.mark.model
@pytest.mark.slow
def test_the_command_trains_from_the_default_model_and_what_it_keeps_can_be_packed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    arguments = ["--squad", str(squad_file(tmp_path / "q.json")), "--out", str(out), "--epochs", "2", "--lessons"]
    assert main(arguments) == 0
    misses = json.loads((out / "near_misses.json").read_text("utf-8"))
    assert len(misses) == len(ASKED.questions)
    assert "40 questions, 40 with answers, of 10 paragraphs" in capsys.readouterr().err
    first = (out / "averaged.safetensors").read_bytes()
    assert len(pack([out / "averaged.safetensors"], find_model(None, cache_dir()), 0)) > 10_000_000
    assert main([*arguments, "--resume"]) == 0
    assert (out / "averaged.safetensors").read_bytes() == first
