r"""An article's passages: whole sentences, about as many tokens as the model reads best, never more than it can read.

A passage is one span of the canonical text, so it never crosses a heading or boilerplate. In order of reading:
`ChunkConfig`, `chunk_all` (what an archive is built with), `_runs` (where passages may reach), `_units` (sentences, and
the pieces of long ones), `_pack` (which units make a passage), `embedding_input` (what the model sees).

Each text is tokenised once; passages are counted by looking up offsets in the list of its token starts. A substring
can have other tokens than its place in the whole had, so the passages where that could matter are counted again.
It is one module because counting, cutting and packing share one budget.

Deliberately not here: sentence boundaries (`sentences`) and the model (`embed`).
"""

from __future__ import annotations

import math
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from tokenizers import Tokenizer

from indexer.errors import BadRecord, InputError
from indexer.records import Article, Block, Passage
from indexer.sentences import split_sentences

_TITLE_TOKENS = 48
_LONGEST_TOKEN = 32  # characters; more count as more tokens, lest a word of a megabyte be one token and one passage
_STRANDED = 10**9  # the cost of parting a heading from what follows: paid only where they do not fit together
_BATCH_CHARACTERS = 1_000_000

_CLAUSE_END = re.compile(r"[,;:)\]»”—–]+(?=\s)|[，；：、）」』]+")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class ChunkConfig:
    """How long passages are. It is part of what determines an archive.

    Attributes:
        size: tokens that a passage should have.
        overlap: sentences that a passage repeats from the end of the one before it, within a section.
        limit: tokens that the model reads of title and passage together, its special tokens not counted.
    """

    size: int = 200
    overlap: int = 1
    limit: int = 254

    def __post_init__(self) -> None:
        if not 0 < self.size <= self.limit:
            raise InputError(f"passages of {self.size} tokens: choose a size from 1 to the model's limit, {self.limit}")
        if not 0 <= self.overlap <= 5:
            raise InputError(f"an overlap of {self.overlap} sentences: choose 0 to 5")


class TokenCounter(Protocol):
    def token_starts(self, texts: Sequence[str]) -> list[list[int]]:
        """For each text the offsets (code points, ascending) at which its tokens start, special tokens left out."""
        ...


class ModelTokens:
    """Counts with an embedding model's own tokenizer, whatever truncation it is set to."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = Tokenizer.from_str(tokenizer.to_str())
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    def token_starts(self, texts: Sequence[str]) -> list[list[int]]:
        encodings = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [sorted([start for start, _ in encoding.offsets]) for encoding in encodings]


_DEFAULT = ChunkConfig()


def chunk(article: Article, tokens: TokenCounter, config: ChunkConfig = _DEFAULT) -> list[Passage]:
    """The passages of one article; see `chunk_all`."""
    return next(chunk_all([article], tokens, config))


def chunk_all(
    articles: Iterable[Article], tokens: TokenCounter, config: ChunkConfig = _DEFAULT
) -> Iterator[list[Passage]]:
    """For each article its passages, in order of their starts; none lies inside another.

    Together they hold all text of paragraphs and headings. An article of boilerplate alone has none, and the title is
    a passage only of an article that has nothing else. A batch of articles is read ahead, to be tokenised in one call.

    Raises:
        BadRecord: the limit leaves no room for text beside an article's title.
    """
    for batch in _batches(articles):
        drafts = [(article, short_title(article.title), _runs(article)) for article in batch]
        texts = [text for _, title, runs in drafts for text in (title, *(run.text for run in runs))]
        starts = iter(tokens.token_starts(texts))
        for article, _, runs in drafts:
            title_count = len(next(starts))
            counted = [(run, _weighed(next(starts), len(run.text))) for run in runs]
            yield _fitting(article, title_count, counted, tokens, config)


def embedding_input(title: str | None, passage_text: str) -> str:
    """What the model sees of a passage: the title, cut to about 48 tokens, a line end, and the passage.

    A passage that begins with the title goes without it.
    """
    short = short_title(title)
    if short and not _begins_with(passage_text, short):
        passage_text = f"{short}\n{passage_text}"
    return passage_text


def short_title(title: str | None) -> str:
    """The title on one line, cut at a space to what is about 48 tokens in any script; empty for None.

    Four ASCII letters count as a token, as does every other character: so it needs no tokenizer, and a title of a
    megabyte leaves room for the passage.
    """
    line = " ".join((title or "").lstrip()[:2000].split()).encode(errors="replace").decode()
    if len(line) <= _TITLE_TOKENS:
        return line
    quarters = 0
    for position, character in enumerate(line):
        quarters += 0 if character == " " else 1 if character.isascii() and character.isalpha() else 4
        if quarters > 4 * _TITLE_TOKENS:
            return line[:position].rpartition(" ")[0] or line[:position]
    return line


def _begins_with(passage_text: str, title: str) -> bool:
    opening = " ".join(passage_text[: 2 * len(title) + 50].split()).casefold()
    folded = title.casefold()
    return opening.startswith(folded) and not opening[len(folded) : len(folded) + 1].isalnum()


@dataclass(frozen=True, slots=True)
class _Run:
    """What a passage may not reach beyond: headings in a row and the paragraphs under them, with nothing between."""

    text: str
    blocks: tuple[Block, ...]
    heading: str | None

    def passage(self, start: int, end: int) -> Passage:
        """The passage for a span of the run's own text."""
        start, end = start + self.blocks[0].start, end + self.blocks[0].start
        block = self.blocks[bisect_right(self.blocks, start, key=lambda block: block.end)]
        return Passage(start, end, self.heading, block.page)


