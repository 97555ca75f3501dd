"""How a sentence qualifies some of its words: somebody denies them, it negates them itself, or makes them depend on something.

A label claims much, so it is only given where the cue and the words stand in one clause and the cue is no idiom.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

Stance = Literal["denied", "negated", "conditional"]

# How far from the span cues are looked for, in code points.
_REACH = 1_000

_CLAIMS = (
    r"(?:(?:claims?|allegations?|accusations?|reports?|suggestions?|charges?|notions?|ideas?|rumou?rs?|assertions?|speculation|"
    r"criticisms?|contentions?|theor(?:y|ies))\b(?!['’]))"
)
_DENIAL = re.compile(
    r"\b(?:(?:den(?:y|ies|ied|ying)|refut(?:es?|ed|ing)|disput(?:es?|ed|ing) that)\b"
    rf"|(?:reject|dismiss|disput|rebuff|brush)(?:e?s|ed|e|ing)?\b(?: (?:off|aside))?(?: [\w'’-]+){{0,5}}? {_CLAIMS})",
    re.IGNORECASE,
)
_DISMISSAL = re.compile(
    r"\b(?:dismiss(?:ed|es|ing)?|reject(?:ed|s|ing)?|describ(?:ed|es|ing)|call(?:ed|s|ing)|denounc(?:ed|es|"
    r"ing)) (?P<what>[^,;]{1,200}?) "
    r"(?:as )?(?:(?:complete|completely|entirely|totally|pure|simply|wholly) )?(?:false|untrue|baseless|groundless|"
    r"unfounded|fake|"
    r"nonsense|fiction|fabricated|propaganda|a lie|lies|an? (?:hoax|fabrication|rumou?r))\b",
    re.IGNORECASE,
)
_DENIED_BY = re.compile(r"\b(?:was|were|been|is|are|being) (?:\w+ly )?(?:denied|refuted|disputed) by\b", re.IGNORECASE)
# To deny somebody something, or not to deny at all.
_REFUSED = re.compile(
    r"\s(?:(?:him|them|us|me|you|others|entry|access|bail|parole|visas?|permission|admission|asylum|medical|treatment|service|"
    r"a (?:visa|licen[cs]e|permit|request|hearing|loan)|the (?:request|application|appeal|motion|petition|right|opportunity|"
    r"chance))\b|"
    r"(?:her|[A-Z]\w*|the \w+|[a-z]+s) (?:entry|access|bail|parole|a|an|the|permission|admission|asylum|treatment|visas?)\b)"
)
_NOT_BEFORE = re.compile(
    r"(?:\b(?:not|never|cannot|nor|neither|without|hardly|no (?:one|longer)|nobody|was|were|been|be|is|are|being|"
    r"refus\w+ to|declin\w+ to|"
    r"would|could|might|may|should|if|unless|whether)|n['’]t)(?: \w+){0,2}\s\Z",
    re.IGNORECASE,
)

_NEGATION = re.compile(
    r"\b(?:not|never|no|neither|nor|without|none|nobody|no one|no-one|nothing|nowhere|cannot)\b(?!-)|\b\w+n['’]t\b",
    re.IGNORECASE,
)
# The cue negates nothing, or only a part of it.
_IDIOM = re.compile(
    r"(?:not|n['’]t) (?:only|just|merely|simply|solely|necessarily|least|to mention|surprisingly|unlike|un\w+|uncommon\w*|"
    r"far|long "
    r"(?:after|before|ago)|all|every\w*|always|many|much|until|till|later|earlier|fewer|less|more|so much|even so|that|"
    r"quite|yet "
    r"clear|the (?:only|first|last)|help)\b|"
    r"no (?:fewer|less|more|later|earlier|sooner|doubt|matter|wonder|other than|stranger|small|secret|coincidence|means)\b|"
    r"no\. ?\d|none other|nothing (?:but|short of|less than|more than|other than)|cannot (?:but|help|wait)|can['’]t (?:help|"
    r"wait)|"
    r"never (?:before|been (?:so|more|better|higher|lower|greater|closer)|mind|failed|fails)\b|without (?:doubt|a doubt|"
    r"question|"
    r"exception|fail)|not without|nor is it|neither here|\w+n['’]t (?:\w+ )?(?:only|just|merely|simply|until|help|all|"
    r"always)\b|"
    r"(?:not|\w+n['’]t|cannot|never) (?:\w+ ){0,2}(?:den(?:y|ied)|doubt|forget|fail|preclude|rule out|exclude|mean)\w*\b",
    re.IGNORECASE,
)
_IDIOM_BEFORE = re.compile(r"\b(?:whether or|if|or|why|than|as|but|more often than|of course)\s\Z", re.IGNORECASE)
_RELATIVE_BEFORE = re.compile(r"\b(?:that|who|which)(?: \w+){0,2} \Z")
# What a negation does not reach beyond.
_NEGATION_END = re.compile(
    r"[,;:()\[\]—“”\"?]|\s[–-]\s|\b(?:but|because|since|although|though|while|whereas|unless|except|until|till|if|when|where|"
    r"who|which|whose|whom|whether|how|why|what|that|than|and|after|before|as|despite|so|due to|instead|besides)\b"
)
# Behind these, a negation also holds what is said after "that".
_BELIEF = re.compile(
    r"\b(?:true|the case|believes?|believed|thinks?|thought|evidence|proof|indication|signs?|likely|suggest\w*|convinced|clear "
    r"evidence)\s+that\b"
)
_IF = re.compile(
    r"\b(?P<cue>if|unless|provided that|providing that|on condition that|on the condition that|in the event (?:that|of)|"
    r"in case|"
    r"assuming that|as long as|whether)\b|(?:(?<=, )|(?<=[”\"] ))(?P<inverted>should (?:the|an?|any|this|that|it|he|she|"
    r"they|we|"
    r"you|there|[A-Z]\w*)\b)|\b(?<=[a-z] )(?P<late>should (?:the|an?|any|it|he|she|they|there) [^,;]{3,80})(?=[.,]|\Z)|"
    r"\A(?P<start>(?:Should|Were) (?:the|an?|any|this|that|it|he|she|they|we|you|there|[A-Z]\w*)\b)",
    re.IGNORECASE,
)
_NO_IF = re.compile(
    r"(?:if|unless) (?:not|any|ever|only|so|necessary|possible|anything|you will|indeed|otherwise)\b", re.IGNORECASE
)
_NO_IF_BEFORE = re.compile(r"\b(?:as|even|see|asked|asks|ask|know|wonder|wondered|unclear|decide|what|only)\s\Z", re.IGNORECASE)
_MODAL = re.compile(
    r"\b(?:would|will|might|may|could|can|shall|should|must|won['’]t|['’]ll|['’]d|plans? to|threaten\w*|vow\w*|"
    r"promis\w*)(?!\w)",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[;:()—…]|\.\.\.|[\].]\s(?=[A-Z])|\s[–-]\s|,?\s(?:but|while|whereas|although|though)\s")


def stance(sentence: str, start: int, end: int) -> Stance | None:
    """How the sentence qualifies sentence[start:end], or None where it states them plainly or it cannot be told.

    Offsets in code points. "denied": somebody denies, refutes, or dismisses them as false. "conditional": they stand in a
    clause of if, unless, whether, provided that or the like, or in a clause with "would", "will", "could" and such that depends
    on one; a mere "may" or "could" is no condition. "negated": they stand behind a not, never, no, neither, or without in its
    clause; the subject before it, an exception, and idioms such as "not only" or "no fewer than" are not negated. In "will not
    come unless paid" the condition goes first.
    """
    if not 0 <= start < end <= len(sentence) or end - start > _REACH:
        return None
    first = max(0, start - _REACH)
    clause = re.sub(r"\s", " ", sentence[first : end + _REACH])
    start, end = start - first, end - first
    if any(low <= start and end <= high for low, high in _denied(clause)):
        return "denied"
    if any(low <= start and end <= high for low, high in _conditional(clause)):
        return "conditional"
    return "negated" if any(low <= start and end <= high for low, high in _negated(clause)) else None


def _end_of(pattern: re.Pattern[str], clause: str, start: int) -> int:
    stop = pattern.search(clause, start)
    return stop.start() if stop else len(clause)


_DENIAL_END = re.compile(
    r"[;—]|\s[–-]\s|[”\"],|,? (?:but|yet|while|whereas|although|though|however|saying|insisting|adding|claiming|calling|"
    r"arguing|instead|"
    r"which|who|as|because|after|when|according)\b|,? and (?:\w+ ){0,4}(?:said|says|insisted|told|claimed|called|added|accused|"
    r"argued|has|had|is|was|were|will|would)\b"
)


def _denied(clause: str) -> Iterator[tuple[int, int]]:
    """The stretches of a clause that somebody denies."""
    for match in _DENIAL.finditer(clause):
        if _NOT_BEFORE.search(clause[max(0, match.start() - 40) : match.start()]) or _REFUSED.match(clause, match.end()):
            continue
        yield match.end(), _end_of(_DENIAL_END, clause, match.end())
    for match in _DISMISSAL.finditer(clause):
        if not _NOT_BEFORE.search(clause[max(0, match.start() - 40) : match.start()]):
            yield match.span("what")
    for match in _DENIED_BY.finditer(clause):
        ends = [stop.end() for stop in _DENIAL_END.finditer(clause, 0, match.start())]
        yield max(ends, default=0), match.start()


def _negated(clause: str) -> Iterator[tuple[int, int]]:
    """The stretches of a clause that it negates."""
    reached = 0
    for cue in _NEGATION.finditer(clause):
        if cue.start() < reached and cue[0].lower() != "nor":
            continue
        if _IDIOM.match(clause, cue.start()) or _IDIOM_BEFORE.search(clause[max(0, cue.start() - 20) : cue.start()]):
            continue
        start = cue.end()
        # Another negation in its reach leaves it open what is said, save for "neither ... nor".
        stop = _end_of(_NEGATION_END, clause, start)
        belief = _BELIEF.search(clause, start, stop + len("that"))
        if belief and belief.end() == stop + len("that"):
            stop = _end_of(_NEGATION_END, clause, belief.end())
        if _RELATIVE_BEFORE.search(clause[max(0, cue.start() - 40) : cue.start()]):
            # "Ships that do not carry oil often stop here": nothing marks where the short clause ends.
            short = re.compile(r"(?: \S+){1,4}").match(clause, start)
            stop = min(stop, short.end()) if short else stop
        # "did not open until 1990" says that it opened, "nobody sang better than Bo" that Bo sang.
        if not clause.startswith(("until", "till", "than"), stop):
            yield start, stop


def _conditional(clause: str) -> Iterator[tuple[int, int]]:
    """The stretches of a clause that depend on something, the condition itself among them."""
    for cue in _IF.finditer(clause):
        before = clause[max(0, cue.start() - 20) : cue.start()]
        if cue["start"] and "?" in clause[cue.end() :]:
            continue
        if _NO_IF.match(clause, cue.start()) or re.search(r"\b(?:as|what)\s\Z", before, re.IGNORECASE):
            continue
        breaks = [stop.end() for stop in _CLAUSE_END.finditer(clause, 0, cue.start())]
        low, high = max(breaks, default=0), _end_of(_CLAUSE_END, clause, cue.end())
        comma = clause.find(",", cue.end(), high)
        own_end = comma if comma >= 0 else high
        yield cue.end() if cue["cue"] else cue.start(), own_end
        if (cue["cue"] or "").lower() == "whether" or _NO_IF_BEFORE.search(before):
            continue
        # The clause that depends on it stands behind its comma where it comes first, and before it where it does not.
        leads = not clause[low : cue.start()].strip(" ,“\"'") or re.search(r"(?:\bthat|,|\band)\s\Z", before) is not None
        main = (own_end, high) if leads else (low, cue.start())
        that = clause.rfind(" that ", main[0], main[1])
        modal = _MODAL.search(clause, max(main[0], that), main[1])
        if modal:
            yield (max(main[0], that + len(" that ")) if that >= 0 else main[0]), main[1]
