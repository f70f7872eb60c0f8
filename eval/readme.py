"""The README's tables, written from the committed results and the settings.

``python -m eval.readme`` brings them up to date. A table stands between ``<!-- table: NAME -->`` and ``<!-- end -->``;
a test fails when it is not what this writes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from eval import indexing, tried
from eval.answer_tables import markdown_answers
from eval.result import load_result
from eval.tables import markdown_table
from service.settings import settings_table

README = Path(__file__).resolve().parent.parent / "README.md"
_RESULTS = Path(__file__).parent / "results"
SUITES = ("seeds", "cranfield", "medline", "xquad_en", "squad2_dev", "squadshifts_newwiki")
_MEASURES = ("nDCG@10", "R@100", "Success@3", "passage Success@3")
_BLOCK = re.compile(r"(<!-- table: (.+?) -->\n).*?<!-- end -->", re.DOTALL)


def _retrieval() -> str:
    return markdown_table([load_result(_RESULTS / f"{name}.json") for name in SUITES], _MEASURES)


def _answers() -> str:
    return markdown_answers([load_result(_RESULTS / f"{name}.json") for name in SUITES])


TABLES: Mapping[str, Callable[[], str]] = {
    "indexing": lambda: indexing.table(json.loads(indexing.RESULT.read_text())),
    "retrieval": _retrieval,
    "answers": _answers,
    "kept": lambda: tried.table(tried.load_trials()[1], kept=True),
    "settings": settings_table,
    "left out": lambda: tried.table(tried.load_trials()[1], kept=False),
}


def with_tables(text: str) -> str:
    """The text with every table written anew."""
    return _BLOCK.sub(lambda block: f"{block[1]}{TABLES[block[2]]()}\n<!-- end -->", text)


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text(encoding="utf-8")), encoding="utf-8")
