"""After installation no code path opens a connection, and nothing that phones home is even loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
GUARD = """
import socket, sys

def refuse(self, address, *rest):
    raise SystemExit(f"a connection to {address} was tried")

socket.socket.connect = socket.socket.connect_ex = refuse
socket.getaddrinfo = lambda *a, **k: refuse(None, a)
from service.cli.root import run
code = run(sys.argv[1:])
loaded = [name for name in sys.modules if "telemetry" in name and not name.startswith("opentelemetry")]
sys.exit(code or (f"loaded: {loaded}" if loaded else 0))
"""


@pytest.mark.model
def test_indexing_searching_citing_and_verifying_open_no_connection(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "TRANSFORMERS_"))}
    environment["PRESSMARK_ARCHIVE"] = str(tmp_path / "archive")
    found = tmp_path / "found.json"
    for arguments in (
        ["index", "seeds"],
        ["search", "port visits", "--json"],
        ["verify", str(found)],
        ["status"],
        ["doctor"],
    ):
        done = subprocess.run(
            [sys.executable, "-c", GUARD, *arguments],
            capture_output=True,
            text=True,
            env=environment,
            cwd=ROOT,
            check=False,
        )
        assert done.returncode == 0, (arguments, done.stderr)
        if arguments[0] == "search":
            found.write_text(done.stdout)
