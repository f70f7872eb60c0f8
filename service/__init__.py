"""Archive in, answers out.

Read in this order: ``search`` (the product), ``query`` (what people type), ``fusion`` (two rankings into one), ``cite``
and ``verify``; then the adapters, which only parse, call and format: ``cli`` and ``api``.
"""
