"""kill -9 at any instant: the archive opens, is sound, holds what was committed and nothing else, and can go on."""

from __future__ import annotations

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from indexer.archive import Archive
from indexer.build import index_paths, open_or_create
from indexer.dense import DenseIndex
from indexer.doctor import examine
from indexer.errors import ArchiveMissing
from tests.crash_child import BATCH
from tests.fakes import WordEmbedder

ROOT = Path(__file__).parent.parent
WORDS = ["port", "ship", "storm", "grain", "treaty", "border", "minister", "vote", "harvest", "court", "strike"]


def child(*words: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.crash_child", *map(str, words)],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def run(*words: object) -> tuple[int, str]:
    process = child(*words)
    _, err = process.communicate(timeout=60)
    return process.returncode, err


def text_of(number: int, version: int = 0) -> str:
    chance = random.Random(number * 7 + version)
    return f"Report {number} of round {version}. " + " ".join(chance.choice(WORDS) for _ in range(60)) + "."


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    for number in range(40):
        (folder / f"{number:03}.txt").write_text(text_of(number))
    lines = [json.dumps({"id": f"line-{i}", "title": f"Line {i}", "text": text_of(1000 + i)}) for i in range(120)]
    (folder / "many.jsonl").write_text("\n".join(lines))
    return folder


def expected_texts() -> dict[str, str]:
    files = {f"{number:03}.txt": text_of(number) for number in range(40)}
    return files | {f"line-{i}": text_of(1000 + i) for i in range(120)}


def require_sound(place: Path) -> list[str]:
    """The ids that the archive holds, after checking that all of it is as it should be."""
    with Archive(place) as archive:
        assert examine(archive) == []
        snapshot = archive.snapshot()
        wanted = expected_texts()
        ids = snapshot.article_ids()
        for article_id in ids:
            assert snapshot.article(article_id).text == wanted[article_id]
        return ids


def require_complete(place: Path, source: Path) -> None:
    embedder = WordEmbedder()
    with Archive(place) as archive:
        index_paths(archive, embedder, [source], batch_characters=BATCH)
    assert set(require_sound(place)) == set(expected_texts())
    shutil.rmtree(place)


@pytest.mark.slow
def test_killed_at_random_instants_while_indexing(tmp_path: Path, source: Path) -> None:
    place = tmp_path / "archive"
    chance = random.Random(3)
    kept: list[int] = []
    whole = child("index", place, source)
    assert whole.stdout is not None
    whole.stdout.readline()
    ready = time.perf_counter()
    whole.communicate()
    took = time.perf_counter() - ready
    shutil.rmtree(place)
    for _ in range(20):
        process = child("index", place, source)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(chance.uniform(0.2, 1) * took)
        process.kill()
        process.communicate()
        kept.append(len(require_sound(place)))
        if kept[-1] == len(expected_texts()):
            shutil.rmtree(place)
    assert any(0 < count < 160 for count in kept), f"no kill came in the middle of the work: {kept}"
    if not place.exists():
        open_or_create(place, WordEmbedder()).close()
    require_complete(place, source)


@pytest.mark.parametrize("stop", ["first words", "third words", "pointing"])
def test_killed_between_committing_articles_and_publishing_their_words(tmp_path: Path, source: Path, stop: str) -> None:
    place = tmp_path / "archive"
    open_or_create(place, WordEmbedder()).snapshot()
    code, err = run("index", place, source, stop)
    assert code == -signal.SIGKILL, err
    committed = require_sound(place)
    assert committed
    with Archive(place) as archive:
        assert archive.snapshot().index_counts()[0] == len(committed)
    require_complete(place, source)


def test_a_reader_goes_on_with_what_it_has_when_a_writer_dies_before_publishing(tmp_path: Path, source: Path) -> None:
    place = tmp_path / "archive"
    reader = open_or_create(place, WordEmbedder())
    index_paths(reader, WordEmbedder(), [source], batch_characters=BATCH)
    before = reader.snapshot().generation
    (source / "000.txt").unlink()
    assert run("index", place, source, "first words")[0] == -signal.SIGKILL
    assert reader.snapshot().generation == before + 1  # it mends what was left behind
    assert "000.txt" not in reader.snapshot().article_ids()
    assert examine(reader) == []


@pytest.mark.parametrize("task", ["compact", "rebuild", "save"])
@pytest.mark.parametrize("stop", ["first words", "saving dense", "pointing"])
def test_killed_while_the_whole_archive_is_worked_over(tmp_path: Path, source: Path, task: str, stop: str) -> None:
    place = tmp_path / "archive"
    archive = open_or_create(place, WordEmbedder())
    index_paths(archive, WordEmbedder(), [source])
    with archive.writer() as writer:
        writer.save_dense(always=True)
    before = archive.snapshot().article_ids()
    code, err = run(task, place, source, stop)
    assert code in {-signal.SIGKILL, 0}, err
    assert (code == 0) == (task == "save" and stop == "first words")
    assert require_sound(place) == before
    assert list((place / "dense").glob("*.faiss"))
    require_complete(place, source)


def test_a_rebuild_killed_in_the_middle_leaves_readers_the_archive_as_it_was(tmp_path: Path, source: Path) -> None:
    place = tmp_path / "archive"
    with open_or_create(place, WordEmbedder()) as archive:
        index_paths(archive, WordEmbedder(), [source])
        generation = archive.snapshot().generation
    process = child("rebuild", place, source)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(0.1)
    process.kill()
    process.communicate()
    with Archive(place) as archive:
        assert archive.snapshot().generation in {generation, generation + 1}
    require_sound(place)


def test_killed_while_an_archive_is_created_leaves_none(tmp_path: Path, source: Path) -> None:
    place = tmp_path / "archive"
    assert run("index", place, source, "naming the archive")[0] == -signal.SIGKILL
    with pytest.raises(ArchiveMissing):
        Archive(place)
    open_or_create(place, WordEmbedder()).close()
    require_complete(place, source)


@pytest.mark.parametrize("task", ["index", "compact", "rebuild", "save"])
def test_a_disk_that_fills_up_costs_only_what_was_not_committed(tmp_path: Path, source: Path, task: str) -> None:
    place = tmp_path / "archive"
    with open_or_create(place, WordEmbedder()) as archive:
        index_paths(archive, WordEmbedder(), [source / "many.jsonl"])
    sizes = [20_000, 60_000, 120_000, 300_000, 600_000] if task != "save" else [1_000, 8_000, 60_000]
    before = require_sound(place)
    outcomes = set()
    for size in sizes:
        code, err = run(task, place, source, size)
        outcomes.add(err.partition(":")[0])
        assert code == 0 or (code == 2 and err.startswith("ArchiveFull: ") and err.count("\n") == 1), err
        assert set(require_sound(place)) >= set(before)
    assert "ArchiveFull" in outcomes
    require_complete(place, source)


def test_a_dense_index_that_is_half_written_is_no_dense_index(tmp_path: Path, source: Path) -> None:
    place = tmp_path / "archive"
    with open_or_create(place, WordEmbedder()) as archive:
        index_paths(archive, WordEmbedder(), [source])
        code, err = run("save", place, source, 20_000)
        assert code == 2, err
        assert DenseIndex.load(place / "dense") is None
        assert list((place / "dense").iterdir()) == []