@dataclass(frozen=True, slots=True)
class _Unit:
    """What passages are made of: a sentence, a heading or a piece of one. ``first`` and ``last`` count its tokens."""

    start: int
    end: int
    first: int
    last: int
    is_heading: bool
    is_sentence: bool


def _runs(article: Article) -> list[_Run]:
    """The runs of an article that hold text; those of its title when it has no others."""
    groups: list[list[Block]] = [[]]
    for block in article.blocks:
        if block.kind in ("title", "boilerplate"):
            groups.append([])
        elif block.kind == "heading" and groups[-1] and groups[-1][-1].kind != "heading":
            groups.append([block])
        else:
            groups[-1].append(block)
    runs: list[_Run] = []
    heading = None
    for group in groups:
        for block in group:
            if block.kind == "heading":
                heading = short_title(article.text[block.start : block.end]) or heading
        runs += _run_of(article, group, heading)
    return runs or [run for block in article.blocks if block.kind == "title" for run in _run_of(article, [block], None)]


def _run_of(article: Article, blocks: Sequence[Block], heading: str | None) -> list[_Run]:
    text = article.text[blocks[0].start : blocks[-1].end] if blocks else ""
    return [_Run(text, tuple(blocks), heading)] if text.strip() else []


def _batches(articles: Iterable[Article]) -> Iterator[list[Article]]:
    batch: list[Article] = []
    characters = 0
    for article in articles:
        batch.append(article)
        characters += len(article.text)
        if characters >= _BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def _weighed(starts: list[int], length: int) -> list[int]:
    """The token starts, and one more for every 32 characters that have none."""
    gaps = [pair for pair in pairwise([0, *starts, length]) if pair[1] - pair[0] > _LONGEST_TOKEN]
    if not gaps:
        return starts
    return sorted([*starts, *(at for start, end in gaps for at in range(start + _LONGEST_TOKEN, end, _LONGEST_TOKEN))])


