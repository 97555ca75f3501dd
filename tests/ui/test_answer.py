from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from index.search import Filters
from qa.reply import Place
from tests.ui.examples import TEXT, article, claim, foreign, found, passage, reply, words
from tests.ui.page import by_class, one, parse, shape, text_of, texts
from ui.answer import claims_of, passage_html, places_of, reply_html
from ui.conversation import Exchange, exchange_html


@given(words, foreign, foreign, foreign, foreign)
def test_no_foreign_text_becomes_an_element(inner: str, before: str, after: str, question: str, title: str) -> None:
    def turn(inner: str, before: str, after: str, question: str, source: str) -> str:
        first = "One sentence before it. "
        of = article(first + before + inner + after, source, source)
        place = Place(of.source, len(first + before), len(first + before + inner))
        said = claim(
            inner,
            of=of,
            start=place.start,
            end=place.end,
            quote=before + inner + after,
            quote_start=len(first),
            said_by=None,
            when=replace(found("One", of), text=inner),
            stance="denied",
            support=(place, replace(place, article=source + "2")),
        )
        said = replace(said, said_by=replace(found("One", of), text=inner))
        answered = reply(
            said,
            question=question,
            resolved_question=question + "?",
            alternatives=(said,),
            not_disclosed=said,
            passages=(passage(4, len(of.text), of=of),),
        )
        return exchange_html(Exchange(question, answered, Filters(source)), 0)

    root = parse(turn(inner, before, after, question, "/" + title))
    assert shape(root) == shape(parse(turn("x", "y", "z", "q", "/t")))
    assert text_of(one(root, "question")) == question
    assert texts(root, "blockquote") == [before + inner + after] * 3
    assert [text_of(element) for element in by_class(root, "words")] == [inner] * 2
    # In all sentences and in the passage.
    assert texts(root, "mark") == [inner] * 4
    assert {element.get("data-article") for element in by_class(root, "open")} == {"/" + title, "/" + title + "2"}


def test_an_answer_shows_its_words_sentence_speaker_time_place_date_and_confidence() -> None:
    said = claim("between 10 and 12 people", said_by="Officials", confidence=0.876, when=found("in May", article()))
    root = parse(reply_html(reply(said)))
    assert text_of(one(root, "words")) == "between 10 and 12 people"
    [quote] = root.iter("blockquote")
    assert (text_of(quote), texts(quote, "mark")) == (TEXT, ["between 10 and 12 people"])
    assert "said by Officials" in text_of(root)
    assert "when: in May" in text_of(root)
    assert "published 2025-05-01" in text_of(root)
    confidence = one(root, "confidence")
    assert text_of(confidence) == "high confidence, 87 %"
    assert "about 87 are right" in confidence.get("title", "")
    number, cited = by_class(one(root, "claim"), "open")
    assert (text_of(number), text_of(cited)) == ("1", "Talks")
    for button in (number, cited):
        assert TEXT[int(button.get("data-start", "")) : int(button.get("data-end", ""))] == "between 10 and 12 people"
    assert "talks.txt" in text_of(one(root, "claim"))
    assert texts(root, "summary") == ["1 passage found, 0.12 s in all"]
    assert not by_class(root, "stance")
    assert not by_class(root, "sources")


@pytest.mark.parametrize(
    ("stance", "said"),
    [
        ("denied", "denied in this sentence"),
        ("negated", "this sentence says it is not so"),
        ("conditional", "only on a condition, in this sentence"),
    ],
)
def test_what_the_sentence_does_with_the_words_is_said(stance: str, said: str) -> None:
    assert text_of(one(parse(reply_html(reply(claim("May", stance=stance)))), "stance")) == said


def test_independent_sources_are_counted_where_there_are_several() -> None:
    assert text_of(one(parse(reply_html(reply(claim("May", sources=3)))), "sources")) == "in 3 independent articles"


def test_words_are_marked_where_they_are_and_not_where_they_look_alike() -> None:
    twice = article("one and one")
    second = replace(claim("one", of=twice), start=8, end=11)
    [quote] = parse(reply_html(reply(second))).iter("blockquote")
    assert (quote.text, texts(quote, "mark")) == ("one and ", ["one"])


