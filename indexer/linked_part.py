"""The links between copies in a part of an archive, as an archive of that part alone would have them.

What links two texts may be a third, and which of them came first may be another's date: a cluster with others' articles
in it says nothing of what is left without them. It is worked out again, once for as long as its members stay.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from itertools import groupby
from operator import itemgetter

from indexer.linking import Links, links_among

Known = Mapping[tuple[int, ...], Links]
"""What links contents, in the order of their dates, among each other; a content's number is never another's."""
LINK_TABLES = """
CREATE TEMP TABLE linked (id INTEGER PRIMARY KEY, cluster INTEGER NOT NULL);
CREATE INDEX temp.linked_by_cluster ON linked (cluster);
CREATE TEMP TABLE repeats (passage_id INTEGER PRIMARY KEY, covered_by INTEGER NOT NULL);
CREATE TEMP TABLE shared (cluster INTEGER PRIMARY KEY);
"""
"""What ``link_part`` fills: clusters, marks on passages, and the clusters that others' articles are in."""
_OWN_CLUSTERS = (
    "INSERT INTO shared SELECT DISTINCT cluster FROM main.contents c JOIN main.articles a ON a.content_id = c.id "
    "WHERE cluster IS NOT NULL AND NOT EXISTS (SELECT 1 FROM articles WHERE articles.id = a.id)",
    "INSERT INTO linked SELECT id, cluster FROM main.contents WHERE cluster IS NOT NULL AND cluster NOT IN shared",
    "INSERT INTO repeats SELECT id, covered_by FROM main.passages "
    "WHERE covered_by IS NOT NULL AND content_id IN (SELECT id FROM linked)",
)


def link_part(db: sqlite3.Connection, known: Known) -> dict[tuple[int, ...], Links]:
    """Fill the tables for what ``articles`` shows; what had to be worked out for it, that of ``known`` taken over."""
    for statement in _OWN_CLUSTERS:
        db.execute(statement)
    rows = db.execute(
        "SELECT cluster, c.id FROM main.contents c JOIN articles a ON a.content_id = c.id WHERE cluster IN shared "
        "GROUP BY c.id ORDER BY cluster, min(coalesce(first_day, 9999999)), min(a.id)"
    ).fetchall()
    members = [tuple(row[1] for row in group) for _, group in groupby(rows, itemgetter(0))]
    found = {group: known.get(group) or links_among(db, group) for group in members if len(group) > 1}
    for links in found.values():
        db.executemany("INSERT INTO linked VALUES (?, ?)", links.clusters)
        db.executemany("INSERT INTO repeats VALUES (?, ?)", links.repeats)
    return found
