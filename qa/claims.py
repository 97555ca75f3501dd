"""From spans to claims: the same answer found in several places is one claim, different answers stand side by side."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.search import Hit
from index.sentences import sentence_around, split_sentences
from qa.calibration import Calibration
from qa.disclosure import undisclosed_sentence
from qa.quantities import whole_answer
from qa.reader import Span
from qa.reply import Claim, Place, Status

MAX_ALTERNATIVES = 4
# By how much another claim may lose to the best one and still be shown, in the reader's natural logarithms.
MAX_MARGIN_BEHIND = 6.0

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans(dict.fromkeys(string.punctuation + "“”‘’«»„–—…", " "))


@dataclass(frozen=True)
class Answers:
    """What the spans of one question come to; the fields are those of the Reply."""

    status: Status
    confidence: float
    best: Claim | None
    alternatives: tuple[Claim, ...]
    conflict: bool


@dataclass(frozen=True)
class _Found:
    """A span, the hit whose passage holds it, and the probability that it is right."""

    span: Span
    hit: Hit
    probability: float

    def place(self) -> Place:
        return Place(self.hit.source, self.span.start, self.span.end)


def weigh(question: str, hits: Sequence[Hit], spans: Sequence[Sequence[Span]], calibration: Calibration) -> Answers:
    """The claims of a question's spans; spans[i] are those of hits[i].

    The best claim is shown from the calibration's threshold on, and beside it those that beat "no answer" in their own
    passage and are not far behind. Where none reaches it, an article may still say that the thing is not known, and then that
    sentence is the answer.
    """
    found = [
        _Found(_whole(span), hit, calibration.probability(span.margin))
        for hit, in_passage in zip(hits, spans, strict=True)
        for span in in_passage
        if normal_form(span.text)
    ]
    groups = _grouped(sorted(found, key=lambda f: (-f.probability, f.hit.rank, f.span.start)))
    claims = []
    if groups and groups[0][0].probability >= calibration.threshold:
        least = max(0.0, groups[0][0].span.margin - MAX_MARGIN_BEHIND)
        shown = [group for group in groups if group is groups[0] or group[0].span.margin > least]
        claims = [_claim(group) for group in shown[: 1 + MAX_ALTERNATIVES]]
    if claims:
        return Answers("answered", claims[0].confidence, claims[0], tuple(claims[1:]), conflict=False)
    doubt = 1.0 - max((f.probability for f in found), default=0.0)
    for hit in hits:
        sentence = undisclosed_sentence(question, hit.passage)
        if sentence is not None:
            start, end = sentence
            return Answers("not_disclosed", doubt, _sentence_claim(hit, start, end, doubt), (), conflict=False)
    return Answers("no_answer", doubt, None, (), conflict=False)


def normal_form(text: str) -> str:
    """A text for comparing answers, as SQuAD does: lower case, without punctuation, articles and doubled white space.

    Commas and points inside numbers stay: 4,000 is not 4 000, and 1.5 not 15.
    """
    text = re.sub(r"(?<=\d)[.,](?=\d)", "\0", text.lower())
    return " ".join(_ARTICLES.sub(" ", text.translate(_PUNCTUATION)).split())


def _whole(span: Span) -> Span:
    """The span with the whole of the quantities that it holds a part of, within its sentence."""
    passage = span.passage
    first, last = sentence_around(split_sentences(passage.text), span.start - passage.start, span.end - passage.start)
    start, end = whole_answer(passage.text[first:last], span.start - passage.start - first, span.end - passage.start - first)
    return replace(span, start=passage.start + first + start, end=passage.start + first + end)


def _grouped(found: Sequence[_Found]) -> list[list[_Found]]:
    """Spans that give the same answer, together; best first, both the groups and the spans in each."""
    groups: list[list[_Found]] = []
    for candidate in found:
        for group in groups:
            if _same(candidate, group[0]):
                group.append(candidate)
                break
        else:
            groups.append([candidate])
    return groups


def _same(one: _Found, other: _Found) -> bool:
    """Whether two spans give the same answer: overlapping words of an article, or the same words, or a part of them, such as
    "Putin" and "President Vladimir Putin"."""
    if one.hit.source == other.hit.source and one.span.start < other.span.end and other.span.start < one.span.end:
        return True
    shorter, longer = sorted((normal_form(one.span.text), normal_form(other.span.text)), key=len)
    if not shorter:
        return shorter == longer and one.span.text == other.span.text
    return f" {shorter} " in f" {longer} "


def _claim(group: Sequence[_Found]) -> Claim:
    best = group[0]
    passage = best.hit.passage
    start, end = best.span.start - passage.start, best.span.end - passage.start
    quote_start, quote_end = sentence_around(split_sentences(passage.text), start, end)
    places = [best.place()]
    for other in group[1:]:
        place = other.place()
        if not any(_overlap(place, known) for known in places):
            places.append(place)
    return replace(
        _sentence_claim(best.hit, passage.start + quote_start, passage.start + quote_end, best.probability),
        text=best.span.text,
        start=best.span.start,
        end=best.span.end,
        support=tuple(places),
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
        support=(Place(hit.source, start, end),),
    )
