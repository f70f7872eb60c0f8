"""Who wrote an article, where and when, as the lines around a web page's prose state it: bylines and datelines.

A line is read only when all of it is understood, so that a sentence that begins with "By" stays a sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from indexer.load.dates import parse_date
from indexer.load.text.furniture import shown
from indexer.records import PartialDate

_LONGEST = 160  # characters
_WORD = r"[^\W\d_][\w.'’-]*"
_PARTICLES = set(re.findall(r"\w+", "al bin ibn da de del della den der di do dos du el la le ten ter van von y"))
_NOBODY = set(
    re.findall(
        r"\w+",
        "admin administrator staff editor editors editorial team guest contributor reporter writer correspondent"
        " newsroom reuters afp ap upi ansa tass xinhua anonymous webmaster desk bureau agencies agency wire",
    )
)
_ROLE = re.compile(
    r"(?:special |senior |staff |chief |guest |political |foreign |associate |contributing |[A-Z]\w+ )*"
    r"(?:writers?|reporters?|editors?|correspondents?|contributors?|columnists?|analysts?|fellow|staff|bureau chief)"
    r"(?: (?:for|at|of|in) .{2,60})?",
    re.I,
)
_PUBLICATION = re.compile(
    r"\b(?:news|times|post|journal|herald|tribune|daily|weekly|monthly|research|foundation|institute|press|agency|review"
    r"|magazine|media|network|monitor|observer|guardian|gazette|chronicle|bulletin|telegraph|standard|radio|tv|online"
    r"|reuters|center|centre|council|digest|globe|express|mirror|star|sun|wire|report|watch|insider|blog|dispatch)\b"
    r"|\b(?-i:[A-Z]{3,})\b|\b[\w-]+\.(?:com|org|net|info|news|io|eu|co\.uk|de|ru|fr)\b",
    re.I,
)
_BY = re.compile(
    r"(?:(?:written|posted|published|reported|story|text|words|analysis) )?by:?\s+|(?:authors?|text):\s*", re.I
)
_ON = re.compile(
    r"(?:(?:first |originally |last )?(?:published|posted|updated|modified|created|issued|released)"
    r"(?: (?:on|at))?|date|on|dated)\s*:?\s+",
    re.I,
)
_CHANGE = re.compile(r"last|updated|modified", re.I)
_SEPARATOR = re.compile(
    r"\s*[|•·]\s*|\s+[–—-]+\s+|(?<=\d)\s+(?=by\s)"
    r"|(?<!posted)(?<!ublished)(?<!pdated),?\s+on\s+(?=\S*\d|[A-Z][a-z]{2,8}\.? \d)",
    re.I,
)
_SMALL = re.compile(
    r"[\d:]+ ?(?:[ap]\.?m\.?)?(?: [A-Z]{2,4})?|\d+ (?:min(?:utes?)? read|comments?|views|shares?)", re.I
)
_DATELINE = re.compile(
    r"(?P<place>[A-Z][\w .,'’/-]{1,60}?)?\s*\((?P<agency>[A-Z][\w/.& -]{1,30})\)\s*(?:--|[—–-])\s*(?=\S)"
)
_ORIGINAL = re.compile(
    r"(?:the )?original (?:source|publication)(?: of this (?:article|story|post))?(?:\s*:| is| at| on| in)?\s+"
    r"(?P<source>.+)"
    r"|(?:this (?:article|story|post|piece|essay) (?:was )?(?:originally|first)|originally|first)"
    r" (?:appeared|published) (?:in|on|at|by) (?P<place>.+)",
    re.I,
)
_AFTERTHOUGHT = re.compile(
    r"(?:\.|,?\s+and|,)\s+(?:read|click|see|is|was|has been|re\w+ed)\b.*|\s+under\s.*|\s*\(.*", re.I
)
_WHEN = re.compile(r"\s+(?:on|in)\s+(?=[\w ,.]*\d{4}$)", re.I)


@dataclass(frozen=True, slots=True)
class Byline:
    """What one line says of an article; what it does not say is empty."""

    authors: tuple[str, ...] = ()
    publisher: str | None = None
    published: PartialDate | None = None


def read_byline(line: str) -> Byline | None:
    """The authors and the date that the line states, or None when any of it is something else.

    >>> read_byline("By JANE DOE | June 3, 2018").authors, read_byline("By the river it was cold.")
    (('Jane Doe',), None)
    """
    words = shown(line)
    if not words or len(words) > _LONGEST or "\n" in line:
        return None
    authors: tuple[str, ...] = ()
    published = None
    understood = False
    for part in filter(None, (part.strip(" ,") for part in _SEPARATOR.split(words))):
        label = _ON.match(part)
        date = parse_date(part[label.end() :] if label else part)
        if date is not None and (date.day or label):
            understood = True
            if label is None and published not in {None, date}:
                return None  # the days of an exhibition
            if label is None or not _CHANGE.match(part):
                published = published or date
        elif by := _BY.match(part):
            names = read_names(part[by.end() :]) or _login(part, published)
            if names is None:
                return None
            authors, understood = authors + names, True
        elif name := _name_with_role(part):
            authors, understood = (*authors, name), True
        elif not (understood and (_ROLE.fullmatch(part) or _SMALL.fullmatch(part))):
            return None
    return Byline(authors, None, published) if understood else None


def _login(part: str, published: PartialDate | None) -> tuple[str, ...] | None:
    """The single name that a blog posts under; without "posted" or a date beside it, one word after "by" is none."""
    words = part.split()
    if words[-1].lower() in _NOBODY:
        return ()
    posted = words[0].lower() == "posted" and len(words) == 3
    return (words[-1],) if posted or (published is not None and len(words) == 2) else None


def _name_with_role(part: str) -> str | None:
    name, _, role = part.partition(", ")
    return name if role and is_name(name) and _ROLE.fullmatch(role) else None


def read_names(text: str) -> tuple[str, ...] | None:
    """The persons that a list of names holds, without roles and publications; None when it is no list of names.

    >>> read_names("Jane Doe and John van Roe, Staff Writers")
    ('Jane Doe', 'John van Roe')
    """
    names: list[str] = []
    for part in filter(None, (part.strip() for part in re.split(r",|;|&|\band\b", text))):
        if set(part.lower().split()) & _NOBODY or _ROLE.fullmatch(part) or (names and _PUBLICATION.search(part)):
            continue
        if not is_name(part):
            return None
        names.append(part.title() if part.isupper() else part)
    return tuple(names)


def is_name(text: str, fewest: int = 2) -> bool:
    """Whether the text has the shape of a person's name: capitalised words, none of them a number."""
    words = text.split()
    return (
        fewest <= len(words) <= 5
        and all(re.fullmatch(_WORD, word) for word in words)
        and all(word[0].isupper() or word in _PARTICLES or word.startswith("al-") for word in words)
        and words[-1][0].isupper()
        and not text.endswith("..")
    )


