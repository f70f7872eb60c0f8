"""Who may do what.

Read in this order: ``caller`` (who asks, and what exists for them), ``key`` (what a key is), ``tokens`` (what its
holder has of it), ``keys`` (where they are kept, in a file that ``keyfile`` opens), ``rates`` (how often a caller may
ask). Not here: HTTP (``service.api.gate``).
"""
