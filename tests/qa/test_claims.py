"""Spans become claims: what says the same is one, what differs stands side by side, what conflicts is said to, rarely."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index.passages import Passage
from index.search import Hit
from qa.calibration import MAX_MARGIN, Calibration
from qa.claims import Answers, candidates, conflicts, weigh
from qa.reader import Span
from qa.reading import Read
from qa.reply import Claim, Words

CALIBRATION = Calibration(margin=0.5, unknown_margin=0.5)
PORT = "The port of Ostwick grew. Mara Lindqvist counted 2,400 ships there. In May the authority counted 3,100 ships."
NEWS = "“About 2,400 ships came,” said Lindqvist. The port did not reveal how many ferries came."
HARD = "Torvik has no port, and Kelda sold its two ferries. Nobody lives there now."


def hit(text: str, rank: int, source: str = "", *, dense: float = 0.6) -> Hit:
    return Hit(
        Passage(source or f"{rank}.txt", 0, len(text), text), source or f"{rank}.txt", "A title", None, dense, 5.0, 1.0, rank
    )


def span(hit: Hit, words: str, margin: float) -> Span:
    start = hit.passage.text.index(words)
    return Span(hit.passage, start, start + len(words), margin, 0.0, 0.0)


def ask(
    question: str,
    *found: tuple[str, list[tuple[str, float]]],
    unknown: tuple[str, float] | None = None,
    calibration: Calibration = CALIBRATION,
) -> Answers:
    """unknown: words of the first text by which it says that the answer is not known, and their margin."""
    hits = [hit(text, rank) for rank, (text, _) in enumerate(found, start=1)]
    spans = [[span(each, *pair) for pair in pairs] for each, (_, pairs) in zip(hits, found, strict=True)]
    return weigh(question, hits, Read(spans, unknown and (hits[0], span(hits[0], *unknown))), calibration)


def texts(answers: Answers) -> list[str]:
    return [claim.text for claim in (answers.best, *answers.alternatives) if claim is not None]


def test_the_same_value_in_two_articles_is_one_claim_with_two_places() -> None:
    answers = ask("How many ships came?", (PORT, [("2,400", 6.0)]), (NEWS, [("About 2,400", 5.0)]))
    assert texts(answers) == ["2,400"]
    assert answers.best is not None
    assert [(place.article, place.start) for place in answers.best.support] == [("1.txt", PORT.index("2,400")), ("2.txt", 1)]
    assert answers.best.sources == 2
    assert answers.best.quote == "Mara Lindqvist counted 2,400 ships there."


def test_other_values_stand_beside_it_and_other_words_do_not() -> None:
    answers = ask("How many ships came?", (PORT, [("2,400", 6.0), ("3,100", 5.0), ("Mara Lindqvist", 5.5)]))
    assert texts(answers) == ["2,400", "3,100"]


@pytest.mark.parametrize(("margin", "shown"), [(5.5, True), (1.0, False), (-1.0, False)])
def test_an_alternative_has_to_be_half_as_probable_and_beat_no_answer(margin: float, shown: bool) -> None:
    answers = ask(
        "Who counted?",
        (PORT, [("Mara Lindqvist", 6.0), ("the authority", margin)]),
        calibration=replace(CALIBRATION, intercept=-3),
    )
    assert texts(answers) == ["Mara Lindqvist"] + ["the authority"] * shown


@pytest.mark.parametrize(
    ("text", "one", "other", "together"),
    [
        ("Ostwick lies north. The Ostwick region is flat.", "Ostwick", "The Ostwick region", True),
        ("Anna Berg came. Berg left. New Berg is a town.", "Anna Berg", "Berg left", False),
        ("York is old. New York is not.", "York is", "New York", False),
        ("They paid. They had not paid.", "paid", "not paid", False),
        ("He sold 3,000 of 13,000.", "3,000", "13,000", False),
    ],
)
def test_which_words_say_the_same(text: str, one: str, other: str, together: bool) -> None:
    found = hit(text, 1)
    first = text.index(one) if one != "3,000" else text.index("3,000 ")
    second = text.rindex(other) if other != "not paid" else text.index(other)
    spans = [
        Span(found.passage, first, first + len(one), 6.0, 0.0, 0.0),
        Span(found.passage, second, second + len(other), 5.0, 0.0, 0.0),
    ]
    assert len(candidates("Which?", [found], [spans], CALIBRATION)) == (1 if together else 2)


def test_what_speaks_for_an_answer() -> None:
    hits = [hit(PORT, 1), hit(NEWS, 2)]
    spans = [[span(hits[0], "2,400", 6.0), span(hits[0], "3,100", 2.0)], [span(hits[1], "About 2,400", 5.0)]]
    first, second = candidates("How many ships did Lindqvist ever count?", hits, spans, CALIBRATION)
    assert (first.evidence.margin, first.evidence.lead, first.evidence.nearness, first.evidence.agreement) == (6.0, 4.0, 1.0, 1)
    assert second.evidence.lead == -4.0
    [alone] = candidates("How many?", hits[:1], [spans[0][:1]], CALIBRATION)
    assert alone.evidence.lead == MAX_MARGIN


def test_below_the_threshold_nothing_is_shown_and_the_reason_is() -> None:
    answers = ask("How many ferries did Ostwick count?", (PORT, [("2,400", -4.0)]))
    assert (answers.status, answers.best, answers.alternatives, answers.related) == ("no_answer", None, (), True)
    assert answers.reason == "The articles mention Ostwick, but none says how many ferries."
    found = hit(PORT, 1)
    [candidate] = candidates("How many ferries did Ostwick count?", [found], [[span(found, "2,400", -4.0)]], CALIBRATION)
    assert answers.confidence == pytest.approx(1 - candidate.probability)


def test_a_question_about_a_name_that_no_passage_has_is_not_answered() -> None:
    answers = ask("How many ships did Einstein count?", (PORT, [("2,400", 12.0)]))
    assert (answers.status, answers.best) == ("no_answer", None)
    assert answers.reason == "None of the articles mentions Einstein."
    # Where no answer is not allowed, as when the reader is measured, it is shown without any confidence.
    forced = ask(
        "How many ships did Einstein count?", (PORT, [("2,400", 12.0)]), calibration=replace(CALIBRATION, threshold=0.0)
    )
    assert (texts(forced), forced.confidence) == (["2,400"], 0.0)


def test_a_sentence_that_says_it_is_not_disclosed_is_the_answer_where_there_is_none_and_beside_one() -> None:
    told = ("did not reveal how many ferries", 3.0)
    without = ask("How many ferries came?", (NEWS, [("2,400", -6.0)]), unknown=told)
    assert without.status == "not_disclosed"
    assert without.best is not None
    assert without.best.text == without.best.quote == "The port did not reveal how many ferries came."
    assert without.confidence == without.best.confidence == CALIBRATION.probability_unknown(3.0) > 0.5
    beside = ask("How many ferries came?", (NEWS, [("2,400", 9.0)]), unknown=told)
    assert beside.status == "answered"
    assert beside.not_disclosed is not None
    assert beside.not_disclosed.text == without.best.text


def test_the_likelier_of_an_answer_and_of_its_being_unknown_is_shown() -> None:
    doubtful = ("did not reveal", -0.1)
    assert ask("How many ferries came?", (NEWS, [("2,400", -6.0)]), unknown=doubtful).status == "no_answer"
    sure = ("did not reveal", 7.0)
    outdone = ask("How many ferries came?", (NEWS, [("2,400", 1.0)]), unknown=sure)
    assert (outdone.status, outdone.alternatives) == ("not_disclosed", ())
    # Whoever asks for every answer gets it.
    every = ask(
        "How many ferries came?", (NEWS, [("2,400", 1.0)]), unknown=sure, calibration=replace(CALIBRATION, threshold=0.0)
    )
    assert (every.status, every.not_disclosed) == ("answered", outdone.best)
    # Of what no passage mentions nothing is said.
    assert ask("How many ferries came to Ulm?", (NEWS, []), unknown=sure).status == "no_answer"


def test_three_answers_of_which_two_contradict_each_other_are_not_one() -> None:
    found = [
        (f"The mill opened in {when}.", [(when, 6.0 - number)])
        for number, when in enumerate(("2024", "March 2024", "June 2024"))
    ]
    answers = ask("When did the mill open?", *found)
    assert answers.best is not None
    assert [place.article for place in answers.best.support] == ["1.txt", "2.txt"]


def test_two_passages_of_one_article_do_not_agree_with_each_other() -> None:
    def agreement(*sources: str) -> float:
        hits = [hit(PORT, rank, source) for rank, source in enumerate(sources, start=1)]
        return candidates("How many ships?", hits, [[span(each, "2,400", 1.0)] for each in hits], CALIBRATION)[
            0
        ].evidence.agreement

    assert agreement("1.txt", "1.txt") == 0
    assert agreement("1.txt", "2.txt", "1.txt") == 1


def test_nothing_found_says_so() -> None:
    answers = weigh("Who?", [], Read([]), CALIBRATION)
    assert (answers.status, answers.reason, answers.related) == ("no_answer", "There is no article to ask.", False)


def claim(text: str, quote: str, when: str | None = None) -> Claim:
    start = quote.index(text)
    return Claim(
        text=text,
        confidence=0.9,
        article="a",
        title="A",
        start=start,
        end=start + len(text),
        quote=quote,
        quote_start=0,
        quote_end=len(quote),
        said_by=None,
        published=None,
        page=None,
        when=Words(when, quote.index(when), quote.index(when) + len(when)) if when else None,
        stance=None,
        support=(),
        sources=1,
    )


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (claim("40", "The fire killed 40 people."), claim("at least 65", "At the end at least 65 people were dead."), True),
        (claim("40", "The fire killed 40 people."), claim("forty", "All forty died."), False),
        (claim("40", "The fire killed 40 people."), claim("about 41", "It killed about 41."), False),
        (claim("40", "In May 40 came.", "In May"), claim("65", "In June 65 came.", "In June"), False),
        (claim("40", "In May 40 came.", "In May"), claim("65", "Sixty-five, or 65, came."), True),
        (claim("40", "40 came."), claim("65", "Another 65 came."), False),
        (claim("40", "40 came."), claim("65", "65 more came."), False),
        (claim("40", "In May 40 came.", "In May"), claim("65", "65 came, he said on Friday.", "on Friday"), True),
        (claim("40", "Police initially said that 40 had been hurt."), claim("65", "65 were hurt."), False),
        (claim("Mara", "Mara came."), claim("Ola", "Ola came."), False),
        (claim("$40", "It cost $40."), claim("40 km", "It is 40 km long."), False),
    ],
)
def test_only_quantities_that_exclude_each_other_conflict(one: Claim, other: Claim, expected: bool) -> None:
    assert conflicts(one, other) is conflicts(other, one) is expected


def test_a_person_is_the_same_with_a_first_name_or_a_country() -> None:
    text = "President Mara Lindqvist of Norrland counted them. Lindqvist was tired. Torvik Berg slept. Torvik did not say why."
    for first, second in (("President Mara Lindqvist of Norrland", "Lindqvist"), ("Torvik Berg", "Torvik")):
        assert texts(ask("Who counted the ships?", (text, [(first, 6.0), (second, 5.9)]))) == [first]


def test_two_of_a_kind_from_different_places_are_not_the_same() -> None:
    here = hit("The Bank of Norrland counted them. The Bank of Torvik did not.", 1)
    spans = [span(here, "Bank of Norrland", 6.0), span(here, "Bank of Torvik", 5.9)]
    found = candidates("Who counted the ships?", [here], [spans], CALIBRATION)
    assert [candidate.text for candidate in found] == ["Bank of Norrland", "Bank of Torvik"]


def test_a_span_that_says_that_it_is_not_known_is_no_answer() -> None:
    text = "It was not immediately clear whether the fleet of Ostwick will sail. Mara Lindqvist waited."
    answers = ask("Will the fleet sail?", (text, [("not immediately clear", 6.0), ("Mara Lindqvist", 2.0)]))
    assert (answers.status, answers.alternatives) == ("not_disclosed", ())
    assert answers.best is not None
    assert answers.best.text == text.partition(" Mara")[0]
    assert answers.confidence == answers.best.confidence > 0.9
    assert ask("Who waited?", (text, [("Mara Lindqvist", 6.0)])).status == "answered"
