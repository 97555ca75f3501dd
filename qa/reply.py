"""What a question brings back, and its JSON form, which others read: see "The JSON reply" in the README."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Status = Literal["answered", "not_disclosed", "no_answer"]


@dataclass(frozen=True)
class Words:
    """Words of an article: `article.text[start:end] == text`, offsets in code points."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Place:
    """Where an article says a thing: its source and offsets in its text, in code points."""

    article: str
    start: int
    end: int


@dataclass(frozen=True)
class Claim:
    """One answer: the article's words that give it, with the sentence around them and every place that says the same.

    text, start, end: the answer's own words. quote, quote_start, quote_end: the whole sentence that they stand in.
    confidence: 0 to 1. said_by: the words that name who says it, where known. support: all places, the claim's own first.
    """

    text: str
    confidence: float
    article: str
    title: str
    start: int
    end: int
    quote: str
    quote_start: int
    quote_end: int
    said_by: Words | None
    support: tuple[Place, ...]


@dataclass(frozen=True)
class RetrievedPassage:
    """A passage that was read for the question, best first.

    dense_score: inner product of unit vectors, -1 to 1. lexical_score: BM25, greater is better, 0 where no word is shared.
    rank: 1 for the first.
    """

    article: str
    title: str
    start: int
    end: int
    text: str
    dense_score: float
    lexical_score: float
    rank: int


@dataclass(frozen=True)
class Reply:
    """The answer to one question.

    status: "answered"; "not_disclosed", where an article itself says that the thing is not known, and `answer` is that
    sentence; "no_answer", and `answer` is None. alternatives: other claims, best first. conflict: whether answer and
    alternatives differ on the same thing. timings_ms: milliseconds by step, "total" among them.
    """

    question: str
    resolved_question: str
    status: Status
    confidence: float
    answer: Claim | None
    alternatives: tuple[Claim, ...]
    conflict: bool
    passages: tuple[RetrievedPassage, ...]
    timings_ms: Mapping[str, float]

    def to_dict(self) -> dict[str, Any]:
        """The reply as the JSON interface has it: plain dictionaries, lists, strings and numbers."""
        plain = asdict(self)
        plain["alternatives"] = list(plain["alternatives"])
        plain["passages"] = list(plain["passages"])
        for claim in [plain["answer"], *plain["alternatives"]]:
            if claim is not None:
                claim["support"] = list(claim["support"])
        plain["timings_ms"] = dict(self.timings_ms)
        return plain


@dataclass(frozen=True)
class Turn:
    """An earlier question of the conversation and the text of its answer, "" where there was none."""

    question: str
    answer: str
