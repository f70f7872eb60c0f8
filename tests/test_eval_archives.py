"""The archive that is kept for a suite's own articles."""

from __future__ import annotations

from pathlib import Path

import pytest

import indexer
from eval.archives import corpus_archive
from indexer.build import chunk_config
from indexer.chunk import ChunkConfig
from indexer.errors import InputError
from tests.fakes import WordEmbedder


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PRESSMARK_CACHE", str(tmp_path / "cache"))
    (tmp_path / "corpus.jsonl").write_text('{"_id": "a", "text": "Tugs left the port."}\n')
    return tmp_path / "corpus.jsonl"


def test_a_second_run_embeds_nothing(corpus: Path, embedder: WordEmbedder) -> None:
    config = chunk_config(embedder)
    first, report = corpus_archive("tugs", corpus, embedder, config)
    assert report.added == 1
    again, report = corpus_archive("tugs", corpus, embedder, config)
    assert (again.path, report.added, report.embedded) == (first.path, 0, 0)


def test_another_way_of_cutting_is_another_archive(corpus: Path, embedder: WordEmbedder) -> None:
    usual, _ = corpus_archive("tugs", corpus, embedder, chunk_config(embedder))
    other, _ = corpus_archive("tugs", corpus, embedder, ChunkConfig(size=20, overlap=0, limit=254))
    assert usual.path != other.path


def test_other_code_that_indexes_makes_another_archive(
    corpus: Path, embedder: WordEmbedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "code").mkdir()
    source = tmp_path / "code" / "chunk.py"
    source.write_text("SIZE = 200\n")
    monkeypatch.setattr(indexer, "__file__", str(tmp_path / "code" / "__init__.py"))
    config = chunk_config(embedder)
    before, _ = corpus_archive("tugs", corpus, embedder, config)
    source.write_text("SIZE = 100\n")
    after, report = corpus_archive("tugs", corpus, embedder, config)
    assert before.path != after.path
    assert report.added == 1


def test_a_cache_that_cannot_be_written_is_an_error_with_its_mend(
    corpus: Path, embedder: WordEmbedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PRESSMARK_CACHE", str(tmp_path / "file"))
    with pytest.raises(InputError, match="PRESSMARK_CACHE"):
        corpus_archive("tugs", corpus, embedder, chunk_config(embedder))
