"""``/metrics``, for Prometheus: how requests went, where their time went, and what is served.

Each application has a registry of its own. Where several worker processes serve, whichever is asked answers for all of
them: counts live on in a folder that they share, of workers that are gone, too.

Source: Prometheus documentation, "Metric and label naming" (base units: seconds; labels of few values).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from importlib.metadata import version
from pathlib import Path

from fastapi import APIRouter, Depends
from prometheus_client import (
    CONTENT_TYPE_PLAIN_0_0_4,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from indexer.readable import ReadableArchive
from service.api.access import requires
from service.api.observing import Served
from service.api.problems import NotReady, as_not_ready
from service.api.request import no_parameters

router = APIRouter(include_in_schema=False)
_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""A word search takes about a millisecond, a search some ten, an answer some hundred, one that is written seconds."""
_TOGETHER = (1, 2, 4, 8, 16, 32)
MEASURES = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that tells prometheus_client, when it is imported, in which folder processes share their counts."""


class Metrics:
    """What is measured of one application; with ``shared``, the folder that prometheus_client keeps counts in, of all
    processes that use it. It must then stand in the environment as ``MEASURES`` before this module is imported.
    """

    def __init__(self, archive: ReadableArchive, shared: Path | None = None) -> None:
        self.registry = CollectorRegistry()
        self.embedding = Embedding(self.registry)
        self._shared = shared
        self._requests = Histogram(
            "pressmark_request_seconds",
            "Time from a request's arrival to the last byte of its response.",
            ("route", "status"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._phases = Histogram(
            "pressmark_phase_seconds",
            "Time that a search, or an answer, spent in one of its phases.",
            ("work", "phase"),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._in_flight = Gauge(
            "pressmark_requests_in_flight",
            "Requests being answered, this one included.",
            registry=self.registry,
            multiprocess_mode="livesum",
        )
        self._unshared = CollectorRegistry() if shared else self.registry
        self._unshared.register(_Release())
        self._unshared.register(_OfArchive(archive))
        if shared:
            MultiProcessCollector(self._unshared, str(shared))  # type: ignore[no-untyped-call]
        else:
            ProcessCollector(registry=self.registry)  # of several processes, it would tell of the one that is asked

    def text(self) -> bytes:
        """Everything that is measured, in Prometheus's text format."""
        return generate_latest(self._unshared)

    def in_flight(self) -> AbstractContextManager[None]:
        """A context that counts as one request being answered."""
        return self._in_flight.track_inprogress()

    def count(self, served: Served) -> None:
        """Count a request that was answered. What is at no address is counted together, however it was spelt."""
        status = f"{served.status // 100}xx" if served.status else "none"
        self._requests.labels(served.route or "none", status).observe(served.ms / 1000)
        for work in served.work:
            for phase, ms in work.phases_ms.items():
                self._phases.labels(work.kind, phase).observe(ms / 1000)


def forget_worker(pid: int | None, shared: Path) -> None:
    """Take what a dead worker was doing out of what is going on at present; its counts stay."""
    if pid is not None:
        mark_process_dead(pid, str(shared))  # type: ignore[no-untyped-call]


class Embedding:
    """The ``Watcher`` of what embeds queries."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._waiting = Gauge(
            "pressmark_embedding_queue_depth",
            "Requests waiting for the embedding of their query, those of the run under way included.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._lookups = Counter(
            "pressmark_query_cache_lookups",
            "Queries whose embedding was looked for among the kept ones.",
            ("result",),
            registry=registry,
        )
        for result in ("hit", "miss"):
            self._lookups.labels(result)  # a rate needs the 0 that it grows from
        self._runs = Histogram(
            "pressmark_embedding_batch_queries",
            "Queries embedded by one run of the model.",
            buckets=_TOGETHER,
            registry=registry,
        )

    def waiting(self) -> AbstractContextManager[None]:
        return self._waiting.track_inprogress()

    def looked_up(self, *, found: bool) -> None:
        self._lookups.labels("hit" if found else "miss").inc()

    def ran(self, queries: int) -> None:
        self._runs.observe(queries)


class _Release(Collector):
    """What runs. A collector, because workers that share their counts would sum a gauge up."""

    def collect(self) -> Iterator[Metric]:
        release = GaugeMetricFamily("pressmark_build", "Always 1; the label says what runs.", labels=["version"])
        release.add_metric([version("pressmark")], 1)
        yield release


class _OfArchive(Collector):
    """The archive as it is at the moment of asking; what it holds is counted once a generation.

    An archive that cannot be read does not take the other measurements with it: it is reported as such, without
    numbers.
    """

    def __init__(self, archive: ReadableArchive) -> None:
        self._archive = archive
        self._lock = threading.Lock()
        self._counted: tuple[int, dict[str, int]] | None = None

    def describe(self) -> Iterator[Metric]:
        # Asked when it is registered: without an answer the registry would collect, and so open the archive, just then.
        yield from ()

    def collect(self) -> Iterator[Metric]:
        try:
            with as_not_ready():
                generation, counts = self._count()
        except NotReady:
            yield _gauge("readable", "Whether the archive can be read.", 0)
            return
        yield _gauge("readable", "Whether the archive can be read.", 1)
        yield _gauge("generation", "The archive's generation.", generation)
        yield _gauge("articles", "Articles in the archive.", counts["articles"])
        yield _gauge("passages", "Passages in the archive.", counts["passages"])

    def _count(self) -> tuple[int, dict[str, int]]:
        snapshot = self._archive.snapshot()
        with self._lock:
            if self._counted is None or self._counted[0] != snapshot.generation:
                self._counted = (snapshot.generation, snapshot.counts())
            return self._counted


def _gauge(name: str, text: str, value: int) -> Metric:
    return GaugeMetricFamily(f"pressmark_archive_{name}", text, value=value)


@router.get("/metrics", dependencies=[Depends(requires("admin")), Depends(no_parameters)])
def metrics(request: Request) -> Response:
    """Measurements since the process started, in Prometheus's text format."""
    found: Metrics = request.app.state.metrics
    return Response(found.text(), media_type=CONTENT_TYPE_PLAIN_0_0_4)
