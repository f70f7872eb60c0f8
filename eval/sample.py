"""Which of a suite's questions are asked."""

from __future__ import annotations

import random
from dataclasses import dataclass

from eval.suite import Query, Suite
from indexer.errors import BadSuite

SAMPLE = 500
"""Questions that are asked when nobody says how many: asking all of a large suite takes many minutes."""
SEED = 2018


@dataclass(frozen=True, slots=True)
class Sample:
    """At most so many of a suite's questions, drawn with a seed; the smaller suite is asked whole.

    Raises:
        BadSuite: fewer than one question.
    """

    most: int = SAMPLE
    seed: int = SEED

    def __post_init__(self) -> None:
        if self.most < 1:
            raise BadSuite(f"a sample of {self.most} questions cannot be scored. Ask for 1 or more, or for no answers")

    def of(self, suite: Suite) -> tuple[Query, ...]:
        """The questions to ask, in the suite's order; the same ones whatever was asked before."""
        if len(suite.asked) <= self.most:
            return suite.asked
        chosen = random.Random(self.seed).sample(range(len(suite.asked)), self.most)
        return tuple(suite.asked[place] for place in sorted(chosen))
