"""How well questions that lean on a conversation are completed, against the stand-alone questions that people wrote."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import QuothError
from qa.evaluation.metrics import f1, mean, squad_form
from qa.evaluation.report import Figure
from qa.follow_ups import resolve
from qa.questions import read_rows
from qa.reply import Turn


@dataclass(frozen=True)
class FollowUp:
    """A question after the texts of a conversation, questions and answers in turn, and a person's stand-alone form of it."""

    history: tuple[str, ...]
    question: str
    rewrite: str


def are_follow_ups(path: Path) -> bool:
    """Whether the file's first row is one of a conversation. Raises QuothError where it cannot be read."""
    row = next(iter(read_rows(path)), None)
    return isinstance(row, dict) and "rewrite" in row


def read_follow_ups(path: Path) -> list[FollowUp]:
    """The rows of JSON lines of {"history": ["...", ...], "question": "...", "rewrite": "..."}, as CANARD has them (Elgohary et
    al. 2019), gzipped or not. Raises QuothError where the file is missing or is not like that."""
    return [_follow_up(row, path) for row in read_rows(path)]


def _follow_up(row: dict[str, Any], path: Path) -> FollowUp:
    try:
        history, question, rewrite = tuple(row["history"]), row["question"], row["rewrite"]
    except (KeyError, TypeError):
        history, question, rewrite = (None,), "", ""
    if not all(isinstance(text, str) for text in (*history, question, rewrite)):
        raise QuothError(
            f"{path} is no file of follow-up questions; expected lines of "
            '{"history": ["...", "..."], "question": "...", "rewrite": "..."}.'
        )
    return FollowUp(history, question, rewrite)


def is_reported(row: FollowUp) -> bool:
    """Whether a row is of the half that is reported: by how its conversation begins, so that no conversation is in both. What
    the rules are tuned on comes from the other half."""
    conversation = "\n".join(row.history[:2] or (row.question,))
    return hashlib.sha256(conversation.encode("utf-8", "surrogatepass")).digest()[0] % 2 == 0


def resolved(row: FollowUp) -> str:
    """The question as Quoth would ask it, after the conversation's earlier questions were completed in the same way."""
    turns: list[Turn] = []
    for asked, answer in zip(row.history[::2], (*row.history[1::2], ""), strict=False):
        turns.append(Turn(resolve(asked, turns), answer))
    return resolve(row.question, turns)


def follow_up_figures(rows: Sequence[FollowUp]) -> list[Figure]:
    """What is measured over rows, all of which count."""
    asked = [resolved(row) for row in rows]
    changed = [found != row.question for found, row in zip(asked, rows, strict=True)]
    alone = [squad_form(row.question) == squad_form(row.rewrite) for row in rows]
    kept = [float(not moved) for moved, stands in zip(changed, alone, strict=True) if stands]
    typed = [f1(row.question, [row.rewrite]) for row in rows]
    completed = [f1(found, [row.rewrite]) for found, row in zip(asked, rows, strict=True)]
    return [
        Figure("follow_ups", len(rows), "count", "questions of the half of the conversations that nothing was tuned on"),
        Figure("f1_typed", mean(typed), "%", "words in common with the person's stand-alone question, F1, as typed"),
        Figure("f1_resolved", mean(completed), "%", "the same, as completed from the conversation"),
        Figure("changed", mean([float(moved) for moved in changed]), "%", "questions that were changed"),
        Figure("stand_alone", len(kept), "count", "of all, questions that the person left as they were"),
        Figure("stand_alone_kept", mean(kept), "%", "of these, questions that were left as they were"),
    ]
