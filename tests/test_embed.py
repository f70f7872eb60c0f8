"""The embedder against sentence-transformers itself, which the subprocess below asks directly.

One conversion of the default model serves most tests; the others use a model of two small layers made here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.convert import convert
from indexer.converted import converted_folder, read_converted
from indexer.embed import Embedder, ReferenceEmbedder, check_texts, load_embedder, open_converted, unit_rows
from indexer.errors import BadRecord, ModelError
from indexer.model import DEFAULT_MODEL, DEFAULT_SHA256, find_model
from indexer.runtime import machine
from tests.fakes import WordEmbedder

TEXTS = [
    "The central bank raised interest rates by half a point.",
    "A cat.",
    "",
    "Цены на нефть выросли на два процента.",
    "日本銀行は金利を据え置いた。",
    "Cocoa arrivals for the week ended February 22 were 155,221 bags of 60 kilos each, the review said. " * 8,
    "Line one\n\nline two, “quoted” — 4.5%",
]

# Converts, and then embeds TEXTS with sentence-transformers, in a process where any connection is an error.
_CONVERT = """
import json, os, socket, sys, threading, traceback
attempts, started = [], []
def refuse(self, address):
    attempts.append(repr(address))
    raise OSError("no network in this test")
socket.socket.connect = socket.socket.connect_ex = refuse
start = threading.Thread.start
def record(self):
    if any("openvino" in frame.filename for frame in traceback.extract_stack()):  # others load weights in threads
        started.append(self.name)
    start(self)
threading.Thread.start = record
switches = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY")
before = [os.environ.get(name) for name in switches]
from indexer.convert import main
code = main([])
environment_kept = [os.environ.get(name) for name in switches] == before
import numpy
from sentence_transformers import SentenceTransformer
from indexer.model import find_model
from pathlib import Path
folder = find_model(None, Path(os.environ["PRESSMARK_CACHE"])).folder
reference = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
numpy.save(sys.argv[2], reference.encode(json.loads(sys.argv[1]), normalize_embeddings=True, show_progress_bar=False))
loaded = [name for name in sys.modules if name.startswith("openvino_telemetry") and sys.modules[name] is not None]
sys.stderr.write("RESULT " + json.dumps([code, attempts, started, loaded, environment_kept]))
"""


@dataclass(frozen=True)
class Conversion:
    cache: Path
    line: str
    reference: NDArray[np.float32]
    exit_code: int
    connections: list[str]
    openvino_threads: list[str]
    reporting_modules: list[str]
    environment_kept: bool


@pytest.fixture(scope="module")
def conversion(tmp_path_factory: pytest.TempPathFactory) -> Conversion:
    cache, rows = tmp_path_factory.mktemp("cache"), tmp_path_factory.mktemp("reference") / "rows.npy"
    done = subprocess.run(
        [sys.executable, "-c", _CONVERT, json.dumps(TEXTS), str(rows)],
        env={**os.environ, "PRESSMARK_CACHE": str(cache), "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    result = json.loads(done.stderr.split("RESULT ")[1])
    return Conversion(cache, done.stdout, np.load(rows), *result)


@pytest.fixture(scope="module")
def embedder(conversion: Conversion) -> Embedder:
    return load_embedder(cache=conversion.cache)


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random weights, first-token pooling, a dense layer to another size, no normalisation, prompts, 30 tokens."""
    folder = tmp_path_factory.mktemp("tiny")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import torch
        from sentence_transformers import SentenceTransformer
        from sentence_transformers.models import Dense, Pooling, Transformer
        from transformers import BertConfig, BertModel, BertTokenizer

        torch.manual_seed(7)
        vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "query", "passage", ":", "the", "cat", "sat", "mat"]
        vocabulary += [f"word{n}" for n in range(40)] + list("abcdefghijklmnopqrstuvwxyz")
        (folder / "vocab.txt").write_text("\n".join(vocabulary), "utf-8")
        tokenizer = BertTokenizer(str(folder / "vocab.txt"))
        config = BertConfig(
            vocab_size=len(vocabulary),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
            max_position_embeddings=30,  # not a multiple of what lengths are padded to
            initializer_range=0.5,  # the usual 0.02 gives every text the same embedding
        )
        tokenizer.save_pretrained(folder / "bert")
        BertModel(config).save_pretrained(folder / "bert")
        transformer = Transformer(str(folder / "bert"), max_seq_length=30)
        modules = [transformer, Pooling(32, "cls"), Dense(32, 48)]
        prompts = {"query": "query: ", "document": "passage: "}
        SentenceTransformer(modules=modules, prompts=prompts, device="cpu").save(str(folder / "model"))
    return folder / "model"


