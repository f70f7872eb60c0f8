"""What the tools take, as pydantic models: names and limits are those of HTTP, with less at once for a small reader."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from service.answer.records import AskOptions
from service.api.schemas import Address, Limits, Offset, SearchBody, Shape
from service.cite import Style
from service.mcp.reading import MOST_CHARACTERS, USUAL
from service.query import LONGEST

MOST_HITS = 50
MOST_CITED = 100
MOST_CLAIMS = 200
LONGEST_QUOTE = 50_000


class SearchInput(SearchBody):
    k: int = Field(10, ge=1, le=MOST_HITS, description="How many results. For more, pass `next` on as `cursor`.")


class AskInput(Limits):
    model_config = ConfigDict(strict=True, json_schema_extra={"examples": [{"question": "When did the bridge open?"}]})

    question: str = Field(
        description="One question, in full; the operators of `search` work here too.", max_length=LONGEST
    )
    passages: int = Field(10, ge=1, le=100, description="How many of the best passages are read.")
    nearest: int = Field(3, ge=0, le=20, description="How many passages are shown when none answers.")

    def options(self) -> AskOptions:
        return AskOptions(self.filter(), self.passages, self.nearest)


class ReadInput(Shape):
    model_config = ConfigDict(strict=True, json_schema_extra={"examples": [{"locator": "example.org/bridge"}]})

    locator: Address = Field(description="`ID` of an article, or `ID#START-END` of a span, as any result gives it.")
    start: Offset | None = Field(
        None, description="Where to begin, in Unicode code points; before a span's own start, to see what precedes it."
    )
    end: Offset | None = Field(
        None,
        description=(
            f"Where to end; beyond the text is its end. At most {MOST_CHARACTERS:,} characters are returned. Without "
            f"it: a span's own end, or else some {USUAL:,} characters, up to the end of a paragraph."
        ),
    )


class CiteInput(Shape):
    model_config = ConfigDict(strict=True)

    locators: Annotated[list[Address], Field(min_length=1, max_length=MOST_CITED)] = Field(
        description="`ID#START-END` each, as any result gives it. Several make one document.",
        examples=[["example.org/bridge#0-26"]],
    )
    style: Style = Field("markdown", description="How the references are written.")


class Claim(Shape):
    """That these very words stand at this place; a whole citation, as any result gives it, is one too."""

    model_config = ConfigDict(strict=True, extra="allow")

    locator: Address = Field(description="`ID#START-END`, as the result gave it.")
    quote: str = Field(description="The words, character for character.", min_length=1, max_length=LONGEST_QUOTE)
    edition: str | None = Field(
        None,
        description="The edition that was quoted, so that what changed since can be told; else the present one.",
        pattern="^[0-9a-f]{64}$",
    )


class VerifyInput(Shape):
    model_config = ConfigDict(
        strict=True,
        json_schema_extra={
            "examples": [{"citations": [{"locator": "example.org/bridge#0-26", "quote": "The bridge opened in 1932."}]}]
        },
    )

    citations: list[Claim] = Field([], description="Quotes with their locators.", max_length=MOST_CLAIMS)
    document: dict[str, object] | None = Field(
        None, description="Instead: all that `search`, `ask` or `read_article` returned; an answer's words are checked."
    )
