from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.time_words import time_words

GOLD = [
    ("Norway sent 40 boats last fall.", "40 boats", "last fall"),
    ("On Monday, the mine lost 40 pumps.", "40 pumps", "On Monday"),
    ("The mine lost 40 pumps on Monday.", "40 pumps", "on Monday"),
    ("Earlier this year, Bo bought the mill.", "the mill", "Earlier this year"),
    ("Bo bought the mill in June 2024.", "the mill", "in June 2024"),
    ("Two days prior, Bo had sold the mill.", "the mill", "Two days prior"),
    ("Bo has owned the mill since the 1990s.", "the mill", "since the 1990s"),
    ("The bridge opened on May 3, 1950, in Oslo.", "Oslo", "on May 3, 1950"),
    ("The bridge opened on 3 May 1950.", "The bridge", "on 3 May 1950"),
    ("The fair was held in the summer of 2010.", "The fair", "in the summer of 2010"),
    ("Between 1990 and 1995 the town lost 40 people.", "40 people", "Between 1990 and 1995"),
    ("The town lost 40 people from 2009 to 2011.", "40 people", "from 2009 to 2011"),
    ("The lamp was lit at 5 p.m. on Friday.", "The lamp", "at 5 p.m. on Friday"),
    ("Ada recently sold 40 boats.", "40 boats", "recently"),
    ("By the end of 2012 Ada had sold 40 boats.", "40 boats", "By the end of 2012"),
    ("The town was founded in 520 BC.", "The town", "in 520 BC"),
    ("Three years later the mill burned.", "the mill", "Three years later"),
    ("The mill burned in 1950, and the inn closed in 1960.", "the inn", "in 1960"),
    ("The mill burned in 1950, and the inn closed in 1960.", "The mill", "in 1950"),
    ("The firm, founded in 1920, employs 40 people.", "40 people", None),
    ("Ada left because the mill burned in 1950; Bo stayed with 40 goats.", "40 goats", None),
    ("The office said on Monday that 40 boats had sunk.", "40 boats", "on Monday"),
    ("The office said on Monday that 40 boats had sunk in May.", "40 boats", "in May"),
    ("Last month, the office said that 40 boats had sunk.", "40 boats", "Last month"),
    ("The mill employs 40 people.", "40 people", None),
    ("The mill may march on.", "The mill", None),
    ("They walked in 1500 shoes.", "shoes", None),
    ("Bo paid $1990 for the goat.", "the goat", None),
    ("The mill burned in 1950.", "1950", None),
    ("The mill burned in 1950.", "in 1950", None),
    ("The mill opened on 2024-06-03.", "The mill", "on 2024-06-03"),
    ("Trade grew over the past two years.", "Trade", "over the past two years"),
    ("A long march took 40 days.", "A long march", None),
]

WORDS = (
    "on in since between and from to the of Monday May March June 3 , 1950 1990s 520 BC last next this year summer two weeks "
    "ago later said that who which ; ( ) 40 boats at 5 p.m. 10:30"
).split()


@pytest.mark.parametrize(("sentence", "words", "when"), GOLD)
def test_the_words_that_place_a_clause_in_time(sentence: str, words: str, when: str | None) -> None:
    start = sentence.index(words)
    found = time_words(sentence, start, start + len(words))
    assert (None if found is None else sentence[slice(*found)]) == when


@pytest.mark.parametrize("sentence", ["in " * 9_000, "on Monday " * 5_000, "19" * 9_000, "," * 9_000, "late early " * 5_000])
def test_long_sentences_are_read_without_a_fault(sentence: str) -> None:
    for start in (0, len(sentence) // 2, len(sentence) - 1):
        found = time_words(sentence, start, start + 1)
        assert found is None or 0 <= found[0] < found[1] <= len(sentence)


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (3, 2), (0, 99)])
def test_a_span_outside_the_sentence_has_no_time(start: int, end: int) -> None:
    assert time_words("It fell in 1950.", start, end) is None


@settings(deadline=None)
@given(st.one_of(st.text(max_size=120), st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join)), st.data())
def test_times_are_words_of_the_sentence_beside_the_span(sentence: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(sentence)))
    end = data.draw(st.integers(start, len(sentence)))
    found = time_words(sentence, start, end)
    if found is not None:
        assert 0 <= found[0] < found[1] <= len(sentence)
        assert found[1] <= start or end <= found[0]
        assert sentence[slice(*found)].strip() == sentence[slice(*found)]
