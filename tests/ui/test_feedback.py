from __future__ import annotations

from pathlib import Path

import pytest

from index.errors import QuothError
from qa.questions import read_questions
from tests.ui.examples import TEXT, claim, passage, reply
from ui.feedback import FILE_NAME, evaluation_file, keep, read


def test_the_last_vote_on_an_answer_counts(tmp_path: Path) -> None:
    keep(tmp_path, "a", "down", "", reply(claim("May")))
    keep(tmp_path, "b", "up", "", reply(None))
    keep(tmp_path, "a", "down", " in May \N{PARAGRAPH SEPARATOR}\ud800", reply(claim("May")))
    with (tmp_path / FILE_NAME).open("a") as file:
        file.write('{"id": "c", "vo')
    assert [(vote["id"], vote["vote"], vote["note"]) for vote in read(tmp_path)] == [
        ("a", "down", "in May \N{PARAGRAPH SEPARATOR}\ud800"),
        ("b", "up", ""),
    ]


def test_half_a_line_costs_no_later_vote(tmp_path: Path) -> None:
    keep(tmp_path, "a", "up", "", reply(claim("May")))
    with (tmp_path / FILE_NAME).open("a") as file:
        file.write('{"id": "b", "vo')
    keep(tmp_path, "c", "up", "", reply(claim("May")))
    keep(tmp_path, "d", "up", "", reply(claim("May")))
    assert [vote["id"] for vote in read(tmp_path)] == ["a", "c", "d"]
    assert (tmp_path / FILE_NAME).read_text().count("\n") == 4


def test_without_votes_there_are_none(tmp_path: Path) -> None:
    assert read(tmp_path) == []
    assert evaluation_file(tmp_path) == ""


def test_a_vote_that_cannot_be_kept_is_said(tmp_path: Path) -> None:
    with pytest.raises(QuothError, match="cannot be kept"):
        keep(tmp_path / "none", "a", "up", "", reply(None))


def test_votes_read_as_questions_with_what_is_right(tmp_path: Path) -> None:
    elsewhere, whole = passage(0, 19), passage(20, len(TEXT))
    right = reply(claim("between 10 and 12 people"), question="How many came?", passages=(elsewhere, whole))
    keep(tmp_path, "right", "up", "", right)
    keep(tmp_path, "rightly none", "up", "", reply(None, question="How many left?", passages=(whole,)))
    keep(tmp_path, "mended", "down", "in May", reply(claim("Officials"), question="When?", passages=(whole, elsewhere)))
    keep(tmp_path, "only wrong", "down", "", right)
    keep(tmp_path, "other words", "down", "some twelve", right)
    written = tmp_path / "votes.jsonl"
    written.write_text(evaluation_file(tmp_path), encoding="utf-8")
    questions = list(read_questions(written))
    assert [question.id for question in questions] == ["right", "rightly none", "mended"]
    assert [question.answers for question in questions] == [("between 10 and 12 people",), (), ("in May",)]
    for question in questions:
        if question.start is not None:
            assert question.context[question.start : question.end] == question.answers[0]
    assert [question.context for question in questions] == [whole.text, whole.text, elsewhere.text]
    assert questions[0].text == "How many came?"
