"""Indexing folders: what is new, changed, moved or gone, and nothing else, changes the archive."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from indexer.archive import Archive
from indexer.build import Progress, index_articles, index_paths, open_or_create, rebuild
from indexer.doctor import examine
from indexer.errors import InputError
from indexer.filters import Filter
from service.search import Searcher
from tests.conftest import make_article
from tests.fakes import WordEmbedder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "articles"
    (place / "sub").mkdir(parents=True)
    (place / "a.txt").write_text("Ships reached the port of Bandar on Monday.")
    (place / "b.txt").write_text("Wheat is sown in autumn on the plain.")
    (place / "sub" / "c.txt").write_text("The court heard the case in June.")
    write_lines(place / "many.jsonl", {"x": "First line of news.", "y": "Second line of news.", "z": "Third line."})
    return place


def write_lines(file: Path, texts: dict[str, str]) -> None:
    file.write_text("\n".join(json.dumps({"id": key, "text": text}) for key, text in texts.items()) + "\n")


def ids(archive: Archive) -> list[str]:
    return archive.snapshot().article_ids()


ALL = ["a.txt", "b.txt", "sub/c.txt", "x", "y", "z"]


def test_indexing_twice_embeds_nothing_and_makes_no_generation(
    archive: Archive, embedder: WordEmbedder, folder: Path
) -> None:
    first = index_paths(archive, embedder, [folder])
    assert (first.added, first.generation, first.embedded) == (6, 1, embedder.embedded)
    second = index_paths(archive, embedder, [folder])
    assert (second.unchanged, second.generation, second.embedded) == (6, 1, 0)
    assert embedder.embedded == first.embedded
    assert ids(archive) == ALL


def test_a_touched_file_is_no_changed_file(archive: Archive, embedder: WordEmbedder, folder: Path) -> None:
    index_paths(archive, embedder, [folder])
    os.utime(folder / "a.txt", (1, 1))
    assert index_paths(archive, embedder, [folder]).generation == 1


def test_a_changed_article_embeds_its_new_passages_only(archive: Archive, embedder: WordEmbedder, folder: Path) -> None:
    paragraphs = [f"Paragraph {i}. " + " ".join(f"word{i}x{j}" for j in range(150)) + "." for i in range(5)]
    (folder / "long.txt").write_text("\n\n".join(paragraphs))
    index_paths(archive, embedder, [folder])
    before = embedder.embedded
    (folder / "long.txt").write_text("\n\n".join([*paragraphs, "Added. " + " ".join(["new"] * 150) + "."]))
    report = index_paths(archive, embedder, [folder])
    assert (report.updated, report.added) == (1, 0)
    assert 1 <= embedder.embedded - before <= 2
    assert examine(archive) == []


def test_a_renamed_file_takes_a_new_id_unless_a_url_names_it(
    archive: Archive, embedder: WordEmbedder, folder: Path
) -> None:
    (folder / "u.md").write_text("---\nurl: https://example.org/story\n---\n\nA story with an address.")
    index_paths(archive, embedder, [folder])
    before = embedder.embedded
    (folder / "a.txt").rename(folder / "renamed.txt")
    (folder / "u.md").rename(folder / "v.md")
    report = index_paths(archive, embedder, [folder])
    assert report.removed == ["a.txt"]
    assert report.refused == []
    assert ids(archive) == ["b.txt", "example.org/story", "renamed.txt", "sub/c.txt", "x", "y", "z"]
    assert embedder.embedded == before


def test_what_is_gone_from_a_folder_goes_and_is_named(archive: Archive, embedder: WordEmbedder, folder: Path) -> None:
    index_paths(archive, embedder, [folder])
    (folder / "a.txt").unlink()
    write_lines(folder / "many.jsonl", {"x": "First line of news.", "z": "Third line."})
    report = index_paths(archive, embedder, [folder])
    assert sorted(report.removed) == ["a.txt", "y"]
    assert ids(archive) == ["b.txt", "sub/c.txt", "x", "z"]
    assert examine(archive) == []


def test_a_bad_line_is_named_every_time_and_costs_no_article(
    archive: Archive, embedder: WordEmbedder, folder: Path
) -> None:
    index_paths(archive, embedder, [folder])
    lines = (folder / "many.jsonl").read_text().splitlines()
    (folder / "many.jsonl").write_text("\n".join([lines[0], '{"id": "y", "text": ', lines[2]]))
    for _ in range(2):
        report = index_paths(archive, embedder, [folder])
        assert ["many.jsonl line 2" in str(error) for error in report.refused] == [True]
        assert report.removed == []
    assert ids(archive) == ALL


def test_a_suddenly_empty_folder_is_refused(archive: Archive, embedder: WordEmbedder, folder: Path) -> None:
    index_paths(archive, embedder, [folder])
    moved = folder.with_name("elsewhere")
    folder.rename(moved)
    with pytest.raises(InputError, match="not mounted"):
        index_paths(archive, embedder, [folder])
    folder.mkdir()
    with pytest.raises(InputError, match="not mounted"):
        index_paths(archive, embedder, [folder])
    assert ids(archive) == ALL
    assert len(index_paths(archive, embedder, [folder], may_empty=True).removed) == 6


def test_a_part_of_a_followed_folder_is_that_folders_part(
    archive: Archive, embedder: WordEmbedder, folder: Path
) -> None:
    index_paths(archive, embedder, [folder])
    (folder / "sub" / "c.txt").write_text("The court heard another case.")
    (folder / "sub" / "d.txt").write_text("A verdict came in July.")
    (folder / "b.txt").unlink()
    report = index_paths(archive, embedder, [folder / "sub", folder / "sub" / "c.txt"])
    assert (report.added, report.updated, report.removed) == (1, 1, [])
    (folder / "sub" / "d.txt").unlink()
    assert index_paths(archive, embedder, [folder / "sub"]).removed == ["sub/d.txt"]
    assert index_paths(archive, embedder, [folder]).removed == ["b.txt"]
    with pytest.raises(InputError, match="follows already"):
        index_paths(archive, embedder, [folder / "sub"], prefix="other")
    with pytest.raises(InputError, match="does not exist"):
        index_paths(archive, embedder, [folder / "typo.txt"])


def test_a_folder_around_a_followed_one_leaves_its_ids_alone(
    archive: Archive, embedder: WordEmbedder, folder: Path
) -> None:
    index_paths(archive, embedder, [folder / "sub", folder / "many.jsonl"])
    assert ids(archive) == ["c.txt", "x", "y", "z"]
    report = index_paths(archive, embedder, [folder])
    assert (report.refused, report.removed) == ([], [])
    assert ids(archive) == ["a.txt", "b.txt", "c.txt", "x", "y", "z"]
    (folder / "many.jsonl").unlink()
    assert index_paths(archive, embedder, [folder]).removed == ["x", "y", "z"]


def test_two_folders_with_equal_names_need_a_prefix(archive: Archive, embedder: WordEmbedder, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text(f"Folder {name} says so.")
    index_paths(archive, embedder, [tmp_path / "one"])
    report = index_paths(archive, embedder, [tmp_path / "two"])
    assert "--prefix" in str(report.refused[0])
    assert archive.snapshot().article("a.txt").text == "Folder one says so."
    assert index_paths(archive, embedder, [tmp_path / "two"], prefix="two").refused == []
    assert ids(archive) == ["a.txt", "two/a.txt"]


@pytest.mark.parametrize(("source", "target"), [("a.jsonl", "b.jsonl"), ("b.jsonl", "a.jsonl")])
def test_an_article_that_moves_to_another_file_is_not_lost(
    archive: Archive, embedder: WordEmbedder, tmp_path: Path, source: str, target: str
) -> None:
    folder = tmp_path / "feeds"
    folder.mkdir()
    write_lines(folder / source, {"moves": "It moves.", "stays": "It stays."})
    write_lines(folder / target, {"other": "Another."})
    index_paths(archive, embedder, [folder])
    write_lines(folder / source, {"stays": "It stays."})
    write_lines(folder / target, {"other": "Another.", "moves": "It moves."})
    report = index_paths(archive, embedder, [folder])
    assert (report.refused, report.removed) == ([], [])
    assert ids(archive) == ["moves", "other", "stays"]


def test_what_was_removed_by_hand_stays_out_until_restored(
    archive: Archive, embedder: WordEmbedder, folder: Path
) -> None:
    index_paths(archive, embedder, [folder])
    with archive.writer() as writer:
        writer.remove(["a.txt"], withhold=True)
        writer.commit()
    (folder / "a.txt").write_text("Ships reached the port again.")
    report = index_paths(archive, embedder, [folder])
    assert report.withheld == ["a.txt"]
    assert "a.txt" not in ids(archive)
    os.utime(folder / "a.txt", (1, 1))
    (folder / "a.txt").write_text("Ships reached the port a third time.")
    index_paths(archive, embedder, [folder], restore=True)
    assert ids(archive) == ALL


def test_restoring_reads_again_what_has_not_changed(archive: Archive, embedder: WordEmbedder, folder: Path) -> None:
    index_paths(archive, embedder, [folder])
    with archive.writer() as writer:
        writer.remove(["a.txt", "y"], withhold=True)
        writer.commit()
    assert index_paths(archive, embedder, [folder]).generation == 2
    assert index_paths(archive, embedder, [folder], restore=True).added == 2
    assert ids(archive) == ALL


def test_equal_texts_are_stored_and_embedded_once(archive: Archive, embedder: WordEmbedder, folder: Path) -> None:
    (folder / "copy.txt").write_text((folder / "a.txt").read_text())
    index_paths(archive, embedder, [folder])
    counts = archive.snapshot().counts()
    assert (counts["articles"], counts["editions"], counts["passages"]) == (7, 6, 6)
    assert embedder.embedded == 6
    (folder / "a.txt").unlink()
    index_paths(archive, embedder, [folder])
    hits = Searcher(archive, embedder).search("port of Bandar").hits
    assert hits[0].citation.article_id == "copy.txt"


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_an_unreadable_file_keeps_its_last_edition(archive: Archive, embedder: WordEmbedder, folder: Path) -> None:
    index_paths(archive, embedder, [folder])
    (folder / "a.txt").write_text("Changed.")
    (folder / "a.txt").chmod(0)
    assert len(index_paths(archive, embedder, [folder]).refused) == 1
    assert archive.snapshot().article("a.txt").text.startswith("Ships")


def test_a_broken_file_keeps_its_last_edition(archive: Archive, embedder: WordEmbedder, folder: Path) -> None:
    index_paths(archive, embedder, [folder])
    (folder / "a.txt").write_bytes(b"")
    for _ in range(2):
        report = index_paths(archive, embedder, [folder])
        assert ["a.txt is empty" in str(error) for error in report.refused] == [True]
    assert archive.snapshot().article("a.txt").text.startswith("Ships")


def test_a_loader_that_breaks_ends_its_file_only(tmp_path: Path, folder: Path) -> None:
    program = (
        "import sys\nfrom pathlib import Path\nfrom types import ModuleType\n"
        "broken = ModuleType('indexer.load.broken')\n"
        "def load(path, name):\n    return None.text\n"
        "broken.load = load\nsys.modules['indexer.load.broken'] = broken\n"
        "from indexer.load import files\nfiles._MODULES['.pdf'] = 'broken'\n"
        "from indexer.build import index_paths, open_or_create\nfrom tests.fakes import WordEmbedder\n"
        "archive = open_or_create(Path(sys.argv[1]), WordEmbedder())\n"
        "report = index_paths(archive, WordEmbedder(), [Path(sys.argv[2])])\n"
        "print(report.added, *report.refused)\n"
    )
    (folder / "aa.pdf").write_bytes(b"%PDF-1.4 something")
    ended = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "archive"), str(folder)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent.parent,
    )
    assert ended.stdout.startswith("6 aa.pdf cannot be read: its loader failed with AttributeError"), ended.stderr


def test_a_folder_that_disappears_while_it_is_read_loses_nothing(
    archive: Archive, embedder: WordEmbedder, folder: Path
) -> None:
    index_paths(archive, embedder, [folder])
    for name in ("b.txt", "sub/c.txt"):
        (folder / name).write_text("Changed for the second time.")
    (folder / "a.txt").write_text("Changed too.")

    def disappear(progress: Progress) -> None:
        if progress.file == "a.txt" and folder.exists():
            folder.rename(folder.with_name("gone"))

    report = index_paths(archive, embedder, [folder], tell=disappear)
    assert len(report.refused) == 3
    assert ids(archive) == ALL
    assert examine(archive) == []


def test_a_file_replaced_while_it_is_read_is_read_again_next_time(
    archive: Archive, embedder: WordEmbedder, folder: Path
) -> None:
    file = folder / "many.jsonl"
    write_lines(file, {f"id{i}": f"Line number {i} of the feed. " * 20 for i in range(400)})

    def replace(progress: Progress) -> None:
        if progress.file == "many.jsonl" and "new" not in file.read_text()[:40]:
            other = folder / "other.part"
            write_lines(other, {"new": "Only this line is left."})
            other.replace(file)

    index_paths(archive, embedder, [folder], tell=replace)
    index_paths(archive, embedder, [folder])
    assert ids(archive) == ["a.txt", "b.txt", "new", "sub/c.txt"]


def test_progress_moves_inside_a_compressed_file(archive: Archive, embedder: WordEmbedder, tmp_path: Path) -> None:
    file = tmp_path / "many.jsonl.gz"
    with gzip.open(file, "wt") as stream:
        for i in range(200):
            stream.write(json.dumps({"id": f"i{i}", "text": f"Line {i} says something. " * 10}) + "\n")
    seen: list[tuple[int, int, int]] = []
    index_paths(
        archive,
        embedder,
        [file],
        batch_characters=5_000,
        tell=lambda progress: seen.append((progress.done, progress.total, progress.embedded)),
    )
    done = [step[0] for step in seen]
    assert done == sorted(done)
    assert len(set(done)) > 100
    assert done[-1] == seen[-1][1] > file.stat().st_size
    assert len({step[2] for step in seen}) > 5


def test_two_archives_of_one_folder_answer_alike(tmp_path: Path, folder: Path) -> None:
    answers = []
    for name in ("one", "two"):
        archive = open_or_create(tmp_path / name, WordEmbedder())
        index_paths(archive, WordEmbedder(), [folder], batch_characters=10 if name == "two" else 10_000)
        hits = Searcher(archive, WordEmbedder()).search("the port of news in June").hits
        answers.append([(hit.citation.locator, round(hit.score, 5)) for hit in hits])
    assert answers[0] == answers[1]


def test_rebuilding_keeps_every_article_and_leaves_no_old_words(archive: Archive, folder: Path) -> None:
    index_paths(archive, WordEmbedder(), [folder])
    index_articles(archive, WordEmbedder(), [make_article("upload", "Sent by hand.", publisher="Me")])
    before = archive.snapshot()
    report = rebuild(archive, WordEmbedder("other"))
    after = archive.snapshot()
    assert (report.updated, report.added) == (7, 0)
    assert after.manifest.model == "other"
    assert [after.article(i).text for i in after.article_ids()] == [
        before.article(i).text for i in before.article_ids()
    ]
    assert after.article_ids(Filter(publishers=("me",))) == ["upload"]
    assert set(after.index_counts()) == {7}
    assert examine(archive) == []
    assert index_paths(archive, WordEmbedder("other"), [folder]).unchanged == 6
