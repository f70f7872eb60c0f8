"""Questions about articles themselves, asked of a small archive whose articles state who wrote them, where and when."""

from __future__ import annotations

import pytest

from indexer.archive import Archive
from indexer.build import index_articles
from indexer.records import Original, PartialDate
from service.answer.composing import Composed
from service.answer.imprint import told
from service.answer.question import asked
from service.citation import check
from service.query import parse_query
from service.search import Searcher
from tests.conftest import archive_of
from tests.fakes import WordEmbedder
from tests.hand_articles import article_of

HARBOURS = "The harbours of Norway froze in January, and pilots led tankers through the ice."
LETTER = "In a letter that Olga Berg wrote and the Evening Star published in 1998, fishermen asked for quotas."


@pytest.fixture
def searcher(archive: Archive, embedder: WordEmbedder) -> Searcher:
    made = [
        article_of(
            "ice",
            "Ice in the Harbours of Norway",
            ("boilerplate", "By [Ann Reed](#) and Tom Hale"),
            ("boilerplate", "North Review, October 02, 2015"),
            ("boilerplate", "Polar Post 28 September 2015"),
            ("paragraph", HARBOURS),
            authors=("Ann Reed", "Tom Hale"),
            publisher="North Review",
            published=PartialDate(2015, 10, 2),
            original=Original("Polar Post", PartialDate(2015, 9, 28)),
        ),
        article_of(
            "quotas",
            "Fishermen Ask for Quotas",
            ("boilerplate", "02.03.99"),
            ("paragraph", LETTER),
            ("boilerplate", "Lena Moor and Jon Vik teach in Bergen."),
            authors=("Lena Moor", "Jon Vik"),
            publisher="Fish Weekly",  # said in the page's metadata alone
            published=PartialDate(1999, 3, 2),
        ),
        article_of(
            "dateline",
            "Analysis: Thaw of the Fjords",
            ("paragraph", f"Oslo, 3 July 2000 (NWS) -- Ice left the fjords early this year. {'It was warm. ' * 20}"),
            publisher="NWS",
            published=PartialDate(2000, 7, 3),
        ),
        article_of(
            "generals",
            "Generals Write Open Letter to the President of Chad",
            ("boilerplate", "Reading time: 5 minutes | More from Time"),
            ("boilerplate", "© 2009 Time. All rights reserved."),
            ("boilerplate", "By PAUL R. KERN"),
            ("boilerplate", "Time, 2009"),
            ("paragraph", "Twenty generals wrote an open letter to the president of Chad."),
            authors=("Paul R. Kern",),
            publisher="Time",
            published=PartialDate(2009),
        ),
        article_of(
            "bombings",
            "Madrid Train Bombings",
            ("boilerplate", "12 March 2004"),
            ("boilerplate", "First published on 11 March 2004"),
            ("paragraph", "A cell of ten carried out the bombings. El Faro ran the story of a suspect first."),
            ("paragraph", "Trains ran again."),
            ("paragraph", "The judge Rosa Gil was shown the van."),
            ("paragraph", "She wrote a report."),
            publisher="Bay News",
            authors=("Rosa Gil",),
            published=PartialDate(2004, 3, 12),
            original=Original("Bay News", None),
        ),
    ]
    index_articles(archive, embedder, made)
    return Searcher(archive, embedder)


def answer(searcher: Searcher, question: str) -> Composed | None:
    parsed = parse_query(question)
    hits = searcher.search(question).hits
    return told(asked(parsed.text, tuple(parsed.phrases)), hits, searcher.archive.snapshot())


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ('Who wrote "Ice in the Harbours of Norway"?', "Ann Reed; Tom Hale"),
        ("Who is the author of the article on ice in the harbours of Norway?", "Ann Reed; Tom Hale"),
        ("When was the North Review article about ice in Norway published?", "October 02, 2015"),
        ("publication date of Ice in the Harbours of Norway", "October 02, 2015"),
        ("When was the article on ice in Norway originally published?", "28 September 2015"),
        ("Which magazine first published the piece by Ann Reed?", "Polar Post"),
        ("In which publication did Ann Reed's article about Norway appear?", "North Review"),
        ("What are the names of the authors of Ice in the Harbours of Norway?", "Ann Reed; Tom Hale"),
        ('Who wrote "Fishermen Ask for Quotas"?', "Lena Moor and Jon Vik"),
        ('When was "Fishermen Ask for Quotas" published?', "02.03.99"),
        ('When did NWS publish "Thaw of the Fjords"?', "3 July 2000"),
        ("Who wrote Generals Write Open Letter to the President of Chad?", "PAUL R. KERN"),
        ("Which author wrote the article on the generals of Chad?", "PAUL R. KERN"),
        ('Who was "Ice in the Harbours of Norway" written by?', "Ann Reed; Tom Hale"),
        ("When did Ann Reed's article on Norway come out?", "October 02, 2015"),
        ("What is the date of the article on ice in Norway?", "October 02, 2015"),
        ("Who ran the article on ice in Norway?", "North Review"),
        ("When was Madrid Train Bombings published?", "12 March 2004"),
        ('Who wrote the analysis "Ice in the Harbours of Norway"?', "Ann Reed; Tom Hale"),
        ("Who is the author of the opinion analysis on ice in the harbours of Norway?", "Ann Reed; Tom Hale"),
        ("Which foundation was the original source of the North Review article on ice in Norway?", "Polar Post"),
    ],
)
def test_an_article_says_it_of_itself(searcher: Searcher, question: str, text: str) -> None:
    found = answer(searcher, question)
    assert found is not None
    assert found.text == text
    assert "; ".join(support.quote for support in found.supports) == text
    for support in found.supports:
        check(support.citation, searcher.archive.snapshot().article(support.citation.article_id).text)


