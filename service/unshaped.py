"""Records back from the JSON that ``shapes`` makes of them, exactly, or an error.

The models of the interface check keys and types. What one value must be because of others (a locator, the words of a
quote, whose citations a side has) is checked by making the JSON again: had anything been lost or altered, it would
differ. What no JSON holds comes back as None: a hit's ``reading``, and the ``candidate`` of an abstention.
"""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ValidationError

import service.api.schemas as schemas
import service.api.written as written
from indexer.errors import BadRecord
from indexer.records import Article, Block, Original, PartialDate
from indexer.stored import ArticleLine
from service.answer.records import Answer, Dropped, Sentence, Side, Support, Written
from service.candidates import Leg
from service.citation import Citation, citation_from_json
from service.facets import CandidateSet, Count, Facet, Facets
from service.jobs.job import Job, job_of
from service.jobs.oneoff import Placed
from service.search import Hit, Results
from service.shapes import Json, answer_json, facets_json, results_json
from service.verify import AnswerWords, Change, Verdict, Words, verdict_as_json

M = TypeVar("M", bound=BaseModel)


def results_from_json(document: object) -> Results:
    """The results that SEARCH holds; it must have been explained, or the retrievers' ranks are missing.

    Raises:
        BadRecord: it is no such JSON, or contradicts itself.
    """
    found = _read(schemas.SearchResults, document)
    results = Results(
        query=found.query,
        mode=found.mode,
        generation=found.generation,
        total=found.total,
        took_ms=found.took_ms,
        hits=tuple(map(_hit, found.hits)),
        next=found.next,
        notes=tuple(found.notes),
        phases_ms=_explained(found.phases_ms),
    )
    _require_same(results_json(results, explain=True), document)
    return results


def answer_from_json(document: object) -> Answer:
    """The answer that ASK holds; it must have been explained.

    Raises:
        BadRecord: it is no such JSON, or contradicts itself.
    """
    found = _read(schemas.Answer, document)
    if len(found.citations) != len(found.support):
        raise BadRecord(f"an answer with {len(found.citations)} citations and {len(found.support)} supports")
    supports = tuple(map(_support, found.support, found.citations))
    answer = Answer(
        question=found.question,
        kind=found.kind,
        answer=found.answer,
        abstained=found.abstained,
        reason=found.reason,
        confidence=found.confidence,
        supports=supports,
        nearest=tuple(map(_hit, found.nearest)),
        generation=found.generation,
        items=tuple(found.items),
        sides=tuple(_side(side, supports) for side in found.sides),
        written=_written(found.written, len(supports)) if found.written else None,
        notes=tuple(found.notes),
        took_ms=found.took_ms,
        phases_ms=_explained(found.phases_ms),
    )
    _require_same(answer_json(answer, explain=True), document)
    return answer


def facets_from_json(document: object) -> Facets:
    """The counts that FACETS holds.

    Raises:
        BadRecord: it is no such JSON.
    """
    found = _read(schemas.FacetResults, document)
    facets = Facets(
        query=found.query,
        generation=found.generation,
        of=CandidateSet(found.of.articles, found.of.candidates, found.of.limit),
        publishers=_facet(found.publishers, found.other.publishers, found.unstated.publishers),
        authors=_facet(found.authors, found.other.authors, found.unstated.authors),
        languages=_facet(found.languages, found.other.languages, found.unstated.languages),
        years=_counts(found.years),
        months=_counts(found.months),
        undated=found.undated,
        notes=tuple(found.notes),
    )
    _require_same(facets_json(facets), document)
    return facets


def article_from_json(document: object) -> Article:
    """The article that SHOW holds. A span shown with it is left out.

    Raises:
        BadRecord: it is no such JSON, or its text is not that of its edition.
    """
    found = _read(schemas.Article, document)
    original = found.original
    article = Article(
        found.article_id,
        found.text,
        tuple(Block(block.start, block.end, block.kind, block.level, block.page) for block in found.blocks),
        title=found.title,
        authors=tuple(found.authors),
        publisher=found.publisher,
        published=_date(found.published),
        url=found.url,
        language=found.language,
        original=Original(original.publisher, _date(original.published), original.url) if original else None,
        provenance=found.provenance,
    )
    if article.edition != found.edition:
        raise BadRecord(f"the text of {found.article_id!r} is not that of the edition {found.edition[:12]} it names")
    return article


def verdicts_from_json(document: object) -> list[Verdict]:
    """The verdicts that VERIFY holds.

    Raises:
        BadRecord: it is no such JSON, or contradicts itself.
    """
    verdicts = [_verdict(verdict) for verdict in _read(schemas.Verdicts, document).verdicts]
    _require_same({"verdicts": [verdict_as_json(verdict) for verdict in verdicts]}, document)
    return verdicts


