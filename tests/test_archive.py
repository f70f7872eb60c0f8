"""Readers beside a writer: every snapshot is one generation, nothing acknowledged is missed, nobody waits in vain."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.archive import Archive
from indexer.build import index_articles, open_or_create
from indexer.doctor import examine, repair
from indexer.errors import (
    ArchiveBusy,
    ArchiveDamaged,
    ArchiveError,
    ArchiveMismatch,
    ArchiveMissing,
    PressmarkError,
    UnknownArticle,
)
from indexer.filters import Filter
from indexer.schema import Manifest
from service.search import Searcher
from tests.conftest import make_article
from tests.fakes import WordEmbedder
from tests.test_crash import child


def found(archive: Archive, query: str) -> set[str]:
    results = Searcher(archive, WordEmbedder()).search(query)
    return {hit.citation.article_id for hit in results.hits if hit.lexical is not None}


def test_readers_never_see_half_a_generation_nor_what_was_removed(archive: Archive, embedder: WordEmbedder) -> None:
    index_articles(archive, embedder, [make_article("stays", "A lighthouse keeps the port.")])
    removed: set[str] = set()
    stop = threading.Event()
    errors: list[str] = []
    ended: list[bool] = []
    seen: set[int] = set()

    def read() -> None:
        try:
            while not stop.is_set():
                gone = set(removed)
                snapshot = archive.snapshot()
                ids = set(snapshot.article_ids())
                seen.add(snapshot.generation)
                if gone & ids or "stays" not in ids:
                    errors.append(f"generation {snapshot.generation}: {sorted(ids)} after {sorted(gone)} went")
                if len(set(snapshot.index_counts())) != 1:
                    errors.append(f"generation {snapshot.generation}: {snapshot.index_counts()}")
                gone = set(removed)
                if found(archive, "port") & gone:
                    errors.append("a removed article was found")
            ended.append(True)
        except PressmarkError as error:
            errors.append(repr(error))

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(25):
        with archive.writer():
            pass
        index_articles(archive, embedder, [make_article(f"n{number}", f"Ship {number} left the port.")])
        with archive.writer() as writer:
            writer.remove([f"n{number}"])
            writer.commit()
            removed.add(f"n{number}")
    stop.set()
    for reader in readers:
        reader.join()
    assert errors == []
    assert len(ended) == 2, "a reader died of an error that is none of Pressmark's"
    assert len(seen) > 5
    assert archive.snapshot().article_ids() == ["stays"]
    assert examine(archive) == []


def test_two_commits_by_one_writer_never_bring_back_what_the_first_removed(ports: Archive) -> None:
    """The reader holds generation 1; a writer has published 2 and stands inside 3."""
    ports.snapshot()
    with ports.writer() as writer:
        writer.remove(["a"])
        writer.commit()
        assert "a" not in ports.snapshot().article_ids()
        writer.remove(["b"])
        writer.commit()
        assert ports.snapshot().article_ids() == ["c"]


def test_a_second_writer_is_told_who_the_first_is(ports: Archive) -> None:
    holder = child("hold", ports.path, "-")
    assert holder.stdout is not None
    assert holder.stdout.readline() == "ready\n"
    assert holder.stdout.readline() == "writing\n"
    with pytest.raises(ArchiveBusy, match=f"process {holder.pid} on"):
        ports.writer()
    assert ports.snapshot().article_ids() == ["a", "b", "c"]  # reading goes on
    holder.communicate("\n")
    with ports.writer():
        pass


def test_a_reader_in_another_process_sees_what_was_committed(ports: Archive) -> None:
    out, _ = child("read", ports.path, "-").communicate(timeout=60)
    assert out.splitlines()[-1] == "['a', 'b', 'c']"


def test_refresh_lets_the_log_be_emptied(ports: Archive) -> None:
    other = Archive(ports.path)
    other.snapshot()
    log = ports.path / "archive.sqlite-wal"
    with ports.writer() as writer:
        writer.remove(["a"])
        writer.commit()
    assert other.refresh() == 2
    ports.refresh()
    other.refresh()  # the same generation, and yet nothing older is held
    db = sqlite3.connect(ports.path / "archive.sqlite")
    assert db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[0] == 0
    ports.refresh()
    other.refresh()
    assert db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    db.close()
    assert log.stat().st_size == 0
    assert other.snapshot().article_ids() == ["b", "c"]


def test_an_old_snapshot_is_let_go_as_soon_as_nobody_holds_it(ports: Archive) -> None:
    import gc
    import weakref

    gc.disable()
    try:
        first = weakref.ref(ports.snapshot())
        ports.snapshot().scope(Filter(publishers=("North Wire",)))
        with ports.writer() as writer:
            writer.remove(["a"])
            writer.commit()
        ports.snapshot()
        assert first() is None
    finally:
        gc.enable()


def test_what_was_removed_is_in_no_file_after_compacting(ports: Archive, embedder: WordEmbedder) -> None:
    index_articles(ports, embedder, [make_article("secret", "The zanzibar quokka dossier names Xerxes.", title="Q")])
    index_articles(ports, embedder, [make_article("secret", "Nothing to see.")])
    assert found(ports, "quokka") == set()
    assert len(set(ports.snapshot().index_counts())) == 1  # words and vectors are gone before compacting too
    with ports.writer() as writer:
        writer.compact()
        for file in ports.path.rglob("*"):
            if file.is_file():
                content = file.read_bytes().lower()
                for word in (b"zanzibar", b"quokka", b"dossier", b"xerxes"):
                    assert word not in content, f"{word!r} is still in {file.name}"
    assert ports.snapshot().article("secret").text == "Nothing to see."
    assert examine(ports) == []


def test_compacting_under_a_reader_that_does_not_move_on_says_so(ports: Archive) -> None:
    other = Archive(ports.path)
    held = other.snapshot()
    with ports.writer() as writer:
        writer._db.execute("PRAGMA busy_timeout = 100")
        with pytest.raises(ArchiveBusy, match="still reads an older generation"):
            writer.compact()
    assert held.article_ids() == ["a", "b", "c"]
    assert examine(ports) == []


def test_removing_one_unknown_article_removes_none(ports: Archive) -> None:
    with ports.writer() as writer:
        with pytest.raises(UnknownArticle, match="nothing was removed"):
            writer.remove(["a", "nobody"])
        assert writer.commit() == 1
    assert ports.snapshot().article_ids() == ["a", "b", "c"]


# -- damage -----------------------------------------------------------------------------------------------------------


def spoil(name: str) -> Callable[[Path], None]:
    def missing(place: Path) -> None:
        shutil.rmtree(place / name)

    return missing


def garble(pattern: str, keep: int = 0) -> Callable[[Path], None]:
    def change(place: Path) -> None:
        files = [file for file in place.glob(pattern) if file.is_file()]
        assert files
        for file in files:
            content = file.read_bytes()
            file.write_bytes(content[:keep] + bytes(255 - byte for byte in content[keep:]))

    return change


def cut(pattern: str) -> Callable[[Path], None]:
    def change(place: Path) -> None:
        for file in place.glob(pattern):
            if file.is_file():
                os.truncate(file, file.stat().st_size // 2)

    return change


def older_layout(place: Path) -> None:
    pointer = place / "lexical" / "current.json"
    pointer.write_text(pointer.read_text().replace('"layout": "', '"layout": "0 '))


@pytest.mark.parametrize(
    "harm",
    [
        spoil("lexical"),
        spoil("dense"),
        garble("lexical/current.json"),
        garble("lexical/*/meta.json"),
        garble("dense/current.json"),
        cut("lexical/*/*"),
        cut("lexical/*/*.store"),
        cut("dense/*.faiss"),
        cut("dense/*.npy"),
        lambda place: next(place.glob("lexical/*/meta.json")).unlink(),
        lambda place: next(place.glob("dense/*.faiss")).unlink(),
        older_layout,
    ],
    ids=lambda harm: harm.__qualname__,
)
def test_derived_indexes_that_are_damaged_are_made_good(ports: Archive, harm: Callable[[Path], None]) -> None:
    with ports.writer() as writer:
        writer.save_dense(always=True)
    ports.close()
    harm(ports.path)
    with Archive(ports.path) as archive:
        assert found(archive, "port") == {"a", "b"}
        repair(archive)
        assert examine(archive) == []
    with Archive(ports.path) as archive:
        assert found(archive, "port") == {"a", "b"}


@pytest.mark.parametrize("pattern", ["lexical/*/*.fieldnorm", "lexical/*/*.fast", "dense/*.faiss"])
def test_damage_that_opening_cannot_see_is_found_by_the_doctor_and_mended(ports: Archive, pattern: str) -> None:
    with ports.writer() as writer:
        writer.save_dense(always=True)
    ports.close()
    for file in ports.path.glob(pattern):
        content = bytearray(file.read_bytes())
        content[0] ^= 255
        file.write_bytes(content)
    with Archive(ports.path) as archive:
        assert any("index: " in finding for finding in examine(archive))
        repair(archive)
        assert examine(archive) == []
        assert found(archive, "port") == {"a", "b"}


def test_a_database_cut_short_is_an_error_that_says_what_to_do(ports: Archive) -> None:
    ports.close()
    file = ports.path / "archive.sqlite"
    os.truncate(file, 20_000)
    with pytest.raises(ArchiveDamaged, match="restore from a copy"), Archive(ports.path) as archive:
        archive.snapshot()


def test_zeroed_pages_are_found(ports: Archive) -> None:
    ports.close()
    file = ports.path / "archive.sqlite"
    content = bytearray(file.read_bytes())
    content[8 * 4096 : 20 * 4096] = bytes(12 * 4096)
    file.write_bytes(content)
    try:
        with Archive(ports.path) as archive:
            findings = examine(archive)
    except ArchiveDamaged:
        return
    assert findings


def test_what_was_removed_is_not_shown_by_whoever_holds_it_open(ports: Archive, tmp_path: Path) -> None:
    away = tmp_path / "away"
    ports.refresh()
    ports.path.rename(away)
    for look in (ports.snapshot, ports.refresh):
        with pytest.raises(ArchiveMissing, match="Put it back"):
            look()
    assert not ports.path.exists()  # nor is a folder made where it was: a copy would be put into it
    away.rename(ports.path)
    assert ports.refresh() == 1
    shutil.copytree(ports.path, away)
    shutil.rmtree(ports.path)
    away.rename(ports.path)
    with pytest.raises(ArchiveMissing, match="Start this process again"):
        ports.snapshot()
    with Archive(ports.path) as anew:
        assert anew.refresh() == 1


def test_other_things_in_an_archives_place(tmp_path: Path) -> None:
    manifest = open_or_create(tmp_path / "model", WordEmbedder()).manifest
    (tmp_path / "file").write_text("text")
    with pytest.raises(ArchiveMissing):
        Archive(tmp_path / "file")
    with pytest.raises(ArchiveBusy, match="not empty"):
        Archive.create(tmp_path / "file", manifest)
    with pytest.raises(ArchiveError):
        Archive.create(tmp_path / "file" / "below", manifest)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.doc").write_text("mine")
    with pytest.raises(ArchiveBusy, match="not empty"):
        Archive.create(tmp_path / "full", manifest)
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "archive.sqlite").write_text("this is no database " * 100)
    with pytest.raises(ArchiveDamaged, match="not a database"):
        Archive(tmp_path / "text")
    (tmp_path / "other").mkdir()
    db = sqlite3.connect(tmp_path / "other" / "archive.sqlite")
    db.execute("CREATE TABLE bookmarks (url TEXT)")
    db.close()
    with pytest.raises(ArchiveDamaged, match="no such table: manifest"):
        Archive(tmp_path / "other")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "full", "model", "other", "text"]


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"format": 1}', "\x00"])
def test_a_manifest_that_is_none(ports: Archive, text: str) -> None:
    with sqlite3.connect(ports.path / "archive.sqlite") as db:
        db.execute("UPDATE manifest SET value = ?", (text,))
    db.close()
    with pytest.raises(ArchiveDamaged, match="manifest"):
        Archive(ports.path)


def test_a_newer_format_names_itself(ports: Archive) -> None:
    newer: Manifest = replace(ports.manifest, format=99)
    with sqlite3.connect(ports.path / "archive.sqlite") as db:
        db.execute("UPDATE manifest SET value = ?", (newer.to_json(),))
    db.close()
    with pytest.raises(ArchiveMismatch, match="format 99"):
        Archive(ports.path)


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="changes its user, which only root may")
def test_a_folder_without_permission_is_an_error(ports: Archive) -> None:
    ports.close()
    ports.path.chmod(0o700)
    program = (
        "import os, sys\n"
        "from indexer.archive import Archive\nfrom indexer.errors import ArchiveError\n"
        "os.setgid(65534); os.setuid(65534)\n"
        "try:\n    Archive(sys.argv[1]).snapshot()\n"
        "except ArchiveError as error:\n    print(error); sys.exit(2)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, str(ports.path)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent.parent,
    )
    assert ended.returncode == 2, ended.stderr
    assert str(ports.path) in ended.stdout
