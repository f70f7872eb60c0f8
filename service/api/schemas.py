"""Bodies and responses as pydantic models: what comes in is checked by them, what goes out is described by them.

The dictionaries that leave are made by ``shapes``, ``status`` and ``verify``, for HTTP and the command line alike; a
test holds every one of them against its model here, so that the description cannot drift. Longer than most modules
because it holds every shape of the interface and nothing else.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, field_validator

from indexer.filters import Filter
from indexer.records import BlockKind, PartialDate, Precision
from service.answer.records import AskOptions
from service.answer.records import Kind as AnswerKind
from service.cite import Style
from service.facets import MOST_VALUES, Candidates, FacetOptions
from service.query import LONGEST
from service.rerank import WEIGHT
from service.search import MOST_AT_ONCE, Group, Mode, SearchOptions
from service.verify import Status as VerdictStatus

Name = Annotated[str, Field(max_length=1_000)]
Address = Annotated[str, Field(max_length=20_000)]
SpanAddress = Annotated[Address, Field(json_schema_extra={"pattern": "#[0-9]{1,15}-[0-9]{1,15}$"})]
Span = Annotated[list[int], Field(min_length=2, max_length=2, description="[start, end], in Unicode code points.")]
Offset = Annotated[int, Field(ge=0, lt=10**15)]
Names = Annotated[list[Name], Field(max_length=100)]
_A_DAY = {"pattern": "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"}  # for readers: whether the calendar has it, the core knows
After = Annotated[str, Field(max_length=20, examples=["2015", "2015-10", "2015-10-02"], json_schema_extra=_A_DAY)]
Before = Annotated[str, Field(max_length=20, examples=["2016", "2016-10", "2016-10-02"], json_schema_extra=_A_DAY)]
K = Annotated[int, Field(ge=1, le=MOST_AT_ONCE, description="How many results.")]
Cursor = Annotated[str | None, Field(max_length=500, description="`next` of the page before: the page after it.")]


class Shape(BaseModel):
    """A JSON object without unknown keys."""

    model_config = ConfigDict(extra="forbid")


# --- what comes in ----------------------------------------------------------------------------------------------------


class NoParameters(Shape):
    """An address that takes none."""


class Limits(Shape):
    """Conditions that an article must all meet; within one, any of the values will do."""

    publisher: Names = Field([], description="Only these publishers.")
    author: Names = Field([], description="Only these authors.")
    language: Names = Field([], description="Only these languages, e.g. `en`.")
    article: Annotated[list[Address], Field(max_length=100)] = Field([], description="Only these articles, by id.")
    after: After | None = Field(None, description="On or after this day, month or year.")
    before: Before | None = Field(None, description="Before this day, month or year, exclusive.")

    @field_validator("k", "passages", "nearest", "limit", "best", mode="before", check_fields=False)
    @classmethod
    def _whole(cls, value: object) -> object:
        """JSON has one kind of number: 10.0 is 10, and some languages write the first for the second."""
        return int(value) if isinstance(value, float) and value.is_integer() else value

    def filter(self) -> Filter:
        return Filter(
            publishers=tuple(self.publisher),
            authors=tuple(self.author),
            languages=tuple(self.language),
            articles=tuple(self.article),
            after=PartialDate.parse(self.after) if self.after is not None else None,
            before=PartialDate.parse(self.before) if self.before is not None else None,
        )


class SearchBody(Limits):
    model_config = ConfigDict(
        strict=True, json_schema_extra={"examples": [{"query": "the opening of the bridge", "k": 5}]}
    )

    query: str = Field(
        description=(
            'Words; `"exact phrase"`, `-word`, `publisher:X`, `after:2015` work too. Beside other words, a phrase that '
            "stands nowhere is searched as words, and `notes` says so."
        ),
        max_length=LONGEST,
        examples=["the opening of the bridge"],
    )
    k: K = 10
    mode: Mode = Field("hybrid", description="`dense` ranks by meaning, `lexical` by words, `hybrid` by both.")
    group: Group = Field("passage", description="`article`: the best passage of each article.")
    cursor: Cursor = None
    explain: bool = Field(
        False, description="Give each retriever's rank, raw and normalised score, and where the time went."
    )
    rerank: bool = Field(
        False, description="Let the reader, which looks for answers, reorder the first ten of a hybrid search."
    )

    def options(self) -> SearchOptions:
        options = SearchOptions(self.k, self.mode, self.filter(), self.group, self.cursor)
        return replace(options, rerank=WEIGHT) if self.rerank else options


class SearchParameters(SearchBody):
    model_config = ConfigDict(strict=False)

    query: str = Field(
        validation_alias=AliasChoices("query", "q"),
        description="As in the body of `POST /v1/search`. `q` for short.",
        max_length=LONGEST,
        examples=["the opening of the bridge"],
    )


class AskBody(Limits):
    model_config = ConfigDict(strict=True, json_schema_extra={"examples": [{"question": "When did the bridge open?"}]})

    question: str = Field(
        description="A question, or words to search for; what `search` takes in its query works here too.",
        max_length=LONGEST,
        examples=["When did the bridge open?"],
    )
    passages: int = Field(10, ge=1, le=100, description="How many of the best passages are read.")
    nearest: int = Field(3, ge=0, le=100, description="How many passages are shown when none answers.")
    rerank: bool = Field(True, description="Whether the reader also decides which passages are the best.")
    llm: bool = Field(
        False,
        description=(
            "Let the language model that the server was started with write the answer. Only sentences that a cited "
            "passage bears out are kept."
        ),
    )
    explain: bool = Field(False, description="Say where the time went.")

    def options(self) -> AskOptions:
        return AskOptions(self.filter(), self.passages, self.nearest, self.rerank)

    def searching(self) -> SearchOptions:
        """The search that is quick to show something."""
        return SearchOptions(self.passages, filter=self.filter())


class AskParameters(AskBody):
    model_config = ConfigDict(strict=False)

    question: str = Field(
        validation_alias=AliasChoices("question", "q"),
        description="As in the body of `POST /v1/ask`. `q` for short.",
        max_length=LONGEST,
        examples=["When did the bridge open?"],
    )


class SimilarBody(Limits):
    model_config = ConfigDict(
        strict=True, json_schema_extra={"examples": [{"locator": "example.org/bridge#0-26", "k": 5}]}
    )

    locator: Address = Field(
        description="`ID` of an article, or `ID#START-END` of a passage.", examples=["example.org/bridge#0-26"]
    )
    k: K = 10
    group: Group = Field("article", description="`article`: the best passage of each article.")
    cursor: Cursor = None
    explain: bool = Field(False, description="Give the rank, raw and normalised score, and where the time went.")

    def options(self) -> SearchOptions:
        return SearchOptions(self.k, "dense", self.filter(), self.group, self.cursor)


class SimilarParameters(SimilarBody):
    model_config = ConfigDict(strict=False)


class FacetBody(Limits):
    model_config = ConfigDict(strict=True, json_schema_extra={"examples": [{"query": "the opening of the bridge"}]})

    query: str | None = Field(
        None,
        description="As in `search`. Without one, all articles that the filter leaves are counted.",
        max_length=LONGEST,
        examples=["the opening of the bridge"],
    )
    limit: int = Field(
        50, ge=1, le=MOST_VALUES, description="How many publishers, authors and languages. Times are complete."
    )
    best: int = Field(
        200, ge=1, le=MOST_AT_ONCE, description="Of a query, count the articles of so many of the first results."
    )

    def options(self) -> FacetOptions:
        return FacetOptions(self.filter(), self.limit, self.best)


class FacetParameters(FacetBody):
    model_config = ConfigDict(strict=False)

    query: str | None = Field(
        None,
        validation_alias=AliasChoices("query", "q"),
        description="As in the body of `POST /v1/facets`. `q` for short.",
        max_length=LONGEST,
        examples=["the opening of the bridge"],
    )


class ListParameters(Limits):
    limit: int = Field(100, ge=1, le=MOST_AT_ONCE, description="How many articles.")
    cursor: Annotated[str | None, Field(max_length=60_000)] = Field(None, description="`next` of the page before.")


class SpanParameters(Shape):
    start: Offset | None = Field(None, description="Where a span starts, in code points; `end` is given as well.")
    end: Offset | None = Field(None, description="Where the span ends.")


class CiteBody(Shape):
    model_config = ConfigDict(
        strict=True, json_schema_extra={"examples": [{"locator": ["example.org/bridge#0-26"], "style": "bibtex"}]}
    )

    locator: Annotated[list[SpanAddress], Field(min_length=1, max_length=MOST_AT_ONCE)] = Field(
        description="`ID#START-END`. Several make one document.", examples=[["example.org/bridge#0-26"]]
    )
    style: Style = Field("markdown", description="How the reference is written.")


class CiteParameters(CiteBody):
    model_config = ConfigDict(strict=False)


# --- what goes out ----------------------------------------------------------------------------------------------------


class Citation(Shape):
    """`text[start:end] == quote` in the edition named, offsets being Unicode code points."""

    article_id: str
    edition: str = Field(description="SHA-256 of the article's canonical text in UTF-8.", pattern="^[0-9a-f]{64}$")
    title: str | None
    authors: list[str]
    publisher: str | None
    published: str | None = Field(description="ISO 8601, as exactly as the source states it.")
    url: str | None
    start: int
    end: int
    quote: str
    locator: str


class Scores(Shape):
    """The cosine, and what the words score; null when it was not asked for, or the passage holds none of the words."""

    dense: float | None
    lexical: float | None
    reader: float | None = Field(
        description="Natural log of the odds that the passage answers; null behind the first, which are read."
    )


class Leg(Shape):
    """A retriever's or the reader's rank among the candidates, its own score, and what that counts, from 0 to 1."""

    rank: int
    raw: float
    normalised: float


class Explanation(Shape):
    dense: Leg | None
    lexical: Leg | None
    reader: Leg | None


class ArticleLine(Shape):
    """An article's metadata, without its text."""

    article_id: str
    title: str | None
    authors: list[str]
    publisher: str | None
    published: str | None
    url: str | None
    language: str | None


