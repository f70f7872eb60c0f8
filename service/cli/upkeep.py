"""``status``, ``doctor``, ``compact`` and ``serve``: what keeps an archive in order and at work."""

from __future__ import annotations

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
    generator_from,
    open_answerer,
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
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=0, max=65535)] = 8000,
    llm: LlmOption = None,
    llm_model: LlmModelOption = None,
    llm_context: LlmContextOption = None,
) -> int:
    """Answer over HTTP until Ctrl-C. The interface is described at /docs.

    With --llm a request may ask for an answer that this language model writes: the passages are then sent to it. No
    request can name another. A key that it needs is read from $PRESSMARK_LLM_KEY.

    Example:  pressmark serve --archive news --port 8000
    """
    from functools import partial

    from service.api.serving import serve as run
    from service.generate.answering import ask_model

    generator = generator_from(llm, llm_model, llm_context)
    answerer = open_answerer(archive, model)
    run(answerer.searcher, host, port, answerer, partial(ask_model, answerer, generator) if generator else None)
    return 0
