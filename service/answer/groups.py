"""Candidates that say the same, put together: what agrees counts once an article, and what conflicts is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.answer.agreement import same_answer
from service.answer.confidence import Judged


@dataclass(frozen=True, slots=True)
class Group:
    """One answer and everything that gives it, the surest first."""

    members: tuple[Judged, ...]

    @property
    def head(self) -> Judged:
        return self.members[0]

    @property
    def confidence(self) -> float:
        return self.head.confidence

    @property
    def articles(self) -> int:
        """How many articles give it. A copy elsewhere is no other article: search shows one of each."""
        return len({member.candidate.article_id for member in self.members})


def grouped(judged: Sequence[Judged]) -> list[Group]:
    """The groups, the surest answer first. A candidate joins the first group whose surest member says the same.

    Args:
        judged: the surest first.
    """
    groups: list[list[Judged]] = []
    for one in judged:
        for group in groups:
            if same_answer(one.candidate.text, group[0].candidate.text):
                group.append(one)
                break
        else:
            groups.append([one])
    return [Group(tuple(members)) for members in groups]
