"""The interface for agents: five tools over the Model Context Protocol, which only parse, call and format.

Read in this order: ``tools`` (the table of tools, what each calls); ``inputs`` and ``outputs`` (what they take and
give), with ``reading`` (a page of an article) and ``claims`` (quotes to verify); ``core`` (what they work with, opened
when it is first needed); ``server`` (the protocol and its errors); ``stdio`` and ``mounting``, the two ways to reach
it. Imports that take their time wait for the first question about a tool: a client is greeted at once.
"""
