"""The five example articles: their front matter, their shape, and the facts that each of them must tell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import frontmatter
import pytest

from indexer.records import PartialDate

SEEDS = Path(__file__).resolve().parent.parent / "seeds"
KEYS = {"title", "authors", "publisher", "published", "url", "language", "original", "note"}
ORIGINAL_KEYS = {"publisher", "published", "url"}
MARKUP = {
    "link or image": re.compile(r"\]\(|https?://"),
    "HTML": re.compile(r"</?[a-z]+[^>]*>", re.IGNORECASE),
    "table": re.compile(r"^\s*\|", re.MULTILINE),
    "title line": re.compile(r"^# ", re.MULTILINE),
}

SOURCES: dict[str, dict[str, object]] = {
    "russia-iran-naval-memorandum": {
        "authors": ["Maxim Suchkov"],
        "publisher": "al-monitor.com",
        "published": "2019-07-30",
    },
    "russia-iran-gulf-alliance-talk": {},
    "iran-defense-diplomacy-russia": {"authors": ["Sajad Abed"]},
    "ivashov-tehran-visit-2000": {"publisher": "RFE/RL", "published": "2000-07-03"},
    "russia-iran-coordination-syria": {
        "authors": ["Mahdi Darius Nazemroaya"],
        "publisher": "Global Research",
        "published": "2015-10-02",
        "original": {"publisher": "Strategic Culture Foundation", "published": "2015-09-28"},
    },
}

FACTS: dict[str, tuple[str, ...]] = {
    "russia-iran-naval-memorandum": (
        "On Monday",
        "memorandum of understanding",
        "General Staff of Iran's armed forces",
        "Hossein Khazdadi, who commands the Iranian Navy",
        "St. Petersburg for a visit of three days",
        '"a turning point"',
        "Indian Ocean",
        "Strait of Hormuz",
        "no binding legal force",
        '"allied commitments."',
        "tensions in Syria",
        "maritime security",
        "anti-access/area denial strategy, or A2/AD",
        "western Pacific",
        "had presented that concept on July 23",
        "United Nations",
        '"destructive policies"',
        "Andrey Baklanov, formerly Russia's ambassador to Saudi Arabia",
        "Kommersant",
        "Organization for Security and Cooperation in Europe",
        "in the 1990s",
        '"war and chaos."',
        "President Vladimir Putin is due in Saudi Arabia in October",
    ),
    "russia-iran-gulf-alliance-talk": (
        "Fighting between Armenia and Azerbaijan",
        "Caucasus",
        "Caspian Sea",
        "three naval bases on the Iranian coast of the Gulf",
        '"Russian-Iranian military alliance."',
        "vital for oil",
        "for several years",
        "the last several weeks",
        "has until now understated it",
        "United Nations",
        "mid-October",
        "September 28",
        "since the summer of 2019",
        "They reportedly signed an agreement",
        "Nezavisimaya Gazeta of July 30, 2019",
        "August 2020",
        "Kavkaz 2020",
        "Konstantin Dushenov, an independent commentator on military affairs in Moscow",
    ),
    "iran-defense-diplomacy-russia": (
        "1979 revolution",
        "1980-88",
        "On January 20",
        "Sergei Shoigu",
        "Hossein Dehghan",
        '"long term and multifaceted."',
        "the first by a Russian defense minister in 15 years",
        "Assad regime",
        "OSCE's Court of Conciliation and Arbitration",
        "Geneva",
        "back to 2007",
        "five SAM systems of the type S-300PMU-1",
        "SA-20 Gargoyle",
        "40 launchers",
        "$800 million",
        "In June 2010",
        "$4 billion",
        "P5+1",
        "In the year 2000",
        "6.1 percent",
        "China, India and the United Arab Emirates",
        "in October 2011",
        "radar-jamming station",
        "Sputnik News",
        "Center for Analysis of World Arms Trade",
        "around $13 billion",
        "port visits",
        '"Iran card."',
        "Pakistan, the states of the Persian Gulf and even Azerbaijan",
        '"peaceful development"',
    ),
    "ivashov-tehran-visit-2000": (
        "Washington dated July 3, 2000",
        "Colonel-General Leonid Ivashov",
        "International Military Cooperation Department",
        "the first that Russia has sent there since 1991",
        '"planned military cooperation,"',
        "Mohammad Khatami",
        '"the common menace"',
        '"methods for its neutralization."',
        "Bushehr",
        "nuclear weapons",
        "NATO",
        '"disturbed"',
        '"exert influence"',
        "Nagorno-Karabakh",
        "Armenian President Robert Kocharian",
        "Safar Abiyev, the defense minister of Azerbaijan",
        "Iran's ambassador to Russia, Mehdi Safari",
        '"Vek"',
        '"categorically opposed"',
        "by way of Azerbaijan and Turkey",
        "United States, Israel and Turkey",
        "IRNA",
        '"deep concern"',
        "Taliban",
        "air strikes",
    ),
    "russia-iran-coordination-syria": (
        "September 28, 2015",
        "from August 2015",
        "Qassem Soleimani, who heads Iran's Quds Force",
        "Hezbollah",
        "Anzaili",
        "three days long",
        "Volgodonsk",
        "Makhachkala",
        "the Damavand, the Joshan and the Peika",
        "October 2014",
        "Sergei Shoigu",
        "Hussein Dehghan",
        "S-300",
        "Russia, China and India",
        "passenger jets",
        "GLONASS",
        "BeiDou",
        "Global Positioning System",
        "drone technology",
        "humanitarian cargo",
        "by way of Iran and Iraq",
        "United States, Britain and France",
        "Tartus",
        "Al-Qaeda, Al-Nusra Front",
        "ISIS",
        "the 4+1",
        "China may possibly be included",
    ),
}


@dataclass(frozen=True, slots=True)
class Seed:
    """One example article as its file holds it."""

    source: str
    metadata: dict[str, object]
    body: str


def read_seed(name: str) -> Seed:
    source = (SEEDS / f"{name}.md").read_text(encoding="utf-8")
    post = frontmatter.loads(source)
    return Seed(source, dict(post.metadata), str(post.content))


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}


def dates(metadata: dict[str, object]) -> list[object]:
    original = metadata.get("original", {})
    assert isinstance(original, dict)
    return [fields["published"] for fields in (metadata, original) if "published" in fields]


each_seed = pytest.mark.parametrize("name", sorted(SOURCES))


def test_the_folder_holds_these_five_articles_and_nothing_else() -> None:
    assert sorted(path.name for path in SEEDS.iterdir()) == sorted(f"{name}.md" for name in SOURCES)
    assert len(SOURCES) == 5


@each_seed
def test_front_matter_has_a_title_a_note_and_only_known_keys(name: str) -> None:
    metadata = read_seed(name).metadata
    original = metadata.get("original", {})
    assert set(metadata) <= KEYS
    assert isinstance(original, dict)
    assert set(original) <= ORIGINAL_KEYS
    for key in ("title", "note"):
        value = metadata[key]
        assert isinstance(value, str)
        assert value.strip()
    assert metadata["language"] == "en"


@each_seed
def test_front_matter_credits_the_source_exactly(name: str) -> None:
    metadata = read_seed(name).metadata
    credited = {key: value for key, value in metadata.items() if key not in {"title", "language", "note"}}
    assert credited == SOURCES[name]


@each_seed
def test_dates_are_quoted_strings_that_read_back_as_written(name: str) -> None:
    for stated in dates(read_seed(name).metadata):
        assert isinstance(stated, str), f"{name}: quote {stated!r}, or YAML turns it into a date of its own"
        assert str(PartialDate.parse(stated)) == stated


def test_titles_are_five_different_ones() -> None:
    assert len({str(read_seed(name).metadata["title"]) for name in SOURCES}) == 5


@each_seed
def test_body_is_prose_of_some_length_under_two_to_four_headings(name: str) -> None:
    body = read_seed(name).body
    assert len(body.split()) >= (450 if name == "russia-iran-gulf-alliance-talk" else 600)
    assert 2 <= len(re.findall(r"^## \S", body, re.MULTILINE)) <= 4
    assert not body.startswith("#"), "the body opens with a paragraph; the title stands in the front matter"


@each_seed
@pytest.mark.parametrize("kind", sorted(MARKUP))
def test_body_is_free_of_markup_beyond_headings(name: str, kind: str) -> None:
    found = MARKUP[kind].search(read_seed(name).body)
    assert found is None, f"{name} holds a {kind}: {found.group()!r}"


@pytest.mark.parametrize(("one", "other"), list(combinations(sorted(SOURCES), 2)))
def test_no_two_articles_share_a_run_of_twelve_words(one: str, other: str) -> None:
    assert runs(read_seed(one).source, 12) & runs(read_seed(other).source, 12) == set()


@each_seed
def test_at_least_twelve_facts_of_each_article_are_checked(name: str) -> None:
    assert len(set(FACTS[name])) >= 12


@pytest.mark.parametrize(("name", "fact"), [(name, fact) for name, facts in FACTS.items() for fact in facts])
def test_article_tells_the_fact(name: str, fact: str) -> None:
    assert fact in read_seed(name).body
