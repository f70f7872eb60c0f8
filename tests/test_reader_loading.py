"""A packed reader against torch itself, and what becomes of a conversion that was cut short or changed.

Most tests are of a model of two small layers made here; those at the end are of the weights that ship.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.errors import ModelError
from indexer.model import ModelFiles
from service.reader.converting import AGREEMENT, TorchEncoder, convert, disagreement, network_of
from service.reader.loading import Base, bare_tokenizer, load_reader, open_reader, read_known, reader_from
from service.reader.reading import Readable, Reading
from service.reader.served import ReaderCard, ServedReader
from service.reader.weights import SHIPPED
from tests.tiny_reader import packed_reader, tiny_base

QUESTIONS = ["who led the ship", "when was it in port?", "🚀"]
PASSAGES = [
    Readable("the ship", "It lay in port for 12 days. Captain Lee led it."),
    Readable("", "the ship lay in port " * 30),
    Readable("it", "in port"),
]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> ModelFiles:
    return tiny_base(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def packed(files: ModelFiles, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return packed_reader(files, tmp_path_factory.mktemp("packed"), rank=4)


def in_torch(files: ModelFiles, packed: Path) -> ServedReader:
    encoder = TorchEncoder(network_of(files, packed))
    return ServedReader(ReaderCard("", "", "torch"), bare_tokenizer(files.folder), encoder)


def scores(readings: Sequence[Reading]) -> list[float]:
    return [reading.score for reading in readings]


def folder_of(cache: Path) -> Path:
    (folder,) = (path for path in (cache / "models").iterdir() if path.is_dir())
    return folder


def test_served_readings_are_those_of_torch(files: ModelFiles, packed: Path, tmp_path: Path) -> None:
    reader, reference = reader_from(Base.of(files), packed, tmp_path), in_torch(files, packed)
    assert reader.card.runtime.startswith("openvino-"), "the conversion was refused, so nothing below tests it"
    assert reader.card.disagreement < AGREEMENT
    assert disagreement(reference, reader) == pytest.approx(reader.card.disagreement, abs=0.02)
    for question in QUESTIONS:
        expected, found = reference.read(question, PASSAGES), reader.read(question, PASSAGES)
        np.testing.assert_allclose(scores(found), scores(expected), atol=AGREEMENT)


def test_torch_says_what_the_trained_network_does(files: ModelFiles, packed: Path) -> None:
    import torch

    network = network_of(files, packed)
    tokenizer = bare_tokenizer(files.folder)
    head = tokenizer.encode("who led the ship", add_special_tokens=False).ids
    text = tokenizer.encode("it lay in port", add_special_tokens=False).ids
    ids = torch.tensor([[2, *head, 3, *text, 3]])
    first = len(head) + 2
    types = torch.tensor([[0] * first + [1] * (len(text) + 1)])
    readable = torch.zeros_like(ids, dtype=torch.bool)
    readable[0, first : first + len(text)] = True
    with torch.inference_mode():
        spans, none = network.head(network(ids, torch.ones_like(ids), types), readable)
    (reading,) = in_torch(files, packed).read("who led the ship", [Readable("", "it lay in port")], spans=1)
    assert reading.score == pytest.approx(float(torch.logsumexp(spans.flatten(), 0) - none[0]), abs=1e-4)
    assert reading.spans[0].score == pytest.approx(float(spans.max() - none[0]), abs=1e-4)


@pytest.mark.parametrize("name", ["attention_mask", "token_type_ids"])
def test_an_encoder_that_ignores_an_input_disagrees(name: str, files: ModelFiles, packed: Path) -> None:
    whole = TorchEncoder(network_of(files, packed))

    class Ignoring:
        def run(self, inputs: Mapping[str, NDArray[np.int64]]) -> NDArray[np.float32]:
            return whole.run({**inputs, name: np.full_like(inputs[name], int(name == "attention_mask"))})

    reference, other = (
        ServedReader(ReaderCard("", "", "torch"), bare_tokenizer(files.folder), encoder)
        for encoder in (whole, Ignoring())
    )
    assert disagreement(reference, other) > AGREEMENT


def test_the_same_is_read_alone_together_and_by_threads(files: ModelFiles, packed: Path, tmp_path: Path) -> None:
    reader = reader_from(Base.of(files), packed, tmp_path)
    together = reader.read("who led it", PASSAGES)
    assert reader.read("who led it", PASSAGES) == together
    alone = [reader.read("who led it", [passage])[0] for passage in PASSAGES]
    np.testing.assert_allclose(scores(alone), scores(together), atol=0.1)
    with ThreadPoolExecutor(6) as pool:
        for readings in pool.map(lambda _: reader.read("who led it", PASSAGES), range(24)):
            np.testing.assert_allclose(scores(readings), scores(together), atol=0.1)


def test_a_conversion_is_announced_and_what_is_there_is_not(files: ModelFiles, packed: Path, tmp_path: Path) -> None:
    told: list[str] = []
    for _ in range(2):
        reader_from(Base.of(files), packed, tmp_path, tell=told.append)
    assert told == [f"converting {files.name} for this processor: once, up to a minute"]


def test_torch_serves_where_no_conversion_agrees(files: ModelFiles, packed: Path, tmp_path: Path) -> None:
    folder = tmp_path / "models" / "one"
    known = convert(folder, Base.of(files), packed, agreement=0.0)
    assert known.runtime == "torch"
    assert known.refused
    assert all("not less than 0.0" in why for why in known.refused.values())
    reader = open_reader(folder, known, Base.of(files), packed, "0" * 64, None)
    assert scores(reader.read("who led it", PASSAGES)) == scores(in_torch(files, packed).read("who led it", PASSAGES))


@pytest.mark.parametrize("file", ["model.bin", "model.xml", "made.json"])
def test_file_cut_short_in_the_cache_is_made_again(file: str, files: ModelFiles, packed: Path, tmp_path: Path) -> None:
    before = reader_from(Base.of(files), packed, tmp_path).read("who led it", PASSAGES)
    folder = folder_of(tmp_path)
    os.truncate(folder / file, (folder / file).stat().st_size // 2)
    again = reader_from(Base.of(files), packed, tmp_path).read("who led it", PASSAGES)
    np.testing.assert_allclose(scores(again), scores(before), atol=0.05)
    assert read_known(folder) is not None


def test_weights_changed_in_the_cache_at_the_same_size_are_noticed(
    files: ModelFiles, packed: Path, tmp_path: Path
) -> None:
    before = reader_from(Base.of(files), packed, tmp_path).read("who led it", PASSAGES)
    weights = folder_of(tmp_path) / "model.bin"
    weights.write_bytes(weights.read_bytes()[::-1])
    # Another number of threads, because OpenVINO keeps the weights that it compiled for the first.
    again = reader_from(Base.of(files), packed, tmp_path, threads=1).read("who led it", PASSAGES)
    np.testing.assert_allclose(scores(again), scores(before), atol=0.05)


def test_a_conversion_is_made_once_for_each_file_of_weights(
    files: ModelFiles, packed: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    reader_from(Base.of(files), packed, tmp_path)
    made = folder_of(tmp_path) / "made.json"
    stamp = made.stat().st_mtime_ns
    reader_from(Base.of(files), packed, tmp_path)
    assert made.stat().st_mtime_ns == stamp
    other = packed_reader(files, tmp_path_factory.mktemp("other"), rank=2)
    assert (
        reader_from(Base.of(files), other, tmp_path).card.weights_sha256
        != reader_from(Base.of(files), packed, tmp_path).card.weights_sha256
    )
    assert len([path for path in (tmp_path / "models").iterdir() if path.is_dir()]) == 2


def test_weights_of_another_model_are_refused_before_anything_is_made(
    files: ModelFiles, packed: Path, tmp_path: Path
) -> None:
    other = ModelFiles("other", files.folder, "f" * 64, files.digest)
    with pytest.raises(ModelError, match=r"those of other here have f{64}\. Use the model that it was trained from"):
        reader_from(Base.of(other), packed, tmp_path)
    assert not (tmp_path / "models").exists()


def test_no_weights_are_a_model_error_that_says_where(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"there are no reader.s weights at .*none"):
        load_reader(tmp_path / "none", cache=tmp_path)


# The weights that ship

_SERVE = """
import json, os, socket, sys
def refuse(*arguments): raise SystemExit("connected")
socket.socket.connect = socket.socket.connect_ex = refuse
from service.reader.loading import load_reader
from service.reader.reading import Readable
reader = load_reader()
text = "The harbour was dredged by Maria Okafor. It was closed to large ships in 1968, when the bridge was built."
(reading,) = reader.read("When was the harbour closed to large ships?", [Readable("Harbour", text)], spans=1)
heavy = {"torch", "transformers", "sentence_transformers", "openvino_telemetry", "openvino.tools.ovc", "faiss"}
loaded = sorted(name for name in heavy & set(sys.modules) if sys.modules[name] is not None)
span = reading.spans[0]
print(json.dumps([text[span.start:span.end], reader.card.runtime, loaded]))
"""


@pytest.fixture(scope="module")
def shipped_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not SHIPPED.is_file():
        pytest.skip("no weights ship with this version")
    cache = tmp_path_factory.mktemp("shipped")
    load_reader(cache=cache)
    return cache


@pytest.mark.model
def test_shipped_weights_are_small_and_served_converted(shipped_cache: Path) -> None:
    assert SHIPPED.stat().st_size < 25e6
    assert load_reader(cache=shipped_cache).card.runtime.startswith("openvino-")


@pytest.mark.model
def test_serving_imports_no_torch_connects_to_nothing_and_reads(shipped_cache: Path) -> None:
    environment = {**os.environ, "PRESSMARK_CACHE": str(shipped_cache)}
    done = subprocess.run([sys.executable, "-c", _SERVE], env=environment, capture_output=True, text=True, check=True)
    answer, runtime, loaded = json.loads(done.stdout)
    assert (answer, loaded) == ("1968", [])
    assert runtime.startswith("openvino-")


@pytest.mark.model
def test_conversion_opens_no_connection(shipped_cache: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PRESSMARK_CACHE": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", _SERVE], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.startswith('["1968"')
