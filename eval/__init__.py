"""Suites, a Searcher and an Answerer in, results out: how good retrieval and answers are, measured on what ships.

In order of reading: ``suite`` (what is asked), ``run`` (the whole path), ``gold`` (evidence in an archive),
``rankings``, ``served`` (a running service's), ``measures`` and ``spans`` (what they are worth), ``answering`` (the
same path for answers), ``answer_measures`` (when one is right), ``answer_means`` (all of them) and ``risk`` (what
confidence is worth), ``result``, ``compare`` (did it change), ``page`` and ``tables`` (how it is shown). ``questions/``
are written by hand; ``results/`` hold a file for every number that the README shows.
"""
