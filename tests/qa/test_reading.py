"""What search puts far behind is not read, and what is read is read as if it were alone."""

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
from qa.reading import MOST, NEAR_THE_FIRST, _clearest, read_hits

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
    asked: list[tuple[str, str]] = []
    read = tiny_reader.read

    def noting(questions: Sequence[str], passages: Sequence[Passage]) -> list[list[Span]]:
        asked.extend((question, passage.text) for question, passage in zip(questions, passages, strict=True))
        # What this reader, which learnt nothing, likes as an answer would be in the way.
        return [[replace(span, no_answer_score=9.0) for span in spans] for spans in read(questions, passages)]

    monkeypatch.setattr(tiny_reader, "read", noting)
    monkeypatch.setattr(tiny_reader, "calibration", Calibration(unknown_margin=1.0))
    hits = hits_of([0.0, 0.1, 0.2, 0.2])
    sold, harbour = read_hits(tiny_reader, ["What was the price of the ferries?", "Who built the harbour?"], [hits, hits])
    assert [pair for pair in asked if pair[0].startswith("Not known: ")] == [
        ("Not known: What was the price of the ferries?", TEXTS[3])
    ]
    assert sold.unknown is not None
    assert sold.unknown[0] is hits[3]
    assert sold.unknown[1].text in TEXTS[3]
    assert harbour.unknown is None
    assert [len(spans) > 0 for spans in harbour.spans] == [True] * 4


def test_words_that_hold_an_answer_do_not_say_that_it_is_not_known() -> None:
    text = "It did not sell nine ships but ten. Nobody said why."
    passage = Passage("a", 5, 5 + len(text), text)
    [hit] = [Hit(passage, "a", "A title", None, 0.5, 1.0, 3.0, 1)]

    def span(words: str, margin: float) -> Span:
        start = 5 + text.index(words)
        return Span(passage, start, start + len(words), margin, 0.0, 0.0)

    told = [(hit, span("did not sell nine ships", 4.0)), (hit, span("Nobody said why", 1.0))]
    assert _clearest([[span("ten", 3.0)]], told) == told[0]
    assert _clearest([[span("nine ships", 3.0)]], told) == told[1]
    assert _clearest([[span("nine ships", -3.0)], []], told) == told[0]
    assert _clearest([], []) is None
