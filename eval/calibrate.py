"""Fit how sure the answerer is: ``python -m eval.calibrate eval/questions/calibration.json``. See ``--help``.

Every question of every suite is asked, and its candidates are labelled right or wrong as ``answer_measures.is_right``
does; ``fitting`` makes a calibration of that.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import service.answer.confidence as confidence
from eval.answer_measures import Places, is_right
from eval.archives import corpus_archive
from eval.evidence import EvidencePlaces
from eval.fitting import Labelled, fit, report
from eval.gold import gold_of
from eval.sample import Sample
from eval.suite import Query, Suite
from eval.suites import load_suite
from indexer.build import chunk_config
from indexer.embed import load_embedder
from indexer.errors import BadSuite, PressmarkError
from service.answer.answerer import Answerer, Weighed
from service.answer.composing import support_of
from service.answer.confidence import VERDICT, Calibration, Fitted, Judged
from service.answer.records import AskOptions
from service.answer.weighing import NUMBERS
from service.reader.loading import load_reader
from service.reader.second import load_second
from service.reader.served import ServedReader
from service.reader.squad import read_questions
from service.search import Searcher

Readers = tuple[ServedReader, ServedReader]
"""The reader and the second reader."""

RISK = 0.167
"""Of the answers given, how many may be wrong: one in six, on questions of which four in nine have no answer."""


def main(arguments: Sequence[str]) -> int:
    given = _parser().parse_args(arguments)
    try:
        readers = load_reader(), load_second()
        labelled = list(_labelled(given, readers))
        fitted = fit(labelled, _weights(readers), given.risk)
    except PressmarkError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    target = given.out or Path(confidence.__file__).parent / "calibration.json"
    target.write_text(json.dumps(asdict(fitted), indent=1) + "\n", "utf-8")
    sys.stdout.write(f"threshold {fitted.threshold:.3f} for a risk of {fitted.risk}, in {target}\n")
    for line in report(labelled, given.risk):
        sys.stdout.write(line + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m eval.calibrate",
        description="Fit the answerer's confidence and threshold to suites of questions with answers.",
        epilog="example: python -m eval.calibrate eval/questions/calibration.json --most 3000",
    )
    parser.add_argument("suites", nargs="*", help="suites whose questions are asked")
    parser.add_argument(
        "--held-out", nargs="*", default=[], help="suites of which only what the readers were not trained on is asked"
    )
    parser.add_argument("--most", type=int, default=600, help="questions of one suite")
    parser.add_argument("--risk", type=float, default=RISK, help="the share of given answers that may be wrong")
    parser.add_argument("--out", type=Path, help="where it goes; the package's own file by default")
    return parser


def _labelled(given: argparse.Namespace, readers: Readers) -> Iterator[Labelled]:
    for name in given.suites:
        yield from _asked(load_suite(name), given.most, None, readers)
    for name in given.held_out:
        yield from _asked(load_suite(name), given.most, held_out(Path(name)), readers)


def held_out(folder: Path) -> set[str]:
    """The questions that ``service.reader.train --half`` leaves out: those of every other article."""
    known = read_questions(folder)
    titles = set(known.asked_titles()[1::2])
    return {q.id for q in known.questions if known.paragraphs[q.paragraph].title in titles}


def _asked(suite: Suite, most: int, only: set[str] | None, readers: Readers) -> Iterator[Labelled]:
    if suite.corpus is None:
        raise BadSuite(f"the suite {suite.source} has no articles of its own. Give a BEIR folder, or seeds")
    queries = [q for q in suite.asked if only is None or q.id in only]
    kept = Suite(suite.name, suite.source, tuple(queries), suite.corpus)
    embedder = load_embedder()
    archive, _ = corpus_archive(suite.name, suite.corpus, embedder, chunk_config(embedder))
    snapshot = archive.snapshot()
    places = EvidencePlaces(snapshot, gold_of(kept, snapshot))
    answerer = Answerer(Searcher(archive, embedder, readers[0]), *readers, _unfitted(*_weights(readers)))
    sys.stderr.write(f"{suite.name}: {min(most, len(queries))} of {len(queries)} questions\n")
    for query in Sample(most).of(kept):
        weighed = answerer.weigh(query.text, AskOptions())
        yield Labelled(suite.name, not query.unanswerable, weighed.numbers, _right(query, weighed, places.of(query)))


def _weights(readers: Readers) -> tuple[str, str]:
    return readers[0].card.weights_sha256, readers[1].card.weights_sha256


def _unfitted(reader: str, second: str) -> Calibration:
    nothing, certain = (
        Fitted(names, (0.0,) * len(names), (1.0,) * len(names), (0.0,) * len(names), 0.0)
        for names in (NUMBERS, VERDICT)
    )
    return Calibration(nothing, certain, 1.0, 0.0, reader, second, {})


def _right(query: Query, weighed: Weighed, evidence: Places) -> NDArray[np.bool_]:
    whole = weighed.asked.kind == "yes-no"
    return np.array(
        [
            not query.unanswerable
            and is_right(c.context if whole else c.text, [support_of(Judged(c, 0.0))], query.answers, evidence)
            for c in weighed.candidates
        ],
        np.bool_,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
