"""Passages by their words (BM25): the only module that imports tantivy.

The index holds passage numbers and words; texts, filters and truth are elsewhere (``archive.sqlite``), and the whole
folder can be deleted and is then built again. Queries are built from terms, never parsed from text, so that nothing
that a person types is a syntax error.

Words are runs of letters and digits, stemmed as English. So Chinese, Japanese and Thai, written without spaces, are
found by whole runs between punctuation only (and by meaning, if the model knows the language); runs of more than 60
bytes are not kept at all.

It is longer than most modules because everything that touches tantivy is in it.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import struct
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import tantivy

from indexer.emptywords import EMPTY_WORDS
from indexer.errors import ArchiveDamaged, ArchiveFull
from indexer.spelling import nearest

FIELDS = {"body": 1.0, "title": 0.3, "heading": 0.2}
"""What a word's score in each field counts. ``body`` holds the title as well."""
LAYOUT = f"2 {' '.join(FIELDS)}"
"""What an index holds and how its words were cut. One of another layout is not read; it is built again."""
NEAR = 6
"""How far apart two words count as near: the moves that bring them side by side in the query's order (changing places
costs two)."""
_MOST_PAIRS = 64
"""Of each sort; a query has a dozen, and ten thousand characters of text are no reason to take seconds."""
_HEAP_BYTES = 128_000_000
_MOST_RESPELT = 8  # a text in another language has none of its words here, and is not gone through word by word
_POINTER = "current.json"
_FOOTER_MAGIC = 1337

_Arm = tuple[tantivy.Occur, tantivy.Query]
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
    whole = text.encode(errors="replace").decode()  # half a character has no words, and is no error
    return [Word(t.text, t.char_offset_from, t.char_offset_to) for t in _analyzer().pre_tokenize(whole).tokens]


def idf(count: int, rows: int) -> float:
    """What a word that ``count`` of ``rows`` passages hold says of one that does.

    Source: the inverse document frequency of BM25 as Lucene and tantivy have it, never below 0.
    """
    return math.log(1 + (rows - count + 0.5) / (count + 0.5))


def telling_words(text: str) -> list[str]:
    """The stems of a text in order without those that mean nothing alone; all of them where no other is left.

    >>> telling_words("Which of the ports?"), telling_words("To be or not to be")
    (['port'], ['to', 'be', 'or', 'not', 'to', 'be'])
    """
    stems = [word.stem for word in words_of(text)]
    return [stem for stem in stems if stem not in _empty_stems()] or stems


@lru_cache(maxsize=1)
def _empty_stems() -> frozenset[str]:
    return frozenset(word.stem for word in words_of(EMPTY_WORDS))


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("passage", indexed=True, fast=True)
    builder.add_unsigned_field("content", indexed=True, fast=True)
    for name in FIELDS:
        builder.add_text_field(name, tokenizer_name="words", index_option="position")
    return builder.build()


def _open(folder: Path) -> tantivy.Index:
    with _reading(folder):
        index = tantivy.Index(_schema(), path=str(folder), reuse=True)
    index.register_tokenizer("words", _analyzer())
    return index


def _unreadable(folder: Path, error: BaseException) -> ArchiveDamaged:
    return ArchiveDamaged(
        f"the lexical index in {folder} cannot be read: {error}. Build it again from the articles: "
        "pressmark doctor --repair"
    )


def lexical_generation(directory: Path) -> int | None:
    """The archive generation that the index on disk reflects; None when there is none of this layout."""
    pointer = _pointer(directory)
    return pointer.generation if pointer else None


@dataclass(frozen=True, slots=True)
class _Pointer:
    """Which folder holds the index, and what it must hold."""

    generation: int
    folder: str
    rows: int
    layout: str = LAYOUT


def _pointer(directory: Path) -> _Pointer | None:
    try:
        pointer = _Pointer(**json.loads((directory / _POINTER).read_text()))
    except (FileNotFoundError, NotADirectoryError, ValueError, TypeError):
        return None
    return pointer if pointer.layout == LAYOUT and (directory / pointer.folder).is_dir() else None


def _rows_ever(folder: Path) -> int:
    """How many passages an index counts: with those that are removed and not yet merged away."""
    with _reading(folder):
        segments = json.loads((folder / "meta.json").read_text())["segments"]
        return sum(int(segment["max_doc"]) for segment in segments)


