"""The sentences of an answer as they come in, each with the numbers that it cites.

A citation belongs to the sentence that it follows, before the full stop ("in 2015 [1].") or after it ("in 2015. [1]"),
and one that begins a line to the sentence after it. Lists, headings and emphasis are taken off. Where a sentence ends
is decided once enough text behind it is there, so that the same answer in other pieces gives the same sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from indexer.sentences import split_sentences

_AHEAD = 48
"""Characters after a full stop that decide whether it ends a sentence."""
_ONE = r"(?:\^|(?:passages?|sources?|no\.?|number)\s*)?[0-9]{1,9}"
_MARK = re.compile(
    rf"""(?<![ \t])[ \t]*(?:
          [\[【［]\s*{_ONE}(?:\s*(?:,|;|and|&|-|–|to)\s*{_ONE})*\s*(?:†[^\]】］]{{0,80}})?[\]】］]
        )(?:\(\s*(?:https?:|\#)[^\s)]{{0,500}}\))?""",
    re.VERBOSE | re.IGNORECASE,
)
_NUMBERS = re.compile(r"([0-9]+)(?:\s*(?:-|–|to)\s*(?:\^|passage\s*|source\s*)?([0-9]+))?", re.IGNORECASE)
_MOST_IN_A_RANGE = 100
_END = re.compile(
    rf"(?<![.!?…])(?:[.!?…]++[\"”’'»)*_]*(?:{_MARK.pattern})*+(?=\s|\Z)|[。！？](?:{_MARK.pattern})*+)", _MARK.flags
)
_LINE_START = re.compile(r"^\s*(?:(?:[-*+•–·>]|\d{1,3}[.)]|#{1,6})\s+)*")
_EMPHASIS = re.compile(r"\*\*|__|(?<![\w*])\*(?=\S)|(?<=\S)\*(?![\w*])|`+")
_OPEN = re.compile(r"[ \t]*[\[【［][^\]】］]{0,200}\Z")  # a citation whose end is still to come
_NEW_LINE = re.compile(r"\n(?![ \t]*[a-z])")  # before a small letter, a line was only wrapped
_PREFACE = re.compile(r"(?:answer|response)\s*:\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence without its marks, and the passages that it cites, each once, in its order."""

    text: str
    cites: tuple[int, ...]


class Sentences:
    """Takes an answer piece by piece and gives each sentence as soon as its end is known.

    >>> answer = Sentences()
    >>> list(answer.take("It was signed in 2015 [1]. It binds nobody. [2][3]")) + list(answer.rest())
    [Claim(text='It was signed in 2015.', cites=(1,)), Claim(text='It binds nobody.', cites=(2, 3))]
    """

    def __init__(self) -> None:
        self._text = ""
        self._looked = 0  # no sentence ends before this, which no later piece can change

    def take(self, piece: str) -> Iterator[Claim]:
        """The sentences that end for sure within what has come so far."""
        self._text += piece.replace("\r\n", "\n").replace("\r", "\n")
        return self._ended(last=False)

    def rest(self) -> Iterator[Claim]:
        """The sentences left when nothing more comes."""
        return self._ended(last=True)

    def _ended(self, *, last: bool) -> Iterator[Claim]:
        while self._text:
            cut = self._cut(last=last)
            if cut is None:
                return
            sentence, self._text, self._looked = self._text[:cut], self._text[cut:], 0
            claim = _claim(sentence)
            if claim is not None:
                yield claim

    def _cut(self, *, last: bool) -> int | None:
        """Where the first sentence ends; None while that cannot be told."""
        line_end = self._line_end(last=last)
        line = self._text if line_end is None else self._text[:line_end]
        first = _LINE_START.match(line)
        for match in _END.finditer(line, max(self._looked, first.end() if first else 0)):
            end = match.end()
            if line_end is None and (len(line) < end + _AHEAD or _OPEN.match(line, end)):
                return None
            if _splits(line[:end], line[end : end + _AHEAD]):
                return end
            self._looked = end
        return line_end

    def _line_end(self, *, last: bool) -> int | None:
        match = _NEW_LINE.search(self._text)
        # The letter after a line end says whether it ends anything.
        if match is not None and (last or self._text[match.end() :].lstrip(" \t")):
            return match.end()
        return len(self._text) if last else None


def _splits(before: str, after: str) -> bool:
    head, tail = _plain(before), _plain(after)
    return any(end == len(head) for _, end in split_sentences(f"{head} {tail}"))


def _plain(text: str) -> str:
    return " ".join(_MARK.sub("", text).split())


def _claim(sentence: str) -> Claim | None:
    """The sentence without its marks; None where nothing but marks is left."""
    body = _LINE_START.sub("", sentence)
    cites: dict[int, None] = {}
    for mark in _MARK.finditer(body):
        for first, second in _NUMBERS.findall(mark[0].split("†")[0].split("(")[0]):
            until = int(second or first)
            span = range(int(first), until + 1) if 0 <= until - int(first) <= _MOST_IN_A_RANGE else (int(first), until)
            cites.update(dict.fromkeys(span))
    text = _EMPHASIS.sub("", _plain(body)).strip()
    text = _PREFACE.sub("", _LINE_START.sub("", text), count=1).strip()
    if not any(character.isalnum() for character in text):
        return None
    return Claim(_whole_characters(text), tuple(cites))


def _whole_characters(text: str) -> str:
    """The text with halves of characters joined, and replaced where the other half is missing."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
