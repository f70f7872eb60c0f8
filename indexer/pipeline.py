"""Articles through chunking and embedding into the writer, in batches, the model always one batch ahead.

While the model embeds a batch on its own thread, this one loads and cuts the next and stores the one before. Each
batch is one commit: a run that is killed loses at most what was in flight.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from indexer.chunk import ChunkConfig, ModelTokens, chunk, chunk_all, embedding_input
from indexer.contents import Prepared, stored_vectors
from indexer.duplicates import searched_text, signature_of
from indexer.embed import Embedder
from indexer.errors import BadRecord, NotAnArticle
from indexer.records import Article, Passage
from indexer.sources import FileEnd, Sources
from indexer.writer import ArchiveWriter

BATCH_CHARACTERS = 300_000
"""Of text, about 400 passages: some seconds of model time, and the most that a kill -9 can cost."""
_SLICE = 256
"""Texts between two looks at how far the model is."""
_TELL_SECONDS = 0.25


@dataclass(slots=True)
class Report:
    """What a run did. ``refused`` names what could not be read; everything else was indexed all the same."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: list[str] = field(default_factory=list)
    withheld: list[str] = field(default_factory=list)
    refused: list[NotAnArticle] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)
    ids: list[str] | None = None
    """Of the articles that have come through, in order; None where nobody asks."""
    passages: int = 0
    embedded: int = 0
    stored: int = 0
    """Articles that have come through, changed or not."""
    generation: int = 0
    seconds: float = 0.0
    model_seconds: float = 0.0
    """Time in which the model ran. What of ``seconds`` is not in it is the code around the model."""

    @property
    def changed(self) -> bool:
        """Whether there is anything to tell: a change, or something that could not be read."""
        return bool(self.added or self.updated or self.removed or self.refused)


@dataclass(slots=True)
class _Batch:
    articles: list[tuple[Article, int | None]] = field(default_factory=list)
    finished: list[FileEnd] = field(default_factory=list)
    characters: int = 0
    prepared: list[tuple[Prepared, int | None]] = field(default_factory=list)
    texts: dict[bytes, str] = field(default_factory=dict)
    """The embedding inputs that the archive lacked when the batch was cut, by their hash."""


class Pipeline:
    """Takes articles one by one; ``finish`` returns when all of them are committed."""

    def __init__(
        self,
        writer: ArchiveWriter,
        embedder: Embedder,
        config: ChunkConfig,
        report: Report,
        advance: Callable[[], None] = lambda: None,
        *,
        batch_characters: int = BATCH_CHARACTERS,
        commit: bool = True,
    ) -> None:
        self._writer = writer
        self._embedder = embedder
        self._config = config
        self._report = report
        self._advance = advance
        self._batch_characters = batch_characters
        self._commit = commit
        self._tokens = ModelTokens(embedder.tokenizer)
        self._model = ThreadPoolExecutor(1, thread_name_prefix="embed")
        self._batch = _Batch()
        self._in_flight: tuple[_Batch, Future[dict[bytes, bytes]]] | None = None

    def take(self, article: Article, file_id: int | None) -> None:
        """Add an article to the batch; a full batch goes to the model."""
        self._batch.articles.append((article, file_id))
        self._batch.characters += len(article.text)
        if self._batch.characters >= self._batch_characters:
            self._send()

    def end_file(self, end: FileEnd) -> None:
        """Note that all articles of a file have been taken: it counts as read once they are stored."""
        self._batch.finished.append(end)

    def finish(self) -> None:
        """Send what is left and store everything."""
        self._send()
        self._store()

    def stop(self) -> None:
        """End the model's thread; what it was embedding is dropped."""
        self._model.shutdown(wait=True, cancel_futures=True)

    def _send(self) -> None:
        """Cut the batch, store the one before it, and give this one to the model."""
        batch, self._batch = self._batch, _Batch()
        for (article, file_id), passages in zip(batch.articles, self._cut(batch), strict=True):
            if passages is None:
                continue
            texts = [embedding_input(article.title, article.text[p.start : p.end]) for p in passages]
            hashes = tuple(hashlib.sha256(text.encode()).digest()[:16] for text in texts)
            if not passages:
                self._report.refused.append(_refusal(article, "nothing but boilerplate: no text to search"))
            signature = signature_of(searched_text(article.text, article.blocks))
            batch.prepared.append((Prepared(article, tuple(passages), hashes, signature), file_id))
            batch.texts.update(zip(hashes, texts, strict=True))
        self._store()
        missing = self._writer.missing_vectors(list(batch.texts))
        batch.texts = {hashed: text for hashed, text in batch.texts.items() if hashed in missing}
        self._in_flight = (batch, self._model.submit(self._embed, batch.texts))

    def _cut(self, batch: _Batch) -> list[list[Passage] | None]:
        """Each article's passages; None for one that cannot be cut, which is refused."""
        articles = [article for article, _ in batch.articles]
        try:
            return list(chunk_all(articles, self._tokens, self._config))
        except BadRecord:
            return [self._cut_alone(article) for article in articles]

    def _cut_alone(self, article: Article) -> list[Passage] | None:
        try:
            return chunk(article, self._tokens, self._config)
        except BadRecord as error:
            self._report.refused.append(_refusal(article, str(error)))
            return None

    def _embed(self, texts: dict[bytes, str]) -> dict[bytes, bytes]:
        """The missing inputs' vectors, a slice at a time, longest first as the model batches them best."""
        order = sorted(texts, key=lambda hashed: -len(texts[hashed]))
        vectors: dict[bytes, bytes] = {}
        for first in range(0, len(order), _SLICE):
            part = order[first : first + _SLICE]
            started = time.perf_counter()
            rows = self._embedder.embed_passages([texts[hashed] for hashed in part])
            self._report.model_seconds += time.perf_counter() - started
            self._report.embedded += len(part)
            vectors |= stored_vectors(part, rows)
        return vectors

    def _store(self) -> None:
        if self._in_flight is None:
            return
        (batch, future), self._in_flight = self._in_flight, None
        while not wait([future], timeout=_TELL_SECONDS).done:
            self._advance()
        vectors = future.result()
        for prepared, file_id in batch.prepared:
            self._count(self._writer.put(prepared, file_id, vectors))
            self._report.passages += len(prepared.passages)
            self._report.stored += 1
            if self._report.ids is not None:
                self._report.ids.append(prepared.article.id)
        with self._writer.change() as db:
            vanished = Sources(db).close_files(batch.finished)
        if vanished:
            self._writer.remove(vanished)
            self._report.removed += vanished
        if self._commit:
            self._report.generation = self._writer.commit()
        self._advance()

    def _count(self, outcome: str) -> None:
        setattr(self._report, outcome, getattr(self._report, outcome) + 1)


def _refusal(article: Article, why: str) -> NotAnArticle:
    return NotAnArticle(f"{article.id}: {why}", article.id)
