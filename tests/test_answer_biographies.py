"""The boxes beside articles, for questions that name an author; read by the shipped reader in ``test_answerer``."""

from __future__ import annotations

import pytest

from indexer.archive import Archive
from indexer.build import index_articles
from indexer.filters import Filter
from indexer.records import PartialDate
from service.answer.biographies import biographies, is_named
from service.citation import check
from service.search import Searcher
from tests.conftest import archive_of
from tests.fakes import WordEmbedder
from tests.hand_articles import article_of

ICE = "The harbours of Norway froze in January, and pilots led tankers through the ice."
REED = "Ann is a fellow at the Bergen Institute of Sea Ice and writes for the Polar Post about harbours and tankers."
HALE = "Tom Hale teaches navigation at the naval school of Horten. He was a pilot for twenty years before that."
KERN = "Paul Kern is an editor at the Evening Star, where he writes about generals and their open letters."


@pytest.fixture
def searcher(archive: Archive, embedder: WordEmbedder) -> Searcher:
    made = [
        article_of(
            "ice",
            "Ice in the Harbours of Norway",
            ("boilerplate", "By Ann Reed and Tom Hale"),
            ("paragraph", ICE),
            ("boilerplate", "Become a Member of the Polar Club"),
            ("boilerplate", "AUTHORS"),
            ("boilerplate", "Ann Reed"),
            ("boilerplate", "Senior Fellow"),
            ("boilerplate", "Location: Bergen, Norway"),
            ("boilerplate", REED),
            ("boilerplate", "Share this article"),
            authors=("Ann Reed", "Tom Hale"),
            publisher="North Review",
            published=PartialDate(2015, 10, 2),
        ),
        article_of(
            "generals",
            "Generals Write an Open Letter",
            ("paragraph", "Twenty generals wrote an open letter to the president of Chad in 2009."),
            ("boilerplate", KERN),
            ("boilerplate", "© 2009 Star. Paul Kern. All rights reserved."),
            authors=("Paul Kern",),
            publisher="Star",
            published=PartialDate(2009),
        ),
        article_of(
            "unsigned",
            "Tankers in the Ice",
            ("paragraph", "Tankers waited for days outside the harbours, and pilots slept on board."),
            ("boilerplate", "About the author"),
            ("boilerplate", "The staff is a team of editors in Oslo, and it writes about ships of every kind."),
            publisher="North Review",
        ),
    ]
    index_articles(archive, embedder, made)
    return Searcher(archive, embedder)


def boxes(
    searcher: Searcher, question: str, found: str = "ice norway tankers", limits: Filter | None = None
) -> list[str]:
    hits = searcher.search(found).hits[:1]
    read = biographies(question, hits, limits or Filter(), searcher)
    for rank, hit in enumerate(read, start=len(hits) + 1):
        article = searcher.archive.snapshot().article(hit.citation.article_id)
        check(hit.citation, article.text)
        assert (hit.rank, hit.citation.edition) == (rank, article.edition)
        assert hit.dense is not None
        assert -1 <= hit.dense.score <= 1
    return [hit.citation.quote for hit in read]


BOX = f"Ann Reed\n\nSenior Fellow\n\nLocation: Bergen, Norway\n\n{REED}"


@pytest.mark.parametrize(
    "question",
    [
        "Where does Ann Reed work?",
        "At which institute is Reed a fellow?",
        "ann reed current employer",
        "What is Reed's field?",
    ],
)
def test_the_box_of_an_author_who_is_named(searcher: Searcher, question: str) -> None:
    assert boxes(searcher, question) == [BOX]


@pytest.mark.parametrize(
    "question",
    [
        "Which pilots led tankers through the ice?",
        "Can a reed grow in the harbours of Norway?",  # another word
        "Where does Ann Smith teach?",
        "What do the staff write about?",  # nobody signed it
    ],
)
def test_nothing_where_no_author_is_named(searcher: Searcher, question: str) -> None:
    assert boxes(searcher, question) == []


def test_a_box_that_names_nobody_who_is_asked_about_is_not_read(searcher: Searcher) -> None:
    assert boxes(searcher, "Where does Tom Hale teach?") == []


def test_an_author_is_found_by_the_whole_name_where_the_search_found_nothing_of_theirs(searcher: Searcher) -> None:
    for question, read in [("What does Paul Kern work as?", [KERN]), ("What does Kern work as?", [])]:
        hits = searcher.search("tankers", None).hits[:1]
        assert [hit.citation.article_id for hit in hits] != ["generals"]
        assert [hit.citation.quote for hit in biographies(question, hits, Filter(), searcher)] == read


