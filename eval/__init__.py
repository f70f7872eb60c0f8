"""Suites and a Searcher in, results out: how good retrieval is, measured on what ships.

In order of reading: ``suite`` (what is asked), ``run`` (the whole path), ``gold`` (evidence in an archive),
``rankings``, ``measures`` and ``spans`` (what they are worth), ``result``, ``compare`` (did it change), ``page`` and
``tables`` (how it is shown). ``questions/`` are written by hand; ``results/`` hold a file for every number that the
README shows.
"""
