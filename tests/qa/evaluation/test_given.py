"""Figures of best spans, computed by hand."""

from __future__ import annotations

import pytest

from index.passages import Passage
from qa.evaluation.given import best_spans, quality
from qa.questions import Question
from qa.reader import Reader


def question(name: str, *answers: str) -> Question:
    return Question(name, "by hand", "", "Mara Lindqvist built it in 1931.", "Who built it?", None, None, answers)


def test_exact_match_f1_and_area_are_those_of_a_count_by_hand() -> None:
    questions = [question("a", "Mara Lindqvist"), question("b", "1931"), question("c"), question("d")]
    spans = [("Mara", 4.0), ("1931", 1.0), ("Mara", 2.0), ("", 0.0)]
    # F1 of 2/3 and 1; three of the four pairs of an answerable and another question are in order.
    assert quality(questions, spans) == {"em": 50.0, "f1": pytest.approx(83.3), "area": 0.75}
    assert quality(questions[:2], spans[:2])["area"] == 1.0


def test_the_best_span_is_the_reader_s_first_in_the_question_s_own_context(tiny_reader: Reader) -> None:
    asked = [question("a", "1931"), question("b")]
    for (text, margin), own in zip(best_spans(tiny_reader, asked), asked, strict=True):
        [spans] = tiny_reader.read([own.text], [Passage("a", 0, len(own.context), own.context)])
        assert text == spans[0].text
        assert margin == pytest.approx(max(span.margin for span in spans), abs=1e-4)
