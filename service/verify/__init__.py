"""Citations checked again, years later and offline, against an archive or against one article's file.

Read in this order: ``verdict`` (what can become of a citation), ``judge`` (``verify``), ``sources`` (where texts come
from), ``stretch`` and ``words`` (what replaced a quote that is not there any more), ``exported`` (citations and answers
in JSON), ``answered`` (``verify_document``: all of that at once). Not here: what a citation is (``service.citation``).
"""

from service.verify.answered import verify_document
from service.verify.exported import citations_in
from service.verify.judge import verify
from service.verify.sources import ArchiveTexts, ArticleFile, TextSource
from service.verify.verdict import AnswerWords, Change, Status, Verdict, Words, verdict_as_json

__all__ = [
    "AnswerWords",
    "ArchiveTexts",
    "ArticleFile",
    "Change",
    "Status",
    "TextSource",
    "Verdict",
    "Words",
    "citations_in",
    "verdict_as_json",
    "verify",
    "verify_document",
]
