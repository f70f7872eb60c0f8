"""Walking folders, choosing loaders, and refusing what cannot be read with words that say why."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest

from indexer.errors import NotAnArticle
from indexer.load import files
from indexer.load.files import find_files, load_file, suffix_of
from indexer.records import Article


def make(folder: Path, *names: str, content: bytes = b"Some text.") -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def refusal(path: Path, name: str | None = None) -> str:
    with pytest.raises(NotAnArticle) as caught:
        list(load_file(path, name or path.name))
    return str(caught.value)


def test_files_are_named_by_their_path_in_the_folder_in_order(tmp_path: Path) -> None:
    make(tmp_path, "b.txt", "a/z.md", "a/b/c.HTML", "c.jsonl.gz", "d.pdf")
    found = find_files([tmp_path])
    assert [file.name for file in found.files] == ["b.txt", "c.jsonl.gz", "d.pdf", "a/z.md", "a/b/c.HTML"]
    assert {file.size for file in found.files} == {len(b"Some text.")}
    assert found.files == find_files([tmp_path]).files


def test_hidden_files_are_passed_over_and_unknown_ones_counted(tmp_path: Path) -> None:
    make(tmp_path, ".git/x.txt", ".hidden.txt", "a.png", "b/c.PNG", "Makefile", "x.tar.gz", "a.txt")
    found = find_files([tmp_path])
    assert [file.name for file in found.files] == ["a.txt"]
    assert found.skipped == {"": 1, ".png": 2, ".tar.gz": 1}
    assert found.errors == ()


def test_a_file_given_itself_has_its_base_name(tmp_path: Path) -> None:
    make(tmp_path, "deep/er/a.txt")
    assert [file.name for file in find_files([tmp_path / "deep/er/a.txt"]).files] == ["a.txt"]


def test_a_file_of_unknown_suffix_given_itself_and_a_missing_path_are_errors(tmp_path: Path) -> None:
    make(tmp_path, "a.png", "LICENSE")
    with pytest.raises(NotAnArticle, match=r"no loader reads files named \.png\. Convert it to one of: .*\.txt"):
        find_files([tmp_path / "a.png"])
    with pytest.raises(NotAnArticle, match="files without a suffix"):
        find_files([tmp_path / "LICENSE"])
    with pytest.raises(NotAnArticle, match="does not exist"):
        find_files([tmp_path / "none"])


def test_links_that_lead_back_are_walked_once(tmp_path: Path) -> None:
    make(tmp_path / "in", "a.txt", "sub/b.txt")
    make(tmp_path / "out", "c.txt")
    (tmp_path / "in/sub/loop").symlink_to(tmp_path / "in")
    (tmp_path / "in/linked").symlink_to(tmp_path / "out")
    (tmp_path / "in/twice").symlink_to(tmp_path / "out")
    (tmp_path / "in/broken.txt").symlink_to(tmp_path / "gone.txt")
    found = find_files([tmp_path / "in"])
    assert [file.name for file in found.files] == ["a.txt", "linked/c.txt", "sub/b.txt"]
    assert [str(error).split(":")[0] for error in found.errors] == [str(tmp_path / "in/broken.txt")]


def test_two_files_of_one_name_are_refused_and_one_file_given_twice_is_not(tmp_path: Path) -> None:
    make(tmp_path, "one/a.txt", "two/a.txt")
    found = find_files([tmp_path / "one", tmp_path / "one/a.txt"])
    assert (len(found.files), found.errors) == (1, ())
    found = find_files([tmp_path / "one", tmp_path / "two"])
    assert len(found.files) == 1
    assert "Index the folder that holds both" in str(found.errors[0])


def test_names_do_not_depend_on_how_the_disk_composes_accents(tmp_path: Path) -> None:
    make(tmp_path, unicodedata.normalize("NFD", "café.txt"))
    assert find_files([tmp_path]).files[0].name == "café.txt"


def test_a_name_that_is_no_utf8_and_a_pipe_are_reported(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_bytes(b"x")
    os.mkfifo(tmp_path / "pipe.txt")
    found = find_files([tmp_path])
    assert found.files == ()
    assert sorted(str(error).split(": ")[-1].split(". ")[-1] for error in found.errors) == [
        "Copy its content to one",
        "Rename it",
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.txt", b"Rain."),
        ("a.TEXT", b"Rain."),
        ("a.md", b"Rain."),
        ("a.markdown", b"Rain."),
        ("a.jsonl", b'{"text": "Rain."}'),
        ("a.ndjson", b'{"text": "Rain."}'),
    ],
)
def test_the_suffix_chooses_the_loader(tmp_path: Path, name: str, content: bytes) -> None:
    make(tmp_path, name, content=content)
    (article,) = load_file(tmp_path / name, name)
    assert isinstance(article, Article)
    assert article.text == "Rain."


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", b"", "a.txt is empty"),
        ("a.txt", b"%PDF-1.7\n", "a.txt is a PDF document, whatever its suffix .txt says"),
        ("a.md", b"PK\x03\x04xxxx", "a.md is a ZIP container"),
        ("a.pdf", b"PK\x03\x04xxxx", "a.pdf is a ZIP container"),
        ("a.docx", b"%PDF-1.7\n", "a.docx is a PDF document"),
        ("a.jsonl", b"\x1f\x8bxxxx", "a.jsonl is gzip-compressed"),
        ("a.jsonl.gz", b"%PDF-1.7", "a.jsonl.gz is a PDF document"),
        ("a.xyz", b"text", "no loader reads files named .xyz"),
    ],
)
def test_what_a_file_is_not_is_said(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    make(tmp_path, name, content=content)
    assert message in refusal(tmp_path / name)


def test_a_file_over_the_limit_is_refused_and_json_lines_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LARGEST", 10)
    make(tmp_path, "a.txt", "a.jsonl", content=b'{"text": "Rain."}')
    assert "a.txt has 17 bytes; the largest that is read is 10" in refusal(tmp_path / "a.txt")
    assert len(list(load_file(tmp_path / "a.jsonl", "a.jsonl"))) == 1


def test_a_file_that_is_gone_is_an_error_that_names_it(tmp_path: Path) -> None:
    assert refusal(tmp_path / "gone.txt", "sub/gone.txt").startswith("sub/gone.txt cannot be read")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_without_permission_is_an_error_with_the_mend(tmp_path: Path) -> None:
    make(tmp_path, "a.txt")
    (tmp_path / "a.txt").chmod(0)
    assert "chmod u+r" in refusal(tmp_path / "a.txt")


def test_a_name_that_no_article_can_have_is_an_error_that_names_it(tmp_path: Path) -> None:
    make(tmp_path, "a\nb.txt")
    assert "an article id is one line" in refusal(tmp_path / "a\nb.txt")


def test_a_plain_file_named_gz_costs_an_error_and_no_more(tmp_path: Path) -> None:
    make(tmp_path, "a.jsonl.gz", content=b'{"text": "Rain."}')
    (error,) = load_file(tmp_path / "a.jsonl.gz", "a.jsonl.gz")
    assert isinstance(error, NotAnArticle)


def test_suffixes_are_read_in_lower_case_and_twice_when_compressed() -> None:
    assert [suffix_of(Path(name)) for name in ("A.TXT", "a.jsonl.GZ", "a.b.md", "README")] == [
        ".txt",
        ".jsonl.gz",
        ".md",
        "",
    ]
