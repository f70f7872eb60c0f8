from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import service.api.examples as examples
from indexer.archive import Archive
from indexer.build import index_articles
from indexer.errors import BadRecord
from indexer.records import Article, Block, Original, PartialDate
from service.answer.records import Answer
from service.search import Searcher, SearchOptions
from service.shapes import answer_json, article_json, results_json
from service.unshaped import (
    answer_from_json,
    article_from_json,
    results_from_json,
    status_from_json,
    verdicts_from_json,
)
from service.verify import ArchiveTexts, verdict_as_json, verify_document
from tests import hand_answers as hand
from tests.fakes import WordEmbedder
from tests.test_rerank import VowelReader

WIRE = "The ferry sank at the quay. Nobody was hurt. Divers found the wreck."


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    archive = hand.bridge_archive(tmp_path_factory.mktemp("unshaped") / "archive")
    whole = (Block(0, len(WIRE), "paragraph", page=3),)
    copied = Original("north", PartialDate(2014, 5), None)
    wire = [
        Article("north", WIRE, whole, publisher="north", published=PartialDate(2014), authors=("A", "B")),
        Article("south", WIRE, whole, publisher="south", original=copied, provenance={"title": "said"}),
    ]
    index_articles(archive, WordEmbedder(), wire)
    return archive


def over_the_wire(shape: object) -> Any:  # noqa: ANN401 - JSON
    return json.loads(json.dumps(shape))


@pytest.mark.parametrize("query", ["the bridge opened in 1932", "the ferry sank", "zeppelins"])
@pytest.mark.parametrize(
    "options",
    [
        SearchOptions(),
        SearchOptions(mode="dense"),
        SearchOptions(mode="lexical", k=2),
        SearchOptions(group="article", k=1),
        SearchOptions(rerank=0.5),
    ],
    ids=["hybrid", "dense", "lexical", "articles", "reranked"],
)
def test_results_come_back_as_they_were_but_for_what_the_reader_read(
    archive: Archive, query: str, options: SearchOptions
) -> None:
    results = Searcher(archive, WordEmbedder(), VowelReader()).search(query, options)
    shape = over_the_wire(results_json(results, explain=True))
    back = results_from_json(shape)
    assert back == replace(results, hits=tuple(replace(hit, reading=None) for hit in results.hits))
    assert over_the_wire(results_json(back, explain=True)) == shape


def test_a_copy_elsewhere_and_a_page_come_back(archive: Archive) -> None:
    results = Searcher(archive, WordEmbedder()).search("the ferry sank at the quay", SearchOptions(k=1))
    (hit,) = results_from_json(over_the_wire(results_json(results, explain=True))).hits
    assert [line.id for line in hit.also_published_by] == ["south"]
    assert hit.page == 3
    assert hit.citation.published == "2014"


@pytest.mark.parametrize(
    "make",
    [
        lambda archive: hand.answer(hand.opened(archive), notes=("a note",)),
        hand.disagreement,
        hand.listing,
        hand.written,
        hand.abstention,
        lambda archive: replace(hand.listing(archive), kind="yes-no", items=()),
    ],
    ids=["words", "sides", "list", "written", "none", "yes-no"],
)
def test_an_answer_comes_back_as_it_was(archive: Archive, make: Callable[[Archive], Answer]) -> None:
    answer = make(archive)
    shape = over_the_wire(answer_json(answer, explain=True))
    back = answer_from_json(shape)
    assert back == replace(answer, nearest=tuple(replace(hit, reading=None) for hit in answer.nearest))
    assert over_the_wire(answer_json(back, explain=True)) == shape


@pytest.mark.parametrize("article_id", ["span", "farm", "north", "south"])
def test_an_article_comes_back_as_its_loader_gave_it(archive: Archive, article_id: str) -> None:
    stored = archive.snapshot().article(article_id)
    assert article_from_json(over_the_wire(article_json(stored))) == stored.loaded()
    assert article_from_json(over_the_wire(article_json(stored, (0, 3)))) == stored.loaded()


