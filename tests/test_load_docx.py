"""Word files: body order, headings, tables, text boxes, tracked changes, notes, metadata, and what is refused."""

from __future__ import annotations

import zipfile
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml

from indexer.errors import NotAnArticle
from indexer.load import docx as loader
from indexer.records import Article

SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
    ' xmlns:v="urn:schemas-microsoft-com:vml"'
    ' xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)


def saved(folder: Path, document: Document) -> Article:
    path = folder / "report.docx"
    document.save(str(path))
    (only,) = loader.load(path, "in/report.docx")
    assert isinstance(only, Article)
    return only


def shown(article: Article) -> list[tuple[str, int, str]]:
    return [(block.kind, block.level, article.text[block.start : block.end]) for block in article.blocks]


def with_xml(*paragraphs: str) -> Document:
    """A document whose body is the paragraphs' raw XML."""
    document = docx.Document()
    for xml in paragraphs:
        document.element.body.insert(-1, parse_xml(f"<w:p {SPACES}>{xml}</w:p>"))
    return document


def text_of(folder: Path, *paragraphs: str) -> str:
    return saved(folder, with_xml(*paragraphs)).text


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def test_headings_paragraphs_lists_and_tables_stand_in_document_order(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("On Tea", 0)
    document.add_paragraph("Before the table.")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ["Leaf", "Price", "Assam", "3"], strict=True):
        cell.text = text
    document.add_heading("How to brew", 2)
    document.add_paragraph("Boil water.", style="List Number")
    assert shown(saved(tmp_path, document)) == [
        ("title", 0, "On Tea"),
        ("paragraph", 0, "Before the table."),
        ("paragraph", 0, "Leaf | Price"),
        ("paragraph", 0, "Assam | 3"),
        ("heading", 2, "How to brew"),
        ("paragraph", 0, "Boil water."),
    ]


