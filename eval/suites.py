"""Any suite by what a person types for it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from eval.beir import load_beir
from eval.questions import load_questions
from eval.squad import is_squad, load_squad
from eval.suite import Suite
from eval.trec import read_qrels
from indexer.errors import BadSuite

_PROJECT = Path(__file__).resolve().parent.parent
_KINDS = (
    "A suite is a questions file (one JSON object a line), a folder of BEIR's layout (corpus.jsonl, queries.jsonl, "
    "qrels/test.tsv), a file of SQuAD's JSON (.json), or the word seeds for the questions that come with Pressmark"
)


def load_suite(named: str, split: str = "test") -> Suite:
    """The suite of a file or folder, or the one that comes with Pressmark, named ``seeds``.

    A folder called seeds is reached as ``./seeds``. ``split`` chooses among a folder's judgments.

    Raises:
        BadSuite: there is none, or it cannot be scored.
    """
    if named == "seeds":
        return load_seeds(_PROJECT)
    place = Path(named)
    try:
        if place.is_dir():
            return load_beir(place, split)
        exists = place.exists()
    except OSError as error:
        raise BadSuite(f"the suite {named!r} cannot be opened: {error.strerror}. {_KINDS}") from error
    if not exists:
        raise BadSuite(f"there is no suite {named!r}. {_KINDS}")
    return load_squad(place) if is_squad(place) else load_questions(place)


def load_seeds(project: Path) -> Suite:
    """The questions about the example articles of a copy of the project, which are its corpus.

    Raises:
        BadSuite: the copy has no such questions or articles.
    """
    questions, corpus = project / "eval" / "questions" / "seeds.jsonl", project / "seeds"
    for place in (questions, corpus):
        if not place.exists():
            raise BadSuite(
                f"the suite seeds needs {place}, which is not there. Run eval from a copy of the project, "
                "or name a questions file of your own"
            )
    return replace(load_questions(questions), corpus=corpus)


def judged_by(suite: Suite, qrels: Path) -> Suite:
    """The suite with the judgments of a TREC qrels file in place of its own; articles are what it judges then.

    Raises:
        BadSuite: the file cannot be read, or judges queries that the suite does not ask.
    """
    judgments = read_qrels(qrels)
    unknown = sorted(judgments.keys() - {query.id for query in suite.queries})
    if unknown:
        raise BadSuite(
            f"{qrels} judges {len(unknown):,} queries that {suite.source} does not ask, first {unknown[0]!r}. "
            "Give it the judgments of this suite's queries"
        )
    queries = tuple(
        replace(query, articles=judgments.get(query.id, {}), evidence=(), answers=(), unanswerable=False)
        for query in suite.queries
    )
    return replace(suite, queries=queries)
