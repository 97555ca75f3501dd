"""Questions to begin with come from the words of sentences, and from nothing else."""

from __future__ import annotations

import pytest

from qa.assistant import TRIED, Assistant
from qa.suggestions import candidates


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mara Lindqvist said on Friday that ships came.", ["What did Mara Lindqvist say?"]),
        ("The harbour, Mara Lindqvist on Friday announced, will close.", ["What did Mara Lindqvist announce?"]),
        ("Mara Lindqvist also called for calm.", ["What did Mara Lindqvist call for?"]),
        ("Bank of Ostwick warned of a loss.", ["What did Bank of Ostwick warn about?"]),
        ("On Monday Mara Lindqvist said it.", ["What did Mara Lindqvist say?"]),
        ("The New Bank of Ostwick reported a loss.", ["What did New Bank of Ostwick report?"]),
        ("Some 2,400 ships were counted.", ["How many ships were counted?"]),
        ("In all, 12 fishing boats have been painted.", ["How many fishing boats have been painted?"]),
        ("Spokeswoman Ola Berg was there.", ["Who is Ola Berg?"]),
        ("“No,” said analyst Jean-Luc O’Neill.", ["Who is Jean-Luc O’Neill?"]),
        ("Director Ola Berg estimated it. Ola Berg said so.", None),
    ],
)
def test_sentences_bring_questions(text: str, expected: list[str] | None) -> None:
    if expected is None:
        expected = ["What did Director Ola Berg estimate?", "Who is Ola Berg?", "What did Ola Berg say?"]
    assert list(candidates([text])) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "it rained all day.",
        "She said nothing.",
        "The Kremlin said nothing.",
        "On Monday Putin said nothing.",
        "The president of the company said so.",
        "A minister for the whole of the north spoke.",
        "Of these 3 were counted.",
        "10 and others were counted.",
        "In 1931 it was built.",
        "Mara Lindqvist.\nsaid",
        "Привет, мир. 船は港に着いた。",
    ],
)
def test_other_text_brings_none(text: str) -> None:
    assert list(candidates([text])) == []


def test_a_question_comes_once_and_in_order() -> None:
    texts = ["Ola Berg said yes. Mara Lindqvist won.", "Then Ola said no.", "And so Ola Berg said again."]
    assert list(candidates(texts)) == ["What did Ola Berg say?", "What did Mara Lindqvist win?"]


@pytest.mark.parametrize(
    "part",
    ["A a ", "Aa ", "Aa of ", "A-", "Aa’", "1,", "1 aa", "1 abcs were ", "president Aa ", "a", "A", "1 abc-abcs "],
)
def test_hostile_text_takes_linear_time(part: str) -> None:
    # Patterns that try everything again from every place would take hours for this.
    assert list(candidates([part * (200_000 // len(part))])) == []


def test_the_questions_are_tried_on_the_articles(assistant: Assistant) -> None:
    replies = list(assistant.try_questions())
    questions = [reply.question for reply in replies]
    assert len(set(questions)) == len(questions) <= TRIED
    answered = [reply for reply in replies if reply.status == "answered"]
    assert answered
    for reply in answered[:3]:
        assert assistant.ask(reply.question).answer == reply.answer
