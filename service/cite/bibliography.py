"""References as reference managers import them: BibTeX, RIS and CSL-JSON."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import rispy

from indexer.records import PartialDate
from service.citation import Citation
from service.cite.attribution import Name, month_name, names_of, one_line, parse_name, verbatim_url
from service.cite.style import Extras

# \{ and \} would do for LaTeX, but BibTeX counts braces without looking at backslashes.
_LATEX = str.maketrans(
    {c: f"\\{c}" for c in "&%$#_"}
    | {"{": r"\textbraceleft{}", "}": r"\textbraceright{}", "\\": r"\textbackslash{}"}
    | {"~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "`": r"\textasciigrave{}"}
    | {"<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}"}
)
_LIGATURE = re.compile(r"([-',])(?=\1)")


def bibtex_file(citations: Sequence[Citation], extras: Extras) -> str:
    """The entries of a ``.bib`` file, with keys that differ."""
    keys = _keys(citations)
    return "\n".join(_bibtex(citation, key, extras) for citation, key in zip(citations, keys, strict=True))


def ris_file(citations: Sequence[Citation], extras: Extras) -> str:
    """RIS records, one after the other."""
    # rispy joins several URLs with ';', which a URL may hold itself.
    records = [_ris(citation, extras) for citation in citations]
    return rispy.dumps(records, implementation=_PlainRis, delimiter_tags_mapping={}) if records else ""


def csl_items(citations: Sequence[Citation], extras: Extras) -> list[dict[str, object]]:
    """The CSL-JSON items of a document, with ids that differ."""
    keys = _keys(citations)
    return [_csl(citation, key, extras) for citation, key in zip(citations, keys, strict=True)]


def _passage(citation: Citation) -> str:
    return f"Passage {citation.locator}, edition {citation.edition}"


def _keys(citations: Sequence[Citation]) -> list[str]:
    """A key for each, such as ``byron2015bridge``, in ASCII and different from the others."""
    taken: set[str] = set()
    keys = []
    for citation in citations:
        who = parse_name(citation.authors[0]).family if citation.authors else citation.publisher or ""
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


def _latex(text: str) -> str:
    r"""The text as LaTeX prints it: specials escaped, ligatures such as ``--`` kept apart, on one line.

    >>> _latex("R&D -- 50% {sic}")
    'R\\&D -{}- 50\\% \\textbraceleft{}sic\\textbraceright{}'
    """
    return _LIGATURE.sub(lambda match: match[0] + "{}", one_line(text).translate(_LATEX))


def _bibtex(citation: Citation, key: str, extras: Extras) -> str:
    names = names_of(citation.authors)
    published = PartialDate.parse(citation.published) if citation.published else None
    month = month_name(published.month)[:3].lower() if published and published.month else ""
    fields = {
        "author": " and ".join(_bibtex_name(name) for name in names),
        "title": f"{{{_latex(citation.title or '')}}}" if one_line(citation.title) else "",  # braces keep its capitals
        "howpublished": _latex(citation.publisher or ""),
        "year": f"{published.year:04d}" if published else "",
        "month": month,
        "date": str(published) if published and published.day else "",
        "url": verbatim_url(citation.url),
        "urldate": str(extras.accessed or ""),
        "language": _latex(extras.language or ""),
        "annote": _latex(citation.quote),
        "note": _latex(_passage(citation)),
    }
    lines = [f"  {name} = {value if name == 'month' else f'{{{value}}}'}" for name, value in fields.items() if value]
    return f"@misc{{{key},\n" + ",\n".join(lines) + "\n}\n"


def _bibtex_name(name: Name) -> str:
    if not name.given:
        return f"{{{_latex(name.family)}}}"
    return ", ".join(_latex(part) for part in (name.family, name.suffix, name.given) if part)


class _PlainRis(rispy.RisWriter):  # type: ignore[misc]
    """Records without the running number that rispy writes above each, which is no part of the format."""

    def set_header(self, count: int) -> str:
        return ""


def _ris(citation: Citation, extras: Extras) -> dict[str, object]:
    published = PartialDate.parse(citation.published) if citation.published else None
    year, month, day = [*(citation.published or "").split("-"), "", "", ""][:3]
    kind = "NEWS" if one_line(citation.publisher) else "ELEC" if citation.url else "GEN"
    notes = [one_line(citation.quote), _passage(citation)]
    fields: dict[str, object] = {
        "title": one_line(citation.title),
        "authors": [name.inverted() for name in names_of(citation.authors)],
        "secondary_title": one_line(citation.publisher),
        "year": year,
        "date": f"{year}/{month}/{day}/" if published else "",
        "urls": [verbatim_url(citation.url)] if citation.url else [],
        "access_date": f"{extras.accessed:%Y/%m/%d}/" if extras.accessed else "",
        "language": one_line(extras.language),
        "notes": [note for note in notes if note],
    }
    return {"type_of_reference": kind} | {key: value for key, value in fields.items() if value}


def _csl(citation: Citation, key: str, extras: Extras) -> dict[str, object]:
    kind = "article-newspaper" if one_line(citation.publisher) else "webpage" if citation.url else "document"
    fields: dict[str, object] = {
        "title": one_line(citation.title),
        "author": [_csl_name(name) for name in names_of(citation.authors)],
        "container-title": one_line(citation.publisher),
        "issued": _date_parts(citation.published),
        "accessed": _date_parts(str(extras.accessed or "")),
        "URL": citation.url,
        "language": extras.language,
        "annote": citation.quote,
        "note": _passage(citation),
    }
    return {"id": key, "type": kind} | {name: value for name, value in fields.items() if value}


def _csl_name(name: Name) -> dict[str, str]:
    if not name.given:
        return {"literal": name.family}
    return {"family": name.family, "given": name.given} | ({"suffix": name.suffix} if name.suffix else {})


def _date_parts(iso: str | None) -> dict[str, list[list[int]]]:
    return {"date-parts": [[int(part) for part in iso.split("-")]]} if iso else {}
