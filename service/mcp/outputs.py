"""What only these tools give, as pydantic models; what they share with HTTP is described in ``api.schemas``."""

from __future__ import annotations

from pydantic import Field

from service.api.schemas import Citation, Original, Shape
from service.cite import Style


class ArticlePage(Shape):
    """A stretch of an article's canonical text, as the citation that it is: `citation.quote` is the text."""

    generation: int
    citation: Citation
    length: int = Field(description="Characters of the whole text, in Unicode code points.")
    next: int | None = Field(description="Where to go on: `start` of the page after. Null at the end of the text.")
    language: str | None
    original: Original | None


class References(Shape):
    style: Style
    document: str = Field(description="The references, ready to be pasted or saved.")
