"""Jobs on the disk and the thread that does them: what was accepted is done once, whatever dies in between."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from indexer.archive import Archive
from indexer.build import index_paths, open_or_create
from indexer.errors import ArchiveDamaged, ArchiveFull, BadRecord, JobUnderWay, UnknownJob
from indexer.standing import Standing
from service.access.caller import ANYONE, Caller
from service.api.serving import serve
from service.jobs import disk
from service.jobs.given import article_given
from service.jobs.job import Job, Misread, Result, job_json, job_of
from service.jobs.names import shown_name, upload_name
from service.jobs.oneoff import put_article
from service.jobs.runner import Runner
from service.jobs.spool import Spool, remove_abandoned
from service.jobs.store import JobStore
from service.search import Searcher
from tests.fakes import WordEmbedder
from tests.real_server import serving

LIMITED = Caller("desk", frozenset(("read", "write")), ("The Span",))


class SlowEmbedder(WordEmbedder):
    """One that takes a minute over passages that hold ``slowly``."""

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if any("slowly" in text for text in texts):
            time.sleep(60)
        return super().embed_passages(texts)


class BuggyEmbedder(WordEmbedder):
    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if any("kaboom" in text for text in texts):
            raise ZeroDivisionError("a bug")
        return super().embed_passages(texts)


def handed(store: JobStore, *files: tuple[str, str], caller: Caller = ANYONE) -> Job:
    """A job of uploaded files."""
    spool = Spool(store)
    for name, text in files:
        spool.begin(name.encode())
        spool.write(text.encode())
        spool.end()
    return spool.accept(caller)


def until(true: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


@contextmanager
def running(archive: Archive, embedder: WordEmbedder, slice_characters: int = 300_000) -> Iterator[Runner]:
    runner = Runner(archive.path, embedder, slice_characters)
    runner.start()
    try:
        yield runner
    finally:
        runner.stop()


def ended(runner: Runner, job: Job) -> Job:
    runner.wake()
    until(lambda: runner.store.get(job.id).job.is_over)
    return runner.store.get(job.id).job


# --- records ----------------------------------------------------------------------------------------------------------


def test_a_job_comes_back_from_its_json() -> None:
    result = Result(1, 2, 3, 0, ("a", "b"), 7)
    errors = (Misread("c.pdf", "it is empty"),)
    for job in (Job("1", "queued", "now"), Job("2", "done", "then", "now", 3, 2, "a lock", result, errors)):
        assert job_of(json.loads(json.dumps(job_json(job)))) == job


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.txt", "2015/port.txt", "a b (1).pdf", "käse.html", "..hidden.txt", "x.tar.gz"])
def test_a_name_of_a_file_is_taken_as_it_is(name: str) -> None:
    assert upload_name(name.encode()) == name


def test_a_name_is_composed_as_ids_are() -> None:
    assert upload_name("ka\u0308se.txt".encode()) == "käse.txt"


@pytest.mark.parametrize(
    "name",
    [
        *(b"", b"../a.txt", b"a/../b.txt", b"..", b".", b"/etc/passwd", b"C:\\a.txt", b"\\\\host\\a.txt", b"a//b.txt"),
        *(b"a\0.txt", b"a\nb.txt", b"a\x1b[2J.txt", b" a.txt", b"a.txt ", b"\xff.txt", b"..\\a.txt", b"a/"),
        b"x" * 10_000 + b".txt",
    ],
)
def test_a_hostile_name_is_refused_and_shown_in_one_short_line(name: bytes) -> None:
    with pytest.raises(BadRecord) as refused:
        upload_name(name)
    for said in (str(refused.value), shown_name(name)):
        assert len(said) < 400
        assert said.isprintable()


@given(st.binary(max_size=40))
def test_whatever_a_name_holds_it_is_no_path_out_of_the_folder(raw: bytes) -> None:
    try:
        name = upload_name(raw)
    except BadRecord:
        return
    assert Path(os.path.normpath(Path("/folder") / name)).is_relative_to("/folder")


# --- the store --------------------------------------------------------------------------------------------------------


def test_what_is_accepted_is_on_the_disk_whole_and_what_is_not_leaves_nothing(tmp_path: Path) -> None:
    store = JobStore(tmp_path)
    given_up = Spool(store)
    given_up.begin(b"a.txt")
    given_up.write(b"half of")
    assert store.newest(lambda kept: True, 10) == []
    given_up.discard()
    assert list(store.place.iterdir()) == []
    job = handed(store, ("a.txt", "one"), ("../b.txt", "two"), ("c.TXT", "three"))
    again = JobStore(tmp_path)
    kept = again.get(job.id)
    assert kept.job == job == again.newest(lambda kept: True, 10)[0]
    assert (job.state, job.files, [error.file for error in job.errors]) == ("queued", 3, ["../b.txt"])
    texts = {one.name: (again.folder(job.id) / one.place).read_text() for one in kept.spooled}
    assert texts == {"a.txt": "one", "c.TXT": "three"}


def test_a_spool_that_is_kept_by_nobody_is_removed_and_one_under_way_is_not(tmp_path: Path) -> None:
    store = JobStore(tmp_path)
    spool = Spool(store)
    spool.begin(b"a.txt")
    (folder,) = store.place.glob(".incoming-*[0-9a-f]")
    left = store.place / ".incoming-20200101-000000-000000-aaaaaa"
    left.mkdir()
    (left / "0000.txt").write_text("half")
    for place in (folder, left):
        os.utime(place, (1, 1))
    remove_abandoned(store)
    assert folder.exists()
    assert not left.exists()
    spool.discard()


def test_jobs_are_listed_newest_first_page_by_page_and_each_sees_what_it_may(tmp_path: Path) -> None:
    store = JobStore(tmp_path)
    jobs = [handed(store, (f"{n}.txt", "x"), caller=LIMITED if n % 2 else ANYONE) for n in range(5)]
    assert [job.id for job in store.newest(lambda kept: kept.is_seen_by(ANYONE), 10)] == [j.id for j in jobs[::-1]]
    assert store.newest(lambda kept: kept.is_seen_by(LIMITED), 10) == [jobs[3], jobs[1]]
    assert store.newest(lambda kept: True, 2, before=jobs[3].id) == [jobs[2], jobs[1]]
    assert store.newest(lambda kept: kept.is_seen_by(replace(LIMITED, name="other")), 10) == []


@pytest.mark.parametrize("job_id", ["", "..", "x", "../archive.sqlite", "20261122-104500-123456-3fa9c1", "\0"])
def test_an_unknown_job_is_named_and_no_path(tmp_path: Path, job_id: str) -> None:
    store = JobStore(tmp_path)
    with pytest.raises(UnknownJob, match="GET /v1/jobs"):
        store.get(job_id)
    with pytest.raises(UnknownJob):
        store.forget(job_id, lambda kept: True)


def test_a_job_that_has_begun_is_not_taken_back(tmp_path: Path) -> None:
    store = JobStore(tmp_path)
    first, second = handed(store, ("a.txt", "x")), handed(store, ("b.txt", "x"))
    with store.turn() as ours:
        assert ours
        following = store.next()
        assert following is not None
        assert following.job.id == first.id
        store.begin(first.id)
        with pytest.raises(JobUnderWay, match="has begun"):
            store.forget(first.id, lambda kept: True)
    with pytest.raises(UnknownJob):
        store.forget(second.id, lambda kept: kept.is_seen_by(LIMITED))
    store.forget(second.id, lambda kept: True)
    with pytest.raises(UnknownJob):
        store.get(second.id)
    with pytest.raises(UnknownJob):
        store.begin(second.id)


def test_what_was_over_long_ago_is_forgotten(tmp_path: Path) -> None:
    store = JobStore(tmp_path)
    old, recent, waiting = (handed(store, ("a.txt", "x")) for _ in range(3))
    for job, days in ((old, 31), (recent, 29)):
        finished = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="seconds")
        kept = store.get(job.id)
        store.end(replace(kept, job=replace(kept.job, state="done", finished=finished)))
    store.prune()
    assert [job.id for job in store.newest(lambda kept: True, 10)] == [waiting.id, recent.id]
    assert [file.name for file in store.folder(recent.id).iterdir()] == ["job.json"]


def test_a_job_that_is_forgotten_while_jobs_are_looked_through_hinders_no_other(tmp_path: Path) -> None:
    store = JobStore(tmp_path)
    first, second = (handed(store, (name, "Text.")) for name in ("a.txt", "b.txt"))
    (store.folder(first.id) / "job.json").unlink()
    after = store.next()
    assert after is not None
    assert after.job == second
    assert store.newest(lambda kept: True, 9) == [second]
    store.end(replace(after, job=replace(second, state="done", finished="2001-01-01T00:00:00+00:00")))
    store.prune()
    assert store.newest(lambda kept: True, 9) == []


def test_a_record_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    store = JobStore(tmp_path)
    job = handed(store, ("a.txt", "x"))
    (store.folder(job.id) / "job.json").write_text("{")
    with pytest.raises(ArchiveDamaged, match=job.id):
        store.get(job.id)


def test_a_full_disk_accepts_nothing_and_says_so(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("a disk that is full is /dev/full, which is Linux's")
    with pytest.raises(ArchiveFull, match="Free some room"), disk.explaining_disk(tmp_path):
        Path("/dev/full").write_text("x")


# --- doing them -------------------------------------------------------------------------------------------------------


def test_articles_are_stored_under_ids_that_hold_when_they_are_sent_again(
    archive: Archive, embedder: WordEmbedder
) -> None:
    page = "<html><head><link rel=canonical href='https://example.org/tea'><title>Tea</title></head><body>"
    files = [
        ("notes/port.txt", "The port was busy all day."),
        ("tea.html", f"{page}<article><p>Tea is grown on hills where mornings are cool.</p></article></body></html>"),
        ("many.jsonl", '{"id": "one", "text": "First line."}\n{"text": "Second line."}\n'),
    ]
    with running(archive, embedder) as runner:
        first = ended(runner, handed(runner.store, *files))
        second = ended(runner, handed(runner.store, *files))
    assert first.result is not None
    assert second.result is not None
    assert first.errors == second.errors == ()
    assert (first.result.added, second.result.added, second.result.unchanged) == (4, 0, 4)
    ids = set(first.result.articles)
    assert {"uploads/notes/port.txt", "example.org/tea", "one"} < ids
    assert {i[:19] for i in ids} >= {"uploads/many.jsonl/"}
    assert second.result.articles == first.result.articles
    assert set(archive.snapshot().article_ids()) == ids


def test_what_cannot_be_read_is_named_by_file_and_the_rest_is_stored(archive: Archive, embedder: WordEmbedder) -> None:
    files = [("a.exe", "MZ"), ("b.txt", ""), ("c.txt", "A good text."), ("d.docx", "no zip"), ("c.txt", "Another.")]
    with running(archive, embedder) as runner:
        job = ended(runner, handed(runner.store, *files))
        none = ended(runner, handed(runner.store, ("a.exe", "MZ")))
    assert (job.state, none.state) == ("done", "failed")
    assert job.result is not None
    assert job.result.articles == ("uploads/c.txt",)
    assert archive.snapshot().article("uploads/c.txt").text == "A good text."
    said = {error.file: error.detail for error in job.errors}
    assert set(said) == {"a.exe", "b.txt", "c.txt", "d.docx"}
    assert "no loader reads files named .exe" in said["a.exe"]
    assert "already that of an article in c.txt" in said["c.txt"]


def test_of_countless_errors_the_first_are_listed(archive: Archive, embedder: WordEmbedder) -> None:
    lines = ['{"id": "good", "text": "A text."}', *(["no json"] * 3_000)]
    with running(archive, embedder) as runner:
        job = ended(runner, handed(runner.store, ("a.jsonl", "\n".join(lines))))
    assert (job.state, len(job.errors)) == ("done", 1_001)
    assert job.errors[-1].detail == "2,000 more that are not listed"


def test_an_article_of_a_followed_file_is_neither_taken_nor_shadowed(
    archive: Archive, embedder: WordEmbedder, tmp_path: Path
) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "a.jsonl").write_text('{"id": "report", "text": "The file says this."}\n')
    index_paths(archive, embedder, [folder])
    with running(archive, embedder) as runner:
        job = ended(runner, handed(runner.store, ("b.jsonl", '{"id": "report", "text": "The upload says that."}\n')))
    assert job.state == "failed"
    assert "a file that the archive follows" in job.errors[0].detail
    assert archive.snapshot().article("report").text == "The file says this."
    assert index_paths(archive, embedder, [folder]).changed is False


def test_a_caller_of_one_publisher_writes_no_others_articles(archive: Archive, embedder: WordEmbedder) -> None:
    theirs = '{"id": "x", "publisher": "The Arch", "text": "What the Arch says."}\n'
    ours = '{"id": "y", "publisher": "The Span", "text": "What the Span says."}\n{"id": "z", "text": "Nobody\'s."}\n'
    taking = '{"id": "x", "publisher": "The Span", "text": "Mine now."}\n'
    with running(archive, embedder) as runner:
        ended(runner, handed(runner.store, ("theirs.jsonl", theirs)))
        own = ended(runner, handed(runner.store, ("ours.jsonl", ours), caller=LIMITED))
        taken = ended(runner, handed(runner.store, ("taking.jsonl", taking), caller=LIMITED))
        other = ended(runner, handed(runner.store, ("theirs.jsonl", theirs), caller=LIMITED))
    assert own.result is not None
    assert own.result.articles == ("y",)
    assert [error.file for error in own.errors] == ["ours.jsonl"]
    assert (taken.state, other.state) == ("failed", "failed")
    assert "The Arch" not in taken.errors[0].detail
    assert "is taken" in taken.errors[0].detail
    assert archive.snapshot().article_ids() == ["x", "y"]
    assert archive.snapshot().article("x").publisher == "The Arch"


def test_a_job_waits_for_another_writer_and_says_so(archive: Archive, embedder: WordEmbedder) -> None:
    with archive.writer(), running(archive, embedder) as runner:
        job = handed(runner.store, ("a.txt", "A text that waits."))
        until(lambda: runner.store.get(job.id).job.waiting is not None)
        waiting = runner.store.get(job.id).job
        assert waiting.state == "queued"
        assert "another process is writing" in str(waiting.waiting)
    with running(archive, embedder) as runner:
        done = ended(runner, job)
    assert (done.state, done.waiting) == ("done", None)


def test_an_archive_of_another_model_is_waited_for_too(archive: Archive, embedder: WordEmbedder) -> None:
    other = WordEmbedder()
    other.card = replace(other.card, weights_sha256="1" * 64)
    with running(archive, other) as runner:
        job = handed(runner.store, ("a.txt", "A text."))
        until(lambda: runner.store.get(job.id).job.waiting is not None)
        assert "was made with model" in str(runner.store.get(job.id).job.waiting)
    with running(archive, embedder) as runner:
        assert ended(runner, job).state == "done"


def test_a_bug_fails_its_job_keeps_its_files_and_ends_nothing_else(
    archive: Archive, caplog: pytest.LogCaptureFixture
) -> None:
    with running(archive, BuggyEmbedder()) as runner:
        bad = ended(runner, handed(runner.store, ("a.txt", "kaboom")))
        good = ended(runner, handed(runner.store, ("b.txt", "A text.")))
        files = sorted(file.name for file in runner.store.folder(bad.id).iterdir())
    assert (bad.state, good.state) == ("failed", "done")
    assert "its log says which" in bad.errors[0].detail
    assert files == ["0000.txt", "job.json"]
    assert "ZeroDivisionError" in caplog.text


def test_a_job_that_ends_its_process_every_time_is_given_up(archive: Archive, embedder: WordEmbedder) -> None:
    store = JobStore(archive.path)
    job = handed(store, ("a.txt", "A text."))
    for _ in range(5):
        store.begin(job.id)
    with running(archive, embedder) as runner:
        assert "begun 5 times" in ended(runner, job).errors[0].detail


def test_of_many_runners_one_does_each_job(archive: Archive, embedder: WordEmbedder) -> None:
    runners = [Runner(archive.path, embedder) for _ in range(3)]
    for runner in runners:
        runner.start()
    jobs: list[Job] = []
    adding = [
        threading.Thread(target=lambda n=n: jobs.append(handed(runners[n % 3].store, (f"{n}.txt", f"Text {n}."))))
        for n in range(9)
    ]
    for thread in adding:
        thread.start()
    for thread in adding:
        thread.join()
    for job in jobs:
        assert ended(runners[0], job).state == "done"
    for runner in runners:
        runner.stop()
    assert [runners[0].store.get(job.id).begun for job in jobs] == [1] * 9
    assert archive.snapshot().article_ids() == [f"uploads/{n}.txt" for n in range(9)]


class TardyEmbedder(WordEmbedder):
    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        time.sleep(0.1)
        return super().embed_passages(texts)


def test_a_job_says_how_far_it_is_and_lets_others_write_between_its_slices(archive: Archive) -> None:
    with running(archive, TardyEmbedder(), slice_characters=20) as runner:
        job = handed(runner.store, *((f"{n}.txt", f"This is text number {n}.") for n in range(9)))
        runner.wake()
        until(lambda: runner.store.get(job.id).job.stored > 0)
        put_article(archive.path, WordEmbedder(), article_given({"id": "x", "text": "In between."}), None, anyhow)
        between = runner.store.get(job.id).job
        whole = ended(runner, job)
    assert between.state == "running"
    assert between.result is not None
    assert 0 < between.stored == between.result.added < 9
    assert whole.result is not None
    assert (whole.stored, whole.result.added, whole.result.generation) == (9, 9, 10)
    assert len(archive.snapshot().article_ids()) == 10


def anyhow(article_id: str, held: Standing | None) -> None:
    """No precondition."""


# --- in a process that dies -------------------------------------------------------------------------------------------


@contextmanager
def server(archive: Path, embedder: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    with serving("-m", "tests.test_jobs", str(archive), embedder) as server:
        yield server.process, server.address


def done_at(address: str, place: str) -> dict[str, object]:
    job: dict[str, object] = {}

    def over() -> bool:
        job.update(httpx.get(address + place).json())
        return job["state"] in {"done", "failed"}

    until(over)
    return job


def test_what_was_acknowledged_is_done_after_kill_9(tmp_path: Path) -> None:
    place = tmp_path / "archive"
    with open_or_create(place, WordEmbedder()) as archive:
        with archive.writer(), server(place, "quick") as (process, address):
            waits = httpx.post(f"{address}/v1/articles", files=[("file", ("a.txt", b"It had not begun."))])
            assert waits.status_code == 202
            process.send_signal(signal.SIGKILL)
            process.wait()
        with server(place, "slow") as (process, address):
            done_at(address, waits.headers["location"])
            runs = httpx.post(f"{address}/v1/articles", json={"articles": [{"id": "b", "text": "It ran slowly."}]})
            until(lambda: httpx.get(address + runs.headers["location"]).json()["state"] == "running")
            assert httpx.delete(address + runs.headers["location"]).status_code == 409
            process.send_signal(signal.SIGKILL)
            process.wait()
        with server(place, "quick") as (_, address):
            jobs = [done_at(address, answer.headers["location"]) for answer in (waits, runs)]
            assert [job["state"] for job in jobs] == ["done", "done"]
            assert [job["errors"] for job in jobs] == [[], []]
            assert httpx.get(f"{address}/v1/articles/uploads/a.txt").json()["text"] == "It had not begun."
            assert httpx.get(f"{address}/v1/articles/b").json()["text"] == "It ran slowly."


def test_an_upload_that_its_client_gives_up_leaves_nothing(tmp_path: Path) -> None:
    place = tmp_path / "archive"
    open_or_create(place, WordEmbedder()).close()

    def broken() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n' + b"half " * 1_000
        until(lambda: any(place.glob("jobs/.incoming-*/0000.txt")))
        raise KeyError("the client is gone")

    with server(place, "quick") as (_, address):
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        with pytest.raises(KeyError):
            httpx.post(f"{address}/v1/articles", content=broken(), headers=headers)
        until(lambda: not any(place.glob("jobs/.incoming-*")))
        assert httpx.get(f"{address}/v1/jobs").json()["jobs"] == []


def test_a_server_that_is_stopped_ends_soon_and_its_job_goes_on_with_the_next(tmp_path: Path) -> None:
    place = tmp_path / "archive"
    with (
        open_or_create(place, WordEmbedder()) as archive,
        archive.writer(),
        server(place, "quick") as (process, address),
    ):
        waits = httpx.post(f"{address}/v1/articles", files=[("file", ("a.txt", b"It had not begun."))])
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=8) == 0
    with server(place, "quick") as (_, address):
        assert done_at(address, waits.headers["location"])["state"] == "done"


def test_an_upload_that_finds_no_room_is_refused_and_nothing_of_it_stays(tmp_path: Path) -> None:
    place = tmp_path / "archive"
    open_or_create(place, WordEmbedder()).close()
    with server(place, "cramped") as (_, address):
        answer = httpx.post(f"{address}/v1/articles", files=[("file", ("a.txt", b"words " * 1_000_000))], timeout=60)
        assert (answer.status_code, answer.json()["type"]) == (507, "/problems/archive-full")
        assert not list(place.glob("jobs/.incoming*"))
        small = httpx.post(f"{address}/v1/articles", files=[("file", ("b.txt", b"There is room for this."))])
        assert done_at(address, small.headers["location"])["state"] == "done"


if __name__ == "__main__":
    if sys.argv[2] == "cramped":  # a file that may not grow is to a program what a disk without room is
        resource.setrlimit(resource.RLIMIT_FSIZE, (4_000_000, 4_000_000))
    serve(
        Searcher(
            Archive(sys.argv[1]), {"slow": SlowEmbedder, "quick": WordEmbedder, "cramped": WordEmbedder}[sys.argv[2]]()
        ),
        "127.0.0.1",
        0,
    )