def test_a_line_is_cited_and_of_a_long_one_the_sentence(searcher: Searcher) -> None:
    line = answer(searcher, 'Who wrote "Ice in the Harbours of Norway"?')
    sentence = answer(searcher, 'When did NWS publish "Thaw of the Fjords"?')
    assert line is not None
    assert sentence is not None
    assert line.supports[0].citation.quote == "By [Ann Reed](#) and Tom Hale"
    assert sentence.supports[0].citation.quote == "Oslo, 3 July 2000 (NWS) -- Ice left the fjords early this year."


def test_the_line_of_the_date_is_cited_before_one_that_only_has_the_words(searcher: Searcher) -> None:
    for question, text in [("Which magazine published", "Time"), ("When was published", "2009")]:
        found = answer(searcher, f"{question} the article on the open letter of the generals of Chad?")
        assert found is not None
        assert (found.text, found.supports[0].citation.quote) == (text, "Time, 2009")


@pytest.mark.parametrize(
    "question",
    [
        "Which pilots led tankers through the ice?",  # of the subject
        'Who wrote "War and Peace"?',  # no article's title
        "Who wrote the letter about quotas?",  # in an article, not an article
        "In which newspaper did Olga Berg's article on quotas appear?",  # she stands in one and wrote none
        "Who does the author of the article on ice in Norway blame?",
        "When, according to the article on ice in Norway, was the letter published?",
        'Who published "Fishermen Ask for Quotas"?',  # its text does not say
        'Who wrote "Thaw of the Fjords"?',  # nobody is named
        "When was the article on ice in Sweden published?",
        "When was the article published?",
        'Was "Ice in the Harbours of Norway" published in 2015?',
        "When did fishermen ask for quotas and publish a letter?",  # a title's words, and no article spoken of
        "When did the generals write an open letter to the president of Chad?",  # what the title itself says
        "When did generals write an open letter to the president of Chad last year?",
        "Who carried out the Madrid Train Bombings?",
        "Which organization carried out the Madrid Train Bombings?",
        "When did the Madrid Train Bombings report come out?",
        "Who wrote the report on the Madrid Train Bombings?",
        'Who wrote the letter that the article "Ice in the Harbours of Norway" quotes?',
        'Who wrote "Open Letter"?',  # another work, which a headline names
        "Which newspaper ran the story of a suspect first, in the Bay News article on the Madrid Train Bombings?",
        "When was the ice dated in Ann Reed's article on Norway?",
        "When did Ann Reed's article on Norway say that tankers came out of the ice?",
        "When was Madrid Train Bombings first published?",  # not when it was published again
        'Who published "Madrid Train Bombings"?',  # not in its text
        'Who wrote "Madrid Train Bombings"?',  # a namesake of whom it tells
    ],
)
def test_nothing_else_is_answered_so(searcher: Searcher, question: str) -> None:
    assert answer(searcher, question) is None


def test_which_of_two_was_meant_is_not_guessed(searcher: Searcher, embedder: WordEmbedder) -> None:
    again = article_of(
        "ice again",
        "Ice in the Harbours of Norway",
        ("boilerplate", "By Kari Lund"),
        ("paragraph", "Years later the ice came back to the harbours, and with it the pilots and the tankers."),
        authors=("Kari Lund",),
    )
    index_articles(archive_of(searcher), embedder, [again])
    assert answer(searcher, 'Who wrote "Ice in the Harbours of Norway"?') is None


def test_an_article_that_went_since_the_search_says_nothing(searcher: Searcher) -> None:
    question = 'Who wrote "Ice in the Harbours of Norway"?'
    hits = searcher.search(question).hits
    understood = asked("Who wrote Ice in the Harbours of Norway?")
    assert told(understood, hits, searcher.archive.snapshot()) is not None
    with archive_of(searcher).writer() as writer:
        writer.remove(["ice"])
        writer.commit()
    assert told(understood, hits, searcher.archive.snapshot()) is None
