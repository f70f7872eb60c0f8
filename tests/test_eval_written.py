"""Files written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.written import require_apart, require_writable, write_whole
from indexer.errors import InputError


def test_what_is_written_is_there_and_nothing_beside_it(tmp_path: Path) -> None:
    place = tmp_path / "new" / "folder" / "é.json"
    write_whole(place, "première\n")
    write_whole(place, "seconde\n")
    assert place.read_text(encoding="utf-8") == "seconde\n"
    assert list(place.parent.iterdir()) == [place]


def test_a_look_whether_a_file_could_be_written_leaves_it_alone(tmp_path: Path) -> None:
    place = tmp_path / "there.json"
    place.write_text("old")
    require_writable(place)
    require_writable(tmp_path / "runs", folder=True)
    assert place.read_text() == "old"
    assert {path.name for path in tmp_path.iterdir()} == {"there.json", "runs"}


@pytest.mark.parametrize("name", ["file/inside.json", "folder"])
def test_a_place_that_cannot_be_written_is_refused_before_and_after(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    for refused in (require_writable, lambda place: write_whole(place, "x")):
        with pytest.raises(InputError, match="cannot be written"):
            refused(tmp_path / name)
    assert list((tmp_path / "folder").iterdir()) == []


def test_a_link_stays_one_and_its_file_is_written(tmp_path: Path) -> None:
    (tmp_path / "there.json").write_text("old")
    (tmp_path / "link.json").symlink_to(tmp_path / "there.json")
    write_whole(tmp_path / "link.json", "new")
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "there.json").read_text() == "new"


def test_what_is_no_file_is_never_replaced() -> None:
    with pytest.raises(InputError, match="no file"):
        require_writable(Path("/dev/null"))


def test_nothing_is_written_over_what_a_run_reads(tmp_path: Path) -> None:
    suite, archive = tmp_path / "q.jsonl", tmp_path / "news"
    kept, closed = {"the suite": suite, "the baseline": None}, {"the archive": archive}
    for place, said in (
        (suite, "the suite"),
        (tmp_path / "x" / ".." / "q.jsonl", "the suite"),
        (archive / "archive.sqlite", "the archive"),
        (archive, "the archive"),
    ):
        with pytest.raises(InputError, match=f"--out .* would overwrite {said}"):
            require_apart({"--out": place}, kept, closed)
    with pytest.raises(InputError, match="--report and --out are both"):
        require_apart({"--out": tmp_path / "r", "--report": tmp_path / "r"}, kept, closed)
    require_apart({"--out": tmp_path / "r", "--report": None, "--trec": tmp_path / "t"}, kept, closed)
