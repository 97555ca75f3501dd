"""Rewrites and figures of invented conversations, by hand."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from index.errors import QuothError
from qa.__main__ import application
from qa.evaluation.follow_ups import FollowUp, are_follow_ups, follow_up_figures, is_reported, read_follow_ups, resolved

TALK = ("Who runs the mine?", "Ada Lund")
ROWS = [
    FollowUp(TALK, "When was she born?", "When was Ada Lund born?"),
    FollowUp(TALK, "What is inflation?", "What is inflation?"),
    FollowUp((*TALK, "When was she born?", "1950"), "Where was she born?", "Where was Ada Lund born?"),
]


def test_figures_by_hand() -> None:
    found = {figure.name: figure.value for figure in follow_up_figures(ROWS)}
    # As typed: 3 of 4 and of 5 words are common twice, and all once.
    assert found["f1_typed"] == pytest.approx((2 / 3 + 1 + 2 / 3) / 3)
    assert found["f1_resolved"] == 1.0
    assert found["follow_ups"] == 3
    assert found["changed"] == pytest.approx(2 / 3)
    assert (found["stand_alone"], found["stand_alone_kept"]) == (1, 1.0)


def test_earlier_questions_are_completed_too() -> None:
    assert resolved(ROWS[2]) == "Where was Ada Lund born?"


def test_a_conversation_is_on_one_side() -> None:
    assert is_reported(ROWS[0]) == is_reported(ROWS[2])
    sides = {is_reported(FollowUp((f"Who runs mine {number}?", "Ada"), "?", "?")) for number in range(40)}
    assert sides == {False, True}


def test_the_command_prints_figures_of_the_reported_half(tmp_path: Path) -> None:
    rows = [
        {
            "history": [f"Who runs mine {number}?", "Ada Lund"],
            "question": "When was she born?",
            "rewrite": "When was Ada Lund born?",
        }
        for number in range(20)
    ]
    file = tmp_path / "rows.jsonl.gz"
    file.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    assert are_follow_ups(file)
    reported = sum(map(is_reported, read_follow_ups(file)))
    result = CliRunner().invoke(application, ["evaluate", str(file), "--json"])
    assert result.exit_code == 0
    figures = json.loads(result.stdout)
    assert (figures["follow_ups"], figures["f1_resolved"], figures["stand_alone_kept"]) == (reported, 1.0, None)
    refused = CliRunner().invoke(application, ["evaluate", str(file), "--reading"])
    assert refused.exit_code == 2
    assert "--json" in refused.stderr


@pytest.mark.parametrize("row", ['{"rewrite": "Who?"}', '{"history": 3, "question": "Who?", "rewrite": "Who?"}', "[1]", "3"])
def test_other_rows_are_refused(tmp_path: Path, row: str) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(row + "\n", encoding="utf-8")
    with pytest.raises(QuothError, match=r"rows\.jsonl"):
        read_follow_ups(file)
