"""Articles in, archive out.

Read in this order: ``build`` (the whole path, from a folder to a committed archive), ``records``, ``load`` (one file a
format), ``chunk``, ``embed``, ``archive`` (the store), then ``dense`` and ``lexical`` (the two derived indexes).
"""
