"""The product: a query in, ranked passages with checked citations out.

The command line, HTTP, agents and the eval suite all call ``Searcher.search`` and nothing beside it. ``ranking`` says
which passage comes where, ``query`` what a person meant, ``citation`` what leaves. Options, results and the search are
one file because they are one interface.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Literal, get_args

import numpy as np

from indexer.dense import Floats
from indexer.embed import Embedder
from indexer.errors import BadQuery, UnknownArticle
from indexer.filters import Filter
from indexer.readable import ReadableArchive
from indexer.snapshot import Scope, Snapshot
from indexer.stored import ArticleLine, StoredArticle
from service.candidates import Leg, Recipe
from service.citation import Citation, check, cite_span
from service.copies import Copies
from service.cursor import cursor_at, fingerprint_of, offset_of
from service.fusion import Fusion
from service.highlight import highlights_of
from service.locator import Locator
from service.query import ParsedQuery, parse_query
from service.ranking import Ranked, Ranking, one_per_article
from service.reader.reading import Reader, Reading
from service.rerank import reading_of, reranked
from service.stopwatch import OF_SEARCH, Stopwatch

Mode = Literal["hybrid", "dense", "lexical"]
Group = Literal["passage", "article"]
MOST_AT_ONCE = 1_000
"""Results a page. More are reached page by page."""
_WORD_STARTS = ("", "▁", "Ġ")  # what a whole word begins with in a vocabulary: WordPiece, SentencePiece, byte-level BPE


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """How to search. The defaults are what every caller gets who says nothing.

    ``weight`` is the dense part of the fused score; ``proximity`` what two neighbouring words of the query that stand
    together count, beside the words themselves; ``feedback`` how far the first candidates of a hybrid search, where
    they agree, move the others towards themselves. All three were chosen on seven sets of questions together.
    ``rerank`` is the reader's part of the score of the first 10, where the searcher has a reader; 0: they are not read.
    A search by meaning or words alone shows how these rank, and is not reranked.

    Raises:
        BadQuery: a value that cannot be.
    """

    k: int = 10
    mode: Mode = "hybrid"
    filter: Filter = field(default_factory=Filter)
    group: Group = "passage"
    cursor: str | None = None
    fusion: Fusion = "convex"
    weight: float = 0.5
    depth: int = 100
    proximity: float = 0.3
    feedback: float = 0.5
    rerank: float = 0.0

    @property
    def reads(self) -> bool:
        """Whether such a search has a use for a reader."""
        return self.rerank > 0 and self.mode == "hybrid"

    def __post_init__(self) -> None:
        if not 1 <= self.k <= MOST_AT_ONCE:
            raise BadQuery(f"k is {self.k:,}; ask for 1 to {MOST_AT_ONCE:,} results at once, and for more page by page")
        for name, value, choices in (
            ("mode", self.mode, get_args(Mode)),
            ("group", self.group, get_args(Group)),
            ("fusion", self.fusion, get_args(Fusion)),
        ):
            if value not in choices:
                raise BadQuery(f"{name} is {value!r}; choose one of {', '.join(choices)}")
        if not 0 <= self.weight <= 1:
            raise BadQuery(f"weight is {self.weight}; it is the dense part, from 0 to 1")
        if not 1 <= self.depth <= 10_000:
            raise BadQuery(f"depth is {self.depth}; choose 1 to 10,000 candidates from each retriever")
        if not 0 <= self.feedback <= 1:
            raise BadQuery(f"feedback is {self.feedback}; the first candidates move the others by 0 (not) to 1")
        if not 0 <= self.rerank <= 1:
            raise BadQuery(f"rerank is {self.rerank}; it is the reader's part of the score, from 0 (none) to 1")
        if not 0 <= self.proximity <= 10:
            raise BadQuery(f"proximity is {self.proximity}; words that stand together count 0 (nothing) to 10 times")


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found: its citation, and why it stands where it does.

    ``highlights`` are spans of the article's canonical text, inside the citation's. ``dense`` is None when only words
    were searched; ``lexical`` when only meaning was, when the passage holds none of the words, and in a hybrid search
    behind the candidates. ``reader`` and ``reading`` are there for a passage that was read, which is up to the first
    10: what its score says, and all of it, with spans of the citation's quote.
    """

    rank: int
    score: float
    dense: Leg | None
    lexical: Leg | None
    citation: Citation
    highlights: tuple[tuple[int, int], ...]
    heading: str | None
    page: int | None
    also_published_by: tuple[ArticleLine, ...]
    reader: Leg | None = None
    reading: Reading | None = None


