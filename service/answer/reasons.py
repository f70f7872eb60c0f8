"""Why there is no answer, in a sentence that helps whoever asked to see it."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.filters import Filter
from service.answer.confidence import Judged
from service.answer.coverage import missing
from service.answer.expected import Expects, fits
from service.answer.question import Asked

_ASKED_FOR: dict[Expects, str] = {
    "number": "a number",
    "money": "a sum of money",
    "percent": "a share in percent",
    "date": "a time",
    "year": "a year",
    "month": "a month",
    "day": "a day",
    "duration": "a length of time",
    "who": "somebody",
    "person": "a person",
    "place": "a place",
    "organisation": "an organisation",
}
_LOOKED_AT = 3


def reason_for(asked: Asked, judged: Sequence[Judged], threshold: float, limits: Filter) -> str:
    """The reason, most telling first: nothing to read, something the question takes as given and no passage mentions,
    nothing of the kind that was asked for, or plain doubt.
    """
    if not judged:
        where = "no passage that the filter leaves" if limits else "no passage in the archive"
        return f"{where} has anything to read"
    cited = judged[0].candidate.hit.citation
    absent = missing(asked.given, f"{cited.title or ''}. {cited.quote}")
    if absent:
        named = " and ".join(f'"{given.text}"' for given in absent[:_LOOKED_AT])
        return f"the nearest passage does not speak of {named}"
    best = judged[0].candidate
    if asked.expects is not None and fits(best.text, best.context, asked.expects) is False:
        return f"the question asks for {_ASKED_FOR[asked.expects]}, and the nearest passages name none for it"
    digits = next((n for n in (0, 1) if round(judged[0].confidence, n + 2) < round(threshold, n + 2)), 2)
    return (
        f"the nearest passages are not sure enough to answer it: {judged[0].confidence:.{digits}%}, "
        f"and an answer needs {threshold:.{digits}%}"
    )
