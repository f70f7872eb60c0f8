"""Answers made by hand over a real archive, every span of them cited from its texts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from indexer.archive import Archive
from indexer.build import index_articles, open_or_create
from indexer.records import Article, Block, PartialDate
from service.answer.records import Answer, Dropped, Sentence, Side, Support, Written
from service.citation import cite_span
from service.search import Searcher, SearchOptions
from tests.fakes import WordEmbedder

TEXTS = {
    "span": "The bridge opened in 1932. It is 503 metres long, and carries trams and trains.",
    "arch": "“The bridge opened in 1931,” said Mehdi Safari. Nobody asked him twice.",
    "farm": "Wheat and barley are sown in autumn.",
}
MISSPELT = 'no passage holds "wheet"; searched as "wheat"'  # as a search of it notes, too
DATED = '"1932": passages that speak of that time count more'
_STATED: dict[str, dict[str, Any]] = {
    "span": {
        "title": "A bridge",
        "authors": ("Ada Byron",),
        "publisher": "The Span",
        "published": PartialDate(2015, 10),
        "url": "https://example.org/bridge",
    },
    "arch": {"title": "The bridge, again", "publisher": "The Arch", "published": PartialDate(2014)},
    "farm": {},
}


def article(article_id: str, text: str, **stated: Any) -> Article:  # noqa: ANN401
    return Article(article_id, text, (Block(0, len(text), "paragraph"),), **stated)


def bridge_archive(place: Path) -> Archive:
    archive = open_or_create(place, WordEmbedder())
    index_articles(archive, WordEmbedder(), [article(name, text, **_STATED[name]) for name, text in TEXTS.items()])
    return archive


def support(archive: Archive, article_id: str, sentence: str, words: str, **fields: Any) -> Support:  # noqa: ANN401
    """The support that a sentence of an article gives by some words of it."""
    held = archive.snapshot().article(article_id)
    start = held.text.index(sentence)
    first = held.text.index(words, start)
    citation = cite_span(held, held.text, start, start + len(sentence))
    return Support(citation, (first, first + len(words)), **{"confidence": 0.93, **fields})


def opened(archive: Archive) -> Support:
    return support(archive, "span", "The bridge opened in 1932.", "1932")


def answer(*supports: Support, **fields: Any) -> Answer:  # noqa: ANN401
    """An answer of one span or several; by default the first support's words."""
    stated: dict[str, Any] = {
        "question": "When did the bridge open?",
        "kind": "words",
        "answer": supports[0].quote if supports else None,
        "abstained": not supports,
        "reason": None if supports else "no passage answers it",
        "confidence": 0.93 if supports else 0.1,
        "nearest": (),
        "generation": 1,
        "took_ms": 12.5,
        "phases_ms": {"search": 2.5, "read": 10.0},
    }
    return Answer(supports=supports, **(stated | fields))


def abstention(archive: Archive, **fields: Any) -> Answer:  # noqa: ANN401
    hits = Searcher(archive, WordEmbedder()).search("wheat in autumn", SearchOptions(k=1)).hits
    return answer(question="Who sows wheat on Mars?", nearest=hits, **fields)


def disagreement(archive: Archive) -> Answer:
    """Two publishers, two years; one reports it as somebody's word."""
    own = opened(archive)
    said = support(archive, "arch", "“The bridge opened in 1931,”", "1931", said_by="Mehdi Safari")
    sides = (Side("1932", 0.6, (own,)), Side("1931", 0.4, (said,)))
    return answer(own, said, sides=sides, confidence=0.6, answer="1932; 1931")


def listing(archive: Archive) -> Answer:
    """Two items out of one sentence, which is cited once."""
    sentence = "It is 503 metres long, and carries trams and trains."
    trams, trains = (support(archive, "span", sentence, words) for words in ("trams", "trains"))
    question = "What does the bridge carry?"
    return answer(trams, trains, question=question, kind="list", answer="trams; trains", items=("trams", "trains"))


def written(archive: Archive) -> Answer:
    """What a language model wrote: one sentence that holds, one that was dropped."""
    told = Written(
        "tiny",
        (Sentence("The bridge opened in 1932.", (0,)),),
        (Dropped("It was painted <b>red</b>.", "no passage says it"),),
    )
    return answer(opened(archive), written=told, answer="The bridge opened in 1932.")