def test_other_answers_are_numbered_on_and_it_is_said_whether_they_conflict() -> None:
    answered = reply(claim("May"), alternatives=(claim("between 10 and 12 people"),))
    section = one(parse(reply_html(answered)), "others")
    assert texts(section, "h3") == ["Other answers in the articles"]
    assert [text_of(element) for element in by_class(section, "words")] == ["between 10 and 12 people"]
    assert [text_of(element) for element in by_class(section, "number")] == ["2"]
    assert not by_class(section, "conflict")
    section = one(parse(reply_html(replace(answered, conflict=True))), "others")
    assert text_of(one(section, "conflict")) == "The articles give different answers."


def test_a_sentence_that_says_it_is_not_disclosed_stands_beside_the_answer_with_the_last_number() -> None:
    answered = reply(claim("May"), alternatives=(claim("Officials"),), not_disclosed=claim("Nobody said who paid."))
    section = one(parse(reply_html(answered)), "undisclosed")
    assert texts(section, "h3") == ["But an article says that this is not disclosed"]
    assert texts(section, "mark") == ["Nobody said who paid."]
    assert not by_class(section, "words")
    assert not by_class(section, "confidence")
    assert text_of(one(section, "number")) == "3"
    assert [each.text for each in claims_of(answered)] == ["May", "Officials", "Nobody said who paid."]


def test_a_claims_number_opens_the_article_with_the_other_claims_of_that_article() -> None:
    elsewhere = claim("May", of=article(source="/other.txt"))
    answered = reply(claim("May"), alternatives=(elsewhere, claim("Officials")))
    first, other, last = by_class(parse(reply_html(answered)), "number")
    assert (first.get("data-start"), first.get("data-also")) == ("15", "20-29")
    assert (other.get("data-article"), other.get("data-also")) == ("/other.txt", "")
    assert (last.get("data-start"), last.get("data-also")) == ("20", "15-18")


def test_every_other_place_of_a_claim_can_be_opened() -> None:
    said = claim("May")
    said = replace(
        said, support=(*said.support, Place(said.article, 30, 33), Place("https://example.org/a%20b.html?x=1", 4, 7))
    )
    buttons = by_class(one(parse(reply_html(reply(said))), "claim"), "open")
    opened = [(text_of(button), button.get("data-start")) for button in buttons]
    assert opened == [("1", "15"), ("Talks", "15"), ("place 2", "30"), ("a b.html", "4")]


def test_not_disclosed_is_the_sentence_that_says_so() -> None:
    root = parse(reply_html(reply(claim("Nobody said who paid."), status="not_disclosed")))
    assert text_of(one(root, "verdict")) == "The articles say that this is not disclosed."
    assert texts(one(root, "claim"), "mark") == ["Nobody said who paid."]
    assert not by_class(root, "words")
    assert not by_class(root, "confidence")


def test_no_answer_says_so_and_why_and_shows_what_is_related() -> None:
    passages = tuple(replace(passage(0, 19), rank=rank) for rank in range(1, 6))
    root = parse(reply_html(reply(None, passages=passages, confidence=0.666)))
    assert text_of(one(root, "verdict")) == "The articles do not say."
    assert text_of(one(root, "why")) == "The articles come near this, but none says how many."
    assert text_of(one(root, "sure")) == "66 % sure that they do not"
    assert not by_class(root, "claim")
    assert texts(root, "summary") == ["Related, but not an answer: 3 passages", "2 more passages"]
    assert [details.get("open") for details in root.iter("details")] == ["", None]
    assert len(by_class(root, "passage")) == 5
    assert not list(root.iter("mark"))


def test_it_is_not_called_sure_where_nothing_was_weighed() -> None:
    reason = "None of the articles mentions Australia."
    root = parse(reply_html(reply(None, reason=reason, confidence=1.0)))
    assert text_of(one(root, "why")) == reason
    assert not by_class(root, "sure")


def test_passages_of_something_else_are_not_called_related() -> None:
    root = parse(reply_html(reply(None, related=False)))
    assert texts(root, "summary") == ["The 1 passage looked at, all of something else"]
    assert not list(parse(reply_html(reply(None, related=False, passages=()))).iter("details"))


def test_passages_mark_only_claims_of_their_article_that_they_hold() -> None:
    held, elsewhere = claim("Officials"), claim("said", of=article(source="/other.txt"))
    # The passage ends within "between 10 and 12 people".
    claimed = places_of([held, elsewhere, claim("between 10 and 12 people")])
    item = parse(passage_html(passage(20, 50), claimed))
    assert texts(item, "mark") == ["Officials"]
    assert text_of(one(item, "text")) == TEXT[20:50]
    assert "meaning 0.50" in text_of(item)
