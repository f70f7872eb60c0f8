"""The reader: a question and a passage in, the spans that answer it and whether any does out.

To use it, read ``reading`` (what comes out), ``loading`` and ``served`` (how it runs), ``spans`` (how scores become
spans) and ``weights`` (what is shipped; ``pack`` writes it, ``converting`` makes what runs). To
see how it came to be, ``train`` (run it with ``python -m service.reader.train --help``), then ``squad``, ``mining``,
``negatives``, ``examples``, ``network`` and ``training``, which nothing needs at run time. ``CARD.md`` is the model
card.
"""
