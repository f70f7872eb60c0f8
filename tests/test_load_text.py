"""Plain text: nothing is lost, paragraphs are found however lines were broken, bytes are read exactly or refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.errors import NotAnArticle
from indexer.load.encoding import decode
from indexer.load.language import detect_language
from indexer.load.text.paragraphs import paragraph_spans
from indexer.load.text.plain import load
from indexer.load.text.web import is_line_of_its_own, read_page
from indexer.records import Article, canonical_text

POLISH = "Prezydent powiedział, że rząd będzie działał szybko, a ludzie są zadowoleni z życia w mieście."
RUSSIAN = "Президент подписал меморандум о сотрудничестве в понедельник, сообщили в министерстве."


def paragraphs(text: str) -> list[str]:
    return [text[start:end] for start, end in paragraph_spans(text)]


def article_of(tmp_path: Path, raw: bytes | str, name: str = "a.txt") -> Article:
    path = tmp_path / "a.txt"
    path.write_bytes(raw.encode() if isinstance(raw, str) else raw)
    (article,) = load(path, name)
    assert isinstance(article, Article)
    return article


def test_lines_wrapped_at_a_column_make_one_paragraph() -> None:
    text = (
        "The river had been rising since the early morning, and by noon the\n"
        "lower road was under water. Nobody in the village was surprised: the\n"
        "old people had said so. They always\n"
        "did.\n\n"
        "In the evening the rain stopped."
    )
    assert paragraphs(text) == [text[: text.index("\n\n")], "In the evening the rain stopped."]


def test_indented_first_lines_begin_paragraphs_without_empty_lines() -> None:
    text = (
        "Wheat rose on news of a dry\nspring in the south, traders said.\n"
        "    Corn was unchanged.\n    Oats fell\nslightly."
    )
    assert paragraphs(text) == [
        "Wheat rose on news of a dry\nspring in the south, traders said.",
        "Corn was unchanged.",
        "Oats fell\nslightly.",
    ]


def test_a_text_with_one_paragraph_a_line_is_split_at_each_line() -> None:
    lines = [
        "The council met on Monday and talked about the bridge for three hours without coming to an end.",
        "It will meet again.",
        "Nobody expects the second meeting to be any shorter than the first, and the chair has ordered more coffee and"
        " a larger table.",
    ]
    assert paragraphs("\n".join(lines)) == lines


def test_a_sentence_broken_by_an_empty_line_is_one_paragraph() -> None:
    text = "The minister said so himself while he was in the capital\n\nfor a conference on rivers, and again at home."
    assert paragraphs(text) == [text]


def test_a_short_line_before_a_lower_case_one_stays_a_line_of_its_own() -> None:
    assert paragraphs("Ingredients\n\nflour and water") == ["Ingredients", "flour and water"]


def test_a_paragraph_that_ends_with_an_address_is_not_continued() -> None:
    text = "Whoever wants to take part in the walk writes to walks@club.example\n\nwww.club.example has the map."
    assert len(paragraphs(text)) == 2


def test_list_items_are_paragraphs_and_keep_their_hanging_lines() -> None:
    assert paragraphs("- one thing\n  and its rest\n- another") == ["- one thing\n  and its rest", "- another"]


def test_a_block_indented_as_a_whole_is_one_paragraph() -> None:
    quote = "    It was said of the miller that he could hear the rain a day before\n    it fell, and sell it after."
    assert paragraphs(f"He wrote:\n\n{quote}\n\nSo it was.")[1] == quote.strip()


def test_long_white_space_costs_no_time() -> None:
    assert paragraphs(" " * 300_000 + "\n" + "\t" * 300_000 + "end") == ["end"]


def test_ordinary_text_is_all_searchable_and_its_first_line_is_the_title(tmp_path: Path) -> None:
    text = (
        "The Mill\n\nIt was a grey morning when the miller came down.\n\nThe wheel had stopped, and the river with it."
    )
    article = article_of(tmp_path, text)
    assert article.title == "The Mill"
    assert article.provenance["title"] == "title line"
    assert [block.kind for block in article.blocks] == ["title", "paragraph", "paragraph"]


@pytest.mark.parametrize(
    "text",
    [
        "It rained all day.\n\nThen it stopped, and the people of the village came out of their houses.",
        "Who goes there?\n\nNobody answered, and the watchman went back to his fire by the gate.",
        "First line\nof a verse\n\nand another one",
        "A single line",
    ],
)
def test_a_text_that_begins_with_no_heading_has_no_title(tmp_path: Path, text: str) -> None:
    article = article_of(tmp_path, text)
    assert article.title is None
    assert {block.kind for block in article.blocks} == {"paragraph"}


def test_words_that_pages_use_as_labels_are_headings_in_ordinary_text(tmp_path: Path) -> None:
    text = (
        "Words of the Trade\n\nAuthor\n\nThe word once meant the one who makes a thing grow, first of farmers.\n\n"
        "Share\n\nTo share is to divide, and the old law divided everything by the number of sons.\n\n"
        "Copyright\n\nCopyright law came late to the valley: the first printer arrived in 1741."
    )
    article = article_of(tmp_path, text)
    assert "boilerplate" not in {block.kind for block in article.blocks}
    assert [text[b.start : b.end] for b in article.blocks if b.kind == "heading"] == ["Author", "Share", "Copyright"]


def test_the_id_is_the_name_and_the_language_is_detected(tmp_path: Path) -> None:
    article = article_of(tmp_path, RUSSIAN, "north/a.txt")
    assert (article.id, article.language, article.provenance) == ("north/a.txt", "ru", {"language": "detected"})


def test_white_space_alone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAnArticle, match=r"a\.txt holds no text"):
        article_of(tmp_path, " \n\n\t")


LINES = st.sampled_from(
    [
        *(
            "Home / News / Rain",
            "Read more",
            "By Jane Doe | May 4, 2021",
            "AUTHOR",
            "Jane Doe",
            "3 Comments",
            "https://a.example",
        ),
        *(
            "A Title of Some Words",
            "The river rose in the night, and nobody had seen it come.",
            "© 2020 Paper",
        ),
        *(
            "Disclaimer: none of this is advice.",
            "She teaches history at a college.",
            "    indented",
            "- item",
            "a",
            "",
        ),
        *(
            "[Link](#)",
            "Source: [A Title of Some Words](#)",
            "BERNE, 3 July 2000 (XYZ) -- It rained all day in the city.",
        ),
    ]
)


@given(st.one_of(st.text(), st.lists(st.one_of(LINES, st.text(max_size=20)), max_size=12).map("\n".join)))
def test_any_text_gives_blocks_that_hold_all_of_it(raw: str) -> None:
    text = canonical_text(raw)
    page = read_page(text, paragraph_spans(text, is_line_of_its_own))
    if text.strip():
        article = Article(id="x", text=text, blocks=page.blocks, title=page.title)  # refuses blocks that lose anything
        assert {block.kind for block in article.blocks} - {"boilerplate", "title"}
        for block in article.blocks:
            assert text[block.start : block.end] == text[block.start : block.end].strip()
    else:
        assert page.blocks == ()


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(str.strip))
def test_the_canonical_text_is_the_whole_file(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    if canonical_text(text).strip():
        article = article_of(tmp_path_factory.mktemp("any"), b"\xef\xbb\xbf" + text.encode())
        assert article.text == canonical_text(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_is_read_by_its_byte_order_mark(encoding: str) -> None:
    assert decode(RUSSIAN.encode(encoding), "a.txt") == RUSSIAN


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "The café’s owner said it was “closed” — for now. He paid £30 for the sign on the door."),
        ("cp1252", "Le président a déclaré que l’été serait très chaud à Paris, où les élèves étaient en vacances."),
        ("cp1252", " naïve résumé"),
        ("cp1250", POLISH),
        ("iso8859_2", POLISH),
        ("cp1251", RUSSIAN),
        ("koi8_r", RUSSIAN),
        ("cp1253", "Ο πρόεδρος της κυβέρνησης δήλωσε ότι η οικονομία πηγαίνει καλά."),
        ("cp1254", "Cumhurbaşkanı bugün İstanbul’da yaptığı konuşmada ekonominin iyi gittiğini söyledi."),
        ("cp1256", "قال الوزير يوم الاثنين إن البلدين وقعا مذكرة تفاهم للتعاون في مجال المياه"),
        ("shift_jis", "村の人びとは川の水があがるのを見ていた。これは初めてのことである。"),
        ("euc_jp", "村の人びとは川の水があがるのを見ていた。これは初めてのことである。"),
        ("gb18030", "两国周一签署了军事合作谅解备忘录。这是第一次签署此类文件。"),
        ("big5", "兩國週一簽署了合作諒解備忘錄。這是第一次簽署此類文件。"),
    ],
)
def test_a_legacy_encoding_is_told_by_the_language_that_comes_out(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding), "a.txt") == text


def test_damaged_utf8_is_refused_with_the_byte_and_the_mend() -> None:
    raw = RUSSIAN.encode()
    with pytest.raises(NotAnArticle, match=r"but for 1 of its \d+ bytes; the first is byte 4 \(0xff\).*iconv"):
        decode(raw[:4] + b"\xff" + raw[4:], "a.txt")


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b"%PDF-1.7 ...", "a PDF document"),
        (b"PK\x03\x04....", "ZIP"),
        (b"{\\rtf1 Hello}", "Rich Text"),
        (b"a\0b", "byte 1 is NUL"),
        (b"\x01\x02\x03\x04 text", "control characters"),
        (b"\xff\xfea", "UTF-16"),
        (bytes(range(128, 256)) * 4, "no encoding that fits|control characters"),
    ],
)
def test_what_is_not_text_is_refused_by_what_it_is(raw: bytes, what: str) -> None:
    with pytest.raises(NotAnArticle, match=what):
        decode(raw, "a.txt")


@given(st.binary())
def test_any_bytes_are_read_without_a_replacement_or_refused(raw: bytes) -> None:
    try:
        text = decode(raw, "a.txt")
    except NotAnArticle:
        return
    assert (
        "\ufffd" not in text or "\ufffd".encode() in raw or raw[:2] in {b"\xff\xfe", b"\xfe\xff"} or raw[:2] == b"\0\0"
    )


def test_a_language_is_named_by_two_letters_only_when_it_is_certain() -> None:
    assert detect_language(POLISH) == "pl"
    assert detect_language("Too short to tell") is None
    assert detect_language("1234 5678 " * 50) is None
    assert detect_language(POLISH) == detect_language(POLISH)
