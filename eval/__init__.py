"""Suites and a Searcher in, results out: how good retrieval is, measured on what ships."""
