"""What a question brings back, and its JSON form, which others read: see "The JSON reply" in the README."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from qa.stance import Stance

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
    confidence: 0 to 1. said_by: the words that name who says it, where the article names somebody. published: the article's
    date, ISO 8601. page: where its words begin, from 1, where the article has pages. when: the words that place the claim in
    time, where the sentence has such. stance: "denied", "negated" or "conditional" where the sentence does not hold the words
    to be so. support: all places, the claim's own first.
    sources: how many articles those are in, copies of one article counted once.
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
    published: str | None
    page: int | None
    when: Words | None
    stance: Stance | None
    support: tuple[Place, ...]
    sources: int


@dataclass(frozen=True)
class RetrievedPassage:
    """A passage that was found for the question, best first.

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
    sentence; "no_answer", and `answer` is None. reason: why it is not answered, in one sentence; "" where it is. confidence:
    the fitted probability that the answer is right. With "no_answer" it is 1 minus that of the best one found, so 1 where none
    was, or where no passage mentions a name or year of the question; with "not_disclosed" it is that of the words that say so.
    alternatives: other claims, best first. conflict: whether answer and alternatives differ on the same thing. not_disclosed:
    beside an answer, a sentence that says of the same thing that it is not known. related: whether the passages bear on the
    question at all.
    timings_ms: milliseconds by step, "total" among them.
    """

    question: str
    resolved_question: str
    status: Status
    reason: str
    confidence: float
    answer: Claim | None
    alternatives: tuple[Claim, ...]
    conflict: bool
    not_disclosed: Claim | None
    related: bool
    passages: tuple[RetrievedPassage, ...]
    timings_ms: Mapping[str, float]

    def to_dict(self) -> dict[str, Any]:
        """The reply as the JSON interface has it: plain dictionaries, lists, strings and numbers."""
        plain = asdict(self)
        plain["alternatives"] = list(plain["alternatives"])
        plain["passages"] = list(plain["passages"])
        for claim in [plain["answer"], *plain["alternatives"], plain["not_disclosed"]]:
            if claim is not None:
                claim["support"] = list(claim["support"])
        plain["timings_ms"] = dict(self.timings_ms)
        return plain


@dataclass(frozen=True)
class Turn:
    """An earlier question of the conversation and the text of its answer, "" where there was none."""

    question: str
    answer: str