class Hit(Shape):
    rank: int
    score: float
    scores: Scores
    citation: Citation
    highlights: list[Span] = Field(description="Spans of the article's text, inside the citation's.")
    heading: str | None
    page: int | None
    also_published_by: list[ArticleLine]
    explanation: Explanation | None = Field(None, description="Only when `explain` asked for it.")


class SearchResults(Shape):
    query: str
    mode: Mode
    generation: int
    total: int = Field(description="Passages, or articles, that can be reached by paging.")
    took_ms: float
    hits: list[Hit]
    next: str | None = Field(description="The cursor of the page after; null on the last.")
    notes: list[str] = Field(description="What was searched otherwise than typed: a misspelt word, a quotation.")
    phases_ms: dict[str, float] | None = Field(
        None, description="Where the time went. Only when `explain` asked for it."
    )


class Support(Shape):
    """The words of a citation that answer."""

    locator: str = Field(description="Of the words.")
    words: Span
    quote: str = Field(description="The words, exactly as they stand in the article.")
    confidence: float
    said_by: str | None = Field(description="Whose words the article reports them as; null when its own.")
    also_published_by: list[ArticleLine]


Places = Annotated[list[int], Field(description="Places in `citations`, from 0.")]


class Side(Shape):
    """One of the answers that sources give who disagree."""

    answer: str
    confidence: float
    citations: Places


