"""Files of questions are read in every form they come in, and what is none is said in one sentence."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from index.errors import QuothError
from qa.questions import Question, read_questions

CONTEXT = "Mara built the harbour in 1931. Ola Berg paid for it in 1931."
ROW: dict[str, Any] = {
    "id": "a1",
    "dataset": "own",
    "title": "Ostwick",
    "context": CONTEXT,
    "question": " When was it built? ",
    "answers": [
        {"text": "in 1931", "answer_start": 23},
        {"text": "1931", "answer_start": 26},
        {"text": "1931", "answer_start": 26},
    ],
}


def read(folder: Path, text: str | bytes) -> list[Question]:
    path = folder / "questions.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(read_questions(path))


def test_json_lines_with_the_answer_most_annotators_gave(tmp_path: Path) -> None:
    [question] = read(tmp_path, json.dumps(ROW))
    assert question == Question("a1", "own", "Ostwick", CONTEXT, "When was it built?", 26, 30, ("in 1931", "1931", "1931"))


def test_gzip_is_told_by_its_content(tmp_path: Path) -> None:
    text = (json.dumps(ROW) + "\n\n" + json.dumps(ROW | {"answers": []})).encode()
    assert read(tmp_path, gzip.compress(text)) == read(tmp_path, text)
    assert [question.start for question in read(tmp_path, text)] == [26, None]


@pytest.mark.parametrize("indent", [None, 2])
def test_squad_files(tmp_path: Path, indent: int | None) -> None:
    asked = {"id": "q1", "question": "Who paid?", "answers": [{"text": "Ola Berg", "answer_start": 32}]}
    impossible = {"id": "q2", "question": "Who slept?", "is_impossible": True, "answers": [], "plausible_answers": [{}]}
    file = {"version": "v2.0", "data": [{"title": "T", "paragraphs": [{"context": CONTEXT, "qas": [asked, impossible]}]}]}
    first, second = read(tmp_path, json.dumps(file, indent=indent))
    assert (first.id, first.title, first.text, first.start, first.answers) == ("q1", "T", "Who paid?", 32, ("Ola Berg",))
    assert (second.id, second.start, second.answers) == ("q2", None, ())


def test_an_answer_that_stands_elsewhere_keeps_its_words_but_no_place(tmp_path: Path) -> None:
    [question] = read(tmp_path, json.dumps(ROW | {"answers": [{"text": "1931", "answer_start": 3}, {"text": "1931"}]}))
    assert (question.start, question.end, question.answers) == (None, None, ("1931", "1931"))


@pytest.mark.parametrize(
    "content",
    [
        b"no json",
        b"[1, 2]",
        b"3",
        b'{"data": 3}',
        b'{"question": "?"}',
        b"\xff\xfe\x00",
        b"\x1f\x8bnot gzip",
        b'{"a": 1}\n{oops',
        json.dumps(ROW | {"answers": None}).encode(),
        json.dumps(ROW | {"context": 5}).encode(),
        b"[" * 100000,
    ],
)
def test_what_is_no_file_of_questions_is_said_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(QuothError, match=r"questions\.json (is no file of questions|cannot be read)") as raised:
        read(tmp_path, content)
    assert "\n" not in str(raised.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(QuothError, match=r"no file of questions .*absent\.json"):
        list(read_questions(tmp_path / "absent.json"))
    with pytest.raises(QuothError, match="cannot be read"):
        list(read_questions(tmp_path))
