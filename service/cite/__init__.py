"""Citations out: references to passages in the formats that writers, reference managers and browsers read.

Read in this order: ``style`` and ``formats`` (one table, from a style to what writes it), ``archived`` (spans of an
archive's articles), ``attribution`` (who wrote it, when, and where it is), then the writers: ``bibliography``
(BibTeX, RIS, CSL-JSON), ``markdown`` and ``pointers`` (W3C Web Annotation, links to text).

What an article does not state is left out, never written as ``None`` or guessed; only the Markdown reference says
``n.d.``, as is usual. Text of articles is data: each format escapes it so that it reads as the text it is.
"""

from service.cite.archived import cite_locators
from service.cite.formats import format_citation, format_citations
from service.cite.style import FORMATS, Style

__all__ = ["FORMATS", "Style", "cite_locators", "format_citation", "format_citations"]
