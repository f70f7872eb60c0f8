"""A running service measured: what it finds over HTTP, judged by the same archive here.

Judgments need every text and passage of an archive, and a ranking only what is shown. So texts are read where they lie
on this machine, and nothing is asked of the service but what its users ask.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import fields, replace

from eval.gold import Gold, gold_of
from eval.rankings import Rankings, Tell, rank
from eval.result import Result
from eval.run import score
from eval.suite import Suite
from indexer.errors import BadSuite, UnknownArticle
from indexer.snapshot import Snapshot
from service.candidates import Recipe
from service.client import Client
from service.locator import Locator
from service.search import Results, SearchOptions
from service.shapes import Json

_COUNTED = ("articles", "editions", "passages", "covered passages")


def run_served(
    suite: Suite,
    client: Client,
    snapshot: Snapshot,
    options: SearchOptions,
    tell: Tell = lambda done, total: None,
) -> tuple[Result, Gold, Rankings]:
    """What ``run`` gives for a service that holds the same articles as ``snapshot``, with its address in ``config``.

    Times are those of whoever asks: the phase ``http`` is what the search itself did not take.

    Raises:
        BadSuite: the suite does not fit the archive, or the service's is another one or changed meanwhile.
        BadQuery: the options say how to rank, which a service does by its own settings.
        ServiceError: the service cannot be asked.
    """
    started = time.perf_counter()
    served = Served(client, snapshot)
    gold = gold_of(suite, snapshot)
    rankings = rank(suite, served, options, tell)
    recipe = {field.name: getattr(options, field.name) for field in fields(Recipe)}
    return score(suite, gold, rankings, snapshot, {**recipe, "service": client.url}, started), gold, rankings


class Served:
    """What a service finds, as long as it is what the archive here holds.

    Raises:
        BadSuite: it serves another archive.
        ServiceError: it cannot be asked.
    """

    def __init__(self, client: Client, snapshot: Snapshot) -> None:
        self._client = client
        self._snapshot = snapshot
        self._editions: dict[str, str] = {}
        status = client.status()
        self._generation: int = status["generation"]
        if differing := list(_differing(status, snapshot)):
            raise BadSuite(
                f"{client.url} serves another archive than the one that questions are judged by here: "
                f"{', '.join(differing)}. Name a copy of what it serves: --archive DIR"
            )

    def search(self, query: str, options: SearchOptions | None = None) -> Results:
        """What the service finds, timed from here."""
        return self._held(lambda: self._client.search(query, options))

    def similar(self, locator: Locator, options: SearchOptions | None = None) -> Results:
        """What is similar there, timed from here."""
        return self._held(lambda: self._client.similar(locator, options))

    def _held(self, ask: Callable[[], Results]) -> Results:
        started = time.perf_counter()
        results = ask()
        waited = round(1000 * (time.perf_counter() - started), 2)
        if results.generation != self._generation:
            raise BadSuite(
                f"the archive of {self._client.url} went from generation {self._generation} to {results.generation} "
                "while it was measured. Run eval again when nothing writes to it"
            )
        for hit in results.hits:
            self._require_here(hit.citation.article_id, hit.citation.edition)
        over = round(max(0.0, waited - results.took_ms), 2)
        return replace(results, took_ms=waited, phases_ms={**results.phases_ms, "http": over})

    def _require_here(self, article_id: str, edition: str) -> None:
        if article_id not in self._editions:
            try:
                self._editions[article_id] = self._snapshot.article(article_id).edition
            except UnknownArticle as error:
                raise BadSuite(f"{self._client.url} found {article_id!r}, and {error}") from error
        if self._editions[article_id] != edition:
            raise BadSuite(
                f"{self._client.url} holds {article_id!r} in edition {edition[:12]}, the archive here in "
                f"{self._editions[article_id][:12]}. Name a copy of what it serves: --archive DIR"
            )


def _differing(status: Json, snapshot: Snapshot) -> Iterator[str]:
    manifest, counts = snapshot.manifest, snapshot.counts()
    model, passage = status["model"], status["passage"]
    pairs = {
        **{name: (status[name.replace(" ", "_")], counts[name]) for name in _COUNTED},
        "model": (model["name"], manifest.model),
        "weights": (model["weights_sha256"][:12], manifest.weights_sha256[:12]),
        "passage size": (passage["size"], manifest.chunk.size),
        "overlap": (passage["overlap"], manifest.chunk.overlap),
    }
    for name, (there, here) in pairs.items():
        if there != here:
            yield f"{name} {there} there and {here} here"