def names_publication(line: str) -> bool:
    """Whether a short line is the name of what publishes rather than of what is published."""
    words = line.split()
    return 0 < len(words) <= 5 and bool(_PUBLICATION.fullmatch(words[-1])) and words[0] != "A"


def read_publication(line: str) -> Byline | None:
    """The publisher and the date of a line that is these two, such as "Daily Planet, October 2, 2015".

    None too when the name could as well be a place: it must say that it publishes, or be an abbreviation or a domain.
    """
    words = shown(line)
    if len(words) > _LONGEST or "\n" in line:
        return None
    for split in re.finditer(r"\s*[,|–—-]\s+|\s+", words):
        name, date = words[: split.start()], parse_date(words[split.end() :])
        if date is not None:
            named = 1 <= len(name.split()) <= 6 and name[:1].isupper() and not re.search(r"\d|[.!?]\s", name)
            return Byline((), name, date) if date.day and named and _PUBLICATION.search(name) else None
    return None


def read_dateline(paragraph: str) -> Byline | None:
    """The agency, and the date when it has a year, of a dispatch that begins "Place, date (Agency) --".

    >>> read_dateline("Berne, 3 July 2000 (XYZ) -- It rained.").publisher
    'XYZ'
    """
    match = _DATELINE.match(paragraph)
    if match is None:
        return None
    pieces = (match["place"] or "").split(", ")
    dates = (parse_date(", ".join(pieces[n:])) for n in range(len(pieces)))
    return Byline((), match["agency"], next((date for date in dates if date is not None and date.day), None))


def read_original(line: str) -> Byline | None:
    """The publisher, and the date where one is given, that a line names as where the article first appeared.

    >>> read_original("This article was originally published in The Weekly on May 4, 2021.").publisher
    'The Weekly'
    """
    match = _ORIGINAL.fullmatch(shown(line))
    if match is None:
        return None
    place = _AFTERTHOUGHT.sub("", match["source"] or match["place"]).strip(" .,")
    publisher, *when = _WHEN.split(place, maxsplit=1)
    if len(publisher) > 80 or not publisher[:1].isalnum():
        return None
    return Byline((), publisher, parse_date(when[0]) if when else None)
