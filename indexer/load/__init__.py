"""Files in, articles out: one module a format.

Read ``files`` first: it walks folders, picks the module by a file's name and content, and names what it refuses.
"""
