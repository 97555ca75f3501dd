"""Questions with their answers: read from `.jsonl.gz` and SQuAD files, and the part held out for choices made in training."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import QuothError

# One context in this many is never trained on.
HELD_OUT_ONE_IN = 40


@dataclass(frozen=True)
class Question:
    """A question about a context.

    answers: every annotator's words, empty where the context holds none. start, end: the usual one's code points in the
    context; both None where there is none, or none stands where the file says. others: the code points of what else the
    context gives as an answer, such as another source's figure; no other wording of the usual one. unknown: those of the words
    by which the context says itself that the answer is not known.
    """

    id: str
    dataset: str
    title: str
    context: str
    text: str
    start: int | None
    end: int | None
    answers: tuple[str, ...]
    others: tuple[tuple[int, int], ...] = ()
    unknown: tuple[int, int] | None = None


def read_questions(path: Path) -> Iterator[Question]:
    """The questions of one file, in its order: SQuAD 1.1 or 2.0 JSON, or JSON lines of {"context", "question", "answers":
    [{"text", "answer_start"}]} with "id", "title" and "dataset" where there are any; either may be gzipped.

    Raises QuothError where the file is missing or is not like that.
    """
    for number, row in enumerate(read_rows(path), start=1):
        try:
            question = _question(row, path, number)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _unusable(path, error) from None
        yield question


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a file of JSON lines, or of SQuAD's JSON, gzipped or not.

    Raises QuothError where the file is missing or is not like that; what the rows hold is not looked at.
    """
    try:
        with path.open("rb") as opened:
            zipped = opened.read(2) == b"\x1f\x8b"
        with gzip.open(path, "rt", encoding="utf-8-sig") if zipped else path.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                try:
                    row = json.loads(line)
                except ValueError:
                    if number > 1:
                        raise
                    # SQuAD's files are one JSON value, which may be spread over lines.
                    row = json.loads(line + lines.read())
                yield from _squad_rows(row) if "data" in row else [row]
    except FileNotFoundError:
        raise QuothError(f"There is no file of questions {path}; give one of SQuAD's JSON files or JSON lines.") from None
    except (OSError, EOFError, zlib.error) as error:
        raise QuothError(f"{path} cannot be read ({error}); give one of SQuAD's JSON files or JSON lines.") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _unusable(path, error) from None


def _unusable(path: Path, error: Exception) -> QuothError:
    reason = f"no {error}" if isinstance(error, KeyError) else str(error)
    return QuothError(
        f"{path} is no file of questions ({reason}); expected SQuAD's JSON, or lines of "
        '{"context": "...", "question": "...", "answers": [{"text": "...", "answer_start": 0}]}.'
    )


def _squad_rows(file: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """SQuAD's nested form as flat rows."""
    for article in file["data"]:
        for paragraph in article["paragraphs"]:
            for row in paragraph["qas"]:
                # SQuAD 2.0 keeps answers that only look right apart, as plausible_answers.
                answers = [] if row.get("is_impossible") else row["answers"]
                yield row | {"context": paragraph["context"], "title": article.get("title", ""), "answers": answers}


def _question(row: dict[str, Any], path: Path, number: int) -> Question:
    first, last = _usual_answer(row["context"], row["answers"])
    return Question(
        id=str(row.get("id", number)),
        dataset=str(row.get("dataset", path.name)),
        title=str(row.get("title", "")),
        context=row["context"],
        text=row["question"].strip(),
        start=first,
        end=last,
        answers=tuple(answer["text"] for answer in row["answers"]),
    )


def _usual_answer(context: str, answers: list[dict[str, Any]]) -> tuple[int | None, int | None]:
    """The span most annotators gave, of equally frequent ones the shortest, among those that stand where they say."""
    spans = Counter(
        (answer["answer_start"], len(answer["text"]))
        for answer in answers
        if context.startswith(answer["text"], answer.get("answer_start", len(context) + 1))
    )
    if not spans:
        return None, None
    (start, length), _ = min(spans.items(), key=lambda item: (-item[1], item[0][1], item[0][0]))
    return start, start + length


def is_held_out(context: str) -> bool:
    """Whether a context belongs to the held-out part: decided by its own text, so that no run can mix the parts up."""
    digest = hashlib.sha256(context.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") % HELD_OUT_ONE_IN == 0
