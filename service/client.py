"""A running service from Python: the records that ``Searcher`` and ``Answerer`` give, got over HTTP.

    with Client("http://127.0.0.1:8000") as client:
        results = client.search("port visits", SearchOptions(k=3))

Not here: what changes the archive (``writing_client``), what a request says (``requested``), how it gets there
(``exchange``, ``connection``) and how records come out of JSON (``unshaped``).
"""

from __future__ import annotations

import service.unshaped as unshaped
from indexer.errors import UnknownArticle
from indexer.records import Article
from service.answer.records import Answer, AskOptions
from service.facets import FacetOptions, Facets
from service.locator import Locator
from service.requested import ask_body, facets_body, search_body, similar_body
from service.search import Results, SearchOptions
from service.shapes import Json
from service.verify import Verdict
from service.writing_client import WritingClient, article_path


class Client(WritingClient):
    """A Pressmark service at a URL; any number of threads may use it at once. ``close`` it, or use it in a ``with``.

    ``timeout`` is how many seconds a request is waited for. No request is repeated. A ``key`` is sent to this service
    alone: no redirect is followed.

    Raises:
        InputError: the URL is none, the timeout is not above 0, or the key cannot be one.
    """

    def search(self, query: str, options: SearchOptions | None = None) -> Results:
        """What ``Searcher.search`` gives there, but for each hit's ``reading``, which stays there.

        Raises:
            BadQuery: as ``Searcher.search`` does, or the options say how to rank.
            ServiceError: the service cannot be asked.
        """
        body = search_body(query, options or SearchOptions())
        return self._given(unshaped.results_from_json, "POST", "/v1/search", body)

    def similar(self, locator: Locator, options: SearchOptions | None = None) -> Results:
        """What ``Searcher.similar`` gives there.

        Raises:
            UnknownArticle: as ``Searcher.similar`` does.
            BadQuery: the options say how to rank.
            ServiceError: the service cannot be asked.
        """
        body = similar_body(locator, options or SearchOptions())
        return self._given(unshaped.results_from_json, "POST", "/v1/similar", body)

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
        reply = self._connection.reply("GET", article_path(article_id))
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
