"""Who wrote an article, when, and where it is, in the parts that every reference puts together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote as percent_encode
from urllib.parse import urlsplit

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_ORGANISATION = re.compile(
    r"\b(agency|associat\w+|bureau|center|centre|committee|company|corporation|council|department|desk|editors?|"
    r"editorial|foundation|group|inc|institute|ltd|magazine|ministry|network|news|office|press|service|society|staff|"
    r"team|times|university)\b|^the\b|[\d@&/()]|\band\b",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"(?:jr|sr|ph\.?d|m\.?d)\.?|i{2,3}|iv", re.IGNORECASE)


def one_line(text: str | None) -> str:
    """The text with every run of white space as one space; nothing for None."""
    return " ".join((text or "").split())


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name in parts, or one that is not split: a single word, or an organisation."""

    family: str
    given: str = ""
    suffix: str = ""

    def inverted(self) -> str:
        return ", ".join(part for part in (self.family, self.given, self.suffix) if part)


def names_of(authors: tuple[str, ...]) -> list[Name]:
    """The authors' names in parts, without those that are only white space."""
    return [parse_name(author) for author in authors if author.strip()]


def parse_name(author: str) -> Name:
    """The last word is the family name, with the particles in lower case before it; ``Family, Given`` is kept.

    >>> [parse_name(author).inverted() for author in ("Ludwig van Beethoven", "BBC News", "King, Martin, Jr.")]
    ['van Beethoven, Ludwig', 'BBC News', 'King, Martin, Jr.']
    """
    whole = one_line(author)
    parts = [part.strip() for part in whole.split(",")]
    if _ORGANISATION.search(whole) or not all(parts):
        return Name(whole)
    if len(parts) > 1:
        suffixes = [part for part in parts[1:] if _SUFFIX.fullmatch(part)]
        others = [part for part in parts[1:] if not _SUFFIX.fullmatch(part)]
        if len(suffixes) > 1 or len(others) > 1:
            return Name(whole)
        name = Name(parts[0], others[0]) if others else parse_name(parts[0])
        return Name(name.family, name.given, suffixes[0] if suffixes else "")
    words = whole.split()
    suffix = words.pop() if len(words) > 2 and _SUFFIX.fullmatch(words[-1]) else ""
    if len(words) < 2:
        return Name(whole)
    first = len(words) - 1
    while first > 1 and words[first - 1].islower():
        first -= 1
    return Name(" ".join(words[first:]), " ".join(words[:first]), suffix)


def month_name(month: int) -> str:
    """The month, counted from 1, in English."""
    return _MONTHS[month - 1]


def verbatim_url(url: str | None) -> str:
    """The URL as ``url`` fields hold it, raw; only what would end the field early is percent-encoded."""
    return re.sub(r"[\x00-\x20\x7f\s{}\\<>]", lambda match: percent_encode(match[0]), (url or "").strip())


def is_web(url: str | None) -> bool:
    """Whether a browser can follow it."""
    try:
        parts = urlsplit((url or "").strip())
    except ValueError:  # such as a bracket without its mate
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)
