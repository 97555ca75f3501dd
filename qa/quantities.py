"""Answers made whole: a number with the words that bound it, since "4,000" is not what "approximately 4,000" says."""

from __future__ import annotations

import re

_HEDGE = (
    r"(?:approximately|about|around|roughly|nearly|almost|some|over|under|up to|at least|at most|more than|less than|"
    r"fewer than|only|just|as many as|as few as|an estimated|close to)"
)
_NUMBER = r"[$€£]?\d+(?:[.,]\d+)*(?:%| percent| per cent| (?:hundred|thousand|million|billion|trillion))?"
_QUANTITY = re.compile(
    rf"\bbetween {_NUMBER} and {_NUMBER}|\bfrom {_NUMBER} to {_NUMBER}|"
    rf"(?:\b{_HEDGE} )?(?<![\w.,]){_NUMBER}(?: ?(?:to|-|–) ?{_NUMBER})?",
    re.IGNORECASE,
)
_INDEFINITE = re.compile(r"\b[Aa]n? \Z")


def whole_answer(sentence: str, start: int, end: int) -> tuple[int, int]:
    """The span start..end of a sentence, grown to take in the whole of every quantity that it holds a part of, and an
    indefinite article right before it. Offsets in code points."""
    first, last = start, end
    for quantity in _QUANTITY.finditer(sentence):
        if quantity.start() < end and start < quantity.end():
            first, last = min(first, quantity.start()), max(last, quantity.end())
    article = _INDEFINITE.search(sentence[max(0, first - 4) : first])
    return (first - len(article[0]) if article else first), last