def status_from_json(document: object) -> Json:
    """STATUS as it is: it has no record but this.

    Raises:
        BadRecord: it is no such JSON.
    """
    # Its pairs of a name and a count are tuples to the model, and JSON has lists.
    return _read(schemas.ArchiveStatus, document, strict=False).model_dump(mode="json")


def job_from_json(document: object) -> Job:
    """The job that JOB holds.

    Raises:
        BadRecord: it is no such JSON.
    """
    return job_of(_read(written.Job, document).model_dump())


def placed_from_json(document: object) -> Placed:
    """The article that was put in its place.

    Raises:
        BadRecord: it is no such JSON.
    """
    return Placed(**_read(written.ArticleWritten, document).model_dump())


def _read(model: type[M], document: object, *, strict: bool = True) -> M:
    try:
        return model.model_validate(document, strict=strict)
    except ValidationError as error:
        first, *others = error.errors(include_url=False, include_input=False)
        place = ".".join(map(str, first["loc"])) or "the whole"
        more = f" (and {len(others)} more)" if others else ""
        raise BadRecord(f"{place[:100]}: {first['msg']}{more}") from error


def _require_same(shape: Json, document: object) -> None:
    if shape != document:
        assert isinstance(document, dict)
        keys = [key for key in document if key not in shape or shape[key] != document[key]]
        raise BadRecord(f"what stands under {', '.join(keys)} contradicts itself")


def _explained(phases_ms: dict[str, float] | None) -> dict[str, float]:
    if phases_ms is None:
        raise BadRecord("it says nothing of where the time went. Ask for it explained")
    return phases_ms


def _hit(found: schemas.Hit) -> Hit:
    if found.explanation is None:
        raise BadRecord(f"hit {found.rank} says nothing of its retrievers' ranks. Ask for it explained")
    return Hit(
        rank=found.rank,
        score=found.score,
        dense=_leg(found.explanation.dense),
        lexical=_leg(found.explanation.lexical),
        citation=_citation(found.citation),
        highlights=tuple((start, end) for start, end in found.highlights),
        heading=found.heading,
        page=found.page,
        also_published_by=tuple(map(_line, found.also_published_by)),
        reader=_leg(found.explanation.reader),
    )


def _facet(counts: list[schemas.FacetCount], other: schemas.LeftOut, unstated: int) -> Facet:
    return Facet(_counts(counts), other.values, other.articles, unstated)


def _counts(found: list[schemas.FacetCount]) -> tuple[Count, ...]:
    return tuple(Count(one.value, one.count) for one in found)


def _leg(found: schemas.Leg | None) -> Leg | None:
    return Leg(found.rank, found.raw, found.normalised) if found else None


def _citation(found: schemas.Citation) -> Citation:
    return citation_from_json(found.model_dump())


def _line(found: schemas.ArticleLine) -> ArticleLine:
    return ArticleLine(
        found.article_id,
        found.title,
        tuple(found.authors),
        found.publisher,
        _date(found.published),
        found.url,
        found.language,
    )


def _date(stated: str | None) -> PartialDate | None:
    return PartialDate.parse(stated) if stated is not None else None


def _support(found: schemas.Support, citation: schemas.Citation) -> Support:
    start, end = found.words
    also = tuple(map(_line, found.also_published_by))
    return Support(_citation(citation), (start, end), found.confidence, found.said_by, also)


def _side(found: schemas.Side, supports: tuple[Support, ...]) -> Side:
    places = _places(found.citations, len(supports))
    return Side(found.answer, found.confidence, tuple(supports[place] for place in places))


def _written(found: schemas.Written, supports: int) -> Written:
    return Written(
        found.model,
        tuple(Sentence(one.text, _places(one.citations, supports)) for one in found.sentences),
        tuple(Dropped(one.text, one.why) for one in found.dropped),
    )


def _places(found: list[int], supports: int) -> tuple[int, ...]:
    if strange := [place for place in found if not 0 <= place < supports]:
        raise BadRecord(f"there is no citation {strange[0]} among {supports}, counted from 0")
    return tuple(found)


def _verdict(found: schemas.Verdict) -> Verdict:
    return Verdict(
        citation=_citation(found.citation),
        status=found.status,
        message=found.message,
        found=_span(found.found) if found.found else None,
        changes=tuple(map(_change, found.changes)),
        words=tuple(map(_answer_words, found.words or ())),
    )


def _answer_words(found: schemas.AnswerWords) -> AnswerWords:
    words = Words(*_span(found.words), found.quote)
    return AnswerWords(
        words, found.stands, _span(found.found) if found.found else None, tuple(map(_change, found.changes))
    )


def _change(found: schemas.Change) -> Change:
    return Change(found.removed, _span(found.removed_at), found.added, _span(found.added_at))


def _span(found: list[int]) -> tuple[int, int]:
    start, end = found
    return start, end
