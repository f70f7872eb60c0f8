"""Words that name a source where something else is asked, or who cites a source where the source itself is asked.

"Who led the delegation?" is not answered by "according to the commentator Dushenov", and "Which institute estimated
the loss?" not by the paper that "quotes the institute, which estimated" it, though a reader takes either for the
subject. What may be meant otherwise is left to the reader. English only.
"""

from __future__ import annotations

import re

from service.answer.candidates import Candidate
from service.answer.names import names
from service.answer.reporting import SPEAKS
from service.answer.stems import stems_of

_SPEAKING = (
    rf"(?:{SPEAKS}|expect(?:s|ed)?|calculate[sd]?|found|finds?|survey(?:s|ed)?|polled|sees?|saw|views?|viewed|rated?"
    r"|ranks?|ranked)\b"
)
_ASKS_WHO_SPEAKS = re.compile(
    rf"\W*(?:[Ww]ho|(?:[Ww]hich|[Ww]hat)(?:\s+[\w'’-]+){{1,4}}?)\s+(?:(?:has|had|first|also|\w+ly)\s+)?{_SPEAKING}"
)
_ASKS_FOR_SOURCE = re.compile(rf"\b{_SPEAKING}|\b[Aa]ccording\s+to\s+wh|\bsources?\b")
_ASKS_WHO = re.compile(r"\W*(?:who(?:m|se)?|which)\b", re.IGNORECASE)
_ASKS_WHO_IT_IS = re.compile(r"\W*(?:who\s+(?:is|was|are|were)|which)\b", re.IGNORECASE)
_ACCORDING_TO = re.compile(
    r"\b[Aa]ccording\s+to\s+((?:(?!(?:by|of|in|on|at|to|for|from|with|who)\s)[\w'’-]+\s+){0,6})$"
)
_CITES_WHO_SPEAKS = re.compile(
    rf"(?:\s+[A-Z][\w'’-]*){{0,3}}\s+(?:quote[sd]?|cite[sd]?)\s(?:[\w'’-]+\s+){{0,15}}[\w'’-]+,\s+(?:which|who)\s+"
    rf"(?:(?:has|had|also|\w+ly)\s+)?{_SPEAKING}"
)


def is_aside(candidate: Candidate, asking: str) -> bool:
    """Whether a candidate stands so in its sentence."""
    first = candidate.sentence[0]
    return stands_aside(asking, candidate.context, candidate.words[0] - first, candidate.words[1] - first)


def stands_aside(asking: str, sentence: str, start: int, end: int) -> bool:
    """Whether ``sentence[start:end]`` is a source where none is asked for, or cites one where the source is asked for.

    >>> text = "Paris sent troops, according to Marie Petit."
    >>> stands_aside("Who sent troops?", text, text.index("Marie"), text.index("."))
    True
    >>> stands_aside("Who sent troops?", text, 0, 5), stands_aside("Who says so?", text, 0, 5)
    (False, False)
    """
    if _ASKS_WHO_SPEAKS.match(asking):
        return _CITES_WHO_SPEAKS.match(sentence, end) is not None
    if not _ASKS_WHO.match(asking) or _ASKS_FOR_SOURCE.search(asking):
        return False
    source = _ACCORDING_TO.search(sentence, 0, start)
    if source is None or not re.match(r"\W*(?:$|[.,;)])", sentence[end : end + 3]) or not names(sentence[start:end]):
        return False
    described = _ASKS_WHO_IT_IS.match(asking) and {*stems_of(sentence[source.start(1) : end])} & {*stems_of(asking)}
    return not described
