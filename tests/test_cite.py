from __future__ import annotations

import dataclasses
import json
import re
from datetime import date
from urllib.parse import unquote

import pytest
import rispy
from bibtexparser.entrypoint import parse_string as bibtexparser_parse
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from pybtex.database import parse_string  # type: ignore[import-untyped]
from pylatexenc.latex2text import (  # type: ignore[import-untyped]
    LatexNodes2Text,
    MacroTextSpec,
    get_default_latex_context_db,
)

from indexer.errors import BadQuery
from indexer.records import edition_of
from service.citation import Citation, cite_span
from service.cite import FORMATS, format_citation, format_citations
from tests.test_citation import TEXT, article

EDITION = edition_of(TEXT)
BRIDGE = cite_span(article(), TEXT, 0, 26)
BARE = Citation("notes/a.txt", EDITION, None, (), None, None, None, 4, 10, "bridge")


def cited(quote: str = "The bridge", **fields: object) -> Citation:
    return dataclasses.replace(BRIDGE, start=0, end=len(quote), quote=quote, **fields)  # type: ignore[arg-type]


def test_every_format_writes_a_citation_without_metadata_and_invents_nothing() -> None:
    for style in FORMATS:
        if style != "link":
            written = format_citation(BARE, style)
            assert "None" not in written
            assert "null" not in written
            assert ("n.d." in written) == (style == "markdown")


def test_an_unknown_style_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadQuery, match=r"'apa'. Use one of: bibtex, ris, csl-json, markdown, annotation, link"):
        format_citation(BRIDGE, "apa")
    with pytest.raises(BadQuery, match="'apa'"):
        format_citations([BRIDGE], "apa")


@pytest.mark.parametrize(
    ("style", "empty"),
    [("bibtex", ""), ("ris", ""), ("csl-json", "[]\n"), ("markdown", ""), ("annotation", "[]\n"), ("link", "")],
)
def test_nothing_cited_is_an_empty_document(style: str, empty: str) -> None:
    assert format_citations([], style) == empty


@pytest.mark.parametrize("style", FORMATS)
def test_a_citation_given_twice_is_written_once(style: str) -> None:
    assert format_citations([BRIDGE, BARE][:1] * 2, style) == format_citations([BRIDGE], style)


# BibTeX


def fields_of(text: str) -> dict[str, str]:
    """The only entry's fields, as pybtex, bibtexparser's peer, reads them."""
    (entry,) = parse_string(text, "bibtex").entries.values()
    persons = [f"{person}" for person in entry.persons.get("author", [])]
    return {key: str(value) for key, value in entry.fields.items()} | {"author": " and ".join(persons)}


def test_a_bibtex_entry_holds_what_is_known() -> None:
    assert format_citation(BRIDGE, "bibtex", accessed=date(2024, 2, 29), language="en") == (
        "@misc{byron2015bridge,\n"
        "  author = {Byron, Ada and Hopper, Grace},\n"
        "  title = {{A bridge}},\n"
        "  howpublished = {The Span},\n"
        "  year = {2015},\n"
        "  month = oct,\n"
        "  url = {https://example.org/bridge},\n"
        "  urldate = {2024-02-29},\n"
        "  language = {en},\n"
        "  annote = {The bridge opened in 1932.},\n"
        f"  note = {{Passage example.org/bridge\\#0-26, edition {EDITION}}}\n"
        "}\n"
    )


@pytest.mark.parametrize(
    ("published", "known"),
    [
        (None, {}),
        ("2019", {"year": "2019"}),
        ("2019-07", {"year": "2019", "month": "July"}),
        ("2019-07-30", {"year": "2019", "month": "July", "date": "2019-07-30"}),
    ],
)
def test_a_bibtex_date_is_as_exact_as_its_source(published: str | None, known: dict[str, str]) -> None:
    fields = fields_of(format_citation(cited(published=published), "bibtex"))
    assert {key: fields[key] for key in ("year", "month", "date") if key in fields} == known


