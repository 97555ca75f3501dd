"""What Quoth has to answer about the article that comes with it, with the models that come with it."""

from __future__ import annotations

import pytest

from qa.assistant import Assistant

pytestmark = pytest.mark.models


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who expressed gratitude to North Korea?", "Putin"),
        ("When was the defense treaty signed?", "June 2024"),
        ("Which region did Russia say it had regained?", "Kursk"),
        ("How many soldiers were killed or wounded?", "approximately 4,000"),
        ("What did Koo Byoungsam call the deployment?", "an act against humanity"),
        ("Who is the Kremlin spokesman?", "Dmitry Peskov"),
    ],
)
def test_the_answer_holds_the_words(real_assistant: Assistant, question: str, expected: str) -> None:
    reply = real_assistant.ask(question)
    assert reply.status == "answered"
    assert reply.answer is not None
    assert expected in reply.answer.text


def test_the_number_of_troops_is_among_the_claims(real_assistant: Assistant) -> None:
    reply = real_assistant.ask("How many troops were sent?")
    assert reply.answer is not None
    assert any("10,000 and 12,000" in claim.text for claim in [reply.answer, *reply.alternatives])


def test_what_the_article_does_not_tell_is_not_answered(real_assistant: Assistant) -> None:
    reply = real_assistant.ask("What is the capital of Australia?")
    assert (reply.status, reply.answer, reply.alternatives) == ("no_answer", None, ())


def test_what_is_quoted_is_what_the_article_says(real_assistant: Assistant) -> None:
    reply = real_assistant.ask("Who is the Kremlin spokesman?")
    assert reply.answer is not None
    article = real_assistant.article(reply.answer.article)
    assert article is not None
    assert article.text[reply.answer.start : reply.answer.end] == reply.answer.text
    assert article.text[reply.answer.quote_start : reply.answer.quote_end] == reply.answer.quote
    assert reply.answer.text in reply.answer.quote
