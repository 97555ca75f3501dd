"""Follow-up questions. All sentences are invented."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.follow_ups import asks_about_answer, resolve
from qa.reply import Turn

BRIDGE = [Turn("How many workers did Norland lose in Tarvia in 2014?", "about 310")]
MINISTER = [Turn("Who is the prime minister of Norland?", "Ada Brandt")]
BORN = [Turn("Where was Ada Brandt born?", "Osterby")]
HURT = [Turn("How many sailors were rescued?", "about 310")]
VOTE = [Turn("Who won the Tarvian election?", "Ada Brandt")]
PHONE = [Turn("What did Quillon announce?", "a new tractor")]


@pytest.mark.parametrize(
    "question",
    [
        "How many people live in Osterby?",
        "And how many people live in Osterby?",
        "what is inflation?",
        "What time is it in Osterby?",
        "Is it true that the moon is hollow?",
        "How long does it take to paint a bridge?",
        "How common is it to have two passports?",
        "What is it called when a ship turns over?",
        "Which treaty that was signed in Osterby ended the war?",
        "how many moons are there in our solar system?",
        "When did Brandt say she would resign?",
        "Did Quillon change its logo?",
        "How many people lost their homes in 2011?",
        "Before his death, where did Emil Voss live?",
        "Did the minister keep his promise?",
        "What option is left to those caught without a ticket in the city?",
        "Who wrote the anthem of Norland?",
        "  how many  people live in OSTERBY ??",
        "Thanks!",
        "",
        "?",
    ],
)
@pytest.mark.parametrize("history", [BRIDGE, MINISTER, BORN, HURT, VOTE, PHONE])
def test_a_question_that_stands_alone_is_never_changed(question: str, history: list[Turn]) -> None:
    assert resolve(question, history) == question


@pytest.mark.parametrize("question", ["Who said that?", "When?", "How old is she?", "And in 2019?", "And how many were hurt?"])
@pytest.mark.parametrize("history", [[], [Turn("", "")], [Turn(" \n", "Ada Brandt")]])
def test_without_a_conversation_nothing_changes(question: str, history: list[Turn]) -> None:
    assert resolve(question, history) == question


@pytest.mark.parametrize(
    ("history", "question", "expected"),
    [
        # A question word alone.
        (BRIDGE, "When?", "When did Norland lose about 310 workers in Tarvia in 2014?"),
        (HURT, "Where?", "Where were about 310 sailors rescued?"),
        (HURT, "And by whom?", "By whom were about 310 sailors rescued?"),
        (BORN, "When?", "When was Ada Brandt born?"),
        (VOTE, "When was that?", "When was it that Ada Brandt won the Tarvian election?"),
        ([Turn("Did Emil Voss resign?", "")], "Why?", "Why did Emil Voss resign?"),
        ([Turn("What did Norland destroy?", "bridges")], "How many?", "How many bridges did Norland destroy?"),
        # A part of the same shape.
        (BRIDGE, "And in 2019?", "How many workers did Norland lose in Tarvia in 2019?"),
        (BRIDGE, "And in May 2019?", "How many workers did Norland lose in Tarvia in May 2019?"),
        (BRIDGE, "What about Osterby?", "How many workers did Norland lose in Osterby in 2014?"),
        (BRIDGE, "How many trucks?", "How many trucks did Norland lose in Tarvia in 2014?"),
        (HURT, "What about passengers?", "How many passengers were rescued?"),
        (HURT, "And in 2019?", "How many sailors were rescued in 2019?"),
        (MINISTER, "And of Tarvia?", "Who is the prime minister of Tarvia?"),
        (BORN, "And her husband?", "Where was Ada Brandt's husband born?"),
        # Pronouns.
        (MINISTER, "How old is she?", "How old is Ada Brandt?"),
        (MINISTER, "Who is her husband?", "Who is Ada Brandt's husband?"),
        (BORN, "When did she leave it?", "When did Ada Brandt leave Osterby?"),
        (BORN, "Who lives there?", "Who lives in Osterby?"),
        (HURT, "Were they hurt?", "Were the sailors hurt?"),
        (PHONE, "How much does it cost?", "How much does the new tractor cost?"),
        (BRIDGE, "Who was president then?", "Who was president in 2014?"),
        (VOTE, "Was this election fair?", "Was the Tarvian election fair?"),
        ([Turn("Who met Ms Moss?", "")], "What is her job?", "What is Ms Moss' job?"),
        # What is missing.
        (HURT, "And how many were injured?", "How many sailors were injured?"),
        (VOTE, "Who lost the election?", "Who lost the Tarvian election?"),
        (VOTE, "Who lost?", "Who lost about the Tarvian election?"),
    ],
)
def test_a_follow_up_says_what_it_left_out(history: list[Turn], question: str, expected: str) -> None:
    assert resolve(question, history) == expected


def test_a_missing_noun_comes_with_its_place_and_year() -> None:
    resolved = resolve("And how many were injured?", BRIDGE)
    assert resolved.startswith("How many workers were injured ")
    assert all(word in resolved for word in ("Norland", "in Tarvia", "in 2014"))


def test_the_latest_turn_counts_most() -> None:
    history = [Turn("Who founded Quillon?", "Emil Voss"), Turn("Who runs Quillon?", "Ada Brandt")]
    assert resolve("Where does she live?", history) == "Where does Ada Brandt live?"


def test_a_place_is_no_person() -> None:
    assert resolve("When did she marry?", BORN) == "When did Ada Brandt marry?"
    assert resolve("How big is it?", BORN) == "How big is Osterby?"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who said that?", "Who said that about 310 sailors were rescued?"),
        ("And who estimated this figure?", "Who estimated that about 310 sailors were rescued?"),
        ("According to whom?", "Who said that about 310 sailors were rescued?"),
        ("Says who?", "Who said that about 310 sailors were rescued?"),
    ],
)
def test_who_says_so_is_asked_about_the_answer(question: str, expected: str) -> None:
    assert asks_about_answer(question) == "source"
    assert resolve(question, HURT) == expected


def test_who_says_so_keeps_the_words_of_a_question_that_makes_no_statement() -> None:
    expected = "Who said that the answer to “Where was Ada Brandt born?” is Osterby?"
    assert resolve("Who said that?", BORN) == expected


def test_who_says_so_is_asked_about_the_quote_where_it_is_given() -> None:
    quote = "The coast guard saved 310 sailors, Emil Voss says."
    assert resolve("Who claimed that?", HURT, quote) == "Who claimed that the coast guard saved 310 sailors, Emil Voss says?"
    assert resolve("Who claimed that?", HURT, "Emil Voss left.") == "Who claimed that Emil Voss left?"


@pytest.mark.parametrize(
    "question", ["When?", "Where exactly?", "Why?", "How many?", "And since when?", "Why was that?", "WHEN"]
)
def test_a_question_word_alone_is_about_the_answer(question: str) -> None:
    assert asks_about_answer(question) == "circumstance"


@pytest.mark.parametrize(
    "question",
    [
        "",
        "Who won?",
        "Who said that Norland lost?",
        "Who wrote it?",
        "Who made this film?",
        "When did Norland lose?",
        "W" * 5000,
    ],
)
def test_other_questions_are_not_about_the_answer(question: str) -> None:
    assert asks_about_answer(question) is None


PIECES = st.sampled_from(
    "Who When How many what about And did was it he she they his her their there this that those the election Norland Ada "
    "Brandt's in of 2014 4,000 said ? , . ’ ß İ \u202e \n war born then one else \ud800".split(" ")
)
TEXTS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=25).map(" ".join))


@given(TEXTS, st.lists(st.builds(Turn, TEXTS, TEXTS), max_size=3), TEXTS)
def test_any_text_is_taken(question: str, history: list[Turn], quote: str) -> None:
    resolved = resolve(question, history, quote)
    asks_about_answer(question)
    assert len(resolved) <= max(1500, len(question))
    assert resolve(question, []) == question


@pytest.mark.parametrize("filler", ["a", "Ada Brandt ", "this battle ", "the ", "2014 ", " ", "'s", "it that ", "\n"])
def test_huge_turns_are_cut(filler: str) -> None:
    huge = filler * (1_000_000 // len(filler))
    history = [Turn(f"Where was Ada Brandt born? {huge}", f"Osterby {huge}")] * 50
    for question in ("When?", "Who said that?", "How old is she?", "What about Tarvia?", "this battle " * 30, huge):
        assert len(resolve(question, history, huge)) <= max(1500, len(question))
        asks_about_answer(question)
