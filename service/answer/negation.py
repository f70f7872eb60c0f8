"""What a text denies, disputes or only thinks possible, by the words that say so.

The reach of such a word is the few words after it within its clause: enough to tell "has no binding force" from "is
binding", and no grammar.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from service.answer.stems import stems_of

_NOT = re.compile(
    r"\b(?:not|no|never|neither|nor|none|nobody|nothing|nowhere|without|cannot|hardly|lacks?|lacked|fail(?:s|ed)?\s+to"
    r"|refus(?:e|es|ed|ing)\s+to|unable\s+to|far\s+from|rather\s+than|instead\s+of)\b|n[’']t\b",
    re.IGNORECASE,
)
_NOT_A_DENIAL = re.compile(
    r"\b(?:not\s+only|not\s+just|no\s+longer\s+than|no\s+(?:fewer|less|more)\s+than|not\s+least|no\s+doubt|nothing\s+but"
    r"|not\s+necessarily|whether\s+or\s+not)\b",
    re.IGNORECASE,
)
_DISPUTED = re.compile(
    r"\b(?:den(?:y|ies|ied|ying)|reject(?:s|ed|ing)?|dismiss(?:es|ed|ing)?|refut(?:e|es|ed|ing)|disput(?:es|ed|ing)"
    r"|rebuff(?:s|ed)?|contradict(?:s|ed)?|as\s+false|false(?:ly)?|untrue|unfounded|baseless|fake|hoax|conjecture"
    r"|unsubstantiated|unsupported|no\s+evidence|without\s+evidence|misleading)\b",
    re.IGNORECASE,
)
_HEDGED = re.compile(
    r"\b(?:reportedly|allegedly|supposedly|purportedly|apparently|possibly|perhaps|probably|likely|unlikely|presumably"
    r"|could|may|might|would|rumou?red|rumou?rs?|alleg(?:es|ed|ations?)|speculat(?:es|ed|ion|ions)|suspected|suspects"
    r"|if|should\s+the|whether|plan(?:s|ned|ning)?\s+to|propos(?:es|ed)\s+to|threaten(?:s|ed)?\s+to|consider(?:s|ed|ing)"
    r"|said\s+to|believed\s+to|thought\s+to|expected\s+to|due\s+to\s+be|seems?\s+to|seemed\s+to|appears?\s+to"
    r"|appeared\s+to|wants?\s+to|hop(?:e|es|ed|ing)\s+to|talk\s+of|called\s+for|calls?\s+for|demand(?:s|ed)?)\b",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"\b(?:sa(?:y|ys|id)|claim(?:s|ed)?|according\s+to|argu(?:es|ed)|believ(?:es|ed)|suggest(?:s|ed)?|warn(?:s|ed)?"
    r"|report(?:s|ed)?|estimat(?:es|ed)|predict(?:s|ed)?|infer(?:s|red)?|accus(?:es|ed)|assert(?:s|ed)?|view"
    r"|regard(?:s|ed)?|sees?|fears?|feared|can|able|will|contend(?:s|ed)?|maintain(?:s|ed)?|insist(?:s|ed)?|account)\b",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[.;:?!]|,?\s+\b(?:but|although|though|while|whereas|because|however|which|who)\b|,\s")
_REACH = 90
"""Characters after a word that its denial or doubt is taken to reach, if the clause is as long."""


@dataclass(frozen=True, slots=True)
class Reach:
    """A word that denies or doubts, and the stems of the words that it is about."""

    cue: str
    stems: frozenset[str]


def denied(text: str) -> tuple[Reach, ...]:
    """What the text says is not so."""
    plain = _NOT_A_DENIAL.sub(lambda match: " " * len(match[0]), text)
    return tuple(_reach(plain, match) for match in _NOT.finditer(plain))


def disputed(text: str) -> tuple[Reach, ...]:
    """What the text says that somebody denies, or that it calls untrue; all of the text is in its reach."""
    return tuple(
        Reach(cue[0], frozenset(stems_of(text[: cue.start()] + text[cue.end() :]))) for cue in _DISPUTED.finditer(text)
    )


def doubted(text: str) -> tuple[Reach, ...]:
    """What the text only thinks possible, plans or has heard."""
    return tuple(_reach(text, match) for match in _HEDGED.finditer(text))


def hedges(text: str) -> bool:
    """Whether the text leaves it to somebody else, or to the future, that what it says is so."""
    return bool(_HEDGED.search(text) or _SAID.search(text) or _DISPUTED.search(text))


def _reach(text: str, cue: re.Match[str]) -> Reach:
    rest = text[cue.end() : cue.end() + _REACH]
    end = _CLAUSE_END.search(rest)
    return Reach(cue[0], frozenset(stems_of(rest[: end.start()] if end else rest)))
