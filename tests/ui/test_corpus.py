from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.catalog import ArticleSummary
from index.search import Filters
from tests.ui.examples import foreign
from tests.ui.page import one, parse, text_of
from ui.corpus import MOST_PLACES, Corpus, corpus_of, filters_of, masthead_html, places_html


def summary(source: str, published: str | None = None) -> ArticleSummary:
    return ArticleSummary(source, "Title", published, 1)


def test_folders_and_files_are_offered_below_what_all_sources_share() -> None:
    sources = ["/home/ann/news/2024/a.txt", "/home/ann/news/2025/may/b.txt", "/home/ann/notes.md"]
    corpus = corpus_of([summary(source) for source in sources])
    assert corpus.root == "/home/ann/"
    assert corpus.places == (
        "news/",
        "news/2024/",
        "news/2025/",
        "news/2025/may/",
        "news/2024/a.txt",
        "news/2025/may/b.txt",
        "notes.md",
    )


def test_one_article_is_named_by_its_file_and_no_article_by_nothing() -> None:
    assert corpus_of([summary("/home/a.txt")]).places == ("a.txt",)
    assert corpus_of([]) == Corpus(0, None, "", ())


@given(st.lists(foreign.map(lambda text: "/" + text), max_size=6))
def test_every_place_stands_for_some_article(sources: list[str]) -> None:
    corpus = corpus_of([summary(source) for source in sources])
    assert all(source.startswith(corpus.root) for source in sources)
    for place in corpus.places:
        assert any(source.startswith(corpus.root + place) for source in sources)
    assert len(corpus.places) <= MOST_PLACES


def test_the_newest_date_is_of_the_articles_that_have_one() -> None:
    corpus = corpus_of([summary("/a", "2025-04-01"), summary("/b"), summary("/c", "2025-05-02T08:00:00Z")])
    assert (corpus.articles, corpus.newest) == (3, "2025-05-02")


@pytest.mark.parametrize(
    ("place", "source"),
    [
        ("", None),
        ("  ", None),
        ("news/", "/home/news/"),
        ("/elsewhere/a.txt", "/elsewhere/a.txt"),
        ("https://example.org/a", "https://example.org/a"),
    ],
)
def test_a_place_is_below_the_root_or_a_whole_source(place: str, source: str | None) -> None:
    corpus = Corpus(2, None, "/home/", ("news/",))
    assert filters_of(corpus, place, "", "") == Filters(source, None, None)


def test_dates_are_read_and_what_is_none_is_said() -> None:
    corpus = Corpus(2, None, "", ())
    assert filters_of(corpus, "", "2025-04-28", " 2025-05-01 ") == Filters(None, "2025-04-28", "2025-05-01")
    with pytest.raises(ValueError, match="'28 April' is no date"):
        filters_of(corpus, "", "28 April", "")


def test_the_head_says_what_is_asked_and_where_one_is() -> None:
    head = parse(masthead_html(Corpus(2000, "2025-05-02", "", ()), page="library"))
    assert text_of(one(head, "corpus")).startswith("2,000 articles, the newest of 2025-05-02.")
    assert [(text_of(a), a.get("aria-current")) for a in head.iter("a")] == [("Ask", None), ("Library", "page")]
    assert "newest" not in text_of(parse(masthead_html(Corpus(1, None, "", ()), page="chat")))


@given(st.lists(foreign, max_size=3))
def test_places_are_text(places: list[str]) -> None:
    root = parse(places_html(Corpus(1, None, "", tuple(places))))
    assert [option.get("value") for option in root.iter("option")] == places
