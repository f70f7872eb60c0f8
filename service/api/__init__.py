"""The interface over HTTP: ``create_app`` makes an application of a searcher, ``serving.serve`` puts it on a port.

Read in this order:

- ``app`` puts all of it together; ``schemas`` and ``written`` say what comes in and goes out, with ``examples``.
- The endpoints, which only parse, call and format: ``search``, ``facets``, ``asking``, ``articles``, ``writing``,
  ``jobs``, ``citing``, ``upkeep``; and what they share: ``request``, ``receiving`` (articles out of bodies) with
  ``multipart``, ``tags`` and ``preconditions``, ``events`` (answers as they come).
- ``problems`` and ``handlers``: errors.
- Who comes in: ``gate``, ``access``, ``hosts`` and ``origins``, ``reach`` (whom an address lets in).
- What those who run it see: ``requestid``, ``observing``, ``logs``, ``metrics``, ``traces``.
- ``heads`` (HEAD) and ``described`` (what FastAPI leaves undone); ``docs`` (the description, for people).
- ``serving``, on a port, in one process or in ``workers``: ``connections``, ``patience`` (how long a client may take),
  ``following`` (what goes on while nobody asks).
"""

from service.api.app import create_app

__all__ = ["create_app"]
