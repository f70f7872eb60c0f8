"""Web pages: their article without what surrounds it, and what they say of it.

Read in this order: ``page`` (the loader), ``blocks``, ``body``, ``boilerplate``, then ``metadata``, ``jsonld`` and
``published``.
"""

from indexer.load.html.page import load

__all__ = ["load"]
