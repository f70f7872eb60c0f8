"""Passages by their words (BM25): the only module that imports tantivy.

The index holds passage numbers and words; texts, filters and truth are elsewhere (``archive.sqlite``), and the whole
folder can be deleted and is then built again. Queries are built from terms, never parsed from text, so that nothing
that a person types is a syntax error.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import tantivy

from indexer.errors import ArchiveDamaged, ArchiveFull

FIELDS = {"body": 1.0, "title": 0.3, "heading": 0.2}
"""What a word's score in each field counts. ``body`` holds the title as well."""
_HEAP_BYTES = 128_000_000
_MARKER = "generation"

Keep = Callable[[npt.NDArray[np.int64]], npt.NDArray[np.bool_]]


@dataclass(frozen=True, slots=True)
class LexicalRow:
    """A passage as the lexical index takes it in."""

    passage_id: int
    content_id: int
    title: str
    heading: str
    body: str


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text as it is matched: its stem, and where it stands (code points)."""

    stem: str
    start: int
    end: int


@lru_cache(maxsize=1)
def _analyzer() -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for step in (
        tantivy.Filter.remove_long(60),
        tantivy.Filter.lowercase(),
        tantivy.Filter.ascii_fold(),
        tantivy.Filter.stemmer("english"),
    ):
        builder = builder.filter(step)
    return builder.build()


def words_of(text: str) -> list[Word]:
    """The words of a text in order, as both sides of a match see them.

    >>> [(word.stem, word.start, word.end) for word in words_of("Warships' ports")]
    [('warship', 0, 8), ('port', 10, 15)]
    """
    return [Word(t.text, t.char_offset_from, t.char_offset_to) for t in _analyzer().pre_tokenize(text).tokens]


_UNMARKED = frozenset(
    word.stem
    for word in words_of(
        "a about after all also an and any are as at be been before but by can could did do does for from had has have "
        "he her his how i if in into is it its may more most no not of on or our over s she should so some such t than "
        "that the their them then there these they this those to under up was we were what when where which while who "
        "whom whose why will with would you your"
    )
)
"""Words that carry no meaning on their own: they are searched for, and never marked."""


def highlights_of(query: str, quote: str, start: int) -> list[tuple[int, int]]:
    """Where words of the query stand in a quote, as spans of the text that it begins at ``start`` of.

    >>> highlights_of("the port visits", "A visit to the port.", 100)
    [(102, 107), (115, 119)]
    """
    wanted = {word.stem for word in words_of(query)} - _UNMARKED
    return [(start + word.start, start + word.end) for word in words_of(quote) if word.stem in wanted]


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("passage", indexed=True, fast=True)
    builder.add_unsigned_field("content", indexed=True, fast=True)
    for name in FIELDS:
        builder.add_text_field(name, tokenizer_name="words", index_option="position")
    return builder.build()


def _open(directory: Path) -> tantivy.Index:
    try:
        index = tantivy.Index(_schema(), path=str(directory), reuse=True)
    except ValueError as error:
        raise ArchiveDamaged(f"the lexical index in {directory} cannot be read: {error}") from error
    index.register_tokenizer("words", _analyzer())
    return index


def lexical_generation(directory: Path) -> int | None:
    """The archive generation that the index on disk reflects; None when there is no usable index."""
    try:
        return int((directory / _MARKER).read_text())
    except (FileNotFoundError, ValueError):
        return None


class LexicalWriter:
    """The one writer of a lexical index. What is staged shows only when ``publish`` returns."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(exist_ok=True)
        self._directory = directory
        # One thread: document order within a segment, and so the order of equal scores, is then the order of adding.
        self._writer = _open(directory).writer(_HEAP_BYTES, num_threads=1)

    def stage(self, added: Iterable[LexicalRow], removed: Iterable[int]) -> None:
        """Take rows in and out; adding a passage again replaces it, so replaying a difference twice is harmless."""
        for passage_id in removed:
            self._writer.delete_documents_by_term("passage", passage_id)
        for row in added:
            self._writer.delete_documents_by_term("passage", row.passage_id)
            document = tantivy.Document()
            document.add_unsigned("passage", row.passage_id)
            document.add_unsigned("content", row.content_id)
            # The title's words count in every passage, as one text with it: on short passages this beat a field of its
            # own by 0.4 to 0.8 points of nDCG@10 (cranfield), and cost nothing where titles say little (SQuAD).
            document.add_text("body", f"{row.title}\n{row.body}")
            document.add_text("title", row.title)
            document.add_text("heading", row.heading)
            try:
                self._writer.add_document(document)
            except ValueError as error:
                raise _write_failure(self._directory, error) from error

    def publish(self, generation: int) -> None:
        """Commit what is staged as the state of this generation.

        Raises:
            ArchiveFull: the disk is full; the index stays at its last generation.
        """
        try:
            self._writer.commit()
            marker = self._directory / f"{_MARKER}.new"
            marker.write_text(str(generation))
            os.replace(marker, self._directory / _MARKER)
        except (ValueError, OSError) as error:
            raise _write_failure(self._directory, error) from error

    def emptied(self) -> LexicalWriter:
        """A writer in the place of this one over an index with nothing in it. Readers keep what they have open."""
        self._writer.wait_merging_threads()
        shutil.rmtree(self._directory)
        return LexicalWriter(self._directory)

    def discard(self) -> None:
        """Forget what is staged."""
        self._writer.rollback()

    def close(self) -> None:
        """Let merges finish, so that scores cannot change under a reader of the last generation."""
        self._writer.wait_merging_threads()


