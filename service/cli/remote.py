"""``--url``: a running service in place of an archive here, and the key that it wants."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from service.client import Client

UrlOption = Annotated[
    str | None,
    typer.Option("--url", metavar="URL", help="Ask a running service, with the key in $PRESSMARK_KEY if any."),
]


def open_client(url: str, *, beside: Mapping[str, object]) -> Client:
    """A client of the service at the URL; ``beside`` are options that it has no place for, by name.

    A key that the service needs is in ``$PRESSMARK_KEY``: no list of processes shows it there.

    Raises:
        BadQuery: one of them was given.
    """
    from indexer.errors import BadQuery
    from service.client import Client

    if stated := [option for option, value in beside.items() if value is not None]:
        raise BadQuery(
            f"{' and '.join(stated)} beside --url: a running service has an archive and models of its own. "
            f"Leave out --url, or {' and '.join(stated)}"
        )
    return Client(url, key=(os.environ.get("PRESSMARK_KEY") or "").strip() or None)
