"""What Quoth has to answer about the article that comes with it, with the models that come with it."""

from __future__ import annotations

import pytest

from qa.assistant import Assistant
from qa.reply import Turn

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


def test_both_figures_of_the_troops_stand_side_by_side_with_who_says_them(real_assistant: Assistant) -> None:
    # Its confidence is near the threshold, and differs by hundredths with the bits that a processor computes in.
    reply = Assistant(real_assistant.index, real_assistant.reader, threshold=0.5).ask("How many troops were sent?")
    assert reply.answer is not None
    speakers = {claim.text: claim.said_by.text for claim in (reply.answer, *reply.alternatives) if claim.said_by is not None}
    assert speakers == {
        "between 10,000 and 12,000": "Intelligence officials from the U.S., South Korea, and Ukraine",
        "about 3,000": "The South Korean military",
    }
    assert reply.not_disclosed is not None
    assert reply.not_disclosed.text.startswith("Neither North Korea nor Russia revealed the number")


def test_who_said_that_is_answered_by_the_speaker(real_assistant: Assistant) -> None:
    killed = real_assistant.ask("How many soldiers were killed?")
    assert killed.answer is not None
    reply = real_assistant.ask("Who estimated that?", history=[Turn(killed.resolved_question, killed.answer.text)])
    assert reply.answer is not None
    assert "South Korea" in reply.answer.text
    assert "military" in reply.answer.text


def test_what_is_not_there_is_not_answered_and_the_reason_says_so(real_assistant: Assistant) -> None:
    reply = real_assistant.ask("How many tanks were sent?")
    assert (reply.status, reply.answer) == ("no_answer", None)
    assert "says how many tanks" in reply.reason


def test_what_the_article_does_not_tell_is_not_answered(real_assistant: Assistant) -> None:
    reply = real_assistant.ask("What is the capital of Australia?")
    assert (reply.status, reply.answer, reply.alternatives) == ("no_answer", None, ())


def test_what_is_quoted_is_what_the_article_says(real_assistant: Assistant) -> None:
    reply = real_assistant.ask("Who is the Kremlin spokesman?")
    assert reply.answer is not None
    article = real_assistant.index.catalog.article(reply.answer.article)
    assert article is not None
    assert article.text[reply.answer.start : reply.answer.end] == reply.answer.text
    assert article.text[reply.answer.quote_start : reply.answer.quote_end] == reply.answer.quote
    assert reply.answer.text in reply.answer.quote
