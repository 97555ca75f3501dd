from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.passages import Passage
from index.search import Hit
from qa.names import names_and_years, unmentioned
from qa.reasons import reason

TEXT = "Vladimir Putin spoke in Kyiv in the 1990s. The Ukrainians of New York City and the U.S. heard Petr Łoś in Pétionville."


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Who is Mara Lindqvist?", ["Mara Lindqvist"]),
        ("What did Lindqvist's father tell Ola Berg in 1931?", ["Lindqvist", "1931", "Ola Berg"]),
        ("NATO did what, and when?", ["NATO"]),
        ("When did President Berg meet the King?", ["Berg"]),
        ("What Is The Capital Of France Today?", []),
        ("who is mara lindqvist", []),
        ("How many cost 12,000 or 500?", []),
        ("", []),
    ],
)
def test_names_and_years(question: str, names: list[str]) -> None:
    assert sorted(names_and_years(question)) == sorted(names)


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("What did Putin do in Ukraine?", []),  # Ukrainians
        ("Why did Wladimir Putin speak?", []),
        ("What did Angela Merkel say?", ["Angela Merkel"]),
        ("Was he in NYC or the US?", []),  # initials
        ("Was it in Petionville?", []),  # an accent
        ("What did the Austrian say?", ["Austrian"]),
        ("Who spoke in 1990?", []),
        ("Who spoke in 1989?", ["1989"]),
        ("Who met Vladimir Lenin and Kyiv's mayor?", []),  # half of a name
    ],
)
def test_what_no_text_mentions(question: str, missing: list[str]) -> None:
    assert unmentioned(question, [TEXT]) == missing


@pytest.mark.parametrize("number", ["1500", "1,500", "1.500", "1\u202f500"])
def test_a_number_of_four_digits_is_mentioned_however_it_is_written(number: str) -> None:
    assert unmentioned("Which company laid off 1500 workers?", [f"Acme laid off {number} workers."]) == []
    assert unmentioned("Which company laid off 1600 workers?", [f"Acme laid off {number} workers."]) == ["1600"]


@given(st.text(max_size=200), st.lists(st.text(max_size=200), max_size=3))
def test_any_text_is_taken(question: str, texts: list[str]) -> None:
    assert set(unmentioned(question, texts)) <= set(names_and_years(question))
    assert unmentioned(question, [*texts, question]) == []


def hit(text: str, dense: float) -> Hit:
    return Hit(Passage("a", 0, len(text), text), "a", "", None, dense, 0.0, 0.0, 1)


@pytest.mark.parametrize(
    ("question", "dense", "expected"),
    [
        ("How many tanks did Putin send?", 0.5, "The articles mention Putin, but none says how many tanks."),
        ("How much was paid?", 0.5, "The articles come near this, but none says how much."),
        ("Why did Putin and Kyiv agree?", 0.0, "The articles mention Putin and Kyiv, but none says why."),
        ("Is Putin tall?", 0.5, "The articles mention Putin, but none answers the question."),
        ("When did Putin meet Angela Merkel?", 0.5, "The articles mention Putin, but none of them mentions Angela Merkel."),
        ("Where did Oslo lie in 1066?", 0.5, "None of the articles mentions Oslo or 1066."),
        ("???", 0.1, "Nothing in the articles bears on this question."),
        ("Which bread rises best?", 0.1, "Nothing in the articles bears on this question."),
        ("Who heard the Ukrainians speak?", 0.1, "The articles mention Ukrainians, but none says who."),
    ],
)
def test_the_reason_for_no_answer(question: str, dense: float, expected: str) -> None:
    assert reason(question, [hit(TEXT, dense)], unmentioned(question, [TEXT])) == expected


def test_without_articles_there_is_nothing_to_ask() -> None:
    assert reason("Who?", [], []) == "There is no article to ask."
