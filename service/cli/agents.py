"""``mcp``: the archive as tools for agents."""

from __future__ import annotations

import typer

from service.cli.options import ArchiveOption, ModelOption, archive_path


def register(app: typer.Typer) -> None:
    app.command("mcp")(mcp)


def mcp(archive: ArchiveOption = None, model: ModelOption = None) -> int:
    """Let an agent search, ask, read, cite and verify: the Model Context Protocol on standard input and output.

    A client starts this itself: give it the command, with the archive's full path.

    Example:  pressmark mcp --archive news
    """
    from service.mcp.stdio import serve_stdio

    serve_stdio(archive_path(archive), model)
    return 0
