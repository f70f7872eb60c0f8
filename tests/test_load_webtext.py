"""Plain text copied off web pages: what is the article, what is furniture, and what the page says of the article."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.load.text.furniture import is_crumbs, is_likely, is_notice, is_unmistakable
from indexer.load.text.masthead import read_byline, read_dateline, read_names, read_original, read_publication
from indexer.load.text.plain import load
from indexer.records import Article, Original, PartialDate

REPRINT = """
The Ferrymen of the Upper Lake Are Not Going Away

By [Olga Maria Sand](#)

Lakeland Research, March 02, 2015

North Shore Foundation 26 February 2015

Region: [Lakes & Rivers](#), [North](#)

Theme: [TRANSPORT AND TRADE](#)

Three ferries cross the upper lake each morning, and the first of them is older than the road it was built to meet.

It is often said in the capital that a bridge would do the work of all three, and do it at night as well. The ferrymen
have heard it for forty years.

The Price of a Bridge

Reports that a bridge would pay for itself are false, according to the county's own figures. While at the port

for a meeting on the winter timetable, the harbour master showed them to anyone who asked.

What the Lake Decides

Ice closes the crossing for nine weeks in a hard winter, and then no ferry and no plan for a bridge is of any use.

The original source of this article is North Shore Foundation
Copyright © [Olga Maria Sand](#), North Shore Foundation, 2015

[**Comment on Lakeland Research Articles on our Facebook page**](#)

[**Become a Member of Lakeland Research**](#)

Articles by: [**Olga Maria**](#)

About the author:

A prize-winning travel writer, Olga Maria Sand is the author of *Forty Crossings* and of a guide to the lake.

Disclaimer: The contents of this article are of sole responsibility of the author. Lakeland Research will not be
responsible for any inaccurate statement in this article. To print it, write to: letters@lakeland.example

www.lakeland.example contains copyrighted material the use of which has not always been authorized by the copyright
owner. It is made available under the provisions of "fair use" to whoever takes an interest in lakes.

For media inquiries: letters@lakeland.example"""

AUTHOR_BOX = """

14.02.18

HOW THE OLD CANAL IS BRINGING BARGES BACK TO THE CITY



Barges are returning to the old canal, eighty years after the last of them was broken up for its timber by the lock.

"Nobody thought that it could carry freight again," said the keeper of the upper lock, who has waited for it.

Why it matters: A barge carries as much as forty lorries, and it does so without keeping anybody awake.

What comes next? The city is to dredge the basin in May. Until then, the barges turn in the mouth of the river.

Original publication canal-times.example

Source: [How the old canal is bringing barges back to the city](#)



AUTHOR



Piotr Lund

Senior Fellow

Location: Harbour, Oldland

Field of expertise: Piotr writes on waterways and on whoever lives beside them. He has walked most of the towpaths.

Work experience: Piotr was the editor of a yearbook of inland shipping, and before that a deckhand on a tanker.
"""

REPEATED_TITLE = """City and County Agree to Share the Water of the Southern Reservoir

City and County Agree to Share the Water of the Southern Reservoir
City and County Agree to Share the Water of the Southern Reservoir


The agreement comes after two dry summers in which both had drawn more than the reservoir could give them.


Talks had been going on since May 2019, and at that time both signed a first paper (Evening Post, May 30, 2019).


Read More


Also Read: Seven dams that never held any water: an engineer remembers

Latest news
Related news"""

CRUMBS = """Home / OPINION / Analysis / The Harbour’s Quiet Diplomacy Grows Louder

The Harbour’s Quiet Diplomacy Grows Louder

Samir Oduya

The harbour has always had a foreign policy of its own, and for most of its history nobody minded that it did.

https://video.example/watch?v=abc123

Trade treaties are now made by people who have never unloaded a ship. The harbour notices, and it has begun to speak."""

DATELINE = """Accessibility links

Breaking News

North: Analysis From the Capital -- A Treaty of Two Rivers

Rivertown, 7 May 2001 (XYN/RN) -- Two provinces have agreed to share one river, which neither of them had thought of.

The treaty was signed on Friday, 4 May 2001, by officials who had last met in 1987 and had not enjoyed it."""

AGENCY = """Skip to main content
World
Rivers rise across northern province, thousands flee
By Anna Berg and Tom Hill
BRAMBERG, May 4, 2021 (NNA) — Rivers burst their banks across the northern province on Tuesday, officials said.
"We have never seen water like this," said the mayor of Bramberg, who spoke from the roof of the town hall.
Share on Facebook
The government promised help within days, and soldiers were seen filling sandbags along the main road.
Related articles
Dams under strain after record rain
How to prepare for a flood
© 2021 Northern News Agency. All rights reserved."""

BLOG = """The Slow Bread Blog

Why my sourdough finally rose

Posted by Maria Lind on May 4, 2021

I have baked the same loaf every Saturday for eleven years, and for ten of them it came out flat.

The trick, it turns out, was patience, and a warmer kitchen than I can usually afford.

Filed under: Bread, Patience

3 Comments

Leave a Reply

Your email address will not be published. Required fields are marked *"""

MAGAZINE = """We use cookies to improve your experience. By continuing to browse you agree to our privacy policy.

Home | News | Sport | Opinion

The Last Lighthouse Keeper

By JANE DOE | June 3, 2018

Photo: Peter Roe / Getty Images

On a rock eleven miles from the coast lives a man who has not missed a sunset in thirty years.

Sign up for our weekly newsletter and never miss a story.

He keeps a log of every ship, every storm, and every bird that rests on the gallery rail.

A life in the light

When the lamp was automated in 1998, he refused to leave, and nobody had the heart to make him.

Jane Doe is a freelance writer based in Harbor Town.

Tags: lighthouses, sea, solitude

(c) 2018 Harbor Magazine. All rights reserved"""

OPINION = """Opinion
Analysis
Why small towns need big libraries
Published: 12 March 2019
Updated: 14 March 2019
5 min read
A library is not a warehouse for books, although that is how most councils still pay for it.
What is it, then? It is the one room in a town where nobody asks you to buy anything.
The views expressed in this article are the author's own and do not necessarily reflect those of this newspaper.
ABOUT THE AUTHOR
Carla Weiss
Carla Weiss is a librarian and a columnist. She lives in Oldenbrook.
Follow us on Twitter
Most read
Ten parks you have never visited
Bus fares to rise in autumn"""

REPUBLISHED = """The Bees of Winter

By Ola Falk

Field Review, 3 February 2020

Honeybees do not sleep through the winter; they shiver, and the shivering keeps the cluster warm.

A colony may burn thirty pounds of honey before the first willow blooms in the valley.

This article was originally published in The Apiary on January 5, 2020. Read the original article.

Subscribe to our newsletter

Facebook Twitter WhatsApp Email"""

CITY = """City council votes to keep the old tram | The Daily Brook
Home > News > Local > City council votes to keep the old tram
City council votes to keep the old tram
Lena Ortiz, Staff Writer
October 9, 2017 5:30 pm
The city council voted seven to four on Monday night to keep the tram running for another decade.
"It is slow, it is loud and it is ours," said councillor Bram Teller after the vote.
ADVERTISEMENT
Opponents had argued that buses would be cheaper, but a report in September doubted their numbers.
Email: newsroom@dailybrook.example
More from The Daily Brook
"""

WIRE = """NORTHPORT (Newswire) - Shares of the Northport Ferry Company fell by a tenth after a winter of storms.

The company said that it would sell two of its nine ships and that nobody would lose their work over it.

(Reporting by Ana Costa; Editing by Bo Lindqvist)"""

PAGES = {
    "reprint": REPRINT,
    "author box": AUTHOR_BOX,
    "repeated title": REPEATED_TITLE,
    "crumbs": CRUMBS,
    "dateline": DATELINE,
    "agency": AGENCY,
    "blog": BLOG,
    "magazine": MAGAZINE,
    "opinion": OPINION,
    "republished": REPUBLISHED,
    "city": CITY,
    "wire": WIRE,
}


def article_of(tmp_path: Path, text: str) -> Article:
    path = tmp_path / "page.txt"
    path.write_text(text, encoding="utf-8")
    (article,) = load(path, "page.txt")
    assert isinstance(article, Article)
    return article


def pieces(article: Article, kind: str) -> list[str]:
    return [article.text[block.start : block.end] for block in article.blocks if block.kind == kind]


@pytest.mark.parametrize(
    ("page", "title", "authors", "publisher", "published"),
    [
        (
            *("reprint", "The Ferrymen of the Upper Lake Are Not Going Away"),
            *(("Olga Maria Sand",), "Lakeland Research", "2015-03-02"),
        ),
        (
            *("author box", "How the old canal is bringing barges back to the city"),
            *(("Piotr Lund",), "canal-times.example", "2018-02-14"),
        ),
        ("repeated title", "City and County Agree to Share the Water of the Southern Reservoir", (), None, None),
        ("crumbs", "The Harbour’s Quiet Diplomacy Grows Louder", ("Samir Oduya",), None, None),
        ("dateline", "North: Analysis From the Capital -- A Treaty of Two Rivers", (), "XYN/RN", "2001-05-07"),
        (
            *("agency", "Rivers rise across northern province, thousands flee"),
            *(("Anna Berg", "Tom Hill"), "NNA", "2021-05-04"),
        ),
        ("blog", "Why my sourdough finally rose", ("Maria Lind",), None, "2021-05-04"),
        ("magazine", "The Last Lighthouse Keeper", ("Jane Doe",), None, "2018-06-03"),
        ("opinion", "Why small towns need big libraries", ("Carla Weiss",), None, "2019-03-12"),
        ("republished", "The Bees of Winter", ("Ola Falk",), "Field Review", "2020-02-03"),
        ("city", "City council votes to keep the old tram", ("Lena Ortiz",), None, "2017-10-09"),
        ("wire", None, (), "Newswire", None),
    ],
)
def test_a_page_says_what_the_article_is(
    tmp_path: Path, page: str, title: str | None, authors: tuple[str, ...], publisher: str | None, published: str | None
) -> None:
    article = article_of(tmp_path, PAGES[page])
    assert article.title == title
    assert article.authors == authors
    assert article.publisher == publisher
    assert article.published == (PartialDate.parse(published) if published else None)


@pytest.mark.parametrize("page", PAGES)
def test_every_sentence_of_the_article_is_searchable_and_no_furniture_is(tmp_path: Path, page: str) -> None:
    article = article_of(tmp_path, PAGES[page])
    prose = pieces(article, "paragraph")
    assert article.text == PAGES[page]
    assert [piece for piece in prose if not piece.rstrip('"').endswith(".")] == []
    of_the_site = ("Disclaimer", "copyright", "cookies", "newsletter", "views expressed", "Piotr ", "Carla", "Jane Doe")
    assert [piece for piece in [*prose, *pieces(article, "heading")] if any(w in piece for w in of_the_site)] == []


PROSE = {"reprint": 4, "author box": 4, "repeated title": 2, "crumbs": 2, "dateline": 2, "agency": 3, "blog": 2}
PROSE |= {"magazine": 3, "opinion": 2, "republished": 2, "city": 3, "wire": 2}


@pytest.mark.parametrize("page", PAGES)
def test_no_paragraph_of_the_article_is_taken_for_furniture(tmp_path: Path, page: str) -> None:
    assert len(pieces(article_of(tmp_path, PAGES[page]), "paragraph")) == PROSE[page]


def test_section_headings_are_headings_and_a_broken_paragraph_is_whole(tmp_path: Path) -> None:
    article = article_of(tmp_path, REPRINT)
    assert pieces(article, "heading") == ["The Price of a Bridge", "What the Lake Decides"]
    assert any("While at the port\n\nfor a meeting" in piece for piece in pieces(article, "paragraph"))


def test_a_second_publisher_and_date_are_where_the_article_first_appeared(tmp_path: Path) -> None:
    article = article_of(tmp_path, REPRINT)
    assert article.original == Original("North Shore Foundation", PartialDate(2015, 2, 26))


def test_a_line_may_say_where_the_article_first_appeared(tmp_path: Path) -> None:
    article = article_of(tmp_path, REPUBLISHED)
    assert article.original == Original("The Apiary", PartialDate(2020, 1, 5))
    assert article.provenance["original"] == "original publication line"


def test_each_field_says_where_it_came_from(tmp_path: Path) -> None:
    assert article_of(tmp_path, AUTHOR_BOX).provenance == {
        "title": "Source line",
        "authors": "author box",
        "publisher": "original publication line",
        "published": "date line",
        "language": "detected",
    }
    assert article_of(tmp_path, DATELINE).provenance["publisher"] == "dateline"
    assert article_of(tmp_path, BLOG).provenance["authors"] == "byline"
    assert article_of(tmp_path, CRUMBS).provenance["authors"] == "line under the title"


def test_a_subtitle_whose_words_the_text_uses_is_no_author(tmp_path: Path) -> None:
    article = article_of(tmp_path, CRUMBS.replace("Samir Oduya", "Quiet Harbour"))
    assert article.authors == ()
    assert "Quiet Harbour" not in pieces(article, "boilerplate")


def test_a_text_of_furniture_alone_stays_searchable(tmp_path: Path) -> None:
    article = article_of(tmp_path, "Read more\n\nShare this article\n\nLatest news")
    assert {block.kind for block in article.blocks} == {"paragraph"}


@pytest.mark.parametrize(
    ("line", "authors", "published"),
    [
        ("By JANE DOE | June 3, 2018", ("Jane Doe",), "2018-06-03"),
        ("Posted by Jane Doe on May 4, 2021", ("Jane Doe",), "2021-05-04"),
        ("Posted on May 4, 2021 by Jane Doe", ("Jane Doe",), "2021-05-04"),
        ("By Jane Doe and John van Roe, The Daily Planet", ("Jane Doe", "John van Roe"), None),
        ("By [Jane Doe](https://a.example/jane) • 5 min read • 3 May 2020", ("Jane Doe",), "2020-05-03"),
        ("Jane Doe, Staff Writer", ("Jane Doe",), None),
        ("By Reuters Staff", (), None),
        ("Published: 1 May 2020 | Updated: 4 May 2020", (), "2020-05-01"),
        ("Last updated on 4 May 2020 at 10:30", (), None),
    ],
)
def test_bylines(line: str, authors: tuple[str, ...], published: str | None) -> None:
    byline = read_byline(line)
    assert byline is not None
    assert byline.authors == authors
    assert byline.published == (PartialDate.parse(published) if published else None)


@pytest.mark.parametrize(
    "line",
    [
        *("By the river it was cold.", "By Christmas", "The Mill", "Jane Doe", "May 2021", "2015"),
        *("29 November 2018 | 20 January 2019", "By all accounts, the plan of Jane Doe failed", ""),
    ],
)
def test_what_is_not_wholly_a_byline_is_none(line: str) -> None:
    assert read_byline(line) is None


def test_a_place_and_a_date_are_no_publication() -> None:
    assert read_publication("New York, 3 July 2000") is None
    publication = read_publication("The Valley News, 3 July 2000")
    assert publication is not None
    assert (publication.publisher, str(publication.published)) == ("The Valley News", "2000-07-03")


def test_a_dateline_without_a_year_gives_no_date() -> None:
    dateline = read_dateline("KARSK, Northland, May 4 (AP) — It rained.")
    assert dateline is not None
    assert (dateline.publisher, dateline.published) == ("AP", None)
    assert read_dateline("The two (they were sisters) walked on - slowly.") is None


def test_names_lose_roles_and_what_is_no_list_of_names_is_none() -> None:
    assert read_names("Jane Doe, Editor") == ("Jane Doe",)
    assert read_names("the end of the road") is None


def test_an_original_publication_is_cut_at_its_date_and_licence() -> None:
    original = read_original("Originally published on The Debate under a Creative Commons licence.")
    assert original is not None
    assert original.publisher == "The Debate"
    assert read_original("It was first published in a hurry.") is None


@pytest.mark.parametrize(
    "line",
    [
        *("Read More", "Also read: Ten dams", "Latest news", "Related stories", "Share this article", "3 Comments"),
        *(
            "Facebook | Twitter | WhatsApp",
            "Share on LinkedIn",
            "Follow us on Twitter",
            "Leave a comment",
            "Print this page",
        ),
        *(
            "Skip to main content",
            "Accessibility links",
            "Advertisement",
            "© 2020 Paper",
            "(c) 2020 X. All rights reserved",
        ),
        *(
            "Tags: rain, rivers",
            "Photo credit: Jane Doe",
            "[**Join us**](#)",
            "5 min read",
            "Subscribe to our newsletter",
        ),
        *(
            "Home » News » Rain",
            "Theme: [Rain](#)",
            "For media inquiries: a@b.example",
            "Originally published in The Post.",
        ),
    ],
)
def test_unmistakable_furniture(line: str) -> None:
    assert is_unmistakable(line)


@pytest.mark.parametrize(
    "line",
    [
        *(
            "Copyright reform was passed in Brussels.",
            "Copyright",
            "Share",
            "Comments",
            "37,950,000 shares.",
            "The latest news",
        ),
        *("Related findings were published by Smith, who read more than anyone else.", "Home at last", "By Jane Doe"),
        *("He had to read more.", "The original source of the river is a lake that nobody had ever seen.", "A | B"),
        "We share a common border and a common language, and we always have.",
    ],
)
def test_sentences_and_words_that_only_resemble_furniture_are_kept(line: str) -> None:
    assert not is_unmistakable(line)


def test_weaker_rules_know_labels_menus_and_notices() -> None:
    assert is_likely("Photo: Jane Doe")
    assert is_likely("Menu")
    assert not is_likely("The menu was short")
    assert is_crumbs("Home | News | Sport")
    assert not is_crumbs("Rain | Snow | Hail")
    assert is_notice("The views expressed here are the author's.")
    assert not is_notice("The law of copyright owners and of fair dealing is old.")
