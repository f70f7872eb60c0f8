"""A server in a process of its own, as people run it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Server:
    """``said`` is what it printed when it listened: where, and who is let in, a line each."""

    process: subprocess.Popen[str]
    said: str
    address: str


def started(*arguments: str) -> subprocess.Popen[str]:
    """A process of Python with these arguments, in which every warning is an error."""
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-W", "error", *arguments], cwd=ROOT, stdout=pipe, stderr=pipe, text=True)


@contextmanager
def serving(*arguments: str) -> Iterator[Server]:
    """What ``started`` gives, once it listens, until the block ends."""
    process = started(*arguments)
    assert process.stdout is not None
    try:
        said = process.stdout.readline() + process.stdout.readline()
        port = re.search(r" on http://\S+:(\d+);", said)
        assert port, process.stderr and process.stderr.read()
        yield Server(process, said, f"http://127.0.0.1:{port[1]}")
    finally:
        process.kill()
        process.communicate()


@contextmanager
def serving_archive(archive: Path, host: str = "127.0.0.1") -> Iterator[Server]:
    """A server of an archive that was made with ``WordEmbedder``."""
    with serving("-m", "tests.serve_fake", str(archive), host, "0") as server:
        yield server
