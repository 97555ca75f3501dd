"""From spans to claims: the same answer found in several places is one claim, different answers stand side by side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.search import Hit
from index.sentences import sentence_around, split_sentences
from qa.calibration import MAX_MARGIN, Calibration, Evidence
from qa.disclosure import is_unknown
from qa.names import unmentioned
from qa.quantities import whole_answer
from qa.reader import Span
from qa.reading import Read
from qa.reasons import bears_on, reason
from qa.reply import Claim, Place, Status, Words
from qa.rivals import Said, asks_who, rivals
from qa.time_words import tells_when_said
from qa.values import differ, normal_form, read_value, same_answer

MAX_ALTERNATIVES = 4

_WORD = re.compile(r"\w+(?:[-’']\w+)*")
_NEGATION = re.compile(r"(?:no|not|never|neither|nor|non|without|\w+n['’]t)\Z", re.IGNORECASE)
# Words that make a number one of another thing than the next number is.
_PART_OF_MORE = re.compile(
    r"\b(?:additional|another|further|extra|more|other|remaining|rest|earlier|previous|initial|each|per|every|"
    r"including|alone|of (?:them|whom|these|those)|compared|(?:up|down) from|a (?:share|piece|head|barrel|tonne))\b",
    re.IGNORECASE,
)
# A number that nobody stands by any more.
_WITHDRAWN = re.compile(r"\b(?:initially|originally|at first|had earlier|earlier reports?)\b", re.IGNORECASE)
# Where somebody is from, behind the name.
_OF_WHERE = re.compile(r"\s(?:of|from|in|at)\s.*", re.DOTALL)
_NOT_KNOWN = "An article says itself that this is not known or not disclosed."
# Beside another answer a span may be this much less likely than "no answer here", in natural logarithms: two that differ make
# the reader doubt both. On the held-out reports that disagree any figure up to -2 gives the same (a scratch script); it guards
# against what a clause like the question's is said of another time.
_DOUBTED = -2.0
# From which probability on a sentence is taken to say that the answer is not known: more probably than not.
_LEAST_PROBABLE = 0.5
# How far from a number such a word is looked for, in code points.
_NEIGHBOURHOOD = 25


@dataclass(frozen=True)
class Answers:
    """What the spans of one question come to; the fields are those of the Reply, the claims without speaker and time."""

    status: Status
    reason: str
    confidence: float
    best: Claim | None
    alternatives: tuple[Claim, ...]
    not_disclosed: Claim | None
    related: bool


@dataclass(frozen=True)
class _Found:
    """A span and the hit whose passage holds it."""

    span: Span
    hit: Hit

    def place(self) -> Place:
        return Place(self.hit.source, self.span.start, self.span.end)


@dataclass(frozen=True)
class Candidate:
    """One answer before it is decided whether to show it: its spans, best first, and what speaks for it."""

    found: tuple[_Found, ...]
    evidence: Evidence
    probability: float

    @property
    def text(self) -> str:
        return self.found[0].span.text


def candidates(
    question: str, hits: Sequence[Hit], spans: Sequence[Sequence[Span]], calibration: Calibration
) -> list[Candidate]:
    """The different answers that the spans give, most probable first; spans[i] are those of hits[i]."""
    groups = _grouped(hits, spans, persons=asks_who(question))
    evidence = [_evidence(groups, number) for number in range(len(groups))]
    found = [Candidate(tuple(group), each, calibration.probability(each)) for group, each in zip(groups, evidence, strict=True)]
    return sorted(found, key=lambda candidate: -candidate.probability)


def weigh(
    question: str,
    hits: Sequence[Hit],
    read: Read,
    calibration: Calibration,
) -> Answers:
    """The claims of what was read of a question's hits.

    The best claim is shown from the calibration's threshold on, and beside it its rivals. Where the passages do not mention
    what the question names, no claim has any probability. Where an article rather says that the thing is not known, or the
    claim's own words say so, that sentence is the answer.
    """
    missing = unmentioned(question, [f"{hit.title} {hit.passage.text} {hit.published or ''}" for hit in hits])
    found = candidates(question, hits, read.spans, calibration)
    if missing:
        # What is said of another name or year is no answer, however sure the reader is.
        found = [replace(candidate, probability=0.0) for candidate in found]
    best = found[0].probability if found else 0.0
    undisclosed = None if missing or read.unknown is None else _undisclosed(*read.unknown, calibration)
    related = bears_on(question, hits, missing)
    # Whoever asks for every answer (a threshold of 0) gets it beside that sentence.
    outdone = undisclosed is not None and undisclosed.confidence > best and calibration.threshold > 0
    shown = found[0] if found and best >= calibration.threshold and not outdone else None
    if shown is not None and is_unknown((said := _said(shown)).sentence, said.start, said.end):
        # "Not immediately clear" is what the article says of the answer, not the answer.
        start = said.place[1]
        sentence = _sentence_claim(shown.found[0].hit, start, start + len(said.sentence), best)
        return Answers("not_disclosed", _NOT_KNOWN, best, sentence, (), None, related)
    if shown is not None:
        beside = [other for other in found[1:] if _stands_beside(question, other, shown)][:MAX_ALTERNATIVES]
        return Answers("answered", "", best, _claim(shown), tuple(map(_claim, beside)), undisclosed, related)
    if undisclosed is not None:
        return Answers("not_disclosed", _NOT_KNOWN, undisclosed.confidence, undisclosed, (), None, related)
    return Answers("no_answer", reason(question, hits, missing), 1.0 - best, None, (), None, related)


def conflicts(one: Claim, other: Claim) -> bool:
    """Whether two claims on the same question cannot both be right: quantities that differ, of which neither is said to be
    beside the other or at another time. In doubt they do not: a false conflict costs more trust than a missed one."""
    values = read_value(one.text), read_value(other.text)
    if values[0] is None or values[1] is None or not differ(values[0], values[1]):
        return False
    times = {normal_form(when.text) for claim in (one, other) if (when := claim.when) and not _when_said(claim, when)}
    if len(times) > 1 or any(claim.stance in ("conditional", "negated") for claim in (one, other)):
        return False
    if any(_WITHDRAWN.search(claim.quote) for claim in (one, other)):
        return False
    return not any(_PART_OF_MORE.search(_around(claim)) for claim in (one, other))


def _when_said(claim: Claim, when: Words) -> bool:
    return tells_when_said(claim.quote, when.start - claim.quote_start)


def _around(claim: Claim) -> str:
    start, end = claim.start - claim.quote_start, claim.end - claim.quote_start
    return claim.quote[max(0, start - _NEIGHBOURHOOD) : end + _NEIGHBOURHOOD]


def _stands_beside(question: str, other: Candidate, best: Candidate) -> bool:
    if other.evidence.margin <= _DOUBTED:
        return False
    # Where names are missing both are 0, and shown only to whoever asks for every answer.
    share = other.probability / best.probability if best.probability else 1.0
    return rivals(question, _said(best), _said(other), share)


def _said(candidate: Candidate) -> Said:
    span = candidate.found[0].span
    start, end = span.start - span.passage.start, span.end - span.passage.start
    first, last = sentence_around(split_sentences(span.passage.text), start, end)
    place = (candidate.found[0].hit.source, span.passage.start + first)
    return Said(span.passage.text[first:last], start - first, end - first, place)


def _evidence(groups: Sequence[Sequence[_Found]], number: int) -> Evidence:
    best = groups[number][0]
    others = [group[0].span.margin for position, group in enumerate(groups) if position != number]
    return Evidence(
        margin=best.span.margin,
        lead=best.span.margin - max(others) if others else MAX_MARGIN,
        nearness=1 / best.hit.rank,
        agreement=len({found.hit.source for found in groups[number]}) - 1,
    )


def _undisclosed(hit: Hit, span: Span, calibration: Calibration) -> Claim | None:
    """The sentence around the words that say that the answer is not known, if they more probably do than not."""
    probability = calibration.probability_unknown(span.margin)
    if probability < _LEAST_PROBABLE:
        return None
    start = hit.passage.start
    first, last = sentence_around(split_sentences(hit.passage.text), span.start - start, span.end - start)
    return _sentence_claim(hit, start + first, start + last, probability)


def _whole(span: Span) -> Span:
    """The span with the whole of the quantities that it holds a part of, within its sentence."""
    passage = span.passage
    first, last = sentence_around(split_sentences(passage.text), span.start - passage.start, span.end - passage.start)
    start, end = whole_answer(passage.text[first:last], span.start - passage.start - first, span.end - passage.start - first)
    return replace(span, start=passage.start + first + start, end=passage.start + first + end)


def _grouped(hits: Sequence[Hit], spans: Sequence[Sequence[Span]], *, persons: bool) -> list[list[_Found]]:
    """Spans that give the same answer, together; by margin, both the groups and the spans in each."""
    found = [
        _Found(_whole(span), hit)
        for hit, in_passage in zip(hits, spans, strict=True)
        for span in in_passage
        if normal_form(span.text)
    ]
    groups: list[list[_Found]] = []
    for candidate in sorted(found, key=lambda f: (-f.span.margin, f.hit.rank, f.span.start)):
        for group in groups:
            # With every one of them: "2024" is the same as "March 2024" and as "June 2024", and these are two.
            if all(_same(candidate, member, persons=persons) for member in group):
                group.append(candidate)
                break
        else:
            groups.append([candidate])
    return groups


def _same(one: _Found, other: _Found, *, persons: bool) -> bool:
    """Whether two spans give the same answer: overlapping words of an article, the same value or name, or words of which one
    only says more about the other, such as "Kursk" and "the Kursk region". persons: whether they are asked for; then "Xi" is
    the same as "Xi Jinping"."""
    if one.hit.source == other.hit.source and one.span.start < other.span.end and other.span.start < one.span.end:
        return True
    if same_answer(one.span.text, other.span.text, persons=persons):
        return True
    if read_value(one.span.text) is not None and read_value(other.span.text) is not None:
        return False
    shorter, longer = sorted((_words(one.span.text), _words(other.span.text)), key=len)
    wheres = [match.group() for found in (one, other) if (match := _OF_WHERE.search(found.span.text))]
    # "President Vladimir Putin of Russia" is "Putin", and the Bank of England is not the Bank of Japan.
    if persons and len(set(wheres)) == 1:
        names = [_OF_WHERE.sub("", found.span.text) for found in (one, other)]
        if all(names) and same_answer(*names, persons=True):
            return True
    if persons and one.hit.source == other.hit.source and len(shorter) == 1 and shorter == longer[:1] and len(longer) < 4:
        return all(word[0].isupper() for word in longer)
    for first in range(len(longer) - len(shorter) + 1):
        if shorter and longer[first : first + len(shorter)] == shorter:
            besides = longer[:first] + longer[first + len(shorter) :]
            return not any(word[0].isupper() or word[0].isdigit() or _NEGATION.match(word) for word in besides)
    return False


def _words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text) if word.lower() not in ("a", "an", "the")]


def _claim(candidate: Candidate) -> Claim:
    best = candidate.found[0]
    passage = best.hit.passage
    start, end = best.span.start - passage.start, best.span.end - passage.start
    quote_start, quote_end = sentence_around(split_sentences(passage.text), start, end)
    places = [best.place()]
    for other in candidate.found[1:]:
        place = other.place()
        if not any(_overlap(place, known) for known in places):
            places.append(place)
    return replace(
        _sentence_claim(best.hit, passage.start + quote_start, passage.start + quote_end, candidate.probability),
        text=best.span.text,
        start=best.span.start,
        end=best.span.end,
        support=tuple(places),
        sources=len({place.article for place in places}),
    )


def _overlap(one: Place, other: Place) -> bool:
    return one.article == other.article and one.start < other.end and other.start < one.end


def _sentence_claim(hit: Hit, start: int, end: int, confidence: float) -> Claim:
    """A claim that is a whole sentence; offsets are the article's."""
    text = hit.passage.text[start - hit.passage.start : end - hit.passage.start]
    return Claim(
        text=text,
        confidence=confidence,
        article=hit.source,
        title=hit.title,
        start=start,
        end=end,
        quote=text,
        quote_start=start,
        quote_end=end,
        said_by=None,
        published=hit.published,
        page=None,
        when=None,
        stance=None,
        support=(Place(hit.source, start, end),),
        sources=1,
    )
