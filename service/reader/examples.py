"""From questions to the numbers that a network learns from: an epoch of examples, in batches of even length."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from service.reader.negatives import altered, without_answers
from service.reader.rewording import keywords, misspelt
from service.reader.squad import Question, QuestionSet

Ids = NDArray[np.int64]
Spans = tuple[tuple[int, int], ...]

QUESTION_TOKENS = 48
TITLE_TOKENS = 16
LONGEST_ANSWER = 30
"""Tokens. A span longer than this is neither taught nor found."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What an epoch is made of.

    ``negatives`` is how many of the answerable questions come a second time with something that does not answer them:
    ``near`` of these a near miss from the search, ``removed`` their own passage without the answer, the rest a changed
    question. ``untitled`` of all are shown without the title. ``passage_tokens`` is the most of a passage shown.
    ``keywords`` of all ask with keywords alone, ``misspelt`` with a slip. A question that people wrote so that its
    passage does not answer it comes ``unanswered`` times: there are few, and none are harder. A lesson comes
    ``lessons`` times and needs no negative made for it: it has its own.
    """

    batch: int = 32
    passage_tokens: int = 200
    negatives: float = 0.6
    near: float = 0.6
    removed: float = 0.2
    untitled: float = 0.5
    keywords: float = 0.05
    misspelt: float = 0.03
    unanswered: int = 2
    lessons: int = 2


@dataclass(frozen=True, slots=True)
class Text:
    """One example in words. ``spans`` are ``[start, end)`` in the passage; none: it does not answer."""

    question: str
    title: str
    passage: str
    spans: Spans


@dataclass(frozen=True, slots=True)
class Example:
    """One example in tokens. ``spans`` are the first and last token of each answer, counted in ``ids``."""

    ids: list[int]
    passage_at: int
    spans: Spans


@dataclass(frozen=True, slots=True)
class Batch:
    """``ids``, ``mask``, ``types``: (rows, length). ``readable``: the passage's tokens. ``spans``: one tuple a row."""

    ids: Ids
    mask: Ids
    types: Ids
    readable: NDArray[np.bool_]
    spans: list[Spans]


def epoch(
    asked: QuestionSet,
    near: Sequence[Sequence[int]],
    tokenizer: Tokenizer,
    recipe: Recipe,
    seed: int,
    lessons: QuestionSet | None = None,
) -> list[Batch]:
    """The batches of one epoch, in order. The same arguments give the same batches.

    ``near`` are each question's near misses; ``lessons`` are questions beside them, written to be learned from.
    """
    rng = random.Random(seed)
    texts: list[Text] = []
    for question, misses in zip(asked.questions, near, strict=True):
        texts += _texts_of(question, asked, misses, recipe, rng)
    if lessons is not None:
        for question in lessons.questions * recipe.lessons:
            texts.append(_own_text(question, lessons, recipe, rng))
    texts = [_reworded(text, recipe, rng) for text in texts]
    rng.shuffle(texts)
    examples = list(_in_tokens(texts, tokenizer, recipe, rng))
    return list(_batches(examples, tokenizer, recipe.batch, rng))


def _own_text(question: Question, asked: QuestionSet, recipe: Recipe, rng: random.Random) -> Text:
    paragraph = asked.paragraphs[question.paragraph]
    titled = rng.random() >= recipe.untitled
    return Text(question.text, paragraph.title if titled else "", paragraph.text, question.spans)


def _texts_of(
    question: Question, asked: QuestionSet, misses: Sequence[int], recipe: Recipe, rng: random.Random
) -> list[Text]:
    own = _own_text(question, asked, recipe, rng)
    title, titled, paragraph = own.title, bool(own.title), asked.paragraphs[question.paragraph]
    made = [own]
    if not question.spans:
        return made * recipe.unanswered
    if rng.random() >= recipe.negatives:
        return made
    drawn = rng.random()
    if drawn < recipe.near and misses:
        other = asked.paragraphs[rng.choice(misses)]
        made.append(Text(question.text, other.title if titled else "", other.text, ()))
    elif drawn < recipe.near + recipe.removed:
        if (rest := without_answers(paragraph.text, question.spans)) is not None:
            made.append(Text(question.text, title, rest, ()))
    elif (changed := altered(question.text, paragraph.text, question.spans, rng)) is not None:
        made.append(Text(changed, title, paragraph.text, ()))
    return made


