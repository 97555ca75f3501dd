"""The English that follow-up questions need: words, names, noun phrases and the parts of a question, all by their looks.

There is no tagger behind it: a name is a run of capitals, a noun is what stands behind an article, a plural ends in "s". That
is enough to put words of one question into another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

_WORD = re.compile(r"[^\W_]++(?:(?:[.'’-]|(?<=\d),(?=\d))[^\W_]++)*+")
_LEAD = re.compile(r"(?:(?:and|but|so|or|also|then|well|ok|okay)\b[\s,]{1,3}){1,3}", re.I)
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
YEAR = re.compile(r"\b(?:1\d|20)\d\d\b")
DATE = re.compile(rf"(?:\d{{1,2}} )?(?:{_MONTHS}) (?:\d{{1,2}},? )?\d{{4}}|{YEAR.pattern}")
PLURAL = re.compile(r"(?:[^su]s|people|men|women|children|police)\Z")
_DEMONYM = re.compile(r"(?:an|ese|ish|nch|tch)\Z")
_PERSON_NOUN = re.compile(r"(?:er|or|ist|man|woman|ent|king|queen|pope|boy|girl|guy)\Z")

AUXILIARIES = frozenset(
    "is are was were am do does did has have had can could will would shall should may might must isn't aren't wasn't weren't "
    "don't doesn't didn't hasn't haven't hadn't can't couldn't won't wouldn't shouldn't".split()
)
BE = frozenset("is are was were be been isn't aren't wasn't weren't".split())
PLACE_PREPOSITIONS = frozenset("in at from near to into within around across inside outside through".split())
PREPOSITIONS = PLACE_PREPOSITIONS.union(
    "of on by with for about against during after before since until between under over behind among like than as without "
    "toward towards besides".split()
)
_CLAUSE = frozenset(
    "that when if because while although though whether who which where what why how and but so after before".split()
)
WH = frozenset("who whom whose what which when where why how".split())
DETERMINERS = frozenset("the a an this that these those any some".split())
PERSON, GROUP = frozenset("he she him his her hers".split()), frozenset("they them their theirs".split())
POSSESSIVES = frozenset("his her hers its their theirs".split())
TIMES = frozenset("year time day period month date era moment point season".split())
_CONNECTORS = frozenset("of the de del de la le von van der bin al y".split())
_CALENDAR = frozenset([*_MONTHS.lower().split("|"), *"monday tuesday wednesday thursday friday saturday sunday".split()])
_FUNCTION_WORDS = frozenset().union(
    *(AUXILIARIES, PREPOSITIONS, _CLAUSE, WH, DETERMINERS, PERSON, GROUP),
    "i you we us our your my me it its there here or not no yes too also else other others another more most many much few all "
    "both each every several long far old often then now next again ever still only just be been being having doing done get "
    "got anything something someone anyone anybody nothing one ones same such first last up out off down tell name list "
    "describe explain please know happen happened happens well very really exactly ok okay what's who's".split(),
)
Kind = Literal["person", "thing", "group", "place"]
STANDS_FOR: dict[str, Kind] = {
    **dict.fromkeys(PERSON, "person"),
    **dict.fromkeys(GROUP, "group"),
    **{"it": "thing", "its": "thing", "there": "place"},
}
# "It" that stands for nothing said before.
_EXPLETIVE = re.compile(
    r"what \w{1,15} is it\b|how (?:far|hot|cold|warm|late|dark) (?:is|was) it\b|\bit (?:rain|snow|comes|that)"
    r"|\b(?:is|was) it (?:\w{1,15} ){0,2}(?:to|for|that|whether|if|when|how|why)\b"
    r"|\bit (?:is|was|takes?|took|costs?|seems?|feels?|means?|looks?|called)\b[^?]{0,40}?\b(?:that|for|when|if|to)\b"
)

_SAYING = (
    r"(?:sa(?:id|ys?)|(?:estimat|report|claim|announc|stat|confirm|believ|predict|warn|argu|alleg|suggest|conclud|calculat|"
    r"declar|disclos|reveal|acknowledg|assert|insist)(?:ed|e?s)|den(?:ied|ies)|testified)"
)
# These also take things that are no words: "Who wrote it?" may be about a book.
_NOTING = r"(?:told(?: \w{1,9})?|wrote|writes|thought|thinks|found|counted|noted|tweeted|admitted|admits)"
_STATED = r"(?:claim|estimate|statement|figure|number|announcement|assertion|prediction|allegation|report|word)s?"
ASKS_SOURCE = re.compile(
    r"(?:who(?: else)?|(?:which|what) \w{1,20})(?: has| have| had| is| was| were)? "
    rf"(?:(?P<verb>{_SAYING})(?: (?:that|this|so|these|those|it)(?: {_STATED})?)?|(?P<noting>{_NOTING}) (?:that|this|so))"
    r"|according to (?:who|whom|(?:what|which) source)|says who|on whose authority"
    rf"|who (?:made|gave|issued|provided|published) (?:that|this|these|those) {_STATED}"
    rf"|whose (?:{_STATED}|opinion|view|quote) (?:is|was|are|were) (?:that|this|these|those|it)"
    rf"|(?:(?:what|who|which)(?: is| was|['’]s) )?(?:the |your )?source"
    rf"(?: (?:of|for|on) (?:that|this|these|those)(?: {_STATED})?)?"
    rf"|how do you know(?: that| this)?|where (?:does|did) (?:that|this) (?:{_STATED} )?come from",
    re.I,
)
ASKS_CIRCUMSTANCE = re.compile(
    r"(?P<word>(?:since |until |till |from |by |with |for |against |to |at |on |in |about )?"
    r"(?:when|where|why not|why|how come|how long|how often|how many times|how many|how much|how far|how old|how|whom?|"
    r"(?:what|which) (?:year|month|day|date|time|place|city|country|town)))(?: exactly| precisely| else| so)?"
    r"(?: (?:is|was|are|were|did|does|has|had) (?:that|this|these|those)(?: happen| happened| take place| occur| the case)?"
    r"| did it (?:happen|take place|occur)| so)?",
    re.I,
)


@dataclass(frozen=True)
class Word:
    """A word of a text, `text[start:end]` there, offsets in code points; lower: in lower case with straight apostrophes."""

    text: str
    lower: str
    start: int
    end: int

    @property
    def is_content(self) -> bool:
        return is_content(self.lower)


@dataclass(frozen=True)
class Name:
    """A run of capitalised words, the first to last of its text's words, without a possessive's ending.

    before, after: the words beside it in lower case, "" where there is none.
    """

    text: str
    first: int
    last: int
    before: str
    after: str

    @property
    def whole(self) -> str:
        """With its article, and with the noun behind "the Finnish"."""
        noun = f" {self.after}" if _DEMONYM.search(self.text) and is_content(self.after) else ""
        return f"the {self.text}{noun}".rstrip() if self.before == "the" else self.text


@dataclass(frozen=True)
class Question:
    """A question's parts: the phrase with the question word ("" in a yes-no question), the auxiliary, and the rest.

    inverted: whether the subject follows the auxiliary; else the phrase itself is the subject. adjunct: whether the phrase asks
    for a time, place, reason or manner.
    """

    phrase: str
    auxiliary: str
    rest: str
    inverted: bool
    adjunct: bool


def words_of(text: str) -> list[Word]:
    """The words of a text; "4,000", "Ann's" and "well-known" are one each."""
    return [Word(m[0], m[0].lower().replace("’", "'"), m.start(), m.end()) for m in _WORD.finditer(text)]


def is_content(word: str) -> bool:
    """Whether a word in lower case says what is spoken of."""
    return word not in _FUNCTION_WORDS


def without_lead(text: str) -> str:
    """The text without the "and", "so" or "well" before it."""
    return text[lead.end() :] if (lead := _LEAD.match(text)) else text


def uncapitalised(text: str) -> str:
    """The text with a small first letter, where the first word is none that may be a name."""
    first = next(iter(words_of(text[:50])), None)
    small = first is not None and first.start == 0 and first.text != "I" and not first.is_content
    return text[:1].lower() + text[1:] if small else text


def names_of(text: str) -> list[Name]:
    """The names of a text in its order; months and days are none."""
    words = words_of(text)
    capital = [word.text[0].isupper() and word.is_content for word in words]
    names = []
    at = 0
    while at < len(words):
        if not capital[at] or words[at].lower in _CALENDAR:
            at += 1
            continue
        last = at
        while not words[last].lower.endswith("'s"):
            following = last + 1
            while following < len(words) and following - last < 3 and words[following].lower in _CONNECTORS:
                following += 1
            if following == len(words):
                break
            gap = text[words[last].end : words[following].start]
            # A stop ends no name behind an initial or a title.
            if re.search(r"[^\w\s&-]", gap) and not (gap == ". " and len(words[last].text) <= 3):
                break
            numbered = following == last + 1 and words[following].text.isdecimal() and len(words[following].text) < 4
            if not numbered and not capital[following]:
                break
            last = following
        run = re.sub(r"['’]s\Z", "", text[words[at].start : words[last].end])
        before = words[at - 1].lower if at else ""
        names.append(Name(run, at, last, before, words[last + 1].lower if last + 1 < len(words) else ""))
        at = last + 1
    return names


def fits(name: Name, kind: Kind) -> float:
    """How well a name's shape and neighbours fit a pronoun; above zero it may be meant."""
    words = name.text.lower().split()
    no_person = "of" in words or name.before == "the"
    placed = name.before in PLACE_PREPOSITIONS
    if kind == "person":
        return 0.0 if no_person else 1.0 + (1 < len(words) <= 3) - 1.5 * placed
    if kind == "place":
        return 2.0 if placed else 0.0
    # Two capitalised words with nothing around them are most often a person, but bands and books look the same.
    return 1.5 + no_person if no_person or len(words) == 1 else 1.0


