"""The commands under one name, and what becomes of an error: one line on stderr and an exit code.

0 done, 1 a negative result (nothing found, not verified), 2 a usage or input error, 130 interrupted.
"""

from __future__ import annotations

import atexit
import os
import sys
from contextlib import suppress
from typing import NoReturn

import typer
from typer.exceptions import Abort, TyperException

import service.cli.agents as agents
import service.cli.asking as asking
import service.cli.citing as citing
import service.cli.evaluating as evaluating
import service.cli.facets as facets
import service.cli.indexing as indexing
import service.cli.keys as keys
import service.cli.searching as searching
import service.cli.upkeep as upkeep
from indexer.errors import PressmarkError
from service.cli.printable import printable

app = typer.Typer(
    name="pressmark",
    help="Semantic search over an archive of articles, with citations that can be checked character for character.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for part in (indexing, searching, facets, asking, citing, evaluating, upkeep, keys, agents):
    part.register(app)


def main() -> NoReturn:
    """The entry point ``pressmark``."""
    _end(run())


def _end(code: int) -> NoReturn:
    """End the process without taking the interpreter apart.

    The threads of native libraries may still be at work then: on a busy machine a search that had printed everything
    ended by SIGSEGV once in some hundred times.
    """
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with suppress(OSError, ValueError):
                stream.flush()
    os._exit(code)


def run(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    try:
        code = app(args=arguments, prog_name="pressmark", standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
    except PressmarkError as error:
        return _refuse(str(error))
    except TyperException as error:
        return _refuse(f"{error.format_message()} (see: pressmark --help)")
    except (KeyboardInterrupt, Abort):
        typer.echo("stopped; what was committed stays, run the command again to go on", err=True)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever was reading has read enough
        return 0
    except OSError as error:
        return _refuse(f"{error.filename or 'the output'}: {error.strerror or error}. Free it, or name another place")
    return code if isinstance(code, int) else 0


def _refuse(message: str) -> int:
    typer.echo(f"pressmark: {printable(' '.join(message.split()))}", err=True)
    return 2