@dataclass(frozen=True, slots=True)
class Results:
    """One page of a ranking. ``total`` counts all passages (or articles) that can be reached by paging.

    ``phases_ms`` says where ``took_ms`` went: see ``stopwatch``.
    """

    query: str
    mode: Mode
    generation: int
    total: int
    took_ms: float
    hits: tuple[Hit, ...]
    next: str | None
    notes: tuple[str, ...] = ()
    phases_ms: Mapping[str, float] = field(default_factory=dict)


class Searcher:
    """Searches one archive with one model, and reranks with a reader if it has one. Safe to use from several threads.

    Raises:
        ArchiveMismatch: the archive was made with another model.
    """

    def __init__(self, archive: ReadableArchive, embedder: Embedder, reader: Reader | None = None) -> None:
        card = embedder.card
        archive.manifest.require_model(card.name, card.weights_sha256, card.dim, archive.path)
        self.archive = archive
        self.card = card
        self.reader = reader
        self._embedder = embedder

    def within(self, publishers: Iterable[str]) -> Searcher:
        """The searcher of those for whom only these publishers' articles exist, spelt as the articles spell them."""
        return Searcher(self.archive.limited(publishers), self._embedder, self.reader)

    @property
    def embedder(self) -> Embedder:
        """The model that is loaded, for whoever indexes beside the searches."""
        return self._embedder

    def recipe(self, options: SearchOptions) -> Recipe:
        """How this searcher ranks with these options: what it does not rerank has a ``rerank`` of 0."""
        return Recipe(
            options.mode,
            options.fusion,
            options.weight,
            options.depth,
            options.proximity,
            options.feedback,
            options.rerank if self.reader is not None and options.reads else 0.0,
        )

    def search(self, query: str, options: SearchOptions | None = None) -> Results:
        """The passages that answer a query best.

        Ranking is deterministic: ties go by article id, then offset; the first results do not depend on ``k``.

        Raises:
            BadQuery: an empty or oversized query, or a cursor of another query or generation.
        """
        watch = Stopwatch(OF_SEARCH)
        options = options or SearchOptions()
        parsed = parse_query(query, options.filter)
        question = parsed.text  # as it was typed, for those who read; below, words may be respelt for those who count
        snapshot = self.archive.snapshot()
        vector: Floats | None = None
        if options.mode != "lexical":
            with watch.phase("embed"):
                vector = self._embedder.embed_queries([question])[0]
        scope = snapshot.scope(parsed.filter)
        if parsed.phrases or parsed.without:
            with watch.phase("lexical"):
                scope, parsed = _holding(snapshot, scope, parsed)
        if options.mode != "dense" and scope.passages:
            with watch.phase("lexical"):
                parsed = self._respelt(snapshot, parsed)
        recipe = self.recipe(options)
        ranking = iter(Ranking(snapshot, scope, parsed.filter, recipe, parsed.text, vector, watch))
        if self.reader is not None and recipe.rerank > 0:
            ranking = reranked(ranking, recipe.rerank, reading_of(snapshot, self.reader, question, watch))
        return self._page(snapshot, scope, parsed, ranking, options, query, watch)

    def _respelt(self, snapshot: Snapshot, parsed: ParsedQuery) -> ParsedQuery:
        """The query with the words that were meant in place of misspelt ones, each named in a note.

        The model's vocabulary says which words are none: it has the common ones of its language, and no slips.
        """
        tokenizer = self._embedder.tokenizer

        def known(word: str) -> bool:
            forms = (mark + form for mark in _WORD_STARTS for form in (word.lower(), word))
            return any(tokenizer.token_to_id(form) is not None for form in forms)

        text, replaced = snapshot.respelt(parsed.text, known)
        notes = (f'no passage holds "{word}"; searched as "{stem}"' for word, stem in replaced)
        return replace(parsed, text=text, notes=(*parsed.notes, *notes))

    def likeness(self, query: str, texts: Sequence[str]) -> Floats:
        """The cosine of the query to each text, (n,); a text longer than the model reads counts by its beginning."""
        if not texts:
            return np.zeros(0, np.float32)
        cosines: Floats = self._embedder.embed_queries(texts) @ self._embedder.embed_queries([query])[0]
        return cosines

    def similar(self, locator: Locator, options: SearchOptions | None = None) -> Results:
        """The passages of other articles nearest to a passage, or to an article as a whole.

        The query is the mean of the embeddings of the passages meant; the article itself is left out.

        Raises:
            UnknownArticle: the archive does not hold the article, or no passage lies in the span.
        """
        watch = Stopwatch(OF_SEARCH)
        options = replace(options or SearchOptions(), mode="dense")
        snapshot = self.archive.snapshot()
        rows = snapshot.passages_of(locator.article_id)
        if locator.start is not None and locator.end is not None:
            rows = [row for row in rows if row.start < locator.end and locator.start < row.end]
        if not rows:
            raise UnknownArticle(
                f"{locator.text} holds no searched text. See the article: pressmark show {locator.article_id}"
            )
        mean = snapshot.vectors_of([row.id for row in rows]).mean(axis=0)
        vector = (mean / np.linalg.norm(mean)).astype(np.float32)
        scope = snapshot.without_copies(snapshot.scope(options.filter), rows[0].content_id)
        parsed = ParsedQuery("", filter=options.filter)
        ranking = iter(Ranking(snapshot, scope, parsed.filter, self.recipe(options), "", vector, watch))
        return self._page(snapshot, scope, parsed, ranking, options, f"similar:{locator.text}", watch)

    def _page(
        self,
        snapshot: Snapshot,
        scope: Scope,
        parsed: ParsedQuery,
        ranking: Iterator[Ranked],
        options: SearchOptions,
        query: str,
        watch: Stopwatch,
    ) -> Results:
        settled = replace(options, k=1, cursor=None, rerank=self.recipe(options).rerank)
        fingerprint = fingerprint_of(query, settled)
        first = offset_of(options.cursor, fingerprint, snapshot.generation)
        with watch.phase("fuse"):
            if options.group == "article":
                ranking = one_per_article(ranking)
            shown = list(islice(ranking, first, first + options.k))
        total = self._total(snapshot, scope, parsed, options, watch)
        after = first + len(shown)
        with watch.phase("cite"):
            hits = tuple(_hits(snapshot, shown, first, parsed.text))
        return Results(
            query=query,
            mode=options.mode,
            generation=snapshot.generation,
            total=total,
            hits=hits,
            next=cursor_at(fingerprint, snapshot.generation, after) if shown and after < total else None,
            notes=parsed.notes,
            took_ms=watch.took_ms(),
            phases_ms=watch.phases_ms(),
        )

    @staticmethod
    def _total(snapshot: Snapshot, scope: Scope, parsed: ParsedQuery, options: SearchOptions, watch: Stopwatch) -> int:
        if options.mode == "lexical":
            with watch.phase("lexical"):
                scope = snapshot.saying_any(scope, parsed.text)
        return snapshot.contents_in(scope) if options.group == "article" else scope.passages


