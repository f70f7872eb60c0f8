"""PDF files: reading order, paragraphs, running lines, metadata, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from indexer.errors import NotAnArticle
from indexer.load import pdf as loader
from indexer.records import Article, PartialDate
from tests.pdf_writer import PICTURE, line, pdf

LEFT = ["The left column begins here", "and it goes on for a while", "until its last line ends."]
RIGHT = ["The right column comes then", "with lines that stand beside", "those of the left column."]


def read(folder: Path, content: bytes, name: str = "in/paper.pdf") -> list[Article | NotAnArticle]:
    path = folder / "paper.pdf"
    path.write_bytes(content)
    return list(loader.load(path, name))


def article(folder: Path, content: bytes, name: str = "in/paper.pdf") -> Article:
    (only,) = read(folder, content, name)
    assert isinstance(only, Article)
    return only


def texts(article: Article, kind: str | None = None) -> list[str]:
    return [article.text[block.start : block.end] for block in article.blocks if kind in {None, block.kind}]


def lines(x: float, y: float, said: list[str], size: float = 10) -> list[str]:
    return [line(x, y - 12 * i, text, size) for i, text in enumerate(said)]


def test_columns_drawn_line_by_line_are_read_column_by_column(tmp_path: Path) -> None:
    drawn = [line(50, 700, "A heading that spans the width of both of the columns", 18)]
    for i, (left, right) in enumerate(zip(LEFT, RIGHT, strict=True)):
        drawn += [line(50, 660 - 12 * i, left), line(210, 660 - 12 * i, right)]
    drawn.append(line(50, 560, "A last line under both columns, as wide as both of them together are."))
    found = article(tmp_path, pdf([drawn]))
    assert texts(found) == [
        "A heading that spans the width of both of the columns",
        " ".join(LEFT),
        " ".join(RIGHT),
        "A last line under both columns, as wide as both of them together are.",
    ]


def test_three_columns_are_read_from_left_to_right(tmp_path: Path) -> None:
    drawn = [
        line(40 + 180 * column, 700 - 12 * i, f"Column {column} says line {i} here")
        for i in range(4)
        for column in range(3)
    ]
    found = re.findall(r"Column (\d) says line (\d)", article(tmp_path, pdf([drawn])).text)
    assert found == [(str(column), str(i)) for column in range(3) for i in range(4)]


def test_rows_of_a_table_stay_rows(tmp_path: Path) -> None:
    table = [("Country", "Capital", "People"), ("Austria", "Vienna", "8.9"), ("Finland", "Helsinki", "5.5")]
    table.append(("Denmark", "Copenhagen", "5.8"))
    drawn = [line(50 + 150 * j, 700 - 14 * i, cell) for i, row in enumerate(table) for j, cell in enumerate(row)]
    assert texts(article(tmp_path, pdf([drawn]))) == [" ".join(row) for row in table]


def test_a_column_break_inside_a_sentence_does_not_end_the_paragraph(tmp_path: Path) -> None:
    left, right = [*LEFT[:2], "a sentence which goes on in"], ["the other column and ends up", *RIGHT[1:]]
    drawn = lines(50, 700, left) + lines(210, 700, right)
    assert texts(article(tmp_path, pdf([drawn]))) == [" ".join(left + right)]


def test_wrapped_lines_are_joined_and_only_soft_hyphens_dropped(tmp_path: Path) -> None:
    said = [
        "This sentence was divided at the mar-",
        "gin by its printer, and the old Anglo-",
        "Saxon words keep theirs.",
    ]
    (paragraph,) = texts(article(tmp_path, pdf([lines(50, 700, said)])))
    assert (
        paragraph
        == "This sentence was divided at the margin by its printer, and the old Anglo-Saxon words keep theirs."
    )


def test_white_space_and_indents_begin_paragraphs(tmp_path: Path) -> None:
    drawn = lines(50, 700, ["One paragraph of two lines that are", "about as long as one another, so far"])
    drawn += lines(50, 650, ["Another, after white space, which has", "two lines that are about as long too"])
    drawn += [
        line(65, 626, "An indented third one, with its first"),
        line(50, 614, "line set in and its second line full"),
    ]
    assert [text.split()[0] for text in texts(article(tmp_path, pdf([drawn])))] == ["One", "Another,", "An"]


def test_running_lines_and_page_numbers_are_boilerplate_and_pages_are_counted_from_one(tmp_path: Path) -> None:
    pages = [
        [
            line(50, 760, "The Journal of Tea"),
            *lines(50, 700, [f"Page {word} has its own words, which are", "followed by these."]),
            line(300, 40, f"{number} of 3"),
        ]
        for number, word in enumerate(["one", "two", "three"], 1)
    ]
    found = article(tmp_path, pdf(pages))
    assert texts(found, "boilerplate") == [t for n in (1, 2, 3) for t in ("The Journal of Tea", f"{n} of 3")]
    assert texts(found, "paragraph")[1] == "Page two has its own words, which are followed by these."
    assert [block.page for block in found.blocks] == [n for n in (1, 2, 3) for _ in range(3)]


def test_a_line_repeated_on_two_pages_is_text(tmp_path: Path) -> None:
    pages = [[line(50, 760, "Refrain"), line(50, 700, f"Verse {n} of the song")] for n in (1, 2)]
    assert texts(article(tmp_path, pdf(pages)), "boilerplate") == []


def test_numbered_headings_at_the_top_of_pages_are_text(tmp_path: Path) -> None:
    pages = [[line(50, 760, f"Chapter {n}", 20), line(50, 700, f"It was day {n} of the trip")] for n in (1, 4, 9, 11)]
    assert texts(article(tmp_path, pdf(pages)), "boilerplate") == []


def test_right_to_left_text_is_in_logical_order(tmp_path: Path) -> None:
    # logical "alef bet gimel 12.5 dalet he" is drawn from left to right as "he dalet 12.5 gimel bet alef"
    found = article(tmp_path, pdf([[line(50, 700, "ed 12.5 cba", font="F2")]]))
    assert found.text == "\u05d0\u05d1\u05d2 12.5 \u05d3\u05d4"


def test_a_right_to_left_word_in_left_to_right_text_is_in_logical_order(tmp_path: Path) -> None:
    drawn = "BT /F1 10 Tf 1 0 0 1 50 700 Tm (The word ) Tj /F2 10 Tf (cba) Tj /F1 10 Tf ( opens this line.) Tj ET"
    assert article(tmp_path, pdf([[drawn]])).text == "The word \u05d0\u05d1\u05d2 opens this line."


@pytest.mark.parametrize(
    ("turn", "start", "down"),
    [("0 1 -1 0", (100, 200), (12, 0)), ("-1 0 0 -1", (500, 200), (0, 12)), ("0 -1 1 0", (500, 700), (-12, 0))],
)
def test_a_page_of_turned_text_reads_like_an_upright_one(
    tmp_path: Path, turn: str, start: tuple[int, int], down: tuple[int, int]
) -> None:
    said = ["A page that was scanned sideways", "is read as if it had been turned."]
    places = [(start[0] + i * down[0], start[1] + i * down[1]) for i in range(len(said))]
    drawn = [f"BT /F1 10 Tf {turn} {x} {y} Tm ({text}) Tj ET" for (x, y), text in zip(places, said, strict=True)]
    assert texts(article(tmp_path, pdf([drawn]))) == [" ".join(said)]


def test_metadata_is_taken_and_a_creation_date_is_no_publication_date(tmp_path: Path) -> None:
    info = "/Title(On Tea)/Author(Ada Lovelace; Charles Babbage)/CreationDate(D:20240102030405Z)"
    found = article(tmp_path, pdf([[line(50, 700, "Tea is good.")]], info=info, catalog="/Lang(en-GB)"))
    assert (found.id, found.title, found.authors) == ("in/paper.pdf", "On Tea", ("Ada Lovelace", "Charles Babbage"))
    assert (found.published, found.language) == (None, "en")
    assert dict(found.provenance) == {
        "title": "PDF metadata Title",
        "authors": "PDF metadata Author",
        "language": "PDF catalog Lang",
    }


@pytest.mark.parametrize("stated", ["Microsoft Word - draft3.doc", "paper.pdf", "paper", "Untitled", ""])
def test_a_program_s_title_gives_way_to_the_largest_heading(tmp_path: Path, stated: str) -> None:
    drawn = [line(50, 740, "VOLUME ONE", 14), line(50, 700, "On Coffee", 24), *lines(50, 660, [*LEFT, *RIGHT])]
    found = article(tmp_path, pdf([drawn], info=f"/Title({stated})"))
    assert (found.title, found.provenance["title"]) == ("On Coffee", "largest heading on page 1")
    assert texts(found, "title") == ["On Coffee"]
    assert texts(found, "heading") == ["VOLUME ONE"]


def test_a_publication_date_in_xmp_is_taken(tmp_path: Path) -> None:
    xmp = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" prism:coverDate="2019-05">'
        "<dc:publisher><rdf:Bag><rdf:li>Tea Press</rdf:li></rdf:Bag></dc:publisher>"
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    found = article(tmp_path, pdf([[line(50, 700, "Tea is good.")]], xmp=xmp))
    assert (found.publisher, found.published) == ("Tea Press", PartialDate(2019, 5))


def test_a_password_is_named_as_the_reason(tmp_path: Path) -> None:
    lock = f"/ID[<{'00' * 16}><{'00' * 16}>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<{'11' * 32}>/U<{'22' * 32}>>>"
    with pytest.raises(NotAnArticle, match=r"in/paper\.pdf: needs a password.*qpdf --decrypt"):
        read(tmp_path, pdf([[line(50, 700, "Secret")]], trailer=lock))


def test_pages_that_are_pictures_are_refused_with_the_way_to_recognise_them(tmp_path: Path) -> None:
    with pytest.raises(NotAnArticle, match=r"its 2 pages hold no text.*ocrmypdf"):
        read(tmp_path, pdf([[PICTURE], [PICTURE]]))


def test_one_picture_page_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    error, found = read(tmp_path, pdf([[line(50, 700, "First")], [PICTURE], [line(50, 700, "Third")]]))
    assert "page 2 is a picture without text" in str(error)
    assert isinstance(found, Article)
    assert [block.page for block in found.blocks] == [1, 3]


def test_an_empty_page_is_no_error(tmp_path: Path) -> None:
    assert article(tmp_path, pdf([[line(50, 700, "First")], []])).text == "First"


@pytest.mark.parametrize("share", [0.3, 0.7, 0.95])
def test_a_truncated_file_is_refused(tmp_path: Path, share: float) -> None:
    whole = pdf([lines(50, 700, LEFT * 100)])
    with pytest.raises(NotAnArticle, match="cut short"):
        read(tmp_path, whole[: int(share * len(whole))])


def test_a_file_that_is_no_pdf_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAnArticle, match="not a PDF, it begins with b'<html>"):
        read(tmp_path, b"<html></html>")


def test_a_file_without_its_pages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAnArticle, match="damaged"):
        read(tmp_path, b"%PDF-1.4\n1 0 obj\n<</Type/Catalog>>\nendobj\n%%EOF\n")


def test_no_drawn_word_is_lost_or_doubled(tmp_path: Path) -> None:
    drawn = [line(40 + (i * 97) % 400, 760 - 9 * (i % 80), f"w{i}") for i in range(160)]
    assert sorted(article(tmp_path, pdf([drawn])).text.split()) == sorted(f"w{i}" for i in range(160))
