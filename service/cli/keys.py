"""``keys``: who may use the service over an archive, what they may do there and what exists for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.options import ArchiveOption, JsonOption, archive_path, open_archive, print_json
from service.cli.printable import printable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from service.access.key import Key
    from service.access.keys import KeyStore

group = typer.Typer(
    help="Make, list and revoke the keys of the service over an archive.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)


def register(app: typer.Typer) -> None:
    group.command("create")(create)
    group.command("list")(list_keys)
    group.command("revoke")(revoke)
    app.add_typer(group, name="keys")


def create(
    name: Annotated[str, typer.Argument(help="Who holds it, as the log will say.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(
            help="read, write (add, replace and remove articles) or admin (/metrics); repeatable. None holds another.",
            show_default="read",
        ),
    ] = None,
    publisher: Annotated[
        list[str] | None,
        typer.Option(help="Only this publisher's articles exist for it, spelt as they spell it; repeatable."),
    ] = None,
    per_minute: Annotated[
        int | None, typer.Option(metavar="N", help="How many requests a minute.", show_default="as the service says")
    ] = None,
    expires: Annotated[
        str | None, typer.Option(metavar="DATE", help="The last day on which it works, in UTC (2031-12-31).")
    ] = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> int:
    """Make a key and print it: the only time that it is shown.

    As soon as there is one, every request needs one.

    Example:  pressmark keys create newsroom --scope read --publisher 'North Wire' --per-minute 60
    """
    from service.access.key import Wanted, expiry_of, key_json, scopes_of

    wanted = Wanted(
        name,
        scopes_of(scope or ["read"]),
        tuple(dict.fromkeys(publisher)) if publisher else None,
        per_minute,
        expiry_of(expires) if expires else None,
    )
    unknown = _unknown_publishers(archive, wanted.publishers or ())
    key, token = _store(archive).create(wanted)
    for line in unknown:
        typer.echo(printable(f"warning: {line}"), err=True)
    if as_json:
        print_json({**key_json(key), "token": token})
    else:
        typer.echo(f"key {key.id} ({printable(key.name)}); keep it, it is not shown again:", err=True)
        typer.echo(token)
    return 0


def list_keys(archive: ArchiveOption = None, as_json: JsonOption = False) -> int:
    """List the keys, the oldest first, revoked and expired ones too.

    Example:  pressmark keys list --archive news
    """
    from service.access.key import key_json

    keys = _store(archive).all()
    if as_json:
        print_json({"keys": [key_json(key) for key in keys]})
    elif keys:
        _show(keys)
    else:
        typer.echo("no keys: the service listens to its own machine only. Make one: pressmark keys create NAME")
    return 0


def revoke(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="As `keys list` prints it.")],
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> int:
    """Let a key no longer in, from the next request on; an answer that is streaming to it ends.

    Revoking the last one opens nothing: every request is then refused, until there is another.

    Example:  pressmark keys revoke 0123456789ab
    """
    from service.access.key import key_json
    from service.access.tokens import claim_of

    claim = claim_of(key_id)  # whoever has only the key itself at hand is not sent looking, and it is not repeated
    key = _store(archive).revoke(claim.id if claim else key_id)
    if as_json:
        print_json(key_json(key))
    else:
        typer.echo(printable(f"key {key.id} ({key.name}) is revoked"))
    return 0


def _store(archive: Path | None) -> KeyStore:
    from indexer.database import DATABASE
    from indexer.errors import ArchiveMissing
    from service.access.keys import KeyStore

    place = archive_path(archive)
    if not (place / DATABASE).is_file():
        raise ArchiveMissing(f"there is no archive at {place}. Make one: pressmark index PATH...")
    return KeyStore(place)


def _unknown_publishers(archive: Path | None, named: Sequence[str]) -> list[str]:
    """What to say of names that no article's publisher has: a key for one of those shows nothing, as yet."""
    from difflib import get_close_matches

    if not named:
        return []
    known = [name for name, _ in open_archive(archive).snapshot().distinct("publisher") if name]
    said = []
    for name in named:
        if name not in known:
            folded = {other.casefold(): other for other in known}
            near = [folded[other] for other in get_close_matches(name.casefold(), folded, 3)]
            guess = f" The nearest: {', '.join(near)}" if near else " See which there are: pressmark status"
            said.append(f"no article here is published by {name!r}, so the key shows none of it.{guess}")
    return said


def _show(keys: Sequence[Key]) -> None:
    from rich.table import Table
    from rich.text import Text

    from service.access.key import key_json
    from service.cli import terminal

    table = Table(box=None, pad_edge=False)
    for column in ("id", "name", "state", "scopes", "publishers", "a minute", "until"):
        table.add_column(column, overflow="fold", no_wrap=column in {"id", "state", "until"})
    for key in keys:
        shape = key_json(key)
        publishers = "all" if key.publishers is None else "; ".join(key.publishers)
        cells = (key.id, key.name, key.state, ", ".join(shape["scopes"]), publishers, str(key.per_minute or ""))
        until = (shape["expires"] or "")[:16].replace("T", " ").removesuffix(" 00:00")
        style = "" if key.state == "active" else "dim"
        table.add_row(*(Text(printable(cell), style) for cell in (*cells, until)))
    terminal.console().print(table)
