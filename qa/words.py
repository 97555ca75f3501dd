"""The words of a text, in a form in which those of one stem are the same."""

from __future__ import annotations

import re

from index.search import words_of

_WORD = re.compile(r"\w+")
_ENDING = re.compile(r"(?<=\w{3})(?:ing|ed|es|s)\Z")
# What is left of a word after so many letters are endings too: Ukraine and Ukrainian, but not Austria and Australia.
_LETTERS = 6


def stem(word: str) -> str:
    """A coarse stem: fail for failed and failing, ukrain for Ukraine and Ukrainian."""
    return _ENDING.sub("", word.lower())[:_LETTERS]


def stems(text: str) -> set[str]:
    """The stems of all words of a text."""
    return {stem(word) for word in _WORD.findall(text)}


def telling_stems(question: str) -> set[str]:
    """The stems of the words that say what a question is about."""
    return {stem(word) for word in words_of(question)} - {"many", "much"}
