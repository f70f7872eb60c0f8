"""Keeps the links between near-duplicate contents, and the marks on passages that only repeat, true in the database."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from operator import itemgetter

from indexer.duplicates import Wording, clusters, resembles, searched_text
from indexer.stored import blocks_from_json

_MOST_COMPARED = 64
"""Contents that one is compared with; formulaic texts share bands by the thousand, and clusters join the rest."""

_MOST_HELD = 512
"""Texts whose word runs are held in memory at once."""


@dataclass(frozen=True, slots=True)
class Links:
    """Contents with their clusters' numbers, and passages with the content that says the same before them."""

    clusters: tuple[tuple[int, int], ...]
    repeats: tuple[tuple[int, int], ...]


def link_copies(db: sqlite3.Connection, changed: set[int]) -> None:
    """Group the near-duplicates of the contents that came, lost a copy or got another date; mark what they repeat.

    Within a cluster the first content is that of the earliest published article (ties: article id); a passage of a
    later one that an earlier one covers is marked with the earlier one's id.
    """

    @lru_cache(maxsize=_MOST_HELD)
    def wording(content_id: int) -> Wording:
        return Wording.of(_text(db, content_id))

    links: list[tuple[int, int]] = []
    members = set(changed)
    for content_id in sorted(changed):
        for other in _candidates(db, content_id):
            if resembles(wording(content_id).fives, wording(other).fives):
                links.append((content_id, other))
                for kin in _cluster_of(db, other) - changed:
                    links.append((other, kin))
                    members.add(kin)
                members.add(other)
    for content_id in members:
        db.execute("UPDATE contents SET cluster = NULL WHERE id = ? AND cluster IS NOT NULL", (content_id,))
    for group in clusters(members, links):
        _mark_group(db, group, wording)
    alone = changed - {member for group in clusters(members, links) for member in group}
    db.executemany(
        "UPDATE passages SET covered_by = NULL WHERE content_id = ? AND covered_by IS NOT NULL",
        [(content_id,) for content_id in alone],
    )


def _candidates(db: sqlite3.Connection, content_id: int) -> list[int]:
    rows = db.execute(
        "SELECT DISTINCT theirs.content_id FROM bands mine JOIN bands theirs ON theirs.band = mine.band "
        "AND theirs.hash = mine.hash WHERE mine.content_id = ? AND theirs.content_id <> mine.content_id "
        "ORDER BY 1 LIMIT ?",
        (content_id, _MOST_COMPARED),
    )
    return [row[0] for row in rows]


def _sharing_bands(db: sqlite3.Connection, members: Sequence[int]) -> list[tuple[int, int]]:
    """The pairs of these contents to compare: in each band, one with those before it."""
    rows = db.execute(
        "SELECT band, hash, content_id FROM bands WHERE content_id IN (SELECT value FROM json_each(?)) "
        "ORDER BY band, hash, content_id",
        (json.dumps(members),),
    )
    alike = [[row[2] for row in group] for _, group in groupby(rows, itemgetter(0, 1))]
    pairs = (
        (one, other) for group in alike for at, one in enumerate(group) for other in group[: min(at, _MOST_COMPARED)]
    )
    return sorted(set(pairs))


def _cluster_of(db: sqlite3.Connection, content_id: int) -> set[int]:
    rows = db.execute(
        "SELECT id FROM contents WHERE cluster = (SELECT cluster FROM contents WHERE id = ?)", (content_id,)
    )
    return {row[0] for row in rows}


def links_among(db: sqlite3.Connection, members: Sequence[int]) -> Links:
    """The links that these contents would have if nothing existed but what the tables of ``db`` show."""

    @lru_cache(maxsize=_MOST_HELD)
    def wording(content_id: int) -> Wording:
        return Wording.of(_text(db, content_id))

    kin = {member: {member} for member in members}
    for one, other in _sharing_bands(db, members):
        if other not in kin[one] and resembles(wording(one).fives, wording(other).fives):
            together = kin[one] | kin[other]
            kin.update(dict.fromkeys(together, together))
    groups = sorted({min(group): sorted(group) for group in kin.values() if len(group) > 1}.values())
    repeats = [mark for group in groups for mark in _marks(db, group, wording)]
    return Links(
        tuple((member, group[0]) for group in groups for member in group),
        tuple((passage_id, covering) for passage_id, covering in repeats if covering is not None),
    )


def _mark_group(db: sqlite3.Connection, group: list[int], wording: Callable[[int], Wording]) -> None:
    db.executemany("UPDATE contents SET cluster = ? WHERE id = ?", [(group[0], member) for member in group])
    for passage_id, covering in _marks(db, group, wording):
        db.execute(
            "UPDATE passages SET covered_by = ? WHERE id = ? AND covered_by IS NOT ?", (covering, passage_id, covering)
        )


def _marks(
    db: sqlite3.Connection, group: list[int], wording: Callable[[int], Wording]
) -> Iterator[tuple[int, int | None]]:
    """Each passage of a cluster, and the earliest content that says the same before it."""
    order = [
        row[0]
        for row in db.execute(
            "SELECT content_id FROM articles WHERE content_id IN (SELECT value FROM json_each(?)) GROUP BY content_id "
            "ORDER BY min(coalesce(first_day, 9999999)), min(id)",
            (json.dumps(group),),
        )
    ]
    for position, content_id in enumerate(order):
        earlier = order[:position][:_MOST_COMPARED]
        for passage_id, text in _passages(db, content_id):
            yield passage_id, next((member for member in earlier if wording(member).covers(text)), None)


def _text(db: sqlite3.Connection, content_id: int) -> str:
    text, blocks = db.execute(
        "SELECT text, blocks FROM contents JOIN editions ON editions.id = edition_id WHERE contents.id = ?",
        (content_id,),
    ).fetchone()
    return searched_text(text, blocks_from_json(blocks))


def _passages(db: sqlite3.Connection, content_id: int) -> list[tuple[int, str]]:
    return db.execute(
        'SELECT p.id, substr(e.text, p.start + 1, p."end" - p.start) FROM passages p '
        "JOIN contents c ON c.id = p.content_id JOIN editions e ON e.id = c.edition_id WHERE p.content_id = ?",
        (content_id,),
    ).fetchall()