class WrittenSentence(Shape):
    text: str
    citations: Places


class DroppedSentence(Shape):
    text: str
    why: str


class Written(Shape):
    """What a language model made of the passages: the sentences that hold, and those that nothing cited bears out."""

    model: str
    sentences: list[WrittenSentence]
    dropped: list[DroppedSentence]


class Answer(Shape):
    """An answer whose every word is cited; or none (`abstained`), why, and the nearest passages, shown as such."""

    question: str
    answer: str | None
    abstained: bool
    reason: str | None = Field(description="Why there is no answer.")
    confidence: float = Field(description="The estimated probability that the answer, or the best there was, is right.")
    citations: list[Citation] = Field(description="The sentences that answer.")
    nearest: list[Hit] = Field(description="No support: the nearest passages where there is no answer.")
    kind: AnswerKind
    items: list[str] = Field(description="The parts of an answer that is a list.")
    support: list[Support] = Field(description="Of each citation, in the same order, the words that answer.")
    sides: list[Side] = Field(description="The answers of sources who disagree.")
    written: Written | None
    notes: list[str]
    generation: int
    took_ms: float
    phases_ms: dict[str, float] | None = Field(
        None, description="Where the time went. Only when `explain` asked for it."
    )


class ArticleList(Shape):
    generation: int
    total: int = Field(description="Articles that meet the conditions, on all pages.")
    articles: list[ArticleLine]
    next: str | None = Field(description="The cursor of the page after; null on the last.")


