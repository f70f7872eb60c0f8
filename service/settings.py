"""How ``pressmark serve`` is set up: options win over the environment, and that over a file in TOML.

The file is the one that ``PRESSMARK_SETTINGS`` (or ``--settings``) names; none is looked for otherwise. A variable that
is there but empty counts as not set.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, NoDecode, SettingsConfigDict

from indexer.errors import InputError
from service.access.key import MOST_A_MINUTE

LogFormat = Literal["text", "json", "none"]
MOST_BYTES = 10_000_000
MOST_UPLOAD_BYTES = 100_000_000
_PREFIX = "PRESSMARK_"
_FILE = f"{_PREFIX}SETTINGS"
_ORIGIN = re.compile(r"\*|[a-z][a-z0-9+.-]*://[^/\s?#@]+")
_HOST = re.compile(r"[a-z0-9_.-]+|\[[0-9a-f:.]+\]")
_LONGEST_SHOWN = 100


def _split(given: object) -> object:
    return tuple(given.replace(",", " ").split()) if isinstance(given, str) else given


def _origin(given: str) -> str:
    if not _ORIGIN.fullmatch(given.lower()):
        raise ValueError(f"{given!r} is no origin: write SCHEME://HOST or SCHEME://HOST:PORT, or * for all")
    return given.lower()


def _host(given: str) -> str:
    if not _HOST.fullmatch(given.lower()):
        raise ValueError(f"{given!r} is no name of a host: write NAME or ADDRESS, without scheme and port")
    return given.lower().removesuffix(".")


Origins = Annotated[tuple[Annotated[str, AfterValidator(_origin)], ...], BeforeValidator(_split), NoDecode]


Hosts = Annotated[tuple[Annotated[str, AfterValidator(_host)], ...], BeforeValidator(_split), NoDecode]


class Settings(BaseModel):
    """Everything that can be set. Making one reads nothing: see ``load_settings``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    archive: Path = Field(default=Path(".pressmark"), description="The archive's folder.")
    model: str | None = Field(
        default=None, description="The embedding model, where it is not the one that the archive was made with."
    )
    host: str = Field(default="127.0.0.1", min_length=1, description="The address to listen on.")
    port: int = Field(default=8000, ge=0, le=65_535, description="The port to listen on; 0 takes any free one.")
    workers: int = Field(default=1, ge=1, le=64, description="Processes that answer; each has the models in memory.")
    log_format: LogFormat = Field(
        default="text",
        description="How requests are logged on stderr: `text`, `json` or `none`. Warnings and errors always are.",
    )
    log_queries: bool = Field(default=False, description="Log what is searched for and asked, too.")
    cors_origins: Origins = Field(
        default=(),
        description="Web origins whose pages may call the service: several separated by commas, `*` for all.",
    )
    allowed_hosts: Hosts = Field(
        default=(),
        description="Names, beside this machine's own, by which it may be called; any will do if others reach `host`.",
    )
    rate_limit: int | None = Field(
        default=None,
        ge=1,
        le=MOST_A_MINUTE,
        description="Requests a minute that a key may make, if it says nothing else.",
    )
    max_body_bytes: int = Field(default=MOST_BYTES, ge=1, description="Larger request bodies are refused.")
    max_upload_bytes: int = Field(default=MOST_UPLOAD_BYTES, ge=1, description="Larger uploads of files are refused.")
    otlp_endpoint: str | None = Field(
        default=None,
        description="URL of an OpenTelemetry collector that traces are sent to; needs `pressmark[traces]`.",
    )
    llm: str | None = Field(default=None, description="URL of an OpenAI-compatible endpoint that may write answers.")
    llm_model: str | None = Field(default=None, description="The language model's name at that endpoint.")
    llm_context: int | None = Field(
        default=None, ge=1, description="How many tokens it takes; 4096 where nothing is said."
    )


class _Environment(BaseSettings, Settings):
    model_config = SettingsConfigDict(env_prefix=_PREFIX, env_ignore_empty=True)


def load_settings(given: Mapping[str, object], file: Path | None = None) -> Settings:
    """The settings that hold: ``given`` on the command line, else the environment's, else those of the file.

    Raises:
        InputError: the file cannot be read or has a key that is none, or a value does not fit; the message says where.
    """
    place = file or (Path(named) if (named := os.environ.get(_FILE)) else None)
    in_file = _read(place) if place else {}
    in_environment = EnvSettingsSource(_Environment)()
    try:
        return Settings.model_validate({**in_file, **in_environment, **given})
    except ValidationError as error:
        wrong = []
        for item in error.errors(include_url=False):
            name = str(item["loc"][0])
            where = (
                option_name(name)
                if name in given
                else variable_name(name)
                if name in in_environment
                else f"{name} in {place}"
            )
            wrong.append(f"{where} is {_shown(item['input'])}: {item['msg'].removeprefix('Value error, ')}")
        raise InputError(f"{'; '.join(wrong)}. What can be set: pressmark serve --help") from error


def _read(place: Path) -> dict[str, object]:
    mend = f"Mend it, or name another: {option_name('settings')} FILE or {_FILE}"
    try:
        found = tomllib.loads(place.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"settings file {place} cannot be read: {error.strerror}. {mend}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"settings file {place} is not TOML: {error}. {mend}") from error
    known = list(Settings.model_fields)
    if unknown := [name for name in found if name not in known]:
        listed = ", ".join(_guessed(name, known) for name in unknown)
        raise InputError(f"settings file {place} has keys that are none: {listed}. There are: {', '.join(known)}")
    return found


def _guessed(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, 1)
    return f"{_shown(name)} (did you mean {near[0]}?)" if near else _shown(name)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


def option_name(name: str) -> str:
    """The setting's option of ``pressmark serve``."""
    return f"--{name.replace('_', '-')}"


def variable_name(name: str) -> str:
    """The setting's name in the environment."""
    return f"{_PREFIX}{name.upper()}"


def settings_table() -> str:
    """Every setting as a Markdown table, for the README."""
    rows = [
        f"| `{name}` | `{variable_name(name)}` | `{option_name(name)}` | {_default(field)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join(["| in the file | in the environment | option | default | |", "|---|---|---|---|---|", *rows])


def _default(field: FieldInfo) -> str:
    if field.default in (None, ()):
        return "none"
    return f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"
