"""Following a folder: changes are indexed, errors do not end it, and an archive inside the folder sets nothing off."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.build import index_paths, open_or_create
from indexer.errors import NotAnArticle, PressmarkError
from indexer.pipeline import Report
from indexer.watch import follow
from tests.fakes import WordEmbedder


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_changes_are_followed_and_errors_survived(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.txt").write_text("The first ship.")
    archive = open_or_create(folder / "archive", WordEmbedder())
    index_paths(archive, WordEmbedder(), [folder])
    (folder / "b.txt").write_text("Came before anybody looked.")
    reports: list[Report] = []
    errors: list[PressmarkError] = []
    stop = threading.Event()
    thread = threading.Thread(
        target=lambda: follow(
            archive, WordEmbedder(), [folder], on_report=reports.append, on_error=errors.append, stop=stop
        )
    )
    thread.start()
    try:
        until(lambda: "b.txt" in archive.snapshot().article_ids())
        time.sleep(2.5)
        assert len(reports) <= 2  # the archive's own files change with every run, and are no news
        with archive.writer():
            (folder / "c.txt").write_text("While somebody else writes.")
            until(lambda: len(errors) == 1)
        (folder / "a.txt").unlink()
        until(lambda: archive.snapshot().article_ids() == ["b.txt", "c.txt"])
    finally:
        stop.set()
        thread.join()


def test_a_folder_that_is_not_there_cannot_be_followed(tmp_path: Path) -> None:
    archive = open_or_create(tmp_path / "archive", WordEmbedder())
    with pytest.raises(NotAnArticle, match="cannot follow"):
        follow(
            archive, WordEmbedder(), [tmp_path / "nowhere"], on_report=lambda report: None, on_error=lambda error: None
        )
