"""Words that report what somebody says or thinks: "said", "fears", and "concluded" before a "that".

Many are nouns and participles too ("the reports", "is called"): ``is_verb`` tells them apart by their neighbours.
"""

from __future__ import annotations

import re

_SAYS = (
    r"(?:said|says?|tells?|told|argue[sd]?|warn(?:s|ed)?|suggest(?:s|ed)?|note[sd]?|state[sd]|insist(?:s|ed)?"
    r"|explain(?:s|ed)?|writes?|wrote|infer(?:s|red)?|predict(?:s|ed)?|contend(?:s|ed)?|assert(?:s|ed)?|denie[sd]|deny"
    r"|reject(?:s|ed)?|dismiss(?:es|ed)?|claim(?:s|ed)?|alleg(?:es|ed)|estimate[sd]?|regards?|regarded|calls?|called"
    r"|describe[sd]?|saying|quoted\s+as\s+saying|speculate[sd]?|likens?|likened|put\s+it|points?\s+out|pointed\s+out)"
)
_THINKS = r"(?:believe[sd]?|thinks?|thought|fear(?:s|ed)|considers?|considered|doubt(?:s|ed)?|detects?|detected)"
_SAYS_OR_DOES = (
    r"(?:conclude[sd]?|holds|maintain(?:s|ed)?|confirm(?:s|ed)?|reports|reported|announce[sd]?|charge[sd]|declare[sd]?"
    r"|add(?:s|ed)?|stress(?:es|ed)?|voice[sd]|comment(?:s|ed)?|remark(?:s|ed)?|recall(?:s|ed)?|acknowledge[sd]?"
    r"|admit(?:s|ted)?|reveal(?:s|ed)?|accuse[sd]?|boast(?:s|ed)?|hope[sd]|asks?|asked|complain(?:s|ed)?|repl(?:y|ies|ied)"
    r"|emphasi[sz]e[sd]?)"
)
"""Verbs that report only with what they report after them: "concluded that", and not "concluded a treaty"."""
SPEAKS = rf"(?:{_SAYS}|{_THINKS}|{_SAYS_OR_DOES})"
"""The pattern of any such verb, for patterns that it is a part of."""
VERB = re.compile(rf"\b{SPEAKS}\b")
QUOTES_OF = re.compile(rf"\b(?:{_SAYS}|{_SAYS_OR_DOES})\b")
"""A verb that may stand before somebody's words in quotation marks."""
REPORTING = re.compile(
    rf"\b(?:{_SAYS}|{_THINKS})\b|\b{_SAYS_OR_DOES}(?=\s+(?:that|how|whether|to|about|of|it|if|the\s+hope|in\s+\w+day)\b|\s*[:,])"
)
"""A verb that reports what follows it in its sentence."""
_BEING = re.compile(r"\b(?:to|be|been|is|was|are|were|being|should|must|may|might|can|could)\s+(?:\w+ly\s+)?\Z", re.I)
_DETERMINED = re.compile(
    r"\b(?:the|an?|these|those|this|that|such|some|no|any|other|his|her|its|their|many|several|numerous|new|previous|of"
    r"|and|both|official|press|news|media|intelligence)\s+\Z",
    re.IGNORECASE,
)
_DENIED = re.compile(r"(?:\b(?:not|never|cannot)|n['’]t)\s+(?:\w+ly\s+|even\s+|yet\s+)?\Z", re.IGNORECASE)
_STANCE = re.compile(rf"{_THINKS}|deny")
"""Verbs that tell a stance when they are denied too: "does not believe"; "did not say" tells of no claim."""
_DESCRIBED = re.compile(r"\b(?:the|an?|this|that|these|those|one|some|another)\s+(?:[a-z-]+\s+){1,4}\Z", re.IGNORECASE)
_BARE_NAME = re.compile(
    r"\s+[\"“]?[A-Z][\w-]*(?:\s+[A-Z][\w-]*)*[\"”]?(?!\s+(?:an?|the|his|her|its|their)\b)(?![\w-]|\s+[\"“A-Z])"
)
"""A name with no description after it: "the city called Anzali lies", not "the minister called Berg a liar"."""
_NOUN_TOO = frozenset(
    {"reports", "claims", "estimates", "notes", "charges", "calls", "holds", "states", "doubts", "fears"}
)


def is_verb(body: str, match: re.Match[str], group: int | str = 0) -> bool:
    """Whether a word that may be a noun or a participle too ("the reports", "is called") is a verb here."""
    before = body[: match.start(group)]
    word = match[group].lower()
    if word == "said" and re.match(r"\s+to\s+(?:be|have)\b", body[match.end() :]):
        return False
    if _BEING.search(before) is not None and word != "quoted as saying":
        return False
    if _DETERMINED.search(before) is not None and word not in {"said", "saying", "believes", "argues"}:
        return False
    if before.endswith(("'s ", "’s ")):
        return False
    if _DENIED.search(before) is not None and _STANCE.fullmatch(word) is None:
        return False
    if word == "called" and _DESCRIBED.search(before) is not None and _BARE_NAME.match(body, match.end(group)):
        return False
    if word in _NOUN_TOO and group == 0:
        return re.match(r"\s+(?:that|it|how|whether|about)\b", body[match.end() :]) is not None
    return True
