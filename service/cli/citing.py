"""``cite`` and ``verify``: references out, and the proof that they hold."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from service.cli.options import ArchiveOption, JsonOption, open_archive, print_json
from service.cli.printable import printable, printable_json


def register(app: typer.Typer) -> None:
    app.command("cite")(cite)
    app.command("verify")(verify)


def cite(
    locators: Annotated[list[str], typer.Argument(help="ID#START-END, as `search` prints it (several: one document).")],
    style: Annotated[
        str, typer.Option("--style", help="markdown, bibtex, ris, csl-json, annotation (W3C) or link (text fragment).")
    ] = "markdown",
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> int:
    """Write references to passages.

    Example:  pressmark cite 'ivashov-tehran-visit-2000.md#120-480' --style bibtex
    """
    from service.cite import cite_locators

    document = cite_locators(open_archive(archive).snapshot(), locators, style)
    if as_json:
        print_json({"style": style, "document": document})
        return 0
    typer.echo(printable_json(document) if style in {"csl-json", "annotation"} else printable(document))
    return 0


def verify(
    file: Annotated[Path, typer.Argument(help="JSON of `search` or `ask`, or of citations; - for standard input.")],
    against: Annotated[Path | None, typer.Option(help="Check against this article file, without an archive.")] = None,
    archive: ArchiveOption = None,
    as_json: JsonOption = False,
) -> int:
    """Check every citation again, character for character: against the archive, or one article's file alone.

    Exit code 0 when all hold, 1 when one does not.

    Example:  pressmark search 'port visits' --json > found.json && pressmark verify found.json
    """
    from indexer.errors import InputError
    from service.verify import ArchiveTexts, ArticleFile, verdict_as_json, verify_document

    try:
        raw = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
        document = json.loads(raw)
    except (OSError, ValueError) as error:
        raise InputError(f"{file} cannot be read as JSON: {error}. Make one: pressmark search QUERY --json") from error
    source = ArticleFile(against) if against else ArchiveTexts(open_archive(archive).snapshot())
    verdicts = verify_document(document, source)
    if as_json:
        print_json({"verdicts": [verdict_as_json(verdict) for verdict in verdicts]})
    else:
        from service.cli import terminal

        terminal.show_verdicts(verdicts)
    return 0 if all(verdict.verified for verdict in verdicts) else 1
