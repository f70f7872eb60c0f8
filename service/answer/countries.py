"""Words that stand for a country: its names, its people, its capital, its seat of power.

"Moscow" for Russia is a figure of speech that news lives on, so a capital is a weak word for its country: right where
governments act, wrong where somebody travels. What is asked often is here; a country that is not is a name like others.
"""

from __future__ import annotations

import re
from itertools import pairwise

_TABLE = """
russia: russia russian russians rossiya | moscow kremlin
soviet union: soviet soviets ussr
iran: iran iranian iranians persia persian persians islamic-republic | tehran teheran
iraq: iraq iraqi iraqis | baghdad
syria: syria syrian syrians | damascus
united states: usa us america american americans united-states u.s | washington pentagon white-house
united kingdom: uk britain british briton britons united-kingdom great-britain u.k england english | london
france: france french frenchman frenchmen | paris elysee
germany: germany german germans | berlin
china: china chinese prc | beijing peking
india: india indian indians | delhi new-delhi
pakistan: pakistan pakistani pakistanis | islamabad
afghanistan: afghanistan afghan afghans | kabul
azerbaijan: azerbaijan azerbaijani azerbaijanis azeri azeris | baku
armenia: armenia armenian armenians | yerevan
georgia: georgia georgian georgians | tbilisi
turkey: turkey turkish turk turks turkiye | ankara
israel: israel israeli israelis | jerusalem tel-aviv
lebanon: lebanon lebanese | beirut
saudi arabia: saudi saudis saudi-arabia saudi-arabian | riyadh
united arab emirates: uae emirates emirati emiratis united-arab-emirates | abu-dhabi
qatar: qatar qatari qataris | doha
kuwait: kuwait kuwaiti kuwaitis
bahrain: bahrain bahraini bahrainis | manama
oman: oman omani omanis | muscat
yemen: yemen yemeni yemenis | sanaa
egypt: egypt egyptian egyptians | cairo
libya: libya libyan libyans | tripoli
jordan: jordan jordanian jordanians | amman
palestine: palestine palestinian palestinians | ramallah
ukraine: ukraine ukrainian ukrainians | kiev kyiv
belarus: belarus belarusian belarusians byelorussia | minsk
poland: poland polish pole poles | warsaw
spain: spain spanish spaniard spaniards | madrid
italy: italy italian italians | rome
greece: greece greek greeks | athens
netherlands: netherlands dutch holland | hague
belgium: belgium belgian belgians
sweden: sweden swedish swede swedes | stockholm
norway: norway norwegian norwegians | oslo
finland: finland finnish finn finns | helsinki
denmark: denmark danish dane danes | copenhagen
austria: austria austrian austrians | vienna
switzerland: switzerland swiss | bern
hungary: hungary hungarian hungarians | budapest
romania: romania romanian romanians | bucharest
bulgaria: bulgaria bulgarian bulgarians | sofia
serbia: serbia serbian serb serbs serbians | belgrade
kazakhstan: kazakhstan kazakh kazakhs | astana
uzbekistan: uzbekistan uzbek uzbeks | tashkent
turkmenistan: turkmenistan turkmen turkmens | ashgabat
japan: japan japanese | tokyo
south korea: south-korea south-korean | seoul
north korea: north-korea north-korean dprk | pyongyang
vietnam: vietnam vietnamese | hanoi
indonesia: indonesia indonesian indonesians | jakarta
australia: australia australian australians | canberra
canada: canada canadian canadians | ottawa
mexico: mexico mexican mexicans
brazil: brazil brazilian brazilians
argentina: argentina argentine argentinian argentinians
venezuela: venezuela venezuelan venezuelans | caracas
cuba: cuba cuban cubans | havana
nigeria: nigeria nigerian nigerians
kenya: kenya kenyan kenyans | nairobi
south africa: south-africa south-african | pretoria
european union: eu european-union | brussels
united nations: un united-nations u.n
"""


def _read(table: str) -> tuple[dict[str, str], dict[str, str]]:
    strong: dict[str, str] = {}
    weak: dict[str, str] = {}
    for line in table.strip().splitlines():
        country, words = line.split(": ")
        names, _, capitals = words.partition(" | ")
        strong.update((name.replace("-", " "), country) for name in names.split())
        weak.update((name.replace("-", " "), country) for name in capitals.split())
    return strong, weak


_STRONG, _WEAK = _read(_TABLE)
_WORD = re.compile(r"(?:[A-Za-z]\.){2,}|[^\W\d_]+")
_AMBIGUOUS = frozenset({"us", "Us", "un", "Un", "turkey", "pole", "poles", "english", "eu"})


def country_of(word: str) -> str | None:
    """The country that a word names, by its name, its people or its capital; None for any other word.

    >>> country_of("Russians"), country_of("Kremlin"), country_of("port")
    ('russia', 'russia', None)
    """
    lower = word.lower().rstrip(".")
    return _STRONG.get(lower) or _WEAK.get(lower)


def is_capital(word: str) -> bool:
    """Whether the word names a country's capital or seat of power, and the country only by a figure of speech."""
    return word.lower() in _WEAK


def countries_in(text: str) -> frozenset[str]:
    """Every country that the text names in any of these ways. "us" and "un" count in capitals only."""
    words = [word.rstrip(".") for word in _WORD.findall(text)]
    found = {country_of(word) for word in words if word not in _AMBIGUOUS}
    found |= {country_of(f"{one} {other}") for one, other in pairwise(words)}
    return frozenset(country for country in found if country is not None)
