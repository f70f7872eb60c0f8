"""The product: what a language model writes from passages, sentence by sentence, each checked before anyone sees it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from service.answer.records import Dropped, Sentence, Support, Written
from service.generate.checked import Accepted, check_claim
from service.generate.prompt import write_prompt
from service.generate.sentences import Sentences
from service.reader.reading import Reader
from service.search import Hit

if TYPE_CHECKING:
    from service.generate.client import Generator


def write_answer(
    question: str, hits: Sequence[Hit], generator: Generator, reader: Reader
) -> Iterator[Accepted | Dropped]:
    """Each sentence as soon as the model has ended it: accepted with what bears it out, or dropped with the reason.

    Nothing is asked of the model again, whatever it wrote. Without passages it is not asked at all.

    Raises:
        BadQuery: the question leaves no room for a passage.
        GeneratorError: the endpoint fails; what came before the failure stands.
    """
    from service.generate.client import CutShort

    prompt = write_prompt(question, hits, generator.room)
    if not prompt.hits:
        return
    sentences = Sentences()
    try:
        for piece in generator.write(prompt):
            for claim in sentences.take(piece):
                yield check_claim(claim, question, prompt.hits, reader)
    except CutShort:
        left = list(sentences.rest())
        for claim in left[:-1]:
            yield check_claim(claim, question, prompt.hits, reader)
        for claim in left[-1:]:
            yield Dropped(claim.text, f"it was cut short: the model may write {generator.answer:,} tokens")
    for claim in sentences.rest():
        yield check_claim(claim, question, prompt.hits, reader)


def written(model: str, events: Iterable[Accepted | Dropped]) -> tuple[Written, tuple[Support, ...]]:
    """The events as an answer's record, and the supports that its sentences count from 0, each once."""
    supports: dict[Support, int] = {}
    sentences: list[Sentence] = []
    dropped: list[Dropped] = []
    for event in events:
        if isinstance(event, Dropped):
            dropped.append(event)
        else:
            numbers = tuple(supports.setdefault(support, len(supports)) for support in event.supports)
            sentences.append(Sentence(event.text, numbers))
    return Written(model, tuple(sentences), tuple(dropped)), tuple(supports)
