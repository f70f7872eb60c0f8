"""Metadata that a program filled in, told from metadata that a person did."""

from __future__ import annotations

import re

_PROGRAM_TITLE = re.compile(
    r"microsoft (?:word|powerpoint|excel|office)\b.*|(?:untitled|document|dokument|presentation|slide|doc|title)\s*\d*"
    r"|powerpoint presentation|word document|new document"
    r"|.*\.(?:docx?|pdf|tex|dvi|ps|indd|qxd|odt|rtf|pptx?|xlsx?|html?)",
    re.IGNORECASE,
)
_NOBODY = {
    *("unknown", "unknown author", "author", "anonymous", "user", "owner", "admin", "administrator", "root", "none"),
    *("python-docx", "microsoft office user", "microsoft", "windows user", "calibre", "n/a", "default", "test"),
}


def stated_title(text: str | None, name: str) -> str | None:
    """The title on one line; None when it is the file's name or a program's default.

    >>> stated_title("Microsoft Word - report.doc", "in/report.pdf"), stated_title("On  Tea", "in/tea.pdf")
    (None, 'On Tea')
    """
    title = " ".join((text or "").split())
    file = name.rsplit("/", 1)[-1]
    if not any(c.isalnum() for c in title) or _PROGRAM_TITLE.fullmatch(title):
        return None
    return None if title.casefold() in {file.casefold(), file.rsplit(".", 1)[0].casefold()} else title


def stated_authors(*texts: str | None) -> tuple[str, ...]:
    """The people named, each once; semicolons part them, commas do not ("Woolf, Virginia").

    >>> stated_authors("Ada Lovelace; Charles Babbage", "python-docx")
    ('Ada Lovelace', 'Charles Babbage')
    """
    names = (" ".join(name.split()) for text in texts for name in (text or "").split(";"))
    people = [name for name in names if any(c.isalpha() for c in name) and name.casefold() not in _NOBODY]
    return tuple(dict.fromkeys(people))


def stated_language(tag: str | None) -> str | None:
    """The language of a BCP 47 tag, as ``detect_language`` writes it; None when the tag names none.

    >>> stated_language("en-GB"), stated_language("und")
    ('en', None)
    """
    language = re.split("[-_]", (tag or "").strip())[0].lower()
    return language if re.fullmatch("[a-z]{2,3}", language) and language not in {"und", "zxx", "mul", "mis"} else None
