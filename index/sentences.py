"""Sentences: where they start and end in a text, by rules that need no model and take linear time.

First the lines are joined to blocks, since a line break is the end of a sentence except in a paragraph that was wrapped by
hand; then every block is cut after its full stops, except those of abbreviations.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

# All lengths are in code points.
# The widths to which people and programs wrap their lines.
_MIN_WRAP, _MAX_WRAP = 40, 120
# A longer line is no title.
_MAX_HEADING = 120
# How far back and ahead a full stop looks for the words that say what it is.
_LOOK_BACK, _LOOK_AHEAD = 24, 80

_STOPS = ".!?…‽؟۔।॥。！？｡"
# These need no space behind them.
_WIDE_STOPS = "。！？｡"
# Any quotation mark that stands right behind a stop closes, whatever it does elsewhere.
_CLOSERS = r"(?:[\"'“”‘’«»‹›)\]}）」』】*_]|[ \u00a0\u202f]»|\[\d{1,3}\])*+"

# From the first to the last character of a line that are no white space.
_LINE = re.compile(r"\S(?:[^\n]*\S)?")
_WORD = re.compile(r"\S+")
_MARKED = re.compile(r"#{1,6}\s|\||```|~~~")
_LIST_ITEM = re.compile(r"(?:[-*+•‣◦]|\d{1,3}[.)])\s")
_RULE = re.compile(r"=+|-{2,}|\*{3,}|_{3,}")

# Stops with the quotes, brackets and footnote marks that belong to them. Possessive: nothing is ever tried twice.
_END = re.compile(rf"[{re.escape(_STOPS)}]++{_CLOSERS}")
_ENDED = re.compile(rf"[{re.escape(_STOPS)}]{_CLOSERS}\Z")
_PAUSED = re.compile(rf"[{re.escape(_STOPS)},;]{_CLOSERS}\Z")
_OPENERS = re.compile(r"(?:[\"'“‘«‹„(\[{*_]|[—–-]\s?)*+")
_LAST_WORD = re.compile(r"[\w.&]+\Z")
_QUOTES = "\"'“”‘’«»„「」"
_ATTRIBUTION = re.compile(
    r"(?:[^\W\d_][\w.’'-]*\s){1,4}"
    r"(?:said|says|asked|asks|added|wrote|writes|told|replied|answered|cried|shouted|wondered|exclaimed|recalled)\b"
)

# Never the end of a sentence. Written with a capital, so that "the new gen." is none of them.
_TITLES = frozenset(
    "Mr Mrs Ms Messrs Dr Prof Rev Fr Hon Pres Gov Sen Rep Sens Reps Gen Maj Col Lt Capt Cmdr Adm Sgt Cpl Pvt Brig Supt Insp "
    "Det St Ste Mt Ft Msgr Amb Atty".split()
)
_MIDWAY = frozenset("vs v cf viz e.g i.e eg ie approx ca".split())
# Only before a number.
_NUMBERED = frozenset("no nos fig figs vol vols p pp sec ch art op eq ver para rm".split())
# The end of a sentence only if a word follows that starts sentences, as with dotted letters ("U.S.") and initials.
_PERHAPS = frozenset(
    "jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun inc co corp ltd llc plc bros "
    "jr sr esq ave blvd rd dept univ assn al gov't int'l".split()
)
_STARTER = re.compile(
    r"(?:A|An|The|This|That|These|Those|There|Here|He|She|It|They|We|You|I|His|Her|Its|Their|Our|My|Your|In|On|At|By|For|From|"
    r"With|Without|Under|Over|After|Before|During|Since|Until|While|When|Where|Who|What|Why|How|Which|If|As|Although|Though|"
    r"Because|But|And|Or|So|Yet|Nor|However|Meanwhile|Moreover|Instead|Still|Then|Now|Today|Yesterday|Also|Both|Many|Most|Some|"
    r"Several|Few|All|Each|Neither|Either|Another|Other|Others|One|Two|Three|According|Earlier|Later|Last|Nearly|Officials|"
    r"Not|To)(?![\w.&-])"
)
# What may follow a time of day in the same sentence.
_AFTER_TIME = re.compile(
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|[A-Z]{2,4}\b|"
    r"(?:Eastern|Central|Mountain|Pacific|Greenwich)\b)"
)
_DOTTED = re.compile(r"(?:[^\W\d_]{1,3}\.)+[^\W\d_]{1,3}")


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Start and end of every sentence, in code points, in order.

    The spans do not overlap, start and end with no white space, and together hold everything that is none.
    """
    return [span for start, end in _blocks(text) for span in _cut_block(text, start, end)]