def test_verdicts_of_every_kind_come_back(archive: Archive, tmp_path: Path) -> None:
    snapshot = archive.snapshot()
    exact = over_the_wire(answer_json(hand.listing(archive)))
    (citation, *_) = exact["citations"]
    other = citation | {"edition": "0" * 64}
    documents = [
        exact,
        [other],
        [_at(other, citation["start"] + 1)],
        [other | {"quote": citation["quote"].replace("trams", "buses")}],
        [citation | {"quote": citation["quote"].replace("trams", "buses")}],
        [_named(citation, "nobody")],
    ]
    kinds = set()
    for document in documents:
        verdicts = verify_document(document, ArchiveTexts(snapshot))
        shape = over_the_wire({"verdicts": [verdict_as_json(verdict) for verdict in verdicts]})
        back = verdicts_from_json(shape)
        assert back == verdicts
        assert over_the_wire({"verdicts": [verdict_as_json(verdict) for verdict in back]}) == shape
        kinds |= {verdict.status for verdict in back}
    assert kinds == {"exact", "unchanged", "moved", "changed", "false", "gone"}


def _at(citation: dict[str, Any], start: int) -> dict[str, Any]:
    end = start + len(citation["quote"])
    return citation | {"start": start, "end": end, "locator": f"{citation['article_id']}#{start}-{end}"}


def _named(citation: dict[str, Any], name: str) -> dict[str, Any]:
    return citation | {"article_id": name, "locator": f"{name}#{citation['start']}-{citation['end']}"}


def test_the_examples_of_the_interface_come_back() -> None:
    assert over_the_wire(status_from_json(examples.STATUS)) == over_the_wire(examples.STATUS)
    assert article_from_json(over_the_wire(examples.ARTICLE)).text == examples.TEXT
    assert [verdict.status for verdict in verdicts_from_json(over_the_wire(examples.VERDICTS))]


def put(document: Any, value: object, *path: str | int) -> Any:  # noqa: ANN401 - JSON
    """The document with another value at a place."""
    changed = copy.deepcopy(document)
    inner = changed
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return changed


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("hits", 0, "scores", "dense"), 0.123, "hits contradicts itself"),
        (("hits", 0, "citation", "locator"), "span#1-2", "contradicts the other keys"),
        (("hits", 0, "citation", "quote"), "short", "one of the two was altered"),
        (("hits", 0, "citation", "start"), True, "start"),
        (("hits", 0, "explanation"), None, "explained"),
        (("hits", 0, "also_published_by"), [{}], "also_published_by"),
        (("hits", 0, "rank"), "1", "hits.0.rank"),
        (("phases_ms",), None, "explained"),
        (("novelty",), 1, "novelty"),
    ],
)
def test_results_that_were_altered_are_refused(
    archive: Archive, path: tuple[str | int, ...], value: object, said: str
) -> None:
    results = Searcher(archive, WordEmbedder()).search("the bridge opened in 1932")
    shape = over_the_wire(results_json(results, explain=True))
    with pytest.raises(BadRecord, match=said):
        results_from_json(put(shape, value, *path))


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("support", 0, "quote"), "1933", "support contradicts itself"),
        (("support", 0, "locator"), "span#0-1", "support contradicts itself"),
        (("support", 0, "words"), [21], "support.0.words"),
        (("support",), [], "2 citations and 0 supports"),
        (("sides", 0, "citations"), [7], "no citation 7 among 2"),
        (("sides", 0, "citations"), [-1], "no citation -1 among 2"),
        (("kind",), "poem", "kind"),
    ],
)
def test_an_answer_that_was_altered_is_refused(
    archive: Archive, path: tuple[str | int, ...], value: object, said: str
) -> None:
    shape = over_the_wire(answer_json(hand.disagreement(archive), explain=True))
    with pytest.raises(BadRecord, match=said):
        answer_from_json(put(shape, value, *path))


def test_a_text_that_is_not_that_of_its_edition_is_refused(archive: Archive) -> None:
    shape = over_the_wire(article_json(archive.snapshot().article("farm")))
    with pytest.raises(BadRecord, match="not that of the edition"):
        article_from_json(put(shape, shape["text"].replace("Wheat", "Maize"), "text"))


@pytest.mark.parametrize("document", [None, [], "results", 3, {}, {"verdicts": None}])
def test_other_json_is_refused_by_all(document: object) -> None:
    for read in (results_from_json, answer_from_json, article_from_json, verdicts_from_json, status_from_json):
        with pytest.raises(BadRecord):
            read(document)
