"""Which blocks between an article's paragraphs are the site's and not the article's: captions, bylines, links, prompts.

Signs of three kinds: what the page's author calls the element, where its words link to, and stock phrases. The last
are English; the first two serve other languages. No sign may take the bulk of a page's text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from lxml.html import HtmlElement

from indexer.load.dates import parse_date
from indexer.load.html.blocks import HtmlBlock

_MINOR = 0.3  # an element with a larger share of the text is the article, whatever it is called
_SHORT = 250  # characters; a stock phrase in a longer paragraph is about something
_LINKED = 0.8  # share of a block's characters in links from which it is a link and not a sentence with one

_CHROME_TAGS = {"figcaption", "nav", "footer", "button"}
_CHROME_NAMES = {
    *("advert", "advertisement", "ad", "ads", "author", "authors", "bio", "breadcrumb", "breadcrumbs", "byline"),
    *("caption", "captions", "comments", "copyright", "credit", "credits", "cta", "dateline", "disclaimer", "disqus"),
    *("mostpopular", "mostread", "newsletter", "newsletters", "optin", "outbrain", "paywall", "popular", "postinfo"),
    *("postmeta", "promo", "promos", "promotion", "readmore", "recirc", "recommendation", "recommendations"),
    *("recommended", "related", "share", "sharing", "shares", "sidebar", "signup", "social", "sponsor", "sponsored"),
    *("subscribe", "subscription", "taboola", "tags", "teaser", "teasers", "timestamp", "toolbar", "trending"),
}
_WORD = re.compile(r"[a-z]+|[A-Z]+(?![a-z])|[A-Z][a-z]+")

_SITES = "facebook|twitter|instagram|youtube|x|linkedin|whatsapp|telegram|tiktok"
_STOCK = re.compile(
    rf"""
    (?: (?:read|see|watch|listen|more|also|related|recommended|trending|read\ more|see\ more|see\ also|top\ stories
        | don['’]t\ miss | you\ (?:may|might)\ (?:also\ )?(?:like|enjoy) | most\ (?:read|popular|viewed)\b.{{0,40}}
        | related\ (?:articles?|stories|posts|news|links?|content|coverage|topics) | (?:up|read|watch)\ next
        | further\ reading | recommended\ for\ you | editors?['’]?s?\ picks? | share\ (?:this|on)\b.{{0,40}}
        | advertisement | sponsored(?:\ content)? | (?:\d+\ )?comments? | leave\ a\ (?:comment|reply) | loading
        | share|print|tweet | tell\ us\ what\ you\ think | \d+\s*min(?:ute)?s?\ read ) [\s:|…»>→.]* $
    | (?:related|read\ more|see\ more|see\ also|read\ also|also\ read|watch|more|source|credit|tag|topic)s?\s*:
    | (?:follow|like|find|join)\b.{{0,80}}\bon\ (?:{_SITES})\b
    | (?:sign\ up|subscribe|register)\b.{{0,120}}\b(?:newsletters?|inbox|e-?mail\ (?:list|updates|alerts)|podcast)\b
    | .{{0,120}}\b(?:delivered|sent|straight|right|directly|headlines)\b.{{0,30}}\byour\ (?:\w+\ )?(?:inbox|letterbox)\b
    | © | \(c\) | copyright\b | .{{0,120}}\ball\ rights\ reserved\b
    | (?:photos?|pictures?|images?|illustration|video)\s*(?:credits?|courtesy(?:\ of)?|by|via)?\s*(?::|\bby\ |/|©|\(c\))
    | filed\ under\b | posted\ (?:in|under)\b | (?:estimated\ )?reading\ time\b
    | (?:(?:first|originally|last)\ )?(?:published|updated|posted|modified)\s*(?:on|at|:)\s*[\w\s,.:/|-]{{4,60}}$
    | (?:additional\ )?reporting\ (?:and\ writing\ )?by\ .{{0,80}}$
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_BYLINE = re.compile(r"By(?:\s+(?:and|de|van|von|[A-Z&][\w.’'-]*),?){2,8}|BY(?:\s+[A-Z.’'-]+,?){2,8}")


def mark_boilerplate(blocks: Sequence[HtmlBlock]) -> list[HtmlBlock]:
    """The same blocks, with kind ``boilerplate`` where they are the site's."""
    chrome = _named_as_chrome(blocks)
    foreign = [block.element in chrome or _is_stock(block.part.text) for block in blocks]
    _mark_lone_links(blocks, foreign)
    _mark_headings_over_nothing(blocks, foreign)
    return [
        replace(block, part=replace(block.part, kind="boilerplate", level=0)) if is_foreign else block
        for block, is_foreign in zip(blocks, foreign, strict=True)
    ]


def _named_as_chrome(blocks: Sequence[HtmlBlock]) -> set[HtmlElement]:
    """The elements of those blocks that an element around them calls a caption, a share bar, a promotion and so on."""
    size: Counter[HtmlElement] = Counter()
    for block in blocks:
        for element in (block.element, *block.element.iterancestors()):
            size[element] += len(block.part.text)
    whole = sum(len(block.part.text) for block in blocks)
    named = {element for element, here in size.items() if here <= _MINOR * whole and _is_chrome(element)}
    marked = [
        block
        for block in blocks
        if any(element in named for element in (block.element, *block.element.iterancestors()))
    ]
    # Where most of the text is called so, the site uses the word for something else.
    too_much = 2 * sum(len(block.part.text) for block in marked) > whole
    return set() if too_much else {block.element for block in marked}


def _is_chrome(element: HtmlElement) -> bool:
    names = f"{element.get('class', '')} {element.get('id', '')} {element.get('itemprop', '')}"
    return element.tag in _CHROME_TAGS or not _CHROME_NAMES.isdisjoint(w.lower() for w in _WORD.findall(names))


def _is_stock(text: str) -> bool:
    if len(text) > _SHORT:
        return False
    return bool(_STOCK.match(text) or _BYLINE.fullmatch(text)) or parse_date(text) is not None


def _mark_lone_links(blocks: Sequence[HtmlBlock], foreign: list[bool]) -> None:
    """Mark paragraphs that are one link, and lists of nothing else: one linked item among others is the article's."""
    lone = [b.linked >= _LINKED * len(b.part.text) and len(b.part.text) <= _SHORT for b in blocks]
    mixed = {b.element.getparent() for b, is_lone in zip(blocks, lone, strict=True) if not is_lone}
    for index, block in enumerate(blocks):
        is_content = block.part.kind == "heading" or (block.element.tag == "li" and block.element.getparent() in mixed)
        if lone[index] and not is_content:
            foreign[index] = True


def _mark_headings_over_nothing(blocks: Sequence[HtmlBlock], foreign: list[bool]) -> None:
    """Mark a heading with nothing under it but what is marked, or a linked one with nothing but another heading."""
    for index in reversed(range(len(blocks))):
        block = blocks[index]
        if block.part.kind != "heading" or block.part.level == 1:
            continue
        under = index + 1
        while under < len(blocks) and foreign[under]:
            under += 1
        linked = block.linked >= _LINKED * len(block.part.text)
        if under == len(blocks) or (linked and blocks[under].part.kind == "heading"):
            foreign[index] = True
