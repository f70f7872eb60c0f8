"""Archive in, answers out.

Read in this order: ``search`` (the product), ``ranking`` and ``fusion`` (two rankings into one order), ``candidates``
and ``feedback`` (how they are scored), ``query`` (what people type), ``facets`` (what the found articles are made of),
``citation`` and ``locator``, then ``cite`` and ``verify``; ``answer`` (a question's answer) with ``reader``,
``generate`` (in a language model's words) and ``export``. ``shapes`` is the JSON that leaves.

The adapters only parse, call and format: ``cli``, ``api`` with the page in ``web``, and ``mcp``, with ``settings``.
What a service needs beside them: ``access`` (who may do what), ``jobs`` (articles that were handed over) and
``batching`` (queries embedded together). At its other end: ``client``, with ``requested`` (what it says) and
``unshaped`` (records out of JSON).
"""
