"""Fit how sure the answerer is: ``python -m eval.calibrate eval/questions/calibration.json``. See ``--help``.

Every question of every suite is asked, its candidates are labelled right or wrong as ``answer_measures.is_right`` does,
and a logistic regression (scikit-learn) is fitted to what speaks for them. The threshold is the lowest confidence from
which, of the answers that would be given, no more than the stated risk are wrong. Both are reported on questions that
had no part in the fit: five folds, whole questions apart.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import StandardScaler

import service.answer.confidence as confidence
from eval.answer_measures import Places, is_right
from eval.archives import corpus_archive
from eval.evidence import EvidencePlaces
from eval.gold import gold_of
from eval.sample import Sample
from eval.suite import Query, Suite
from eval.suites import load_suite
from indexer.build import chunk_config
from indexer.embed import load_embedder
from indexer.errors import BadSuite, PressmarkError
from service.answer.answerer import Answerer, Weighed
from service.answer.composing import support_of
from service.answer.confidence import NUMBERS, Calibration, Judged
from service.answer.records import AskOptions
from service.reader.loading import load_reader
from service.reader.served import ServedReader
from service.reader.squad import read_questions
from service.search import Searcher

FOLDS = 5
RISK = 0.2
"""Of the answers given, how many may be wrong: one in five, on questions of which half have no answer."""
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Labelled:
    """One question's candidates: their numbers (n, ``NUMBERS``), and which of them are right."""

    suite: str
    answerable: bool
    numbers: Numbers
    right: NDArray[np.bool_]


def main(arguments: Sequence[str]) -> int:
    given = _parser().parse_args(arguments)
    try:
        reader = load_reader()
        labelled = list(_labelled(given, reader))
        fitted = fit(labelled, reader.card.weights_sha256, given.risk)
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
        epilog="example: python -m eval.calibrate eval/questions/calibration.json --most 1000",
    )
    parser.add_argument("suites", nargs="*", help="suites whose questions are asked")
    parser.add_argument(
        "--held-out", nargs="*", default=[], help="suites of which only what the reader was not trained on is asked"
    )
    parser.add_argument("--most", type=int, default=600, help="questions of one suite")
    parser.add_argument("--risk", type=float, default=RISK, help="the share of given answers that may be wrong")
    parser.add_argument("--out", type=Path, help="where it goes; the package's own file by default")
    return parser


def _labelled(given: argparse.Namespace, reader: ServedReader) -> Iterator[Labelled]:
    for name in given.suites:
        yield from _asked(load_suite(name), given.most, None, reader)
    for name in given.held_out:
        yield from _asked(load_suite(name), given.most, held_out(Path(name)), reader)


def held_out(folder: Path) -> set[str]:
    """The questions that ``service.reader.train --half`` leaves out: those of every other article."""
    known = read_questions(folder)
    titles = set(known.asked_titles()[1::2])
    return {q.id for q in known.questions if known.paragraphs[q.paragraph].title in titles}


def _asked(suite: Suite, most: int, only: set[str] | None, reader: ServedReader) -> Iterator[Labelled]:
    if suite.corpus is None:
        raise BadSuite(f"the suite {suite.source} has no articles of its own. Give a BEIR folder, or seeds")
    queries = [q for q in suite.asked if only is None or q.id in only]
    kept = Suite(suite.name, suite.source, tuple(queries), suite.corpus)
    embedder = load_embedder()
    archive, _ = corpus_archive(suite.name, suite.corpus, embedder, chunk_config(embedder))
    snapshot = archive.snapshot()
    places = EvidencePlaces(snapshot, gold_of(kept, snapshot))
    answerer = Answerer(Searcher(archive, embedder, reader), reader, _unfitted(reader.card.weights_sha256))
    sys.stderr.write(f"{suite.name}: {min(most, len(queries))} of {len(queries)} questions\n")
    for query in Sample(most).of(kept):
        weighed = answerer.weigh(query.text, AskOptions())
        yield Labelled(suite.name, not query.unanswerable, weighed.numbers, _right(query, weighed, places.of(query)))


def _unfitted(reader: str) -> Calibration:
    zeros = (0.0,) * len(NUMBERS)
    return Calibration(NUMBERS, zeros, (1.0,) * len(NUMBERS), zeros, 0.0, 1.0, 0.0, reader, {})


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


