"""The id of an article: stable, so that indexing a folder again updates what is there."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

_TRACKING = ("utm_", "fbclid", "gclid", "mc_cid", "mc_eid", "igshid", "ref_src", "cmpid")


def article_id(name: str, *, explicit: str | None = None, url: str | None = None) -> str:
    """The id that its source states, else its canonical URL's, else ``name``, its path within the indexed folder.

    >>> article_id("news/a.html", url="https://Example.org/a?utm_source=x#top")
    'example.org/a'
    >>> article_id("news/a.txt")
    'news/a.txt'
    """
    if explicit and explicit.strip():
        return " ".join(explicit.split())
    return url_id(url) or name


def url_id(url: str | None) -> str | None:
    """The URL without scheme, fragment, tracking parameters and final slash; None when it is no web address."""
    parts = urlsplit((url or "").strip())
    if parts.scheme not in {"http", "https"} or not parts.netloc or any(c.isspace() for c in url or ""):
        return None
    query = urlencode([(k, v) for k, v in parse_qsl(parts.query) if not k.lower().startswith(_TRACKING)])
    return parts.netloc.lower() + parts.path.rstrip("/") + (f"?{query}" if query else "")