def test_merged_cells_are_said_once(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(rows=2, cols=3)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "Both"
    table.cell(0, 2).text = "Third"
    table.cell(1, 1).text = "Alone"
    assert saved(tmp_path, document).text == "Both | Third\n\nAlone"


def test_a_paragraph_s_own_outline_level_makes_it_a_heading(tmp_path: Path) -> None:
    document = with_xml(run("Text."), f'<w:pPr><w:outlineLvl w:val="1"/></w:pPr>{run("Custom")}')
    assert shown(saved(tmp_path, document)) == [("paragraph", 0, "Text."), ("heading", 2, "Custom")]


def test_a_style_based_on_a_heading_is_a_heading(tmp_path: Path) -> None:
    document = docx.Document()
    style = document.styles.add_style("House head", WD_STYLE_TYPE.PARAGRAPH)
    style.element.get_or_add_basedOn().val = "Heading3"
    document.add_paragraph("Text.")
    document.add_paragraph("Based", style="House head")
    assert shown(saved(tmp_path, document)) == [("paragraph", 0, "Text."), ("heading", 3, "Based")]


def test_a_section_s_heading_is_not_taken_for_the_title(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("A long beginning.")
    document.add_heading("Details", 1)
    assert saved(tmp_path, document).title is None


def test_a_text_box_is_read_once_after_its_paragraph(tmp_path: Path) -> None:
    box = f"<w:txbxContent><w:p>{run('Boxed')}</w:p></w:txbxContent>"
    choice = f'<mc:Choice Requires="wps"><wps:wsp><wps:txbx>{box}</wps:txbx></wps:wsp></mc:Choice>'
    fallback = f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback>"
    anchored = (
        f"{run('Anchor')}<w:r><mc:AlternateContent>{choice}{fallback}</mc:AlternateContent></w:r>{run(' goes on.')}"
    )
    assert text_of(tmp_path, anchored, run("After.")) == "Anchor goes on.\n\nBoxed\n\nAfter."


def test_a_text_box_that_only_the_fallback_holds_is_read(tmp_path: Path) -> None:
    box = f"<w:pict><v:textbox><w:txbxContent><w:p>{run('Old box')}</w:p></w:txbxContent></v:textbox></w:pict>"
    both = f'<mc:Choice Requires="wps"/><mc:Fallback>{box}</mc:Fallback>'
    xml = f"<w:r><mc:AlternateContent>{both}</mc:AlternateContent></w:r>"
    assert text_of(tmp_path, run("Text."), xml) == "Text.\n\nOld box"


def test_insertions_are_text_and_deletions_and_moves_away_are_not(tmp_path: Path) -> None:
    xml = (
        f"{run('Tea is ')}<w:del w:id='1' w:author='A'><w:r><w:delText>bad</w:delText></w:r></w:del>"
        f"<w:ins w:id='2' w:author='A'>{run('good')}</w:ins>"
        f"<w:moveFrom w:id='3' w:author='A'>{run(' gone')}</w:moveFrom>"
        f"<w:moveTo w:id='4' w:author='A'>{run('.')}</w:moveTo>"
    )
    assert text_of(tmp_path, xml) == "Tea is good."


def test_links_content_controls_fields_tabs_and_breaks_keep_their_text(tmp_path: Path) -> None:
    xml = (
        f"<w:hyperlink w:anchor='x'>{run('linked')}</w:hyperlink><w:r><w:tab/></w:r>"
        f"<w:sdt><w:sdtContent>{run('chosen')}</w:sdtContent></w:sdt><w:r><w:br/></w:r>"
        f"<w:fldSimple w:instr='DATE'>{run('today')}</w:fldSimple><w:r><w:instrText>PAGE</w:instrText></w:r>"
        f"<w:r><w:t>e</w:t><w:noBreakHyphen/><w:t>mail</w:t></w:r><m:oMath><m:r><m:t>x=1</m:t></m:r></m:oMath>"
    )
    assert text_of(tmp_path, xml) == "linked\tchosen\ntodaye\u2011mailx=1"


def test_comments_headers_and_footers_are_not_text(tmp_path: Path) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Said.")
    document.add_comment(paragraph.runs, text="Remarked.", author="Ann")
    document.sections[0].header.paragraphs[0].text = "Running head"
    document.sections[0].footer.paragraphs[0].text = "Page 1"
    assert saved(tmp_path, document).text == "Said."


def test_footnotes_stand_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "notes.docx"
    with_xml(f"{run('Claim.')}<w:r><w:footnoteReference w:id='2'/></w:r>").save(str(path))
    notes = (
        f"<w:footnotes {SPACES}><w:footnote w:type='separator' w:id='-1'><w:p>{run('---')}</w:p></w:footnote>"
        f"<w:footnote w:id='2'><w:p>{run('Source.')}</w:p></w:footnote></w:footnotes>"
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    changed = {
        "[Content_Types].xml": ("</Types>", f'<Override PartName="/word/footnotes.xml" ContentType="{kind}"/></Types>'),
        "word/_rels/document.xml.rels": (
            "</Relationships>",
            f'<Relationship Id="rIdN" Type="{relation}" Target="footnotes.xml"/></Relationships>',
        ),
    }
    target = tmp_path / "with_notes.docx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as copy:
        for member in source.namelist():
            content = source.read(member).decode("latin-1")
            copy.writestr(member, content.replace(*changed.get(member, ("", ""))).encode("latin-1"))
        copy.writestr("word/footnotes.xml", notes)
    (only,) = loader.load(target, "notes.docx")
    assert isinstance(only, Article)
    assert only.text == "Claim.\n\nSource."


def test_properties_are_taken_but_not_programs_names_nor_the_creation_date(tmp_path: Path) -> None:
    document = docx.Document()  # its author property is "python-docx"
    document.add_paragraph("Tea is good.")
    document.core_properties.title = "On Tea"
    found = saved(tmp_path, document)
    assert (found.id, found.title, found.authors, found.published) == ("in/report.docx", "On Tea", (), None)
    assert dict(found.provenance) == {"title": "core property title"}


def test_author_and_language_are_taken_with_their_source(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("On Tea", 1)
    document.core_properties.title = "report.docx"
    document.core_properties.author = "Ada Lovelace"
    document.core_properties.language = "de-AT"
    found = saved(tmp_path, document)
    assert (found.title, found.authors, found.language) == ("On Tea", ("Ada Lovelace",), "de")
    assert dict(found.provenance) == {
        "title": "first heading",
        "authors": "core property author",
        "language": "core property language",
    }


def refused(folder: Path, content: bytes, why: str) -> None:
    path = folder / "bad.docx"
    path.write_bytes(content)
    with pytest.raises(NotAnArticle, match=why):
        list(loader.load(path, "in/bad.docx"))


def test_what_is_no_docx_is_refused(tmp_path: Path) -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    refused(tmp_path, b"plain words", r"^in/bad\.docx: not a DOCX file, or cut short")
    refused(tmp_path, ole + "EncryptedPackage".encode("utf-16-le"), "needs a password")
    refused(tmp_path, ole + b"\0" * 512, "old binary Office file")


def test_a_truncated_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "whole.docx"
    docx.Document().save(str(path))
    refused(tmp_path, path.read_bytes()[:-200], "cut short")


def test_a_zip_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "a")
    refused(tmp_path, path.read_bytes(), "not a readable DOCX file")


def test_a_document_without_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.docx"
    docx.Document().save(str(path))
    refused(tmp_path, path.read_bytes(), "holds no text")


@pytest.mark.parametrize("size", [30_000_000, 201_000_000])
def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, size: int) -> None:
    path = tmp_path / "bomb.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("word/document.xml", "w") as member:
        for _ in range(size // 1_000_000):
            member.write(b"\0" * 1_000_000)
    refused(tmp_path, path.read_bytes(), f"unpacks to {size:,} bytes from")
