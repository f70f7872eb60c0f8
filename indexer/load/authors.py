"""The names of people, out of the many ways in which pages state who wrote an article."""

from __future__ import annotations

import re
from collections.abc import Iterable

_BY = re.compile(
    r"^(?:(?:written|posted|reported|reviewed|words|story|text)\s+)?by[:\s]+|^(?:author|text|von|par)s?\s*:\s*", re.I
)
_BETWEEN = re.compile(r"\s*(?:[;|/•·\n\t]|,?\s(?:and|und|et|&)\s|\s[–—-]\s)\s*", re.I)
_ASIDE = re.compile(r"\s*(?:\([^)]*\)|<[^>]*>|\[[^\]]*\])\s*|\s+(?:for|@)\s+.*$|\S+@\S+\.\w+")
_SUFFIX = re.compile(r"^(?:jr|sr|ii|iii|iv|ph\.?\s?d|m\.?\s?d|esq|mba|rn)\.?$", re.I)
_NO_NAME = re.compile(
    r"""https?:|www\.|\.(?:com|org|net|co|io)\b | @ | \d | ^\W*$
    | ^(?:the\ )?(?:admin\w*|administrator|anonymous|author|contributors?|editors?|editorial.*|guest.*|moderator|null
        |none|staff|undefined|unknown|user|webmaster|redaktion|redacción|redazione|la\ rédaction)$
    | \b(?:staff|newsroom|news\ (?:desk|agency|agencies|service)|associated\ press|agencies|reports|media
        |editorial\ board|correspondents?|reporters?|writers?|editors?|inc|ltd|llc|gmbh|media\ group
        |press\ (?:office|release)|web\ desk|network)\b\.?$
    | ^(?:reuters|afp|ap|dpa|upi|bloomberg|xinhua)$""",
    re.I | re.VERBOSE,
)
_LONGEST = 6  # words


def author_names(stated: Iterable[str], *, not_people: Iterable[str] = ()) -> tuple[str, ...]:
    """Each author's name once, in order; what is no person's name (addresses, handles, desks, ``not_people``) left out.

    >>> author_names(["By Ann Lee, Bo Chen and Reuters", "https://example.org/ann"])
    ('Ann Lee', 'Bo Chen')
    >>> author_names(["Lee, Ann"]), author_names(["Ann Lee, Jr."])
    (('Ann Lee',), ('Ann Lee, Jr.',))
    """
    excluded = {_plain(name) for name in not_people}
    names: dict[str, str] = {}
    for line in stated:
        for name in _names(line):
            if _is_name(name) and _plain(name) not in excluded:
                names.setdefault(_plain(name), name)
    return tuple(names.values())


def _names(line: str) -> list[str]:
    if "://" in line:
        return []
    found: list[str] = []
    for piece in _BETWEEN.split(_BY.sub("", _ASIDE.sub(" ", line).strip())):
        parts = [part.strip() for part in piece.split(",") if part.strip()]
        if (
            len(parts) == 2
            and len(parts[0].split()) == 1
            and not _SUFFIX.match(parts[1])
            and len(parts[1].split()) <= 2
        ):
            parts = [f"{parts[1]} {parts[0]}"]  # "Lee, Ann", as libraries write it
        for part in parts:
            if found and _SUFFIX.match(part):
                found[-1] += f", {part}"
            else:
                found.append(" ".join(_BY.sub("", part).split()))
    return found


def _is_name(name: str) -> bool:
    if _NO_NAME.search(name) or len(name.split()) > _LONGEST or len(name) < 2:
        return False
    # One word in one case is a login name or an organization's initials.
    return " " in name or not (name.islower() or name.isupper())


def _plain(name: str) -> str:
    return re.sub(r"\W+|^the\s", "", name.casefold())
