"""A running service from Python: the records that ``Searcher`` and ``Answerer`` give, got over HTTP.

    with Client("http://127.0.0.1:8000") as client:
        results = client.search("port visits", SearchOptions(k=3))

Not here: what a request says (``requested``), how it gets there (``connection``) and how records come out of JSON
(``unshaped``).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from types import TracebackType
from typing import NoReturn, Self, TypeVar
from urllib.parse import quote

import service.unshaped as unshaped
from indexer.errors import BadQuery, InputError, PressmarkError, ServiceError, UnknownArticle
from indexer.records import Article
from service.answer.records import Answer, AskOptions
from service.api.problems import KINDS
from service.citation import shown
from service.connection import EXAMPLE, Connection, Reply
from service.facets import FacetOptions, Facets
from service.requested import ask_body, facets_body, search_body
from service.search import Results, SearchOptions
from service.shapes import Json
from service.verify import Verdict

_CORE = {kind.name: error for error, kind in KINDS.items() if issubclass(error, PressmarkError)}
_OF_THE_REQUEST = {"invalid-request", "body-too-large", "malformed-body"}
R = TypeVar("R")


class Client:
    """A Pressmark service at a URL; any number of threads may use it at once. ``close`` it, or use it in a ``with``.

    ``timeout`` is how many seconds a request is waited for. No request is repeated. A ``key`` is sent to this service
    alone: no redirect is followed.

    Raises:
        InputError: the URL is none, the timeout is not above 0, or the key cannot be one.
    """

    def __init__(self, url: str, timeout: float = 60.0, *, key: str | None = None) -> None:
        self._connection = Connection(url, timeout, key)
        self.url = self._connection.url

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._connection.close()

    def search(self, query: str, options: SearchOptions | None = None) -> Results:
        """What ``Searcher.search`` gives there, but for each hit's ``reading``, which stays there.

        Raises:
            BadQuery: as ``Searcher.search`` does, or the options say how to rank.
            ServiceError: the service cannot be asked.
        """
        body = search_body(query, options or SearchOptions())
        return self._given(unshaped.results_from_json, "POST", "/v1/search", body)

    def facets(self, query: str | None = None, options: FacetOptions | None = None) -> Facets:
        """What ``facets_of`` counts there.

        Raises:
            BadQuery: as ``facets_of`` does.
            ServiceError: the service cannot be asked.
        """
        body = facets_body(query, options or FacetOptions())
        return self._given(unshaped.facets_from_json, "POST", "/v1/facets", body)

    def ask(self, question: str, options: AskOptions | None = None, *, llm: bool = False) -> Answer:
        """What ``Answerer.ask`` gives there, but for what would have been said; ``llm``: in its language model's words.

        Raises:
            BadQuery: an empty or oversized question, or no language model there.
            ServiceError: the service cannot be asked.
        """
        body = ask_body(question, options or AskOptions(), llm=llm)
        return self._given(unshaped.answer_from_json, "POST", "/v1/ask", body)

    def article(self, article_id: str) -> Article:
        """The article with its canonical text, which is checked to be that of its edition.

        Raises:
            UnknownArticle: there is none of this id.
            ServiceError: the service cannot be asked.
        """
        name = quote(article_id, safe="", errors="surrogatepass")
        if set(name) == {"."}:  # a segment of dots means another place
            name = name.replace(".", "%2E")
        reply = self._connection.reply("GET", f"/v1/articles/{name}")
        if reply.status == 200 and reply.media_type == "text/plain":  # the text of an article whose id lacks the /text
            raise UnknownArticle(f"no article has the id {article_id!r}. Search for it, or list what there is")
        return self._read(unshaped.article_from_json, reply)

    def text(self, article_id: str) -> str:
        """The article's canonical text, in which offsets count; raises as ``article`` does."""
        return self.article(article_id).text

    def verify(self, document: object) -> list[Verdict]:
        """A verdict for each citation in the JSON of a search, an answer or a list of citations.

        Raises:
            BadQuery: there is no citation in it.
            BadRecord: a citation, or what supports the answer, breaks its own rules.
            ServiceError: the service cannot be asked.
        """
        return self._given(unshaped.verdicts_from_json, "POST", "/v1/verify", document)

    def status(self) -> Json:
        """What the archive holds, what made it, and how it is searched, as ``status_of`` says it.

        Raises:
            ServiceError: the service cannot be asked.
        """
        return self._read(unshaped.status_from_json, self._connection.reply("GET", "/v1/status"))

    def _given(self, read: Callable[[object], R], method: str, path: str, body: object) -> R:
        return self._read(read, self._connection.reply(method, path, json.dumps(body).encode()))

    def _read(self, read: Callable[[object], R], reply: Reply) -> R:
        if reply.status != 200:
            self._refuse(reply)
        if reply.media_type != "application/json":
            self._not_understood(f"{reply.status} with {shown(reply.media_type or 'no media type')}")
        try:
            return read(reply.json())
        except (InputError, ValueError) as error:
            self._not_understood(str(error), error)

    def _refuse(self, reply: Reply) -> NoReturn:
        """Raise what the service says went wrong: the core's own error where it is one."""
        if 300 <= reply.status < 400:
            raise ServiceError(
                f"{self.url} points elsewhere ({reply.status}: {shown(reply.location)}), where nothing was sent. "
                "Name that address itself"
            )
        problem = _problem(reply)
        if problem is None:
            self._not_understood(f"{reply.status} with {shown(reply.media_type or 'no media type')}")
        if error := _CORE.get(problem.name):
            raise error(problem.detail)
        if problem.name in {"invalid-request", "not-found", "method-not-allowed"}:
            self._require_same_version(problem.detail)
        if problem.name in _OF_THE_REQUEST:
            raise BadQuery(problem.detail)
        raise ServiceError(f"{self.url}: {problem.title} ({reply.status}): {problem.detail}{problem.traced}")

    def _not_understood(self, why: str, cause: Exception | None = None) -> NoReturn:
        theirs = self._require_same_version(why)
        if theirs is None:
            raise ServiceError(
                f"{self.url} does not answer as Pressmark does ({why}). Name the address that `pressmark serve` "
                f"prints, such as {EXAMPLE}"
            ) from cause
        raise ServiceError(f"{self.url} sent what cannot be right: {why}. See its log, and what is between") from cause

    def _require_same_version(self, why: str) -> str | None:
        """The service's version, None where it says none; looked up only when the two did not understand each other."""
        ours, theirs = version("pressmark"), self._version()
        if theirs not in {None, ours}:
            raise ServiceError(
                f"{self.url} runs Pressmark {theirs} and this is {ours}; they do not understand each other ({why}). "
                "Install the same version at both ends"
            )
        return theirs

    def _version(self) -> str | None:
        try:
            described = self._connection.reply("GET", "/openapi.json").json()
        except (ServiceError, ValueError):
            return None
        about = described.get("info") if isinstance(described, dict) else None
        if not isinstance(about, dict) or about.get("title") != "Pressmark":
            return None
        return str(about.get("version"))[:40]


@dataclass(frozen=True, slots=True)
class _Problem:
    name: str
    title: str
    detail: str
    traced: str


def _problem(reply: Reply) -> _Problem | None:
    """The problem document that a reply is. Fields that a proxy or a later version adds do no harm."""
    if reply.media_type != "application/problem+json":
        return None
    try:
        found = reply.json()
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    name, title, detail, request = (str(found.get(key, "")) for key in ("type", "title", "detail", "request_id"))
    traced = f" (request {shown(request)})" if request and reply.status >= 500 else ""
    return _Problem(name.rpartition("/")[2], title or "an error", detail or "it does not say what", traced)
