"""Bytes to text, never with a loss: what cannot be read exactly is refused with the command that mends it.

A legacy encoding is chosen by the language that comes out: every byte string is *some* Windows-1250 text, but only the
right encoding of a Polish article gives Polish. Byte statistics alone (charset-normalizer) decide where the text is too
short to tell its language; on short texts they name a neighbouring code page about one time in three.
"""

from __future__ import annotations

import codecs
import contextlib
import re
from itertools import pairwise

from indexer.errors import NotAnArticle
from indexer.load.language import language_likelihood

_BOMS = (  # UTF-32's little-endian mark begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SIGNATURES = (
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP container (a .docx, .epub or .zip)"),
    (b"\x1f\x8b", "gzip-compressed"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Microsoft Office document"),
    (b"{\\rtf", "a Rich Text document"),
    (b"\x89PNG", "a PNG image"),
    (b"GIF8", "a GIF image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"\x7fELF", "a program"),
    (b"BZh", "bzip2-compressed"),
    (b"\xfd7zXZ\0", "xz-compressed"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed"),
)
_BY_LANGUAGE = {  # alphabets that share their bytes, so that only the language tells them apart
    "cp1252": "en de fr es it pt nl da sv no nb nn fi is ca ga eu gl af id ms sw",
    "cp1251": "ru uk bg sr mk be",
    "koi8_r": "ru bg",
    "cp1250": "pl cs sk hu sl hr bs ro sq",
    "iso8859_2": "pl cs sk hu sl hr bs ro",
    "cp1254": "tr az",
    "cp1257": "lt lv et",
}
_BY_BYTES = ("cp1253", "cp1255", "cp1256", "euc_jp", "cp932", "gb18030", "big5", "cp949")
_FITS = 0.6
_ENOUGH = 20_000  # characters to judge a script by
_HIRAGANA = re.compile("[ぁ-ゟ]")
_LETTER = re.compile(r"[^\W\d_]|[‘’“”„–—…«»£€©°§\xa0]")  # and what typesetters use
_CONTROL_SHARE = 0.05  # of all characters; text has none but white space and, on old printers' files, a few


def signature(raw: bytes) -> str | None:
    """What a file's first bytes say that it is, in words, when that is not text."""
    return next((words for magic, words in _SIGNATURES if raw.startswith(magic)), None)


def decode(raw: bytes, name: str) -> str:
    r"""The text that the bytes are, by byte order mark, as UTF-8, or in the legacy encoding that fits.

    >>> decode(b"\xff\xfeh\x00i\x00", "a.txt"), decode("Καλημέρα".encode(), "b.txt")
    ('hi', 'Καλημέρα')

    Raises:
        NotAnArticle: the bytes are not text, are damaged UTF-8, or fit no encoding.
    """
    if what := signature(raw):
        raise NotAnArticle(f"{name} is {what}, not text. Convert it to text, or rename it to its own suffix")
    for mark, encoding in _BOMS:
        if raw.startswith(mark):
            return _checked(_strict(raw, encoding, name), name)
    if (position := raw.find(b"\0")) >= 0:
        raise NotAnArticle(
            f"{name} is not text: byte {position} is NUL. If it is UTF-16 without a byte order mark: "
            f"iconv -f UTF-16LE -t UTF-8 {name!r}"
        )
    try:
        return _checked(raw.decode("utf-8"), name)
    except UnicodeDecodeError as error:
        _refuse_damaged_utf8(raw, name, error)
        return _checked(_legacy(raw, name, error), name)


def _strict(raw: bytes, encoding: str, name: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise NotAnArticle(
            f"{name} has the byte order mark of {encoding.upper()}, but byte {error.start} is none of it "
            f"({error.reason}). Save it again as UTF-8"
        ) from error


def _checked(text: str, name: str) -> str:
    control = sum(1 for c in text if ("\x00" <= c < " " or "\x7f" <= c <= "\x9f") and c not in "\t\n\v\f\r\x1b\x85")
    if control > _CONTROL_SHARE * len(text):
        raise NotAnArticle(f"{name} is not text: {control} of its {len(text)} characters are control characters")
    return text


def _refuse_damaged_utf8(raw: bytes, name: str, error: UnicodeDecodeError) -> None:
    kept = raw.decode("utf-8", "ignore")
    dropped = len(raw) - len(kept.encode())
    if sum(1 for c in kept if c > "\x7f") >= dropped:  # bytes that form UTF-8 by chance are rare in other encodings
        raise NotAnArticle(
            f"{name} is UTF-8 but for {dropped} of its {len(raw)} bytes; the first is byte {error.start} "
            f"(0x{raw[error.start]:02x}). To drop them: iconv -f UTF-8 -t UTF-8 -c {name!r}"
        ) from error


def _legacy(raw: bytes, name: str, error: UnicodeDecodeError) -> str:
    readings = _readings(raw)
    for encoding in ("euc_jp", "cp932"):
        if _share(_HIRAGANA, readings.get(encoding, "")[:_ENOUGH]) > 0.2:
            return readings[encoding]
    scores = {
        encoding: _fit(readings[encoding], frozenset(codes.split()))
        for encoding, codes in _BY_LANGUAGE.items()
        if encoding in readings
    }
    fittest = max(scores, key=scores.__getitem__, default="")  # the first of equals
    if scores.get(fittest, 0.0) >= _FITS:
        return readings[fittest]
    if "cp1252" in readings and sum(1 for byte in raw if byte > 0x7F) < 0.3 * len(raw):
        return readings["cp1252"]  # ASCII with an accent or a curly quote here and there
    from charset_normalizer import from_bytes

    best = from_bytes(raw, cp_isolation=[*_BY_LANGUAGE, *_BY_BYTES]).best()
    if best is None:
        raise NotAnArticle(
            f"{name} is in no encoding that fits (not UTF-8: byte {error.start} is 0x{raw[error.start]:02x}). "
            f"Convert it: iconv -f ENCODING -t UTF-8 {name!r}"
        ) from error
    return str(best)


def _readings(raw: bytes) -> dict[str, str]:
    readings = {}
    for encoding in (*_BY_LANGUAGE, *_BY_BYTES):
        with contextlib.suppress(UnicodeDecodeError):
            readings[encoding] = raw.decode(encoding)
    return readings


def _fit(text: str, languages: frozenset[str]) -> float:
    sample = text[:_ENOUGH]
    # The wrong Cyrillic page swaps the cases of some letters: "Capitals iNside wOrds" are its mark.
    inside = sum(1 for left, right in pairwise(sample) if left.islower() and right.isupper())
    return (
        language_likelihood(_around(text), languages) * _share(_LETTER, sample) * max(0, 1 - 20 * inside / len(sample))
    )


def _share(wanted: re.Pattern[str], text: str) -> float:
    """Of the text's characters that are not ASCII, the share that the pattern matches."""
    foreign = "".join(c for c in text if c > "\x7f")
    return len(wanted.findall(foreign)) / max(1, len(foreign))


def _around(text: str) -> str:
    """The text from a little before its first character that is not ASCII: there the encodings differ."""
    first = next((position for position, c in enumerate(text) if c > "\x7f"), 0)
    return text[max(0, first - 200) :]
