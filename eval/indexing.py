"""How fast articles become an archive, and how much of that time is the model's.

    python -m eval.indexing articles.jsonl.gz --out eval/results/indexing.json

The README's table is ``table`` of the committed result; a test fails when they differ.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
from pathlib import Path
from typing import Any

from eval import provenance
from indexer.archive import Archive
from indexer.build import index_paths, open_or_create
from indexer.chunk import ModelTokens, embedding_input
from indexer.embed import load_embedder

RESULT = Path(__file__).parent / "results" / "indexing.json"
_VERSIONS = ("openvino", "tokenizers", "tantivy", "faiss-cpu", "sentencex")


def measure(paths: list[Path], place: Path) -> dict[str, Any]:
    """Index the paths into a new archive at ``place`` and say what it cost."""
    embedder = load_embedder()
    archive = open_or_create(place, embedder)
    report = index_paths(archive, embedder, paths)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # before counting tokens adds to it
    tokens = count_tokens(archive, ModelTokens(embedder.tokenizer))
    return {
        "what": [path.name for path in paths],
        "articles": report.added,
        "refused": [str(refusal) for refusal in report.refused],
        "passages": report.passages,
        "passages_embedded": report.embedded,
        "tokens": tokens,
        "seconds": round(report.seconds, 1),
        "model_seconds": round(report.model_seconds, 1),
        "passages_per_second": round(report.embedded / report.seconds),
        "tokens_per_second": round(tokens / report.seconds),
        "share_outside_model": round(1 - report.model_seconds / report.seconds, 4),
        "peak_memory_mib": round(peak),
        "archive_mib": round(sum(f.stat().st_size for f in place.rglob("*") if f.is_file()) / 2**20),
        "manifest": json.loads(archive.manifest.to_json()),
        "runtime": embedder.card.runtime,
        "commit": provenance.commit(),
        "machine": provenance.machine(),
        "versions": provenance.versions(_VERSIONS),
    }


def count_tokens(archive: Archive, tokens: ModelTokens) -> int:
    """The tokens of every embedding input, counted once each, without the model's special ones."""
    snapshot, seen, total = archive.snapshot(), set[str](), 0
    for article_id in snapshot.article_ids():
        stored = snapshot.article(article_id)
        inputs = {embedding_input(stored.title, stored.text[r.start : r.end]) for r in snapshot.passages_of(article_id)}
        total += sum(map(len, tokens.token_starts(sorted(inputs - seen))))
        seen |= inputs
    return total


def table(result: dict[str, Any]) -> str:
    """The result as the README shows it."""
    rows = {
        "articles, passages, tokens": f"{result['articles']:,}, {result['passages']:,}, {result['tokens']:,}",
        "time": f"{result['seconds']:,} s: {result['passages_per_second']:,} passages/s, "
        f"{result['tokens_per_second']:,} tokens/s",
        "of it outside the model": f"{result['share_outside_model']:.1%}",
        "peak memory": f"{result['peak_memory_mib']:,} MiB",
        "machine": f"{result['machine']['processor']}, {result['machine']['cores']} cores, {result['runtime']}",
    }
    return "\n".join(
        ["| indexing Reuters-21578 | |", "|---|---|", *(f"| {name} | {said} |" for name, said in rows.items())]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, default=RESULT)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = measure(chosen.paths, Path(folder) / "archive")
    chosen.out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    sys.stdout.write(table(result) + "\n")


if __name__ == "__main__":
    main()
