"""The words of a quantity with their places, and the words before and behind it that bound it: "at least", "or so"."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from qa.amounts import read_amount, starts_amount


class Token(NamedTuple):
    """A number, word or mark; start and end are its code points in the text."""

    text: str
    start: int
    end: int


# What may stand before a quantity, and what it says of it. "least" and "most" are bounds, "since" and "until" of dates only.
_LEADS = {
    "approximate": "about|around|approximately|roughly|nearly|almost|some|an estimated|estimated|close to|c \\.|ca \\.|~|≈",
    "least": "(?:well |far )?(?:more than|over)|at least|above|exceeding|in excess of|upwards? of|no fewer than|"
    "no less than|not less than|a minimum of|>",
    "most": "(?:well |far )?(?:less than|fewer than|under|below)|up to|at most|no more than|not more than|as many as|"
    "as much as|a maximum of|within|<",
    "range": "between|anywhere between|somewhere between",
    "exact": "only|just|exactly|precisely|a total of|as few as|as little as",
    "since": "since|after",
    "until": "before|until|till",
    "nothing": "in|on|at|by|for|of|to|from|some of|aged|during|the year|"
    "the past|the last|the next|the|,|with|its|their|his|her|as|an|a",
}
_LEAD = re.compile("|".join(f"(?P<{effect}>(?:{phrases})(?: |\\Z))" for effect, phrases in _LEADS.items()))
# In words.
_LONGEST_LEAD = 3
_TRAIL = re.compile(r"(?:(?P<approximate>or (?:so|thereabouts))|(?P<least>or more|\+)|(?P<most>or (?:less|fewer)))(?!\w)")

_TOKEN = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}(?!\d)|\d{1,2}([./])\d{1,2}\1\d{4}(?!\d)"
    r"|(?:\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})++(?!\d)(?:\.\d++)?|\d++(?:[.,'’]\d++)*+)"
    r"(?:(?:st|nd|rd|th|['’]?s|bn|tn|mn|mln|[kmb])(?!\w))?"
    r"|(?:U\.?S\.?|A|AU|C|CA)\$|[^\W\d_]+(?:\.[^\W\d_]+)*|\S",
    re.IGNORECASE,
)
_SPACE = re.compile(r"\s")
_DASHES = str.maketrans("–—−‐‑‒", "------")
_DROPPED = frozenset("\"'“”‘’«»„*_")


def tokens_of(text: str) -> list[Token]:
    """Numbers (3,000 for 3 000), words and marks; no quotation marks, and hyphens only before numbers, as in a range."""
    found = [
        Token(_SPACE.sub(",", match[0]), *match.span())
        for match in _TOKEN.finditer(text.translate(_DASHES))
        if match[0] not in _DROPPED
    ]
    pairs = zip(found, [*(token.text for token in found[1:]), ""], strict=False)
    return [token for token, after in pairs if token.text != "-" or after[:1].isdecimal() or after in tuple("$€£¥₹₽₩")]


def lead_in(words: Sequence[str], wanted: Collection[str] = _LEADS) -> tuple[list[str], int, list[str]]:
    """What the words at the start say of the quantity behind them, how many words that is, and the words behind them, in lower
    case and with "-" for the "and" of "between 10 and 12". Only effects in `wanted`."""
    words = [word.lower() for word in words]
    effects: list[str] = []
    place = 0
    while lead := _LEAD.match(" ".join(words[place : place + _LONGEST_LEAD])):
        effect, length = lead.lastgroup or "", len(lead[0].split())
        # "an hour" and "a dozen" start with their number.
        if effect not in wanted or (words[place] in ("a", "an") and length == 1 and starts_amount(list(words[place + 1 :]))):
            break
        effects.append(effect)
        place += length
    rest = words[place:]
    if "range" in effects and "and" in rest:
        # "two and a half and three": the one behind the whole of the first number. But "one hundred and five hundred".
        first = read_amount(rest)
        behind = len(rest) - len(first[1]) if first is not None else 0
        rest[behind if rest[behind : behind + 1] == ["and"] else rest.index("and")] = "-"
    return effects, place, rest


def trail(words: Sequence[str]) -> tuple[str, int]:
    """What the words right behind a quantity say of it, and how many words that is; "" and 0 where it is nothing."""
    found = _TRAIL.match(" ".join(words[:2]))
    return (found.lastgroup or "", len(found[0].split())) if found else ("", 0)
