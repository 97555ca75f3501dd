"""The questions written for Quoth fit the passages that they name, and nothing held out is trained on."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import pytest

from index.errors import QuothError
from qa.training import written
from qa.training.written import (
    CONTRASTS,
    DISPUTED,
    HELD_OUT,
    HELD_OUT_DISPUTED,
    HELD_OUT_NEWS,
    NEWS,
    TRAINED_ON,
    news_questions,
    unknown_questions,
    written_questions,
)

DATA = Path(__file__).parents[3] / "../shared/data/train"
CONTEXT = "The port of Ostwick grew. Mara Lindqvist counted 2,400 ships there."


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data set of one context, and two questions about its second sentence."""
    row = {"id": "a", "dataset": "ports", "title": "", "context": CONTEXT, "question": "Who?", "answers": []}
    write(tmp_path / "ports.jsonl.gz", [row])
    place = {"dataset": "ports", "of": "a", "start": 26, "end": len(CONTEXT)}
    asked = {"question": "How many ships were counted?", "answer_start": 23, "answer": "2,400"}
    refused = {"question": "How many ships were sunk?", "answer_start": None, "answer": None}
    write(tmp_path / TRAINED_ON, [place | asked, place | refused])
    monkeypatch.setattr(written, "FOLDER", tmp_path)
    return tmp_path


def write(path: Path, rows: list[Mapping[str, object]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)


def test_a_written_question_comes_with_its_passage_and_where_its_answer_stands(folder: Path) -> None:
    asked, refused = written_questions(folder, TRAINED_ON)
    assert asked.context == refused.context == "Mara Lindqvist counted 2,400 ships there."
    assert asked.context[asked.start : asked.end] == "2,400"
    assert (refused.text, refused.start, refused.end, refused.answers) == ("How many ships were sunk?", None, None, ())


@pytest.mark.parametrize("context", ["Short.", CONTEXT.replace("2,400", "9,999")])
def test_another_data_set_of_the_same_name_is_refused(folder: Path, context: str) -> None:
    row = {"id": "a", "dataset": "ports", "title": "", "context": context, "question": "Who?", "answers": []}
    write(folder / "ports.jsonl.gz", [row])
    with pytest.raises(QuothError, match="another ports"):
        written_questions(folder, TRAINED_ON)


@pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA} is not here")
@pytest.mark.parametrize("name", [TRAINED_ON, CONTRASTS, HELD_OUT])
def test_the_shipped_questions_fit_the_data_sets(name: str) -> None:
    asked = written_questions(DATA, name)
    assert len({(q.context, q.text) for q in asked}) == len(asked)
    assert 0.4 < sum(not q.answers for q in asked) / len(asked) < 0.7
    for q in asked:
        assert q.start is None or q.context[q.start : q.end] == q.answers[0]
    other = written_questions(DATA, HELD_OUT if name == TRAINED_ON else TRAINED_ON)
    assert not {q.context for q in asked} & {q.context for q in other}


def test_invented_news_comes_with_its_questions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"question": "How many ships were counted?", "answer_start": 49, "answer": "2,400"}
    refused = {"question": "How many ships were sunk?", "answer_start": None, "answer": None}
    write(tmp_path / NEWS, [{"passage": CONTEXT, "questions": [asked, refused]}])
    monkeypatch.setattr(written, "FOLDER", tmp_path)
    one, other = news_questions(NEWS)
    assert (one.context, one.text, one.answers) == (CONTEXT, "How many ships were counted?", ("2,400",))
    assert CONTEXT[one.start : one.end] == "2,400"
    assert (other.text, other.start, other.end, other.answers) == ("How many ships were sunk?", None, None, ())
    assert one.id != other.id


def test_what_else_a_passage_answers_comes_with_the_question(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"question": "Who counted?", "answer_start": 26, "answer": "Mara", "others": [[4, "port"], [49, "2,400"]]}
    write(tmp_path / NEWS, [{"passage": CONTEXT, "questions": [asked]}])
    monkeypatch.setattr(written, "FOLDER", tmp_path)
    [question] = news_questions(NEWS)
    assert [CONTEXT[start:end] for start, end in question.others] == ["port", "2,400"]


def test_whether_a_thing_is_not_known_is_asked_of_what_says_so_and_of_what_only_might(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "Nobody said who paid for the pier."
    passage = f"{CONTEXT} The pier was not new. It was sold. A ship sank. The sea rose. It rained. {said}"
    unknown = {"question": "Who paid?", "answer_start": None, "answer": None, "unknown": [passage.index(said), said]}
    asked = {"question": "How many ships were counted?", "answer_start": 49, "answer": "2,400"}
    write(tmp_path / NEWS, [{"passage": passage, "questions": [unknown, asked]}])
    monkeypatch.setattr(written, "FOLDER", tmp_path)
    seen = set()
    for seed in range(20):
        questions = unknown_questions(NEWS, seed)
        assert sum(q.start is not None for q in questions) == 1
        for q in questions:
            assert q.text in ("Not known: Who paid?", "Not known: How many ships were counted?")
            assert q.context in passage
            held = q.text == "Not known: Who paid?" and said in q.context
            assert (q.answers, q.start) == (((said,), q.context.index(said)) if held else ((), None))
            seen.add((q.text, held))
    assert len(seen) == 3


def test_the_shipped_news_has_its_answers_in_place_and_nothing_held_out_is_trained_on() -> None:
    trained_on, held_out = (
        [q for name in names for q in news_questions(name)] for names in ((NEWS, DISPUTED), (HELD_OUT_NEWS, HELD_OUT_DISPUTED))
    )
    for asked in (trained_on, held_out):
        assert len({(q.context, q.text) for q in asked}) == len(asked)
        assert 0.35 < sum(not q.answers for q in asked) / len(asked) < 0.55
        assert any(q.others for q in asked)
        assert any(q.unknown for q in asked)
        for q in asked:
            assert q.start is None or q.context[q.start : q.end] == q.answers[0]
            spans = sorted([(q.start or 0, q.end or 0), *q.others])
            assert all(one[1] <= other[0] for one, other in pairwise(spans))
            assert q.unknown is None or (q.start is None and q.context[slice(*q.unknown)].strip())
    assert not {q.context for q in trained_on} & {q.context for q in held_out}
