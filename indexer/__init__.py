"""Articles in, archive out.

Read in this order: ``build`` (the whole path, from a folder to a committed archive), ``records``, ``load`` (one file a
format), ``chunk``, ``embed``, ``archive`` (the store), then ``dense`` and ``lexical`` (the two derived indexes);
``limited`` (a part of an archive, for those for whom no other publisher's articles exist; its copies are linked in
``linked_part``, its words weighed in ``lexical_part``), ``tallies`` (what facets count), ``bylines`` (who wrote what)
and ``standing`` (what whoever puts an article in the place of another must know of that).
"""
