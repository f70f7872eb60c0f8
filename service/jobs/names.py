"""What an uploaded file may be called: its name becomes part of ids, and never of a path on this machine."""

from __future__ import annotations

import re
import unicodedata

from indexer.errors import BadRecord
from service.citation import shown

_LONGEST = 500
_DRIVE = re.compile(r"[A-Za-z]:")


def upload_name(raw: bytes) -> str:
    """The name, composed as ids are (NFC). It may hold folders: ``2015/port.txt``.

    Raises:
        BadRecord: it is none that an id can hold.
    """
    try:
        name = unicodedata.normalize("NFC", raw.decode())
    except UnicodeDecodeError as error:
        raise BadRecord(f"a file's name is not UTF-8: {shown(repr(raw))}. Rename it") from error
    wrong = _wrong(name)
    if wrong:
        raise BadRecord(f"a file cannot be named {shown(name)}: {wrong}. Rename it")
    return name


def _wrong(name: str) -> str | None:
    if len(name) > _LONGEST:
        return f"it has {len(name):,} characters, the most is {_LONGEST}"
    if any(unicodedata.category(character) == "Cc" for character in name):
        return "it holds a control character"
    if name != name.strip():
        return "it begins or ends with a space"
    if name.startswith(("/", "\\")) or _DRIVE.match(name):
        return "it is the path of another machine"
    if any(segment in {"", ".", ".."} for segment in re.split(r"[/\\]", name)):
        return "it has an empty part, or one of dots"
    return None


def shown_name(raw: bytes) -> str:
    """A name as an error lists it, whatever it holds, and no longer than a line."""
    return shown(raw.decode("utf-8", "backslashreplace"))[1:-1]
