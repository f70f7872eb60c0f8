"""Word documents: ``document`` is the loader, ``body`` turns their XML into parts."""

from indexer.load.docx.document import load

__all__ = ["load"]
