"""The doctor finds what is wrong with the truth, and says which passage or article it is."""

from __future__ import annotations

import sqlite3

import pytest

from indexer.archive import Archive
from indexer.doctor import examine


@pytest.mark.parametrize(
    ("harm", "finding"),
    [
        ("UPDATE editions SET text = text || '!' WHERE id = 1", "another hash"),
        ('UPDATE passages SET "end" = 9999 WHERE id = 1', "lies outside"),
        ("UPDATE passages SET start = 3 WHERE id = 1", "white space"),
        ("UPDATE vectors SET vector = zeroblob(128) WHERE passage_id = 1", "not of unit length"),
        ("UPDATE vectors SET vector = x'00' WHERE passage_id = 1", "no vector of 64 numbers"),
        ("DELETE FROM vectors WHERE passage_id = 1", "no vector"),
        ("INSERT INTO vectors VALUES (99, zeroblob(128))", "belong to no passage"),
        ("DELETE FROM articles WHERE id = 'a'", "no article carries it"),
        ("UPDATE passages SET covered_by = 77 WHERE id = 1", "which is gone"),
        ("UPDATE contents SET blocks = '[' WHERE id = 1", "cannot be read through"),
    ],
)
def test_the_doctor_finds(ports: Archive, harm: str, finding: str) -> None:
    assert examine(ports) == []
    with sqlite3.connect(ports.path / "archive.sqlite") as db:
        db.execute(harm)
    db.close()
    assert finding in "\n".join(examine(ports))
