"""The whole interface against its own description, with requests that schemathesis makes of it: good, bad and absurd.

What it cannot know stands in ``_KNOWN``. Everything else that it checks holds: no error of the server; no status,
header, media type or shape but those described; whatever fits is taken, whatever does not fit is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import negative_data_rejection
from schemathesis.specs.openapi.schemas import OpenApiSchema

from service.api import create_app
from service.search import Searcher
from tests import hand_answers as hand
from tests.fakes import WordEmbedder
from tests.test_api_asking import HandAnswerer

AnyCase = Case[Any]
Operation = APIOperation[Any, Any, Any, Any]
_SETTLED = ["2xx", "3xx", "400", "401", "403", "404", "409", "412", "429"]
_KNOWN: dict[str, Any] = {
    "checks": {
        # 400 is what no schema can say: a query without a word, a span that runs backwards, a day that no calendar has.
        # 422 would say that the description lets through what the service does not.
        "positive_data_acceptance": {"expected-statuses": _SETTLED},
        # All of these refuse; 413 does when an array is longer than it may be, and the body with it.
        "negative_data_rejection": {"expected-statuses": ["4xx"]},
    },
    "operations": [
        # An article needs a title or a text, and no id that another in the same body has.
        {
            "include-operation-id": ["add_articles", "put_article"],
            "checks": {"positive_data_acceptance": {"expected-statuses": [*_SETTLED, "422"]}},
        },
        # What writes knows no address of a text: PUT and DELETE are those of an article whose id ends so.
        {
            "include-operation-id": "article_text",
            "checks": {"unsupported_method": {"enabled": False}, "allow_header_conformance": {"enabled": False}},
        },
    ],
}


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenApiSchema]:
    with hand.bridge_archive(tmp_path_factory.mktemp("described") / "archive") as archive:
        app = create_app(Searcher(archive, WordEmbedder()), HandAnswerer(archive))
        yield schemathesis.openapi.from_asgi("/openapi.json", app, config=SchemathesisConfig.from_dict(_KNOWN))


def operations(described: OpenApiSchema) -> list[Operation]:
    found = [result.ok() for result in described.get_all_operations() if isinstance(result, Ok)]
    assert len(found) > 20
    return found


def keep(case: AnyCase) -> None:
    """Send a request, and hold the answer against all that schemathesis checks."""
    in_a_form = case.media_type == "multipart/form-data"  # where whatever a part holds is a file
    case.call_and_validate(excluded_checks=[negative_data_rejection] if in_a_form else None)


def test_the_borders_of_everything_described_hold(described: OpenApiSchema) -> None:
    """The least and the most, one less and one more, what is left out, what is too much, other methods."""
    generation = described.config.generation_for()
    for operation in operations(described):
        for case in described.iter_coverage_cases(
            operation, generation_modes=list(GenerationMode), generation_config=generation
        ):
            keep(case)


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_operation_keeps_to_its_description(described: OpenApiSchema, mode: GenerationMode) -> None:
    checked = 0
    for operation in operations(described):

        @settings(max_examples=8, derandomize=True, database=None, deadline=None, suppress_health_check=[*HealthCheck])
        @given(case=operation.as_strategy(generation_mode=mode))
        def keeps(case: AnyCase) -> None:
            keep(case)

        with suppress(Unsatisfiable):  # nothing can be wrong about it: it takes nothing, or whatever there is
            keeps()
            checked += 1
    assert checked > 15
