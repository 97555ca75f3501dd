"""When a sentence says that a thing was so: its words of time that belong to some other words of it."""

from __future__ import annotations

import re

# Looking further than this from the span would not tell more; all lengths are in code points.
_REACH = 2_000

_MONTH = (
    r"(?:January|February|April|June|July|August|September|October|November|December|"
    r"(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.)"
)
# These two are also a verb and a walk; alone they are months only after a preposition or next to a number.
_ANY_MONTH = rf"(?:{_MONTH}|May|March)"
_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_DAYTIME = r"(?i:morning|afternoon|evening|night)"
_SEASON = r"(?i:spring|summer|autumn|fall|winter)"
_YEAR = r"(?:\d{2,4} (?:BCE?|CE|AD)|(?:AD|A\.D\.) \d{1,4}|(?:1\d|20)\d\d)\b(?![.,]?\d|%)"
# "in 1500 cases" is no year, "in 1990 cases rose" is one.
_LONE_YEAR = rf"(?!\d\d00 [a-z]+s\b){_YEAR}"
_NUMBER = (
    r"(?i:\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|several|some|many|few|a few|"
    r"a couple of|a dozen|half a)"
)
_UNIT = r"(?i:minute|hour|day|night|week|weekend|fortnight|month|quarter|season|semester|year|decade|century|generation)"
_UNITS = r"(?i:minutes?|hours?|days?|nights?|weeks?|weekends?|months?|quarters?|seasons?|years?|decades?|centur(?:y|ies))"
_ORDINAL = r"\d{1,2}(?:st|nd|rd|th)?"
_DAY_OF_MONTH = (
    rf"(?:{_ANY_MONTH} {_ORDINAL}\b(?!:)(?:,? {_YEAR})?|{_ORDINAL} (?:of )?{_ANY_MONTH}\b(?:,? {_YEAR})?|"
    rf"{_ANY_MONTH}(?: of|,)? {_YEAR}|\d{{4}}-\d\d-\d\d)"
)
_DATE = rf"(?:{_DAY_OF_MONTH}|{_WEEKDAY}(?: {_DAYTIME})?(?:,? {_DAY_OF_MONTH})?)(?!\w)"
_PERIOD = (
    rf"(?:(?i:the )?(?i:early|mid|late)[ -](?:{_YEAR}|\d{{3}}0s|{_ANY_MONTH}|{_SEASON}|{_WEEKDAY})|"
    rf"(?i:the )?(?:(?i:early|mid|late|first half of the)[ -])?(?:\d{{3}}0s|'?\d0s)\b|"
    rf"(?i:the )?{_SEASON} (?:of )?{_YEAR}|"
    rf"(?i:the (?:early |mid-?|late )?(?:\d{{1,2}}(?:st|nd|rd|th)|[a-z]{{3,7}}th|first|second|third|twenty-first)[ -]century)"
    rf"(?: BCE?)?|{_YEAR}[-–](?:{_YEAR}|\d\d\b)|World War (?:I{{1,2}}|One|Two|1|2)\b)"
)
_POINTING = (
    rf"(?:(?i:yesterday|today|tomorrow|tonight|last night)\b(?: {_DAYTIME})?|(?i:recently|currently|nowadays)\b|"
    rf"(?i:(?:earlier|later|late|early) )?(?i:this past|last|next|this|that same|that|the same|the previous|the following|"
    rf"the next|the past|the last|the first|recent|the coming|the preceding) (?:{_NUMBER} )?"
    rf"(?:(?:{_UNITS}|{_SEASON}|(?i:morning|afternoon|evening)|{_ANY_MONTH}|{_WEEKDAY})\b(?: {_DAYTIME})?)|"
    rf"(?i:earlier|later) (?:(?i:in|on) (?:(?i:the|that) )?)?(?:{_UNIT}|{_DATE}|(?i:today)|{_ANY_MONTH}|{_LONE_YEAR})\b|"
    rf"{_NUMBER} {_UNITS} (?i:ago|earlier|later|prior|previously|before|after|from now)\b(?: (?i:to) [^,.;]{{1,30}}(?=[,.;]))?)"
)
_CLOCK = (
    r"(?:\d{1,2}(?:[:.]\d\d)? ?(?:[ap]\.m\.|[aApP][mM]\b)|\d{1,2}:\d\d\b|(?i:noon|midnight|dawn|dusk)\b)"
    r"(?: (?:UTC|GMT|[ECMP][SD]?T|CEST|local time)\b)?"
)
# What needs a preposition to be sure to be a time.
_LED = (
    rf"(?:{_LONE_YEAR}|May\b|March\b|{_CLOCK}|(?i:the )?(?i:spring|summer|autumn|winter|fall)\b(?! of [^\d])|"
    rf"(?i:recent|coming|following|past|previous) {_UNITS}\b|(?i:the past|the meantime)\b)"
)
_PREPOSITION = (
    r"(?i:on|in|at|by|since|until|till|from|during|before|after|around|about|circa|through|throughout|over|within|"
    r"since (?:around|about)|(?:in|during|over|for) the (?:first|second|latter) half of|(?:as )?(?:early|late) (?:in|on|as)|"
    r"as of|no later than|not until|by the end of|at the (?:start|beginning|end|height) of|"
    r"(?:in|on|for) (?:the )?(?:early hours|morning|afternoon|evening|night|eve|first half|second half|course|days|weeks|"
    r"months|"
    r"spring|summer|autumn|fall|winter|end|middle|beginning) of|"
    r"(?:in|over|during|within|for) the (?:early|late|first|last|past|next|coming))"
)
_SURE = rf"(?:{_DATE}|{_PERIOD}|{_POINTING}|{_MONTH}(?!\w))"
_ANY = rf"(?:{_SURE}|{_LED})"
TIME = re.compile(
    rf"(?<![\w$€£.,-])(?:(?i:between|from) {_ANY} (?i:and|to|until|through) (?:{_SURE}|{_YEAR}|May\b|March\b)|"
    rf"(?:{_PREPOSITION} )?{_SURE}(?:,? (?:(?i:at|on|in|of) )?{_ANY})?|{_PREPOSITION} {_ANY}(?:,? (?:(?i:at|on|in|"
    rf"of) )?{_ANY})?|"
    rf"(?i:in|within|after|over|during) {_NUMBER} {_UNITS})"
    rf"(?![\w])"
)

