"""The stretch of a text most like a quote that is not there any more.

Found in two steps: the rare words that they share name a window, in time linear in the text; only that window goes to
``difflib``, whose time is quadratic.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from difflib import Match
from math import log

from service.verify.verdict import Span
from service.verify.words import SENTENCE_ENDS, TOKEN, is_word, tokens, word_matcher, words_at


def most_similar(quote: str, words: Sequence[Span], text: str) -> list[Span]:
    """The tokens of the stretch of the text most like the quote; none when it shares less than a third of its words."""
    window = _richest_window(quote, text)
    if window is None:
        return []
    slack = len(quote) // 4 + 40
    lo, hi = max(0, window[0] - slack), min(len(text), window[1] + slack)
    others = tokens(text, lo, hi)
    if others and lo and others[0][0] == lo:  # perhaps the end of a word that the window cuts in two
        others = others[1:]
    if others and hi < len(text) and others[-1][1] == hi:
        others = others[:-1]
    wanted = words_at(quote, words)
    matched = word_matcher(wanted, words_at(text, others)).get_matching_blocks()
    stretch = _best_run(matched, len(others))
    inside = [block for block in matched if block.size and stretch[0] <= block.b < stretch[1]]
    shared = sum(is_word(wanted[at]) for block in inside for at in range(block.a, block.a + block.size))
    if not shared or 3 * shared < sum(map(is_word, wanted)):
        return []
    before, after = inside[0].a, len(words) - inside[-1].a - inside[-1].size
    if after and wanted[-1] not in SENTENCE_ENDS:  # then no full stop stands for its last word
        hi = next((at for at in range(stretch[1], len(others)) if text[others[at][0]] in SENTENCE_ENDS), len(others))
        others = others[:hi]
    return _widened(others, stretch, before, after, text)


def _richest_window(quote: str, text: str) -> Span | None:
    """The stretch, somewhat longer than the quote, that shares most of its words and pairs of neighbouring words.

    A feature counts as often as the quote has it, and weighs more the rarer it is in the text. Whole numbers, so that
    the running total does not drift.
    """
    wanted = Counter(feature for _, feature in _features(quote, None))
    number = {feature: at for at, feature in enumerate(wanted)}
    places, hits = array("Q"), array("Q")  # a long text may hold millions: 16 bytes each, not a tuple
    for place, feature in _features(text, number):
        places.append(place)
        hits.append(number[feature])
    counts = Counter(hits)
    weight = [round(1000 * (1 + log(len(hits) / counts[at]))) if counts[at] else 0 for at in range(len(number))]
    room = list(wanted.values())  # how many more of each feature would count
    width = len(quote) + len(quote) // 4 + 40
    best: tuple[int, Span | None] = (0, None)
    total = left = 0
    for place, hit in zip(places, hits, strict=True):
        total += weight[hit] if room[hit] > 0 else 0
        room[hit] -= 1
        while place - places[left] > width:
            leaving = hits[left]
            room[leaving] += 1
            total -= weight[leaving] if room[leaving] > 0 else 0
            left += 1
        if total > best[0]:
            best = (total, (places[left], place))
    return best[1]


def _features(text: str, known: Container[str] | None) -> Iterator[tuple[int, str]]:
    """Where each word, and each pair of words that follow each other, starts; only those ``known``, if given."""
    previous = ""
    for match in TOKEN.finditer(text):
        word = match[0].casefold()
        if not is_word(word):
            continue
        if known is not None and word not in known:
            previous = ""
            continue
        yield match.start(), word
        if previous and (known is None or f"{previous} {word}" in known):
            yield match.start(), f"{previous} {word}"
        previous = word


def _best_run(matched: Iterable[Match], count: int) -> Span:
    """The run of tokens with the most matched and the fewest others: a maximum subarray, by Kadane's algorithm.

    Without it, a lone "the" far from the rest would stretch what is reported.
    """
    worth = [-1] * count
    for block in matched:
        worth[block.b : block.b + block.size] = [3] * block.size
    best: tuple[int, Span] = (0, (0, 0))
    run = start = 0
    for at, value in enumerate(worth):
        if run <= 0:
            run, start = 0, at
        run += value
        if run > best[0]:
            best = (run, (start, at + 1))
    return best[1]


def _widened(others: list[Span], stretch: Span, before: int, after: int, text: str) -> list[Span]:
    """The stretch with as many tokens more at its ends as the quote has unmatched there, within the same sentence."""
    lo, hi = stretch
    while before and lo and _together(text, others[lo - 1], others[lo]):
        lo, before = lo - 1, before - 1
    while after and hi < len(others) and _together(text, others[hi - 1], others[hi]):
        hi, after = hi + 1, after - 1
    return others[lo:hi]


def _together(text: str, left: Span, right: Span) -> bool:
    return text[left[0]] not in SENTENCE_ENDS and "\n\n" not in text[left[1] : right[0]]
