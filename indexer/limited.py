"""A part of an archive as if it were the whole of it, for those for whom other publishers' articles do not exist.

What is not theirs is left out where rows are read, not where they are shown: each table is shadowed by a view of the
same name, the vectors by their mask, the words by their part of the index. So nothing that reads a snapshot can show
more of it, count more of it, or rank by it. What still tells of the others: the generation, which counts every change
of the archive, and the mean length of a passage, by which BM25 weighs.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.dense import Ints, Mask
from indexer.errors import ArchiveBusy
from indexer.lexical_part import LexicalPart
from indexer.linked_part import LINK_TABLES, Known, link_part
from indexer.linking import Links
from indexer.reading import Reading
from indexer.rows import DenseRows
from indexer.snapshot import Snapshot

if TYPE_CHECKING:
    from indexer.archive import Archive
    from indexer.schema import Manifest

_PATIENCE = 120.0
"""Seconds that a reader waits for a generation that is committed to be published."""
_CACHE = "PRAGMA main.cache_size = -4096"
"""KiB: an archive is read by one whole, and by as many parts as there are keys."""
_THEIRS = "(SELECT publisher FROM temp.theirs)"
_CARRIED = f"SELECT 1 FROM main.articles a WHERE a.publisher IN {_THEIRS} AND a.content_id ="
_SHADOWS = f"""
{LINK_TABLES}
CREATE TEMP TABLE theirs (publisher TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TEMP VIEW articles AS SELECT * FROM main.articles WHERE publisher IN {_THEIRS};
CREATE TEMP VIEW contents AS SELECT c.id, "key", edition_id, title, blocks, signature, linked.cluster
    FROM main.contents c LEFT JOIN temp.linked ON linked.id = c.id WHERE EXISTS ({_CARRIED} c.id);
CREATE TEMP VIEW editions AS SELECT * FROM main.editions e WHERE EXISTS
    (SELECT 1 FROM main.contents c WHERE c.edition_id = e.id AND EXISTS ({_CARRIED} c.id));
CREATE TEMP VIEW passages AS SELECT id, content_id, start, "end", heading, page, input, repeats.covered_by, generation
    FROM main.passages p LEFT JOIN temp.repeats ON repeats.passage_id = p.id WHERE EXISTS ({_CARRIED} p.content_id);
CREATE TEMP VIEW vectors AS SELECT v.passage_id, v.vector FROM main.vectors v
    JOIN main.passages p ON p.id = v.passage_id WHERE EXISTS ({_CARRIED} p.content_id);
CREATE TEMP VIEW withheld AS SELECT * FROM main.withheld WHERE false;
CREATE TEMP VIEW sources AS SELECT * FROM main.sources WHERE false;
CREATE TEMP VIEW files AS SELECT * FROM main.files WHERE false;
"""


class LimitedSnapshot(Snapshot):
    """One generation, in which only these publishers' articles exist.

    It is whole, and of the same generation as ``whole``, when nothing was committed in between: ask ``is_of``. Of the
    links among copies, ``known`` need not be worked out again; ``links`` is what the next one need not.
    """

    _clusters = "linked"  # by way of the view, SQLite would look through all contents

    def __init__(self, place: Path, whole: Snapshot, publishers: tuple[str, ...], known: Known) -> None:
        def shadow(db: sqlite3.Connection) -> None:
            db.execute(_CACHE)
            db.executescript(_SHADOWS)
            db.executemany("INSERT OR IGNORE INTO theirs VALUES (?)", [(name,) for name in publishers])
            db.execute("BEGIN")  # not the one that is read in, which is begun anew while these tables stay
            self._linked_at = int(db.execute("SELECT generation FROM state").fetchone()[0])
            links.update(link_part(db, known))
            db.execute("COMMIT")

        self.links = links = dict[tuple[int, ...], Links]()
        Reading.__init__(self, place, shadow)
        if self.is_of(whole.generation):
            rows = whole._rows
            theirs = self._column("SELECT id FROM passages")
            self._see(replace(rows, alive=rows.alive & rows.mask_of(theirs)), whole._lexical)
            part = self._narrowed(self._rows.alive)
            self._lexical = LexicalPart(whole._lexical, partial(_alive, self._rows), part.passages, part.contents)

    def is_of(self, generation: int) -> bool:
        """Whether all of it is of this generation."""
        return self._linked_at == self.generation == generation


def _alive(rows: DenseRows, passage_ids: Ints) -> Mask:
    # No method of the snapshot: each holding the other, a generation that nobody uses any more would stay open.
    places, present = rows.places_of(passage_ids)
    return present & rows.alive[places] if len(rows.alive) else present


class LimitedArchive:
    """An archive in which only these publishers' articles exist, spelt as the articles spell them."""

    def __init__(self, whole: Archive, publishers: tuple[str, ...]) -> None:
        self._whole = whole
        self.publishers = publishers
        self._lock = threading.Lock()
        self._snapshot: LimitedSnapshot | None = None
        self._links: Known = {}

    @property
    def path(self) -> Path:
        return self._whole.path

    @property
    def manifest(self) -> Manifest:
        return self._whole.manifest

    def snapshot(self) -> Snapshot:
        """What ``Archive.snapshot`` gives, limited.

        Raises:
            ArchiveBusy: a writer did not publish in time.
            ArchiveMismatch: the archive was rebuilt with another model since it was opened.
        """
        deadline = time.monotonic() + _PATIENCE
        with self._lock:
            while time.monotonic() < deadline:
                whole = self._whole.snapshot()
                if self._snapshot is not None and self._snapshot.generation == whole.generation:
                    return self._snapshot
                fresh = LimitedSnapshot(self.path, whole, self.publishers, self._links)
                self._links = fresh.links
                if fresh.is_of(whole.generation):
                    self._snapshot = fresh
                    return fresh
                time.sleep(0.02)  # committed and not published yet: the two are one step for readers
        raise ArchiveBusy(f"another process is writing to archive {self.path} and did not finish; try again")

    @property
    def generation(self) -> int:
        """The generation that is committed."""
        return self._whole.generation

    def refresh(self) -> int:
        """Hold on to nothing that only an older generation needs; what ``Archive.refresh`` gives."""
        return self._whole.refresh()

    def let_go(self) -> None:
        """Hold on to nothing that only an older generation than the archive's newest needs."""
        with self._lock:
            if self._snapshot is not None and not self._whole.renew(self._snapshot):
                self._snapshot = None

    def limited(self, publishers: Iterable[str]) -> LimitedArchive:
        """What is left when only these publishers' articles exist of those that do here."""
        return self._whole.limited(set(publishers) & set(self.publishers))
