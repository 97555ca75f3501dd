"""How much is read for a question: the passages that come near the first one in search, MOST of them at most.

Reading is what a question's time goes to, and a passage that search puts far behind its first one hardly ever holds the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index.search import Hit
from qa.disclosure import ask_whether_unknown, excerpts
from qa.reader import Reader, Span

# A passage is read if its score in search is at most this much below the first one's. For 390 held-out questions over the
# training files' contexts, half of them without an answer, F1 over all was the same where all 8 passages were read (a scratch
# script; the calibration fitted anew for each).
NEAR_THE_FIRST = 0.25
MOST = 4


@dataclass(frozen=True)
class Read:
    """What the reader points at for one question.

    spans: of each hit, best first; none of a hit that was not read. unknown: the words that say most clearly that the answer is
    not known, and their hit; None where nothing may say so or the reader was not trained to tell.
    """

    spans: Sequence[Sequence[Span]]
    unknown: tuple[Hit, Span] | None = None


def read_hits(reader: Reader, questions: Sequence[str], hits: Sequence[Sequence[Hit]]) -> list[Read]:
    """What the reader points at for each question in its hits."""
    near = [[hit for hit in each[:MOST] if hit.score >= each[0].score - NEAR_THE_FIRST] for each in hits]
    may_say = [
        [(each[number], cut) for number, cut in excerpts(question, [hit.passage for hit in each])]
        if reader.calibration.tells_unknown
        else []
        for question, each in zip(questions, near, strict=True)
    ]
    pairs = [(question, hit.passage) for question, each in zip(questions, near, strict=True) for hit in each]
    pairs += [
        (ask_whether_unknown(question), cut) for question, each in zip(questions, may_say, strict=True) for _, cut in each
    ]
    found = iter(reader.read([question for question, _ in pairs], [passage for _, passage in pairs]))
    spans = [
        [next(found) if number < len(read) else [] for number in range(len(each))]
        for each, read in zip(hits, near, strict=True)
    ]
    told = [[(hit, span) for hit, _ in each for span in next(found)[:1]] for each in may_say]
    return [Read(own, _clearest(own, each)) for own, each in zip(spans, told, strict=True)]


def _clearest(spans: Sequence[Sequence[Span]], told: Sequence[tuple[Hit, Span]]) -> tuple[Hit, Span] | None:
    """Of the words that may say that the answer is not known those with the greatest margin; none that hold an answer."""
    answers = [each[0] for each in spans if each and each[0].margin > 0]
    left = [(hit, span) for hit, span in told if not any(_overlap(span, answer) for answer in answers)]
    return max(left, key=lambda each: each[1].margin, default=None)


def _overlap(one: Span, other: Span) -> bool:
    return one.passage.article_id == other.passage.article_id and one.start < other.end and other.start < one.end
