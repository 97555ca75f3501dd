from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.quantities import whole_answer

HEDGES = st.sampled_from(["at least", "about", "more than", "fewer than", "up to", "nearly", "only", "roughly", "an estimated"])
NUMBERS = st.sampled_from(["15", "1,200", "fifteen", "twenty-five", "two million", "a dozen", "3.5 million", "ten to twelve"])


@settings(deadline=None)
@given(HEDGES, NUMBERS, st.data())
def test_any_part_of_a_number_grows_to_the_number_with_its_hedge(hedge: str, number: str, data: st.DataObject) -> None:
    sentence = f"The town lost {hedge} {number} ships on that day."
    low, high = sentence.index(number), sentence.index(number) + len(number)
    start = data.draw(st.integers(low, high - 1))
    end = data.draw(st.integers(start + 1, high))
    first, last = whole_answer(sentence, start, end)
    assert sentence[first:last] == f"{hedge} {number}"


@pytest.mark.parametrize("text", ["9" * 9_000, "at least " * 3_000, "between 1 and " * 2_000, "- " * 5_000, "ten to " * 2_000])
def test_long_and_strange_sentences_are_read(text: str) -> None:
    first, last = whole_answer(text, 1_000, 1_010)
    assert 0 <= first <= 1_000 < 1_010 <= last <= len(text)


@pytest.mark.parametrize(
    ("sentence", "span", "whole"),
    [
        ("They sent between 10 and 12 ships.", "12", "between 10 and 12"),
        ("They sent from 1,000 to 1,500.50 crowns.", "1,000", "from 1,000 to 1,500.50"),
        ("About 3,000 people came.", "3,000", "About 3,000"),
        ("It cost nearly $4 million then.", "$4 million", "nearly $4 million"),
        ("It cost nearly $4 million then.", "4", "nearly $4 million"),
        ("At least fifteen wolves came.", "fifteen", "At least fifteen"),
        ("Nearly two and a half million people came.", "two", "Nearly two and a half million"),
        ("It took ten to twelve days.", "twelve", "ten to twelve"),
        ("Between ten and twelve ships sank.", "ten", "Between ten and twelve"),
        ("No fewer than 40 ships sank.", "40", "No fewer than 40"),
        ("They paid up to US$3 million.", "3 million", "up to US$3 million"),
        ("They lost 40 or more.", "40", "40 or more"),
        ("Up to half of them left.", "half", "Up to half"),
        ("It is over 6.5 metres wide.", "6.5", "over 6.5"),
        ("It is over 6.5 metres wide.", "6.5 metres", "over 6.5 metres"),
        ("It is over 6.5 metres wide.", "metres", "over 6.5 metres"),
        ("It fell from 6 to 4 percent.", "4 percent", "4 percent"),
        ("They won 63-24 that day.", "24", "24"),
        ("He flew an F16 over the town.", "F16", "an F16"),
        ("She left at 9:30 with the others.", "9:30", "9:30"),
        ("Only one of the ships sank.", "one", "Only one"),
        ("Over the years, he left.", "years", "years"),
        ("An hour passed.", "hour", "An hour"),
        ("He called it an error of law.", "error of law", "an error of law"),
        ("The bridge cost €5 bn.", "€5", "€5 bn"),
        ("The bridge cost nearly $3 m.", "3", "nearly $3 m"),
        ("The wall was 3 m high.", "3", "3"),
        ("It fell from $3.2bn in 2020 to $1.1bn.", "$1.1bn", "$1.1bn"),
        ("It rose from 300 in 2019 to 4,000 in 2020.", "4,000", "4,000"),
        ("It lasted 2 hours and 30 minutes.", "2 hours", "2 hours and 30 minutes"),
        ("It is 5 km to 6 km long.", "5", "5 km to 6 km"),
        ("A quarter of a million people fled.", "a million", "A quarter of a million"),
        ("It was well over 100 that day.", "100", "well over 100"),
        ("Between two and a half and three million left.", "two", "Between two and a half and three million"),
        ("Between one hundred and five hundred left.", "five", "Between one hundred and five hundred"),
        ("It hit a 5-year-old boy.", "5", "5"),
        ("It hit a five-year-old boy.", "five", "five"),
        ("It hit a 5-year-old boy.", "5-year-old", "a 5-year-old"),
        ("They saw a 2-1 win.", "2-1", "2-1"),
        ("It paid a $5m fine.", "$5m", "$5m"),
        ("It paid a $5m fine.", "$5m fine", "a $5m fine"),
        ("Signed in June 2024 by both.", "June 2024", "June 2024"),
        ("Ada met Bo.", "Bo", "Bo"),
    ],
)
def test_an_answer_is_grown_to_the_whole_of_its_quantity(sentence: str, span: str, whole: str) -> None:
    start = sentence.index(span)
    first, last = whole_answer(sentence, start, start + len(span))
    assert sentence[first:last] == whole


@settings(deadline=None)
@given(st.one_of(st.text(max_size=60), st.text(alphabet="0123456789,.$% aboutneraly-to", max_size=60)), st.data())
def test_it_only_ever_grows_and_stays_in_the_sentence(sentence: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(sentence)))
    end = data.draw(st.integers(start, len(sentence)))
    first, last = whole_answer(sentence, start, end)
    assert 0 <= first <= start <= end <= last <= len(sentence)
