"""Archive in, answers out.

Read in this order: ``search`` (the product), ``ranking`` and ``fusion`` (two rankings into one order), ``query`` (what
people type), ``citation`` and ``locator``, then ``cite`` and ``verify``; ``shapes`` is the JSON that leaves. The
adapters only parse, call and format: ``cli`` and ``api``.
"""
