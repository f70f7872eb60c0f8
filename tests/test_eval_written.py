"""Files written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.written import require_writable, write_whole
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
