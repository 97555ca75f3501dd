"""Every word of a reply is an article's, at the offsets that the reply says; and any question may be asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.search import Filters, Index
from qa.assistant import MAX_QUESTION_CHARACTERS, Assistant
from qa.reader import Reader
from qa.reply import Reply, Turn
from tests.index.test_sentences import texts
from tests.qa.conftest import make_index

HOSTILE = [
    "a\0b",
    "\udc80\ud800 who?",
    "\u202eהאם מישהו יודע؟",
    '"ships" AND (NOT* NEAR/2 text:ships ^',
    "'; DROP TABLE passages; --",
    "?",
    "👩‍🚀",
    "%_\\",
    "\u200b",
    "{question} %s {0}",
    "cafe\u0301",
    "the of and",
    "x" * MAX_QUESTION_CHARACTERS,
]
ASKED = [
    "Who built the harbour?",
    "How many ships called there?",
    "How many troops were sent?",
    "When was the treaty signed?",
    "船は?",
    "Кто сказал привет?",
    "What did Zoë sell?",
    "How many of the ships were fishing boats?",
]
asked = st.sampled_from(ASKED + HOSTILE) | texts.filter(lambda text: 0 < len(text.strip(" \0\n\t")) < 500) | st.text(min_size=1)


def claims_of(reply: dict[str, Any]) -> list[dict[str, Any]]:
    return [claim for claim in [reply["answer"], *reply["alternatives"], reply["not_disclosed"]] if claim is not None]


def quoted(reply: dict[str, Any]) -> Iterator[tuple[str, int, int, str | None]]:
    """Every place that a reply names: article, start, end, and the text it says is there, if it says one."""
    for claim in claims_of(reply):
        yield claim["article"], claim["start"], claim["end"], claim["text"]
        yield claim["article"], claim["quote_start"], claim["quote_end"], claim["quote"]
        for words in (claim["said_by"], claim["when"]):
            if words is not None:
                yield claim["article"], words["start"], words["end"], words["text"]
        for place in claim["support"]:
            yield place["article"], place["start"], place["end"], None
    for passage in reply["passages"]:
        yield passage["article"], passage["start"], passage["end"], passage["text"]


def assert_quotes(assistant: Assistant, reply: Reply) -> None:
    plain = reply.to_dict()
    for source, start, end, text in quoted(plain):
        article = assistant.index.catalog.article(source)
        assert article is not None
        assert 0 <= start < end <= len(article.text)
        assert text is None or article.text[start:end] == text
    for claim in claims_of(plain):
        assert claim["quote_start"] <= claim["start"] < claim["end"] <= claim["quote_end"]
        assert claim["support"][0] == {"article": claim["article"], "start": claim["start"], "end": claim["end"]}
        assert 0 <= claim["confidence"] <= 1
    assert 0 <= plain["confidence"] <= 1
    assert (plain["answer"] is None) == (plain["status"] == "no_answer")
    assert (plain["reason"] == "") == (plain["status"] == "answered")
    assert [p["rank"] for p in plain["passages"]] == list(range(1, len(plain["passages"]) + 1))


def without_timings(reply: Reply) -> dict[str, Any]:
    return reply.to_dict() | {"timings_ms": None}


@given(asked)
@settings(deadline=None, max_examples=60)
@example("\0who")
@example("who\udcff")
def test_every_text_is_the_articles_at_its_offsets(assistant: Assistant, question: str) -> None:
    if question.replace("\0", " ").strip():
        assert_quotes(assistant, assistant.ask(question))
    else:
        with pytest.raises(ValueError, match="empty"):
            assistant.ask(question)


def test_the_reader_used_here_answers(assistant: Assistant) -> None:
    # Else the other tests would look at empty replies.
    replies = assistant.ask_many(ASKED)
    assert sum(reply.status == "answered" for reply in replies) > len(ASKED) // 2
    assert any(reply.alternatives for reply in replies)


@pytest.mark.parametrize("question", HOSTILE)
def test_a_question_is_just_text(assistant: Assistant, question: str) -> None:
    reply = assistant.ask(question, history=[Turn(question, question)])
    assert reply.question == question
    assert_quotes(assistant, reply)


def test_asking_many_gives_what_asking_one_by_one_gives(assistant: Assistant) -> None:
    questions = ASKED + HOSTILE
    together = assistant.ask_many(questions)
    assert [reply.question for reply in together] == questions
    for reply in together:
        alone, many = without_timings(assistant.ask(reply.question)), without_timings(reply)
        assert _rounded(many) == _rounded(alone)
    assert assistant.ask_many([]) == []


def _rounded(value: object) -> object:
    """Scores are compared to three decimals: a batch's shape may change the last bits."""
    if isinstance(value, float):
        return pytest.approx(value, abs=1e-3)
    if isinstance(value, dict):
        return {key: _rounded(inner) for key, inner in value.items()}
    return [_rounded(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("question", ["", "  \n\t", "\0", "\u2003", "x" * (MAX_QUESTION_CHARACTERS + 1)])
def test_what_is_no_question_is_refused(assistant: Assistant, question: str) -> None:
    with pytest.raises(ValueError, match=r"empty|shorten"):
        assistant.ask(question)
    with pytest.raises(ValueError, match=r"empty|shorten"):
        assistant.ask_many(["Who?", question])


def test_top_k_is_how_many_passages_are_found(assistant: Assistant, small_index: Index) -> None:
    for count in (1, 2, 5):
        reply = assistant.ask("How many troops were sent?", top_k=count)
        assert len(reply.passages) == count
        assert_quotes(assistant, reply)
    everything = sum(article.passages for article in small_index.catalog.summaries())
    assert len(assistant.ask("How many?", top_k=1000).passages) == everything
    assert len(assistant.ask("How many?").passages) == 8
    for wrong in (0, -1):
        with pytest.raises(ValueError, match="top_k"):
            assistant.ask("How many?", top_k=wrong)


def test_filters_say_which_articles_are_asked(assistant: Assistant) -> None:
    sources = [article.source for article in assistant.articles()]
    assert len(sources) == 3
    for source in sources:
        reply = assistant.ask("How many?", filters=Filters(source=source))
        assert {passage.article for passage in reply.passages} == {source}
        assert {claim.article for claim in [reply.answer, *reply.alternatives] if claim} <= {source}
    assert assistant.ask("How many?", filters=Filters(source="/nowhere")).passages == ()
    # No article here has a date.
    assert assistant.ask("How many?", filters=Filters(published_from="2000-01-01")).status == "no_answer"


def test_an_empty_index_has_no_answer(tmp_path: Path, tiny_reader: Reader) -> None:
    reply = Assistant(make_index(tmp_path, []), tiny_reader).ask("How many troops were sent?")
    assert (reply.status, reply.answer, reply.alternatives, reply.conflict) == ("no_answer", None, (), False)
    assert reply.passages == ()
    assert 0 <= reply.confidence <= 1


def test_threads_may_share_an_assistant(assistant: Assistant) -> None:
    questions = ASKED * 3
    expected = {question: _rounded(without_timings(assistant.ask(question))) for question in ASKED}
    with ThreadPoolExecutor(6) as pool:
        for reply in pool.map(assistant.ask, questions):
            assert without_timings(reply) == expected[reply.question]


CLAIM = {
    "text": str,
    "confidence": float,
    "article": str,
    "title": str,
    "start": int,
    "end": int,
    "quote": str,
    "quote_start": int,
    "quote_end": int,
    "said_by": (dict, type(None)),
    "published": (str, type(None)),
    "page": (int, type(None)),
    "when": (dict, type(None)),
    "stance": (str, type(None)),
    "support": list,
    "sources": int,
}
REPLY = {
    "question": str,
    "resolved_question": str,
    "status": str,
    "reason": str,
    "confidence": float,
    "answer": (dict, type(None)),
    "alternatives": list,
    "conflict": bool,
    "not_disclosed": (dict, type(None)),
    "related": bool,
    "passages": list,
    "timings_ms": dict,
}
PASSAGE = {
    "article": str,
    "title": str,
    "start": int,
    "end": int,
    "text": str,
    "dense_score": float,
    "lexical_score": float,
    "rank": int,
}
PLACE = {"article": str, "start": int, "end": int}
WORDS = {"text": str, "start": int, "end": int}


def assert_form(value: dict[str, Any], form: dict[str, Any]) -> None:
    assert list(value) == list(form)
    for key, expected in form.items():
        kinds = expected if isinstance(expected, tuple) else (expected,)
        assert type(value[key]) in kinds, key


@pytest.mark.parametrize("question", ASKED)
def test_the_json_is_the_one_that_others_read(assistant: Assistant, question: str) -> None:
    plain = assistant.ask(question).to_dict()
    assert json.loads(json.dumps(plain)) == plain
    assert_form(plain, REPLY)
    assert plain["status"] in ("answered", "not_disclosed", "no_answer")
    for claim in claims_of(plain):
        assert_form(claim, CLAIM)
        for place in claim["support"]:
            assert_form(place, PLACE)
        for words in (claim["said_by"], claim["when"]):
            if words is not None:
                assert_form(words, WORDS)
    for passage in plain["passages"]:
        assert_form(passage, PASSAGE)
    assert "total" in plain["timings_ms"]
    assert all(type(value) is float and value >= 0 for value in plain["timings_ms"].values())


def test_who_said_that_asks_for_the_speaker_of_the_last_answer(assistant: Assistant) -> None:
    question = "How many ships called there?"
    claim = next(
        claim for claim in (assistant.ask(question).answer, *assistant.ask(question).alternatives) if claim is not None
    )
    reply = assistant.ask("Who said that?", history=[Turn(question, claim.text)])
    assert reply.resolved_question != "Who said that?"
    assert_quotes(assistant, reply)
    if claim.said_by is not None:
        assert reply.answer is not None
        assert (reply.answer.text, reply.answer.start) == (claim.said_by.text, claim.said_by.start)


def test_a_question_that_stands_alone_is_asked_as_it_is(assistant: Assistant) -> None:
    history = [Turn("Who built the harbour of Ostwick?", "Mara Lindqvist")]
    for question in (
        "How many people live in Bergen?",
        "Who built the harbour of Ostwick?",
        "When did Noa speak to the world?",
    ):
        assert assistant.ask(question, history=history).resolved_question == question


def test_the_passages_are_told_before_they_are_read(assistant: Assistant) -> None:
    told: list[tuple[str, int]] = []
    reply = assistant.ask(ASKED[0], found=lambda question, passages: told.append((question, len(passages))))
    assert told == [(ASKED[0], len(reply.passages))]
