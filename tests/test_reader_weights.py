"""What is packed is what is read, as near as half precision and the rank allow; anything else is refused by name."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from indexer.errors import ModelError
from indexer.model import ModelFiles
from service.reader.pack import factors, main, pack
from service.reader.weights import Tensors, Weights, is_product, read_base, read_weights, trained_shapes
from tests.tiny_reader import averaged_weights, packed_reader, tiny_base

HALF = 2**-11
"""The relative error of a number in half precision."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> ModelFiles:
    return tiny_base(tmp_path_factory.mktemp("base"))


def packed_and_read(files: ModelFiles, averaged: Path, rank: int) -> Weights:
    target = averaged.with_name("reader.safetensors")
    target.write_bytes(pack([averaged], files, rank))
    return read_weights(target, files)


def test_whole_differences_come_back_to_half_precision(files: ModelFiles, tmp_path: Path) -> None:
    kept = averaged_weights(files, tmp_path / "averaged.safetensors")
    read = packed_and_read(files, tmp_path / "averaged.safetensors", 0)
    base = read_base(files)
    merged = read.merged(base)
    assert merged.keys() == base.keys()
    for name in trained_shapes(base):
        change = np.abs(kept[f"encoder.{name}"] - base[name]).max()
        assert np.abs(merged[name] - kept[f"encoder.{name}"]).max() <= change * HALF + 1e-7
    for name, value in read.head.items():
        np.testing.assert_allclose(value, kept[name], rtol=HALF, atol=1e-7)
    np.testing.assert_array_equal(
        merged["embeddings.word_embeddings.weight"], base["embeddings.word_embeddings.weight"]
    )


def test_a_change_of_low_rank_is_kept_whole_by_that_rank_and_not_by_less(files: ModelFiles, tmp_path: Path) -> None:
    kept = averaged_weights(files, tmp_path / "averaged.safetensors", rank=4)
    base = read_base(files)
    linear = [name for name, shape in trained_shapes(base).items() if is_product(name, shape, 4)]
    assert len(linear) == 2 * 6

    def furthest(rank: int) -> float:
        merged = packed_and_read(files, tmp_path / "averaged.safetensors", rank).merged(base)
        return max(float(np.abs(merged[name] - kept[f"encoder.{name}"]).max()) for name in linear)

    assert furthest(4) < 2e-3
    assert furthest(3) > 2e-2
    assert furthest(8) < 2e-3  # the rest of the product is nothing


def test_factors_leave_only_the_smallest_singular_values() -> None:
    change = np.random.default_rng(1).normal(size=(9, 6)).astype(np.float32)
    left, right = factors(change, 4)
    assert (left.shape, right.shape) == ((9, 4), (4, 6))
    sizes = np.linalg.svd(change, compute_uv=False)
    assert np.linalg.norm(change - left @ right) == pytest.approx(np.sqrt(sizes[4] ** 2 + sizes[5] ** 2), rel=1e-4)


def test_the_file_tells_what_made_it(files: ModelFiles, tmp_path: Path) -> None:
    averaged_weights(files, tmp_path / "averaged.safetensors", seed=9)
    facts = packed_and_read(files, tmp_path / "averaged.safetensors", 2).facts
    assert (facts.base, facts.base_sha256, facts.rank, facts.step) == (files.name, files.weights_sha256, 2, 40)
    assert json.loads(facts.recipe) == {"seed": 9, "steps": 40}


def test_packing_twice_gives_the_same_bytes(files: ModelFiles, tmp_path: Path) -> None:
    averaged_weights(files, tmp_path / "averaged.safetensors")
    assert pack([tmp_path / "averaged.safetensors"], files, 4) == pack([tmp_path / "averaged.safetensors"], files, 4)


def test_low_rank_is_smaller(files: ModelFiles, tmp_path: Path) -> None:
    averaged_weights(files, tmp_path / "averaged.safetensors")
    sizes = [len(pack([tmp_path / "averaged.safetensors"], files, rank)) for rank in (2, 8, 0)]
    assert sizes == sorted(sizes)


def test_of_several_runs_the_mean_is_packed(files: ModelFiles, tmp_path: Path) -> None:
    one, other = tmp_path / "one" / "averaged.safetensors", tmp_path / "other" / "averaged.safetensors"
    for place in (one, other):
        place.parent.mkdir()
    kept = averaged_weights(files, one)
    save_file({name: value + np.float32(0.5) for name, value in kept.items()}, other)
    mean = tmp_path / "averaged.safetensors"
    save_file({name: value + np.float32(0.25) for name, value in kept.items()}, mean)
    target = tmp_path / "reader.safetensors"
    merged = []
    for runs in ([one, other], [mean]):
        target.write_bytes(pack(runs, files, 0))
        merged.append(read_weights(target, files).merged(read_base(files)))
    for name, value in merged[0].items():
        np.testing.assert_allclose(value, merged[1][name], atol=2e-3)


