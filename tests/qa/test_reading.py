"""What search puts far behind is read only where the rest does not answer, and then nothing is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.passages import Passage
from index.search import Hit
from index.sentences import sentence_around, split_sentences
from qa.calibration import MAX_MARGIN, Calibration
from qa.reader import Reader, Span
from qa.reading import NEAR_THE_FIRST, SENTENCES, read_hits, reconsider

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
        near = sum(hit.score >= each[0].score - NEAR_THE_FIRST for hit in each)
        expected = [
            found
            for part in (each[:near], each[near:])
            for found in reconsider(tiny_reader, [question], [read_whole(tiny_reader, question, part)])[0]
        ]
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
    margins, other = (
        [max(span.margin for span in spans) for spans in reconsider(tiny_reader, [question], [whole])[0]]
        for question in QUESTIONS
        for whole in [read_whole(tiny_reader, question, hits[:2])]
    )
    # Between the two questions' greatest margins, so that one is answered by its first passages and the other is not.
    between = (max(margins) + max(other)) / 2
    calibration = replace(Calibration(), intercept=-between, threshold=0.5)
    spans = read_hits(tiny_reader, QUESTIONS, [hits, hits], calibration)
    read = [[bool(each) for each in question] for question in spans]
    whole, near = [True] * 4, [True, True, False, False]
    assert read == ([near, whole] if max(margins) > max(other) else [whole, near])


@given(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=4, unique=True), st.sampled_from(QUESTIONS))
@settings(max_examples=25, deadline=None)
def test_the_sentences_of_the_best_spans_count_alone_too(tiny_reader: Reader, texts: list[str], question: str) -> None:
    passages = [Passage(str(n), 100, 100 + len(text), text) for n, text in enumerate(texts)]
    before = tiny_reader.read([question] * len(passages), passages)
    [after] = reconsider(tiny_reader, [question], [before])

    def sentence(span: Span) -> Passage:
        own = span.passage
        first, last = sentence_around(split_sentences(own.text), span.start - own.start, span.end - own.start)
        return Passage(own.article_id, own.start + first, own.start + last, own.text[first:last])

    spans = [span for in_passage in before for span in in_passage]
    ranked = dict.fromkeys(sentence(span) for span in sorted(spans, key=lambda span: -span.margin))
    again = list(ranked)[:SENTENCES]
    read: list[float] = []
    behind: list[float] = []
    for old, new in zip(before, after, strict=True):
        assert sorted(places(old)) == sorted(places(new))
        assert [span.margin for span in new] == sorted((span.margin for span in new), reverse=True)
        for span in old:
            [same] = [other for other in new if places([other]) == places([span])]
            assert same.text == span.text
            if sentence(span) in again:
                [alone] = tiny_reader.read([question], [sentence(span)])
                overlapping = [o.margin for o in alone if o.start < span.end and span.start < o.end]
                mean = (span.margin + max(overlapping, default=-MAX_MARGIN)) / 2
                assert same.margin == pytest.approx(mean, abs=1e-3)
                read.append(same.margin)
            else:
                behind.append(same.margin)
    assert max(behind, default=-1e9) <= min(read)


def test_nothing_found_is_read_no_further(tiny_reader: Reader) -> None:
    assert reconsider(tiny_reader, [], []) == []
    assert reconsider(tiny_reader, QUESTIONS, [[[]], []]) == [[[]], []]
