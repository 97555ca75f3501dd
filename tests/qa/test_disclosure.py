"""A sentence that says that a thing is not known answers only a question about that thing."""

from __future__ import annotations

import numpy as np
import pytest

from index.embedder import Floats
from index.passages import Passage
from qa.disclosure import outdoes, undisclosed_sentence

TEXT = (
    "The ferry line carried 900 sailors in May. It did not reveal the number of sailors hired in June. "
    "The owner declined to comment on the price of the ferry. It is unclear why the engine failed. The pier is long."
)
KNOWN = ["sailors", "seamen", "engine"]


def encode(texts: object) -> Floats:
    """Sailors and seamen are one thing, every other word one of its own."""
    words = list(texts)  # type: ignore[call-overload]
    rows = np.zeros((len(words), 200), dtype=np.float32)
    for row, word in enumerate(words):
        rows[row, 0 if word in KNOWN[:2] else 1 + sum(map(ord, word)) % 199] = 1
    return rows


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("How many sailors were hired in June?", "It did not reveal the number of sailors hired in June."),
        ("What was the price of the ferry?", "The owner declined to comment on the price of the ferry."),
        ("Why did the engine fail?", "It is unclear why the engine failed."),
        ("How many engineers were hired?", None),
        ("How long is the pier?", None),  # Nobody hides that.
        ("How many sailors did the ferry line carry?", None),
        ("?", None),
    ],
)
def test_the_sentence_about_the_question(question: str, sentence: str | None) -> None:
    found = undisclosed_sentence(question, Passage("a", 100, 100 + len(TEXT), TEXT))
    assert (None if found is None else TEXT[found[0] - 100 : found[1] - 100]) == sentence


def test_a_word_may_stand_for_another_of_the_same_meaning() -> None:
    passage = Passage("a", 0, len(TEXT), TEXT)
    assert undisclosed_sentence("How many seamen were hired?", passage) is None
    assert undisclosed_sentence("How many seamen were hired?", passage, encode) is not None
    assert undisclosed_sentence("How many tractors were hired?", passage, encode) is None
    # At least one word has to be the same: meaning alone is too little.
    assert undisclosed_sentence("Seamen?", passage, encode) is None


NURSE = "Ada Lund leads the ward. A nurse gave a warning in May. The nurse has not been identified. Lund said no more."


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("What is the name of the nurse who gave the warning?", "The nurse has not been identified."),
        ("What is the name of the doctor who gave the warning?", None),
        ("How long has the nurse worked there?", None),
    ],
)
def test_who_is_not_named(question: str, found: str | None) -> None:
    span = undisclosed_sentence(question, Passage("a", 0, len(NURSE), NURSE))
    assert (None if span is None else NURSE[slice(*span)]) == found


def test_names_may_stand_in_the_rest_of_the_passage() -> None:
    text = "Coach Ada Lund won the cup with Kelda. The club would not say whether Lund will stay."
    found = undisclosed_sentence("Will Ada Lund stay as coach of Kelda?", Passage("a", 0, len(text), text))
    assert found is not None
    assert undisclosed_sentence("Will Ada Lund sell the boats of Kelda?", Passage("a", 0, len(text), text)) is None


def test_what_is_not_known_outdoes_an_answer_about_less_of_the_question() -> None:
    asked, hidden = "How many wolves cross the border each year?", "It is not known how many wolves cross the border each year."
    assert outdoes(asked, hidden, "There are fifteen wolves in the forest.")
    assert not outdoes(asked, hidden, "Each year 40 wolves cross the border.")
    assert not outdoes(asked, "It is not known how many wolves there are.", "There are fifteen wolves in the forest.")


def test_a_pronoun_takes_up_whom_the_article_speaks_of() -> None:
    text = "Medra stopped the plant on Tuesday. It did not say how many bags had been sold to hospitals."
    assert undisclosed_sentence("How many bags did Medra sell to hospitals?", Passage("a", 0, len(text), text)) is not None


def test_who_asks_not_to_be_named_hides_nothing_else() -> None:
    text = "A doctor, who asked not to be named, said that 16 people were treated for wounds."
    assert undisclosed_sentence("How many people were treated for wounds?", Passage("a", 0, len(text), text)) is None
