"""The command line: parse, call, print. The one place that may see all three packages.

``root`` puts the commands together and turns errors into one line and an exit code; ``options`` holds what several
commands share; ``terminal`` is how things look. Heavy imports wait inside the commands: ``--help`` answers at once.
"""

from service.cli.root import main

__all__ = ["main"]
