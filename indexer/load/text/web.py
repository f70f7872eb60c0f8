"""Plain text that was copied off a web page: which of its blocks are the article, and what the others say of it.

The prose is found first: paragraphs of whole sentences that are no notices. What stands before the first and after the
last of them is read line by line, as masthead, furniture or biography; between them only unmistakable furniture is
taken out. A text without any furniture goes through the same rules and keeps every block.

The module is long because these passes decide the same blocks one after the other; the rules that know a line by itself
are in ``furniture``, ``masthead``, ``headline`` and ``author_box``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from indexer.load.text import furniture
from indexer.load.text.author_box import author_boxes, is_sentence, tells_of_a_life
from indexer.load.text.headline import LONGEST_TITLE, may_be_title, title_rank
from indexer.load.text.masthead import (
    Byline,
    is_name,
    read_byline,
    read_dateline,
    read_original,
    read_publication,
)
from indexer.load.text.paragraphs import Span, ends_sentence
from indexer.records import Block, BlockKind, Original, PartialDate

_MOST_LINES = 300  # before or after the prose; what a page has more of is a list, not a masthead
_LONGEST_HEADING = 100
_LONGEST_KICKER = 60  # of a section's or the site's name over a title
_SOURCE_LINK = re.compile(r"source:?\s*\[([^\[\]]+)\]\([^()]*\)", re.I)


@dataclass(slots=True)
class Page:
    """What was read off a text: every block's kind, and the article's metadata with where each field came from."""

    blocks: tuple[Block, ...] = ()
    title: str | None = None
    authors: tuple[str, ...] = ()
    publisher: str | None = None
    published: PartialDate | None = None
    original: Original | None = None
    provenance: dict[str, str] = field(default_factory=dict)

    def take(self, byline: Byline, source: str) -> None:
        """Keep what the line says where nothing said it before."""
        if byline.authors and not self.authors:
            self.authors, self.provenance["authors"] = byline.authors, source
        if byline.publisher and not self.publisher:
            self.publisher, self.provenance["publisher"] = byline.publisher, source
        if byline.published and not self.published:
            self.published, self.provenance["published"] = byline.published, source


def is_line_of_its_own(line: str) -> bool:
    """Whether a line is a block by itself even where lines are wrapped: page furniture, an address, a byline."""
    if line[0].islower():
        return furniture.is_url(line)
    return furniture.is_unmistakable(line) or furniture.is_url(line) or (line[:3] == "By " and bool(read_byline(line)))


def read_page(text: str, spans: Sequence[Span]) -> Page:
    """The blocks and the metadata of a text whose paragraphs are these spans."""
    return _Reading(text, spans).page()


class _Reading:
    """One text while it is read. ``kinds[i]`` is None as long as block i is undecided."""

    def __init__(self, text: str, spans: Sequence[Span]) -> None:
        self.text = text
        self.spans = spans
        self.words = [text[start:end] for start, end in spans]
        self.kinds: list[BlockKind | None] = [
            "boilerplate" if furniture.is_unmistakable(words) or furniture.is_url(words) else None
            for words in self.words
        ]
        self.bylines = [read_byline(words) for words in self.words]
        self.authors = tuple(name for byline in self.bylines if byline for name in byline.authors)
        self.found = Page()
        self.is_page = self._has_furniture()
        self.biography = self._biography()
        prose = [i for i in range(len(spans)) if self._is_prose(i)]
        self.first_prose = prose[0] if prose else None
        self.head = range(min(_MOST_LINES, prose[0] if prose else len(spans)))
        self.tail = range(prose[-1] + 1 if prose else len(spans), len(spans))

    def page(self) -> Page:
        title = self._title()
        self._read_head(title)
        for i in self.biography:
            self.kinds[i] = "boilerplate"
        self._read_tail()
        self._read_original()
        if self.first_prose is not None and (dateline := read_dateline(self.words[self.first_prose])):
            self.found.take(dateline, "dateline")
        self._settle(title)
        self.found.blocks = tuple(
            Block(start, end, kind or "paragraph", level=2 if kind == "heading" else 0)
            for (start, end), kind in zip(self.spans, self.kinds, strict=True)
        )
        return self.found

    def _has_furniture(self) -> bool:
        lines = [words.casefold() for words in self.words[:10] if len(words) <= LONGEST_TITLE]
        return any(
            kind and not furniture.is_url(words) for kind, words in zip(self.kinds, self.words, strict=True)
        ) or any(a == b and len(a) > 15 for a, b in pairwise(lines))

    def _is_prose(self, i: int) -> bool:
        if self.kinds[i] or i in self.biography or self.bylines[i] or not is_sentence(self.words[i]):
            return False
        if tells_of_a_life(self.words[i]) and self.words[i].startswith(self.authors):
            return False
        return not (self.is_page and furniture.is_notice(self.words[i]))

    def _biography(self) -> set[int]:
        boxes = author_boxes(self.words, self.authors)
        for box in boxes:
            self.is_page = True
            if box.name:
                self.found.take(Byline((box.name,)), "author box")
        return {i for box in boxes for i in range(box.start, box.end)}

    def _title(self) -> int | None:
        if len(self.spans) < 2:
            return None
        candidates = [i for i in self.head if self._may_be_title(i)]
        if not self.is_page:
            first = next((i for i in self.head if not self.bylines[i]), None)
            candidates = [i for i in candidates if i == first and self._stands_free(i)]
        around = [self.words[i] for i in (*self.head, *self.tail[:_MOST_LINES])]
        return max(candidates, key=lambda i: title_rank(self.words[i], around), default=None)  # of equals, the first

    def _may_be_title(self, i: int) -> bool:
        decided = self.kinds[i] or i in self.biography or self.bylines[i]
        return not decided and may_be_title(self.words[i], on_page=self.is_page)

    def _stands_free(self, i: int) -> bool:
        """Whether an empty line follows: in ordinary text a first line without one begins a paragraph or a list."""
        end = self.spans[i][1]
        return i + 1 < len(self.spans) and self.text.count("\n", end, self.spans[i + 1][0]) > 1

    def _read_head(self, title: int | None) -> None:
        if title is not None:
            self._take_title(title)
        titled = furniture.shown(self.words[title]).casefold() if title is not None else ""
        for i in self.head:
            words = self.words[i]
            if i == title or i in self.biography:
                continue
            if byline := self.bylines[i]:
                self.found.take(byline, "byline" if byline.authors else "date line")
                self.kinds[i] = "boilerplate"
            elif self.is_page and (publication := read_publication(words)):
                self._take_publication(publication)
                self.kinds[i] = "boilerplate"
            elif self.kinds[i] is None and self.is_page:
                repeats = len(titled) > 15 and titled in words.casefold() and len(words) <= 2 * len(titled) + 60
                before = (
                    title is not None and i < title and not is_sentence(self.words[i]) and len(words) <= _LONGEST_KICKER
                )
                if repeats or before or furniture.is_likely(words) or furniture.is_notice(words):
                    self.kinds[i] = "boilerplate"
        self._take_bare_name(title)

    def _take_title(self, title: int) -> None:
        words = furniture.shown(self.words[title])
        links = [match[1] for line in self.words if (match := _SOURCE_LINK.fullmatch(line.strip()))]
        mended = next((" ".join(link.split()) for link in links if link.casefold() == words.casefold()), None)
        self.kinds[title] = "title"
        self.found.title = mended if mended and words.isupper() else words
        self.found.provenance["title"] = "Source line" if self.found.title != words else "title line"

    def _take_publication(self, publication: Byline) -> None:
        """The first such line is the page's own; a second, of another publisher, is where the article came from."""
        if self.found.publisher is None or self.found.publisher == publication.publisher:
            self.found.take(publication, "publication line")
        elif self.found.original is None:
            self.found.original = Original(publication.publisher, publication.published)
            self.found.provenance["original"] = "publication line"

    def _take_bare_name(self, title: int | None) -> None:
        """A name alone between title and prose is the author, if the text never uses its words for anything else."""
        if title is None or not self.is_page or self.found.authors:
            return
        for i in range(title + 1, self.head.stop):
            words = self.words[i]
            if self.kinds[i] is None and is_name(words) and len(words.split()) <= 4 and self.text.count(words) == 1:
                rest = self.text[self.spans[i][1] :]
                if not re.search(r"\b(?:" + "|".join(map(re.escape, words.lower().split())) + r")\b", rest):
                    self.found.take(Byline((words,)), "line under the title")
                    self.kinds[i] = "boilerplate"
                return

    def _read_tail(self) -> None:
        for i in self.tail:
            words = self.words[i]
            if self.kinds[i]:
                continue
            if byline := self.bylines[i]:
                self.found.take(byline, "byline" if byline.authors else "date line")
                self.kinds[i] = "boilerplate"
            elif (self.is_page and (furniture.is_likely(words) or furniture.is_notice(words))) or (
                tells_of_a_life(words) and words.startswith(self.found.authors)
            ):
                self.kinds[i] = "boilerplate"
        open_sentences = (i for i in reversed(self.tail) if not self.kinds[i] and is_sentence(self.words[i]))
        last_sentence = next(open_sentences, self.tail.start - 1)
        for i in self.tail[1:]:  # the headlines under "Latest news"
            follows = self.is_page and self.kinds[i - 1] == "boilerplate"
            if follows and i > last_sentence and self.kinds[i] is None:
                self.kinds[i] = "boilerplate"

    def _read_original(self) -> None:
        for kind, words in zip(self.kinds, self.words, strict=True):
            if kind == "boilerplate" and (original := read_original(words)):
                if self.found.publisher is None:
                    self.found.take(original, "original publication line")
                elif self.found.original is None:
                    self.found.original = Original(original.publisher, original.published)
                    self.found.provenance["original"] = "original publication line"
                return

    def _settle(self, title: int | None) -> None:
        """Decide the blocks that are still open, and undo everything where no text would be left to search."""
        for i, words in enumerate(self.words):
            if self.kinds[i] is None:
                likely = (
                    self.is_page
                    and i not in self.head
                    and not is_sentence(self.words[i])
                    and furniture.is_likely(words)
                )
                label = likely and len(words.split()) >= 3
                self.kinds[i] = "boilerplate" if label else "heading" if self._is_heading(i) else "paragraph"
        if not any(kind in {"paragraph", "heading"} for kind in self.kinds):
            self.kinds = ["title" if i == title else "paragraph" for i in range(len(self.spans))]

    def _is_heading(self, i: int) -> bool:
        words = self.words[i]
        following = next((j for j in range(i + 1, len(self.spans)) if self.kinds[j] != "boilerplate"), None)
        return (
            following is not None
            and is_sentence(self.words[following])
            and "\n" not in words
            and len(words) <= _LONGEST_HEADING
            and not ends_sentence(words.rstrip("?") if self.is_page else words)
            and not words[0].islower()
            and any(map(str.isalpha, words))
            and self._stands_free(i)
        )
