"""PDF files: text in reading order, page by page.

Read in this order: ``document`` (the loader), ``glyphs``, ``order``, ``edges``, ``paragraphs``, ``xmp``.
"""

from indexer.load.pdf.document import load

__all__ = ["load"]
