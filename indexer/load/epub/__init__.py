"""Electronic books: ``book`` is the loader, ``package`` reads what the file says of itself."""

from indexer.load.epub.book import load

__all__ = ["load"]
