"""A sentence that says that a thing is not known answers only a question about that thing."""

from __future__ import annotations

import numpy as np
import pytest

from index.embedder import Floats
from index.passages import Passage
from qa.disclosure import undisclosed_sentence

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
