"""``status``, ``doctor``, ``compact`` and ``serve``: what keeps an archive in order and at work."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from service.cli.options import (
    ArchiveOption,
    JsonOption,
    LlmContextOption,
    LlmModelOption,
    LlmOption,
    ModelOption,
    archive_path,
    open_archive,
    print_json,
)
from service.cli.printable import printable


def register(app: typer.Typer) -> None:
    app.command("status")(status)
    app.command("doctor")(doctor)
    app.command("compact")(compact)
    app.command("serve")(serve)


def status(
    archive: ArchiveOption = None,
    articles: Annotated[bool, typer.Option("--articles", help="List every article's id and title.")] = False,
    as_json: JsonOption = False,
) -> int:
    """Say what an archive holds, what made it, and how it is searched.

    Example:  pressmark status --archive news
    """
    from indexer.embed import load_embedder
    from indexer.errors import ModelError
    from service.status import article_list, status_of

    opened = open_archive(archive)
    if articles:
        lines = article_list(opened)
        if as_json:
            print_json(lines)
        else:
            for line in lines:
                typer.echo(printable(f"{line['article_id']}\t{line['published'] or ''}\t{line['title'] or ''}"))
        return 0
    try:
        card = load_embedder(opened.manifest.model).card
    except ModelError:
        card = None  # what the archive holds can be said without the model that made it
    shape = status_of(opened, card)
    if as_json:
        print_json(shape)
    else:
        from service.cli import terminal

        terminal.show_status(shape)
    return 0


def doctor(
    archive: ArchiveOption = None,
    repair: Annotated[bool, typer.Option("--repair", help="Build the derived indexes anew from the articles.")] = False,
    as_json: JsonOption = False,
) -> int:
    """Check an archive through and through: the database, every span and vector, both derived indexes.

    Exit code 0 when it is sound, 1 when it is not.

    Example:  pressmark doctor --repair
    """
    from indexer.doctor import examine
    from indexer.doctor import repair as mend

    opened = open_archive(archive)
    if repair:
        mend(opened)
    findings = examine(opened)
    if as_json:
        print_json({"sound": not findings, "findings": findings})
    else:
        for finding in findings:
            typer.echo(printable(finding))
        typer.echo(f"{archive_path(archive)}: " + (f"{len(findings)} findings" if findings else "sound"))
    return 1 if findings else 0


def compact(archive: ArchiveOption = None, as_json: JsonOption = False) -> int:
    """Give back the disk space of what is gone, and save both derived indexes anew.

    Example:  pressmark compact
    """
    opened = open_archive(archive)
    with opened.writer() as writer:
        before, after = writer.compact()
    if as_json:
        print_json({"bytes_before": before, "bytes_after": after})
    else:
        typer.echo(f"{archive_path(archive)}: {before / 1e6:,.1f} MB before, {after / 1e6:,.1f} MB now")
    return 0


def serve(
    archive: ArchiveOption = None,
    model: ModelOption = None,
    host: Annotated[str | None, typer.Option(help="The address to listen on.", show_default="127.0.0.1")] = None,
    port: Annotated[
        int | None, typer.Option(help="The port to listen on.", min=0, max=65535, show_default="8000")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(metavar="N", help="Processes that answer.", min=1, max=64, show_default="1")
    ] = None,
    llm: LlmOption = None,
    llm_model: LlmModelOption = None,
    llm_context: LlmContextOption = None,
    log_format: Annotated[
        str | None, typer.Option(metavar="FORMAT", help="Log requests as text, json or none.", show_default="text")
    ] = None,
    log_queries: Annotated[
        bool | None, typer.Option("--log-queries/--no-log-queries", help="Log what is asked, too.", show_default="no")
    ] = None,
    cors_origins: Annotated[
        str | None, typer.Option(metavar="ORIGINS", help="Web origins whose pages may call it, separated by commas.")
    ] = None,
    allowed_hosts: Annotated[
        str | None, typer.Option(metavar="NAMES", help="Other names by which it may be called, separated by commas.")
    ] = None,
    rate_limit: Annotated[
        int | None, typer.Option(metavar="N", help="Requests a minute that a key may make, if it says nothing else.")
    ] = None,
    max_body_bytes: Annotated[
        int | None, typer.Option(metavar="BYTES", help="Refuse larger bodies.", show_default="10000000")
    ] = None,
    max_upload_bytes: Annotated[
        int | None, typer.Option(metavar="BYTES", help="Refuse larger uploads of files.", show_default="100000000")
    ] = None,
    otlp_endpoint: Annotated[
        str | None, typer.Option(metavar="URL", help="An OpenTelemetry collector that traces are sent to.")
    ] = None,
    settings: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Settings in TOML.", show_default="$PRESSMARK_SETTINGS")
    ] = None,
) -> int:
    """Answer over HTTP until Ctrl-C. The interface is described at /docs.

    With --llm a request may ask for an answer that this language model writes: the passages are then sent to it. No
    request can name another. A key that it needs is read from $PRESSMARK_LLM_KEY.

    It listens to this machine only until there is a key: pressmark keys create NAME. Every request then needs one.

    Every option but --settings can also stand in the environment (PRESSMARK_PORT=80) or in a file of settings
    (port = 80). Options win over the environment, and that over the file.

    Example:  pressmark serve --archive news --port 8000
    """
    from functools import partial

    from service.api.serving import serve_made as run
    from service.cli.composing import application
    from service.settings import load_settings

    options = {
        "archive": archive,
        "model": model,
        "host": host,
        "port": port,
        "workers": workers,
        "llm": llm,
        "llm_model": llm_model,
        "llm_context": llm_context,
        "log_format": log_format,
        "log_queries": log_queries,
        "cors_origins": cors_origins,
        "allowed_hosts": allowed_hosts,
        "rate_limit": rate_limit,
        "max_body_bytes": max_body_bytes,
        "max_upload_bytes": max_upload_bytes,
        "otlp_endpoint": otlp_endpoint,
    }
    chosen = load_settings({name: value for name, value in options.items() if value is not None}, settings)
    run(
        partial(application, chosen),
        chosen.archive,
        chosen.host,
        chosen.port,
        log_format=chosen.log_format,
        workers=chosen.workers,
    )
    return 0