@contextmanager
def _reading(place: Path) -> Iterator[None]:
    """Turn what a damaged index makes of a search into an error; tantivy panics, which is no ``Exception``."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise _unreadable(place, error) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise _unreadable(place, error) from error


def damaged_files(directory: Path) -> list[str]:
    """The files of the index whose bytes are not those that were written, by the checksum at the end of each."""
    pointer = _pointer(directory)
    if pointer is None:
        return [_POINTER]
    folder = directory / pointer.folder
    try:
        segments = json.loads((folder / "meta.json").read_text())["segments"]
        live = {str(segment["segment_id"]).replace("-", "") for segment in segments}
    except (OSError, ValueError, KeyError, TypeError):
        return ["meta.json"]
    # Others are what a writer that died was writing, and the next one collects.
    files = [file for file in folder.iterdir() if file.name.partition(".")[0] in live]
    return sorted(file.name for file in files if not _is_whole(file))


def _is_whole(file: Path) -> bool:
    content = file.read_bytes()
    try:
        length, magic = struct.unpack("<II", content[-8:])
        footer = json.loads(content[-8 - length : -8])
        return magic == _FOOTER_MAGIC and bool(footer["crc"] == zlib.crc32(content[: -8 - length]))
    except (struct.error, ValueError, KeyError, TypeError):
        return False


class LexicalWriter:
    """The one writer of a lexical index. What is staged shows only when ``publish`` returns.

    The index is a folder of its own that a small file points to, so that one that is built anew takes the place of
    the old one in one step.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(exist_ok=True)
        pointer = _pointer(directory)
        self._folder = directory / pointer.folder if pointer else self._new_folder()
        self._writer: tantivy.IndexWriter | None = None

    def _new_folder(self) -> Path:
        folder = self._directory / f"words-{time.time_ns()}"
        folder.mkdir()
        return folder

    def _staging(self) -> tantivy.IndexWriter:
        if self._writer is None:
            # One thread: document order within a segment, and so that of equal scores, is then the order of adding.
            try:
                self._writer = _open(self._folder).writer(_HEAP_BYTES, num_threads=1)
            except ValueError as error:
                raise _write_failure(self._folder, error) from error
        return self._writer

    def stage(self, added: Iterable[LexicalRow], removed: Iterable[int], *, again: bool = False) -> None:
        """Take rows in and out. ``again``: some of those added may be there already, and are replaced."""
        writer = self._staging()
        rows = list(added) if again else added
        gone = [*removed, *(row.passage_id for row in rows)] if again else list(removed)
        try:
            if gone:
                # By a query: a term made from a Python integer is a signed one, and matches nothing in this field.
                writer.delete_documents_by_query(tantivy.Query.term_set_query(_schema(), "passage", gone))
            for row in rows:
                writer.add_document(_document(row))
        except (ValueError, OSError) as error:
            raise _write_failure(self._folder, error) from error

    def publish(self, generation: int) -> None:
        """Commit what is staged as the state of this generation, with all merges done.

        A merge drops what was deleted from the statistics that scores are made of: were it to end later, the same
        generation would score in two ways.

        Raises:
            ArchiveFull: the disk is full; the index stays at its last generation.
        """
        try:
            writer = self._staging()
            writer.commit()
            self._writer = None
            writer.wait_merging_threads()
            rows = int(_open(self._folder).searcher().num_docs)
            fresh = self._directory / f"{_POINTER}.new"
            fresh.write_text(json.dumps(asdict(_Pointer(generation, self._folder.name, rows))))
            os.replace(fresh, self._directory / _POINTER)
        except (ValueError, OSError) as error:
            raise _write_failure(self._folder, error) from error
        for other in self._directory.iterdir():
            if other.name not in {_POINTER, self._folder.name}:
                shutil.rmtree(other) if other.is_dir() else other.unlink()

    def start_over(self) -> None:
        """Stage into an index with nothing in it. Readers keep the old one until ``publish``."""
        self.discard()
        self._folder = self._new_folder()

    def discard(self) -> None:
        """Forget what is staged."""
        if self._writer is not None:
            writer, self._writer = self._writer, None
            try:
                writer.rollback()
                writer.wait_merging_threads()
            except ValueError:
                return  # its thread died of what it could not write; it holds nothing any more


def _document(row: LexicalRow) -> tantivy.Document:
    document = tantivy.Document()
    document.add_unsigned("passage", row.passage_id)
    document.add_unsigned("content", row.content_id)
    document.add_text("body", f"{row.title}\n{row.body}")
    document.add_text("title", row.title)
    document.add_text("heading", row.heading)
    return document