def fit(labelled: Sequence[Labelled], reader: str, risk: float) -> Calibration:
    """The model over all candidates, and the threshold over the surest one of each question."""
    chosen = _out_of_fold(labelled)
    scaler, model = _model(labelled)
    sizes: dict[str, int] = {}
    for one in labelled:
        sizes[one.suite] = sizes.get(one.suite, 0) + 1
    return Calibration(
        numbers=NUMBERS,
        mean=tuple(np.round(scaler.mean_, 6).tolist()),
        scale=tuple(np.round(scaler.scale_, 6).tolist()),
        weights=tuple(np.round(model.coef_[0], 6).tolist()),
        intercept=round(float(model.intercept_[0]), 6),
        threshold=round(threshold_of(chosen[:, 0], chosen[:, 1] > 0, risk), 4),
        risk=risk,
        reader=reader,
        fitted_on=sizes,
    )


def threshold_of(surest: Numbers, right: NDArray[np.bool_], risk: float) -> float:
    """The lowest confidence from which on at most ``risk`` of the answers are wrong; 1 where there is none."""
    order = np.argsort(-surest, kind="stable")
    sure = surest[order]
    wrong = np.cumsum(~right[order]) / np.arange(1, len(order) + 1)
    last_of_equals = np.append(sure[1:] < sure[:-1], True)[: len(sure)]  # what is as sure is answered as well
    within = np.flatnonzero((wrong <= risk) & last_of_equals)
    return float(sure[within[-1]]) if len(within) else 1.0


def _model(labelled: Sequence[Labelled]) -> tuple[StandardScaler, LogisticRegression]:
    rows = np.concatenate([one.numbers for one in labelled])
    right = np.concatenate([one.right for one in labelled])
    suites = np.concatenate([[one.suite] * len(one.right) for one in labelled])
    if len(set(right)) < 2:
        raise BadSuite(
            f"{right.sum():,} of {len(right):,} candidates for {len(labelled):,} questions are right: nothing can be "
            "learned from that. Ask more questions: --most"
        )
    weights = np.array([1 / (suites == suite).sum() for suite in suites]) * len(suites)  # every suite counts the same
    scaler = StandardScaler().fit(rows)
    return scaler, LogisticRegression(C=0.3, max_iter=2000).fit(scaler.transform(rows), right, sample_weight=weights)


def _out_of_fold(labelled: Sequence[Labelled]) -> Numbers:
    """Of each question its surest candidate's confidence, and whether it is right (1) or not: (n, 2)."""
    if len(labelled) < FOLDS:
        raise BadSuite(f"{len(labelled)} questions cannot be parted into {FOLDS} folds. Ask more questions: --most")
    found = np.zeros((len(labelled), 2))
    places = np.arange(len(labelled))
    for learned, kept in GroupKFold(FOLDS).split(places, groups=places):
        scaler, model = _model([labelled[place] for place in learned])
        for place in kept:
            one = labelled[place]
            if len(one.right):
                sure = model.predict_proba(scaler.transform(one.numbers))[:, 1]
                found[place] = sure.max(), one.right[sure.argmax()]
    return found


def report(labelled: Sequence[Labelled], risk: float) -> Iterator[str]:
    """What a fit would do on questions that it did not see, by suite."""
    chosen = _out_of_fold(labelled)
    threshold = threshold_of(chosen[:, 0], chosen[:, 1] > 0, risk)
    for suite in dict.fromkeys(one.suite for one in labelled):
        of = np.array([one.suite == suite for one in labelled])
        can = np.array([one.answerable for one in labelled])
        given = chosen[:, 0] >= threshold
        right = chosen[:, 1] > 0
        parts = [f"{suite}: answered right {right[of & can & given].sum() / max((of & can).sum(), 1):.3f}"]
        if (of & ~can).any():
            parts.append(f"refused {(~given)[of & ~can].mean():.3f}")
        if len(set(can[of])) == 2:
            parts.append(f"AUC {roc_auc_score(can[of], chosen[of, 0]):.3f}")
        if len(set(right[of])) == 2:
            parts.append(f"right or wrong AUC {roc_auc_score(right[of], chosen[of, 0]):.3f}")
        yield ", ".join(parts)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
