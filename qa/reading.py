"""How much is read for a question: the passages that come near the first one in search, MOST of them at most.

Reading is what a question's time goes to, and a passage that search puts far behind its first one hardly ever holds the answer.
"""

from __future__ import annotations

from collections.abc import Sequence

from index.search import Hit
from qa.reader import Reader, Span

# A passage is read if its score in search is at most this much below the first one's. For 390 held-out questions over the
# training files' contexts, half of them without an answer, F1 over all was the same where all 8 passages were read (a scratch
# script; the calibration fitted anew for each).
NEAR_THE_FIRST = 0.25
MOST = 4


def read_hits(reader: Reader, questions: Sequence[str], hits: Sequence[Sequence[Hit]]) -> list[list[list[Span]]]:
    """For each question the spans of each of its hits, best first; none of a hit that was not read."""
    near = [[hit for hit in each[:MOST] if hit.score >= each[0].score - NEAR_THE_FIRST] for each in hits]
    pairs = [(question, hit.passage) for question, each in zip(questions, near, strict=True) for hit in each]
    spans = iter(reader.read([question for question, _ in pairs], [passage for _, passage in pairs]))
    return [
        [next(spans) if number < len(read) else [] for number in range(len(each))]
        for each, read in zip(hits, near, strict=True)
    ]
