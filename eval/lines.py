"""How a suite's files are read: line by line, with everything that is wrong in them gathered into one error."""

from __future__ import annotations

import codecs
import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path

from indexer.errors import BadSuite

MOST_SHOWN = 20
"""Problems that an error describes; the rest are counted."""
_SHOWN = 60


class Problems:
    """What is wrong with a suite, gathered so that one run shows all that is to be mended."""

    def __init__(self, source: Path) -> None:
        self._source = source
        self._first: list[str] = []
        self._more = 0

    def __len__(self) -> int:
        return len(self._first) + self._more

    def add(self, problem: str) -> None:
        if len(self._first) < MOST_SHOWN:
            self._first.append(problem)
        else:
            self._more += 1

    def refuse(self) -> None:
        """Raise BadSuite if there is any problem."""
        if self._first:
            more = [f"and {self._more:,} more"] if self._more else []
            raise BadSuite(f"{self._source}: " + "; ".join(self._first + more))


def json_lines(path: Path, where: str, problems: Problems) -> Iterator[tuple[int, dict[str, object]]]:
    """The object of each line that is not blank, with its number; what is none goes to ``problems``.

    ``where`` is what stands before a line's number in a message. The file is read as a stream, also a ``.gz``.

    Raises:
        BadSuite: the file cannot be read, or not to its end.
    """
    for number, line in text_lines(path, where, problems):
        try:
            record = json.loads(line)
            json.dumps(record, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            problems.add(f"{where} {number} holds half a character. Write the text with both its halves")
        except (ValueError, RecursionError) as error:
            problems.add(f"{where} {number} is no JSON: {error}. Write one JSON object a line")
        else:
            if isinstance(record, dict):
                yield number, record
            else:
                problems.add(f"{where} {number} is {as_written(record)}, not an object. Write one JSON object a line")


def as_written(value: object) -> str:
    """A value of JSON as a message shows it: as it was written, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def text_lines(path: Path, where: str, problems: Problems) -> Iterator[tuple[int, str]]:
    """Each line that is not blank, with its number and without its end; as ``json_lines``."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                try:
                    text = line.removeprefix(codecs.BOM_UTF8 if number == 1 else b"").decode().rstrip("\r\n")
                except UnicodeDecodeError as error:
                    problems.add(f"{where} {number} is not UTF-8 (byte {error.start}). Save the file as UTF-8")
                    continue
                if text.strip():
                    yield number, text
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BadSuite(f"{path} is damaged: {error}. Copy or download it again") from error
    except OSError as error:
        raise BadSuite(f"{path} cannot be read: {error.strerror or error}. Name a file that can be read") from error