def _fitting(
    article: Article,
    title_count: int,
    runs: Sequence[tuple[_Run, list[int]]],
    tokens: TokenCounter,
    config: ChunkConfig,
) -> list[Passage]:
    """The passages, made smaller until the model's own count of each is within the limit."""
    room = config.limit - title_count - 1
    ceiling = min(room, config.size + config.size // 2)
    while ceiling > 0:
        spans = [(run, *span) for run, starts in runs for span in _spans(article, run, starts, config, ceiling)]
        doubtful = [
            embedding_input(article.title, run.text[start:end])
            for run, start, end, count in spans
            if count > room * 7 // 8 or _parts_a_word(run.text, start) or _parts_a_word(run.text, end)
        ]
        most = max(map(len, tokens.token_starts(doubtful))) if doubtful else 0
        if most <= config.limit:
            return [run.passage(start, end) for run, start, end, _ in spans]
        smaller = min(ceiling * config.limit // most, ceiling - 1 - ceiling // 8)
        ceiling = max(1, smaller) if ceiling > 1 else 0
    raise BadRecord(
        f"article {article.id!r}: its title takes {title_count} of the {config.limit} tokens that the model reads, "
        "which leaves no room for text. Shorten the title, or index with a model that reads more"
    )


def _parts_a_word(text: str, cut: int) -> bool:
    return 0 < cut < len(text) and not text[cut - 1].isspace() and not text[cut].isspace()


def _spans(
    article: Article, run: _Run, starts: list[int], config: ChunkConfig, ceiling: int
) -> Iterator[tuple[int, int, int]]:
    """Start, end and token count of each passage of a run."""
    size = min(config.size, ceiling)
    if len(starts) <= size:
        yield len(run.text) - len(run.text.lstrip()), len(run.text.rstrip()), len(starts)
        return
    units = _units(article, run, starts, size, ceiling)
    for first, last in _pack(units, size, config.overlap, ceiling):
        yield units[first].start, units[last].end, units[last].last - units[first].first


def _units(article: Article, run: _Run, starts: list[int], size: int, ceiling: int) -> list[_Unit]:
    """The run's headings and sentences, those of more than ``ceiling`` tokens in pieces."""
    units: list[_Unit] = []
    for block in run.blocks:
        text = article.text[block.start : block.end]
        shift = block.start - run.blocks[0].start
        is_heading = block.kind == "heading"
        whole = [(len(text) - len(text.lstrip()), len(text.rstrip()))] if text.strip() else []
        for start, end in whole if is_heading else split_sentences(text, article.language):
            pieces = list(_pieces(run.text, start + shift, end + shift, starts, size, ceiling))
            for a, b in pieces:
                first, last = bisect_left(starts, a), bisect_left(starts, b)
                units.append(_Unit(a, b, first, last, is_heading, len(pieces) == 1 and not is_heading))
    return units


def _pieces(text: str, start: int, end: int, starts: list[int], size: int, ceiling: int) -> Iterator[tuple[int, int]]:
    """The span whole if it has at most ``ceiling`` tokens, else in about equal pieces of at most ``size``."""
    first, last = bisect_left(starts, start), bisect_left(starts, end)
    if last - first <= ceiling:
        yield start, end
        return
    while last - first > size:
        count = last - first
        share = math.ceil(count / math.ceil(count / size))
        cut = max(start + 1, _cut(text, starts[first + share // 2], starts[first + share], starts[first + size]))
        yield start, start + len(text[start:cut].rstrip())
        start = cut
        while text[start].isspace():
            start += 1
        first = bisect_left(starts, start)
    yield start, end


def _cut(text: str, earliest: int, aim: int, latest: int) -> int:
    """Where to part a long sentence: after the clause mark nearest to ``aim``, else at a space, else at ``aim``."""
    for mark in (_CLAUSE_END, _SPACE):
        cuts = [match.end() for match in mark.finditer(text, earliest, latest)]
        if cuts:
            return min(cuts, key=lambda cut: (abs(cut - aim), cut))
    cut = aim
    while cut > earliest and _joins_the_one_before(text[cut - 1], text[cut]):
        cut -= 1
    return cut if cut > earliest else aim


def _joins_the_one_before(before: str, character: str) -> bool:
    """Whether a reader sees both as one character: accents, emoji in sequence."""
    return "\u200d" in (before, character) or unicodedata.category(character) in ("Mn", "Me", "Mc", "Sk")


def _pack(units: Sequence[_Unit], size: int, overlap: int, ceiling: int) -> list[tuple[int, int]]:
    """First and last unit of each passage, such that the squared differences from ``size`` have the least sum.

    So passages come out about equal: 260 tokens make two of 130, not 200 and 60. A heading stays with what follows it.
    Of equal sums the one with the longest last passage wins.
    """
    least = [0.0] + [math.inf] * len(units)  # least[i]: the cost of the best passages that end before unit i
    begins = [0] * (len(units) + 1)  # begins[i]: the unit after which the last of those passages adds something new
    opens = [0] * len(units)  # opens[i]: the unit at which the passage opens that adds units from i
    for new in range(len(units)):
        if new:
            opens[new] = _opening(units, new, opens[begins[new]], size, overlap, ceiling)
        for end in range(new + 1, len(units) + 1):
            count = units[end - 1].last - units[opens[new]].first
            if count > ceiling and end > new + 1:
                break
            stranded = units[end - 1].is_heading and end < len(units)
            cost = least[new] + (count - size) ** 2 + _STRANDED * stranded
            if cost < least[end]:
                least[end], begins[end] = cost, new
    passages = []
    end = len(units)
    while end:
        passages.append((opens[begins[end]], end - 1))
        end = begins[end]
    return passages[::-1]


def _opening(units: Sequence[_Unit], new: int, opened: int, size: int, overlap: int, ceiling: int) -> int:
    """Where the passage opens that adds units from ``new``: up to ``overlap`` sentences earlier, if they are short.

    Always after ``opened``, where the passage before it opens, or that one would lie inside this one.
    """
    opening = new
    while opening - 1 > opened and new - opening < overlap and units[opening - 1].is_sentence:
        repeated = units[new - 1].last - units[opening - 1].first
        if 2 * repeated > size or units[new].last - units[opening - 1].first > ceiling:
            break
        opening -= 1
    return opening