HARD = (
    r"50% of R&D_x #1 costs $5 ~ {a} } { \n ^ `so' ''--'' ``a`` ,,b'' --- <b>|",
    "Zürich, naïve café — “déjà vu”…",
    "@article{x, title={y}}",
    'say "hi" and `that`',
    "日本語のタイトル 🌉",
)


def printed(latex: str) -> str:
    """The text that LaTeX prints, by pylatexenc, told of the kernel's characters that it lacks."""
    lacking = {"textbraceleft": "{", "textbraceright": "}", "textless": "<", "textgreater": ">", "textbar": "|"}
    context = get_default_latex_context_db()
    context.add_context_category("kernel", [MacroTextSpec(*macro) for macro in lacking.items()], prepend=True)
    return str(LatexNodes2Text(latex_context=context).latex_to_text(latex)).replace("ˆ", "^")


@pytest.mark.parametrize("text", HARD)
def test_latex_specials_and_other_scripts_print_as_they_stand(text: str) -> None:
    fields = fields_of(format_citation(cited(text, title=text, publisher=text), "bibtex"))
    for field in ("title", "howpublished", "annote"):
        assert printed(fields[field]) == text


@given(st.lists(st.text(min_size=1), min_size=1, max_size=3))
def test_every_bib_file_is_read_whole_by_two_parsers(texts: list[str]) -> None:
    citations = [cited(text, title=text, publisher=text, authors=(text, f"{text} and {text}")) for text in texts]
    written = format_citations(citations, "bibtex")
    library = bibtexparser_parse(written)
    assert library.failed_blocks == []
    assert len(library.entries) == len(set(citations)) == len(parse_string(written, "bibtex").entries)
    for entry, citation in zip(library.entries, dict.fromkeys(citations), strict=True):
        assert entry["url"] == citation.url


@pytest.mark.parametrize(
    ("author", "bibtex", "csl", "ris"),
    [
        ("Ada Byron", "Byron, Ada", {"family": "Byron", "given": "Ada"}, "Byron, Ada"),
        ("Byron, Ada", "Byron, Ada", {"family": "Byron", "given": "Ada"}, "Byron, Ada"),
        (
            "Ludwig van Beethoven",
            "van Beethoven, Ludwig",
            {"family": "van Beethoven", "given": "Ludwig"},
            "van Beethoven, Ludwig",
        ),
        (
            "Martin Luther King, Jr.",
            "King, Jr., Martin Luther",
            {"family": "King", "given": "Martin Luther", "suffix": "Jr."},
            "King, Martin Luther, Jr.",
        ),
        (
            "Martin Luther King Jr.",
            "King, Jr., Martin Luther",
            {"family": "King", "given": "Martin Luther", "suffix": "Jr."},
            "King, Martin Luther, Jr.",
        ),
        ("Reuters", "{Reuters}", {"literal": "Reuters"}, "Reuters"),
        ("BBC News", "{BBC News}", {"literal": "BBC News"}, "BBC News"),
        ("The Editors", "{The Editors}", {"literal": "The Editors"}, "The Editors"),
        ("Marks and Spencer", "{Marks and Spencer}", {"literal": "Marks and Spencer"}, "Marks and Spencer"),
        ("Johnson & Johnson", r"{Johnson \& Johnson}", {"literal": "Johnson & Johnson"}, "Johnson & Johnson"),
        ("王小明", "{王小明}", {"literal": "王小明"}, "王小明"),
    ],
)
def test_names_are_split_where_that_is_safe(author: str, bibtex: str, csl: dict[str, str], ris: str) -> None:
    citation = cited(authors=(author,))
    assert f"author = {{{bibtex}}}" in format_citation(citation, "bibtex")
    assert json.loads(format_citation(citation, "csl-json"))[0]["author"] == [csl]
    assert f"AU  - {ris}\n" in format_citation(citation, "ris")


def test_bibtex_reads_the_name_parts_back() -> None:
    written = format_citation(cited(authors=("Ludwig van Beethoven", "Martin King Jr.", "BBC News")), "bibtex")
    (entry,) = parse_string(written, "bibtex").entries.values()
    beethoven, king, bbc = entry.persons["author"]
    assert (beethoven.prelast_names, beethoven.last_names) == (["van"], ["Beethoven"])
    assert (king.last_names, king.lineage_names, king.first_names) == (["King"], ["Jr."], ["Martin"])
    assert (bbc.last_names, bbc.first_names) == (["{BBC News}"], [])


