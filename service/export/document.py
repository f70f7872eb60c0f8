"""An answer as a document in one of three forms.

``md``
    The question, the answer, each quote as a block with the answering words in bold, and numbered references.
``html``
    The same as one page that needs nothing else: no script, no font, no picture from anywhere.
``json``
    What ``ask --json`` prints, which ``verify`` checks again.

References are written out in ``md`` and ``html``, with the edition's whole hash and the locator, so that anyone who
has the text can verify them; a style beside Markdown is added as a document of its own, to be imported.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Literal, get_args

from indexer.errors import BadQuery
from service.answer.records import Answer
from service.cite import FORMATS
from service.export.markdown import markdown_document
from service.export.page import page_document
from service.shapes import answer_json

Form = Literal["md", "html", "json"]
FORMS: tuple[Form, ...] = get_args(Form)


def export_answer(
    answer: Answer, form: str, *, style: str = "markdown", accessed: date | None = None, explain: bool = False
) -> str:
    """The answer as a document. It says when it was asked only if told (``accessed``): no clock is read.

    Raises:
        BadQuery: no such form or style, or a link to an article that has no web address.
    """
    require_form(form, style)
    if form == "json":
        return json.dumps(answer_json(answer, explain=explain), ensure_ascii=False, indent=2) + "\n"
    return (markdown_document if form == "md" else page_document)(answer, style, accessed)


def require_form(form: str, style: str) -> None:
    """Refuse a form or style that nothing can be written in.

    Raises:
        BadQuery: there is no such one.
    """
    if form not in FORMS:
        raise BadQuery(f"no form of export {form!r}. Use one of: {', '.join(FORMS)}")
    if style not in FORMATS:
        raise BadQuery(f"no citation style {style!r}. Use one of: {', '.join(FORMATS)}")
