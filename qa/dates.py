"""Dates in English words, of any granularity from a day to a century, and ranges of them.

Words come separated by single spaces, marks as words of their own, as values.py splits them.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from qa.amounts import ORDINALS, SCALES, numbered
from qa.units import unit_at

# Days are counted as if every month had 31, so that a year starts at year * 372; year 0, which never was, stands for no year.
YEAR, MONTH = 372, 31

MONTHS = numbered("january february march april may june july august september october november december")
MONTHS |= numbered("jan feb mar apr may jun jul aug sep oct nov dec") | {"sept": 9}


class Date(NamedTuple):
    """From low to high in days, both included, see YEAR. unit: "day", "month", "year" or "span".

    bare: only four digits, which may also be a count.
    """

    low: int
    high: int
    unit: str
    bare: bool = False

    @property
    def rounding(self) -> int:
        """How many days it may be off where it is approximate: "about 1500" was rounded more than "about 1503"."""
        if self.unit == "year":
            year = self.low // YEAR
            return YEAR * (50 if year % 100 == 0 else 5 if year % 10 == 0 else 1)
        return {"day": 3, "month": MONTH, "span": YEAR}[self.unit]


_STAGES = {"early": (0.0, 0.45), "mid": (0.25, 0.75), "middle": (0.25, 0.75), "late": (0.55, 1.0)}
_END = r"(?= |\Z)"
_ORDINAL = "|".join(ORDINALS)
_MONTH = rf"(?P<month>{'|'.join(MONTHS)}){_END}(?: \.)?"
# "4", "4th", "fourth", and the last of several days in one month.
_DAY = rf"(?:\d\d?(?:st|nd|rd|th)?|{_ORDINAL}){_END}"
_DAYS = rf"(?P<day>{_DAY})(?: (?:-|to) (?P<last>{_DAY}))?"
_YEAR_BEHIND = rf"(?:(?: ,| of| in)? (?P<year>[12]\d\d\d){_END})?"
_WEEKDAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day (?:, )?)?(?:the )?"
_BEFORE_CHRIST = rf"b\.?c(?:\.?e)?{_END}"


def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.ASCII)


_STAGE = _pattern(rf"(?P<stage>{'|'.join(_STAGES)}) (?:(?:in|of|-) )?")
# 2024-06-04 and 04.06.2024, but not 04/06/2024, which is April or June.
_NUMERIC = _pattern(rf"(?:(\d+)-(\d+)-(\d+)|(\d+)\.(\d+)\.(\d+)){_END}")
_DECADE = _pattern(rf"(?:the )?([12]\d\d0)['’]?s{_END}")
_CENTURY = _pattern(rf"(?:the )?(?:(\d\d?)(?:st|nd|rd|th)|(twenty )?({_ORDINAL})) centur(?:y|ies)( {_BEFORE_CHRIST})?{_END}")
_DAY_MONTH = _pattern(rf"{_WEEKDAY}{_DAYS} (?:of )?{_MONTH}{_YEAR_BEHIND}")
# In capitals, as "may" and "march" are verbs, and not before another name, as in "May Berg".
_MONTH_DAY = _pattern(rf"{_WEEKDAY}(?-i:(?=[A-Z])){_MONTH}(?! (?-i:[A-Z]))(?: {_DAYS})?{_YEAR_BEHIND}")
_YEAR_BC = _pattern(rf"(\d{{1,3}},?\d{{3}}|\d{{1,3}}) {_BEFORE_CHRIST}")
_YEAR_AD = _pattern(rf"(?:(?:a\.?d|c\.?e) (\d{{1,4}})|(\d{{1,4}}) (?:a\.?d|c\.?e)){_END}")
_BARE_YEAR = _pattern(rf"(?:the )?(\d{{4}}){_END}")
_JOINER = _pattern(r" (?:-|to|until|till|through) ")
_SHORT_YEAR = _pattern(rf" - (\d\d){_END}")


def read_date(text: str) -> tuple[Date, str] | None:
    """The date or the range of dates that the text starts with, and the text behind it."""
    found = _date(text)
    if found is None:
        return None
    first, text = found
    short = _SHORT_YEAR.match(text)
    if first.bare and short and int(short[1]) > first.low // YEAR % 100:
        # "2012-13"
        year = first.low // YEAR
        return _year(year, int(short[1]) - year % 100 + 1)._replace(bare=True), text[short.end() :].lstrip()
    joiner = _JOINER.match(text)
    second = _date(text[joiner.end() :]) if joiner else None
    if second is None:
        return first, text.lstrip()
    last, text = second
    if 0 <= first.low < YEAR <= last.low:
        # "4 June to 6 July 2024"
        first = first._replace(low=first.low + last.low // YEAR * YEAR)
    if first.low > last.high:
        return None
    return Date(first.low, last.high, "span", first.bare and last.bare), text.lstrip()


def _date(text: str) -> tuple[Date, str] | None:
    stage = _STAGE.match(text)
    if stage:
        part = _date(text[stage.end() :])
        if part is None or part[0].unit == "day":
            return None
        first, last = (round(share * (part[0].high - part[0].low)) for share in _STAGES[stage["stage"].lower()])
        return Date(part[0].low + first, part[0].low + last, "span"), part[1]
    for pattern, read in (
        (_NUMERIC, _numeric),
        (_DECADE, lambda match: _year(int(match[1]), 10)),
        (_CENTURY, _century),
        (_DAY_MONTH, _day_or_month),
        (_MONTH_DAY, _day_or_month),
        (_YEAR_BC, lambda match: _year(-int(match[1].replace(",", "")))),
        (_YEAR_AD, lambda match: _year(int(match[1] or match[2]))),
        (_BARE_YEAR, _bare_year),
    ):
        match = pattern.match(text)
        if match:
            date = read(match)
            return (date, text[match.end() :]) if date is not None else None
    return None


def _year(year: int, years: int = 1) -> Date:
    return Date(year * YEAR, (year + years) * YEAR - 1, "year" if years == 1 else "span")


def _days(year: int, month: int, first: int, last: int) -> Date | None:
    start = year * YEAR + (month - 1) * MONTH - 1
    if not (1 <= month <= 12 and 1 <= first <= last <= 31):
        return None
    return Date(start + first, start + last, "day" if first == last else "span")


def _numeric(match: re.Match[str]) -> Date | None:
    year, month, day = (int(number) for number in (match.group(1, 2, 3) if match[1] else match.group(6, 5, 4)))
    return _days(year, month, day, day)


def _century(match: re.Match[str]) -> Date:
    number = int(match[1]) if match[1] else 20 * bool(match[2]) + ORDINALS[match[3].lower()]
    return _year(-100 * number, 100) if match[4] else _year(100 * (number - 1) + 1, 100)


def _day_or_month(match: re.Match[str]) -> Date | None:
    year, month = int(match["year"] or 0), MONTHS[match["month"].lower()]
    if match["day"] is None:
        start = year * YEAR + (month - 1) * MONTH
        return Date(start, start + MONTH - 1, "month")
    first, last = (_day(day) for day in (match["day"], match["last"] or match["day"]))
    return _days(year, month, first, last)


def _day(word: str) -> int:
    return ORDINALS.get(word.lower()) or int(re.sub(r"\D", "", word))


def _bare_year(match: re.Match[str]) -> Date | None:
    following = match.string[match.end() :].lower().split()[:3]
    if not 1000 <= int(match[1]) <= 2100 or unit_at(following) is not None or following[:1] in [[scale] for scale in SCALES]:
        return None
    return _year(int(match[1]))._replace(bare=True)