def test_keys_are_readable_ascii_and_unique() -> None:
    several = [cited(), cited("The"), cited(authors=("Jürgen Müller",), published=None), BARE]
    keys = re.findall(r"@misc\{(.*),", format_citations(several, "bibtex"))
    assert keys == ["byron2015bridge", "byron2015bridge-2", "mullerbridge", "article"]
    assert [item["id"] for item in json.loads(format_citations(several, "csl-json"))] == keys


# RIS


def test_an_ris_record_holds_what_is_known() -> None:
    assert format_citation(BRIDGE, "ris", accessed=date(2024, 2, 29), language="en") == (
        "TY  - NEWS\n"
        "TI  - A bridge\n"
        "AU  - Byron, Ada\n"
        "AU  - Hopper, Grace\n"
        "T2  - The Span\n"
        "PY  - 2015\n"
        "DA  - 2015/10//\n"
        "UR  - https://example.org/bridge\n"
        "Y2  - 2024/02/29/\n"
        "LA  - en\n"
        "N1  - The bridge opened in 1932.\n"
        f"N1  - Passage example.org/bridge#0-26, edition {EDITION}\n"
        "ER  - \n"
    )


@pytest.mark.parametrize(("published", "written"), [("2019", "2019///"), ("2019-07-30", "2019/07/30/")])
def test_an_ris_date_is_as_exact_as_its_source(published: str, written: str) -> None:
    assert f"DA  - {written}\n" in format_citation(cited(published=published), "ris")


def test_the_type_of_reference_follows_what_is_known() -> None:
    kinds = []
    for citation in (BRIDGE, cited(publisher=None), BARE):
        kinds.append((format_citation(citation, "ris")[6:10].strip(), csl_of(citation)["type"]))
    assert kinds == [("NEWS", "article-newspaper"), ("ELEC", "webpage"), ("GEN", "document")]


@given(st.lists(st.text(min_size=1), min_size=1, max_size=3))
def test_ris_records_read_back(texts: list[str]) -> None:
    citations = [cited(text, title=text, url=f"https://example.org/{n};a") for n, text in enumerate(texts)]
    read = rispy.loads(format_citations(citations, "ris"), delimiter_tags_mapping={})
    assert len(read) == len(citations)
    for record, citation in zip(read, citations, strict=True):
        assert record.get("title", "") == " ".join((citation.title or "").split())
        assert record["urls"] == [citation.url]
        assert record["authors"] == ["Byron, Ada", "Hopper, Grace"]
        assert record["notes"][-1] == f"Passage {citation.locator}, edition {EDITION}"


# CSL-JSON


def csl_of(citation: Citation) -> dict[str, object]:
    (item,) = json.loads(format_citation(citation, "csl-json"))
    assert isinstance(item, dict)
    return item


def test_a_csl_item_has_the_documented_shape() -> None:
    assert json.loads(format_citation(BRIDGE, "csl-json", accessed=date(2024, 2, 29), language="en")) == [
        {
            "id": "byron2015bridge",
            "type": "article-newspaper",
            "title": "A bridge",
            "author": [{"family": "Byron", "given": "Ada"}, {"family": "Hopper", "given": "Grace"}],
            "container-title": "The Span",
            "issued": {"date-parts": [[2015, 10]]},
            "accessed": {"date-parts": [[2024, 2, 29]]},
            "URL": "https://example.org/bridge",
            "language": "en",
            "annote": "The bridge opened in 1932.",
            "note": f"Passage example.org/bridge#0-26, edition {EDITION}",
        }
    ]


def test_a_csl_item_leaves_out_what_is_unknown() -> None:
    assert set(csl_of(BARE)) == {"id", "type", "annote", "note"}
    assert csl_of(cited(published="2019"))["issued"] == {"date-parts": [[2019]]}
    assert csl_of(cited(published="2019-07-30"))["issued"] == {"date-parts": [[2019, 7, 30]]}


