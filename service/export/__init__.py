"""Answers as documents that can be put into a report: Markdown, a page of HTML, JSON.

Read in this order: ``document`` (``export_answer``), ``markdown``, ``page`` with its template. Not here: how a
reference is written (``service.cite``), and what an answer says of itself in words (``service.answer.wording``).
"""

from service.export.document import FORMS, Form, export_answer, require_form

__all__ = ["FORMS", "Form", "export_answer", "require_form"]
