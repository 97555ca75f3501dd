"""What a claim is given from its whole article is at its offsets there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index.articles import Article
from qa.attribution import attributed, reported_part, speaker_claim
from qa.reply import Claim, Place

TEXT = (
    "Storm at Ostwick\n"
    "However, the harbour authority estimated that about 40 boats had sunk since Sunday.\n"
    "The mayor denied that 12 people were missing. Ola Berg said: “We lost nothing.” He added that the pier still stands."
)
ARTICLE = Article(
    id="a", source="storm.txt", title="Storm", text=TEXT, published="2024-05-07", author=None, language=None, sha256=""
)


def claim(words: str, quote: str) -> Claim:
    start, quote_start = TEXT.index(words), TEXT.index(quote)
    return Claim(
        text=words,
        confidence=0.9,
        article="storm.txt",
        title="Storm",
        start=start,
        end=start + len(words),
        quote=quote,
        quote_start=quote_start,
        quote_end=quote_start + len(quote),
        said_by=None,
        published=None,
        page=None,
        when=None,
        stance=None,
        support=(Place("storm.txt", start, start + len(words)),),
        sources=1,
    )


BOATS = claim("about 40 boats", TEXT.splitlines()[1])


def test_a_claim_gets_its_speaker_its_time_and_its_date() -> None:
    found = attributed(BOATS, ARTICLE)
    assert found.said_by is not None
    assert found.when is not None
    assert (found.said_by.text, found.when.text, found.published, found.stance) == (
        "the harbour authority",
        "since Sunday",
        "2024-05-07",
        None,
    )
    for words in (found.said_by, found.when):
        assert TEXT[words.start : words.end] == words.text


@pytest.mark.parametrize(
    ("pages", "expected"), [((), None), ((0,), 1), ((0, BOATS.start), 2), ((0, BOATS.start + 1), 1), ((0, 5, 9, 9999), 3)]
)
def test_a_claim_is_on_the_page_where_its_words_begin(pages: tuple[int, ...], expected: int | None) -> None:
    assert attributed(BOATS, replace(ARTICLE, pages=pages)).page == expected


def test_a_speaker_is_on_the_page_where_it_is_named() -> None:
    paged = replace(ARTICLE, pages=(0, BOATS.start))
    said = attributed(BOATS, paged)
    assert (said.page, speaker_claim(said, paged).page) == (2, 1)


def test_what_is_denied_is_labelled() -> None:
    found = attributed(claim("12 people", "The mayor denied that 12 people were missing."), ARTICLE)
    assert found.said_by is not None
    assert (found.stance, found.said_by.text) == ("denied", "The mayor")


def test_the_speaker_is_a_claim_with_a_sentence_of_its_own() -> None:
    said = attributed(claim("the pier still stands", "He added that the pier still stands."), ARTICLE)
    found = speaker_claim(said, ARTICLE)
    assert (found.text, found.quote) == ("Ola Berg", "Ola Berg said: “We lost nothing.”")
    assert TEXT[found.start : found.end] == found.text
    assert TEXT[found.quote_start : found.quote_end] == found.quote
    assert found.support == (Place("storm.txt", found.start, found.end),)
    with pytest.raises(ValueError, match="no speaker"):
        speaker_claim(replace(said, said_by=None), ARTICLE)


def test_what_was_reported_is_what_follows_that() -> None:
    assert reported_part(BOATS) == "about 40 boats had sunk since Sunday"
    assert reported_part(claim("We lost nothing", "Ola Berg said: “We lost nothing.”")) == "Ola Berg said: “We lost nothing"
