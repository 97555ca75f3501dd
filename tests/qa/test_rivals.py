"""Another answer stands beside the best one only where it answers the same question about the same thing."""

from __future__ import annotations

import pytest

from qa.rivals import Said, rivals


def said(sentence: str, words: str, place: int = 0) -> Said:
    start = sentence.index(words)
    return Said(sentence, start, start + len(words), ("a.txt", place))


ASKED = "How many people died on the ferry?"
BEST = said("Nineteen people died on the ferry.", "Nineteen")


@pytest.mark.parametrize(
    ("sentence", "words", "share", "expected"),
    [
        ("The guard said that at least 12 people had died and that 31 were in hospital.", "at least 12", 0.3, True),
        ("The guard said that at least 12 people had died and that 31 were in hospital.", "31", 0.9, False),
        ("It sailed from Kelda with 214 people on board.", "214", 0.9, False),
        ("The union put the toll at 40.", "40", 0.45, True),
        ("The union put the toll at 40.", "40", 0.3, False),
        ("It cost 40 million euros.", "40 million euros", 0.9, False),
        ("Rescuers found dead and wounded, 45 people in all.", "people", 0.9, False),
        ("The crash killed two people and wounded 31.", "31", 0.9, False),
    ],
)
def test_quantities_of_the_same_deed(sentence: str, words: str, share: float, expected: bool) -> None:
    assert rivals(ASKED, BEST, said(sentence, words, 100), share) is expected


@pytest.mark.parametrize(
    ("sentence", "one", "other", "expected"),
    [
        ("She got 47 percent of the vote to 49 percent for Dahl.", "47 percent", "49 percent", False),
        ("Police said 47 percent voted, but Dahl said 61 percent had voted.", "47 percent", "61 percent", True),
        ("The loss was $312 million, compared with $187 million a year earlier.", "$312 million", "$187 million", False),
    ],
)
def test_two_numbers_of_one_sentence_rival_each_other_only_in_contrast(
    sentence: str, one: str, other: str, expected: bool
) -> None:
    assert rivals("What share of people voted?", said(sentence, one), said(sentence, other), 0.9) is expected


@pytest.mark.parametrize(
    ("sentence", "words", "place", "expected"),
    [
        ("The bridge in Torvik was opened by Ada Lund and Bo Dahl.", "Bo Dahl", 0, True),
        ("The bridge in Torvik was opened by Ada Lund and Bo Dahl.", "Torvik", 0, False),
        ("The old bridge was opened by Cem Kaya.", "Cem Kaya", 100, True),
        ("Cem Kaya paid for it.", "Cem Kaya", 100, False),
        ("A bridge was opened in Kelda.", "Kelda", 100, False),
    ],
)
def test_who_is_answered_by_those_who_did_it(sentence: str, words: str, place: int, expected: bool) -> None:
    best = said("The bridge in Torvik was opened by Ada Lund and Bo Dahl.", "Ada Lund")
    assert rivals("Who opened the bridge?", best, said(sentence, words, place), 0.9) is expected
