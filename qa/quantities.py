"""Answers made whole: a number with the words that bound it, since "4,000" is not what "approximately 4,000" says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from qa.amounts import NUMERALS, read_amount, starts_amount
from qa.quantity_words import lead_in, tokens_of, trail
from qa.units import UNITS

# How far from the answer the rest of a quantity is looked for, in code points.
_REACH = 120
# In words; no quantity has more.
_LONGEST = 30
# How many words may start before the first that is a number.
_FURTHEST = 8
_BOUNDS = frozenset(("approximate", "least", "most", "exact", "range"))
_YEAR = re.compile(r"[12]\d{3}\Z")
_INDEFINITE = re.compile(r"\b[Aa]n? \Z")


def whole_answer(sentence: str, start: int, end: int) -> tuple[int, int]:
    """The span start..end of a sentence, grown to take in the whole of every number that it holds a part of, with what bounds
    it, and an indefinite article right before it where more than a number is left. Offsets in code points."""
    first, last, offset = start, end, max(0, start - _REACH)
    behind = start
    for low, number_end, high in _quantities(sentence[offset : end + _REACH]):
        if offset + low < end and start < offset + high:
            if offset + low <= first:
                first, behind = offset + low, offset + number_end
            last = max(last, offset + (number_end if end <= offset + number_end else high))
    # Not "a 5" of "a 5-year-old" nor "a 2-1" of "a 2-1 win".
    noun = any(map(str.isalpha, sentence[behind:last]))
    article = _INDEFINITE.search(sentence[max(0, first - 4) : first]) if noun else None
    return (first - len(article[0]) if article else first), last


def _quantities(text: str) -> Iterator[tuple[int, int, int]]:
    """Where every quantity starts with the words that bound it, where its number ends, and where its unit ends."""
    tokens = tokens_of(text)
    words = [token.text.lower() for token in tokens]
    numerals = [_is_numeral(word) for word in words]
    place = 0
    while place < len(tokens):
        near = any(numerals[place : place + _FURTHEST])
        number_stop, stop = _quantity(words, place) if near else (place, place)
        low = tokens[place].start
        # Not the 16 of "F16" and the 30 of "9:30".
        if stop > place and not re.match(r"[\w.,:/]", text[max(0, low - 1) : low]):
            yield low, tokens[number_stop - 1].end, tokens[stop - 1].end
            place = stop
        else:
            place += 1


def _quantity(words: Sequence[str], place: int) -> tuple[int, int]:
    """The numbers of the words behind the number that starts with words[place], and behind its unit; `place` for none."""
    start = place + (words[place] == "from")
    effects, length, rest = lead_in(words[start : start + _LONGEST], _BOUNDS)
    span = "range" in effects or start > place
    first = start + length
    # "from 300 in 2019 to 4,000"
    if place and words[place - 1] == "in" and _YEAR.match(words[place]) and rest[1:2] == ["to"]:
        return place, place
    if not rest or (rest[0] in ("a", "an") and not starts_amount(rest[1:])) or (rest[0] == "-" and first > place):
        return place, place
    found = read_amount(rest)
    # One word is the 6 of "from 6 to 4", which is no range.
    read = len(rest) - len(found[1]) if found is not None else int(read_amount(rest[:1]) is not None)
    if not read or (span and not {"-", "to"} & set(rest[:read])):
        return place, place
    trailing = trail(rest[read:])[1]
    if trailing:
        return first + read + trailing, first + read + trailing
    number = read
    while number > 1 and not _is_numeral(rest[number - 1]):
        number -= 1
    # "$3 m" and "2 hours 30 minutes" are no number without their last word.
    number = number if UNITS.keys().isdisjoint(rest[:number]) else read
    return first + number, first + read


def _is_numeral(word: str) -> bool:
    return any(map(str.isdigit, word)) or word in NUMERALS
