"""Articles that were handed over, on their way into the archive: accepted at once, indexed outside of requests.

Read in this order: ``job`` (the record), ``store`` (jobs on the disk, where nothing that was accepted is lost),
``disk`` (files that stay), ``spool`` (an upload on its way in), ``names`` (what an uploaded file may be called),
``given`` (the ids of what is handed over, and who may put it where), ``work`` (one job's articles into the archive),
``runner`` (the thread that does one job after another). ``oneoff`` is no job: one article, while somebody waits for it.
"""
