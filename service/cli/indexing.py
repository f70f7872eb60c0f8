"""``index`` and ``remove``: what changes an archive."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from service.cli.options import ArchiveOption, JsonOption, ModelOption, archive_path, open_archive, print_json


def register(app: typer.Typer) -> None:
    app.command("index")(index)
    app.command("remove")(remove)


def index(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Folders and files of articles.", show_default=False)
    ] = None,
    archive: ArchiveOption = None,
    model: ModelOption = None,
    prefix: Annotated[str | None, typer.Option(help="Put NAME/ before the ids that come from paths.")] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Stay, and follow every change of the folders.")] = False,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Cut and embed everything again, for another model.")
    ] = False,
    passage_size: Annotated[int | None, typer.Option(help="Tokens a passage, in a new archive or a rebuild.")] = None,
    overlap: Annotated[int | None, typer.Option(help="Sentences that neighbouring passages share.")] = None,
    restore: Annotated[bool, typer.Option("--restore", help="Take back articles that were removed by hand.")] = False,
    allow_empty: Annotated[
        bool, typer.Option("--allow-empty", help="A folder without articles may empty its part.")
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Bring an archive in step with folders and files: what is new or changed is added, what is gone goes.

    Reads text, Markdown, HTML, PDF, DOCX, EPUB, RSS and Atom files, and JSON Lines (.jsonl, .jsonl.gz).

    Example:  pressmark index articles/ --archive news
    """
    from indexer import build
    from indexer.embed import load_embedder
    from indexer.errors import ArchiveMissing, InputError
    from service.cli import terminal

    place = archive_path(archive)
    if not paths and not rebuild:
        raise InputError("nothing to index. Name folders or files: pressmark index articles/")
    try:
        made_with = open_archive(archive).manifest.model
    except ArchiveMissing:
        made_with = None
    embedder = load_embedder(model or made_with)
    config = build.chunk_config(embedder, passage_size, overlap)
    opened = open_archive(archive) if rebuild else build.open_or_create(place, embedder, config)
    with terminal.progress_bar() as tell:
        report = build.rebuild(opened, embedder, config, tell=tell) if rebuild else None
        if paths:
            report = build.index_paths(
                opened, embedder, paths, prefix=prefix, restore=restore, may_empty=allow_empty, tell=tell
            )
    assert report is not None
    if as_json:
        print_json(terminal.report_json(report))
    else:
        terminal.show_report(report, str(place))
    for refusal in report.refused:
        typer.echo(f"pressmark: not indexed: {refusal}", err=True)
    if watch and paths:
        from indexer.watch import follow

        follow(
            opened,
            embedder,
            paths,
            prefix=prefix,
            on_report=lambda later: terminal.show_report(later, str(place)),
            on_error=lambda error: typer.echo(f"pressmark: {error}", err=True),
        )
    return 2 if report.refused else 0


def remove(
    ids: Annotated[list[str], typer.Argument(help="Ids of articles, as `search` prints them.")],
    archive: ArchiveOption = None,
) -> int:
    """Take articles out: their text, vectors and words are gone from the next answer on.

    They stay out when their files are indexed again, until `pressmark index --restore`.

    Example:  pressmark remove news/2015/a.txt
    """
    with open_archive(archive).writer() as writer:
        writer.remove(sorted(set(ids)), withhold=True)
        generation = writer.commit()
    typer.echo(f"removed {len(set(ids)):,}; the archive is at generation {generation}")
    return 0