# Markdown


@pytest.mark.parametrize(
    ("fields", "reference"),
    [
        (
            {"published": "2019-07-30"},
            'Ada Byron and Grace Hopper. "A bridge." *The Span*, 30 July 2019. <https://example.org/bridge> '
            f"(example.org/bridge#0-10, edition {EDITION[:12]})",
        ),
        (
            {"published": "2019-07", "authors": ("A", "B", "C Jr."), "title": "Why?"},
            'A, B, and C Jr. "Why?" *The Span*, July 2019. <https://example.org/bridge> '
            f"(example.org/bridge#0-10, edition {EDITION[:12]})",
        ),
        (
            {"published": "1999", "authors": (), "title": None, "publisher": None, "url": None},
            f"1999\\. (example.org/bridge#0-10, edition {EDITION[:12]})",
        ),
        (
            {"published": None, "authors": (), "url": "javascript:alert(1)"},
            f'"A bridge." *The Span*, n.d. javascript:alert(1) (example.org/bridge#0-10, edition {EDITION[:12]})',
        ),
    ],
)
def test_a_markdown_reference_reads_as_a_reference(fields: dict[str, object], reference: str) -> None:
    assert format_citation(cited("The bridge", **fields), "markdown") == f"> The bridge\n\n{reference}\n"


def test_a_markdown_reference_with_nothing_known_says_no_date_and_where() -> None:
    assert format_citation(BARE, "markdown", accessed=date(2024, 2, 29)) == (
        f"> bridge\n\nn.d. (accessed 29 February 2024, notes/a.txt#4-10, edition {EDITION[:12]})\n"
    )


def test_a_quote_of_several_paragraphs_stays_one_block() -> None:
    assert format_citation(cited("One.\n\nTwo\nthree."), "markdown").startswith("> One.\n>\n> Two\n> three.\n\n")


def test_several_citations_are_a_markdown_list() -> None:
    written = format_citations([cited("One.\n\nTwo."), BARE], "markdown")
    assert written.startswith("- > One.\n  >\n  > Two.\n\n  Ada Byron")
    html = MarkdownIt("gfm-like", {"linkify": False}).render(written)
    assert html.count("<li>") == html.count("<blockquote>") == 2
    assert html.count("<ul>") == 1


PLAIN = {"inline", "paragraph_open", "paragraph_close", "blockquote_open", "blockquote_close", "text", "softbreak"}
MARKED = st.text(st.sampled_from("ab1 \t\n.#*_`~-+=<>[]()!&;:|\\$\"'{}^"), min_size=1).filter(str.strip)


@given(MARKED)
def test_a_quote_renders_as_its_own_text_whatever_it_holds(quote: str) -> None:
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(format_citation(cited(quote), "markdown"))
    end = next(at for at, token in enumerate(tokens) if token.type == "blockquote_close")
    read = []
    for token in tokens[: end + 1]:
        assert token.type in PLAIN
        for child in token.children or []:
            assert child.type in PLAIN | {"text_special"}
            read.append("\n" if child.type == "softbreak" else child.content)
        read.append("\n" if token.type == "paragraph_close" else "")
    lines = [line for line in "".join(read).split("\n") if line.strip()]
    assert lines == [line for line in quote.split("\n") if line.strip()]


@given(MARKED, MARKED, MARKED)
def test_markup_in_metadata_is_text(title: str, author: str, publisher: str) -> None:
    hostile = cited(title=title, authors=(author,), publisher=publisher)
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(format_citation(hostile, "markdown"))
    children = tokens[-2].children or []
    assert [child.type for child in children if child.type not in {"text", "text_special"}] == [
        *("em_open", "em_close"),
        *("link_open", "link_close"),
    ]
    text = "".join(child.content for child in children)
    for part in (title, author, publisher):
        assert " ".join(part.split()) in text


# Web Annotation


