"""The language that a text is written in, for sources that do not say."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

_ENOUGH = 60  # characters; below this the detector guesses
_SAMPLE = 2_000  # characters; more does not change its mind, only its time


@lru_cache(maxsize=1)
def _identifier() -> Any:  # noqa: ANN401 - py3langid ships no types
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_pickled_model(MODEL_FILE, norm_probs=True)


def detect_language(text: str) -> str | None:
    """The ISO 639-1 code of the text's language, or None when the text is too short or the detector is not sure."""
    sample = text[:_SAMPLE]
    if sum(c.isalpha() for c in sample) < _ENOUGH:
        return None
    code, probability = _identifier().classify(sample)
    return str(code) if probability >= 0.9 else None
