"""How a file is known to have changed."""

from __future__ import annotations

import os
from pathlib import Path

from indexer.archive import Archive
from indexer.sources import FileEnd, Sources, digest_of, stamp_of


def test_a_stamp_changes_with_the_file_and_is_no_proof_while_fresh(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("one")
    first = stamp_of(file)
    assert first.endswith("?")
    os.utime(file, (1_000, 1_000))
    assert stamp_of(file) != first
    file.write_text("two")
    assert stamp_of(file) != first
    assert digest_of(file) == "3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3"


def test_the_nearest_followed_folder_holds_a_file(archive: Archive) -> None:
    with archive.writer() as writer, writer.change() as db:
        sources = Sources(db)
        outer = sources.follow(Path("/news"), None)
        inner = sources.follow(Path("/news/2015"), "old")
        assert sources.holding(Path("/news/2015/a.txt")) == inner
        assert sources.holding(Path("/news/2016/a.txt")) == outer
        assert sources.holding(Path("/newsroom/a.txt")) is None
        assert sources.at(Path("/news")) == outer
        assert sources.follow(Path("/news/2015"), None).prefix == "old"


def test_a_fresh_stamp_is_not_kept(archive: Archive) -> None:
    with archive.writer() as writer, writer.change() as db:
        sources = Sources(db)
        source = sources.follow(Path("/news"), None)
        file_id = sources.expect(source, "a.txt")
        sources.record(FileEnd(file_id, "3:1:1:1?", "abc", 0, frozenset()))
        known = sources.file(source, "a.txt")
        assert known is not None
        assert (known.stamp, known.sha256) == ("", "abc")
