"""The one file that talks to a language model, over the protocol that OpenAI's API made common.

A connection is opened by ``Generator.write`` alone, to the host of the URL that somebody named, and to no other:
redirects are refused, and a proxy from the environment is used only for a host that is not this machine. What is sent
is the prompt and the key given, nothing of what the official client adds (other keys and names from the environment,
the operating system, versions): see ``bounds``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from pydantic import BaseModel

from indexer.errors import GeneratorError
from service.citation import shown
from service.generate.bounds import Bounds
from service.generate.prompt import Prompt

try:
    import openai
except ModuleNotFoundError as missing:
    if missing.name != "openai":
        raise
    raise GeneratorError(
        "answers by a language model need the openai client: pip install 'pressmark[llm]'"
    ) from missing

_LONGEST_TOKEN = 8
"""Characters of a token on average, at most. A server that does not keep to the tokens asked for is cut off by it."""


class CutShort(Exception):
    """The model reached its limit in mid-answer: the last sentence may lack its end."""


class _Delta(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    delta: _Delta | None = None
    finish_reason: str | None = None


class _Chunk(BaseModel):
    """What is read of a chunk. The client itself lets any JSON pass as one."""

    choices: list[_Choice] | None = None


@dataclass(frozen=True, slots=True)
class Generator:
    """A language model behind an OpenAI-compatible endpoint: Ollama, vLLM, llama.cpp's server, a hosted one.

    ``url`` is the base, up to and including ``/v1`` (added where the URL has no path). ``context`` is how many tokens
    the model takes, ``answer`` how many of them are for what it writes. ``timeout`` is how many seconds of silence,
    and ``limit`` how many in all, are waited for.

    Raises:
        GeneratorError: no such URL, an empty model name, no room.
    """

    url: str
    model: str
    key: str | None = field(default=None, repr=False)
    context: int = 4096
    answer: int = 512
    timeout: float = 60.0
    limit: float = 300.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "url", _base_of(self.url))
        if not self.model.strip():
            raise GeneratorError(f"{self.url} serves models by name, and none was given. Name one: --llm-model NAME")
        if not 0 < self.answer < self.context:
            raise GeneratorError(
                f"a context of {self.context:,} tokens has no room for an answer of {self.answer:,}. "
                "Give the context that the model is served with"
            )
        if not (self.timeout > 0 and self.limit > 0):
            raise GeneratorError(f"a wait of {self.timeout:g} s and {self.limit:g} s in all. Give more than 0")
        if self.key is not None and not (self.key.isascii() and self.key.isprintable() and " " not in self.key):
            raise GeneratorError("the key for the language model holds characters that no key has. Copy it again")

    @property
    def room(self) -> int:
        """Tokens that the prompt may take."""
        return self.context - self.answer

    def write(self, prompt: Prompt) -> Iterator[str]:
        """What the model writes, as it comes. One request, never repeated; closing the iterator ends it.

        Raises:
            GeneratorError: the endpoint is down, slow, refuses, or sends what is no answer.
            CutShort: after the last piece, where the model was not done.
        """
        with self._telling_what_happened(), Bounds(self.url, self.key, self.timeout, self.limit).client() as http:
            # No key at all would have the client look for one that was not meant for this host.
            client = openai.OpenAI(base_url=self.url, api_key=self.key or "none", max_retries=0, http_client=http)
            with client.chat.completions.create(
                model=self.model,
                messages=[{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}],
                max_completion_tokens=self.answer,
                temperature=0,  # the same question, the same answer
                stream=True,
            ) as chunks:
                yield from self._pieces(_Chunk.model_validate(chunk, from_attributes=True) for chunk in chunks)

    def _pieces(self, chunks: Iterator[_Chunk]) -> Iterator[str]:
        ended: str | None = None
        characters = 0
        for chunk in chunks:
            for choice in (chunk.choices or ())[:1]:
                ended = choice.finish_reason or ended
                if choice.delta is not None and choice.delta.content:
                    characters += len(choice.delta.content)
                    yield choice.delta.content
            if characters > _LONGEST_TOKEN * self.answer:
                ended = "length"
                break
        if ended is None:
            raise GeneratorError(
                f"{self.url} sent {characters:,} characters of an answer and not that it was done. See its log, and "
                "whether this is the base URL of an OpenAI-compatible server, such as http://localhost:11434/v1"
            )
        if ended == "length":
            raise CutShort

    @contextmanager
    def _telling_what_happened(self) -> Iterator[None]:
        try:
            yield
        except openai.APITimeoutError as error:
            raise GeneratorError(
                f"{self.url} was silent for {min(self.timeout, self.limit):g} s. See whether it has loaded "
                f"{shown(self.model)}, or allow it more time"
            ) from error
        except openai.APIConnectionError as error:
            raise GeneratorError(
                f"no answer from {self.url} ({error.__cause__ or error}). Start the server, or name another: --llm URL"
            ) from error
        except openai.APIStatusError as error:
            raise GeneratorError(self._refusal(error.status_code, error.message)) from error
        except openai.APIError as error:
            raise GeneratorError(f"{self.url} gave up: {self._said(error.message)}. See its log") from error
        # No JSON, no UTF-8, no fields, brackets without end: the client meets these unprepared.
        except (ValueError, RecursionError) as error:
            raise GeneratorError(
                f"{self.url} sent what is no streamed chat completion ({type(error).__name__}: {shown(str(error))}). "
                "Name the base URL of an OpenAI-compatible server, such as http://localhost:11434/v1"
            ) from error

    def _refusal(self, status: int, message: str) -> str:
        said = self._said(message)
        if 300 <= status < 400:
            return f"{self.url} points elsewhere ({status}), where nothing was sent. Name the URL itself: --llm URL"
        if status in {401, 403}:
            given = "the key given" if self.key else "a request without a key"
            return f"{self.url} refuses {given} ({status}: {said}). Set PRESSMARK_LLM_KEY to one that it takes"
        if status == 404:
            return f"{self.url} has no model {shown(self.model)}, or is no base URL ({status}: {said}). Check both"
        return f"{self.url} could not answer ({status}: {said}). See its log"

    def _said(self, message: str) -> str:
        return shown(message if self.key is None else message.replace(self.key, "(key)"))


def _base_of(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        named = False
    if (
        not named
        or parts.scheme not in {"http", "https"}
        or any(c.isspace() or not c.isprintable() for c in url.strip())
    ):
        raise GeneratorError(f"{shown(url)} is no web address. Write it like http://localhost:11434/v1")
    if parts.username is not None or parts.query or parts.fragment:
        raise GeneratorError(
            f"the URL of a language model at {parts.hostname} holds more than host and path. Give a key by "
            "PRESSMARK_LLM_KEY, and the URL like http://localhost:11434/v1"
        )
    path = parts.path.rstrip("/").removesuffix("/chat/completions")
    return f"{parts.scheme}://{parts.netloc}{path or '/v1'}"
