from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from service.answer.candidates import candidates_of
from service.answer.secondlook import LOOKED_AT, UNREAD, second_looks
from service.reader.reading import Readable, Reading, Span
from tests.conftest import make_article
from tests.hand_candidates import passage, spans_of

PORT = make_article(
    "port", "Gulls cried. The fleet lay in Bandar. It rained. Tugs met a frigate in Oslo. Night fell.", title="A visit"
)


@dataclass
class Finds:
    """Reads a word wherever it stands, with the odds given, the likeliest first; it keeps what it was shown."""

    odds: dict[str, float]
    shown: list[Readable] = field(default_factory=list)

    def read(self, question: str, passages: Sequence[Readable], spans: int = 5) -> list[Reading]:
        self.shown += passages
        return [self._of(shown.text) for shown in passages]

    def _of(self, text: str) -> Reading:
        found = [Span(text.index(w), text.index(w) + len(w), odds) for w, odds in self.odds.items() if w in text]
        found.sort(key=lambda span: -span.score)
        return Reading(found[0].score if found else -9.0, tuple(found))


def test_each_candidate_is_read_with_the_sentences_beside_it_and_the_title() -> None:
    hit = passage(PORT)
    found = candidates_of([hit], [spans_of(hit, ("Bandar", 1.0), ("Oslo", 0.5), ("Night", 0.0))])
    reader = Finds({"Bandar": 2.0, "Oslo": 3.0})
    looks = second_looks("Where?", found, reader)
    assert [(shown.title, shown.text) for shown in reader.shown] == [
        ("A visit", "Gulls cried. The fleet lay in Bandar. It rained."),
        ("A visit", "It rained. Tugs met a frigate in Oslo. Night fell."),
        ("A visit", "Tugs met a frigate in Oslo. Night fell."),
    ]
    assert [(look.span, look.passage, look.same) for look in looks] == [
        (2.0, 2.0, True),
        (3.0, 3.0, True),
        (UNREAD.span, 3.0, False),  # what is read there now is another place
    ]


def test_a_place_that_is_no_longer_the_best_is_not_the_same() -> None:
    hit = passage(PORT)
    found = candidates_of([hit], [spans_of(hit, ("frigate", 1.0))])
    (look,) = second_looks("What?", found, Finds({"frigate": 1.0, "Oslo": 3.0}))
    assert (look.span, look.passage, look.same) == (1.0, 3.0, False)


def test_only_the_likeliest_are_read_again() -> None:
    article = make_article("many", " ".join(f"Ship number{i:02} came." for i in range(LOOKED_AT + 3)))
    hit = passage(article)
    readings = [spans_of(hit, *((f"number{i:02}", float(i)) for i in range(LOOKED_AT + 3)))]
    found = candidates_of([hit], readings)
    looks = second_looks("Which?", found, Finds({"number": 1.0}))
    assert [look is UNREAD for look in looks] == [False] * LOOKED_AT + [True] * 3


def test_places_with_the_same_sentences_around_them_are_read_once() -> None:
    hit = passage(PORT)
    found = candidates_of([hit], [spans_of(hit, ("Tugs", 2.0), ("frigate", 1.0), ("Oslo", 0.5))])
    reader = Finds({"Tugs": 0.1, "Oslo": 3.0, "frigate": 1.5})
    looks = second_looks("Where?", found, reader)
    assert [shown.text for shown in reader.shown] == ["It rained. Tugs met a frigate in Oslo. Night fell."]
    assert [(look.span, look.passage, look.same) for look in looks] == [
        (0.1, 3.0, False),
        (1.5, 3.0, False),
        (3.0, 3.0, True),
    ]


def test_passages_that_overlap_are_read_once_where_they_do() -> None:
    whole = passage(PORT)
    later = passage(PORT, PORT.text.index("The fleet"))
    found = candidates_of([whole, later], [spans_of(whole, ("frigate", 2.0)), spans_of(later, ("Oslo", 1.0))])
    assert len({id(candidate.hit) for candidate in found}) == 2
    reader = Finds({"Oslo": 3.0, "frigate": 1.5})
    looks = second_looks("Where?", found, reader)
    assert len(reader.shown) == 1
    assert [look.span for look in looks] == [1.5, 3.0]


def test_without_candidates_nothing_is_read() -> None:
    reader = Finds({})
    assert second_looks("Where?", [], reader) == []
    assert reader.shown == []
