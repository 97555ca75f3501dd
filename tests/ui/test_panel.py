from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.versions import KEPT
from tests.conftest import HashingEmbedder
from tests.index.samples import make_article, make_catalog, make_entry
from tests.ui.examples import TEXT, article, claim, foreign, passage, reply
from tests.ui.page import by_class, one, parse, text_of, texts
from ui.conversation import Exchange, Failure, quotes_of
from ui.panel import SHOWN_AROUND, place_html, source_html, spans_in


@given(foreign, foreign)
def test_articles_are_text(text: str, other: str) -> None:
    root = parse(source_html(article(text, "/" + other, other), 0, 0))
    assert text_of(one(root, "text")) == text
    assert texts(root, "h2") == [other]


def test_an_opened_article_is_whole_and_marked_at_the_place_and_less_at_the_others() -> None:
    root = parse(source_html(article(), 15, 18, [(20, 29), (15, 18)]))
    assert text_of(one(root, "text")) == TEXT
    assert texts(root, "mark") == ["May", "Officials"]
    assert [text_of(element) for element in by_class(root, "also")] == ["Officials"]
    assert text_of(one(root, "facts")) == "talks.txt · 2025-05-01"


def test_of_a_huge_article_the_surroundings_of_the_place_are_shown_and_the_rest_is_counted() -> None:
    huge = article("a" * 300_000 + "here" + "b" * 300_000)
    root = parse(source_html(huge, 300_000, 300_004, [(5, 9)]))
    assert texts(root, "mark") == ["here"]
    assert text_of(one(root, "text")) == "a" * SHOWN_AROUND + "here" + "b" * SHOWN_AROUND
    assert [text_of(cut).split()[0] for cut in by_class(root, "cut")] == ["100,000", "100,000"]


@pytest.mark.parametrize(("start", "end"), [(-5, 3), (10**9, 10**9 + 1), (8, 2), (-(10**9), -1)])
def test_a_place_that_is_none_marks_nothing(start: int, end: int) -> None:
    assert not list(parse(source_html(article(), start, end)).iter("mark"))


def test_an_article_that_is_gone_is_said() -> None:
    assert "not in the index" in text_of(parse(source_html(None, 0, 1)))


@pytest.mark.parametrize(
    ("written", "spans"),
    [("", []), ("12-20 40-50", [(12, 20), (40, 50)]), ("a-b 1- -2 ²-3 1-2-3 -1-4", []), ("9" * 5000 + "-1 3-4", [(3, 4)])],
)
def test_spans_are_read_and_what_is_none_is_left_out(written: str, spans: list[tuple[int, int]]) -> None:
    assert spans_in(written) == spans


@given(st.text())
def test_anything_can_be_read_as_spans(written: str) -> None:
    assert all(start >= 0 and end >= 0 for start, end in spans_in(written))


def test_an_article_that_was_edited_is_shown_as_the_answer_read_it(tmp_path: Path, embedder: HashingEmbedder) -> None:
    source = "/news/talks.txt"
    catalog = make_catalog(tmp_path, [make_article(source, TEXT)], embedder)
    read = passage(20, 68)
    exchanges = [Exchange("Why?", Failure("Not now.")), Exchange("How many came?", reply(claim("12"), passages=(read,)))]
    quotes = quotes_of(exchanges, 1, source)
    assert quotes == [(20, TEXT[20:68]), (0, TEXT)]
    assert quotes_of(exchanges, 0, source) == quotes_of(exchanges, 2, source) == quotes_of(exchanges, 1, "/other") == []

    def opened() -> Element:
        return parse(place_html(catalog, source, quotes, 20, 29, [(15, 18)]))

    assert not list(by_class(opened(), "edited"))
    catalog.put([make_entry(make_article(source, TEXT + " It rained."), embedder)])
    # What the answer read is where it was.
    assert not list(by_class(opened(), "edited"))
    assert text_of(one(opened(), "text")) == TEXT + " It rained."
    catalog.put([make_entry(make_article(source, "Later: " + TEXT), embedder)])
    assert text_of(one(opened(), "edited")).startswith("It was edited on 20")
    assert texts(opened(), "mark") == ["May", "Officials"]
    # What is not kept any more is not shown as if it were.
    for number in range(KEPT + 1):
        catalog.put([make_entry(make_article(source, f"Draft {number}. {TEXT}"), embedder)])
    assert "is not there" in text_of(one(opened(), "edited"))
    assert texts(opened(), "mark") == []
    catalog.remove([source])
    assert "not in the index" in text_of(opened())


def test_an_answer_whose_article_was_not_found_again_is_shown_as_it_was_quoted(
    tmp_path: Path, embedder: HashingEmbedder
) -> None:
    """As "Who said that?" has it, whose passages may be of other articles than the speaker's."""
    source = "/news/talks.txt"
    catalog = make_catalog(tmp_path, [make_article(source, TEXT)], embedder)
    elsewhere = passage(20, 68, of=article(source="/other.txt"))
    quotes = quotes_of([Exchange("Who said that?", reply(claim("Officials"), passages=(elsewhere,)))], 0, source)
    catalog.put([make_entry(make_article(source, "Later: " + TEXT), embedder)])
    root = parse(place_html(catalog, source, quotes, 20, 29, []))
    assert texts(root, "mark") == ["Officials"]
    assert text_of(one(root, "edited")).startswith("It was edited on 20")
