"""References to a passage in the formats that writers, reference managers and browsers read.

Longer than most modules because it holds six formats, each a few lines, that share names, dates and keys. What an
article does not state is left out, never written as ``None`` or guessed; only the Markdown reference says ``n.d.``,
as is usual. Text of articles is data: each format escapes it so that it reads as the text it is.

``bibtex``
    ``@misc``, the one type that BibTeX and biblatex styles both know. ``year`` and ``month`` serve BibTeX, ``date``
    (given only when the day is known, which ``month`` cannot say) serves biblatex. UTF-8, as both read today.
``ris``, ``csl-json``
    A newspaper article when the publisher is known, else a web page, else a document.
``markdown``
    The quote as a block, then the reference with the locator and the edition's first twelve digits.
``annotation``
    A W3C Web Annotation. ``target.source`` is the article's URL, else ``urn:sha256:`` and the edition;
    ``target.state.sha256`` is the edition, the SHA-256 of the canonical text that the positions count in.
``link``
    The article's URL with a text fragment, which a browser scrolls to and highlights.
"""

from __future__ import annotations

import json
import re
import unicodedata
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote as percent_encode
from urllib.parse import urlsplit

import rispy

from indexer.errors import BadQuery
from indexer.records import PartialDate
from service.citation import Citation

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_ORGANISATION = re.compile(
    r"\b(agency|associat\w+|bureau|center|centre|committee|company|corporation|council|department|desk|editors?|"
    r"editorial|foundation|group|inc|institute|ltd|magazine|ministry|network|news|office|press|service|society|staff|"
    r"team|times|university)\b|^the\b|[\d@&/()]|\band\b",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"(?:jr|sr|ph\.?d|m\.?d)\.?|i{2,3}|iv", re.IGNORECASE)
_LONG_QUOTE = 300  # characters; browsers' own "copy link to highlight" turns to textStart,textEnd there too
_ANCHOR_WORDS = 8


@dataclass(frozen=True, slots=True)
class _Extras:
    """What a reference may say beyond the citation."""

    language: str | None = None
    accessed: date | None = None
    context: tuple[str, str] = ("", "")


def format_citation(
    citation: Citation,
    style: str,
    *,
    language: str | None = None,
    accessed: date | None = None,
    context: tuple[str, str] = ("", ""),
) -> str:
    """The citation in one of ``FORMATS``; CSL-JSON is an array of one, as reference managers import it.

    ``context`` is the text just before and just after the quote, some 32 characters of each: ``annotation`` and
    ``link`` tell apart by it places that read alike. ``language`` and ``accessed`` go where a format has a field for
    them: both in ``bibtex``, ``ris`` and ``csl-json``, the latter in ``markdown``.

    Raises:
        BadQuery: no such style, or a link to an article that has no web address.
    """
    extras = _Extras(language, accessed, context)
    if style == "annotation":
        return _dump(_annotation(citation, extras))
    if style == "markdown":
        return _markdown(citation, extras)
    return _written([citation], style, extras)


def format_citations(
    citations: Iterable[Citation], style: str, *, language: str | None = None, accessed: date | None = None
) -> str:
    """One document that holds every citation once, in the order given: a ``.bib`` file with unique keys, RIS records,
    a CSL-JSON array, a Markdown list, an array of annotations, or a link a line. Nothing cited gives an empty one.

    Raises:
        BadQuery: no such style, or a link to an article that has no web address.
    """
    return _written(list(dict.fromkeys(citations)), style, _Extras(language, accessed))


def _written(citations: list[Citation], style: str, extras: _Extras) -> str:
    if style not in _WRITERS:
        raise BadQuery(f"no citation style {style!r}. Use one of: {', '.join(FORMATS)}")
    return _WRITERS[style](citations, extras)


def _bibtex_file(citations: Sequence[Citation], extras: _Extras) -> str:
    keys = _keys(citations)
    return "\n".join(_bibtex(citation, key, extras) for citation, key in zip(citations, keys, strict=True))


