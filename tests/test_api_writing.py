"""Adding, replacing and removing articles over HTTP."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from starlette.types import Message

import service.api.schemas as schemas
import service.api.written as written
from indexer.archive import Archive
from indexer.build import index_paths
from indexer.load.bounded import LONGEST_ID, LONGEST_TITLE, LONGEST_URL
from indexer.records import edition_of
from service.access.key import Wanted
from service.access.keys import KeyStore
from service.api import create_app
from service.jobs.store import JobStore
from service.search import Searcher
from tests.fakes import WordEmbedder
from tests.test_api import ODD_ID, TEXTS, fits, make_archive, problem

FORM = {"Content-Type": "multipart/form-data; boundary=x"}


def app_over(place: Path, **options: Any) -> FastAPI:  # noqa: ANN401
    return create_app(Searcher(make_archive(place), WordEmbedder()), **options)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(app_over(tmp_path / "archive")) as client:
        yield client


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """One that is only given what it refuses."""
    with TestClient(app_over(tmp_path_factory.mktemp("refusing") / "archive", most_upload_bytes=50_000)) as client:
        yield client
        assert client.get("/v1/jobs").json() == {"jobs": [], "next": None}
        assert client.get("/v1/articles").json()["total"] == len(TEXTS)


def done(client: TestClient, response: Any) -> dict[str, Any]:  # noqa: ANN401
    """The job that a response is of, when it is over."""
    assert response.status_code == 202, response.text
    accepted = response.json()
    fits(written.Job, accepted)
    assert (accepted["state"], accepted["result"]) == ("queued", None)
    assert response.headers["location"] == f"/v1/jobs/{accepted['id']}"
    end = time.monotonic() + 20
    while (job := client.get(response.headers["location"]).json())["state"] not in {"done", "failed"}:
        assert time.monotonic() < end
        time.sleep(0.02)
    fits(written.Job, job)
    return dict(job)


def posted(client: TestClient, *files: tuple[str, bytes]) -> dict[str, Any]:
    return done(client, client.post("/v1/articles", files=[("file", file) for file in files]))


def found(client: TestClient, query: str) -> str:
    first: str = client.get("/v1/search", params={"q": query, "k": 1}).json()["hits"][0]["citation"]["article_id"]
    return first


# --- adding -----------------------------------------------------------------------------------------------------------


def test_articles_that_come_as_json_are_found_and_keep_what_they_state(client: TestClient) -> None:
    stated = {
        "title": "The  ferry",
        "text": "A ferry called Wombat crosses twice a day.\r\n\r\nIt carries cars.",
        "authors": ["Ada Byron", "Bo Chen"],
        "publisher": "The Span",
        "published": "2015-10-02",
        "url": "https://Example.org/ferry/?utm_source=x",
        "language": "en",
    }
    texts = [{"text": "No more than a text."}, {"id": "käse/2 #?", "title": "Only a title", "text": ""}]
    job = done(client, client.post("/v1/articles", json={"articles": [stated, *texts]}))
    assert (job["state"], job["files"], job["progress"], job["errors"]) == ("done", 3, {"files": 3, "of": 3}, [])
    short = f"uploads/{edition_of('No more than a text.')[:12]}"
    assert job["result"]["articles"] == ["example.org/ferry", short, "käse/2 #?"]
    assert (job["result"]["added"], job["result"]["generation"]) == (3, 2)
    assert found(client, "wombat ferry") == "example.org/ferry"
    shown = client.get("/v1/articles/example.org/ferry").json()
    assert shown["text"] == "A ferry called Wombat crosses twice a day.\n\nIt carries cars."
    assert shown["title"] == "The ferry"
    kept = ("authors", "publisher", "published", "url", "language")
    assert {name: shown[name] for name in kept} == {name: stated[name] for name in kept}


def test_files_are_read_as_a_folder_of_them_is(client: TestClient, tmp_path: Path) -> None:
    folder = tmp_path / "uploads"
    (folder / "sub").mkdir(parents=True)
    files = {
        "a.txt": b"Plain text of quokkas.\n\nBy nobody.",
        "b.md": b"---\nurl: https://example.org/b\n---\n# B\n\nMarkdown of numbats.",
        "sub/c.html": b"<title>C</title><article><p>A page that tells of bilbies at some length.</p></article>",
        "d.jsonl": b'{"id": "d", "text": "One line."}\n{"text": "Another line."}\n',
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    job = posted(client, *files.items())
    assert job["errors"] == []
    archive = make_archive(tmp_path / "other")
    index_paths(archive, WordEmbedder(), [folder], prefix="uploads")
    indexed = archive.snapshot()
    assert set(job["result"]["articles"]) == set(indexed.article_ids()) - set(TEXTS)
    for article_id in job["result"]["articles"]:
        assert client.get(f"/v1/articles/{quote(article_id)}").json()["text"] == indexed.article(article_id).text


def test_the_same_again_changes_nothing(client: TestClient) -> None:
    first = posted(client, ("a.txt", b"Plain text."))
    again = posted(client, ("a.txt", b"Plain text."))
    other = posted(client, ("a.txt", b"Other text."))
    assert [job["result"]["generation"] for job in (first, again, other)] == [2, 2, 3]
    counts = [(job["result"]["added"], job["result"]["updated"], job["result"]["unchanged"]) for job in (again, other)]
    assert counts == [(0, 0, 1), (0, 1, 0)]
    assert client.get("/v1/articles/uploads/a.txt/text").text == "Other text."


def test_what_cannot_be_read_is_said_by_file_and_costs_nothing_else(client: TestClient) -> None:
    bomb = BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 30_000_000)
    job = posted(
        client,
        ("bomb.docx", bomb.getvalue()),
        ("program.exe", b"MZ\x90"),
        ("picture.txt", b"\x89PNG\r\n\x1a\n"),
        ("empty.md", b""),
        ("../../etc/passwd.txt", b"root"),
        ("x" * 10_000 + ".txt", b"long"),
        ("good.txt", b"A good text."),
    )
    assert (job["state"], job["files"], job["result"]["articles"]) == ("done", 7, ["uploads/good.txt"])
    said = {error["file"]: error["detail"] for error in job["errors"]}
    assert len(said) == 6
    assert "unpacks to 30,000,000 bytes" in said["bomb.docx"]
    assert "no loader reads files named .exe" in said["program.exe"]
    assert "is a PNG image" in said["picture.txt"]
    assert "is empty" in said["empty.md"]
    assert "an empty part, or one of dots" in said["../../etc/passwd.txt"]
    assert max(map(len, said)) < 200


def test_hostile_markup_becomes_text_and_titles_of_any_length_do_no_harm(client: TestClient) -> None:
    script = b"<title>T</title><article><p onclick='evil()'>Harmless words about wallabies, and more of them.</p>"
    script += b"<script>evil()</script><img src=x onerror='evil()'></article>"
    job = posted(client, ("s.html", script), ("t.html", b"<title>" + b"t " * 5_000_000 + b"</title><p>Long title.</p>"))
    assert "uploads/s.html" in job["result"]["articles"]
    assert "evil" not in client.get("/v1/articles/uploads/s.html").text
    assert found(client, "wallabies") == "uploads/s.html"


def test_an_article_of_a_followed_file_is_left_to_its_file(client: TestClient, tmp_path: Path) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "a.jsonl").write_text('{"id": "report", "text": "The file says this."}\n')
    searcher: Searcher = client.app.state.searcher  # type: ignore[attr-defined]
    index_paths(make_archive_again(searcher), WordEmbedder(), [folder])
    job = done(client, client.post("/v1/articles", json={"articles": [{"id": "report", "text": "That."}]}))
    assert (job["state"], job["errors"][0]["file"]) == ("failed", "#/articles/0")
    assert "a file that the archive follows" in job["errors"][0]["detail"]
    refused = problem(client.put("/v1/articles/report", json={"text": "That."}), 409, "followed-article")
    assert "Change that file" in refused["detail"]
    assert client.get("/v1/articles/report/text").text == "The file says this."


def make_archive_again(searcher: Searcher) -> Any:  # noqa: ANN401
    from indexer.archive import Archive

    return Archive(searcher.archive.path)


# --- one article ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("article_id", [ODD_ID, "new/one", "a/text/text", "new/text", "x#1-2", "x?y=z", "Ω"])
def test_an_article_is_put_and_taken_out_whatever_its_id_holds(client: TestClient, article_id: str) -> None:
    for safe in ("/", ""):
        address = f"/v1/articles/{quote(article_id, safe=safe)}"
        put = client.put(address, json={"text": f"A text that was put {safe}."})
        shape = put.json()
        fits(written.ArticleWritten, shape)
        edition = edition_of(f"A text that was put {safe}.")
        assert (shape["article_id"], shape["edition"], put.headers["etag"]) == (article_id, edition, f'"{edition}"')
        assert shape["generation"] == int(put.headers["x-archive-generation"])
        shown = client.get("/v1/articles", params={"article": article_id}).json()
        assert shown["total"] == 1
        assert found(client, "text that was put") == article_id
        gone = client.delete(address)
        assert (gone.status_code, gone.content) == (204, b"")
        assert int(gone.headers["x-archive-generation"]) == shape["generation"] + 1
        hits = client.get("/v1/search", params={"q": "text that was put"}).json()["hits"]
        assert article_id not in {hit["citation"]["article_id"] for hit in hits}
        problem(client.delete(address), 404, "unknown-article")


def test_a_put_says_what_became_of_the_article(client: TestClient) -> None:
    answers = [client.put("/v1/articles/new", json={"text": text}) for text in ("One.", "One.", "Two.")]
    assert [answer.status_code for answer in answers] == [201, 200, 200]
    assert [answer.json()["outcome"] for answer in answers] == ["added", "unchanged", "updated"]
    assert client.get("/v1/articles/new/text").text == "Two."


def test_the_text_of_an_article_is_not_what_a_put_or_delete_of_its_address_changes(client: TestClient) -> None:
    problem(client.delete("/v1/articles/example.org/bridge/text"), 404, "unknown-article")
    assert client.delete("/v1/articles/a/text").status_code == 204
    assert client.get("/v1/articles/a/text").text == TEXTS["a"]


def test_what_was_removed_stays_out_until_it_is_handed_over_again(client: TestClient) -> None:
    posted(client, ("a.txt", b"Plain text."))
    assert client.delete("/v1/articles/uploads/a.txt").status_code == 204
    assert posted(client, ("a.txt", b"Plain text."))["result"]["added"] == 1
    assert client.get("/v1/articles/uploads/a.txt/text").text == "Plain text."


def test_preconditions_are_heeded(client: TestClient) -> None:
    address, body = "/v1/articles/example.org/bridge", {"text": "Newer."}
    tag = f'"{edition_of(TEXTS["example.org/bridge"])}"'
    matching = ({"If-Match": said} for said in ('"other"', f"W/{tag}"))
    excluding = ({"If-None-Match": said} for said in ("*", tag, f"W/{tag}"))
    for headers in (*matching, *excluding):
        refused = problem(client.put(address, json=body, headers=headers), 412, "other-edition")
        assert edition_of(TEXTS["example.org/bridge"]) in refused["detail"]
    problem(client.delete(address, headers={"If-Match": '"other"'}), 412, "other-edition")
    problem(client.put("/v1/articles/none", json=body, headers={"If-Match": "*"}), 412, "other-edition")
    problem(client.delete("/v1/articles/none", headers={"If-Match": "*"}), 404, "unknown-article")
    assert client.get("/v1/articles/example.org/bridge/text").headers["etag"] == tag
    put = client.put(address, json=body, headers={"If-Match": f'"other", {tag}'})
    assert put.status_code == 200
    assert client.put("/v1/articles/none", json=body, headers={"If-None-Match": "*"}).status_code == 201
    assert client.delete(address, headers={"If-Match": put.headers["etag"]}).status_code == 204


def test_what_a_file_may_state_may_be_put_and_no_more(client: TestClient) -> None:
    longest = {"title": "t" * LONGEST_TITLE, "url": f"https://e.example/{'u' * (LONGEST_URL - 18)}"}
    assert client.put(f"/v1/articles/{'x' * LONGEST_ID}", json={"text": "Long.", **longest}).status_code == 201
    assert client.get(f"/v1/articles/{'x' * LONGEST_ID}").json()["url"] == longest["url"]
    refused = problem(
        client.put(f"/v1/articles/{'x' * (LONGEST_ID + 1)}", json={"text": "Long."}), 422, "not-an-article"
    )
    assert f"an id has {LONGEST_ID + 1:,} characters" in refused["detail"]
    for field in ("title", "url"):
        body = {"text": "Long.", field: longest[field] + "x"}
        assert (
            problem(client.put("/v1/articles/x", json=body), 422, "invalid-request")["errors"][0]["pointer"]
            == f"#/{field}"
        )


def test_of_two_who_change_the_same_edition_one_is_told(client: TestClient) -> None:
    tag = client.get("/v1/articles/example.org/bridge/text").headers["etag"]
    first = client.put("/v1/articles/example.org/bridge", json={"text": "First."}, headers={"If-Match": tag})
    second = client.put("/v1/articles/example.org/bridge", json={"text": "Second."}, headers={"If-Match": tag})
    assert first.status_code == 200
    problem(second, 412, "other-edition")
    assert client.get("/v1/articles/example.org/bridge/text").text == "First."


# --- jobs -------------------------------------------------------------------------------------------------------------


def test_jobs_are_listed_newest_first_and_forgotten_when_asked(client: TestClient) -> None:
    jobs = [posted(client, (f"{n}.txt", b"Plain text.")) for n in range(3)]
    listed = client.get("/v1/jobs").json()
    fits(written.JobList, listed)
    assert listed == {"jobs": jobs[::-1], "next": None}
    first = client.get("/v1/jobs?limit=2").json()
    second = client.get("/v1/jobs", params={"limit": 2, "cursor": first["next"]}).json()
    assert first["jobs"] + second["jobs"] == jobs[::-1]
    assert second["next"] is None
    address = f"/v1/jobs/{jobs[0]['id']}"
    assert client.delete(address).status_code == 204
    for answer in (client.get(address), client.delete(address), client.get("/v1/jobs/nope")):
        problem(answer, 404, "unknown-job")
    assert client.get("/v1/articles/uploads/0.txt").status_code == 200
    problem(client.get("/v1/jobs?limit=0"), 422, "invalid-request")


def test_a_job_that_has_not_begun_is_taken_back_with_all_that_it_brought(tmp_path: Path) -> None:
    client = TestClient(app_over(tmp_path / "archive"))  # outside of its context nothing runs jobs
    accepted = client.post("/v1/articles", files=[("file", ("a.txt", b"Plain text."))])
    assert client.delete(accepted.headers["location"]).status_code == 204
    assert client.get("/v1/jobs").json()["jobs"] == []
    assert [file.name for file in (tmp_path / "archive" / "jobs").rglob("*") if file.suffix != ".lock"] == []


# --- who may ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "media_type", "body"),
    [
        ("POST", "/v1/articles", "application/json", b'{"articles": [{"id": "new", "text": "Something new."}]}'),
        (
            "POST",
            "/v1/articles",
            FORM["Content-Type"],
            b'--x\r\nContent-Disposition: form-data; name="file"; '
            b'filename="new.txt"\r\n\r\nSomething new.\r\n--x--\r\n',
        ),
        ("PUT", "/v1/articles/new", "application/json", b'{"text": "Something new."}'),
    ],
)
def test_nothing_is_taken_from_whose_key_is_revoked_while_they_send(
    tmp_path: Path, method: str, path: str, media_type: str, body: bytes
) -> None:
    app, keys = app_over(tmp_path / "archive"), KeyStore(tmp_path / "archive")
    key, token = keys.create(Wanted("desk", frozenset(("write",))))
    sent: list[Message] = []

    async def receive() -> Message:
        keys.revoke(key.id)
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = {"content-type": media_type, "host": "testserver", "authorization": f"Bearer {token}"}
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "query_string": b"", "headers": raw}
    asyncio.run(app(scope, receive, send))
    assert sent[0]["status"] == 401
    assert JobStore(tmp_path / "archive").newest(lambda kept: True, 1) == []


def test_whoever_waits_in_vain_is_not_told_who_writes_and_what(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.jobs.oneoff._PATIENCE", 0.01)
    with TestClient(app_over(tmp_path / "archive")) as client, Archive(tmp_path / "archive").writer():
        for answer in (client.put("/v1/articles/a", json={"text": "New."}), client.delete("/v1/articles/a")):
            detail = problem(answer, 503, "archive-busy")["detail"].replace(str(tmp_path), "")
            assert str(os.getpid()) not in detail
            assert Path(sys.argv[0]).name not in detail


def test_each_key_writes_what_it_may_and_sees_its_own_jobs(tmp_path: Path) -> None:
    app = app_over(tmp_path / "archive")
    keys = KeyStore(tmp_path / "archive")

    def headers(name: str, *scopes: Any, publishers: tuple[str, ...] | None = None) -> dict[str, str]:  # noqa: ANN401
        return {"Authorization": f"Bearer {keys.create(Wanted(name, frozenset(scopes), publishers))[1]}"}

    boss, reader = headers("boss", "read", "write"), headers("reader", "read")
    desk = headers("desk", "read", "write", publishers=("The Arch",))
    article = {"text": "The Arch tells of kookaburras.", "publisher": "The Arch"}
    with TestClient(app) as client:
        for answer in (
            client.post("/v1/articles", json={"articles": [article]}, headers=reader),
            client.put("/v1/articles/x", json=article, headers=reader),
            client.delete("/v1/articles/a", headers=reader),
            client.delete("/v1/jobs/x", headers=reader),
        ):
            assert answer.status_code == 403
        assert client.post("/v1/articles", json={"articles": [article]}).status_code == 401
        client.headers.update(desk)
        both = {"articles": [article | {"id": "arch"}, article | {"id": "span", "publisher": "The Span"}]}
        own = done(client, client.post("/v1/articles", json=both))
        assert own["result"]["articles"] == ["arch"]
        assert [error["file"] for error in own["errors"]] == ["#/articles/1"]
        unknown = client.delete("/v1/articles/nowhere").json()["detail"].replace("nowhere", "a")
        for answer in (client.delete("/v1/articles/a"), client.put("/v1/articles/a", json=article)):
            assert problem(answer, 404, "unknown-article")["detail"] == unknown
        problem(client.put("/v1/articles/nowhere", json=article), 404, "unknown-article")
        problem(client.put("/v1/articles/arch", json=article | {"publisher": "The Span"}), 422, "not-an-article")
        assert client.put("/v1/articles/arch", json=article | {"title": "Ours"}).status_code == 200
        others = client.post("/v1/articles", json={"articles": [{"id": "b", "text": "By nobody."}]}, headers=boss)
        client.headers.update(boss)
        done(client, others)
        client.headers.update(desk)
        assert [job["id"] for job in client.get("/v1/jobs").json()["jobs"]] == [own["id"]]
        for answer in (client.get(others.headers["location"]), client.delete(others.headers["location"])):
            problem(answer, 404, "unknown-job")
        assert len(client.get("/v1/jobs", headers=boss).json()["jobs"]) == 2
        assert client.delete("/v1/articles/arch").status_code == 204
        assert client.get("/v1/articles/a", headers=boss).status_code == 200


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "pointer", "said"),
    [
        ({}, "#/articles", "required"),
        ({"articles": []}, "#/articles", "at least 1"),
        ({"articles": {"text": "a"}}, "#/articles", "list"),
        ({"articles": [{"text": "a"}], "more": 1}, "#/more", "no such"),
        ({"articles": [{"title": "a"}]}, "#/articles/0/text", "required"),
        ({"articles": [{"text": "a"}, {"text": 3}]}, "#/articles/1/text", "string"),
        ({"articles": [{"text": "a", "titel": "b"}]}, "#/articles/0/titel", "no such"),
        ({"articles": [{"text": "a", "authors": "Ann"}]}, "#/articles/0/authors", "list"),
        ({"articles": [{"text": "a", "id": ""}]}, "#/articles/0/id", "at least 1"),
        ({"articles": [{"text": "a", "url": "javascript:alert(1)"}]}, "#/articles/0/url", "pattern"),
        ({"articles": [{"text": "a", "published": "3/4/2015"}]}, "#/articles/0", "'published' is '3/4/2015'"),
        ({"articles": [{"text": "a", "published": "2015-02-30"}]}, "#/articles/0", "published"),
        ({"articles": [{"text": "a", "language": "!"}]}, "#/articles/0", "language"),
        ({"articles": [{"text": " \n "}]}, "#/articles/0", "neither text nor title"),
        ({"articles": [{"text": "a", "title": "t" * 2_001}]}, "#/articles/0/title", "at most 2000"),
        ({"articles": [{"text": "a", "id": "x"}, {"text": "b", "id": "x"}]}, "#/articles/1", "is that of #/articles/0"),
        ({"articles": [{"text": "a"}, {"text": "a"}]}, "#/articles/1", "is that of #/articles/0"),
        ({"articles": [{"text": "a"}] * 10_001}, "#/articles", "at most 10000"),
        ([], "#", "object"),
    ],
)
def test_json_that_is_no_article_is_pointed_at_and_nothing_is_queued(
    refusing: TestClient, body: object, pointer: str, said: str
) -> None:
    document = problem(refusing.post("/v1/articles", json=body), 422, "invalid-request")
    assert [error["pointer"] for error in document["errors"]] == [pointer]
    assert said in document["errors"][0]["detail"]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"articles": [' + b"[" * 100_000, b"9" * 5_000])
def test_a_body_that_is_not_json_is_refused(refusing: TestClient, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    problem(refusing.post("/v1/articles", content=body, headers=headers), 400, "malformed-body")


def test_half_a_character_is_refused(refusing: TestClient) -> None:
    for body in (b'{"articles": [{"text": "a \\ud800"}]}', b'{"articles": [{"text": "a", "id": "\\ud800"}]}'):
        answer = refusing.post("/v1/articles", content=body, headers={"Content-Type": "application/json"})
        problem(answer, 422, "invalid-request")


PART = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nA text.\r\n'


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"--x--\r\n", "it holds no file"),
        (b"", "breaks off"),
        (PART, "breaks off"),
        (PART[:-4], "breaks off"),
        (b"no form at all", "is no form"),
        (PART.replace(b'"file"', b'"document"') + b"--x--\r\n", 'not named "file"'),
        (PART.replace(b'; filename="a.txt"', b"") + b"--x--\r\n", "no filename"),
        (PART.replace(b"Content-Disposition", b"Content-Nothing") + b"--x--\r\n", 'not named "file"'),
        (PART.replace(b"a.txt", b"a" * 40_000) + b"--x--\r\n", "is no form"),
        (PART * 1_001 + b"--x--\r\n", "more than"),
    ],
)
def test_a_form_that_is_none_is_refused_whole(refusing: TestClient, body: bytes, said: str) -> None:
    answer = refusing.post("/v1/articles", content=body, headers=FORM)
    if len(body) > 50_000:
        problem(answer, 413, "body-too-large")
    else:
        assert said in problem(answer, 422, "invalid-request")["detail"]


def test_more_files_than_are_taken_at_once_are_refused(client: TestClient) -> None:
    answer = client.post("/v1/articles", content=PART * 1_001 + b"--x--\r\n", headers=FORM)
    assert "more than 1,000 files" in problem(answer, 422, "invalid-request")["detail"]
    assert client.get("/v1/jobs").json()["jobs"] == []


@pytest.mark.parametrize("said", ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; x=y"])
def test_a_form_without_a_boundary_is_refused(refusing: TestClient, said: str) -> None:
    answer = refusing.post("/v1/articles", content=PART, headers={"Content-Type": said})
    assert "boundary" in problem(answer, 422, "invalid-request")["detail"]


@pytest.mark.parametrize("said", ["text/plain", "application/x-www-form-urlencoded", "multipart/mixed", ""])
def test_a_body_of_another_type_is_refused(refusing: TestClient, said: str) -> None:
    answer = refusing.post("/v1/articles", content=PART, headers={"Content-Type": said})
    problem(answer, 415, "unsupported-media-type")


def test_files_have_a_limit_of_their_own_and_nothing_of_what_passes_it_stays(tmp_path: Path) -> None:
    place = tmp_path / "archive"
    with TestClient(app_over(place, most_bytes=1_000, most_upload_bytes=5_000)) as client:
        assert posted(client, ("a.txt", b"words " * 500))["state"] == "done"
        over = client.post("/v1/articles", files=[("file", ("b.txt", b"words " * 1_000))])
        assert "more than 5,000 bytes" in problem(over, 413, "body-too-large")["detail"]
        json_over = client.post("/v1/articles", json={"articles": [{"text": "words " * 500}]})
        assert "more than 1,000 bytes" in problem(json_over, 413, "body-too-large")["detail"]
        elsewhere = client.post("/v1/search", content=b"x" * 2_000, headers=FORM)
        assert elsewhere.status_code in {413, 415}
        assert not list((place / "jobs").glob(".incoming*"))
        assert len(client.get("/v1/jobs").json()["jobs"]) == 1


@pytest.mark.parametrize(
    ("address", "body", "status", "name"),
    [
        ("a", {"text": " "}, 422, "not-an-article"),
        ("a", {"title": "a"}, 422, "invalid-request"),
        ("a", {"text": "b", "id": "a"}, 422, "invalid-request"),
        ("a", {"text": "b", "published": "soon"}, 422, "not-an-article"),
        ("a", {"text": "b" * 300_001}, 413, "body-too-large"),
        ("a", [], 422, "invalid-request"),
        ("%20a", {"text": "b"}, 400, "bad-record"),
        ("a%20%20b", {"text": "b"}, 400, "bad-record"),
        ("a?k=3", {"text": "b"}, 422, "invalid-request"),
    ],
)
def test_what_cannot_be_put_is_refused(
    refusing: TestClient, address: str, body: object, status: int, name: str
) -> None:
    problem(refusing.put(f"/v1/articles/{address}", json=body), status, name)


def test_methods_are_told_where_they_are_not_taken(refusing: TestClient) -> None:
    for method, path, allowed in (("PUT", "/v1/articles", "GET, HEAD, POST"), ("POST", "/v1/jobs", "GET, HEAD")):
        answer = refusing.request(method, path)
        problem(answer, 405, "method-not-allowed")
        assert answer.headers["allow"] == allowed
    assert refusing.patch("/v1/articles/a").headers["allow"] == "GET, HEAD, PUT, DELETE"


# --- what is described ------------------------------------------------------------------------------------------------


def test_the_examples_fit_their_models() -> None:
    for model, shape in (
        (written.Job, written.JOB),
        (written.Job, written.QUEUED),
        (written.JobList, written.JOBS),
        (written.ArticleWritten, written.WRITTEN),
        (written.ArticlesBody, written.BODY["requestBody"]["content"]["application/json"]["example"]),
    ):
        fits(model, shape)


def test_both_ways_to_add_are_described(refusing: TestClient) -> None:
    document = refusing.get("/openapi.json").json()
    assert set(document["paths"]["/v1/articles"]["post"]["requestBody"]["content"]) == {
        "application/json",
        "multipart/form-data",
    }
    described = document["components"]["schemas"]["ArticleBody"]
    assert set(described["properties"]) == set(written.ArticleBody.model_fields)
    assert json.dumps(schemas.Problem.model_json_schema()["title"]) == '"Problem"'
