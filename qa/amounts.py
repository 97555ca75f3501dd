"""Amounts in English words and digits of any script: a number with its unit, a range of them, a sum ("2 hours 30 minutes").

Words come in lower case, marks as words of their own, as values.py splits them.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import NamedTuple

from qa.units import UNITS, Unit, Words, unit_at


class Amount(NamedTuple):
    """The fields are those of a Value."""

    kind: str
    unit: str
    low: float
    high: float
    approximate: bool
    rounding: float


class _Number(NamedTuple):
    """least: only a lower bound ("dozens"). scale: of its last word like million, 1000 also for 12,000."""

    number: Decimal
    least: bool
    scale: Decimal
    unit: Unit


def numbered(words: str, start: int = 1) -> dict[str, int]:
    """The words with the numbers that they have in their order."""
    return {word: number for number, word in enumerate(words.split(), start)}


_COUNT, _SHARE, _ORDINAL = Unit("count", "", 1.0), Unit("percent", "part", 1.0), Unit("ordinal", "", 1.0)
_BELOW_20 = numbered(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen",
    0,
)
_TENS = {word: 10 * tens for word, tens in numbered("twenty thirty forty fifty sixty seventy eighty ninety", 2).items()}
_BELOW_100 = _BELOW_20 | _TENS
# Behind digits only. Those of one letter stand apart from them in sums of money only: "5 m" is a length.
_SHORT_SCALES = {"k": 10**3, "mn": 10**6, "mln": 10**6, "m": 10**6, "bn": 10**9, "b": 10**9, "tn": 10**12}
SCALES = {"dozen": 12, "hundred": 100, "thousand": 10**3, "lakh": 10**5, "million": 10**6, "crore": 10**7, "billion": 10**9}
SCALES |= {"trillion": 10**12}
_PLURALS = {"tens": 10, "dozens": 12, "hundreds": 100, "thousands": 10**3, "millions": 10**6, "billions": 10**9}
# Two at the least.
_VAGUE = {"few": 2, "several": 2, "couple": 2} | {word: 2 * size for word, size in _PLURALS.items()}
ORDINALS = numbered(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
)
_PARTS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "tenth": 10}
_PARTS |= {part + "s": size for part, size in _PARTS.items()}
# "One" is also a pronoun.
NUMBER_WORDS = frozenset(_BELOW_100 | _PLURALS | SCALES) - {"one"}
# What a number may be written with, though some of it is none by itself. A unit is no part of it: who asks how many years wants
# no years.
NUMERALS = NUMBER_WORDS | {"one", "a", *_VAGUE, *_PARTS} | {scale for scale in _SHORT_SCALES if len(scale) > 1}
NUMERALS |= {name.split()[-1] for name, unit in UNITS.items() if unit.kind == "percent"}
# Of these, "an hour" is one.
_MEASURED = frozenset("duration length mass money area volume".split())

# What ends the words that name what was counted.
STOPS = frozenset(
    "of in on at by for from with to who whom whose that which were was are is be had have has been being will would could may "
    "and or but as after before during since until against near across than a an the this these those their its his her into "
    "over under out off last next when while where if not because so per each every between among within".split()
)

_DIGITS = re.compile(r"([\d.,]+)([a-z]*)")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?|\d{1,3}(?:\.\d{3}){2,}")
_ORDINAL_ENDS = ("st", "nd", "rd", "th")


def read_amount(words: Words) -> tuple[Amount, Words] | None:
    """The amount that the words start with, and the words behind it."""
    found = _number_with_unit(words)
    if found is None:
        return None
    first, rest = found
    money = first.unit.kind == "money"
    second = _number_with_unit(rest[1:], money) if rest and rest[0] in ("-", "to", "or") else None
    if second is not None:
        # No range: "in 2020 to $1.1bn".
        priced = unit_at(rest[1:]) is not None and first.unit == _COUNT
        both = None if priced else _range(first, second[0])
        return (both, second[1]) if both is not None else None
    amount, rest = _one_in_five(first, rest) or _sum(first, rest)
    # "28 years old", "28-year-old".
    return amount, rest[amount.kind == "duration" and rest[:1] == ["old"] :]


def starts_amount(words: Words) -> bool:
    """Whether these words make a number of "a" or "an" before them: "a dozen", "an hour", but not "a 1956 law"."""
    if not words:
        return False
    unit = unit_at(words)
    measured = unit is not None and unit[0].kind in _MEASURED and words[0].isalpha() and words[0] != "second"
    return measured or words[0] in SCALES or words[0] in _PARTS or words[0] in ("few", "couple")


def _digits(word: str) -> tuple[Decimal, Decimal, bool] | None:
    """The number of a word in digits, with the scale in it ("1.5m"), and whether it is an ordinal."""
    match = _DIGITS.fullmatch(re.sub(r"['’]", "", word))
    if match is None or len(match[1]) > 24:
        return None
    digits, suffix = match.groups()
    if _GROUPED.fullmatch(digits):
        digits = digits.replace(",", "") if "," in digits else digits.replace(".", "")
    else:
        digits = digits.replace(",", ".")
    ordinal = suffix in _ORDINAL_ENDS
    if digits.count(".") > 1 or not digits.replace(".", "") or (suffix and not ordinal and suffix not in _SHORT_SCALES):
        return None
    size = Decimal(_SHORT_SCALES.get(suffix, 1))
    return Decimal(digits) * size, size, ordinal


def _number_with_unit(words: Words, money: bool = False) -> tuple[_Number, Words] | None:
    """The number with the unit behind it or the currency before it. money: whether it is a sum of money without saying so."""
    before = unit_at(words)
    currency, words = before if before is not None and before[0].kind == "money" else (None, words)
    ordinal = _ordinal(words)
    if ordinal is not None:
        return ordinal
    minus = words[:1] in (["-"], ["minus"])
    found = _number(words[minus:], money or currency is not None)
    if found is None:
        return None
    number, rest = found
    number = number._replace(number=-number.number) if minus else number
    if currency is not None:
        return number._replace(unit=currency), rest
    part = number.unit == _SHARE
    # "half an hour"
    unit = unit_at(rest) or (unit_at(rest[1:]) if part and rest[:1] in (["a"], ["an"]) else None)
    if unit is not None:
        return number._replace(unit=unit[0]), unit[1]
    if part and rest and rest[0].isalpha() and rest[0] not in STOPS:
        # "half time" is no share.
        return None
    return number._replace(number=round(100 * number.number, 1) if part else number.number), rest


def _ordinal(words: Words) -> tuple[_Number, Words] | None:
    if not words:
        return None
    digits, tens, ones = _digits(words[0]), _TENS.get(words[0], 0), ORDINALS.get("".join(words[1:2]), 0)
    # But "twenty second" is a time.
    if tens and ones in (1, *range(3, 10)):
        return _Number(Decimal(tens + ones), False, Decimal(1), _ORDINAL), words[2:]
    number = digits[0] if digits is not None and digits[2] else Decimal(ORDINALS.get(words[0], 0))
    return (_Number(number, False, Decimal(1), _ORDINAL), words[1:]) if number else None


def _number(words: Words, money: bool = False) -> tuple[_Number, Words] | None:
    """The number in digits or words, as a count, or as a share of one where it is a part ("two thirds")."""
    if not words:
        return None
    if words[0][0].isdecimal():
        read = _digits(words[0])
        if read is None:
            return None
        half, rest = _and_a_half(words[1:])
        if rest and rest[0] in _SHORT_SCALES and (money or len(rest[0]) > 1):
            size, rest = Decimal(_SHORT_SCALES[rest[0]]), rest[1:]
        else:
            size, rest = _scales(rest)
        scale = Decimal(1000) if words[0].endswith(",000") else read[1]
        return _Number((read[0] + half) * size, False, max(size, scale), _COUNT), rest
    return _vague(words) or _part(words) or _in_words(words)


def _in_words(words: Words) -> tuple[_Number, Words] | None:
    total, rest = Decimal(0), words
    group: tuple[Decimal, Words] | None = _below_thousand(words) or (Decimal(1), words)
    while group is not None:
        size, rest = _scales(group[1])
        total += group[0] * size
        more = rest[rest[:1] == ["and"] :]
        group = _below_thousand(more) if size > 1 and more[:1] not in (["a"], ["an"]) else None
    if rest == words:
        return None
    last = words[len(words) - len(rest) - 1]
    return _Number(total, False, Decimal(SCALES.get(last, 1)), _COUNT), rest


def _below_thousand(words: Words) -> tuple[Decimal, Words] | None:
    """ "one hundred and five", "two and a half" """
    one = words[:1] in (["a"], ["an"], ["hundred"])
    found = (1, words[words[0] != "hundred" :]) if one else _below_hundred(words)
    if found is None:
        return None
    number, rest = found
    if rest and rest[0] == "hundred":
        number, rest = number * 100, rest[1:]
        added = _below_hundred(rest[rest[:1] == ["and"] :])
        if added is not None:
            number, rest = number + added[0], added[1]
    half, rest = _and_a_half(rest)
    return number + half, rest


def _and_a_half(words: Words) -> tuple[Decimal, Words]:
    return (Decimal("0.5"), words[3:]) if words[:3] == ["and", "a", "half"] else (Decimal(0), words)


def _below_hundred(words: Words) -> tuple[int, Words] | None:
    if not words or words[0] not in _BELOW_100:
        return None
    tens, ones = _TENS.get(words[0], 0), _BELOW_20.get(words[1], 0) if len(words) > 1 else 0
    if tens and 0 < ones < 10:
        return tens + ones, words[2:]
    return _BELOW_100[words[0]], words[1:]


def _scales(words: Words) -> tuple[Decimal, Words]:
    """The product of the words like "thousand" at the start, 1 where there are none."""
    size = Decimal(1)
    while words and words[0] in SCALES:
        size, words = size * SCALES[words[0]], words[1:]
    return size, words


def _vague(words: Words) -> tuple[_Number, Words] | None:
    """ "a few thousand", "tens of thousands of" """
    words = words[words[0] == "a" :]
    if not words or words[0] not in _VAGUE:
        return None
    number, words = Decimal(_VAGUE[words[0]]), words[1:]
    while words and (words[0] in _PLURALS or words[0] == "of"):
        number, words = number * _PLURALS.get(words[0], 1), words[1:]
    size, words = _scales(words)
    return _Number(number * size, True, Decimal(1), _COUNT), words


def _part(words: Words) -> tuple[_Number, Words] | None:
    """A share, "half", "a third", "two thirds"; or a count, "half a dozen", "a quarter of a million"."""
    number = 1 if words[0] in ("a", "an", "half") else _BELOW_20.get(words[0], 0)
    words = words[words[0] != "half" :]
    part = _PARTS.get(words[0], 0) if words else 0
    if not number or not part:
        return None
    behind = words[1 + (words[1:3] == ["of", "a"]) :]
    size, rest = _scales(behind[behind[:1] in (["a"], ["an"]) :])
    if size > 1:
        return _Number(number * size / part, False, Decimal(1), _COUNT), rest
    return _Number(Decimal(number) / part, False, Decimal(1), _SHARE), words[1:]


def _one_in_five(first: _Number, words: Words) -> tuple[Amount, Words] | None:
    """ "one in five" and "one out of five" as a share."""
    skipped = 1 if words[:1] == ["in"] else 2 if words[:2] == ["out", "of"] else 0
    whole = _number(words[skipped:]) if skipped and first.unit == _COUNT else None
    if whole is None or whole[0].least or not first.number < whole[0].number <= 1000:
        return None
    share = round(100 * first.number / whole[0].number, 1)
    return _amount(_Number(share, False, Decimal(1), _SHARE)), whole[1]


def _range(first: _Number, second: _Number) -> Amount | None:
    if first.unit == _COUNT:
        first = first._replace(unit=second.unit)
    if second.unit == _COUNT and first.unit.kind == "money":
        second = second._replace(unit=first.unit)
    if first.unit.kind != second.unit.kind:
        return None
    if first.scale == 1 and first.number * second.scale < second.number:
        # "10 to 12 million": the one word is for both. So is the thousand of "10-12,000".
        first = first._replace(number=first.number * second.scale)
    low, high = _amount(first), _amount(second)
    if low.low > high.high:
        return None
    return high._replace(low=low.low, rounding=max(low.rounding, high.rounding))


def _sum(first: _Number, words: Words) -> tuple[Amount, Words]:
    """The amount with smaller units behind it: "2 hours 30 minutes", "an hour and a half"."""
    amount, factor = _amount(first), first.unit.factor
    while first.unit.kind in ("duration", "length", "mass"):
        if words[:3] == ["and", "a", "half"]:
            half = factor / 2
            return amount._replace(low=amount.low + half, high=amount.high + half, rounding=half), words[3:]
        more = _number_with_unit(words[words[:1] in (["and"], [","]) :])
        if more is None or more[0].unit.kind != amount.kind or more[0].unit.factor >= factor:
            break
        added, factor, words = _amount(more[0]), more[0].unit.factor, more[1]
        amount = amount._replace(low=amount.low + added.low, high=amount.high + added.high, rounding=added.rounding)
    return amount, words


def _amount(number: _Number) -> Amount:
    """The number in the base unit; its rounding is the place of its last digit that is not 0, from 100 on."""
    size, unit = float(number.number), number.unit
    exponent = int(number.number.normalize().as_tuple().exponent)
    place = 10.0 ** (exponent if size >= 100 else min(exponent, 0))
    low, rounding = size * unit.factor, 0.0 if unit == _ORDINAL else place * unit.factor
    if unit.name == "F":
        low, rounding = (size - 32) / 1.8, rounding / 1.8
    return Amount(unit.kind, unit.name, low, math.inf if number.least else low, number.least, rounding)
