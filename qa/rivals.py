"""Whether another answer rivals the best one: it has to answer the same question about the same thing, and not just be as sure.

Articles hold many numbers and names, and a reader likes all of one type: beside those killed it also points at those on board.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa.time_words import TIME
from qa.values import comparable, read_value
from qa.words import stems, telling_stems

# How probable another claim has to be, of the best one's probability: of names and statements, and of quantities. A quantity
# that is said to have had happen to it what the question asks for has only to beat "no answer".
_OF_WORDS, _OF_QUANTITIES = 0.5, 0.4

# What happens to people and things that are counted in the news. Numbers of different deeds answer different questions.
_DEEDS = {
    "die": r"killed|killing|kills?|died|dies?|dead|deaths?|death toll|fatalit\w+|bodies|lives|perished|drown\w*|casualt\w+",
    "hurt": r"injur\w+|wound\w+|hurt|hospitali[sz]ed|in hospital|casualt\w+",
    "miss": r"missing|unaccounted",
    "save": r"rescued?|rescuing|survivors?|survived?|saved",
    "flee": r"displaced?|evacuat\w+|fled|flee|homeless|(?:leave|left) (?:their )?homes",
    "arrest": r"arrest\w*|detain\w*|detention|custody|charged|convicted|jailed",
    "ill": r"infect\w+|fallen ill|fell ill|sickened|cases",
    "aboard": r"on board|aboard",
    "send": r"sent|send\w*|deploy\w*|dispatch\w*",
    "lose": r"jobs|lay ?offs?|laid off|redundan\w+",
}
_DEED = {name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for name, words in _DEEDS.items()}
# Where what is said of a number ends. The "and" of "killed and wounded" is left.
_APART = re.compile(r"[,;:()—“”]|\b(?:but|while|whereas|although|though)\b|\band (?=[^,;]{0,60}\d)|\band (?:that|[a-z]+ing) ")
_CONTRAST = re.compile(r";|\b(?:but|while|whereas|although|though|however|against)\b")
_LISTED = re.compile(r"[\s,]*(?:and|or)?[\s,]*(?:the |an? )?(?:[A-Z][\w’'.-]* ?)*\Z")
_IN_A_PLACE = re.compile(r"\b(?:in|at|near|outside|across)\s(?:the\s)?\Z")
_WHO = re.compile(r"\s*(?:who|whom|whose)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Said:
    """An answer's words as sentence[start:end]; place: where the sentence starts in which article."""

    sentence: str
    start: int
    end: int
    place: tuple[str, int]

    @property
    def text(self) -> str:
        return self.sentence[self.start : self.end]


def rivals(question: str, best: Said, other: Said, share: float) -> bool:
    """Whether the other answer is to be shown beside the best one. share: its probability, of the best one's."""
    value, rival = read_value(best.text), read_value(other.text)
    together = best.place == other.place
    between = best.sentence[min(best.end, other.end) : max(best.start, other.start)] if together else ""
    if value is None:
        return share >= _OF_WORDS and _alike(question, best, other) and (not together or _LISTED.match(between) is not None)
    if rival is None or not comparable(value, rival):
        return False
    if together and not _CONTRAST.search(between):
        # Two numbers of one sentence are of two things, as in "49 percent to 47 percent", unless it contrasts them.
        return False
    if value.kind in ("date", "year"):
        return share >= _OF_WORDS and _alike(question, best, other)
    asked, done = _deeds(question, 0, 0), _deeds(other.sentence, other.start, other.end)
    if done and not done & (asked or _deeds(best.sentence, best.start, best.end)):
        return False
    return bool(asked & done) or share >= _OF_QUANTITIES


def asks_who(question: str) -> bool:
    return _WHO.match(question) is not None


def _alike(question: str, best: Said, other: Said) -> bool:
    """Whether two answers in words are of one type, and the other's sentence holds half as many of the question's words."""
    wanted = telling_stems(question)
    held, holds = (len(wanted & stems(said.sentence)) for said in (best, other))
    if 2 * holds < held or (TIME.search(best.text) and not TIME.search(other.text)):
        return False
    return not (asks_who(question) and _IN_A_PLACE.search(other.sentence[: other.start]))


def _deeds(text: str, start: int, end: int) -> set[str]:
    """The deeds that the clause around text[start:end] speaks of; of the whole text where that is empty."""
    low, high = 0, len(text)
    if end:
        low = max((stop.end() for stop in _APART.finditer(text) if stop.end() <= start), default=0)
        stop = _APART.search(text, end)
        high = stop.start() if stop else high
    clause = text[low:start] + " " + text[end:high]
    return {name for name, words in _DEED.items() if words.search(clause)}