class CandidateSet(Shape):
    """Which articles are counted."""

    articles: int
    candidates: Candidates = Field(
        description=(
            "`all`: every article that the filter leaves, or that has a passage that holds every phrase of a query "
            "that is of phrases alone. `best`: the articles of the first `limit` results of `search` with "
            "`group=article`, those named in `also_published_by` included, as far as the filter leaves them."
        )
    )
    limit: int | None


class FacetCount(Shape):
    value: str
    count: int = Field(description="Articles, a copy being one of its own.")


Counts = Annotated[list[FacetCount], Field(description="Most first, then by value; an article counts for each author.")]


class LeftOut(Shape):
    values: int
    articles: int = Field(description="Those that state one of these values.")


class OfNames(Shape):
    """How many articles state none."""

    publishers: int
    authors: int
    languages: int


class Others(Shape):
    """What `limit` left out."""

    publishers: LeftOut
    authors: LeftOut
    languages: LeftOut


class FacetResults(Shape):
    """Exact counts of one set of articles, the same whatever page of them is shown."""

    query: str | None
    generation: int
    of: CandidateSet
    publishers: Counts
    authors: Counts
    languages: Counts
    years: list[FacetCount] = Field(description="In order of time, complete.")
    months: list[FacetCount] = Field(description="Alike; an article that is dated to a year only is in none.")
    undated: int
    unstated: OfNames
    other: Others
    notes: list[str] = Field(description="What was searched otherwise than typed.")


class Original(Shape):
    """Where and when the article first appeared, when what was read is a republication."""

    publisher: str | None
    published: str | None
    url: str | None


class Block(Shape):
    start: int
    end: int
    kind: BlockKind
    level: int
    page: int | None


class Article(Shape):
    """An article with its canonical text; the last four keys are there when a span was asked for."""

    article_id: str
    edition: str
    title: str | None
    authors: list[str]
    publisher: str | None
    published: str | None
    published_precision: Precision | None
    url: str | None
    language: str | None
    original: Original | None
    provenance: dict[str, str] = Field(description="Where each metadata field came from.")
    blocks: list[Block]
    text: str
    start: int | None = None
    end: int | None = None
    quote: str | None = None
    locator: str | None = None


class Change(Shape):
    removed: str
    removed_at: Span
    added: str
    added_at: Span


class AnswerWords(Shape):
    """What became of the words that an exported answer gave out of its citation."""

    quote: str
    words: Span
    stands: bool = Field(description="Whether they are still there, as far as is known.")
    found: Span | None = Field(description="Where they stand now.")
    changes: list[Change] = Field(description="Those of the citation's that touch them.")


class Verdict(Shape):
    """What became of a citation: `exact`, `unchanged` and `moved` are verified."""

    status: VerdictStatus
    verified: bool
    message: str
    found: Span | None
    locator: str | None
    changes: list[Change]
    citation: Citation
    words: list[AnswerWords] | None = Field(None, description="Only of what an exported answer cites.")


class Verdicts(Shape):
    verdicts: list[Verdict]


class Model(Shape):
    """``runtime`` computes embeddings here; ``agreement`` is its lowest cosine measured to the reference."""

    name: str
    weights_sha256: str
    dim: int
    runtime: str | None
    agreement: float | None


class PassageSize(Shape):
    """In the model's tokens."""

    size: int
    overlap: int
    limit: int


class DenseStatus(Shape):
    kind: str
    recall_at_10: float
    saved_at_generation: int
    rows_since: int


class LexicalStatus(Shape):
    kind: str
    k1: float
    b: float


Count = Annotated[tuple[str | None, int], Field(description="[name, articles]; null is none stated.")]


class ArchiveStatus(Shape):
    archive: str
    generation: int
    articles: int
    editions: int
    passages: int
    linked_copies: int
    covered_passages: int
    withheld: int
    bytes: int | None
    model: Model
    passage: PassageSize
    dense: DenseStatus | None = Field(description="Null for a key to which only some publishers' articles exist.")
    lexical: LexicalStatus
    sources: list[str]
    publishers: list[Count]
    languages: list[Count]


class Health(Shape):
    status: Literal["ok"]


class Misfit(Shape):
    """One parameter, or one place in the body, that does not fit."""

    parameter: str | None = None
    pointer: str | None = Field(None, description="JSON Pointer into the body, as a URI fragment.")
    detail: str


class Problem(Shape):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str | None = Field(None, description="As in `X-Request-Id`, and in the server's log.")
    errors: list[Misfit] | None = None