def missing_tensor(tensors: Tensors) -> None:
    del tensors["head.none.bias"]


def extra_tensor(tensors: Tensors) -> None:
    tensors["encoder.pooler.dense.bias"] = np.zeros(32, np.float32)


def other_shape(tensors: Tensors) -> None:
    tensors["head.edge.bias"] = np.zeros(3, np.float32)


def not_a_number(tensors: Tensors) -> None:
    tensors["head.edge.bias"] = np.array([0, np.nan], np.float32)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (missing_tensor, r"head\.none\.bias is missing and should be \(1,\), one of 1 that differ"),
        (extra_tensor, r"encoder\.pooler\.dense\.bias is \(32,\) and should be absent"),
        (other_shape, r"head\.edge\.bias is \(3,\) and should be \(2,\)"),
        (not_a_number, r"head\.edge\.bias in .* has values that are no numbers"),
    ],
)
def test_tensors_other_than_a_readers_are_named(
    spoil: Callable[[Tensors], None], message: str, files: ModelFiles, tmp_path: Path
) -> None:
    packed = packed_reader(files, tmp_path)
    with safe_open(packed, "np") as opened:
        told: dict[str, str] = opened.metadata()
    tensors = load_file(packed)
    spoil(tensors)
    save_file(tensors, packed, metadata=told)
    with pytest.raises(ModelError, match=message):
        read_weights(packed, files)


def test_weights_of_another_model_are_refused_with_both_hashes(files: ModelFiles, tmp_path: Path) -> None:
    other = ModelFiles("other", files.folder, "f" * 64, files.digest)
    with pytest.raises(ModelError, match=f"{files.weights_sha256}; those of other here have {'f' * 64}"):
        read_weights(packed_reader(files, tmp_path), other)


def test_other_formats_are_refused_by_name(files: ModelFiles, tmp_path: Path) -> None:
    averaged_weights(files, tmp_path / "averaged.safetensors")
    with pytest.raises(ModelError, match="are weights, but not a reader's as they ship"):
        read_weights(tmp_path / "averaged.safetensors", files)
    for told, message in (
        ('{"format": "pressmark-reader-9"}', "is of the format 'pressmark-reader-9', and 'pressmark-reader-1' is read"),
        ("{", r"the header of .* is damaged"),
        ("[]", r"the header of .* is damaged"),
        ('{"format": "pressmark-reader-1"}', r"the header of .* is damaged"),
    ):
        save_file({"x": np.zeros(1)}, tmp_path / "x.safetensors", metadata={"facts": told})
        with pytest.raises(ModelError, match=message):
            read_weights(tmp_path / "x.safetensors", files)


def test_a_missing_file_and_one_that_is_none_are_model_errors(files: ModelFiles, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="there are no reader's weights at"):
        read_weights(tmp_path / "none.safetensors", files)
    (tmp_path / "junk.safetensors").write_bytes(b"junk" * 100)
    with pytest.raises(ModelError, match="cannot be read as weights"):
        read_weights(tmp_path / "junk.safetensors", files)


def test_what_a_run_did_not_keep_is_not_packed(files: ModelFiles, tmp_path: Path) -> None:
    kept = averaged_weights(files, tmp_path / "averaged.safetensors")
    kept.pop("head.pair.bias")
    save_file(kept, tmp_path / "averaged.safetensors")
    with pytest.raises(ModelError, match=r"head\.pair\.bias is missing and should be \(128,\)"):
        pack([tmp_path / "averaged.safetensors"], files, 4)
    with pytest.raises(ModelError, match="cannot be read as weights"):
        pack([tmp_path / "nowhere.safetensors"], files, 4)


def test_a_rank_that_saves_nothing_is_refused(files: ModelFiles, tmp_path: Path) -> None:
    averaged_weights(files, tmp_path / "averaged.safetensors")
    with pytest.raises(ModelError, match=r"the rank is 32; 1 to 31 make sense, and --full"):
        pack([tmp_path / "averaged.safetensors"], files, 32)


def test_values_too_large_for_half_precision_are_refused(files: ModelFiles, tmp_path: Path) -> None:
    kept = averaged_weights(files, tmp_path / "averaged.safetensors")
    kept["head.none.bias"][0] = 1e6
    save_file(kept, tmp_path / "averaged.safetensors")
    with pytest.raises(ModelError, match=r"head\.none\.bias has values up to 1000000\.0"):
        pack([tmp_path / "averaged.safetensors"], files, 0)


def test_the_command_reports_what_is_wrong_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none.safetensors"), "--out", str(tmp_path)]) == 2
    assert "none.safetensors cannot be read as weights" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        main(["x", "--out", str(tmp_path), "--rank", "0"])
