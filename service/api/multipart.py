"""A ``multipart/form-data`` body, streamed to the disk as it arrives. The only file that imports python_multipart.

Source: RFC 7578, Returning Values from Forms: multipart/form-data.
"""

from __future__ import annotations

from fastapi.exceptions import RequestValidationError
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from service.api.written import MOST_FILES
from service.jobs.spool import Spool

_FIELD = b"file"


async def receive_files(request: Request, spool: Spool) -> None:
    """Take the files of the body into the spool.

    Raises:
        RequestValidationError: the body is no such form, or has other parts than files named ``file``.
        ArchiveFull: there is no room for them.
    """
    _, options = parse_options_header(request.headers["content-type"])
    parts = _Parts(spool)
    parser = parts.parser(options.get(b"boundary", b""))
    async for piece in request.stream():
        if piece:
            await run_in_threadpool(_feed, parser, piece)
    parts.require_end()


def _feed(parser: MultipartParser, piece: bytes) -> None:
    try:
        parser.write(piece)
    except FormParserError as error:
        raise _misfit(f"the body is no form ({error}). Let the program that sends it write the Content-Type") from error


class _Parts:
    """Hears of each part from the parser, and hands the files on."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._name = b""
        self._value = b""
        self._disposition = b""
        self._over = False

    def parser(self, boundary: bytes) -> MultipartParser:
        if not boundary:
            raise _misfit("its Content-Type names no boundary. Let the program that sends it write the Content-Type")
        try:
            return MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin,
                    "on_header_field": self._header_name,
                    "on_header_value": self._header_value,
                    "on_header_end": self._header_end,
                    "on_headers_finished": self._open,
                    "on_part_data": self._write,
                    "on_part_end": self._spool.end,
                    "on_end": self._end,
                },
                max_header_size=32_768,  # a file's name is refused by what it is, not by how much room its line takes
            )
        except FormParserError as error:
            raise _misfit(f"its boundary cannot be ({error}). Let the program that sends it choose one") from error

    def require_end(self) -> None:
        """Refuse a body that broke off, or held no file.

        Raises:
            RequestValidationError: it did.
        """
        if not self._over:
            raise _misfit("it breaks off before its last part ends. Send it again")
        if not self._spool.count:
            raise _misfit('it holds no file. Send one or more, each in a part named "file"')

    def _begin(self) -> None:
        self._name = self._value = self._disposition = b""
        if self._spool.count >= MOST_FILES:
            raise _misfit(f"it holds more than {MOST_FILES:,} files. Send them in several uploads")

    def _header_name(self, piece: bytes, start: int, end: int) -> None:
        self._name += piece[start:end]

    def _header_value(self, piece: bytes, start: int, end: int) -> None:
        self._value += piece[start:end]

    def _header_end(self) -> None:
        if self._name.lower() == b"content-disposition":
            self._disposition = self._value
        self._name = self._value = b""

    def _open(self) -> None:
        _, options = parse_options_header(self._disposition)
        if options.get(b"name") != _FIELD:
            raise _misfit('it holds a part that is not named "file". Send nothing else')
        if b"filename" not in options:
            raise _misfit('it holds a part named "file" that is no file: it has no filename. Send it as a file')
        self._spool.begin(options[b"filename"])

    def _write(self, piece: bytes, start: int, end: int) -> None:
        self._spool.write(piece[start:end])

    def _end(self) -> None:
        self._over = True


def _misfit(message: str) -> RequestValidationError:
    return RequestValidationError([{"loc": ("body",), "type": "value_error", "msg": f"the body: {message}"}])
