"""One small article as every shape of the interface shows it, for the OpenAPI description.

A test holds each against its model, and the citations against the text.
"""

from __future__ import annotations

import json

from service.shapes import Json

TEXT = "The bridge opened in 1932. It is 503 metres long."
EDITION = "cf5c29698e7686491e9cf059294ceb06b3b28fb2ebca87cf51f4c8b7a6f20549"
_STATED: Json = {
    "title": "A bridge",
    "authors": ["Ada Byron"],
    "publisher": "The Span",
    "published": "2015-10",
}
_LINE: Json = {
    "article_id": "example.org/bridge",
    **_STATED,
    "url": "https://example.org/bridge",
    "language": "en",
}
CITATION: Json = {
    "article_id": "example.org/bridge",
    "edition": EDITION,
    **_STATED,
    "url": "https://example.org/bridge",
    "start": 0,
    "end": 26,
    "quote": "The bridge opened in 1932.",
    "locator": "example.org/bridge#0-26",
}
SEARCH: Json = {
    "query": "the opening of the bridge",
    "mode": "hybrid",
    "generation": 7,
    "total": 1,
    "took_ms": 3.1,
    "hits": [
        {
            "rank": 1,
            "score": 0.97,
            "scores": {"dense": 0.71, "lexical": 4.2, "reader": None},
            "citation": CITATION,
            "highlights": [[4, 10], [11, 17]],
            "heading": None,
            "page": None,
            "also_published_by": [],
        }
    ],
    "next": None,
    "notes": [],
}
SIMILAR: Json = SEARCH | {"query": "similar:example.org/tower", "mode": "dense"}
ASK: Json = {
    "question": "When did the bridge open?",
    "answer": "1932",
    "abstained": False,
    "reason": None,
    "confidence": 0.93,
    "citations": [CITATION],
    "nearest": [],
    "kind": "words",
    "items": [],
    "support": [
        {
            "locator": "example.org/bridge#21-25",
            "words": [21, 25],
            "quote": "1932",
            "confidence": 0.93,
            "said_by": None,
            "also_published_by": [],
        }
    ],
    "sides": [],
    "written": None,
    "notes": [],
    "generation": 7,
    "took_ms": 84.2,
}
_PASSAGES = SEARCH | {"query": ASK["question"]}
EVENTS = f"event: passages\ndata: {json.dumps(_PASSAGES)}\n\nevent: answer\ndata: {json.dumps(ASK)}\n\n"
_NOTHING: Json = {"values": 0, "articles": 0}
FACETS: Json = {
    "query": "the opening of the bridge",
    "generation": 7,
    "of": {"articles": 1, "candidates": "best", "limit": 200},
    "publishers": [{"value": "The Span", "count": 1}],
    "authors": [{"value": "Ada Byron", "count": 1}],
    "languages": [{"value": "en", "count": 1}],
    "years": [{"value": "2015", "count": 1}],
    "months": [{"value": "2015-10", "count": 1}],
    "undated": 0,
    "unstated": {"publishers": 0, "authors": 0, "languages": 0},
    "other": {"publishers": _NOTHING, "authors": _NOTHING, "languages": _NOTHING},
    "notes": [],
}
ARTICLES: Json = {"generation": 7, "total": 1, "articles": [_LINE], "next": None}
ARTICLE: Json = {
    "article_id": "example.org/bridge",
    "edition": EDITION,
    **_STATED,
    "published_precision": "month",
    "url": "https://example.org/bridge",
    "language": "en",
    "original": None,
    "provenance": {"title": "front matter", "language": "detected"},
    "blocks": [{"start": 0, "end": 49, "kind": "paragraph", "level": 0, "page": None}],
    "text": TEXT,
}
VERDICTS: Json = {
    "verdicts": [
        {
            "status": "exact",
            "verified": True,
            "message": "the quote stands at its span",
            "found": None,
            "locator": None,
            "changes": [],
            "citation": CITATION,
        }
    ]
}
MARKDOWN = (
    "> The bridge opened in 1932.\n\n"
    'Ada Byron. "A bridge." *The Span*, October 2015. <https://example.org/bridge> '
    f"(example.org/bridge#0-26, edition {EDITION[:12]})\n"
)
STATUS: Json = {
    "archive": "news",
    "generation": 7,
    "articles": 1,
    "editions": 1,
    "passages": 1,
    "linked_copies": 0,
    "covered_passages": 0,
    "withheld": 0,
    "bytes": 139264,
    "model": {
        "name": "sentence-transformers/all-MiniLM-L6-v2",
        "weights_sha256": "53aa51172d14" + "0" * 52,
        "dim": 384,
        "runtime": "openvino-bf16",
        "agreement": 0.99995,
    },
    "passage": {"size": 200, "overlap": 40, "limit": 254},
    "dense": {"kind": "flat", "recall_at_10": 1.0, "saved_at_generation": 7, "rows_since": 0},
    "lexical": {"kind": "bm25", "k1": 1.2, "b": 0.75},
    "sources": ["/home/ada/news"],
    "publishers": [["The Span", 1]],
    "languages": [["en", 1]],
}
HEALTH: Json = {"status": "ok"}
