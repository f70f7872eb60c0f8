"""The door to formats that are zip files: what is no zip, is encrypted or unpacks to a bomb is refused by name."""

from __future__ import annotations

import zipfile
from pathlib import Path

from indexer.errors import NotAnArticle

_LARGEST = 200_000_000  # bytes unpacked
_HARMLESS = 20_000_000  # bytes unpacked; below this, a file of repeated text may compress as well as it likes
_STEEPEST = 200  # times; text compresses 3 to 20 times
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")


def check_zip(path: Path, name: str, kind: str) -> None:
    """Nothing, when the file is a zip that is safe to unpack; ``kind`` is what it should be ("a DOCX file").

    The sizes are those that the zip states for its members; ``zipfile`` reads no more than that from any of them.

    Raises:
        NotAnArticle: it is not.
    """
    with path.open("rb") as file:
        magic = file.read(len(_OLE))
    if magic == _OLE:
        if _ENCRYPTED_STREAM in path.read_bytes():
            raise NotAnArticle(
                f"{name}: needs a password to be opened. Save a copy without it, from the program it is of"
            )
        raise NotAnArticle(
            f"{name}: not {kind} but an old binary Office file. Save it as DOCX, from Word or LibreOffice"
        )
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile as error:
        raise NotAnArticle(f"{name}: not {kind}, or cut short: {error}. Get a complete copy") from error
    if any(member.flag_bits & 0x1 for member in members):
        raise NotAnArticle(f"{name}: its parts are encrypted with a password. Save a copy without it")
    unpacked = sum(member.file_size for member in members)
    packed = max(sum(member.compress_size for member in members), 1)
    if unpacked > _LARGEST or (unpacked > _HARMLESS and unpacked / packed > _STEEPEST):
        raise NotAnArticle(
            f"{name}: unpacks to {unpacked:,} bytes from {packed:,}; the most is {_LARGEST:,} bytes"
            f" and {_STEEPEST} times. If it is genuine, remove its pictures or split it"
        )
