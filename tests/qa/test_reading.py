"""What search puts far behind is not read, and what is read is read as if it were alone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.passages import Passage
from index.search import Hit
from qa.calibration import Calibration
from qa.reader import Reader
from qa.reading import MOST, NEAR_THE_FIRST, read_hits

TEXTS = [
    "The harbour was built in 1931 by Mara Lindqvist.",
    "About 2,400 ships called there last year. Ola Berg counted them.",
    "Nobody lives on the island now.",
    "Torvik sold two ferries in May. The price was not told.",
    "A ferry takes 40 minutes.",
    "The lighthouse is older than the harbour.",
]
QUESTIONS = ["Who built the harbour?", "How many ships called there?"]


def hits_of(behind: Sequence[float]) -> list[Hit]:
    """Hits whose scores are so much below the first one's."""
    passages = [Passage(str(n), 0, len(text), text) for n, text in enumerate(TEXTS)]
    return [
        Hit(passage, passage.article_id, "A title", None, 0.5, 1.0, 3.0 - each, rank)
        for rank, (passage, each) in enumerate(zip(passages, behind, strict=False), start=1)
    ]


distances = st.lists(st.floats(0, 1), max_size=len(TEXTS) - 1).map(lambda further: [0.0, *sorted(further)])


@given(st.lists(st.tuples(st.sampled_from(QUESTIONS), distances | st.just([])), max_size=4))
@settings(max_examples=25, deadline=None)
def test_the_near_passages_are_read_and_no_others(tiny_reader: Reader, asked: list[tuple[str, list[float]]]) -> None:
    questions, hits = [question for question, _ in asked], [hits_of(behind) for _, behind in asked]
    found = read_hits(tiny_reader, questions, hits)
    assert [len(each.spans) for each in found] == [len(each) for each in hits]
    for question, each, read in zip(questions, hits, found, strict=True):
        # This reader was not trained to find what is not known.
        assert read.unknown is None
        for hit, in_passage in zip(each, read.spans, strict=True):
            if hit.rank > MOST or hit.score < each[0].score - NEAR_THE_FIRST:
                assert in_passage == []
                continue
            [alone] = tiny_reader.read([question], [hit.passage])
            assert [(span.start, span.end) for span in in_passage] == [(span.start, span.end) for span in alone]
            assert [span.margin for span in in_passage] == pytest.approx([span.margin for span in alone], abs=1e-3)


def test_what_is_not_known_is_asked_of_the_excerpts_that_may_say_so(
    tiny_reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiny_reader, "calibration", Calibration(unknown_margin=1.0))
    hits = hits_of([0.0, 0.1, 0.2, 0.2])
    questions = ["What was the price of the ferries?", "Who built the harbour?"]
    sold, harbour = read_hits(tiny_reader, questions, [hits, hits])
    assert sold.unknown is not None
    hit, span = sold.unknown
    assert hit is hits[3]
    [alone] = tiny_reader.read([f"Not known: {questions[0]}"], [hit.passage])
    assert (span.start, span.end) == (alone[0].start, alone[0].end)
    assert span.margin == pytest.approx(alone[0].margin, abs=1e-3)
    assert harbour.unknown is None
    assert [len(spans) > 0 for spans in harbour.spans] == [True] * 4
