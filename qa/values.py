"""Whether two answers mean the same, or cannot both be right: by value and unit where they give a quantity, else by words.

Read by rules of our own. Of the libraries, quantulum3 0.10.0 reads "10-12,000" as 6,005 and "$1.5bn" as barns, text2num 3.1.0
and word2number 1.1 cannot read "two and a half million", and dateparser 1.5.0 makes days of "June 2024" and "the 1990s" by
today's date.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa.amounts import NUMBER_WORDS, SCALES, STOPS, read_amount
from qa.dates import MONTH, MONTHS, YEAR, read_date
from qa.quantity_words import lead_in, tokens_of, trail
from qa.units import UNITS, unit_at
from qa.wording import normal_form as normal_form
from qa.wording import same_words

# In code points. What is longer is a statement and no quantity.
MAX_LENGTH = 200


@dataclass(frozen=True)
class Value:
    """What a quantity says, from low to high, both included; -inf or inf where it sets no bound.

    kind: "count", "percent", "ordinal", "money", "duration", "length", ...; "date"; or "year", four digits that may also be a
    count. A rate has its kind and " per day" or the like.
    unit: as written, normalised ("km"); the currency of money; "part" for a third and the like; of a date "day", "month",
    "year" or "span".
    low, high: in the kind's base unit: seconds, metres, kilograms, degrees Celsius, the currency; of a date days, see
    qa.dates.YEAR.
    rounding: the place to which the number seems to be rounded, in the base unit: 100 for 3,100.
    of: what was counted, singular and in lower case: "russian soldier"; may be empty.
    """

    kind: str
    unit: str
    low: float
    high: float
    approximate: bool
    rounding: float
    of: str


# Where more words follow, the quantity is hardly what they answer.
_MOST_FOLLOWING = 6

# Letters next to a digit that make a name of it, as in F16 and 5G.
_LETTERS = re.compile(r"[^\W\d_](?=\d)|(?<=\d)([^\W\d_]+)")
_SUFFIXES = frozenset("st nd rd th s k m b mn mln bn tn K M B C F L".split()) | SCALES.keys() | UNITS.keys() - {"c", "f"}
# How many times greater a number is than what a reader leaves of it without its last word.
_CUT_OFF = (1e3, 1e6, 1e9, 1e12)
_DOLLARS = frozenset("dollar USD AUD CAD".split())
# With these the quantity is how far another time is away.
_RELATIVE = frozenset("ago earlier later before after from".split())
# Times of day are not compared: the zone is seldom said.
_CLOCK = frozenset("am pm a.m p.m : o".split())
# Nouns for the same thing counted.
_SYNONYM_SETS = "troop soldier serviceman servicemen personnel; people person individual; dead death killed fatality died"
_SYNONYM_SETS += "; injured wounded hurt injury"
_SYNONYMS = {word: words.split()[0] for words in _SYNONYM_SETS.split("; ") for word in words.split()}
_PLURAL_ENDS = ("s", "men", "people", "children")


def read_value(text: str) -> Value | None:
    """The one quantity that an answer's words give, or None where they give none or several, start with anything but a
    quantity ("Radio 4", "sent 20 men"), or are longer than MAX_LENGTH. Words in English, digits of any script."""
    if len(text) > MAX_LENGTH:
        return None
    for letters in _LETTERS.findall(text):
        if (letters if len(letters) == 1 else letters.lower()) not in _SUFFIXES:
            return None
    return _read([token.text for token in tokens_of(text)])


def same_value(one: Value, other: Value) -> bool:
    """Whether both say the same: equal bounds of the same thing, or one date within the day, month or year of the other.

    Numbers in different units are equal within 2 %, since they were rounded after they were converted.
    """
    pair = _comparable(one, other)
    if pair is None or not _same_thing(one.of, other.of):
        return False
    one, other = pair
    if one.kind == "date":
        return (one.low, one.high) == (other.low, other.high) or _inside(one, other) or _inside(other, one)
    if one.kind == "temperature" and one.unit != other.unit:
        return abs(one.low - other.low) <= 1 and abs(one.high - other.high) <= 1
    share = 1e-12 if one.unit == other.unit or one.kind == "money" else 0.02
    return math.isclose(one.low, other.low, rel_tol=share) and math.isclose(one.high, other.high, rel_tol=share)


def comparable(one: Value, other: Value) -> bool:
    """Whether both are of one kind, money and money, and count the same thing as far as they say what."""
    return _comparable(one, other) is not None and _same_thing(one.of, other.of)


def differ(one: Value, other: Value) -> bool:
    """Whether both cannot be the answer to one question: comparable, and without overlap even if both are generously read.

    Each bound may be off by half of the place to which it is rounded, though not by more than 5 %: "3,000" does not deny 3,012,
    but 3,200. An approximate one may be off by 5 % in any case, and by its rounding up to 20 %: "about 3,000" does not deny
    3,400, but 4,000. Different units add 5 %, as much as there is between four weeks and a month. And "4" may be what is left
    of "4 million".
    """
    pair = _comparable(one, other)
    if pair is None or same_value(one, other) or not _same_thing(one.of, other.of, strictly=True):
        return False
    if {one.kind, other.kind} == {"year", "count"}:
        return False
    one, other = sorted(pair, key=lambda value: (value.low, value.high))
    if one.kind == "count" and any(math.isclose(other.low, one.low * size, rel_tol=1e-12) for size in _CUT_OFF):
        return False
    converted = one.unit != other.unit and one.kind not in ("date", "money")
    return one.high + _slack(one, one.high, converted) < other.low - _slack(other, other.low, converted)


def same_answer(one: str, other: str, *, persons: bool = False) -> bool:
    """Whether two answers to one question say the same: by value if both give one, else by their words. persons: whether the
    question asks for them."""
    if one.strip() == other.strip():
        return True
    first, second = read_value(one), read_value(other)
    if first is None or second is None:
        return same_words(one, other, persons=persons)
    return same_value(first, second) or _same_number(first, second) or _same_number(second, first)


def _read(tokens: list[str]) -> Value | None:
    effects, length, rest = lead_in(tokens)
    tokens = ["-" if word == "-" else token for word, token in zip(rest, tokens[length:], strict=True)]
    named = len(tokens) > 1 and tokens[0][0].isupper()
    found = _read_bare(tokens)
    if found is None:
        return None
    value, tokens = found
    # "Four Seasons": a name, not a number.
    title = named and value.kind == "count" and tokens and tokens[0][0].isupper()
    if title or ("range" in effects and value.low == value.high):
        return None
    rest = [token.lower() for token in tokens]
    effect, trailing = trail(rest)
    effects, rest = [*effects, effect], rest[trailing:]
    value = _bounded(value, effects)
    rate = _rate(rest)
    if rate and value.kind not in ("date", "year"):
        value, rest = replace(value, kind=f"{value.kind} per {rate}"), rest[2:]
    if rest and (rest[0] in _CLOCK or (rest[0] in _RELATIVE and value.kind == "duration")):
        return None
    if rest[:1] == ["("] and ")" in rest:
        close = rest.index(")")
        inner = _read(tokens[len(tokens) - len(rest) :][1:close])
        if inner is not None and same_value(value, inner):
            rest = rest[close + 1 :]
    if any(_numeric(word) for word in rest) or sum(word.isalpha() for word in rest) > _MOST_FOLLOWING:
        return None
    if value.kind == "ordinal" and rest not in ([], ["."], ["place"]):
        return None
    if value.kind == "year" and rest and rest[0].isalpha():
        # "2000 tents", but the "2011 Harbour Games", the "1956 law", and "2024 in Rome".
        if tokens[len(tokens) - len(rest)][0].isupper() or (rest[0] not in STOPS and not rest[0].endswith(_PLURAL_ENDS)):
            return None
        if rest[0] not in STOPS:
            value = _as_count(value)
    return replace(value, of="" if value.kind in ("date", "year", "money") else _counted(rest))


def _read_bare(tokens: list[str]) -> tuple[Value, list[str]] | None:
    """The quantity that the tokens start with, and the tokens behind it."""
    found = read_date(" ".join(tokens))
    if found is not None:
        date, rest = found
        value = Value("year" if date.bare else "date", date.unit, date.low, date.high, False, date.rounding, "")
        return value, tokens[len(tokens) - len(rest.split()) :]
    amount = read_amount([token.lower() for token in tokens])
    if amount is None:
        return None
    return Value(*amount[0], of=""), tokens[len(tokens) - len(amount[1]) :]


def _bounded(value: Value, effects: Sequence[str]) -> Value:
    dated = value.kind in ("date", "year")
    if "approximate" in effects:
        value = replace(value, approximate=True)
    if "least" in effects or (dated and "since" in effects):
        value = replace(value, high=math.inf, unit="span" if dated else value.unit)
    if "most" in effects or (dated and "until" in effects):
        value = replace(value, low=-math.inf, unit="span" if dated else value.unit)
    return _as_count(value) if value.kind == "year" and ("least" in effects or "most" in effects) else value


def _rate(words: list[str]) -> str:
    """The unit of time or the thing that a rate counts for, "" where there is none."""
    if len(words) < 2 or words[0] not in ("per", "a", "an", "each", "every", "/"):
        return ""
    unit = unit_at(words[1:])
    if unit is not None:
        return unit[0].name
    return words[1] if words[0] != "/" and words[1].isalpha() else ""


def _numeric(word: str) -> bool:
    if any(character.isnumeric() for character in word):
        return "²" not in word and "³" not in word
    return word in NUMBER_WORDS or (word in MONTHS and word not in ("may", "march"))


def _counted(rest: Sequence[str]) -> str:
    """The words that name what was counted, singular, with synonyms as one."""
    named: list[str] = []
    for word in rest:
        if not word.replace(".", "").isalpha() or word in STOPS:
            if named or word not in ("of", "the"):
                break
        else:
            single = word[:-3] + "y" if word.endswith("ies") else word[:-1] if word.endswith("s") and len(word) > 3 else word
            named.append(_SYNONYMS.get(single, single))
    return " ".join(named)


def _same_number(bare: Value, measured: Value) -> bool:
    """Whether the one is the number of the other without its unit, "10" and "10 minutes", as a question may have said it."""
    bare = _as_count(bare) if bare.kind == "year" else bare
    if bare.kind != "count" or bare.of or measured.kind in ("count", "date", "year", "ordinal"):
        return False
    factor = next((unit.factor for unit in UNITS.values() if unit.name == measured.unit), 1.0)
    return all(math.isclose(*pair) for pair in ((bare.low * factor, measured.low), (bare.high * factor, measured.high)))


def _comparable(one: Value, other: Value) -> tuple[Value, Value] | None:
    """Both as values of one kind, or None where they are of different ones."""
    if {one.kind, other.kind} == {"year", "count"}:
        return _as_count(one), _as_count(other)
    one, other = (replace(value, kind="date") if value.kind == "year" else value for value in (one, other))
    if "GBP" in (one.unit, other.unit):
        one, other = _as_money(one), _as_money(other)
    if one.kind != other.kind:
        return None
    if one.kind.startswith("money") and one.unit != other.unit:
        # "$" may be the dollar of any country.
        return (one, other) if "dollar" in (one.unit, other.unit) and {one.unit, other.unit} <= _DOLLARS else None
    if one.kind == "date" and _yearless(one) != _yearless(other):
        one, other = (_without_year(value) for value in (one, other))
        return (one, other) if _yearless(one) and _yearless(other) else None
    return one, other


def _as_count(value: Value) -> Value:
    """A bare year as the number that it is written with."""
    if value.kind == "count":
        return value
    low, high = (bound if math.isinf(bound) else bound // YEAR for bound in (value.low, value.high))
    return replace(value, kind="count", unit="", low=low, high=high, rounding=1.0)


def _as_money(value: Value) -> Value:
    """Pounds as pounds sterling."""
    if value.unit != "pound":
        return value
    factor = UNITS["pound"].factor
    return replace(value, kind="money", unit="GBP", low=value.low / factor, high=value.high / factor)


def _yearless(date: Value) -> bool:
    return date.low >= 0 and date.high < YEAR


def _without_year(date: Value) -> Value:
    """A date within one month, as it comes in every year; others as they are."""
    if math.isinf(date.low) or math.isinf(date.high) or date.low // MONTH != date.high // MONTH:
        return date
    return replace(date, low=date.low % YEAR, high=date.high % YEAR)


def _inside(one: Value, other: Value) -> bool:
    return other.unit != "span" and other.low <= one.low and one.high <= other.high


def _slack(value: Value, bound: float, converted: bool) -> float:
    if math.isinf(bound):
        return 0.0
    if value.kind == "date":
        return value.rounding if value.approximate else 0.0
    share, half = 0.05 * abs(bound), 0.49 * value.rounding
    slack = max(share, min(half, 4 * share)) if value.approximate else min(half, share)
    if converted:
        return slack + (2.0 if value.kind == "temperature" else share)
    return slack


def _same_thing(one: str, other: str, *, strictly: bool = False) -> bool:
    """Whether the things counted may be the same: the head of one is among the other's words; strictly: the heads are equal,
    and the one has no attribute that the other lacks, or the other way round."""
    if not one or not other:
        return True
    words, others = one.split(), other.split()
    if strictly:
        return words[-1] == others[-1] and (set(words) <= set(others) or set(others) <= set(words))
    return words[-1] in others or others[-1] in words
