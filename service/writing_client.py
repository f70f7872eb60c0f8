"""Articles handed over to a running service, replaced and removed there.

``Client`` is one of these; here is what changes the archive, there what reads it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import quote

import service.unshaped as unshaped
from indexer.errors import InputError, ServiceError
from indexer.records import Article
from service.exchange import Exchange
from service.jobs.job import Job
from service.jobs.oneoff import Placed
from service.shapes import Json

_SOON, _SLOWLY = 0.05, 1.0
"""Seconds between two looks at a job: at first, and in the end."""


class WritingClient(Exchange):
    """The part of ``Client`` that changes the archive."""

    def add(self, given: Iterable[Article] | Iterable[Path], within: Path | None = None) -> Job:
        """Hand over articles, or files of them, which the service reads; they are found when the job is done.

        A file is sent under its name, or its path in the folder ``within``; its articles' ids begin with ``uploads/``
        where they state none. Of an article its text and what is stated of it is sent, not its blocks.

        Raises:
            InputError: there is nothing to add, both kinds at once, or a file that cannot be read.
            BadQuery: an article that the service does not take.
            ServiceError: the service cannot be asked.
        """
        listed: list[Article | Path] = [*given]
        articles = [one for one in listed if isinstance(one, Article)]
        files = [(_name(one, within), one) for one in listed if isinstance(one, Path)]
        if not listed or (articles and files):
            raise InputError(f"{len(articles)} articles and {len(files)} files to add. Give one or more, of one kind")
        if articles:
            return self._given(unshaped.job_from_json, "POST", "/v1/articles", {"articles": list(map(_body, articles))})
        return self._read(unshaped.job_from_json, self._connection.upload("/v1/articles", files))

    def replace(self, article: Article, edition: str | None = None) -> Placed:
        """Put one article in the place of its id, where it is when this returns.

        With an ``edition``, only if that is the one that is there.

        Raises:
            OtherEdition: it is not.
            FollowedArticle: the article comes from a file that the archive follows.
            BadQuery, NotAnArticle: the service does not take it.
            ServiceError: the service cannot be asked.
        """
        body = _body(article)
        del body["id"]
        return self._given(unshaped.placed_from_json, "PUT", article_path(article.id), body, headers=_if_match(edition))

    def remove(self, article_id: str, edition: str | None = None) -> int:
        """Take an article out; the archive's generation without it. With an ``edition``, only if that is there.

        Raises:
            UnknownArticle: there is none of this id.
            OtherEdition: it is another edition.
            ServiceError: the service cannot be asked.
        """
        reply = self._connection.reply("DELETE", article_path(article_id), headers=_if_match(edition))
        if reply.status != 204:
            self._refuse(reply)
        if reply.generation is None:
            self._not_understood("204 without a generation")
        return reply.generation

    def job(self, job_id: str) -> Job:
        """How far a job is.

        Raises:
            UnknownJob: there is none of this id.
            ServiceError: the service cannot be asked.
        """
        reply = self._connection.reply("GET", f"/v1/jobs/{quote(job_id, safe='')}")
        return self._read(unshaped.job_from_json, reply)

    def wait(self, job: Job | str, tell: Callable[[Job], None] = lambda job: None, timeout: float | None = None) -> Job:
        """The job when it is over; ``tell`` is given it every time that it was looked at.

        Raises:
            UnknownJob: there is none of this id, or no longer.
            ServiceError: it was not over after ``timeout`` seconds, or the service cannot be asked.
        """
        until = None if timeout is None else time.monotonic() + timeout
        pause = _SOON
        while True:
            now = self.job(job if isinstance(job, str) else job.id)
            tell(now)
            if now.is_over:
                return now
            if until is not None and time.monotonic() > until:
                raise ServiceError(
                    f"job {now.id} was not over after {timeout:g} s: {now.waiting or now.state}. It goes on"
                )
            time.sleep(pause)
            pause = min(_SLOWLY, 1.5 * pause)


def article_path(article_id: str) -> str:
    """Where a service has an article."""
    name = quote(article_id, safe="", errors="surrogatepass")
    if set(name) == {"."}:  # a segment of dots means another place
        name = name.replace(".", "%2E")
    return f"/v1/articles/{name}"


def _name(file: Path, within: Path | None) -> str:
    return file.relative_to(within).as_posix() if within else file.name


def _body(article: Article) -> Json:
    return {
        "id": article.id,
        "text": article.text,
        "title": article.title,
        "authors": list(article.authors),
        "publisher": article.publisher,
        "published": str(article.published) if article.published else None,
        "url": article.url,
        "language": article.language,
    }


def _if_match(edition: str | None) -> dict[str, str]:
    return {} if edition is None else {"If-Match": f'"{edition}"'}
