"""The page: ``static`` is what browsers get, as it is."""
