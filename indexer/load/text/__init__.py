"""Plain text, and plain text copied off a web page, which is a format of its own.

Read in this order: ``plain`` (the loader), ``paragraphs``, then for copied pages ``web``, ``headline``, ``masthead``,
``furniture`` and ``author_box``.
"""

from indexer.load.text.plain import load

__all__ = ["load"]
