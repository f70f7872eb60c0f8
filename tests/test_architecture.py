"""Arrows point one way, and each engine has one door."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted(path for package in ("indexer", "service", "eval") for path in (ROOT / package).rglob("*.py"))


def test_imports_point_from_eval_to_service_to_indexer() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("module", "doors"),
    [
        ("faiss", {"indexer/dense.py"}),
        ("tantivy", {"indexer/lexical.py"}),
        ("openvino", {"indexer/runtime.py"}),
        ("sentence_transformers", {"indexer/reference.py"}),
        ("typer", {"service/cli"}),
        ("uvicorn", {"service/api/serving.py", "service/api/workers.py", "service/api/connections.py"}),
        ("openai", {"service/generate/client.py"}),
        ("httpx2", {"service/generate/bounds.py"}),
        ("tiktoken", {"service/generate/tokens.py"}),
        ("limits", {"service/access/rates.py"}),
        ("prometheus_client", {"service/api/metrics.py"}),
        ("pydantic_settings", {"service/settings.py"}),
        ("httpx", {"service/connection.py"}),
        ("mcp", {"service/mcp/"}),
        ("opentelemetry", {"service/api/traces.py"}),
        ("python_multipart", {"service/api/multipart.py"}),
    ],
)
def test_an_engine_is_imported_in_one_place(module: str, doors: set[str]) -> None:
    importing = re.compile(rf"^\s*(?:import|from) {module}\b|import_module\(\"{module}", re.MULTILINE)
    found = {path.relative_to(ROOT).as_posix() for path in SOURCES if importing.search(path.read_text())}
    assert found
    assert {path for path in found if not any(path.startswith(door) for door in doors)} == set()


@pytest.mark.parametrize("package", ["service/access", "service/api", "service/jobs", "service/mcp"])
def test_the_reading_order_of_a_package_leaves_out_no_module_and_names_none_that_is_gone(package: str) -> None:
    order = (ROOT / package / "__init__.py").read_text().partition("Read in this order")[2].partition('"""')[0]
    modules = {path.stem for path in (ROOT / package).glob("*.py")} - {"__init__"}
    named = {name.partition(".")[0] for name in re.findall(r"``([a-z_.]+)``", order)}
    assert modules - named == set()
    assert {name for name in named - modules if name != "service"} == set()


@pytest.mark.parametrize("package", ["service/access", "service/jobs"])
def test_what_decides_for_a_service_knows_nothing_of_http(package: str) -> None:
    knowing = re.compile(
        r"^\s*(?:import|from) (?:service\.(?:api|mcp|cli|web)|fastapi|starlette|httpx)\b", re.MULTILINE
    )
    assert {path.name for path in (ROOT / package).glob("*.py") if knowing.search(path.read_text())} == set()


def test_a_cold_command_line_imports_no_heavy_library() -> None:
    heavy = [
        "sentence_transformers",
        "transformers",
        "torch",
        "trafilatura",
        "datasketch",
        "openvino",
        "faiss",
        "numpy",
    ]
    code = f"import sys, service.cli; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_a_search_imports_neither_torch_nor_transformers() -> None:
    code = (
        "import sys, indexer.archive, indexer.embed, service.search, service.shapes, service.cli.terminal\n"
        "print([n for n in ('sentence_transformers', 'transformers', 'torch', 'datasketch') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
