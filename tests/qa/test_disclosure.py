"""What may say that a thing is not known is read where it is about the question."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.passages import Passage
from index.sentences import split_sentences
from qa.disclosure import MOST_EXCERPTS, excerpts, has_cue, is_unknown

TEXT = (
    "The ferry line carried 900 sailors in May. It would not say how many it hired in June. "
    "The owner declined to talk of the price of the ferry. It is unclear why the engine failed. The pier is long."
)


def passage(text: str = TEXT, source: str = "a", start: int = 100) -> Passage:
    return Passage(source, start, start + len(text), text)


@pytest.mark.parametrize(
    ("question", "found"),
    [
        # The sentence before it says of whom it speaks.
        (
            "How many sailors were hired in June?",
            [
                "The ferry line carried 900 sailors in May. It would not say how many it hired in June.",
                "It would not say how many it hired in June. The owner declined to talk of the price of the ferry.",
            ],
        ),
        (
            "Why did the engine fail?",
            ["The owner declined to talk of the price of the ferry. It is unclear why the engine failed."],
        ),
        ("Who rules Torvik?", []),
        ("How long is the pier?", []),
        ("?", []),
    ],
)
def test_the_sentences_about_the_question_with_the_one_before(question: str, found: list[str]) -> None:
    assert [cut.text for _, cut in excerpts(question, [passage()])] == found


def test_the_nearest_sentences_of_all_passages_come_first_and_each_once() -> None:
    plain, near = "Nobody knows who paid for the ferry.", "It is not known how much the old ferry of Torvik cost."
    cut_off = TEXT.index("The owner")
    overlapping = passage(TEXT[cut_off:], start=100 + cut_off)
    passages = [passage(plain, "b"), passage(), overlapping, passage(near, "c")]
    (first, nearest), second = excerpts("How much did the old ferry of Torvik cost?", passages)
    assert (first, nearest.text) == (3, near)
    assert second[1].text != near
    ends = [cut.end for _, cut in excerpts("What was the price of the ferry?", [passage(), overlapping])]
    assert len(ends) == len(set(ends)) == MOST_EXCERPTS


words = st.sampled_from("The ferry was not sold. Nobody knows why! Torvik’s price remains secret. He declined.".split())


@given(
    st.lists(st.lists(words, max_size=30).map(" ".join), max_size=3),
    st.sampled_from(["How much is the ferry?", "Why, Torvik?"]),
)
def test_excerpts_are_two_whole_sentences_in_their_place(texts: list[str], question: str) -> None:
    passages = [passage(text, str(number), 7 * number) for number, text in enumerate(texts)]
    found = excerpts(question, passages)
    assert len(found) <= MOST_EXCERPTS
    for number, cut in found:
        whole = passages[number]
        start, end = cut.start - whole.start, cut.end - whole.start
        assert whole.text[start:end] == cut.text
        sentences = [(first, last) for first, last in split_sentences(whole.text) if start <= first and last <= end]
        assert (sentences[0][0], sentences[-1][1]) == (start, end)
        assert len(sentences) <= 2
        assert has_cue(whole.text[slice(*sentences[-1])])


def test_the_words_that_say_that_it_is_not_known_are_no_answer() -> None:
    sentence = "It was not immediately clear who set the fire in the mill."
    assert is_unknown(sentence, sentence.index("not"), sentence.index(" who"))
    assert not is_unknown(sentence, sentence.index("the mill"), len(sentence) - 1)