def sentence_around(sentences: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    """The smallest run of sentences (as from `split_sentences`) that holds [start, end).

    Raises ValueError if start > end or if the sentences do not reach that far.
    """
    first = bisect_right(sentences, start, key=lambda sentence: sentence[0]) - 1
    last = max(first, bisect_left(sentences, end, key=lambda sentence: sentence[1]))
    if start > end or first < 0 or last == len(sentences):
        raise ValueError(f"no sentences hold the characters from {start} to {end}")
    return sentences[first][0], sentences[last][1]


def is_heading(line: str) -> bool:
    """Whether a line that stands for itself seems to title what follows: marked as a heading, or short and unfinished."""
    if line.startswith("#"):
        return "\n" not in line and _MARKED.match(line) is not None
    if len(line) > _MAX_HEADING or "\n" in line:
        return False
    return not (_LIST_ITEM.match(line) or _MARKED.match(line) or _PAUSED.search(line))


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of what is to be read in one go: a line, or the lines of a wrapped paragraph."""
    paragraph: list[tuple[int, int]] = []
    for match in _LINE.finditer(text):
        if paragraph and text.count("\n", paragraph[-1][1], match.start()) > 1:
            yield from _join_lines(text, paragraph)
            paragraph = []
        paragraph.append(match.span())
    yield from _join_lines(text, paragraph)


def _join_lines(text: str, lines: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    width = max((end - start for start, end in lines), default=0)
    first = 0
    for number, line in enumerate(lines, 1):
        if number == len(lines) or not _is_wrapped(text, line, lines[number], width):
            yield lines[first][0], line[1]
            first = number


def _is_wrapped(text: str, line: tuple[int, int], following: tuple[int, int], width: int) -> bool:
    """Whether the second line goes on with the sentence of the first. width: the longest line of their paragraph."""
    (start, end), (next_start, next_end) = line, following
    # A title of a few words, a rule, an item: for itself, whatever follows.
    if end - start < _MIN_WRAP or _MARKED.match(text, start, end) or _RULE.fullmatch(text, start, end):
        return False
    if any(own.match(text, next_start, next_end) for own in (_MARKED, _LIST_ITEM)):
        return False
    if _RULE.fullmatch(text, next_start, next_end):
        return False
    tail = text[max(start, end - _LOOK_BACK) : end]
    if _ENDED.search(tail) and not (tail.endswith(".") and _abbreviates(text, start, end - 1, next_start, next_end)):
        return False
    if text[next_start].islower():
        return True
    # The line was broken because the next word did not fit; else somebody wanted it to end there.
    word = _WORD.match(text, next_start, min(next_end, next_start + _MAX_WRAP))
    full = word is None or end - start + 1 + len(word[0]) > width
    return full and width <= _MAX_WRAP and not _is_headline(text[start:end])


def _is_headline(line: str) -> bool:
    """Whether nearly All Longer Words Are Capitalised."""
    longer = [word for word in line.split() if len(word) >= 4 and word.strip(_QUOTES)[:1].isalpha()]
    capitalised = sum(word.strip(_QUOTES)[:1].isupper() for word in longer)
    return len(longer) >= 3 and capitalised >= 0.8 * len(longer)


def _cut_block(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    first = start
    for stop in _END.finditer(text, start, end):
        after = stop.end()
        if after == end:
            break
        following = after
        if text[after].isspace():
            word = _WORD.search(text, after, end)
            following = word.start() if word else end
        elif text[stop.start()] not in _WIDE_STOPS or (text[after - 1] in "」』" and text[after] == "と"):
            continue
        if not _goes_on(text, first, stop, following, end, numbered=first == start):
            yield first, after
            first = following
    yield first, end


def _goes_on(text: str, first: int, stop: re.Match[str], following: int, end: int, *, numbered: bool) -> bool:
    """Whether the sentence from `first` goes on at `following`, after the stop between them.

    numbered: whether it may start with the number of a list.
    """
    at = stop.start()
    if text[at] in _WIDE_STOPS:
        return False
    opened = _OPENERS.match(text, following, end)
    word = opened.end() if opened else following
    if word < end and text[word].islower():
        return True
    if text[at] in "!?" and text[stop.end() - 1] in _QUOTES:
        return _ATTRIBUTION.match(text, following, min(end, following + _LOOK_AHEAD)) is not None
    if text[at] != "." or text[at + 1] in _STOPS:
        return False
    if numbered and at - first <= 3 and text[first:at].isdecimal():
        return True
    return stop.end() == at + 1 and _abbreviates(text, first, at, following, end)


def _abbreviates(text: str, first: int, stop: int, following: int, end: int) -> bool:
    """Whether the full stop at `stop` belongs to an abbreviation behind which the sentence from `first` goes on."""
    before = _LAST_WORD.search(text, max(first, stop - _LOOK_BACK), stop)
    if before is None or following >= end:
        return False
    word, key = before[0], before[0].lower()
    if word in _TITLES or key in _MIDWAY:
        return True
    opened = _OPENERS.match(text, following, end)
    after = opened.end() if opened else following
    character = text[after : after + 1]
    if key in _NUMBERED:
        return character.isdecimal()
    if key in ("a.m", "p.m"):
        return character.islower() or _AFTER_TIME.match(text, after, end) is not None
    initial = len(word) == 1 and word.isupper()
    if not initial and key not in _PERHAPS and _DOTTED.fullmatch(word) is None:
        return False
    if not initial and text[following] in _QUOTES and character.isupper():
        return False
    return _STARTER.match(text, after, end) is None