def _ris_file(citations: Sequence[Citation], extras: _Extras) -> str:
    # rispy joins several URLs with ';', which a URL may hold itself.
    records = [_ris(citation, extras) for citation in citations]
    return rispy.dumps(records, implementation=_PlainRis, delimiter_tags_mapping={}) if records else ""


def _csl_file(citations: Sequence[Citation], extras: _Extras) -> str:
    keys = _keys(citations)
    return _dump([_csl(citation, key, extras) for citation, key in zip(citations, keys, strict=True)])


def _markdown_list(citations: Sequence[Citation], extras: _Extras) -> str:
    items = (_markdown(citation, extras).rstrip("\n").split("\n") for citation in citations)
    return "\n".join(f"- {lines[0]}\n" + "".join(f"  {n}".rstrip() + "\n" for n in lines[1:]) for lines in items)


def _annotations(citations: Sequence[Citation], extras: _Extras) -> str:
    return _dump([_annotation(citation, extras) for citation in citations])


def _links(citations: Sequence[Citation], extras: _Extras) -> str:
    return "".join(_link(citation, extras) + "\n" for citation in citations)


_WRITERS: dict[str, Callable[[Sequence[Citation], _Extras], str]] = {
    "bibtex": _bibtex_file,
    "ris": _ris_file,
    "csl-json": _csl_file,
    "markdown": _markdown_list,
    "annotation": _annotations,
    "link": _links,
}
FORMATS = tuple(_WRITERS)


def _dump(shape: object) -> str:
    return json.dumps(shape, ensure_ascii=False, indent=2) + "\n"


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def _passage(citation: Citation) -> str:
    return f"Passage {citation.locator}, edition {citation.edition}"


# --- names and keys -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Name:
    """A person's name in parts, or one that is not split: a single word, or an organisation."""

    family: str
    given: str = ""
    suffix: str = ""

    def inverted(self) -> str:
        return ", ".join(part for part in (self.family, self.given, self.suffix) if part)


def _name(author: str) -> _Name:
    """The last word is the family name, with the particles in lower case before it; ``Family, Given`` is kept.

    >>> _name("Ludwig van Beethoven").inverted(), _name("BBC News").inverted(), _name("King, Martin, Jr.").suffix
    ('van Beethoven, Ludwig', 'BBC News', 'Jr.')
    """
    whole = _one_line(author)
    parts = [part.strip() for part in whole.split(",")]
    if _ORGANISATION.search(whole) or not all(parts):
        return _Name(whole)
    if len(parts) > 1:
        suffixes = [part for part in parts[1:] if _SUFFIX.fullmatch(part)]
        others = [part for part in parts[1:] if not _SUFFIX.fullmatch(part)]
        if len(suffixes) > 1 or len(others) > 1:
            return _Name(whole)
        name = _Name(parts[0], others[0]) if others else _name(parts[0])
        return _Name(name.family, name.given, suffixes[0] if suffixes else "")
    words = whole.split()
    suffix = words.pop() if len(words) > 2 and _SUFFIX.fullmatch(words[-1]) else ""
    if len(words) < 2:
        return _Name(whole)
    first = len(words) - 1
    while first > 1 and words[first - 1].islower():
        first -= 1
    return _Name(" ".join(words[first:]), " ".join(words[:first]), suffix)


def _keys(citations: Sequence[Citation]) -> list[str]:
    """A key for each, such as ``byron2015bridge``, in ASCII and different from the others."""
    taken: set[str] = set()
    keys = []
    for citation in citations:
        who = _name(citation.authors[0]).family if citation.authors else citation.publisher or ""
        long_words = [word for word in _plain(citation.title or "").split() if len(word) > 3]
        stem = _plain(who).replace(" ", "")[:24] + (citation.published or "")[:4] + "".join(long_words[:1])
        key, count = stem or "article", 1
        while key in taken:
            count += 1
            key = f"{stem or 'article'}-{count}"
        taken.add(key)
        keys.append(key)
    return keys


