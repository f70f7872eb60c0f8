"""Where a result comes from: the commit, the machine and the versions that it was measured with."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_PROJECT = Path(__file__).resolve().parent.parent
_VERSIONS = ("faiss-cpu", "ir-measures", "numpy", "openvino", "pressmark", "scipy", "tantivy", "tokenizers")


def commit() -> str:
    """The commit that the code is at, with ``-dirty`` behind it when files differ; "unknown" outside a repository."""
    command = ["git", "-C", str(_PROJECT), "describe", "--always", "--dirty"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return "unknown"
    return done.stdout.strip() or "unknown"


def machine() -> dict[str, Any]:
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "python": platform.python_version(),
    }


def versions(names: Iterable[str] = _VERSIONS) -> dict[str, str]:
    return {name: importlib.metadata.version(name) for name in names}


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor()
