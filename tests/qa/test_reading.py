"""What search puts far behind is read only where the rest does not answer, and then nothing is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.passages import Passage
from index.search import Hit
from qa.calibration import Calibration
from qa.reader import Reader, Span
from qa.reading import NEAR_THE_FIRST, read_hits

TEXTS = [
    "The harbour was built in 1931 by Mara Lindqvist.",
    "About 2,400 ships called there last year. Ola Berg counted them.",
    "Nobody lives on the island now.",
    "Torvik sold two ferries in May. The price was not told.",
]
QUESTIONS = ["Who built the harbour?", "How many ships called there?"]
NEVER = Calibration(threshold=2.0)
ALWAYS = Calibration(threshold=0.0)


def hits_of(behind: Sequence[float]) -> list[Hit]:
    """Hits whose scores are so much below the first one's."""
    passages = [Passage(str(n), 0, len(text), text) for n, text in enumerate(TEXTS)]
    return [
        Hit(passage, passage.article_id, "A title", None, 0.5, 1.0, 3.0 - each, rank)
        for rank, (passage, each) in enumerate(zip(passages, behind, strict=False), start=1)
    ]


def read_whole(reader: Reader, question: str, hits: Sequence[Hit]) -> list[list[Span]]:
    return reader.read([question] * len(hits), [hit.passage for hit in hits])


def places(spans: Sequence[Span]) -> list[tuple[int, int]]:
    return [(span.start, span.end) for span in spans]


distances = st.lists(st.floats(0, 1), max_size=3).map(lambda further: [0.0, *sorted(further)])


@given(st.lists(st.tuples(st.sampled_from(QUESTIONS), distances | st.just([])), max_size=4))
@settings(max_examples=25, deadline=None)
def test_what_is_not_answered_is_read_whole(tiny_reader: Reader, asked: list[tuple[str, list[float]]]) -> None:
    questions, hits = [question for question, _ in asked], [hits_of(behind) for _, behind in asked]
    for question, each, spans in zip(questions, hits, read_hits(tiny_reader, questions, hits, NEVER), strict=True):
        expected = read_whole(tiny_reader, question, each)
        assert list(map(places, spans)) == list(map(places, expected))
        for found, same in zip(spans, expected, strict=True):
            assert [span.margin for span in found] == pytest.approx([span.margin for span in same], abs=1e-3)


@given(distances)
@settings(max_examples=25, deadline=None)
def test_what_is_answered_is_read_no_further(tiny_reader: Reader, behind: list[float]) -> None:
    hits = hits_of(behind)
    [spans] = read_hits(tiny_reader, QUESTIONS[:1], [hits], ALWAYS)
    assert [bool(found) for found in spans] == [hit.score >= hits[0].score - NEAR_THE_FIRST for hit in hits]


def test_each_question_goes_on_by_itself(tiny_reader: Reader) -> None:
    hits = hits_of([0.0, 0.1, 0.5, 0.9])
    found = read_whole(tiny_reader, QUESTIONS[0], hits)
    margins = [max(span.margin for span in spans) for spans in found[:2]]
    other = [max(span.margin for span in spans) for spans in read_whole(tiny_reader, QUESTIONS[1], hits)[:2]]
    # Between the two questions' greatest margins, so that one is answered by its first passages and the other is not.
    between = (max(margins) + max(other)) / 2
    calibration = replace(Calibration(), intercept=-between, threshold=0.5)
    spans = read_hits(tiny_reader, QUESTIONS, [hits, hits], calibration)
    read = [[bool(each) for each in question] for question in spans]
    whole, near = [True] * 4, [True, True, False, False]
    assert read == ([near, whole] if max(margins) > max(other) else [whole, near])