def noun_phrases(question: str) -> Iterator[tuple[str, bool]]:
    """Phrases such as "the treaty" or the "soldiers" of "how many soldiers", and whether each seems a plural."""
    words = words_of(question)
    for at, word in enumerate(words):
        counted = word.lower in ("many", "which", "what")
        if word.lower not in ("the", "these", "those") and not counted:
            continue
        end = at + 1
        while end < len(words) and words[end].is_content and end - at < 4:
            end += 1
        # What follows "did" ends with the verb.
        if end - at > 2 and at and words[at - 1].lower in AUXILIARIES - BE:
            end -= 1
        if counted:
            end = min(end, at + 2)
        if end > at + 1 and words[end - 1].lower not in TIMES and not words[end - 1].text[0].isupper():
            text = question[words[at + 1].start : words[end - 1].end]
            yield f"the {text}", PLURAL.search(words[end - 1].lower) is not None


def parse(question: str) -> Question | None:
    """The parts of a question, or None where it has no question word and no auxiliary at its start."""
    text = without_lead(question).rstrip(" ?!.")
    words = words_of(text)[:12]
    lowered = [word.lower for word in words]
    if not words:
        return None
    if lowered[0] in AUXILIARIES:
        return Question("", lowered[0], text[words[0].end :].strip(), inverted=True, adjunct=False)
    wh = next((i for i, word in enumerate(lowered[:2]) if word in WH), None)
    if wh is None or (wh == 1 and lowered[0] not in PREPOSITIONS):
        return None
    counted = lowered[wh] == "how" and lowered[wh + 1 : wh + 2] in (["many"], ["much"])
    adjunct = (lowered[wh] in ("when", "where", "why", "how") and not counted) or wh == 1
    for i in range(wh + 1, len(words)):
        if lowered[i] in AUXILIARIES:
            following = words[i + 1].text if i + 1 < len(words) else ""
            near = following.lower() in DETERMINERS | PERSON | GROUP | {"it", "its", "there"} or following[:1].isupper()
            inverted = adjunct or lowered[i] in ("do", "does", "did") or near
            return Question(text[: words[i].start].strip(), lowered[i], text[words[i].end :].strip(), inverted, adjunct)
        if lowered[i] in _CLAUSE or lowered[wh] in ("who", "whom", "when", "where", "why"):
            break
    # No auxiliary: the phrase is the subject of its verb, which follows "who", or the noun behind "which" and "how many".
    end = wh + (3 if counted else 2 if lowered[wh] == "which" else 1)
    if adjunct or end >= len(words):
        return None
    return Question(text[: words[end - 1].end], "", text[words[end].start :], inverted=False, adjunct=False)


