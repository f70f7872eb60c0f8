"""Which blocks of a web page are its article.

trafilatura decides; the text comes from the page. It drops links and their words from the middle of sentences
where it takes them for navigation, and a citation must not.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from copy import deepcopy
from difflib import SequenceMatcher

from lxml import etree
from lxml.html import HtmlElement

from indexer.load.html.blocks import HtmlBlock

_SPACE = re.compile(r"\s+")
_LONG = 25  # characters without spaces: what is this long does not recur by chance
_SHINGLE = 4  # words
_SHARE = 0.5  # of a block's shingles that must be in the extract for the block to be
_MOST = 0.8  # of the text; a heading with more than the rest above it is not the article's
_FRAME = {"nav", "header", "footer", "aside", "menu"}
_LINES = {"p", "head", "item", "quote", "row", "code"}


def article_blocks(root: HtmlElement, blocks: Sequence[HtmlBlock]) -> list[HtmlBlock]:
    """The blocks that hold the article's body, in page order; none where the page has no article."""
    extract = _extract(root)
    keys = [_squeeze(block.part.text) for block in blocks]
    chosen: set[int] = set()
    # Blocks that recur (a teaser and the paragraph it repeats) are told apart by the order of what is around them.
    for match in SequenceMatcher(None, keys, [_squeeze(line) for line in extract]).get_matching_blocks():
        chosen.update(range(match.a, match.a + match.size))
    found = {keys[index] for index in chosen}
    first, last = min(chosen, default=0), max(chosen, default=len(keys))
    whole = _squeeze("".join(extract))
    pieces = {_squeeze(piece) for line in extract for piece in line.split("\n")}
    shingles = _shingles(" ".join(extract))
    for index, key in enumerate(keys):
        if key in found or not (first <= index <= last or len(key) > 2 * _LONG):
            continue
        mine = _shingles(blocks[index].part.text)
        if key in pieces or (len(key) >= _LONG and (key in whole or len(mine & shingles) > _SHARE * len(mine))):
            chosen.add(index)
    return _from_heading_on(blocks, sorted(chosen))


def _from_heading_on(blocks: Sequence[HtmlBlock], chosen: list[int]) -> list[HtmlBlock]:
    """The chosen blocks, without the little that stands above the page's only main heading."""
    headings = [index for index, block in enumerate(blocks) if block.part.level == 1]
    below = [index for index in chosen if index >= headings[0]] if len(headings) == 1 else chosen
    sizes = [sum(len(blocks[index].part.text) for index in some) for some in (below, chosen)]
    return [blocks[index] for index in (below if sizes[0] >= _MOST * sizes[1] else chosen)]


def short_article(blocks: Sequence[HtmlBlock]) -> list[HtmlBlock]:
    """The blocks outside the page's frame: the article of a page too small for trafilatura to see one in it."""
    return [b for b in blocks if _FRAME.isdisjoint(e.tag for e in (b.element, *b.element.iterancestors()))]


def _extract(root: HtmlElement) -> list[str]:
    """The text that trafilatura extracts, a string for each paragraph, line breaks within it kept."""
    from trafilatura import bare_extraction

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # "discarding data" is an answer, not a fault
    document = bare_extraction(deepcopy(root), include_comments=False, favor_precision=True)
    body = None if document is None or isinstance(document, dict) else document.body
    lines = [""]
    for event, element in etree.iterwalk(body, events=("start", "end")) if body is not None else ():
        if element.tag in _LINES:
            lines.append("")
        if event == "end":
            lines[-1] += element.tail or ""
        else:
            lines[-1] += ("\n" if element.tag == "lb" else "") + (element.text or "")
    return [line for line in lines if line.strip()]


def _squeeze(text: str) -> str:
    return _SPACE.sub("", text)


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = text.split()
    return {tuple(words[i : i + _SHINGLE]) for i in range(len(words) - _SHINGLE + 1)}
