"""The command line as a person or a script meets it: real processes, the real model."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from indexer.build import open_or_create
from service.search import SearchOptions
from tests.fakes import WordEmbedder

ROOT = Path(__file__).parent.parent
PRESSMARK = Path(sys.executable).parent / "pressmark"

pytestmark = pytest.mark.model


def pressmark(
    *arguments: str | Path, archive: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    known = {"HF_HUB_OFFLINE": "1", "COLUMNS": "100", **environment}
    if archive is not None:
        known["PRESSMARK_ARCHIVE"] = str(archive)
    return subprocess.run(
        [PRESSMARK, *arguments], capture_output=True, text=True, env={**os.environ, **known}, cwd=ROOT, timeout=120
    )


def found(*arguments: str | Path, archive: Path) -> Any:  # noqa: ANN401 - JSON
    done = pressmark(*arguments, "--json", archive=archive)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("cli") / "archive"
    done = pressmark("index", "seeds", archive=place)
    assert done.returncode == 0, done.stderr
    return place


def test_search_prints_a_citation_whose_quote_is_its_span_of_the_text(archive: Path) -> None:
    page = found("search", "Which warships trained in the Caspian?", "-k", "3", archive=archive)
    assert set(page) == {"query", "mode", "generation", "total", "took_ms", "hits", "next", "notes"}
    assert [hit["rank"] for hit in page["hits"]] == [1, 2, 3]
    assert "Volgodonsk" in page["hits"][0]["citation"]["quote"]
    for hit in page["hits"]:
        citation = hit["citation"]
        article = found("show", citation["locator"], archive=archive)
        assert article["text"][citation["start"] : citation["end"]] == citation["quote"] == article["quote"]
        assert article["edition"] == citation["edition"]
        for start, end in hit["highlights"]:
            assert citation["start"] <= start < end <= citation["end"]


def test_a_person_sees_title_source_locator_and_passage(archive: Path) -> None:
    done = pressmark("search", "Volgodonsk", "-k", "1", archive=archive)
    assert done.returncode == 0
    assert "Mahdi Darius Nazemroaya · Global Research · 2015-10-02" in done.stdout
    assert "russia-iran-coordination-syria.md#" in done.stdout
    assert "│ " in done.stdout
    assert "\x1b[" not in done.stdout  # no colours where nobody sees them


def test_search_takes_operators_and_filters(archive: Path) -> None:
    assert {
        hit["citation"]["article_id"] for hit in found("search", "Russia Iran publisher:rfe", archive=archive)["hits"]
    } == {"ivashov-tehran-visit-2000.md"}
    by_date = found("search", "Russia Iran", "--after", "2015", "--before", "2016", archive=archive)
    assert {hit["citation"]["published"] for hit in by_date["hits"]} == {"2015-10-02"}
    without = found("search", "Russia Iran -Syria", "-k", "30", archive=archive)
    assert without["hits"]
    assert all("syria" not in hit["citation"]["quote"].lower() for hit in without["hits"])


def test_nothing_found_is_exit_1_and_says_so(archive: Path) -> None:
    done = pressmark("search", "iran", "--publisher", "No Such Paper", archive=archive)
    assert done.returncode == 1
    assert "nothing found" in done.stdout


def test_reranked_the_first_say_what_the_reader_said(archive: Path) -> None:
    page = found("search", "naval bases", "--rerank", "--explain", archive=archive)
    assert page["hits"][0]["explanation"]["reader"]["rank"] >= 1
    assert page["phases_ms"]["rerank"] > 0


def test_explain_shows_what_each_retriever_said(archive: Path) -> None:
    page = found("search", "naval bases", "--explain", "--no-rerank", archive=archive)
    first = page["hits"][0]
    assert first["explanation"]["reader"] is first["scores"]["reader"] is None
    assert first["explanation"]["dense"]["raw"] == first["scores"]["dense"]
    dense, lexical = (first["explanation"][leg]["normalised"] for leg in ("dense", "lexical"))
    expected = SearchOptions().weight * dense + (1 - SearchOptions().weight) * lexical
    assert first["score"] == pytest.approx(expected)
    assert 0 < sum(page["phases_ms"].values()) <= page["took_ms"]
    assert "phases_ms" not in found("search", "naval bases", archive=archive)


def test_group_article_shows_each_article_once(archive: Path) -> None:
    page = found("search", "Russia and Iran", "--group", "article", archive=archive)
    ids = [hit["citation"]["article_id"] for hit in page["hits"]]
    assert len(ids) == len(set(ids)) == page["total"] == 5


def test_pages_join_without_a_seam(archive: Path) -> None:
    whole = found("search", "military cooperation", "-k", "9", archive=archive)
    first = found("search", "military cooperation", "-k", "4", archive=archive)
    second = found("search", "military cooperation", "-k", "5", "--cursor", first["next"], archive=archive)
    joined = [hit["citation"]["locator"] for hit in first["hits"] + second["hits"]]
    assert joined == [hit["citation"]["locator"] for hit in whole["hits"]]


def test_similar_leaves_the_article_itself_out(archive: Path) -> None:
    page = found("similar", "ivashov-tehran-visit-2000.md", archive=archive)
    assert len(page["hits"]) == 4
    assert "ivashov-tehran-visit-2000.md" not in {hit["citation"]["article_id"] for hit in page["hits"]}


def test_an_exported_search_verifies_and_a_forged_one_does_not(archive: Path, tmp_path: Path) -> None:
    exported = pressmark("search", "Baklanov", "-k", "2", "--json", archive=archive).stdout
    honest, forged = tmp_path / "found.json", tmp_path / "forged.json"
    honest.write_text(exported)
    forged.write_text(exported.replace("Baklanov", "Baklanow"))
    assert pressmark("verify", honest, archive=archive).returncode == 0
    assert pressmark("verify", forged, archive=archive).returncode == 1
    alone = pressmark("verify", honest, "--against", "seeds/russia-iran-naval-memorandum.md")
    assert "exact" in alone.stdout


@pytest.mark.parametrize("style", ["markdown", "bibtex", "ris", "csl-json", "annotation"])
def test_cite_writes_each_style(archive: Path, style: str) -> None:
    locator = found("search", "Volgodonsk", "-k", "1", archive=archive)["hits"][0]["citation"]["locator"]
    done = pressmark("cite", locator, "--style", style, archive=archive)
    assert done.returncode == 0, done.stderr
    assert "Volgodonsk" in done.stdout


def test_what_changes_or_cites_speaks_json_too(tmp_path: Path) -> None:
    place = tmp_path / "archive"
    assert found("index", "seeds", archive=place)["added"] == 5
    locator = "russia-iran-coordination-syria.md#0-40"
    cited = found("cite", locator, "--style", "bibtex", archive=place)
    assert cited["style"] == "bibtex"
    assert cited["document"].strip() == pressmark("cite", locator, "--style", "bibtex", archive=place).stdout.strip()
    removed = found("remove", "ivashov-tehran-visit-2000.md", archive=place)
    assert removed == {"removed": ["ivashov-tehran-visit-2000.md"], "generation": 2}
    assert set(found("compact", archive=place)) == {"bytes_before", "bytes_after"}


def test_status_and_doctor_of_a_sound_archive(archive: Path) -> None:
    status = found("status", archive=archive)
    assert status["articles"] == 5
    assert status["model"]["name"] == "sentence-transformers/all-MiniLM-L6-v2"
    assert status["model"]["agreement"] >= 0.999
    assert status["model"]["runtime"] in pressmark("status", archive=archive).stdout
    assert found("doctor", archive=archive) == {"sound": True, "findings": []}


def test_status_needs_no_model(tmp_path: Path) -> None:
    place = tmp_path / "archive"
    open_or_create(place, WordEmbedder())
    assert found("status", archive=place)["model"]["runtime"] is None
    assert "not on this machine" in pressmark("status", archive=place).stdout


def test_remove_is_gone_from_the_next_answer_and_stays_out(archive: Path, tmp_path: Path) -> None:
    place = tmp_path / "own"
    assert pressmark("index", "seeds", archive=place).returncode == 0
    assert pressmark("remove", "ivashov-tehran-visit-2000.md", archive=place).returncode == 0
    page = found("search", "Ivashov", "-k", "50", archive=place)
    assert "ivashov-tehran-visit-2000.md" not in {hit["citation"]["article_id"] for hit in page["hits"]}
    again = pressmark("index", "seeds", archive=place)
    assert again.returncode == 0
    assert found("status", archive=place)["articles"] == 4
    assert pressmark("index", "seeds", "--restore", archive=place).returncode == 0
    assert pressmark("compact", archive=place).returncode == 0
    assert found("doctor", archive=place)["sound"]


def test_one_bad_file_among_many_is_named_and_the_rest_indexed(tmp_path: Path) -> None:
    folder, place = tmp_path / "articles", tmp_path / "archive"
    folder.mkdir()
    (folder / "good.txt").write_text("The port of Tartus has a Russian naval base. It lies in Syria.")
    (folder / "bad.pdf").write_bytes(b"%PDF-1.7 cut short")
    done = pressmark("index", folder, archive=place)
    assert done.returncode == 2
    assert "bad.pdf" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert found("status", archive=place)["articles"] == 1


def test_rebuilding_with_other_passages_keeps_every_article(tmp_path: Path) -> None:
    place = tmp_path / "archive"
    assert pressmark("index", "seeds", archive=place).returncode == 0
    before = found("status", archive=place)
    refused = pressmark("index", "seeds", "--passage-size", "80", archive=place)
    assert refused.returncode == 2
    assert "--rebuild --passage-size 80" in refused.stderr
    report = found("index", "--rebuild", "--passage-size", "80", archive=place)
    after = found("status", archive=place)
    assert after["articles"] == before["articles"] == report["updated"] == 5
    assert after["passages"] > 1.5 * before["passages"]
    assert after["passage"]["size"] == 80
    assert found("doctor", archive=place)["sound"]
    assert found("search", "Volgodonsk", archive=place)["hits"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["search", ""], "no word to search for"),
        (["search", "x" * 10_001], "10,000"),
        (["search", "iran", "-k", "0"], "k is 0"),
        (["search", "iran", "-k", "10000000"], "10,000,000"),
        (["search", "iran", "--after", "2015-02-30"], "2015"),
        (["search", "iran", "--mode", "psychic"], "hybrid"),
        (["search", "iran", "--cursor", "garbage"], "cursor"),
        (["search", "iran", "--after", "2016", "--before", "2015"], "exclusive"),
        (["search"], "Missing argument"),
        (["show", "no-such-article"], "no-such-article"),
        (["cite", "ivashov-tehran-visit-2000.md"], "ID#START-END"),
        (["cite", "ivashov-tehran-visit-2000.md#5-9999999"], "9999999"),
        (["remove", "no-such-article"], "nothing was removed"),
        (["index", "/no/such/folder"], "does not exist"),
        (["index", ""], "nothing to index"),
        (["verify", "/no/such/file.json"], "cannot be read"),
        (["nonsense"], "nonsense"),
    ],
)
def test_bad_input_is_one_line_on_stderr_and_exit_2(archive: Path, arguments: list[str], said: str) -> None:
    done = pressmark(*arguments, archive=archive)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stderr.startswith("pressmark: ")
    assert said in done.stderr
    assert done.stdout == ""


def test_article_text_cannot_steer_the_terminal(tmp_path: Path) -> None:
    folder, place = tmp_path / "articles", tmp_path / "archive"
    folder.mkdir()
    evil = "\x1b]0;owned\x07 \x1b[31mred \x9b2J \u202eturned [bold]zebra[/bold] [/]"
    lines = {
        "id": "e\x1b[2J",
        "title": f"Title {evil}",
        "authors": [f"A {evil}"],
        "text": f"The quagga was here. {evil}",
    }
    (folder / "a.jsonl").write_text(json.dumps(lines))
    assert pressmark("index", folder, archive=place).returncode == 0
    page = pressmark("search", "quagga", "--json", archive=place)
    citation = json.loads(page.stdout)["hits"][0]["citation"]
    assert citation["quote"] == f"The quagga was here. {evil}"
    said = [page, pressmark("search", "quagga", archive=place), pressmark("status", "--articles", archive=place)]
    said += [pressmark("show", citation["article_id"], archive=place)]
    said += [pressmark("cite", citation["locator"], "--style", style, archive=place) for style in ("markdown", "ris")]
    said += [pressmark("show", "no such \x1b[2J article", archive=place)]
    for done in said:
        assert not set("\x1b\x07\x9b\u202e") & set(done.stdout + done.stderr), done.args
    assert "[bold]zebra[/bold] [/]" in said[1].stdout


def test_every_command_explains_itself_with_an_example() -> None:
    names = ["index", "remove", "search", "similar", "show", "cite", "verify", "status", "doctor", "compact", "serve"]
    top = pressmark("--help")
    assert top.returncode == 0
    for name in names:
        assert name in top.stdout
        shown = pressmark(name, "--help")
        assert shown.returncode == 0
        assert "Example:" in shown.stdout, name


def test_a_terminal_gets_a_progress_bar_and_colours(tmp_path: Path) -> None:
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [PRESSMARK, "index", "seeds", "--archive", tmp_path / "a"],
        stdout=follower,
        stderr=follower,
        cwd=ROOT,
        env={**os.environ, "TERM": "xterm-256color", "HF_HUB_OFFLINE": "1"},
    )
    os.close(follower)
    seen, deadline = b"", time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            piece = os.read(leader, 65536)
        except OSError:  # the terminal closes with its last process
            break
        if not piece:
            break
        seen += piece
    os.close(leader)
    assert process.wait(30) == 0
    assert b"indexing" in seen
    assert b"passages/s" in seen


def test_a_closed_pipe_is_no_error(archive: Path) -> None:
    done = subprocess.run(
        f"{PRESSMARK} show russia-iran-coordination-syria.md | head -1",
        shell=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PRESSMARK_ARCHIVE": str(archive)},
    )
    assert done.stderr == ""
