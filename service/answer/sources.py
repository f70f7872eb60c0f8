"""Words that name a source where something else is asked, or who cites a source where the source itself is asked.

"Who led the delegation?" is not answered by "according to the commentator Dushenov", and "Which institute estimated
the loss?" not by the paper that quotes the institute, though a reader takes either for the subject. English only.
"""

from __future__ import annotations

import re

from service.answer.reporting import SPEAKS
from service.answer.stems import stems_of

_ASKS_FOR_SOURCE = re.compile(
    rf"\b(?:{SPEAKS}|(?:expect|anticipat|calculat|found|finds?|report|announc|survey|poll|see|view|rank|rat)\w*)\b"
    r"|\baccording\s+to\s+wh|\bsources?\b",
    re.IGNORECASE,
)
_ASKS_WHO_CITES = re.compile(
    r"\b(?:quot|cit)(?:e[sd]?|ing)\b|\b(?:report|carr|publish|r[au]n\b|print|spread)\w*", re.IGNORECASE
)
_ASKS_WHO_IT_IS = re.compile(r"\W*(?:who\s+(?:is|was|are|were)|which|what|name)\b", re.IGNORECASE)
_ACCORDING_TO = re.compile(r"\baccording\s+to\s+((?:[\w'’.-]+\s+){0,6})$", re.IGNORECASE)
_CITES = re.compile(r"(?:\s+[A-Z][\w'’.-]*){0,3}\s+(?:has\s+|had\s+)?(?:quot|cit)(?:e[sd]?|ing)\b(?!\s+as\b)")


def stands_aside(asking: str, sentence: str, start: int, end: int) -> bool:
    """Whether ``sentence[start:end]`` is a source where none is asked for, or cites one where the source is asked for.

    >>> text = "Paris sent troops, according to Le Monde, which cites the ministry."
    >>> stands_aside("Who sent troops?", text, text.index("Le"), text.index(", which"))
    True
    >>> stands_aside("Who sent troops?", text, 0, 5), stands_aside("Who says so?", text, 0, 5)
    (False, False)
    """
    if _ASKS_FOR_SOURCE.search(asking):
        return _ASKS_WHO_CITES.search(asking) is None and _CITES.match(sentence, end) is not None
    source = _ACCORDING_TO.search(sentence, 0, start)
    described = source is not None and _ASKS_WHO_IT_IS.match(asking) and {*stems_of(source[1])} & {*stems_of(asking)}
    return source is not None and not described
