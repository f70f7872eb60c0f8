"""What date words limit, and whether a text is of that time."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.records import PartialDate
from service.answer.dates import date_words, mentions
from service.answer.moments import moments

TODAY = date(2020, 5, 13)  # a Wednesday


@pytest.mark.parametrize(
    ("question", "words", "first", "last"),
    [
        ("What was sold in 2015?", "in 2015", "2015-01-01", "2015-12-31"),
        ("What was sold after June 2010?", "after June 2010", "2010-07-01", None),
        ("What was sold before 2010?", "before 2010", None, "2009-12-31"),
        ("What was sold until 2010?", "until 2010", None, "2010-12-31"),
        ("What was sold by the end of 2019?", "by the end of 2019", None, "2019-12-31"),
        ("What was sold since January 2014?", "since January 2014", "2014-01-01", None),
        ("between 2007 and 2010", "between 2007 and 2010", "2007-01-01", "2010-12-31"),
        ("from 2014 to 2016", "from 2014 to 2016", "2014-01-01", "2016-12-31"),
        ("between June 2007 and May 2010", "between June 2007 and May 2010", "2007-06-01", "2010-05-31"),
        ("what happened in the 1990s", "1990s", "1990-01-01", "1999-12-31"),
        ("in the summer of 2019", "in the summer of 2019", "2019-06-01", "2019-08-31"),
        ("winter 2015", "winter 2015", "2015-12-01", "2016-02-29"),
        ("What was sold last year?", "last year", "2019-01-01", "2019-12-31"),
        ("What was sold this week?", "this week", "2020-05-11", "2020-05-17"),
        ("What was sold last month?", "last month", "2020-04-01", "2020-04-30"),
        ("What was sold yesterday?", "yesterday", "2020-05-12", "2020-05-12"),
        ("sold since the 1990s", "since the 1990s", "1990-01-01", None),
        ("sold before the 1980s", "before the 1980s", None, "1979-12-31"),
        ("sold after the 19th century", "after the 19th century", "1901-01-01", None),
        ("sold before 2014-2015", "before 2014-2015", None, "2013-12-31"),
        ("from 2014-2015", "from 2014-2015", "2014-01-01", "2015-12-31"),
        ("from the 1980s to the 1990s", "from the 1980s to the 1990s", "1980-01-01", "1999-12-31"),
        ("between January and March 2015", "between January and March 2015", "2015-01-01", "2015-03-31"),
        ("from March to May 2015", "from March to May 2015", "2015-03-01", "2015-05-31"),
        ("from November to February 2015", "from November to February 2015", "2014-11-01", "2015-02-28"),
        ("from November 2014 to February", "from November 2014 to February", "2014-11-01", "2015-02-28"),
        ("between 3 and 5 March 2015", "between 3 and 5 March 2015", "2015-03-03", "2015-03-05"),
        ("from 3 to 5 March 2015", "from 3 to 5 March 2015", "2015-03-03", "2015-03-05"),
        ("sold since last year", "since last year", "2019-01-01", None),
        ("sold until last month", "until last month", None, "2020-04-30"),
        ("sold before yesterday", "before yesterday", None, "2020-05-11"),
        ("sold the day before yesterday", "the day before yesterday", "2020-05-11", "2020-05-11"),
        ("from 1990 to today", "from 1990 to today", "1990-01-01", "2020-05-13"),
        ("before the 1st century", "before the 1st century", None, "0001-01-01"),
        ("after 2015-9999", "after 2015-9999", "9999-12-31", None),
    ],
)
def test_date_words_open_a_window(question: str, words: str, first: str | None, last: str | None) -> None:
    (window,) = date_words(question, TODAY).windows
    assert window.words == words
    assert [day and str(day) for day in (window.first, window.last)] == [first, last]
    assert not window.of_publication


@pytest.mark.parametrize(
    "question", ["articles from 2015 about ships", "what was reported in March 2020?", "as of 2015, who led?"]
)
def test_words_about_publishing_limit_when_it_was_published(question: str) -> None:
    assert date_words(question).windows[0].of_publication


def test_an_event_is_no_date_and_a_note_says_so() -> None:
    found = date_words("What did they buy before the sanctions ended?")
    assert found.windows == ()
    assert found.notes == ('"before the sanctions ended" is an event and no date: it is searched as words',)


def test_last_year_is_left_alone_without_a_today() -> None:
    found = date_words("What was sold last year?")
    assert found.windows == ()
    assert "what day it counts from is not known" in found.notes[0]


def test_a_year_in_a_name_is_no_date() -> None:
    assert date_words("How many troops went to Kavkaz 2020?").windows == ()


@pytest.mark.parametrize(
    ("question", "text", "published", "answer"),
    [
        ("in 2010?", "In June 2010 it was banned.", None, True),
        ("in 2010?", "In June 2000 it was banned.", None, False),
        ("in 2010?", "It was banned.", None, None),
        ("in 2010?", "It was banned.", "2010-03", True),
        ("in 2010?", "In 2000 it was banned.", "2000", False),
        ("after June 2010", "In 2011 it was lifted.", None, True),
        ("on January 20?", "It was signed on Jan. 20.", None, True),
        ("on January 20?", "It was signed on 21 January.", None, False),
        ("articles from 2010", "In June 2010 it was banned.", "2015", False),
        ("articles from 2010", "In June 2000 it was banned.", "2010-05-01", True),
        ("articles from 2010", "In June 2010 it was banned.", None, None),
    ],
)
def test_a_text_is_of_a_window_or_not(question: str, text: str, published: str | None, answer: bool | None) -> None:
    window = date_words(question).windows[0]
    assert mentions(window, text, PartialDate.parse(published) if published else None) is answer


@pytest.mark.parametrize("text", ["They may march in single file.", "$2000", "2,000 men", "S-2000", "a fall of 5%"])
def test_what_only_looks_like_a_time_is_none(text: str) -> None:
    assert moments(text) == ()


@given(st.dates(date(1000, 1, 1), date(2199, 12, 31)))
def test_a_day_is_read_in_every_usual_form(day: date) -> None:
    forms = [f"{day:%B} {day.day}, {day.year}", f"{day.day} {day:%B} {day.year}", day.isoformat()]
    for form in forms:
        (moment,) = moments(f"It sailed on {form}.")
        assert (moment.year, moment.month, moment.day) == (day.year, day.month, day.day)


@given(st.text(alphabet="in 2015 to beforMay,-.19sJ", max_size=60))
def test_any_text_is_read_without_an_error(text: str) -> None:
    for window in date_words(text, TODAY).windows:
        mentions(window, text)


def test_articles_from_a_year_are_of_that_year_and_articles_since_it_of_later_ones_too() -> None:
    (year,) = date_words("What do articles from 2015 say?").windows
    (later,) = date_words("What do articles since 2015 say?").windows
    assert (year.first, year.last, year.of_publication) == (date(2015, 1, 1), date(2015, 12, 31), True)
    assert (later.first, later.last, later.of_publication) == (date(2015, 1, 1), None, True)
