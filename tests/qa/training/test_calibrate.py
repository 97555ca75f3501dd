"""Probabilities are fitted on questions as they are met: asked of an index that holds the answer of about half of them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import count, islice
from pathlib import Path

import pytest

from index.passages import Passage
from qa.calibration import Calibration
from qa.questions import Question, is_held_out
from qa.reader import Reader, Span
from qa.training import written
from qa.training.calibrate import FILES, Asked, ask, fit_unknown
from qa.training.written import HELD_OUT, HELD_OUT_NEWS
from tests.conftest import HashingEmbedder

LAST = "The mill of Kelda burned in 1790."
NEWS_PASSAGE = "Goats blocked the road to Ostwick on Friday. Police did not say how many."


def context(number: int) -> str:
    return f"The harbour of Ostwick was built in {number}. Its lighthouse burned nine lamps. {LAST}"


HELD_OUT_NUMBERS = list(islice((n for n in count(1000) if is_held_out(context(n))), 6))
TRAINED_NUMBERS = list(islice((n for n in count(1000) if not is_held_out(context(n))), 20))


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two data sets; of each held-out context but its last sentence, a question is written, and one of a piece of news."""
    for name, numbers in zip(FILES, (HELD_OUT_NUMBERS, TRAINED_NUMBERS), strict=True):
        with gzip.open(tmp_path / f"{name}.jsonl.gz", "wt") as lines:
            for number in numbers:
                whole = context(number)
                for question, answer in (
                    ("In which year was the harbour of Ostwick built?", str(number)),
                    ("When did the mill of Kelda burn?", "1790"),
                ):
                    answers = [{"text": answer, "answer_start": whole.index(answer)}]
                    row = {"id": f"{number} {answer}", "dataset": name, "title": str(number % 3), "context": whole}
                    lines.write(json.dumps(row | {"question": question, "answers": answers}) + "\n")
    with gzip.open(tmp_path / HELD_OUT, "wt") as lines:
        for number in HELD_OUT_NUMBERS[1:]:
            place = {"dataset": FILES[0], "of": f"{number} 1790", "start": 0, "end": context(number).index(LAST) - 1}
            lines.write(json.dumps(place | {"question": "How many ships burned?", "answer_start": None, "answer": None}) + "\n")
    with gzip.open(tmp_path / HELD_OUT_NEWS, "wt") as lines:
        asked = {"question": "Who counted the goats?", "answer_start": None, "answer": None}
        lines.write(json.dumps({"passage": NEWS_PASSAGE, "questions": [asked]}) + "\n")
    monkeypatch.setattr(written, "FOLDER", tmp_path)
    return tmp_path


def test_the_index_holds_what_the_answers_need_and_not_the_rest(
    data: Path, tiny_reader: Reader, embedder: HashingEmbedder
) -> None:
    asked = ask(tiny_reader, embedder, data, 4, top_k=100)
    found = {hit.passage.text for each in asked for hit in each.hits}
    for number in HELD_OUT_NUMBERS:
        assert not any(str(number) in text and LAST in text for text in found)
    assert any(LAST in text for text in found)
    assert NEWS_PASSAGE in found
    answered = [each for each in asked if each.question.answers]
    assert len(answered) == 4
    for each in answered:
        assert each.question.context in found
        assert each.question.context[each.question.start : each.question.end] == each.question.answers[0]
    refused = [each.question for each in asked if not each.question.answers]
    assert sum(q.dataset == "written" for q in refused) == len(HELD_OUT_NUMBERS)
    assert sum("~" in q.id for q in refused) == 2
    # What the whole contexts tell and their passages do not, or what has no passage at all.
    outside = [q for q in refused if q.dataset != "written" and "~" not in q.id]
    assert len(outside) == 2
    assert all(q.context not in found for q in outside)
    assert all(len(each.read.spans) == len(each.hits) for each in asked)


def test_how_sure_it_is_that_a_thing_is_not_known_is_fitted_to_what_people_marked(
    tiny_reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = tiny_reader.read

    def doubting(questions: Sequence[str], passages: Sequence[Passage]) -> list[list[Span]]:
        # What this reader, which learnt nothing, likes as an answer would be in the way.
        return [[replace(span, no_answer_score=1.0) for span in spans] for spans in read(questions, passages)]

    monkeypatch.setattr(tiny_reader, "read", doubting)
    monkeypatch.setattr(tiny_reader, "calibration", Calibration(unknown_margin=1.0))
    asked = [
        Question(f"{what} {number}", "written", "", NEWS_PASSAGE, f"How many {what} blocked the road?", None, None, ())
        for what in ("goats", "police", "Fridays")
        for number in range(10)
    ]
    marked = [replace(q, unknown=(0, len(NEWS_PASSAGE))) for q in asked]
    # The margin tells nothing here, so that the whole curve is at the share that was marked.
    for share, questions in ((0.9, marked[:27] + asked[:3]), (0.5, asked[::2] + marked[1::2])):
        intercept, weight = fit_unknown(tiny_reader, questions)
        fitted = Calibration(unknown_intercept=intercept, unknown_margin=weight)
        assert fitted.probability_unknown(-1.0) == pytest.approx(share, abs=0.15)


def test_the_same_seed_asks_the_same(data: Path, tiny_reader: Reader, embedder: HashingEmbedder) -> None:
    def questions(asked: list[Asked]) -> list[object]:
        return [replace(each.question, context="") for each in asked]

    one, same, other = (questions(ask(tiny_reader, embedder, data, 3, top_k=2, seed=seed)) for seed in (1, 1, 2))
    assert one == same != other