def _reworded(text: Text, recipe: Recipe, rng: random.Random) -> Text:
    drawn = rng.random()
    if drawn >= recipe.keywords + recipe.misspelt:
        return text
    other = (keywords if drawn < recipe.keywords else misspelt)(text.question, rng)
    return text if other is None else replace(text, question=other)


def _in_tokens(texts: Sequence[Text], tokenizer: Tokenizer, recipe: Recipe, rng: random.Random) -> Iterator[Example]:
    remaining = iter(texts)
    while slab := list(islice(remaining, 4096)):
        questions = tokenizer.encode_batch([t.question for t in slab], add_special_tokens=False)
        titles = tokenizer.encode_batch([t.title for t in slab], add_special_tokens=False)
        passages = tokenizer.encode_batch([t.passage for t in slab], add_special_tokens=False)
        for text, question, title, passage in zip(slab, questions, titles, passages, strict=True):
            spans = tuple(s for s in (token_span(passage, *span) for span in text.spans) if s is not None)
            if text.spans and not spans:
                continue
            yield _example(question.ids, title.ids, passage.ids, spans, tokenizer, recipe, rng)


def token_span(passage: Encoding, start: int, end: int) -> tuple[int, int] | None:
    """The first and last token that touch ``[start, end)``; None when it is longer than an answer may be, or empty."""
    touched = [i for i, (first, last) in enumerate(passage.offsets) if first < end and start < last]
    if not touched or touched[-1] - touched[0] >= LONGEST_ANSWER:
        return None
    return touched[0], touched[-1]


def _example(
    question: list[int],
    title: list[int],
    passage: list[int],
    spans: Spans,
    tokenizer: Tokenizer,
    recipe: Recipe,
    rng: random.Random,
) -> Example:
    low, high = 0, max(len(passage) - recipe.passage_tokens, 0)
    if spans:  # a window that holds the first of the answers
        low = max(spans[0][1] + 1 - recipe.passage_tokens, 0)
        high = min(spans[0][0], high)
    at = rng.randint(min(low, high), high)
    shown = passage[at : at + recipe.passage_tokens]
    head = head_of(question, title, tokenizer)
    inside = tuple((s - at + len(head), e - at + len(head)) for s, e in spans if s >= at and e < at + len(shown))
    return Example([*head, *shown, special(tokenizer, "[SEP]")], len(head), inside)


def head_of(question: Sequence[int], title: Sequence[int], tokenizer: Tokenizer) -> list[int]:
    """What stands before the passage: ``[CLS] question [SEP]``, and ``title [SEP]`` where there is a title."""
    first, sep = special(tokenizer, "[CLS]"), special(tokenizer, "[SEP]")
    head = [first, *question[:QUESTION_TOKENS], sep]
    return [*head, *title[:TITLE_TOKENS], sep] if title else head


def special(tokenizer: Tokenizer, token: str) -> int:
    number = tokenizer.token_to_id(token)
    assert number is not None, token
    return number


def _batches(examples: list[Example], tokenizer: Tokenizer, size: int, rng: random.Random) -> Iterator[Batch]:
    """Of even length within a stretch of 50 batches, so that little is padded and the order stays random."""
    stretch = 50 * size
    groups: list[list[Example]] = []
    for first in range(0, len(examples), stretch):
        even = sorted(examples[first : first + stretch], key=lambda example: len(example.ids))
        groups += [even[at : at + size] for at in range(0, len(even), size)]
    rng.shuffle(groups)
    pad, sep = special(tokenizer, "[PAD]"), special(tokenizer, "[SEP]")
    for group in groups:
        yield _padded(group, pad, sep)


def _padded(group: Sequence[Example], pad: int, sep: int) -> Batch:
    shape = (len(group), max(len(example.ids) for example in group))
    ids, mask, types = np.full(shape, pad), np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    readable = np.zeros(shape, np.bool_)
    for row, example in enumerate(group):
        length = len(example.ids)
        ids[row, :length], mask[row, :length] = example.ids, 1
        types[row, example.ids.index(sep) + 1 : length] = 1
        readable[row, example.passage_at : length - 1] = True
    return Batch(ids, mask, types, readable, [example.spans for example in group])