# Where one clause ends and another starts.
_BOUNDARY = re.compile(
    r"[;:()\[\]—]| – |, (?=(?:and|but|or|yet|so|while|whereas|although|though|because|when|if|unless|until|before|after|as|"
    r"since)"
    r"\b)|\b(?=(?:that|because|although|though|while|whereas|if|unless|when|where|but|who|which|whose|whom)\b)"
)
# A clause put into another between two commas: "the firm, founded in 1920, employs".
_INSERT = re.compile(r", (?=(?:who|which|whose|where|whom|once|now|then|a|an|[a-z]+(?:ed|ing))\b)[^,;]{1,300},")
_REPORTING = re.compile(
    r"\b(?:said|says?|stated|reported|announced|estimated|indicated|warned|argued|told|added|claimed|confirmed|"
    r"wrote|noted|explained|denied|believed?s?|revealed|found|showed)\b"
)


def tells_when_said(sentence: str, start: int) -> bool:
    """Whether the words of time at `start` belong to a reporting verb right before: "said on Monday", "told MPs on Monday"."""
    return re.search(rf"{_REPORTING.pattern}(?: (?!that\b)[A-Za-z]+)? \Z", sentence[max(0, start - 60) : start]) is not None


def time_words(sentence: str, start: int, end: int) -> tuple[int, int] | None:
    """Start and end of the words that place the clause of sentence[start:end] in time, or None where there are none.

    Offsets in code points. The nearest words of the same clause win; a span that holds or is a time itself needs no other.
    Where the clause has none, a time at the start of the sentence or of the reporting clause before it ("said on Monday that
    ...") is taken; those of other clauses are not. Only English expressions are known.
    """
    if not 0 <= start <= end <= len(sentence) or end - start > _REACH:
        return None
    first = max(0, start - _REACH)
    window = re.sub(r"\s", " ", sentence[first : end + _REACH])
    start, end = start - first, end - first
    times = [match.span() for match in TIME.finditer(window)]
    if any(time_start < end and start < time_end for time_start, time_end in times):
        return None
    inserts = [(match.start(), match.end() - 1) for match in _INSERT.finditer(window)]
    boundaries = [match.start() for match in _BOUNDARY.finditer(window)]

    def insert_of(place: int) -> tuple[int, int] | None:
        return next((span for span in inserts if span[0] < place < span[1]), None)

    home = insert_of(start)
    near: list[tuple[int, int, int]] = []
    far: list[tuple[int, int, int]] = []
    for time_start, time_end in times:
        low, high = (time_end, start) if time_end <= start else (end, time_start)
        if insert_of(time_start) != home:
            continue
        # Boundaries inside an insert between the two belong to it alone.
        between = [
            place for place in boundaries if low <= place <= high and (insert_of(place) == home or insert_of(place) is None)
        ]
        if not between:
            near.append((high - low, time_start, time_end))
        elif (
            time_end <= start
            and not any(window[place] in ";:" for place in between)
            and (not window[:time_start].strip(" \"“'") or _REPORTING.search(window[max(0, time_start - 40) : time_start]))
        ):
            far.append((high - low, time_start, time_end))
    best = min(near or far, default=None)
    return None if best is None else (first + best[1], first + best[2])
