"""The interface over HTTP: ``create_app`` makes an application of a searcher, ``serving.serve`` puts it on a port.

Read in this order: ``app``; ``schemas`` (what comes in and goes out) with ``examples``; ``search``, ``facets``,
``asking``, ``articles``, ``citing`` and ``upkeep``, the endpoints, which only parse, call and format; ``request`` (what
they share) and ``events`` (answers as they come); ``problems`` and ``handlers`` (errors); ``gate``, ``access`` and
``hosts`` (who comes in); ``requestid``, ``observing``, ``logs`` and ``metrics`` (what those who run it see); ``docs``
(the description, for people); ``serving``.
"""

from service.api.app import create_app

__all__ = ["create_app"]
