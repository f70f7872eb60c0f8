"""What may reach a terminal: article text is data, and must not move a cursor, set a title or turn a line around."""

from __future__ import annotations

import re

_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""C0 but tab and newline, C1, line separators, what overrides the direction of writing, halves of characters."""


def printable(text: str) -> str:
    r"""The text with every character that steers a terminal, or hides in one, replaced by one that is seen.

    One for one, so that offsets still hold: control characters by their pictures, others by U+FFFD.

    >>> printable("a\x1b]0;x\x07b")
    'a␛]0;x␇b'
    """
    return _UNSEEN.sub(lambda match: _picture(match[0]), text)


def printable_json(text: str) -> str:
    r"""JSON text in which those characters are written as escapes: another spelling of the same value.

    >>> printable_json('"a\x9bb"')
    '"a\\u009bb"'
    """
    return _UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _picture(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"