def reference_rows(model: Path, queries: Sequence[str], passages: Sequence[str]) -> list[NDArray[np.float32]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from sentence_transformers import SentenceTransformer

        reference = SentenceTransformer(str(model), device="cpu", local_files_only=True)
        both = reference.encode_query(list(queries)), reference.encode_document(list(passages))
    return [np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32) for rows in both]


def cosines(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray((a * b).sum(axis=1), np.float32)


def passages(embedder: Embedder, count: int) -> list[str]:
    """Distinct texts of very unequal length, short and long by turns."""
    words = TEXTS[5].split()
    return [f"{n} " + " ".join(words[: 1 + (n * 37) % 110]) for n in range(count)]


# What needs no model


def test_unit_rows_are_scaled_and_nothing_else() -> None:
    rows = np.array([[3, 4], [0, -2]], np.float32)
    expected = np.array([[3 / 5, 4 / 5], [0, -1]], np.float32)
    np.testing.assert_allclose(unit_rows(rows, "m"), expected, rtol=1e-6)


@pytest.mark.parametrize("broken", [[0, 0], [np.nan, 1], [np.inf, 1]])
def test_embedding_without_direction_is_an_error(broken: list[float]) -> None:
    with pytest.raises(ModelError, match="gave text 1 an embedding of length"):
        unit_rows(np.array([[1, 0], broken], np.float32), "m")


def test_half_of_a_surrogate_pair_is_named() -> None:
    with pytest.raises(BadRecord, match=r"text 1 has half of a surrogate pair at character 2 \('\\ud83d'\)"):
        check_texts(["fine 🚀", "ab\ud83d"])


def test_fake_has_the_shape_of_the_real_one() -> None:
    fake: Embedder = WordEmbedder()
    rows = fake.embed_passages(["the cat", "the dog", "rain", ""])
    # "the cat" and "the dog" share one of two words each: 1 / (sqrt(2) * sqrt(2)).
    found = cosines(rows, np.repeat(fake.embed_queries(["the cat"]), 4, axis=0))
    np.testing.assert_allclose(found, np.array([1, 1 / 2, 0, 0]), atol=1e-6)


# The default model


@pytest.mark.model
def test_conversion_opens_no_connection_and_reports_to_nobody(conversion: Conversion) -> None:
    assert conversion.exit_code == 0
    assert conversion.connections == []
    assert conversion.reporting_modules == []
    assert conversion.openvino_threads == []
    assert conversion.environment_kept
    assert conversion.line.startswith(f"{DEFAULT_MODEL} converted: openvino-")
    assert conversion.line.count("\n") == 1


@pytest.mark.model
def test_serving_imports_neither_torch_nor_reporting_and_connects_to_nothing(conversion: Conversion) -> None:
    script = (
        "import socket, sys\n"
        "def refuse(*arguments): raise SystemExit('connected')\n"
        "socket.socket.connect = refuse\n"
        "from indexer.embed import load_embedder\n"
        "load_embedder().embed_queries(['x'])\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'openvino_telemetry', 'openvino.tools.ovc'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    environment = {**os.environ, "PRESSMARK_CACHE": str(conversion.cache)}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.model
def test_embeddings_agree_with_sentence_transformers(embedder: Embedder, conversion: Conversion) -> None:
    assert cosines(embedder.embed_passages(TEXTS), conversion.reference).min() > 0.9995
    assert cosines(embedder.embed_queries(TEXTS), conversion.reference).min() > 0.9995


@pytest.mark.model
def test_card_names_the_model_and_what_runs_it(embedder: Embedder) -> None:
    card = embedder.card
    assert (card.name, card.weights_sha256, card.dim, card.limit) == (DEFAULT_MODEL, DEFAULT_SHA256, 384, 254)
    assert card.runtime in {"openvino-bf16", "openvino-f32"}
    assert 0.999 <= card.agreement <= 1.001


@pytest.mark.model
def test_rows_are_unit_float32_and_none_for_no_texts(embedder: Embedder) -> None:
    rows = embedder.embed_passages(TEXTS)
    assert rows.dtype == np.float32
    assert rows.shape == (len(TEXTS), 384)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert embedder.embed_passages([]).shape == embedder.embed_queries([]).shape == (0, 384)


@pytest.mark.model
def test_rows_come_in_the_order_of_the_texts_whatever_shares_their_batch(embedder: Embedder) -> None:
    texts = passages(embedder, 120)
    together = embedder.embed_passages(texts)
    alone = np.vstack([embedder.embed_passages([text]) for text in texts])
    assert cosines(together, alone).min() >= 0.9999
    backwards = embedder.embed_passages(texts[::-1])[::-1]
    assert cosines(together, backwards).min() >= 0.9999


@pytest.mark.model
def test_passage_at_the_limit_is_taken_and_one_token_more_is_refused(embedder: Embedder) -> None:
    limit = embedder.card.limit
    longest = " ".join(["rain"] * limit)
    assert len(embedder.tokenizer.encode(longest, add_special_tokens=False).ids) == limit
    assert embedder.embed_passages([longest]).shape == (1, 384)
    with pytest.raises(BadRecord, match=f"text 2 has {limit + 1} tokens, more than the {limit}"):
        embedder.embed_passages(["a", "b", longest + " rain"])


@pytest.mark.model
def test_long_query_is_cut_to_the_limit(embedder: Embedder) -> None:
    cut = " ".join(["rain"] * embedder.card.limit)
    rows = embedder.embed_queries([cut + " and a great many other words", cut])
    assert cosines(rows[:1], rows[1:])[0] > 0.9999


@pytest.mark.model
def test_text_that_is_not_unicode_is_named(embedder: Embedder) -> None:
    with pytest.raises(BadRecord, match="text 1 has half of a surrogate pair"):
        embedder.embed_passages(["fine", "\ud800"])


@pytest.mark.model
def test_threads_get_what_one_caller_gets(embedder: Embedder) -> None:
    texts = passages(embedder, 60)
    expected = np.vstack([embedder.embed_queries([text]) for text in texts])
    with ThreadPoolExecutor(8) as pool:
        bulk = pool.submit(embedder.embed_passages, texts * 4)
        rows = np.vstack(list(pool.map(lambda text: embedder.embed_queries([text]), texts)))
    assert cosines(rows, expected).min() > 0.9999
    assert cosines(bulk.result(), np.vstack([expected] * 4)).min() > 0.999


# Other models


@pytest.mark.model
def test_other_models_keep_their_prompts_pooling_and_length(tiny_model: Path, tmp_path: Path) -> None:
    embedder = load_embedder(str(tiny_model), cache=tmp_path)
    texts = ["the cat sat", "word1 word2 word3 the mat", "", "zebra", "cat " * 26]
    queries, documents = reference_rows(tiny_model, texts, texts)
    assert cosines(queries, documents).max() < 0.999, "the prompts make no difference: the test cannot tell"
    assert cosines(embedder.embed_queries(texts), queries).min() > 0.999
    assert cosines(embedder.embed_passages(texts), documents).min() > 0.999
    assert embedder.card.name == str(tiny_model)
    assert embedder.card.runtime.startswith("openvino-"), "the conversion was refused, so nothing above tested it"
    # 30 less [CLS], [SEP] and the two tokens of "passage:".
    assert (embedder.card.dim, embedder.card.limit) == (48, 30 - 2 - 2)
    with pytest.raises(BadRecord, match="text 0 has 27 tokens, more than the 26"):
        embedder.embed_passages(["cat " * 27])


@pytest.mark.model
def test_reference_serves_where_no_conversion_agrees(tiny_model: Path, tmp_path: Path) -> None:
    files = find_model(str(tiny_model), tmp_path)
    converted = convert(files, tmp_path, agreement=1.5)
    assert converted.runtime == "sentence-transformers"
    assert converted.refused
    assert all("less than 1.5" in why for why in converted.refused.values())
    embedder = load_embedder(str(tiny_model), cache=tmp_path)
    assert isinstance(embedder, ReferenceEmbedder)
    assert embedder.card.runtime == "sentence-transformers"
    texts = ["the cat sat", "a mat"]
    queries, documents = reference_rows(tiny_model, texts, texts)
    np.testing.assert_allclose(embedder.embed_queries(texts), queries, atol=1e-6)
    np.testing.assert_allclose(embedder.embed_passages(texts), documents, atol=1e-6)
    assert embedder.embed_passages([]).shape == (0, 48)
    with pytest.raises(BadRecord, match="text 1 has 27 tokens, more than the 26"):
        embedder.embed_passages(["cat", "cat " * 27])


@pytest.mark.model
@pytest.mark.parametrize("file", ["model.bin", "model.xml", "tokenizer.json", "made.json"])
def test_file_cut_short_in_the_cache_is_made_again(file: str, tiny_model: Path, tmp_path: Path) -> None:
    before = load_embedder(str(tiny_model), cache=tmp_path).embed_queries(["the cat"])
    folder = converted_folder(find_model(str(tiny_model), tmp_path), tmp_path, machine()[0])
    os.truncate(folder / file, (folder / file).stat().st_size // 2)
    again = load_embedder(str(tiny_model), cache=tmp_path).embed_queries(["the cat"])
    assert cosines(before, again)[0] > 0.9999
    assert read_converted(folder) is not None


@pytest.mark.model
def test_weights_changed_on_disk_at_the_same_size_are_noticed(tiny_model: Path, tmp_path: Path) -> None:
    before = load_embedder(str(tiny_model), cache=tmp_path).embed_queries(["the cat"])
    files = find_model(str(tiny_model), tmp_path)
    folder = converted_folder(files, tmp_path, machine()[0])
    weights = folder / "model.bin"
    weights.write_bytes(weights.read_bytes()[::-1])
    # Another number of threads, because OpenVINO keeps the weights that it compiled for the first.
    again = load_embedder(str(tiny_model), cache=tmp_path, threads=1).embed_queries(["the cat"])
    assert cosines(before, again)[0] > 0.9999


@pytest.mark.model
def test_conversion_by_another_process_is_taken_and_not_repeated(tiny_model: Path, tmp_path: Path) -> None:
    files = find_model(str(tiny_model), tmp_path)
    first = convert(files, tmp_path)
    folder = converted_folder(files, tmp_path, machine()[0])
    made = (folder / "made.json").stat().st_mtime_ns
    second = convert(files, tmp_path)
    assert (second.runtime, second.agreement) == (first.runtime, first.agreement)
    assert (folder / "made.json").stat().st_mtime_ns == made
    assert open_converted(files, folder, second, threads=1).embed_queries(["cat"]).shape == (1, 48)


@pytest.mark.model
def test_folder_that_holds_no_model_is_a_model_error(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.safetensors").write_bytes(b"junk")
    with pytest.raises(ModelError, match="sentence-transformers cannot load"):
        load_embedder(str(tmp_path / "model"), cache=tmp_path / "cache")