def answer_phrase(parts: Question, answer: str) -> str:
    """What takes the place of the phrase with the question word: the answer, with the noun that was counted.

    Without an answer it is the noun itself, or "someone" or "something".
    """
    words = parts.phrase.split()
    at = next((i for i, word in enumerate(words) if word.lower() in ("many", "much", "which", "what", "whose")), len(words))
    noun = " ".join(words[at + 1 :])
    if not answer:
        return noun or ("someone" if parts.phrase.lower().startswith("who") else "something")
    return f"{answer} {noun}" if noun and answer[-1].isdigit() and noun.lower() not in answer.lower() else answer


def with_object(rest: str, thing: str) -> str:
    """The rest of a question with an object put in behind its verb: before the first phrase of place or time, else last."""
    for word in words_of(rest)[2:]:
        if word.lower in PREPOSITIONS - {"of", "to", "with", "for", "about", "than", "like", "as"}:
            return f"{rest[: word.start]}{thing} {rest[word.start :]}"
    return f"{rest} {thing}"


def main_auxiliary(question: str) -> int:
    """Which word of the question is the auxiliary behind its question word, -1 where there is none."""
    parts = parse(question)
    if parts is None or not parts.auxiliary:
        return -1
    return len(words_of(question)) - len(words_of(without_lead(question))) + len(words_of(parts.phrase))


