from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.quantities import whole_answer


@pytest.mark.parametrize(
    ("sentence", "span", "whole"),
    [
        ("They sent between 10 and 12 ships.", "12", "between 10 and 12"),
        ("They sent from 1,000 to 1,500.50 crowns.", "1,000", "from 1,000 to 1,500.50"),
        ("About 3,000 people came.", "3,000", "About 3,000"),
        ("It cost nearly $4 million then.", "$4 million", "nearly $4 million"),
        ("It cost nearly $4 million then.", "4", "nearly $4 million"),
        ("He called it an error of law.", "error of law", "an error of law"),
        ("Signed in June 2024 by both.", "June 2024", "June 2024"),
        ("Ada met Bo.", "Bo", "Bo"),
    ],
)
def test_an_answer_is_grown_to_the_whole_of_its_quantity(sentence: str, span: str, whole: str) -> None:
    start = sentence.index(span)
    first, last = whole_answer(sentence, start, start + len(span))
    assert sentence[first:last] == whole


@given(st.text(alphabet="0123456789,.$% aboutneraly-to", max_size=60), st.data())
def test_it_only_ever_grows_and_stays_in_the_sentence(sentence: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(sentence)))
    end = data.draw(st.integers(start, len(sentence)))
    first, last = whole_answer(sentence, start, end)
    assert 0 <= first <= start <= end <= last <= len(sentence)
