from __future__ import annotations

import random
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.embed import load_embedder
from service.batching import BatchedEmbedder
from tests.fakes import WORDS, WordEmbedder


class Watching:
    """Counts what it is told."""

    def __init__(self) -> None:
        self.depth = 0
        self.deepest = 0
        self.found: list[bool] = []
        self.runs: list[int] = []
        self._lock = threading.Lock()
        self.deep = threading.Condition(self._lock)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        with self._lock:
            self.depth += 1
            self.deepest = max(self.deepest, self.depth)
            self.deep.notify_all()
        try:
            yield
        finally:
            with self._lock:
                self.depth -= 1

    def looked_up(self, *, found: bool) -> None:
        with self._lock:
            self.found.append(found)

    def ran(self, queries: int) -> None:
        self.runs.append(queries)


class Held(WordEmbedder):
    """One that computes nothing until it is let go, after the checks at the start; ``kaboom`` is too much for it."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[str, ...]] = []
        self.at_work = threading.Event()
        self.go = threading.Event()
        self.go.set()

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.calls.append(tuple(texts))
        self.at_work.set()
        assert self.go.wait(10)
        if "kaboom" in texts:
            raise ZeroDivisionError(f"kaboom among {len(texts)}")
        return super().embed_queries(texts)


class Company(WordEmbedder):
    """One whose rows depend, in the last bit, on what they are computed with."""

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = super().embed_queries(texts)
        return rows if len(texts) == 1 else np.nextafter(rows, np.float32(2))


def run_while_busy(held: Held, batched: BatchedEmbedder, watching: Watching, texts: Sequence[str]) -> list[object]:
    """What each text gave, row or error, when the first found the model idle and the others found it at work."""

    def ask(text: str) -> object:
        try:
            return batched.embed_queries([text])[0]
        except ZeroDivisionError as error:
            return error

    held.calls.clear()
    held.at_work.clear()
    held.go.clear()
    with ThreadPoolExecutor(len(texts)) as pool:
        first = pool.submit(ask, texts[0])
        assert held.at_work.wait(10)
        others = [pool.submit(ask, text) for text in texts[1:]]
        with watching.deep:
            assert watching.deep.wait_for(lambda: watching.depth == len(texts), 10)
        held.go.set()
        return [done.result(10) for done in (first, *others)]


def test_queries_that_come_while_the_model_is_busy_are_one_run_and_give_what_they_give_alone() -> None:
    held, watching = Held(), Watching()
    batched = BatchedEmbedder(held, watching)
    texts = [f"{word} {n}" for n, word in enumerate(WORDS)]
    rows = run_while_busy(held, batched, watching, texts)
    assert np.array_equal(np.array(rows), WordEmbedder().embed_queries(texts))
    assert held.calls[0] == (texts[0],)
    assert [set(call) for call in held.calls[1:]] == [set(texts[1:])]
    assert watching.runs == [1, len(texts) - 1]
    assert (watching.deepest, watching.depth) == (len(texts), 0)


def test_no_run_is_larger_than_32_and_none_is_forgotten() -> None:
    held, watching = Held(), Watching()
    texts = [f"port {n}" for n in range(81)]
    rows = run_while_busy(held, BatchedEmbedder(held, watching), watching, texts)
    assert np.array_equal(np.array(rows), WordEmbedder().embed_queries(texts))
    assert watching.runs == [1, 32, 32, 16]


def test_equal_queries_at_once_are_embedded_once() -> None:
    held, watching = Held(), Watching()
    run_while_busy(held, BatchedEmbedder(held, watching), watching, ["gulf", "port", "port", "port", "fleet"])
    assert [sorted(call) for call in held.calls] == [["gulf"], ["fleet", "port"]]


def test_a_query_alone_is_embedded_at_once_in_the_thread_that_asks() -> None:
    class Where(WordEmbedder):
        def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
            threads.append(threading.current_thread())
            return super().embed_queries(texts)

    threads: list[threading.Thread] = []
    batched = BatchedEmbedder(Where(), Watching())
    threads.clear()
    batched.embed_queries(["port"])
    assert threads == [threading.main_thread()]


def test_an_error_is_that_of_the_query_that_made_it_and_of_no_other() -> None:
    held, watching = Held(), Watching()
    batched = BatchedEmbedder(held, watching)
    port, bad, gulf = run_while_busy(held, batched, watching, ["port", "kaboom", "gulf"])
    assert np.array_equal(np.array([port, gulf]), WordEmbedder().embed_queries(["port", "gulf"]))
    assert isinstance(bad, ZeroDivisionError)
    assert str(bad) == "kaboom among 1"
    with pytest.raises(ZeroDivisionError):
        batched.embed_queries(["kaboom"])
    assert np.array_equal(batched.embed_queries(["envoy"]), WordEmbedder().embed_queries(["envoy"]))
    assert watching.depth == 0


def test_a_query_asked_again_is_not_embedded_again_until_a_thousand_others_were() -> None:
    embedder, watching = WordEmbedder(), Watching()
    batched = BatchedEmbedder(embedder, watching)
    before = embedder.embedded
    first = batched.embed_queries(["port"])
    first[:] = 7  # what a caller does with its row is no other's
    again = batched.embed_queries(["port"])
    assert np.array_equal(again, WordEmbedder().embed_queries(["port"]))
    assert (embedder.embedded - before, watching.found) == (1, [False, True])
    for n in range(1_000):
        batched.embed_queries([f"gulf {n}"])
    batched.embed_queries(["gulf 999"])
    assert embedder.embedded - before == 1_001
    batched.embed_queries(["port"])
    assert embedder.embedded - before == 1_002


def test_a_model_whose_rows_depend_on_their_company_runs_for_one_query_at_a_time() -> None:
    class Both(Held, Company):
        pass

    held, watching = Both(), Watching()
    rows = run_while_busy(held, BatchedEmbedder(held, watching), watching, ["port", "gulf", "envoy"])
    assert np.array_equal(np.array(rows), WordEmbedder().embed_queries(["port", "gulf", "envoy"]))
    assert watching.runs == [1, 1, 1]


def test_several_queries_passages_and_none_are_passed_on() -> None:
    batched, plain = BatchedEmbedder(WordEmbedder(), Watching()), WordEmbedder()
    assert np.array_equal(batched.embed_queries(["port", "gulf"]), plain.embed_queries(["port", "gulf"]))
    assert batched.embed_queries([]).shape == (0, 64)
    assert np.array_equal(batched.embed_passages(["port"]), plain.embed_passages(["port"]))
    assert (batched.card, batched.tokenizer.encode("port").ids) == (plain.card, plain.tokenizer.encode("port").ids)


@pytest.mark.model
def test_the_default_model_gives_a_query_the_same_row_to_the_last_bit_in_any_company() -> None:
    embedder = load_embedder()
    rng = random.Random(3)
    texts = [" ".join(rng.choices(WORDS, k=rng.randint(0, 40))) for _ in range(60)]
    alone = np.vstack([embedder.embed_queries([text]) for text in texts])
    for size in (2, 5, 16, 60):
        some = rng.sample(range(60), size)
        assert np.array_equal(embedder.embed_queries([texts[n] for n in some]), alone[some])
    watching = Watching()
    batched = BatchedEmbedder(embedder, watching)
    with ThreadPoolExecutor(12) as pool:
        rows = list(pool.map(lambda text: batched.embed_queries([text])[0], texts))
    assert np.array_equal(np.array(rows), alone)
    assert sum(watching.runs) == len(set(texts))