def _write_failure(folder: Path, error: Exception) -> ArchiveFull | ArchiveDamaged:
    text = str(error)
    # A thread that could not write is only said to be gone, or its writer to be killed: by far most often for want
    # of room, and what is lost is derived.
    if any(sign in text for sign in ("No space left", "StorageFull", "File too large", "killed", "channel")):
        return ArchiveFull(
            f"no room left on the disk for {folder}: {error}. The articles are intact. Free some room and run the "
            "command again"
        )
    return ArchiveDamaged(
        f"the lexical index in {folder} cannot be written: {error}. Build it again: pressmark doctor --repair"
    )


class LexicalIndex:
    """One committed state of a lexical index, unchanged whatever a writer does."""

    def __init__(self, directory: Path) -> None:
        pointer = _pointer(directory)
        if pointer is None:
            raise _unreadable(directory, FileNotFoundError(f"no {_POINTER} of layout {LAYOUT!r}"))
        self._place = directory / pointer.folder
        index = _open(self._place)
        with _reading(self._place):
            index.config_reader("manual")
            index.reload()
        self._schema = index.schema
        self._searcher = index.searcher()
        self._terms: dict[str, list[tuple[str, int]]] = {}
        self.rows = int(self._searcher.num_docs)
        self._rows_ever = _rows_ever(self._place)
        if self.rows != pointer.rows:
            raise _unreadable(self._place, ValueError(f"it holds {self.rows} passages and should {pointer.rows}"))

    def search(
        self,
        text: str,
        depth: int,
        *,
        keep: Keep | None = None,
        contents: Sequence[int] | None = None,
    ) -> list[tuple[int, float]]:
        """Passage ids and BM25 scores of the best passages for the telling words of ``text``, best first.

        At least ``depth`` where as many match, and all that tie with the last. ``contents`` limits the search to
        those contents' passages (a term set: cheap while it is some thousands); ``keep`` tells for passage ids which
        are allowed, and the search goes deeper until enough are.

        Source: BM25 as in Robertson and Zaragoza (2009), k1 = 1.2, b = 0.75, summed over fields by ``FIELDS``.
        """
        arms = self._word_arms(text)
        if not arms or depth <= 0:
            return []
        query = tantivy.Query.boolean_query(arms)
        if contents is not None:
            inside = tantivy.Query.const_score_query(
                tantivy.Query.term_set_query(self._schema, "content", list(contents)), 0.0
            )
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, inside)])
        return self._best(query, depth, keep)

    def score(self, text: str, passage_ids: Sequence[int], *, proximity: float) -> dict[int, float]:
        """The score of each of these passages, however it was found; 0.0 when it holds none of the words.

        It is the BM25 of ``search``, and ``proximity`` times that of each pair of words that are neighbours in
        ``text``: side by side and in order, unless both are empty, and telling words no further than ``NEAR`` apart.
        So it is never lower than ``search`` says, and does not depend on what else is scored.

        Source: the sequential dependence model of Metzler and Croft (2005), with BM25 for its potentials. As tantivy
        has it, a pair is as rare as its words are together.
        """
        scores = dict.fromkeys(passage_ids, 0.0)
        arms = self._word_arms(text)
        if not arms or not scores:
            return scores
        if proximity > 0:
            # Two empty words stand together in most passages: to count them says little and takes the most time.
            beside = (pair for pair in pairwise(word.stem for word in words_of(text)) if not _empty_stems() >= {*pair})
            arms += self._pair_arms(beside, 0, proximity)
            arms += self._pair_arms(pairwise(telling_words(text)), NEAR, proximity)
        inside = tantivy.Query.const_score_query(
            tantivy.Query.term_set_query(self._schema, "passage", list(scores)), 0.0
        )
        ids, found = self._hits(tantivy.Query.boolean_query([(tantivy.Occur.Must, inside), *arms]), len(scores))
        return scores | dict(zip(ids.tolist(), found.tolist(), strict=True))

    def respelt(self, text: str, known: Callable[[str], bool]) -> list[tuple[Word, str]]:
        """The misspelt words of ``text``, each with the stem that was meant: a telling word that no passage holds.

        ``known`` tells words that are spelt well, and stand in no passage because nobody wrote of it.
        """
        telling = set(telling_words(text))
        words = (word for word in words_of(text) if word.stem in telling and not known(text[word.start : word.end]))
        unknown = [word for word in words if not self._holds(word.stem)]
        meant = ((word, self._meant(word.stem)) for word in unknown[:_MOST_RESPELT])
        return [(word, stem) for word, stem in meant if stem]

    def _meant(self, stem: str) -> str | None:
        near = self._near(stem)
        return next((term for term in near if [w.stem for w in words_of(term)] == [term] and self._holds(term)), None)

    def _near(self, stem: str) -> list[str]:
        with _reading(self._place):
            return nearest(stem, self._beginning)

    def _holds(self, stem: str) -> bool:
        """Whether a passage holds a word; one of removed passages alone stays among the terms until they are merged."""
        return len(self._hits(tantivy.Query.term_query(self._schema, "body", stem, "freq"), 1)[0]) > 0

    def _beginning(self, letters: str) -> list[tuple[str, int]]:
        if letters not in self._terms:
            self._terms[letters] = self._searcher.terms_with_prefix("body", letters)
        return self._terms[letters]

    def worth(self, text: str) -> float:
        """What a passage scores in BM25, about, that holds each telling word of ``text`` once: the sum of their idf.

        Words that no passage holds count as the rarest do.
        """
        with _reading(self._place):
            held = [self._holding("body", stem) for stem in sorted(set(telling_words(text)))]
        return sum(idf(count, self.rows) for count in held)

    def _holding(self, field: str, stem: str) -> int:
        """How many passages hold a word in a field."""
        return int(self._searcher.doc_freq(field, stem))

    def _holding_in(self, field: str, stem: str, contents: Sequence[int]) -> int:
        """How many passages of these contents hold a word in a field."""
        word = tantivy.Query.term_query(self._schema, field, stem, "freq")
        inside = tantivy.Query.term_set_query(self._schema, "content", list(contents))
        both = tantivy.Query.boolean_query([(tantivy.Occur.Must, word), (tantivy.Occur.Must, inside)])
        return len(self._all(both))

    def _with_word(self, field: str, stem: str) -> npt.NDArray[np.int64]:
        """The passages that hold a word in a field, by id ascending."""
        return self._all(tantivy.Query.term_query(self._schema, field, stem, "freq"))

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
        arms = self._word_arms(text)
        return self._all(tantivy.Query.boolean_query(arms)) if arms else np.empty(0, np.int64)

    def _all(self, query: tantivy.Query) -> npt.NDArray[np.int64]:
        return np.sort(self._hits(query, max(1, int(self._searcher.num_docs)))[0])

    def _hits(self, query: tantivy.Query, limit: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
        with _reading(self._place):
            hits = self._searcher.search(query, limit=limit, count=False).hits
            ids = self._searcher.fast_field_values("passage", [address for _, address in hits])
        return np.asarray(ids, dtype=np.int64), np.asarray([score for score, _ in hits], dtype=np.float32)

    def _word_arms(self, text: str) -> list[_Arm]:
        return [
            (
                tantivy.Occur.Should,
                tantivy.Query.boost_query(
                    tantivy.Query.term_query(self._schema, field, stem, "freq"), weight * self._factor(field, stem)
                ),
            )
            for stem in sorted(set(telling_words(text)))  # float sums depend on their order
            for field, weight in FIELDS.items()
        ]

    def _pair_arms(self, neighbours: Iterable[tuple[str, str]], slop: int, weight: float) -> list[_Arm]:
        pairs = dict.fromkeys(pair for pair in neighbours if pair[0] != pair[1])
        return [
            (
                tantivy.Occur.Should,
                tantivy.Query.boost_query(
                    tantivy.Query.phrase_query(self._schema, "body", list(pair), slop=slop),
                    weight * self._factor("body", *pair),
                ),
            )
            for pair in sorted(list(pairs)[:_MOST_PAIRS])
        ]

    def _factor(self, field: str, *stems: str) -> float:
        """What the score of words is multiplied with, because they are rarer or commoner in what is searched."""
        return 1.0

    def _best(self, query: tantivy.Query, depth: int, keep: Keep | None) -> list[tuple[int, float]]:
        limit = depth + 16
        while True:
            ids, scores = self._hits(query, limit)
            kept = keep(ids) if keep is not None else np.ones(len(ids), np.bool_)
            good = scores[kept]
            if len(ids) < limit or (len(good) > depth and scores[-1] < good[depth - 1]):
                cut = good[depth - 1] if len(good) >= depth else -np.inf
                return [(int(i), float(s)) for i, s in zip(ids[kept], good, strict=True) if s >= cut]
            limit *= 4
