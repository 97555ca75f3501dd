"""What people said of answers: kept in a file of the index folder, and given back as questions to evaluate by."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any, Literal

from index.errors import QuothError
from qa.reply import Reply

FILE_NAME = "feedback.jsonl"
Vote = Literal["up", "down"]

_writing = Lock()


def keep(folder: Path, exchange_id: str, vote: Vote, note: str, reply: Reply) -> None:
    """Adds a vote as one JSON line to the index folder's file; a later line of the same id replaces an earlier one.

    Raises QuothError where the file cannot be written.
    """
    row = {
        "id": exchange_id,
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "vote": vote,
        "note": note.strip(),
        "reply": reply.to_dict(),
    }
    # ASCII, so that lone surrogates and odd line ends pass.
    line = json.dumps(row) + "\n"
    try:
        with _writing, (folder / FILE_NAME).open("a+b") as file:
            if file.tell():
                file.seek(-1, os.SEEK_END)
                # A crash can leave half a line, which this one must not become a part of.
                line = line if file.read(1) == b"\n" else "\n" + line
            file.write(line.encode())
    except OSError as error:
        raise QuothError(f"The vote cannot be kept in {folder / FILE_NAME} ({error.strerror}).") from error


def read(folder: Path) -> list[dict[str, Any]]:
    """All votes, the last of each id, in the order of their first; a line that is none is passed over."""
    votes: dict[str, dict[str, Any]] = {}
    try:
        with (folder / FILE_NAME).open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                try:
                    row = json.loads(line)
                    votes[str(row["id"])] = row
                except (ValueError, KeyError, TypeError):
                    # A crash can leave half a line.
                    continue
    except FileNotFoundError:
        return []
    except OSError as error:
        raise QuothError(f"{folder / FILE_NAME} cannot be read ({error.strerror}).") from error
    return list(votes.values())


def evaluation_rows(votes: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """The votes that say what is right, as rows of a question file (see qa/questions.py).

    An "up" gives the answer in its passage, or the best passage as one without an answer. A "down" says what is right only
    by a note that stands word for word in one of the passages; others are left out.
    """
    for vote in votes:
        reply = vote["reply"]
        row = {"id": vote["id"], "dataset": "feedback", "question": reply["resolved_question"]}
        passages, answer = reply["passages"], reply["answer"]
        if vote["vote"] == "down":
            holding = next((p for p in passages if vote["note"] and vote["note"] in p["text"]), None)
            if holding is not None:
                yield row | _answered(holding, vote["note"], holding["text"].index(vote["note"]))
        elif reply["status"] == "answered":
            holding = next((p for p in passages if _holds(p, answer)), None)
            if holding is not None:
                yield row | _answered(holding, answer["text"], answer["start"] - holding["start"])
        elif passages:
            yield row | {"title": passages[0]["title"], "context": passages[0]["text"], "answers": []}


def _holds(passage: Mapping[str, Any], claim: Mapping[str, Any]) -> bool:
    return bool(
        passage["article"] == claim["article"] and passage["start"] <= claim["start"] and claim["end"] <= passage["end"]
    )


def _answered(passage: Mapping[str, Any], text: str, start: int) -> dict[str, Any]:
    return {"title": passage["title"], "context": passage["text"], "answers": [{"text": text, "answer_start": start}]}


def evaluation_file(folder: Path) -> str:
    """The votes of this index folder as JSON lines, "" where none says what is right."""
    return "".join(json.dumps(row) + "\n" for row in evaluation_rows(read(folder)))
