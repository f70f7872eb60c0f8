"""``index`` and ``remove``: what changes an archive."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.options import ArchiveOption, JsonOption, ModelOption, archive_path, open_archive, print_json
from service.cli.printable import printable
from service.cli.remote import UrlOption, open_client

if TYPE_CHECKING:
    from collections.abc import Mapping

    from indexer.archive import Archive
    from indexer.chunk import ChunkConfig
    from indexer.embed import Embedder
    from indexer.pipeline import Report


def register(app: typer.Typer) -> None:
    app.command("index")(index)
    app.command("remove")(remove)


def index(
    given: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH...", help="Folders and files of articles.", show_default=False),
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
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> int:
    """Bring an archive in step with folders and files: what is new or changed is added, what is gone goes.

    Reads text, Markdown, HTML, PDF, DOCX, EPUB, RSS and Atom files, and JSON Lines (.jsonl, .jsonl.gz).

    With --url they are sent to a running service, once: it adds and replaces, and follows no folder.

    Example:  pressmark index articles/ --archive news
    """
    from indexer import build
    from indexer.errors import InputError
    from service.cli import bars

    place = archive_path(archive)
    paths = [Path(path) for path in given or () if path.strip()]
    if len(paths) < len(given or ()) or not (paths or rebuild):
        raise InputError("nothing to index. Name folders or files: pressmark index articles/")
    if url is not None:
        flags = {"--watch": watch, "--rebuild": rebuild, "--restore": restore, "--allow-empty": allow_empty}
        beside: dict[str, object] = {"--archive": archive, "--model": model, "--prefix": prefix}
        beside |= {"--passage-size": passage_size, "--overlap": overlap}
        return _upload(url, paths, {**beside, **{name: given or None for name, given in flags.items()}}, as_json)
    opened, embedder, config = _opened(place, model, passage_size, overlap, rebuild=rebuild)
    reports: list[Report] = []
    with bars.indexing() as tell:
        if rebuild:
            reports.append(build.rebuild(opened, embedder, config, tell=tell))
        if paths:
            reports.append(
                build.index_paths(
                    opened, embedder, paths, prefix=prefix, restore=restore, may_empty=allow_empty, tell=tell
                )
            )
    for report in reports[-1:] if as_json else reports:
        _say(report, place, as_json)
    if watch and paths:
        _watch(opened, embedder, paths, prefix, place)
    return 2 if any(report.refused for report in reports) else 0


def _upload(url: str, paths: list[Path], beside: Mapping[str, object], as_json: bool) -> int:
    from service.cli import bars, terminal
    from service.cli.uploading import upload

    with open_client(url, beside=beside) as client, bars.queries("files") as tell:
        done = upload(client, paths, tell)
        place = client.url
    if as_json:
        print_json(done.as_json())
    else:
        terminal.show_uploaded(done, place)
    for error in done.errors:
        said = f"{error.file}: {error.detail}" if error.file else error.detail
        typer.echo(f"pressmark: {printable(' '.join(said.split()))}", err=True)
    return 2 if done.errors else 0


def _opened(
    place: Path, model: str | None, passage_size: int | None, overlap: int | None, *, rebuild: bool
) -> tuple[Archive, Embedder, ChunkConfig]:
    """The archive, the model (the one that made the archive unless another is named), and how passages are cut."""
    from indexer import build
    from indexer.archive import Archive
    from indexer.embed import load_embedder
    from indexer.errors import ArchiveMismatch, ArchiveMissing

    try:
        archive: Archive | None = Archive(place)
    except ArchiveMissing:
        if rebuild:
            raise
        archive = None
    embedder = load_embedder(model or (archive.manifest.model if archive else None))
    config = build.chunk_config(embedder, passage_size, overlap)
    if rebuild and archive is not None:
        return archive, embedder, config
    archive = build.open_or_create(place, embedder, config)
    if (passage_size, overlap) != (None, None) and archive.manifest.chunk != config:
        made = archive.manifest.chunk
        raise ArchiveMismatch(
            f"archive {place} is cut into passages of {made.size} tokens, {made.overlap} sentences overlapping; "
            f"{config.size} and {config.overlap} were asked for. Cut it anew: pressmark index --rebuild "
            f"--passage-size {config.size} --overlap {config.overlap}"
        )
    return archive, embedder, config


def _say(report: Report, place: Path, as_json: bool) -> None:
    from service.cli import terminal

    if as_json:
        print_json(terminal.report_json(report))
    else:
        terminal.show_report(report, str(place))
    for refusal in report.refused:
        typer.echo(f"pressmark: {printable(' '.join(str(refusal).split()))}", err=True)


def _watch(archive: Archive, embedder: Embedder, paths: list[Path], prefix: str | None, place: Path) -> None:
    from indexer.watch import follow
    from service.cli import terminal

    typer.echo(f"following {', '.join(map(str, paths))}; Ctrl-C stops", err=True)
    follow(
        archive,
        embedder,
        paths,
        prefix=prefix,
        on_report=lambda report: terminal.show_report(report, str(place)) if report.changed else None,
        on_error=lambda error: typer.echo(f"pressmark: {error}", err=True),
    )


def remove(
    ids: Annotated[list[str], typer.Argument(help="Ids of articles, as `search` prints them.")],
    archive: ArchiveOption = None,
    url: UrlOption = None,
    as_json: JsonOption = False,
) -> int:
    """Take articles out: their text, vectors and words are gone from the next answer on.

    They stay out when their files are indexed again, until `pressmark index --restore`.

    Example:  pressmark remove news/2015/a.txt
    """
    if url is None:
        with open_archive(archive).writer() as writer:
            writer.remove(sorted(set(ids)), withhold=True)
            generation = writer.commit()
    else:
        with open_client(url, beside={"--archive": archive}) as client:
            for article_id in set(ids):
                client.article(article_id)  # all of them or none, as here
            generation = max(client.remove(article_id) for article_id in sorted(set(ids)))
    if as_json:
        print_json({"removed": sorted(set(ids)), "generation": generation})
    else:
        typer.echo(f"removed {len(set(ids)):,}; the archive is at generation {generation}")
    return 0
