"""A key that may read one publisher learns nothing of another: what it gets is what an archive without it gives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from indexer.archive import Archive
from service.access.caller import Caller
from service.access.key import Wanted
from service.access.keys import KeyStore
from service.answer.answerer import Answerer
from service.api import create_app
from service.citation import as_json, cite_span
from service.jobs.job import Job, Kept
from service.reader.loading import load_reader
from service.search import Searcher
from tests.fakes import WordEmbedder
from tests.test_answerer import by_span
from tests.test_limited import OURS, POST, THEIRS, TIMES, archive_of

pytestmark = pytest.mark.model

_APART = {
    "generation",
    "took_ms",
    "phases_ms",
    "score",
    "scores",
    "confidence",
    "next",
    "archive",
    "bytes",
    "request_id",
    "raw",
    "normalised",
}
"""What may differ: what counts changes, times, the disk; and scores, by the mean length of a passage."""
STRANGE = "p/codename"


def _client(archive: Archive, publishers: tuple[str, ...] | None) -> TestClient:
    searcher, reader = Searcher(archive, WordEmbedder(), load_reader()), load_reader()
    token = KeyStore(archive.path).create(Wanted("desk", frozenset(("read",)), publishers))[1]
    app = create_app(searcher, Answerer(searcher, reader, reader, by_span(reader)))
    return TestClient(app, headers={"Authorization": f"Bearer {token}"})


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, TestClient]]:
    """The service over everything, asked with a limited key; and one over that publisher's articles alone."""
    folder = tmp_path_factory.mktemp("isolation")
    whole = archive_of(folder / "whole", THEIRS[:2] + OURS + THEIRS[2:])
    alone = archive_of(folder / "alone", OURS)
    with _client(whole, (TIMES,)) as limited, _client(alone, None) as own:
        yield limited, own
    whole.close()
    alone.close()


def _plain(shape: Any) -> Any:  # noqa: ANN401
    if isinstance(shape, dict):
        return {key: _plain(value) for key, value in shape.items() if key not in _APART}
    return [_plain(one) for one in shape] if isinstance(shape, list) else shape


def _said(client: TestClient, path: str) -> tuple[int, Any]:
    reply = client.get(path)
    body = reply.json() if "json" in reply.headers["content-type"] else reply.text
    if isinstance(body, dict) and "detail" in body:
        body["detail"] = body["detail"].replace(str(client.app.state.searcher.archive.path), "ARCHIVE")  # type: ignore[attr-defined]
    return reply.status_code, _plain(body)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/search?q=bridge",
        "/v1/search?q=bridge&k=1",
        "/v1/search?q=bridge&group=article&explain=true",
        "/v1/search?q=zirconium",
        "/v1/search?q=zirconum+merger",
        "/v1/search?q=%22operation+zirconium%22",
        "/v1/search?q=harbour+-zirconium",
        f"/v1/search?q=bridge&publisher={POST}",
        "/v1/search?q=bridge&publisher=Bridge+Times",
        f"/v1/search?q=bridge&article={STRANGE}",
        "/v1/search?q=cracks+in+the+third+pier",
        "/v1/search?q=bridge&rerank=true",
        "/v1/similar?locator=t/port",
        f"/v1/similar?locator={STRANGE}",
        "/v1/ask?q=When+did+the+bridge+open",
        "/v1/ask?q=What+is+the+merger+called",
        "/v1/ask?q=Which+bridge+was+closed+on+Monday",
        "/v1/articles",
        "/v1/articles?limit=1",
        f"/v1/articles?publisher={POST}",
        f"/v1/articles/{STRANGE}",
        f"/v1/articles/{STRANGE}/text",
        "/v1/articles/t/bridge",
        f"/v1/cite?locator={STRANGE}%230-10&style=markdown",
        "/v1/cite?locator=t/bridge%230-10&style=markdown",
        "/v1/facets",
        "/v1/facets?query=bridge",
        f"/v1/facets?publisher={POST}",
    ],
)
def test_every_answer_is_that_of_an_archive_without_the_others(both: tuple[TestClient, TestClient], path: str) -> None:
    limited, own = both
    assert _said(limited, path) == _said(own, path)


def test_a_citation_of_what_is_not_theirs_is_of_an_article_that_there_is_not(
    both: tuple[TestClient, TestClient],
) -> None:
    whole: Archive = both[0].app.state.searcher.archive  # type: ignore[attr-defined]
    article = whole.snapshot().article(STRANGE)
    document = as_json(cite_span(article, article.text, 0, 10))
    theirs, none = (client.post("/v1/verify", json=document).json() for client in both)
    assert theirs == none
    assert theirs["verdicts"][0]["status"] == "gone"


def test_an_agent_with_the_key_sees_no_more(both: tuple[TestClient, TestClient]) -> None:
    accepted = {"Accept": "application/json, text/event-stream"}
    for name, arguments in (
        ("search", {"query": "zirconium"}),
        ("ask", {"question": "What is the merger called?"}),
        ("read_article", {"locator": STRANGE}),
        ("cite", {"locators": [f"{STRANGE}#0-10"]}),
    ):
        asked = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}}
        said = [client.post("/mcp", json=asked, headers=accepted).json()["result"] for client in both]
        for result, client in zip(said, both, strict=True):
            place = str(client.app.state.searcher.archive.path)  # type: ignore[attr-defined]
            result["content"] = [part["text"].replace(place, "ARCHIVE") for part in result["content"]]
        if "structuredContent" in said[0]:
            assert _plain(said[0]["structuredContent"]) == _plain(said[1]["structuredContent"])
        else:
            assert said[0] == said[1]


def test_the_status_names_no_one_else(both: tuple[TestClient, TestClient]) -> None:
    said = both[0].get("/v1/status").text
    assert TIMES in said
    for word in (POST, "Weekend", str(Path(STRANGE))):
        assert word not in said


def test_measurements_are_not_for_it(both: tuple[TestClient, TestClient]) -> None:
    assert both[0].get("/metrics").status_code == 403


@pytest.mark.parametrize(
    ("caller", "sees"),
    [
        (Caller("desk", frozenset(("read",)), (TIMES,)), True),
        (Caller("desk", frozenset(("read",)), (POST,)), False),
        (Caller("other", frozenset(("read",)), (TIMES,)), False),
        (Caller("other", frozenset(("read",)), None), True),
    ],
)
def test_a_job_is_seen_by_whoever_asked_for_it_and_by_those_who_see_everything(caller: Caller, sees: bool) -> None:
    job = Job("20150301-000000-000000-abcdef", "queued", "2015-03-01T00:00:00+00:00")
    assert Kept(job, "desk", (TIMES,), ()).is_seen_by(caller) == sees
