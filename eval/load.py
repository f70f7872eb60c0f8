"""How many searches a running service answers at once, and how long each takes.

    pressmark serve --archive news --workers 2 &
    python -m eval.load http://127.0.0.1:8000 --clients 1,8,32

Each client asks one question after another over one connection, as ``service.client`` does; the clients share this
machine with the service where that is local. What fails is counted, never left out: the exit code is then 1.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from indexer.errors import PressmarkError
from service.client import Client
from service.search import SearchOptions

QUESTIONS = Path(__file__).parent / "questions" / "seeds.jsonl"


@dataclass(frozen=True, slots=True)
class Load:
    """What so many clients got: times in milliseconds, of those answered."""

    clients: int
    answered: int
    failed: tuple[str, ...]
    seconds: float
    p50: float
    p95: float
    p99: float

    @property
    def per_second(self) -> float:
        return self.answered / self.seconds


def measure(url: str, clients: int, seconds: float, questions: Sequence[str], key: str | None = None) -> Load:
    """Have so many clients search for so long; each begins elsewhere in the questions."""
    began = time.perf_counter()
    with Client(url, key=key) as client, ThreadPoolExecutor(clients) as pool:
        starts = [len(questions) * number // clients for number in range(clients)]
        told = list(pool.map(lambda start: list(_asked(client, _from(questions, start), began + seconds)), starts))
    took = time.perf_counter() - began
    times = sorted(ms for ms, error in itertools.chain(*told) if error is None)
    failed = tuple(error for _, error in itertools.chain(*told) if error is not None)
    return Load(clients, len(times), failed, took, *(percentile(times, share) for share in (0.5, 0.95, 0.99)))


def _from(questions: Sequence[str], start: int) -> Iterator[str]:
    return itertools.islice(itertools.cycle(questions), start, None)


def _asked(client: Client, questions: Iterator[str], until: float) -> Iterator[tuple[float, str | None]]:
    """The time of each search, of one at least, and why it failed."""
    begun = 0.0
    while begun < until:
        begun, error = time.perf_counter(), None
        try:
            client.search(next(questions), SearchOptions(k=10))
        except PressmarkError as failure:
            error = str(failure)
        yield 1000 * (time.perf_counter() - begun), error


def percentile(times: Sequence[float], share: float) -> float:
    """The least of the sorted times that at least this share of them do not exceed; not a number if there are none.

    >>> percentile([10.0, 20.0, 30.0, 40.0], 0.5), percentile([10.0], 0.95)
    (20.0, 10.0)
    """
    return times[max(0, math.ceil(share * len(times)) - 1)] if times else math.nan


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--clients", default="1,8,32", help="how many at once; several separated by commas")
    parser.add_argument("--seconds", type=float, default=10.0, help="for each of them")
    parser.add_argument("--questions", type=Path, default=QUESTIONS, help='JSON Lines with "question"')
    parser.add_argument("--key")
    chosen = parser.parse_args(arguments)
    questions = [json.loads(line)["question"] for line in chosen.questions.read_text("utf-8").splitlines() if line]
    worst = 0
    sys.stdout.write("clients  searches/s   p50 ms   p95 ms   p99 ms  failed\n")
    for clients in map(int, chosen.clients.split(",")):
        load = measure(chosen.url, clients, chosen.seconds, questions, chosen.key)
        sys.stdout.write(
            f"{clients:7,}  {load.per_second:10,.1f} {load.p50:8,.1f} {load.p95:8,.1f} {load.p99:8,.1f} "
            f"{len(load.failed):7,}\n"
        )
        sys.stdout.flush()
        for why in sorted(set(load.failed))[:3]:
            sys.stderr.write(f"{why}\n")
        worst = worst or bool(load.failed)
    return int(worst)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