def points_back(question: str, words: Sequence[Word], names: Sequence[Name], at: int) -> bool:
    """Whether the pronoun words[at] stands for something outside its question; words and names are those of the question."""
    pronoun = words[at].lower.removesuffix("'s")
    if pronoun == "there":
        # "There is", "are there any".
        following, before = words[at + 1].lower if at + 1 < len(words) else "", words[at - 1].lower if at else ""
        return before not in BE and (not following or following in PREPOSITIONS)
    if pronoun == "it" and _EXPLETIVE.search(question.lower()):
        return False
    comma = question.find(",", words[at].end)
    if comma >= 0 and any(words[name.first].start > comma for name in names):
        # "Before his death, where did Chopin live?"
        return False
    main = main_auxiliary(question)
    return at == main + 1 > 0 or not _has_antecedent(words[:at], names, pronoun, main)


def _has_antecedent(words: Sequence[Word], names: Sequence[Name], pronoun: str, main: int) -> bool:
    """Whether one of the words, those before the pronoun, may be what it stands for; main: the main auxiliary."""
    for i, word in enumerate(words):
        opener = words[i - 1].lower if i else ""
        noun = word.is_content and opener in DETERMINERS | {"many", "which", "what", "whose"}
        # A subject without an article: "how many cars did ford sell in its first year".
        noun = noun or (word.is_content and i == main + 1 > 0 and pronoun in POSSESSIVES)
        plural = PLURAL.search(word.lower) is not None
        if pronoun in GROUP:
            noun = noun or (word.is_content and plural) or (word.lower == "who" and not i)
        else:
            noun = noun and not plural and (pronoun not in PERSON or _PERSON_NOUN.search(word.lower) is not None)
        if noun or any(name.last == i for name in names):
            return True
    return False
