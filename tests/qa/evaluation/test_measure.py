"""Questions asked of real indexes by a real, if untrained, reader; the figures that come of it."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from index.embedder import Embedder
from index.search import Index
from index.settings import Settings
from qa.__main__ import application
from qa.evaluation.measure import Outcome, holds_an_answer, index_of_contexts, read_given, sample
from qa.evaluation.report import Figure, figures
from qa.questions import Question
from qa.reader import Reader
from tests.conftest import HashingEmbedder
from tests.qa.conftest import HARBOUR

OTHER = "Bread is baked at night in Ulm. The bakers sleep at noon."


def question(text: str, answer: str = "", context: str = HARBOUR) -> Question:
    start = context.index(answer) if answer else None
    end = None if start is None else start + len(answer)
    return Question(text, "own", "", context, text, start, end, (answer,) if answer else ())


ASKED = [
    question("Who built the harbour?", "Mara Lindqvist"),
    question("How many ships called?", "about 2,400"),
    question("When do bakers bake?", "at night", OTHER),
    question("Who paints in Ulm?", context=OTHER),
]


def outcome(answer: str, claims: tuple[str, ...], confidence: float, rank: int | None = None) -> Outcome:
    return Outcome(question(claims[0] if claims else "?", answer), claims, confidence, rank, 10.0)


def values(found: list[Figure]) -> dict[str, float]:
    return {figure.name: figure.value for figure in found}


def test_figures_by_hand() -> None:
    outcomes = [
        outcome("Mara Lindqvist", ("Mara Lindqvist",), 0.9, rank=1),
        outcome("about 2,400", ("ships", "2,400"), 0.8, rank=4),  # shown and wrong; the second claim has F1 2/3
        outcome("1931", ("1931",), 0.2, rank=None),  # right, but not shown
        outcome("", ("Ola Berg",), 0.7),  # shown where there is nothing to find
        outcome("", ("Bergen",), 0.1),
    ]
    found = values(figures(outcomes, 0.5, given=False))
    assert (found["questions"], found["answerable"]) == (5, 3)
    assert (found["recall@1"], found["recall@5"]) == pytest.approx((1 / 3, 2 / 3))
    assert found["mrr"] == pytest.approx((1 + 1 / 4) / 3)
    assert (found["em_forced"], found["em_answerable"], found["em_unanswerable"]) == pytest.approx((2 / 3, 1 / 3, 1 / 2))
    assert found["f1_all"] == pytest.approx((1 + 1) / 5)
    assert found["f1_of_claims"] == pytest.approx((1 + 2 / 3 + 1) / 3)
    assert (found["precision"], found["coverage"], found["coverage_answerable"]) == pytest.approx((1 / 3, 3 / 5, 2 / 3))
    # Alone in their bins, all five: 0.9 right, 0.8 wrong, 0.2 right, 0.7 wrong, 0.1 wrong.
    assert found["calibration_error"] == pytest.approx((0.1 + 0.8 + 0.8 + 0.7 + 0.1) / 5)
    assert found["latency_median"] == 10


def test_no_questions_of_a_kind_leave_no_figure() -> None:
    found = figures([outcome("1931", ("1931",), 0.9)], 0.5, given=True)
    assert math.isnan(values(found)["em_unanswerable"])
    assert {figure.plain() for figure in found if figure.name == "em_unanswerable"} == {None}
    assert "recall@1" not in values(found)


def test_a_sample_is_the_same_every_time_and_in_order() -> None:
    many = [question(str(number)) for number in range(50)]
    drawn = sample(many, 7)
    assert drawn == sample(many, 7)
    assert [many.index(one) for one in drawn] == sorted(many.index(one) for one in drawn)
    assert sample(many, None) == sample(many, 99) == many


def test_the_context_of_a_question_is_told_from_the_others() -> None:
    with index_of_contexts(ASKED, HashingEmbedder(), Settings(passage_tokens=16, overlap_tokens=0)) as (index, is_right):
        assert isinstance(index, Index)
        for asked in ASKED:
            [hits] = index.search([asked.text], 20)
            assert {is_right(asked, hit) for hit in hits} == {True, False}
            assert all((hit.passage.text in asked.context) == is_right(asked, hit) for hit in hits)
            assert any(holds_an_answer(asked, hit) for hit in hits) == bool(asked.answers)


def test_the_reader_is_given_the_right_passage(tiny_reader: Reader) -> None:
    counted: list[int] = []
    outcomes = read_given(tiny_reader, ASKED, counted.append)
    assert sum(counted) == len(outcomes) == len(ASKED)
    for one in outcomes:
        assert one.forced
        assert all(claim in one.question.context for claim in one.claims)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "questions.jsonl"
    rows = [
        {
            "context": asked.context,
            "question": asked.text,
            "answers": [{"text": text, "answer_start": asked.start} for text in asked.answers],
        }
        for asked in ASKED
    ]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def _small_models(monkeypatch: pytest.MonkeyPatch, sure_reader_folder: Path) -> None:
    def hashing(_name: str) -> Embedder:
        return HashingEmbedder()

    monkeypatch.setenv("QUOTH_READER", str(sure_reader_folder))
    # The one part of this that has tests of its own elsewhere and would take seconds each time.
    monkeypatch.setattr("qa.evaluation.run.load_embedder", hashing)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(application, ["evaluate", *map(str, arguments)])


def figures_of(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.stderr
    loaded: dict[str, Any] = json.loads(result.stdout)
    return loaded


def test_the_command_asks_the_files_own_contexts(file: Path) -> None:
    found = figures_of(run(file, "--json"))
    assert (found["questions"], found["answerable"], found["recall@5"]) == (4, 3, 1)
    assert found["f1_of_claims"] >= found["f1_forced"] >= found["em_forced"]


def test_the_command_asks_an_index(file: Path, small_index: Index) -> None:
    found = figures_of(run(file, "--json", "--index", small_index.catalog.folder))
    # The bakers are in no article of it.
    assert found["recall@20"] == pytest.approx(2 / 3, abs=1e-4)


def test_the_command_prints_a_table_with_every_meaning_and_draws(file: Path, tmp_path: Path) -> None:
    result = run(file, "--reading", "--limit", "3", "--plot", tmp_path / "curves.png")
    assert result.exit_code == 0
    assert all(len(line.split(None, 2)) == 3 for line in result.stdout.splitlines())
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")


def test_wrong_use_is_one_sentence(file: Path, tmp_path: Path, small_index: Index) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.touch()
    for arguments, words, status in [
        ((tmp_path / "absent.json",), "no file of questions", 2),
        ((empty,), "holds no questions", 2),
        ((file, "--index", tmp_path), "There is no index", 3),
        ((file, "--reading", "--index", small_index.catalog.folder), "--reading searches nothing", 2),
        ((file, "--reading", "--plot", tmp_path / "no" / "curves.png"), "No such file", 2),
        ((file, "--reading", "--plot", tmp_path / "curves.doc"), "doc", 2),
    ]:
        result = run(*arguments)
        assert (result.exit_code, result.stdout) == (status, "")
        assert result.stderr.splitlines()[-1].startswith("quoth: ")
        assert words in result.stderr
