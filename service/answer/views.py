"""Words that make a sentence somebody's view ("in his view"), and words like them behind which nobody speaks."""

from __future__ import annotations

import re
from collections.abc import Iterator

MEASURE = re.compile(
    r"(?:(?:(?:the|an?|its|his|her|their|our)\s+)?(?:\w+\s+)?(?:plans?|schedule|timetable)|law|custom|tradition|size"
    r"|rank|needs?|ability|age|type|merit|taste|circumstances|protocol|procedure|rules)"
    r"(?=\s*(?:[,.;:)]|\Z)|\s+(?:and|or|but|so|in|on|at|for|when|while|until)\b)"
)
"""What follows "according to" where nobody speaks: "according to plan"."""
_VIEW = re.compile(
    r"\b(?P<by>[Ii]n|[Bb]y|[Tt]o|[Oo]n)\s+"
    r"(?:(?P<pronoun>his|her)|(?P<who>(?:the\s+)?[^\s,;][^,;.\"“”]{1,60}?)['’]s?)\s+(?:own\s+)?"
    r"(?P<view>view|opinion|judge?ment|assessment|account|words|estimate|estimation|reckoning|analysis|telling|reading"
    r"|mind)\b"
)


def views(body: str, begin: int, end: int) -> Iterator[re.Match[str]]:
    """The words like "in his view"; money goes "to the minister's account" and lies in it."""
    view = _VIEW.search(body, begin, end)
    while view is not None:
        opens = view.start() == begin or body[: view.start()].rstrip().endswith(",")
        if view["by"].lower() == "to":
            speaks = view["view"] == "mind"
        else:
            speaks = view["view"] != "account" or view["by"].lower() == "by" or opens
        if speaks:
            yield view
        view = _VIEW.search(body, view.start() + 1, end)
