from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.stance import Stance, stance

GOLD: list[tuple[str, str, Stance | None]] = [
    ("The minister denied that 40 ships had left.", "40 ships", "denied"),
    ("The mayor denied any link to the gang, saying the tapes were forged.", "any link", "denied"),
    ("The mayor denied any link to the gang, saying the tapes were forged.", "the tapes", None),
    ("The firm rejected the claim that it had dumped 3 tons of oil.", "3 tons", "denied"),
    ("The firm rejected an offer of $3 million.", "$3 million", None),
    ("Oslo dismissed the reports of 40 deaths as false.", "40 deaths", "denied"),
    ("The report was denied by the harbour office.", "The report", "denied"),
    ("She was denied entry to Norway in 1950.", "Norway", None),
    ("He did not deny that he took 40 crowns.", "40 crowns", None),
    ("They refuted the charge of theft but paid 40 crowns.", "40 crowns", None),
    ("The army will not send 40 tanks.", "40 tanks", "negated"),
    ("The army did not fire on the crowd in May.", "the crowd", "negated"),
    ("She never lived in Oslo.", "Oslo", "negated"),
    ("No soldiers were sent to Bergen.", "Bergen", "negated"),
    ("Neither Ada nor Bo went to Bergen.", "Bo", "negated"),
    ("They left without the 40 crowns.", "the 40 crowns", "negated"),
    ("There is no evidence that the mine holds gold.", "gold", "negated"),
    ("It is not true that Bo was born in Oslo.", "Oslo", "negated"),
    ("Not only Ada but also Bo went to Oslo.", "Bo", None),
    ("No fewer than 40 ships left.", "40 ships", None),
    ("They must pay no later than May 1990.", "May 1990", None),
    ("The tunnel did not open until 1990.", "1990", None),
    ("They found nothing but 40 coins.", "40 coins", None),
    ("One cannot help liking Oslo.", "Oslo", None),
    ("He did not sing, but Ada played 40 songs.", "40 songs", None),
    ("If the dam breaks, 40 houses would be lost.", "40 houses", "conditional"),
    ("If the dam breaks, 40 houses would be lost.", "the dam", "conditional"),
    ("Bo would move to Oslo if Ada paid.", "Oslo", "conditional"),
    ("Should the dam break, the army will send 40 boats.", "40 boats", "conditional"),
    ("The strike will begin on Monday unless wages rise.", "Monday", "conditional"),
    ("The strike will begin on Monday unless wages rise.", "wages", "conditional"),
    ("It is unclear whether 40 ships had left.", "40 ships", "conditional"),
    ("The army may send 40 tanks.", "40 tanks", None),
    ("He acted as if Oslo were his.", "Oslo", None),
    ("The mine, which did not make money, employed 40 people.", "40 people", None),
    ("The plan failed because 40 members did not vote.", "40 members", None),
    ("They will pay 40 crowns provided that the boat floats.", "40 crowns", "conditional"),
    ("Ada asked if Bo lived in Oslo.", "Oslo", "conditional"),
    ("He was not the first to reach Bergen.", "Bergen", None),
    ("The ship was built in Oslo, not in Bergen.", "Bergen", "negated"),
    ("The ship was built in Oslo, not in Bergen.", "Oslo", None),
    ("He denied that “the dam was sound.”", "sound", "denied"),
    ("They refuted reports that 40 ships had left.", "40 ships", "denied"),
    ("Ships that do not carry oil often stop here.", "here", None),
    ("He asked no one, and Ada sold 40 boats.", "40 boats", None),
    ("Even if the dam breaks, 40 houses would stand.", "40 houses", None),
    ("It is the No. 5 pump of 40.", "40", None),
    ("Nobody sang better than Bo.", "Bo", None),
    ("Ada, not Bo, won the race.", "Bo", "negated"),
    ("In the event of rain, the fair would move to Oslo.", "Oslo", "conditional"),
    ("Should the dam be repaired in May?", "the dam", None),
]

WORDS = (
    "not no never neither nor without denied denies rejected the claim that if unless whether should would may but , . ; ( ) “ "
    "” 40 Ada"
).split()


@pytest.mark.parametrize(("sentence", "words", "expected"), GOLD)
def test_how_a_sentence_qualifies_its_words(sentence: str, words: str, expected: Stance | None) -> None:
    start = sentence.index(words)
    assert stance(sentence, start, start + len(words)) == expected


@pytest.mark.parametrize("sentence", ["not " * 9_000, "if " * 9_000, "denied " * 9_000, "rejected a " * 5_000, "," * 9_000])
def test_long_sentences_are_read_without_a_fault(sentence: str) -> None:
    for start in (0, len(sentence) // 2, len(sentence) - 1):
        assert stance(sentence, start, start + 1) in (None, "denied", "negated", "conditional")


@pytest.mark.parametrize(("start", "end"), [(0, 0), (-1, 2), (3, 2), (0, 99)])
def test_a_span_outside_the_sentence_has_no_stance(start: int, end: int) -> None:
    assert stance("He will not go.", start, end) is None


@settings(deadline=None)
@given(st.one_of(st.text(max_size=120), st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join)), st.data())
def test_words_without_a_cue_before_or_behind_them_are_plain(sentence: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(sentence)))
    end = data.draw(st.integers(start, len(sentence)))
    found = stance(sentence, start, end)
    assert found in (None, "denied", "negated", "conditional")
    if start == 0 and end == len(sentence):
        assert found in (None, "conditional")
