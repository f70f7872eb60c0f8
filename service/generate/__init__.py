"""An answer in a language model's words, of which only those sentences leave that the cited passages bear out.

Read in this order: ``writing`` (the product), ``prompt`` (what is asked), ``client`` (who is asked), ``sentences``
(what came back), ``checked`` (what holds). Nothing here runs unless somebody named an endpoint.
"""