def _holding(snapshot: Snapshot, scope: Scope, parsed: ParsedQuery) -> tuple[Scope, ParsedQuery]:
    """The scope that phrases and exclusions leave.

    A question may quote what stands nowhere, misspelt or from memory: its other words still ask for something, so the
    phrases then count as words, and a note says it. A search for a phrase alone finds nothing; neither does a question
    whose phrases stand only where it excludes them.
    """
    quoting = snapshot.holding(scope, parsed.phrases, ())
    if parsed.asks and not quoting.passages:
        quoting, parsed = scope, replace(parsed, notes=(*parsed.notes, _searched_as_words(parsed)))
    return snapshot.holding(quoting, (), parsed.without), parsed


def _searched_as_words(parsed: ParsedQuery) -> str:
    quoted = " and ".join(f'"{phrase}"' for phrase in parsed.phrases)
    return f"no passage{' that the filter leaves' if parsed.filter else ''} holds {quoted}; searched as words"


def _hits(snapshot: Snapshot, ranking: list[Ranked], first: int, text: str) -> Iterator[Hit]:
    articles: dict[str, StoredArticle] = {}
    copies = Copies(snapshot, ranking)
    for rank, ranked in enumerate(ranking, first + 1):
        passage, carrier = ranked.passage, ranked.articles[0]
        if carrier.id not in articles:
            articles[carrier.id] = snapshot.article(carrier.id)
        article = articles[carrier.id]
        citation = cite_span(article, article.text, passage.start, passage.end)
        check(citation, article.text)
        yield Hit(
            rank=rank,
            score=float(ranked.score),
            dense=ranked.dense,
            lexical=ranked.lexical,
            citation=citation,
            highlights=tuple(highlights_of(text, citation.quote, passage.start)),
            heading=passage.heading,
            page=passage.page,
            also_published_by=tuple(copies.publishing(passage.content_id, citation.quote, carrier.id)),
            reader=ranked.reader,
            reading=ranked.reading,
        )


__all__ = ["Group", "Hit", "Mode", "Results", "SearchOptions", "Searcher"]