def test_an_annotation_selects_the_quote_by_text_and_by_position() -> None:
    written = json.loads(format_citation(cited("bridge"), "annotation", context=("The ", " opened")))
    assert written["@context"] == ["http://www.w3.org/ns/anno.jsonld", {"sha256": "https://schema.org/sha256"}]
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", written["id"])
    assert (written["type"], written["motivation"]) == ("Annotation", "highlighting")
    assert written["target"] == {
        "type": "SpecificResource",
        "source": "https://example.org/bridge",
        "state": {"type": "State", "sha256": EDITION},
        "selector": [
            {"type": "TextQuoteSelector", "exact": "bridge", "prefix": "The ", "suffix": " opened"},
            {"type": "TextPositionSelector", "start": 0, "end": 6},
        ],
    }


def test_an_annotation_of_an_article_without_url_names_its_edition_and_no_context() -> None:
    target = json.loads(format_citation(BARE, "annotation"))["target"]
    assert target["source"] == f"urn:sha256:{EDITION}"
    assert target["selector"][0] == {"type": "TextQuoteSelector", "exact": "bridge"}


# Links


@pytest.mark.parametrize(
    ("quote", "context", "directive"),
    [
        ("The bridge", ("", ""), "The%20bridge"),
        ("well-known, R&D", ("", ""), "well%2Dknown%2C%20R%26D"),
        ("a  b", ("cut off words ", " and after tha"), "off%20words-,a%20b,-and%20after"),
        ("ment", ("the agree", "s of"), "agree-,ment,-s"),
        ("café 🌉", ("Last line.\n\n", ".\nNext"), "line.-,caf%C3%A9%20%F0%9F%8C%89,-."),
        ("One two.\n\nThree four.", ("", ""), "One%20two.,Three%20four."),
    ],
)
def test_a_link_points_at_the_text(quote: str, context: tuple[str, str], directive: str) -> None:
    written = format_citation(cited(quote), "link", context=context)
    assert written == f"https://example.org/bridge#:~:text={directive}\n"


def test_a_long_quote_is_named_by_its_two_ends() -> None:
    words = [f"w{n}" for n in range(100)]
    directive = format_citation(cited(" ".join(words)), "link").strip().partition("#:~:text=")[2]
    assert [unquote(term).split() for term in directive.split(",")] == [words[:8], words[-8:]]


@pytest.mark.parametrize(
    ("url", "start"),
    [
        ("https://a.org/x#part", "https://a.org/x#part:~:text=The%20bridge"),
        ("https://a.org/x#:~:text=old", "https://a.org/x#:~:text=The%20bridge"),
        ("https://a.org/x?q=1", "https://a.org/x?q=1#:~:text=The%20bridge"),
    ],
)
def test_a_fragment_that_the_url_has_is_kept(url: str, start: str) -> None:
    assert format_citation(cited(url=url), "link") == f"{start}\n"


@pytest.mark.parametrize(
    ("url", "said"), [(None, "it has no url"), ("javascript:alert(1)", "javascript"), ("http://[::1", "http or https")]
)
def test_a_link_needs_a_web_address(url: str | None, said: str) -> None:
    with pytest.raises(BadQuery, match=said):
        format_citation(cited(url=url), "link")


def test_a_link_needs_words() -> None:
    with pytest.raises(BadQuery, match="only white space"):
        format_citation(cited(" \n"), "link")


@given(st.text(min_size=1).filter(str.strip), st.text(max_size=32), st.text(max_size=32))
def test_text_fragments_decode_to_the_quotes_own_words(quote: str, before: str, after: str) -> None:
    link = format_citation(cited(quote), "link", context=(before, after)).removesuffix("\n")
    assert re.fullmatch(r"[!-~]+", link)
    terms = link.partition("#:~:text=")[2].split(",")
    if terms[0].endswith("-"):
        assert " ".join(unquote(terms.pop(0)[:-1]).split()) in " ".join(before.split())
    if terms[-1].startswith("-"):
        assert " ".join(unquote(terms.pop()[1:]).split()) in " ".join(after.split())
    words = " ".join(quote.split())
    read = [unquote(term) for term in terms]
    assert len(read) in (1, 2)
    assert words == read[0] if len(read) == 1 else words.startswith(read[0]) and words.endswith(read[1])
