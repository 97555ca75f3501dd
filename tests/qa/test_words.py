from __future__ import annotations

import pytest

from qa.words import stem, stems, telling_stems


@pytest.mark.parametrize(
    "words",
    [
        ("fail", "failed", "failing", "fails"),
        ("Ukraine", "Ukrainian", "ukrainians"),
        ("box", "boxes"),
        ("red", "Red"),
        ("is", "is"),
    ],
)
def test_words_of_one_stem(words: tuple[str, ...]) -> None:
    assert len({stem(word) for word in words}) == 1


@pytest.mark.parametrize(("one", "other"), [("ship", "shop"), ("bus", "bed"), ("Austria", "Australia"), ("sing", "s")])
def test_words_of_different_stems(one: str, other: str) -> None:
    assert stem(one) != stem(other)


def test_a_question_is_about_its_telling_stems() -> None:
    assert telling_stems("How many ships were sinking?") == {"ship", "sink"}
    assert telling_stems("How many ships were sinking?") <= stems("Ten ships sink")
