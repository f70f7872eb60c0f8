"""Several processes on one port, as real processes."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from indexer.archive import Archive
from indexer.build import index_articles, open_or_create
from indexer.records import Article, Block
from tests.fakes import WordEmbedder
from tests.real_server import serving, started

ROOT = Path(__file__).parent.parent


def article(article_id: str, text: str) -> Article:
    return Article(article_id, text, (Block(0, len(text), "paragraph"),))


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("workers") / "archive"
    with open_or_create(place, embedder := WordEmbedder()) as opened:
        index_articles(opened, embedder, [article(f"n{n}", f"Ship {n % 7} calls at port {n}.") for n in range(40)])
    return place


@contextmanager
def server(archive: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The supervisor's process, and the address."""
    with serving("-m", "tests.serve_workers", str(archive), "2") as found:
        yield found.process, found.address
        found.process.terminate()  # killed, it would leave its workers some moments longer than the test
        found.process.wait(30)


@pytest.fixture(scope="module")
def served(archive: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Two workers for all tests but those that end them otherwise: each takes seconds to start."""
    with server(archive) as process_and_address:
        yield process_and_address


def workers_of(process: subprocess.Popen[str]) -> set[int]:
    """The processes that answer: those of the supervisor's children that hold the port."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return {pid for pid in map(int, children) if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()}


def samples(address: str) -> dict[tuple[str, str], float]:
    text = httpx.get(f"{address}/metrics").text
    return {
        (sample.name.removeprefix("pressmark_"), sample.labels.get("result") or sample.labels.get("status") or ""): (
            sample.value
        )
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.labels.get("route", "/v1/search") == "/v1/search"
    }


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_whichever_worker_is_asked_measures_are_those_of_all(served: tuple[subprocess.Popen[str], str]) -> None:
    _, address = served
    before = samples(address)
    for _ in range(20):
        assert httpx.get(f"{address}/v1/search?q=ship&k=1").status_code == 200  # a connection each
    for _ in range(6):
        after = samples(address)
        assert after["request_seconds_count", "2xx"] - before.get(("request_seconds_count", "2xx"), 0) == 20
        asked = ("query_cache_lookups_total", "hit"), ("query_cache_lookups_total", "miss")
        assert sum(after[name] for name in asked) - sum(before[name] for name in asked) == 20
        assert after["embedding_batch_queries_sum", ""] == after[asked[1]] <= 2  # once a worker
        assert after["embedding_queue_depth", ""] == 0
        assert after["requests_in_flight", ""] == 1
        assert (after["build", ""], after["archive_articles", ""]) == (1, 40)


def test_new_generations_reach_every_worker_under_load_and_no_request_fails(
    served: tuple[subprocess.Popen[str], str], archive: Path
) -> None:
    process, address = served
    with Archive(archive) as writing:
        ended = threading.Event()

        def load(number: int) -> list[tuple[int, int]]:
            """What each request answered, and with which generation: a connection each, and connections kept."""
            seen: list[tuple[int, int]] = []
            with httpx.Client(base_url=address, timeout=30) as kept:
                while not ended.is_set():
                    get = kept.get if len(seen) % 2 else lambda path: httpx.get(f"{address}{path}", timeout=30)
                    answer = get(f"/v1/search?q=zeppelin+{number}&k=3")
                    seen.append((answer.status_code, answer.json()["generation"]))
            return seen

        first = writing.generation
        with ThreadPoolExecutor(4) as pool:
            loads = [pool.submit(load, number) for number in range(4)]
            for name in ("zeppelin-1", "zeppelin-2"):
                time.sleep(0.5)
                code = (
                    "import sys; from indexer.archive import Archive; from indexer.build import index_articles; "
                    "from tests.fakes import WordEmbedder; from tests.test_workers import article\n"
                    "with Archive(sys.argv[1]) as opened: "
                    "index_articles(opened, WordEmbedder(), [article(sys.argv[2], f'A {sys.argv[2]} is seen.')])"
                )
                subprocess.run([sys.executable, "-c", code, str(archive), name], cwd=ROOT, check=True)
                found = [httpx.get(f"{address}/v1/search?q={name}&k=1", timeout=30).json() for _ in range(8)]
                assert {hit["citation"]["article_id"] for shown in found for hit in shown["hits"]} == {name}
            time.sleep(0.3)
            ended.set()
            seen = [pair for done in loads for pair in done.result(30)]
        assert {status for status, _ in seen} == {200}
        assert {generation for _, generation in seen} == {first, first + 1, first + 2}
        assert len(workers_of(process)) == 2


def test_a_worker_that_dies_is_replaced_and_what_it_did_stays_counted(
    served: tuple[subprocess.Popen[str], str],
) -> None:
    process, address = served
    workers, before = workers_of(process), samples(address)
    assert len(workers) == 2
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"{address}/v1/search?q=kaboom", timeout=30)
    asked, deadline = 0, time.monotonic() + 30
    while len(workers_of(process) & workers) > 1 or len(workers_of(process)) < 2:
        assert httpx.get(f"{address}/v1/search?q=ship&k=1", timeout=30).status_code == 200  # the other goes on
        asked += 1
        time.sleep(0.1)
        assert time.monotonic() < deadline
    found = samples(address)
    assert found["request_seconds_count", "2xx"] - before["request_seconds_count", "2xx"] == asked
    assert found["requests_in_flight", ""] == 1  # and not the one that the dead worker was answering


def test_a_signal_ends_all_once_what_is_under_way_is_answered(served: tuple[subprocess.Popen[str], str]) -> None:
    process, address = served
    workers = workers_of(process)
    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(httpx.get, f"{address}/v1/search?q=slow+{n}", timeout=30) for n in range(2)]
        time.sleep(0.3)
        process.terminate()
        assert {answer.result().status_code for answer in answers} == {200}
    assert process.wait(30) == 0
    assert process.stderr is not None
    (line,) = process.stderr.read().splitlines()
    assert "died; another has taken its place" in line
    assert all(gone(pid) for pid in workers)


def test_workers_end_when_their_supervisor_was_killed(archive: Path) -> None:
    with server(archive) as (process, address):
        workers = workers_of(process)
        assert httpx.get(f"{address}/healthz").status_code == 200
        process.kill()
        process.wait(10)
        deadline = time.monotonic() + 15
        while not all(gone(pid) for pid in workers) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert all(gone(pid) for pid in workers)


def test_a_worker_that_cannot_start_ends_the_service_with_the_reason(archive: Path, tmp_path: Path) -> None:
    with open_or_create(tmp_path / "archive", WordEmbedder()):
        (tmp_path / "archive" / "unready").touch()
    process = started("-m", "tests.serve_workers", str(tmp_path / "archive"), "2")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    assert "the model is missing. Install it" in err
    assert "a worker could not start" in err
    assert "Traceback" not in err


def test_the_command_line_serves_with_several_workers(archive: Path) -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "pressmark", "serve", "--workers", "0"],
        capture_output=True,
        text=True,
        env=os.environ | {"TERM": "dumb"},
        check=False,
    )
    assert done.returncode == 2
    assert "--workers" in done.stderr