def test_only_within_the_limits_of_the_search(searcher: Searcher) -> None:
    hits = searcher.search("tankers").hits[:1]
    for publisher, read in [("Star", [KERN]), ("North Review", [])]:
        found = biographies("What does Paul Kern work as?", hits, Filter(publishers=(publisher,)), searcher)
        assert [hit.citation.quote for hit in found] == read
    assert biographies("What does Paul Kern work as?", hits, Filter(), searcher.within(["North Review"])) == ()


def test_one_box_is_read_once_and_three_at_most(searcher: Searcher, embedder: WordEmbedder) -> None:
    scholar = "Tom Hale is a scholar of the sea and of all who are in peril on it."
    writer = "Tom Hale is a writer and a former pilot, as he likes to say."
    editor = "Tom Hale is an editor at the Harbour Log of Horten."
    for number, life in enumerate([HALE, writer, editor, scholar, scholar]):
        article = article_of(
            f"hale {number}",
            f"A pilot's day {number}",
            ("paragraph", f"On day {number} the tankers came in at dawn and the pilots went out."),
            ("boilerplate", "About the author"),
            ("boilerplate", life),
            authors=("Tom Hale",),
            published=PartialDate(2016, 1, number + 1),
        )
        index_articles(archive_of(searcher), embedder, [article])
    read = boxes(searcher, "Where does Tom Hale teach?", found="letter of the generals")
    assert read == [scholar, editor, writer]  # the latest articles' first


@pytest.mark.parametrize("marker", [["About the authors"], []])
def test_of_two_biographies_each_is_its_own_authors(
    searcher: Searcher, embedder: WordEmbedder, marker: list[str]
) -> None:
    reed = "Ann Reed is a fellow at the Bergen Institute of Sea Ice and studies harbours in the north."
    hale = "Tom Hale is a lecturer at the naval school of Horten and was a pilot for twenty years before that."
    article = article_of(
        "two",
        "Ice and Pilots",
        ("paragraph", "Ice and pilots were the talk of the harbour all winter long."),
        *(("boilerplate", words) for words in (*marker, reed, hale)),
        authors=("Ann Reed", "Tom Hale"),
    )
    index_articles(archive_of(searcher), embedder, [article])
    for question, box in [("Where is Reed a fellow?", reed), ("What is Hale?", hale)]:
        assert boxes(searcher, question, found="ice and pilots talk of the harbour") == [box]
    assert boxes(searcher, "Who are Reed and Hale?", found="ice and pilots talk of the harbour") == [reed, hale]


def test_a_box_of_somebody_else_is_not_read(searcher: Searcher, embedder: WordEmbedder) -> None:
    article = article_of(
        "secretary",
        "The Secretary",
        ("paragraph", "The secretary flew to Peking in secret and came back with an invitation."),
        ("boilerplate", "Tom Hale is a lecturer at a school for pilots and the author of a book about Norway's ice."),
        authors=("Henry A. Kissinger", "Simone de Beauvoir"),
    )
    index_articles(archive_of(searcher), embedder, [article])
    assert boxes(searcher, "At which school does Kissinger lecture?", found="secretary flew to Peking in secret") == []


@pytest.mark.parametrize(
    ("author", "question"),
    [
        ("José Pérez", "Where does Jose Perez teach?"),
        ("ANN REED", "Where does Reed teach?"),
        ("Dr. Ann Reed PhD", "Where does Ann Reed teach?"),
        ("Martin L. King Jr.", "What is King?"),
        ("Mahdi Darius Nazemroaya", "mahdi nazemroaya books"),
    ],
)
def test_a_person_is_named(author: str, question: str) -> None:
    assert is_named(author, question)


@pytest.mark.parametrize(
    ("author", "question"),
    [
        ("Ann Reed", "At which university did John Reed teach?"),
        ("Staff", "How many staff did the ministry fire?"),
        ("Reuters Staff", "Who heads the General Staff?"),
        ("Institute for the Study of War", "Who won the War?"),
        ("Theresa May", "Who resigned in May 2010?"),
        ("George Will", "Will Iran sign?"),
        ("Paul O'Neil", "Who is Neil Young?"),
        ("Henry A.", "What is Vitamin A?"),
        ("—", "Who is it?"),
    ],
)
def test_nobody_is_named(author: str, question: str) -> None:
    assert not is_named(author, question)


def test_an_article_that_went_since_the_search_has_no_box(searcher: Searcher) -> None:
    hits = searcher.search("ice norway tankers").hits
    with archive_of(searcher).writer() as writer:
        writer.remove(["ice"])
        writer.commit()
    assert biographies("Where does Ann Reed work?", hits, Filter(), searcher) == ()
