from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs

from hypothesis import given

from index.search import Filters
from qa.reply import Reply, Turn
from tests.ui.examples import claim, foreign, passage, reply
from tests.ui.page import by_class, one, parse, shape, text_of
from ui.conversation import Exchange, Failure, Pending, conversation_html, exchange_html, history_of, suggestions_html


def exchange(outcome: Reply | Failure, question: str = "How many came?", filters: Filters | None = None) -> Exchange:
    return Exchange(question, outcome, filters or Filters())


@given(foreign, foreign)
def test_failures_and_suggestions_are_text(text: str, other: str) -> None:
    root = parse(exchange_html(exchange(Failure(other), text), 0))
    assert shape(root) == shape(parse(exchange_html(exchange(Failure(""), ""), 0)))
    assert text_of(one(root, "question")) == text
    assert text_of(one(root, "failure")) == other

    example = one(parse(suggestions_html([text], [])), "example")
    assert (text_of(example), example.get("data-ask")) == (text, text)


def test_the_history_has_the_questions_as_they_were_read_and_no_failures() -> None:
    followed = reply(claim("May"), question="When?", resolved_question="When did talks begin?")
    turns = [
        exchange(followed, "When?"),
        exchange(Failure("It broke."), "Why?"),
        exchange(reply(None, question="Who?"), "Who?"),
    ]
    assert history_of(turns) == [Turn("When did talks begin?", "May"), Turn("Who?", "")]


def test_a_question_read_otherwise_than_typed_is_shown_and_can_be_edited() -> None:
    followed = reply(claim("May"), question="When?", resolved_question="When did talks begin?")
    shown = one(parse(exchange_html(exchange(followed, "When?"), 0)), "resolved")
    assert text_of(shown).startswith("read as: When did talks begin?")
    assert one(shown, "quiet").get("data-edit") == "When did talks begin?"
    assert not by_class(parse(exchange_html(exchange(followed, " When  did talks begin? "), 0)), "resolved")


def test_what_a_question_was_narrowed_to_is_shown() -> None:
    narrowed = exchange(reply(claim("May")), filters=Filters("/news/", "2025-01-01", None))
    assert text_of(one(parse(exchange_html(narrowed, 0)), "narrowed")) == "asked only of /news/ from 2025-01-01"
    assert not by_class(parse(exchange_html(exchange(reply(claim("May"))), 0)), "narrowed")


def test_an_answer_can_be_copied_linked_and_voted_on() -> None:
    narrowed = exchange(reply(claim("May"), question="When? & how"), "When? & how", Filters("/news/", None, "2025-12-31"))
    tools = one(parse(exchange_html(narrowed, 3)), "tools")
    plain, markdown, link, *votes, send = list(tools.iter("button"))
    assert plain.get("data-copy", "").startswith("May\n“Talks began in May.")
    assert "**May**" in markdown.get("data-copy", "")
    assert parse_qs(link.get("data-link", "").removeprefix("?")) == {
        "q": ["When? & how"],
        "source": ["/news/"],
        "to": ["2025-12-31"],
    }
    assert [(button.get("data-vote"), button.get("data-turn")) for button in votes] == [("up", "3"), ("down", "3")]
    assert send.get("type") == "submit"
    assert len([b for b in parse(exchange_html(exchange(reply(None)), 0)).iter("button") if b.get("data-copy")]) == 0


def test_a_conversation_is_its_turns_and_the_question_being_read() -> None:
    turns = [exchange(reply(claim("May"))), exchange(Failure("It broke."), "Why?")]
    pending = Pending("Who?", "Reading 2 passages", "Who came?", (passage(0, 19), replace(passage(20, 60), rank=2)))
    root = parse(conversation_html(turns, pending))
    assert [text_of(element) for element in by_class(root, "question")] == ["How many came?", "Why?", "Who?"]
    last = by_class(root, "turn")[-1]
    assert text_of(one(last, "doing")) == "Reading 2 passages"
    assert text_of(one(last, "resolved")).startswith("read as: Who came?")
    assert len(by_class(last, "passage")) == 2
    assert one(last, "stop").tag == "button"


def test_suggestions_leave_out_what_was_asked_and_are_few() -> None:
    suggested = ["Who came?", "When?", "Where?", "Why?", "How?", "What?"]
    assert suggestions_html([], []) == ""
    root = parse(suggestions_html(suggested, [exchange(reply(None), " When? ")]))
    assert [text_of(element) for element in by_class(root, "example")] == ["Who came?", "Where?", "Why?", "How?"]
    assert "You could ask next" in text_of(root)
    assert "For example" in text_of(parse(suggestions_html(suggested, [])))
