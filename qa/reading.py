"""How much is read for a question: the passages that come near the first one, and the rest only where those bring no answer.

Reading is what a question's time goes to, and a passage that search puts far behind its first one hardly ever holds the answer.
Where the near ones answer nothing, all are read, so that no answer is missed for being found late.

The sentences of the best spans are read once more, each alone: much of one kind in a passage makes the reader doubt what one of
its sentences says plainly, and a sentence may seem to say what its passage puts right. A span's margin is the mean of both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from index.passages import Passage
from index.search import Hit
from index.sentences import sentence_around, split_sentences
from qa.calibration import MAX_MARGIN, Calibration
from qa.claims import candidates
from qa.reader import Reader, Span

# A passage is read at once if its score in search is at most this much below the first one's. For 588 held-out questions over
# 4,000 of the training files' contexts these are 2.2 of 8 passages, with the right one among them for 96 % (all 8: 97 %).
NEAR_THE_FIRST = 0.25
# How many sentences of a question are read alone.
SENTENCES = 4


def read_hits(
    reader: Reader, questions: Sequence[str], hits: Sequence[Sequence[Hit]], calibration: Calibration
) -> list[list[list[Span]]]:
    """For each question the spans of each of its hits, best first; none of a hit that was not read."""
    near = [[hit for hit in each if hit.score >= each[0].score - NEAR_THE_FIRST] for each in hits]
    spans = _read(reader, questions, near)
    rest: list[Sequence[Hit]] = [
        [] if _answers(question, first, found, calibration) else each[len(first) :]
        for question, each, first, found in zip(questions, hits, near, spans, strict=True)
    ]
    further = _read(reader, questions, rest)
    return [
        found + more + [[] for _ in each[len(found) + len(more) :]]
        for each, found, more in zip(hits, spans, further, strict=True)
    ]


def _answers(question: str, hits: Sequence[Hit], spans: Sequence[Sequence[Span]], calibration: Calibration) -> bool:
    found = candidates(question, hits, spans, calibration)
    return bool(found) and found[0].probability >= calibration.threshold


def _read(reader: Reader, questions: Sequence[str], hits: Sequence[Sequence[Hit]]) -> list[list[list[Span]]]:
    pairs = [(question, hit.passage) for question, each in zip(questions, hits, strict=True) for hit in each]
    spans = iter(reader.read([question for question, _ in pairs], [passage for _, passage in pairs]))
    return reconsider(reader, questions, [[next(spans) for _ in each] for each in hits])


def reconsider(reader: Reader, questions: Sequence[str], spans: Sequence[Sequence[Sequence[Span]]]) -> list[list[list[Span]]]:
    """The spans of each question's passages, as `Reader.read` gave them, with the margins that they have when the SENTENCES
    best ones' sentences are read alone too; what is not read again comes behind what is. Best first in each passage."""
    again = [_sentences([span for in_passage in each for span in in_passage]) for each in spans]
    pairs = [(question, sentence) for question, each in zip(questions, again, strict=True) for sentence in each]
    read = iter(reader.read([question for question, _ in pairs], [sentence for _, sentence in pairs]))
    weighed = []
    for each, sentences in zip(spans, again, strict=True):
        alone = [span for _ in sentences for span in next(read)]
        margins = {span: _mean_margin(span, alone) for in_passage in each for span in in_passage if _within(span, sentences)}
        least = min(margins.values(), default=0.0)
        weighed.append(
            [
                sorted(
                    (_with_margin(span, margins.get(span, min(span.margin, least))) for span in in_passage),
                    key=lambda span: -span.margin,
                )
                for in_passage in each
            ]
        )
    return weighed


def _sentences(spans: Sequence[Span]) -> list[Passage]:
    """The sentences of the best spans, SENTENCES at most."""
    found: list[Passage] = []
    for span in sorted(spans, key=lambda span: -span.margin):
        if len(found) == SENTENCES:
            break
        passage = span.passage
        first, last = sentence_around(split_sentences(passage.text), span.start - passage.start, span.end - passage.start)
        sentence = Passage(passage.article_id, passage.start + first, passage.start + last, passage.text[first:last])
        if sentence not in found:
            found.append(sentence)
    return found


def _within(span: Span, sentences: Sequence[Passage]) -> bool:
    return any(
        each.article_id == span.passage.article_id and each.start <= span.start and span.end <= each.end for each in sentences
    )


def _mean_margin(span: Span, alone: Sequence[Span]) -> float:
    """Of the span's margin and of that which its words, or the best that overlap them, have in their sentence alone."""
    same = [
        other.margin
        for other in alone
        if other.passage.article_id == span.passage.article_id and other.start < span.end and span.start < other.end
    ]
    # What the reader does not even point at there is no answer there.
    both = (span.margin, max(same, default=-MAX_MARGIN))
    return sum(max(-MAX_MARGIN, min(margin, MAX_MARGIN)) for margin in both) / 2


def _with_margin(span: Span, margin: float) -> Span:
    return replace(span, no_answer_score=span.start_score + span.end_score - margin)
