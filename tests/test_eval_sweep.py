"""Several configurations of one suite."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.archives import cut_anew
from eval.compare import compare
from eval.run import run
from eval.suite import Evidence, Query, Suite
from eval.sweep import Setting, searcher_for, settings_of, sweep_json
from indexer.archive import Archive
from indexer.build import index_articles
from indexer.chunk import ChunkConfig
from indexer.errors import BadQuery
from service.search import Searcher, SearchOptions
from tests.conftest import make_article
from tests.fakes import WordEmbedder


def test_every_combination_is_tried() -> None:
    settings = settings_of(["weight=0.2,0.8", "passage-size=50,100", "mode=dense"], SearchOptions(depth=40))
    assert [label for label, _ in settings] == [
        "weight=0.2 passage-size=50 mode=dense",
        "weight=0.2 passage-size=100 mode=dense",
        "weight=0.8 passage-size=50 mode=dense",
        "weight=0.8 passage-size=100 mode=dense",
    ]
    assert settings[1][1] == Setting(SearchOptions(weight=0.2, mode="dense", depth=40), size=100)


def test_a_setting_of_search_alone_needs_no_archive_of_its_own() -> None:
    assert [setting.own_archive for _, setting in settings_of(["depth=5"], SearchOptions())] == [False]
    assert [setting.own_archive for _, setting in settings_of(["overlap=0"], SearchOptions())] == [True]


@pytest.mark.parametrize(
    ("sweep", "said"),
    [
        ("k=5", "one of mode, fusion"),
        ("weight", "NAME=VALUE"),
        ("weight=", "NAME=VALUE"),
        ("weight=0.1,,0.2", "NAME=VALUE"),
        ("weight=much", "'much' is no float"),
        ("weight=2", "from 0 to 1"),
        ("fusion=sum", "choose one of"),
        ("weight=0.2 weight=0.4", "given twice"),
    ],
)
def test_what_cannot_be_swept_is_refused(sweep: str, said: str) -> None:
    with pytest.raises(BadQuery, match=said):
        settings_of(sweep.split(), SearchOptions())


def test_an_archive_cut_anew_holds_the_same_articles_in_other_passages(
    archive: Archive, embedder: WordEmbedder, tmp_path: Path
) -> None:
    sentences = [f"Ship {n} of the northern fleet left the port on a Monday in spring." for n in range(30)]
    index_articles(archive, embedder, [make_article("fleet", " ".join(sentences), title="Fleet", authors=("Doe",))])
    other = cut_anew(archive, tmp_path / "other", embedder, ChunkConfig(size=20, overlap=0, limit=254))
    assert other.snapshot().article("fleet").text == archive.snapshot().article("fleet").text
    assert other.snapshot().article("fleet").authors == ("Doe",)
    assert len(other.snapshot().passages_of("fleet")) > len(archive.snapshot().passages_of("fleet"))


def test_a_sweep_says_what_each_setting_changed(ports: Archive, embedder: WordEmbedder) -> None:
    query = Query("q", "port of storm", evidence=(Evidence("b", "before the storm"),), articles={"b": 1})
    suite = Suite("ports", Path("x"), (query,))
    searcher = Searcher(ports, embedder)
    default, _, _ = run(suite, searcher)
    [(label, setting)] = settings_of(["mode=lexical"], SearchOptions())
    with searcher_for(setting, suite, searcher, lambda progress: None) as other:
        assert other is searcher
        result, _, _ = run(suite, other, setting.options)
    shape = sweep_json(default, [(label, compare(default, result))])
    assert shape["settings"]["mode=lexical"][0]["measure"] == "nDCG@10"
    assert shape["settings"]["mode=lexical"][0]["before"] == default.measures["nDCG@10"].mean
