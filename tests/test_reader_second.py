"""The second reader: another network under the same tokenizer, out of packages that are unpacked for a moment."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

import service.reader.second as second
from indexer.embed import load_embedder
from indexer.errors import InputError, ModelError
from indexer.model import ModelFiles, cache_dir, file_sha256, find_model
from service.reader.converting import AGREEMENT, TorchEncoder, network_of
from service.reader.examples import Recipe
from service.reader.loading import Base, bare_tokenizer, reader_from
from service.reader.network import ReaderNetwork, _as_mpnet
from service.reader.pack import main as pack_main
from service.reader.reading import Readable
from service.reader.second import NAME, SHIPPED, WEIGHTS_SHA256, load_second, unpacked
from service.reader.served import ReaderCard, ServedReader
from service.reader.squad import QuestionSet
from service.reader.training import Schedule, Stream, Training, start_from
from service.reader.weights import SHIPPED as FIRST
from service.reader.weights import read_averaged
from tests.small_reader import encoder_in, mpnet_in, ships, tokenizer_for
from tests.tiny_reader import packed_reader, tiny_tokenizer

PASSAGES = [
    Readable("the ship", "It lay in port for 12 days. Captain Lee led it."),
    Readable("", "the ship lay in port " * 30),
    Readable("it", "in port"),
]
TEXTS = ("Who dredged the harbour?", "£2.4 million, “in all” – naïve café, 日本", "antidisestablishmentarianism", "")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> ModelFiles:
    folder, tokenizer = tmp_path_factory.mktemp("mpnet"), tiny_tokenizer()
    tokenizer.save(str(mpnet_in(folder, tokenizer.get_vocab_size()) / "tokenizer.json"))
    return find_model(str(folder), folder / "cache")


@pytest.fixture(scope="module")
def packed(files: ModelFiles, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return packed_reader(files, tmp_path_factory.mktemp("packed"), rank=4)


def test_an_mpnet_is_served_as_torch_reads_it(files: ModelFiles, packed: Path, tmp_path: Path) -> None:
    encoder = TorchEncoder(network_of(files, packed))
    reference = ServedReader(ReaderCard("", "", "torch"), bare_tokenizer(files.folder), encoder)
    sizes = []
    for halves in (False, True):
        base = Base(files.name, files.weights_sha256, files.digest, files.folder, Base.of(files).files, halves)
        there = set(tmp_path.glob("models/*/model.bin"))
        reader = reader_from(base, packed, tmp_path)
        assert reader.card.runtime.startswith("openvino-")
        for question in ("who led the ship", "when was it in port?"):
            expected, found = reference.read(question, PASSAGES), reader.read(question, PASSAGES)
            np.testing.assert_allclose([r.score for r in found], [r.score for r in expected], atol=AGREEMENT)
            assert len({round(r.score, 1) for r in expected}) > 1
        (weights,) = {*tmp_path.glob("models/*/model.bin")} - there
        sizes.append(weights.stat().st_size)
    assert sizes[1] < 0.6 * sizes[0]


def test_frozen_layers_stay_and_are_kept(tmp_path: Path) -> None:
    asked = ships()
    tokenizer = tokenizer_for(asked)
    folder = mpnet_in(tmp_path / "base", tokenizer.get_vocab_size())
    near = [[(q.paragraph + 1) % 10] for q in asked.questions]
    stream = Stream(asked, QuestionSet(), near, tokenizer, Recipe(batch=4), 6)
    (tmp_path / "out").mkdir()
    quick = Schedule(epochs=0.5, rate=2e-3, warmup=2, average=0.5)
    Training(ReaderNetwork(folder, frozen=1), quick, tmp_path / "out").run(stream, resume=False)
    before = {name: value.detach() for name, value in ReaderNetwork(folder).kept().items()}
    after = load_file(tmp_path / "out" / "averaged.safetensors")
    assert after.keys() == before.keys()
    moved = {name for name in after if not name.startswith("head.") and not torch.equal(after[name], before[name])}
    assert moved == {n for n in after if n.startswith(("encoder.encoder.layer.1.", "encoder.encoder.relative"))}

    network = ReaderNetwork(folder)
    read, _ = read_averaged(tmp_path / "out" / "averaged.safetensors")
    start_from(network, read)
    assert all(torch.equal(value, after[name]) for name, value in network.kept().items())
    other = ReaderNetwork(encoder_in(tmp_path / "other", tokenizer.get_vocab_size()))
    with pytest.raises(InputError, match="are of another network"):
        start_from(other, read)


# --- its base, in packages --------------------------------------------------------------------------------------------


def left(cache: Path) -> list[str]:
    """What stands in the cache afterwards, but for the lock."""
    return [path.name for path in cache.iterdir() if path.name != "unpacked.lock"]


@pytest.mark.model
def test_the_base_is_unpacked_whole_and_is_gone_afterwards(tmp_path: Path) -> None:
    (tmp_path / "unpacked").mkdir()
    (tmp_path / "unpacked" / "whole.zip").write_bytes(b"of a process that was killed")
    with unpacked(tmp_path) as base:
        assert base.name == NAME
        assert hashlib.sha256((base.folder / "model.safetensors").read_bytes()).hexdigest() == WEIGHTS_SHA256
        its_own = bare_tokenizer(base.folder)
    assert left(tmp_path) == []
    ours = load_embedder().tokenizer
    for text in TEXTS:
        ids = torch.tensor([ours.encode(text).ids])
        assert _as_mpnet(ids, torch.ones_like(ids)).tolist() == [its_own.encode(text).ids]
    padded = torch.tensor([[101, 2157, 102, 0, 0]])
    assert _as_mpnet(padded, (padded > 0).long()).tolist() == [[0, 2161, 2, 1, 1]]


def test_a_package_that_is_missing_is_named_with_the_mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second, "PACKAGES", (second.PACKAGES[0], "no-such-part-of-a-model"))
    with pytest.raises(ModelError, match=r"no-such-part-of-a-model, a part .* is not here\. .*pip install"):
        unpacked(tmp_path).__enter__()
    assert left(tmp_path) == []


def test_damaged_packages_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "part").write_bytes(b"damaged")
    monkeypatch.setattr(second, "_part", lambda package: tmp_path / "part")
    with pytest.raises(ModelError, match=r"SHA-256 [0-9a-f]{64}, not eb8d12.* one is damaged\. .*pip install"):
        unpacked(tmp_path / "cache").__enter__()
    assert left(tmp_path / "cache") == []
    (tmp_path / "part").unlink()
    with pytest.raises(ModelError, match=r"part, a part of .* cannot be read: .*pip install"):
        unpacked(tmp_path / "cache").__enter__()


def test_a_cache_without_room_or_that_cannot_be_written_to_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(parts: list[Path], whole: Path) -> None:
        whole.write_bytes(b"begun")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(second, "_join", full)
    with pytest.raises(ModelError, match=r"No space left .* takes 850 MB .*PRESSMARK_CACHE=DIR"):
        unpacked(tmp_path / "full").__enter__()
    assert left(tmp_path / "full") == []
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(ModelError, match=r"cannot write to .*PRESSMARK_CACHE=DIR"):
        unpacked(tmp_path / "file").__enter__()


def test_want_of_room_is_an_error_and_no_reason_to_serve_with_torch(
    files: ModelFiles, packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda place: SimpleNamespace(free=1000))
    with pytest.raises(ModelError, match=r"0 MB are free at .*PRESSMARK_CACHE=DIR"):
        reader_from(Base.of(files), packed, tmp_path)
    assert list(tmp_path.glob("models/*/made.json")) == []
    monkeypatch.undo()

    def full(*_: object, **__: object) -> None:
        raise RuntimeError("iostream error")

    monkeypatch.setattr("openvino.save_model", full)
    with pytest.raises(ModelError, match=r"cannot write .*model\.xml: iostream error.*PRESSMARK_CACHE=DIR"):
        reader_from(Base.of(files), packed, tmp_path)
    assert list(tmp_path.glob("models/*/made.json")) == []
    monkeypatch.undo()
    assert reader_from(Base.of(files), packed, tmp_path).card.runtime.startswith("openvino-")


# --- the weights that ship --------------------------------------------------------------------------------------------

_SERVE = """
import json, sys
from service.reader.second import load_second
from service.reader.reading import Readable
reader = load_second()
text = "The harbour was dredged by Maria Okafor. It was closed to large ships in 1968, when the bridge was built."
asked = ("When was the harbour closed to large ships?", "Who closed the bridge in 1904?")
readings = [reader.read(question, [Readable("Harbour", text)], spans=1)[0] for question in asked]
heavy = {"torch", "transformers", "sentence_transformers", "openvino_telemetry", "openvino.tools.ovc", "faiss"}
loaded = sorted(name for name in heavy & set(sys.modules) if sys.modules[name] is not None)
span = readings[0].spans[0]
print(json.dumps([text[span.start:span.end], [reading.score > 0 for reading in readings], loaded]))
"""


@pytest.mark.model
def test_the_second_reader_ships_small_and_serves_without_torch() -> None:
    assert SHIPPED.stat().st_size < 25e6
    assert load_second().card.runtime.startswith("openvino-")
    environment = {**os.environ, "PRESSMARK_CACHE": str(cache_dir())}
    done = subprocess.run([sys.executable, "-c", _SERVE], env=environment, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == ["1968", [True, False], []]


@pytest.mark.model
def test_what_is_kept_is_of_the_tokenizer_too(tmp_path: Path) -> None:
    words = find_model(None, tmp_path)
    base = second.second_base(tmp_path)
    assert base.tokenizer == words.folder
    assert words.digest in base.digest


@pytest.mark.model
def test_weights_of_the_first_reader_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ModelError, match=r"changes weights of .*MiniLM.*Use the model that it was trained from"):
        load_second(FIRST, cache=tmp_path)
    assert file_sha256(FIRST, tmp_path) != file_sha256(SHIPPED, tmp_path)
    assert pack_main([str(FIRST), "--second", "--out", str(tmp_path / "out")]) == 2
    assert "is not of a reader trained from" in capsys.readouterr().err