def _plain(text: str) -> str:
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return " ".join(re.findall(r"[a-z0-9]+", ascii_text.lower().replace("'", "")))


# --- BibTeX ---------------------------------------------------------------------------------------------------------

# \{ and \} would do for LaTeX, but BibTeX counts braces without looking at backslashes.
_LATEX = str.maketrans(
    {c: f"\\{c}" for c in "&%$#_"}
    | {"{": r"\textbraceleft{}", "}": r"\textbraceright{}", "\\": r"\textbackslash{}"}
    | {"~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "`": r"\textasciigrave{}"}
    | {"<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}"}
)
_LIGATURE = re.compile(r"([-',])(?=\1)")


def _latex(text: str) -> str:
    r"""The text as LaTeX prints it: specials escaped, ligatures such as ``--`` kept apart, on one line.

    >>> _latex("R&D -- 50% {sic}")
    'R\\&D -{}- 50\\% \\textbraceleft{}sic\\textbraceright{}'
    """
    return _LIGATURE.sub(lambda match: match[0] + "{}", _one_line(text).translate(_LATEX))


def _bibtex(citation: Citation, key: str, extras: _Extras) -> str:
    names = [_name(author) for author in citation.authors if author.strip()]
    published = PartialDate.parse(citation.published) if citation.published else None
    month = _MONTHS[published.month - 1][:3].lower() if published and published.month else ""
    fields = {
        "author": " and ".join(_bibtex_name(name) for name in names),
        "title": f"{{{_latex(citation.title or '')}}}" if _one_line(citation.title) else "",  # braces keep its capitals
        "howpublished": _latex(citation.publisher or ""),
        "year": f"{published.year:04d}" if published else "",
        "month": month,
        "date": str(published) if published and published.day else "",
        "url": _verbatim_url(citation.url),
        "urldate": str(extras.accessed or ""),
        "language": _latex(extras.language or ""),
        "annote": _latex(citation.quote),
        "note": _latex(_passage(citation)),
    }
    lines = [f"  {name} = {value if name == 'month' else f'{{{value}}}'}" for name, value in fields.items() if value]
    return f"@misc{{{key},\n" + ",\n".join(lines) + "\n}\n"


def _bibtex_name(name: _Name) -> str:
    if not name.given:
        return f"{{{_latex(name.family)}}}"
    return ", ".join(_latex(part) for part in (name.family, name.suffix, name.given) if part)


def _verbatim_url(url: str | None) -> str:
    """The URL as ``url`` fields hold it, raw; only what would end the field early is percent-encoded."""
    return re.sub(r"[\x00-\x20\x7f\s{}\\<>]", lambda match: percent_encode(match[0]), (url or "").strip())


# --- RIS and CSL-JSON -----------------------------------------------------------------------------------------------


class _PlainRis(rispy.RisWriter):  # type: ignore[misc]
    """Records without the running number that rispy writes above each, which is no part of the format."""

    def set_header(self, count: int) -> str:
        return ""


def _ris(citation: Citation, extras: _Extras) -> dict[str, object]:
    published = PartialDate.parse(citation.published) if citation.published else None
    year, month, day = [*(citation.published or "").split("-"), "", "", ""][:3]
    kind = "NEWS" if _one_line(citation.publisher) else "ELEC" if citation.url else "GEN"
    notes = [_one_line(citation.quote), _passage(citation)]
    fields: dict[str, object] = {
        "title": _one_line(citation.title),
        "authors": [_name(author).inverted() for author in citation.authors if author.strip()],
        "secondary_title": _one_line(citation.publisher),
        "year": year,
        "date": f"{year}/{month}/{day}/" if published else "",
        "urls": [_verbatim_url(citation.url)] if citation.url else [],
        "access_date": f"{extras.accessed:%Y/%m/%d}/" if extras.accessed else "",
        "language": _one_line(extras.language),
        "notes": [note for note in notes if note],
    }
    return {"type_of_reference": kind} | {key: value for key, value in fields.items() if value}


def _csl(citation: Citation, key: str, extras: _Extras) -> dict[str, object]:
    kind = "article-newspaper" if _one_line(citation.publisher) else "webpage" if citation.url else "document"
    fields: dict[str, object] = {
        "title": _one_line(citation.title),
        "author": [_csl_name(_name(author)) for author in citation.authors if author.strip()],
        "container-title": _one_line(citation.publisher),
        "issued": _date_parts(citation.published),
        "accessed": _date_parts(str(extras.accessed or "")),
        "URL": citation.url,
        "language": extras.language,
        "annote": citation.quote,
        "note": _passage(citation),
    }
    return {"id": key, "type": kind} | {name: value for name, value in fields.items() if value}


def _csl_name(name: _Name) -> dict[str, str]:
    if not name.given:
        return {"literal": name.family}
    return {"family": name.family, "given": name.given} | ({"suffix": name.suffix} if name.suffix else {})


def _date_parts(iso: str | None) -> dict[str, list[list[int]]]:
    return {"date-parts": [[int(part) for part in iso.split("-")]]} if iso else {}


# --- Markdown -------------------------------------------------------------------------------------------------------

_INLINE = re.compile(r"[\\`*_\[\]<>&~|$]")
_LINE_START = re.compile(r"^(?:[#+\-=:]|\d+(?=[.)]))")
_EDGE_SPACE = re.compile(r"^\s|\s$")


def _markdown_text(line: str) -> str:
    r"""One line as Markdown that renders as that line and nothing else.

    >>> _markdown_text("1. *Not* a list"), _markdown_text("# <b>")
    ('1\\. \\*Not\\* a list', '\\# \\<b\\>')
    """
    # Space at a line's ends is markup (indented code, a hard break); as a character reference it is only space.
    return _EDGE_SPACE.sub(lambda match: f"&#{ord(match[0])};", _line_start(_inline(line)))


def _inline(text: str) -> str:
    return _INLINE.sub(r"\\\g<0>", text)


def _line_start(line: str) -> str:
    return _LINE_START.sub(lambda match: f"{match[0]}\\" if match[0].isdigit() else f"\\{match[0]}", line)


def _markdown(citation: Citation, extras: _Extras) -> str:
    lines = re.split(r"\r\n|\r|\n", citation.quote)
    block = "\n".join(f"> {_markdown_text(line)}" if line.strip() else ">" for line in lines)
    return f"{block}\n\n{_reference(citation, extras)}\n"


def _reference(citation: Citation, extras: _Extras) -> str:
    title, publisher = _inline(_sentence(_one_line(citation.title))), _inline(_one_line(citation.publisher))
    day = _spelled(citation.published) if citation.published else "n.d."
    source = f"*{publisher}*, {day}" if publisher else day
    accessed = f"accessed {_spelled(str(extras.accessed))}, " if extras.accessed else ""
    parts = [
        _inline(_sentence(_listed([name for name in map(_one_line, citation.authors) if name]))),
        f'"{title}"' if title else "",
        _sentence(source),
        f"<{_verbatim_url(citation.url)}>" if _is_web(citation.url) else _inline(_one_line(citation.url)),
        f"({accessed}{_inline(citation.locator)}, edition {citation.edition[:12]})",
    ]
    return _line_start(" ".join(part for part in parts if part))


def _spelled(iso: str) -> str:
    """The date in words, as exactly as it is known: ``30 July 2019``, ``July 2019``, ``2019``."""
    year, *rest = iso.split("-")
    month = [_MONTHS[int(rest[0]) - 1]] if rest else []
    return " ".join([str(int(day)) for day in rest[1:]] + month + [year])


def _listed(names: Sequence[str]) -> str:
    if len(names) < 3:
        return " and ".join(names)
    return f"{', '.join(names[:-1])}, and {names[-1]}"


def _sentence(text: str) -> str:
    return text if not text or text[-1] in ".?!…" else f"{text}."


def _is_web(url: str | None) -> bool:
    try:
        parts = urlsplit((url or "").strip())
    except ValueError:  # such as a bracket without its mate
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


# --- Web Annotation -------------------------------------------------------------------------------------------------


def _annotation(citation: Citation, extras: _Extras) -> dict[str, object]:
    """A Web Annotation of the passage.

    Source: Web Annotation Data Model, W3C Recommendation of 23 February 2017, sections 4.2 (selectors), 4.3 (states).
    """
    before, after = extras.context
    exact = {"type": "TextQuoteSelector", "exact": citation.quote}
    context = ({"prefix": before} if before else {}) | ({"suffix": after} if after else {})
    return {
        "@context": ["http://www.w3.org/ns/anno.jsonld", {"sha256": "https://schema.org/sha256"}],
        "id": uuid.uuid5(uuid.NAMESPACE_URL, f"urn:sha256:{citation.edition}#{citation.locator}").urn,
        "type": "Annotation",
        "motivation": "highlighting",
        "target": {
            "type": "SpecificResource",
            "source": citation.url or f"urn:sha256:{citation.edition}",
            "state": {"type": "State", "sha256": citation.edition},
            "selector": [
                exact | context,
                {"type": "TextPositionSelector", "start": citation.start, "end": citation.end},
            ],
        },
    }


# --- links to text --------------------------------------------------------------------------------------------------


def _link(citation: Citation, extras: _Extras) -> str:
    """The article's URL with ``#:~:text=[prefix-,]textStart[,textEnd][,-suffix]``.

    A term matches only within one block of the page, so a quote of several lines is named by its two ends.

    Source: URL Fragment Text Directives, WICG Draft Community Group Report, section 3 (syntax and matching).
    """
    if not citation.url or not _is_web(citation.url):
        named = f"its url is {citation.url!r}" if citation.url else "it has no url"
        raise BadQuery(
            f"article {citation.article_id!r} cannot be linked to: {named}, and a link needs an http or https address. "
            f"Use another style: {', '.join(style for style in FORMATS if style != 'link')}"
        )
    terms = _ends(citation.quote)
    if not terms:
        raise BadQuery(f"{citation.locator} quotes only white space, which no link can point at. Cite a wider span")
    prefix, suffix = _whole_words(extras.context[0], before=True), _whole_words(extras.context[1], before=False)
    directive = [f"{_term(prefix)}-"] if prefix else []
    directive += [_term(term) for term in terms]
    directive += [f"-{_term(suffix)}"] if suffix else []
    page = _verbatim_url(citation.url).split(":~:")[0].rstrip("#")
    return f"{page}{'' if '#' in page else '#'}:~:text={','.join(directive)}"


def _term(text: str) -> str:
    """Percent-encoded throughout: ``-``, ``,`` and ``&`` are syntax in a directive, and only ``-`` is unreserved."""
    return percent_encode(text, safe="").replace("-", "%2D")


def _ends(quote: str) -> list[str]:
    """The quote on one line, or the words at its two ends when it is long or has several lines."""
    lines = [line for line in map(_one_line, quote.splitlines()) if line]
    if not lines or (len(lines) == 1 and len(lines[0]) <= _LONG_QUOTE):
        return lines
    first, last = lines[0].split(" "), lines[-1].split(" ")
    if len(lines) > 1:
        return [" ".join(first[:_ANCHOR_WORDS]), " ".join(last[-_ANCHOR_WORDS:])]
    if len(first) == 1:  # a script without spaces
        return [lines[0][:40], lines[0][-40:]]
    count = min(_ANCHOR_WORDS, len(first) // 2)
    return [" ".join(first[:count]), " ".join(first[-count:])]


def _whole_words(context: str, *, before: bool) -> str:
    """The words nearest to the quote, on its side's nearest line, less one that the context may have cut in two."""
    lines = [line for line in context.splitlines() if line.strip()]
    if not lines:
        return ""
    line = lines[-1] if before else lines[0]
    words = line.split()
    if len(lines) > 1:
        return " ".join(words)
    if len(words) == 1:
        return "" if (context[-1] if before else context[0]).isspace() else words[0]
    return " ".join(words[1:] if before else words[:-1])
