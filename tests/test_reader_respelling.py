from service.reader.respelling import respelt

TEXTS = ("General Ivashov met the ambassador of another country.", "A satellite was launched.")


def nobody_knows(word: str) -> bool:
    return False


def test_a_slip_is_read_as_the_word_of_the_passages() -> None:
    assert respelt("Where is the embassador Ivashof?", TEXTS, nobody_knows) == (
        "Where is the ambassador Ivashov?",
        (("embassador", "ambassador"), ("Ivashof", "Ivashov")),
    )


def test_a_word_of_the_passages_stays_in_whatever_case() -> None:
    assert respelt("where is IVASHOV?", TEXTS, nobody_knows) == ("where is IVASHOV?", ())


def test_a_word_that_is_known_stays_though_no_passage_has_it() -> None:
    assert respelt("Which counties?", TEXTS, lambda word: word == "counties") == ("Which counties?", ())


def test_a_word_unlike_all_others_stays() -> None:
    assert respelt("Who is Khazdadi?", TEXTS, nobody_knows) == ("Who is Khazdadi?", ())


def test_another_first_letter_is_another_word() -> None:
    assert respelt("What of Lvashov?", TEXTS, nobody_knows)[1] == ()


def test_short_words_and_numbers_stay() -> None:
    assert respelt("Who mat in 2019?", ("They met in 2018.",), nobody_knows) == ("Who mat in 2019?", ())


def test_without_texts_nothing_changes() -> None:
    assert respelt("Where is Ivashof?", (), nobody_knows) == ("Where is Ivashof?", ())
