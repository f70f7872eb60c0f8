"""What the README shows is what happens."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from eval.readme import with_tables

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PRESSMARK = Path(sys.executable).parent / "pressmark"
SHOWN = re.findall(r"^ +(?:\.venv/bin/)?pressmark (.+)$|`pressmark ([^`]+)`", README, re.MULTILINE)
COMMANDS = sorted({(block or inline).split(" > ")[0] for block, inline in SHOWN})


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PRESSMARK, *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "HF_HUB_OFFLINE": "1", **environment},
        check=False,
    )


@pytest.mark.model
def test_the_output_shown_is_what_the_command_prints(tmp_path: Path) -> None:
    block = README.split("<!-- output: make run -->\n```\n")[1].split("```")[0]
    _, command, *expected = block.rstrip("\n").split("\n")
    arguments = shlex.split(command)[1:]
    place = {"PRESSMARK_ARCHIVE": str(tmp_path / "archive"), "COLUMNS": "80"}
    assert run("index", "seeds", **place).returncode == 0
    printed = run(*arguments, **place).stdout.split("\n")
    assert printed[: len(expected)] == expected


def test_the_tables_shown_are_those_of_the_committed_results() -> None:
    assert with_tables(README) == README
    assert re.findall(r"<!-- table: (.+?) -->", README) == [
        *("settings", "retrieval", "answers", "kept", "left out", "indexing")
    ]


def test_a_table_that_was_edited_by_hand_is_noticed() -> None:
    assert with_tables(README.replace("| indexing Reuters-21578 |", "| indexing everything |")) == README


@pytest.mark.parametrize("shown", COMMANDS)
def test_every_command_shown_exists_with_its_options(shown: str) -> None:
    name, *rest = shlex.split(shown)
    options = [word for word in rest if re.fullmatch(r"--?[a-z][a-z-]*", word)]
    command = [name, rest[0]] if name == "keys" else [name]  # the one that is several
    helped = run(*command, "--help", COLUMNS="200")
    assert helped.returncode == 0, helped.stderr
    for option in options:
        assert re.search(rf"(?<![\w-]){option}(?![\w-])", helped.stdout), f"{name} has no {option}"


@pytest.mark.parametrize("path", re.findall(r"`((?:indexer|service|eval|tests|seeds)/[\w/.]*)`", README))
def test_every_path_named_exists(path: str) -> None:
    assert (ROOT / path).exists()


def test_both_commands_are_targets_of_the_makefile() -> None:
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert {"run", "test"} <= set(targets)
