"""Figures of spans, computed by hand."""

from __future__ import annotations

import pytest

from index.passages import Passage
from qa.evaluation.given import quality, spans_in_contexts
from qa.questions import Question
from qa.reader import Reader, Span

CONTEXT = "Mara Lindqvist built it in 1931. Others say 1933, or 1935."


def question(name: str, *answers: str, others: tuple[str, ...] = ()) -> Question:
    places = tuple((CONTEXT.index(words), CONTEXT.index(words) + len(words)) for words in others)
    return Question(name, "by hand", "", CONTEXT, "Who built it?", None, None, answers, places)


def span(text: str, margin: float) -> Span:
    start = CONTEXT.index(text)
    return Span(Passage("a", 0, len(CONTEXT), CONTEXT), start, start + len(text), margin, 0.0, 0.0)


def test_exact_match_f1_and_area_are_those_of_a_count_by_hand() -> None:
    questions = [question("a", "Mara Lindqvist"), question("b", "1931"), question("c"), question("d")]
    spans = [[span("Mara", 4.0)], [span("1931", 1.0)], [span("Mara", 2.0)], []]
    # F1 of 2/3 and 1; three of the four pairs of an answerable and another question are in order.
    assert quality(questions, spans) == {"em": 50.0, "f1": pytest.approx(83.3), "area": 0.75}
    assert quality(questions[:2], spans[:2])["area"] == 1.0


def test_other_answers_are_found_where_a_span_that_is_likelier_than_none_touches_them() -> None:
    questions = [question("a", "1931", others=("1933", "1935")), question("b", "1931", others=("1933",))]
    spans = [[span("1931", 4.0), span("say 1933", 1.0), span("1935", -1.0)], [span("1931", 4.0), span("Others", 2.0)]]
    assert quality(questions, spans)["others"] == pytest.approx(33.3)


def test_the_spans_are_the_reader_s_in_the_question_s_own_context(tiny_reader: Reader) -> None:
    asked = [question("a", "1931"), question("b")]
    for found, own in zip(spans_in_contexts(tiny_reader, asked), asked, strict=True):
        [alone] = tiny_reader.read([own.text], [Passage(own.id, 0, len(own.context), own.context)])
        assert [s.text for s in found] == [s.text for s in alone]
        assert found[0].margin == pytest.approx(alone[0].margin, abs=1e-4)