def _write_failure(directory: Path, error: Exception) -> ArchiveFull | ArchiveDamaged:
    text = str(error)
    if "No space left" in text or "StorageFull" in text or "File too large" in text:
        return ArchiveFull(f"no room left on the disk for {directory}: {error}. Free some and run the command again")
    return ArchiveDamaged(f"the lexical index in {directory} cannot be written: {error}")


class LexicalIndex:
    """One committed state of a lexical index, unchanged whatever a writer does."""

    def __init__(self, directory: Path) -> None:
        index = _open(directory)
        index.config_reader("manual")
        index.reload()
        self._schema = index.schema
        self._searcher = index.searcher()
        self.rows = int(self._searcher.num_docs)

    def search(
        self,
        text: str,
        depth: int,
        *,
        keep: Keep | None = None,
        contents: Sequence[int] | None = None,
    ) -> list[tuple[int, float]]:
        """Passage ids and BM25 scores of the best passages for the words of ``text``, best first.

        At least ``depth`` where as many match, and all that tie with the last. ``contents`` limits the search to
        those contents' passages (a term set: cheap while it is some thousands); ``keep`` tells for passage ids which
        are allowed, and the search goes deeper until enough are.

        Source: BM25 as in Robertson and Zaragoza (2009), k1 = 1.2, b = 0.75, summed over fields by ``FIELDS``.
        """
        query = self._any_of({word.stem for word in words_of(text)})
        if query is None or depth <= 0:
            return []
        if contents is not None:
            inside = tantivy.Query.const_score_query(
                tantivy.Query.term_set_query(self._schema, "content", list(contents)), 0.0
            )
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, inside)])
        return self._best(query, depth, keep)

    def matching(self, phrase: str) -> npt.NDArray[np.int64]:
        """Every passage that holds the phrase's words side by side, in its text or title, by id ascending.

        Words match by stem; whether the very letters stand there is for the caller to look up.
        """
        stems = [word.stem for word in words_of(phrase)]
        if not stems:
            return np.empty(0, np.int64)
        arms = [
            tantivy.Query.phrase_query(self._schema, name, list(stems))
            if len(stems) > 1
            else tantivy.Query.term_query(self._schema, name, stems[0])
            for name in FIELDS
        ]
        return self._all(tantivy.Query.boolean_query([(tantivy.Occur.Should, arm) for arm in arms]))

    def matching_any(self, text: str) -> npt.NDArray[np.int64]:
        """Every passage that ``search`` could return for these words, by id ascending."""
        query = self._any_of({word.stem for word in words_of(text)})
        return np.empty(0, np.int64) if query is None else self._all(query)

    def _all(self, query: tantivy.Query) -> npt.NDArray[np.int64]:
        hits = self._searcher.search(query, limit=max(1, self.rows), count=False).hits
        found = self._searcher.fast_field_values("passage", [address for _, address in hits])
        return np.sort(np.asarray(found, dtype=np.int64))

    def _any_of(self, stems: set[str]) -> tantivy.Query | None:
        arms = [
            (
                tantivy.Occur.Should,
                tantivy.Query.boost_query(tantivy.Query.term_query(self._schema, field, stem, "freq"), weight),
            )
            for stem in sorted(stems)  # float sums depend on their order
            for field, weight in FIELDS.items()
        ]
        return tantivy.Query.boolean_query(arms) if arms else None

    def _best(self, query: tantivy.Query, depth: int, keep: Keep | None) -> list[tuple[int, float]]:
        limit = depth + 16
        while True:
            hits = self._searcher.search(query, limit=limit, count=False).hits
            found = self._searcher.fast_field_values("passage", [address for _, address in hits])
            ids = np.asarray(found, dtype=np.int64)
            scores = np.asarray([score for score, _ in hits], dtype=np.float32)
            kept = keep(ids) if keep is not None else np.ones(len(ids), np.bool_)
            good = scores[kept]
            if len(hits) < limit or (len(good) > depth and scores[-1] < good[depth - 1]):
                cut = good[depth - 1] if len(good) >= depth else -np.inf
                return [(int(i), float(s)) for i, s in zip(ids[kept], good, strict=True) if s >= cut]
            limit *= 4
