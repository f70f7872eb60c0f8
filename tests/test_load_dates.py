"""Dates are read as written, and not at all where they can be read in two ways."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.load.dates import Order, parse_date
from indexer.records import PartialDate

days = st.dates(min_value=date(1000, 1, 1))
recent_days = st.dates(min_value=date(1969, 1, 1), max_value=date(2068, 12, 31))
moments = st.datetimes(
    min_value=datetime(1900, 1, 1),
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-8))]),
)


def exactly(day: date) -> PartialDate:
    return PartialDate(day.year, day.month, day.day)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2000-07-03", "2000-07-03"),
        ("  2000-07-03\n", "2000-07-03"),
        ("2000/7/3", "2000-07-03"),
        ("20000703", "2000-07-03"),
        ("20000703T101500Z", "2000-07-03"),
        ("2000-07", "2000-07"),
        ("2000", "2000"),
        ("2000-07-03T23:59:59.123+02:00", "2000-07-03"),
        ("2000-07-03T23:59Z", "2000-07-03"),
        ("2000-07-03 23:59:59 UTC", "2000-07-03"),
        ("2000-07-03T23:59:59+02:00[Europe/Paris]", "2000-07-03"),
        ("3 July 2000", "2000-07-03"),
        ("3rd July, 2000", "2000-07-03"),
        ("3rd of July 2000", "2000-07-03"),
        ("Monday, 3 July 2000", "2000-07-03"),
        ("July 3, 2000", "2000-07-03"),
        ("JULY 3 2000", "2000-07-03"),
        ("July 3rd, 2000, 10:15 a.m. EDT", "2000-07-03"),
        ("July 3, 2000 at 10:15 PM", "2000-07-03"),
        ("10:15 PM, July 3, 2000", "2000-07-03"),
        ("10.15am Mon 3 Jul 2000", "2000-07-03"),
        ("Mon Jul  3 10:15:00 2000", "2000-07-03"),
        ("Mon, 03 Jul 2000 10:15:00 +0000 (UTC)", "2000-07-03"),
        ("October 02, 2015", "2015-10-02"),
        ("Oct. 2015", "2015-10"),
        ("October, 2015", "2015-10"),
        ("Sept. 9, 2015", "2015-09-09"),
        ("2015 May 9", "2015-05-09"),
        ("30.07.19", "2019-07-30"),
        ("3.4.2015", "2015-04-03"),
        ("01.01.68", "2068-01-01"),
        ("01.01.69", "1969-01-01"),
        ("26-FEB-1987 15:01:01.79", "1987-02-26"),
        ("26-FEB-87", "1987-02-26"),
        ("30/04/2015", "2015-04-30"),
        ("04/30/2015", "2015-04-30"),
        ("04-04-2015", "2015-04-04"),
        ("2015年10月2日", "2015-10-02"),
    ],
)
def test_an_explicit_date_is_read_with_the_precision_it_states(text: str, expected: str) -> None:
    assert str(parse_date(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "3 July",
        "July",
        "10:15",
        "12",
        "123",
        "12345",
        "2015-13-01",
        "2015-02-29",
        "31 June 2015",
        "32.01.2015",
        "0001-01-01T00:00:00",
        "published 3 July 2000",
        "3 July 2000 and 4 July 2000",
        "2014-2015",
        "2000-07-03-04",
        "1.2.3",
        "Mayor 2015",
        "Oct 15",
        "2000-07-03T99:99",
        "July 3, 2000" * 20,
    ],
)
def test_what_is_not_wholly_one_possible_date_is_none(text: str) -> None:
    assert parse_date(text) is None


@pytest.mark.parametrize("text", ["03/04/2015", "3-4-2015", "10/11/12", "30/07/19", "1/2/03"])
def test_numbers_that_can_be_read_in_two_ways_are_none(text: str) -> None:
    assert parse_date(text) is None


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("03/04/2015", "dmy", "2015-04-03"),
        ("03/04/2015", "mdy", "2015-03-04"),
        ("15/04/03", "ymd", "2015-04-03"),
        ("30/07/19", "dmy", "2019-07-30"),
    ],
)
def test_a_known_order_decides(text: str, order: Order, expected: str) -> None:
    assert str(parse_date(text, order=order)) == expected


def test_a_known_order_that_does_not_fit_is_none_and_not_another_order() -> None:
    assert parse_date("04/30/2015", order="dmy") is None


@given(days)
def test_every_worded_form_of_a_day_reads_back(day: date) -> None:
    month, year = f"{day:%B}", f"{day.year:04d}"
    forms = (
        day.isoformat(),
        f"{day.day} {month} {year}",
        f"{day.day:02d} {month[:3].upper()} {year}",
        f"{month} {day.day}, {year}",
        f"{month[:3]}. {day.day:02d}, {year}",
        f"{day:%A}, {month} {day.day}, {year}",
        f"{day.day}.{day.month}.{year}",
        f"{day.day:02d}-{month[:3]}-{year}",
    )
    assert [parse_date(form) for form in forms] == [exactly(day)] * len(forms)


@given(recent_days)
def test_a_two_digit_year_reads_back_within_1969_to_2068(day: date) -> None:
    assert parse_date(f"{day:%d.%m.%y}") == exactly(day)
    assert parse_date(f"{day:%d-%b-%y}") == exactly(day)


@given(moments)
def test_a_moment_is_the_day_it_names_in_its_own_time_zone(moment: datetime) -> None:
    forms = (moment.isoformat(), moment.isoformat(" "), format_datetime(moment), f"{moment:%B %d, %Y at %I:%M %p}")
    assert [parse_date(form) for form in forms] == [exactly(moment.date())] * len(forms)


@given(days, st.times())
def test_slashes_read_only_when_one_order_is_possible(day: date, at: time) -> None:
    read = parse_date(f"{day.month:02d}/{day.day:02d}/{day.year:04d} {at:%H:%M:%S}")
    assert read == (exactly(day) if day.day > 12 or day.day == day.month else None)


@given(st.text(max_size=100))
def test_any_text_is_a_date_or_none(text: str) -> None:
    assert parse_date(text) is None or isinstance(parse_date(text), PartialDate)


@given(st.text(alphabet="0123456789-/.: ,T年月日JanFeb+Z", max_size=40))
def test_any_date_like_text_is_a_date_or_none(text: str) -> None:
    assert parse_date(text) is None or isinstance(parse_date(text), PartialDate)
