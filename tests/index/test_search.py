"""Both halves of the search against independent ones, closeness and fusion by hand, and any question at all."""

from __future__ import annotations

import math
import random
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.catalog import Catalog
from index.search import MAX_WORDS, Filters, Hit, Index, closeness, words_of
from tests.conftest import HashingEmbedder
from tests.index.samples import make_article, make_catalog, make_entry

# The Porter stemmer leaves these as they are, and none is a word that only shapes questions.
VOCABULARY = "troop bank moon sand ship north kim salt wolf drum lamp rock".split()


def random_texts(seed: int, count: int) -> list[str]:
    chance = random.Random(seed)
    weights = [2.0**-n for n in range(len(VOCABULARY))]
    # The last word is each text's own, so that no two have the same vector.
    return [" ".join([*chance.choices(VOCABULARY, weights, k=chance.randint(3, 20)), f"w{n}"]) for n in range(count)]


def make_index(folder: Path, texts: Sequence[str], dates: Sequence[str | None] = ()) -> Index:
    dates = dates or [None] * len(texts)
    articles = [make_article(f"/{n:03}", text, date) for n, (text, date) in enumerate(zip(texts, dates, strict=True))]
    make_catalog(folder, articles, HashingEmbedder())
    return Index.open(folder, HashingEmbedder())


def bm25(texts: Sequence[str], words: Sequence[str]) -> list[float]:
    """As https://sqlite.org/fts5.html#the_bm25_function defines it, sign turned."""
    documents = [text.split() for text in texts]
    mean = sum(map(len, documents)) / len(documents)
    scores = [0.0] * len(documents)
    for word in words:
        holding = sum(word in document for document in documents)
        idf = max(math.log((len(documents) - holding + 0.5) / (holding + 0.5)), 1e-6)
        for number, document in enumerate(documents):
            frequency = document.count(word)
            scores[number] += idf * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * len(document) / mean))
    return scores


def lucene_idf(texts: Sequence[str], words: Sequence[str]) -> dict[str, float]:
    holding = {word: sum(word in text.split() for text in texts) for word in words}
    return {word[:5]: math.log(1 + (len(texts) - n + 0.5) / (n + 0.5)) for word, n in holding.items()}


def sources(hits: Sequence[Hit]) -> list[str]:
    return [hit.source for hit in hits]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How many troops were sent?", ["many", "troops", "sent"]),
        ("Troops, TROOPS and troops", ["troops"]),
        ("What is it?", ["what", "is", "it"]),
        ("12,000 o'clock U.S.", ["12", "000", "o", "clock", "u", "s"]),
        ("kim \ud800", ["kim"]),
        ("?!*\0\"'", []),
        ("Čapek straße 東京", ["čapek", "straße", "東京"]),
    ],
)
def test_words_of_a_question(question: str, words: list[str]) -> None:
    assert words_of(question) == words


def test_a_pasted_page_is_searched_by_its_first_words() -> None:
    assert words_of(" ".join(f"w{n}" for n in range(500))) == [f"w{n}" for n in range(MAX_WORDS)]


WEIGHTS = {"kim": 3.0, "wolf": 2.0, "troop": 5.0}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0.0),
        ("nothing of it", 0.0),
        ("Wolf, wolf and WOLF", 0.2),  # each counts once
        ("Troopers", 0.5),  # the same by its first five letters
        ("kim saw the wolf", 0.5),
        ("kim" + " x" * 13 + " wolf", 0.5),  # first and last of 15 words
        ("kim" + " x" * 14 + " wolf", 0.3),  # one too far, and kim weighs more
        ("kim wolf" + " x" * 20 + " wolf troop" + " x" * 20 + " kim", 0.7),  # the best window is neither first nor last
        ("troop wolf kim", 1.0),
    ],
)
def test_closeness_by_hand(text: str, expected: float) -> None:
    assert closeness(text, WEIGHTS) == pytest.approx(expected)


def test_closeness_to_a_question_without_words() -> None:
    assert closeness("kim", {}) == 0.0


@given(st.lists(st.sampled_from(["kim", "wolf", "troops", "x", "\U0001f600", "ß"]), max_size=60))
def test_closeness_by_brute_force(words: list[str]) -> None:
    stems = [word[:5] for word in words if word.isalpha()]
    windows = [set(stems[first : first + 15]) for first in range(len(stems))]
    expected = max((sum(WEIGHTS.get(stem, 0.0) for stem in window) for window in windows), default=0.0) / 10
    assert closeness(" ".join(words), WEIGHTS) == pytest.approx(expected)


def test_fusion_by_hand(tmp_path: Path) -> None:
    texts = ["kim salt", "wolf kim" + " x" * 20 + " kim salt", "sand sand", "drum", "lamp", "ship"]
    index, embedder = make_index(tmp_path, texts), HashingEmbedder()
    [hits] = index.search(["kim salt wolf"], 6)
    # Of six passages two hold kim and two salt, and one holds wolf: ln(1 + 4.5 / 2.5) and ln(1 + 5.5 / 1.5).
    rarer, rarest = 1.0296194, 1.5404450
    close = {0: 2 * rarer, 1: rarer + rarest}  # kim and salt; wolf and kim
    dense = embedder.encode(texts) @ embedder.encode(["kim salt wolf"])[0]
    lexical = bm25(texts, ["kim", "salt", "wolf"])
    for hit in hits:
        number = int(hit.source[1:])
        share = close.get(number, 0.0) / (2 * rarer + rarest)
        assert hit.score == pytest.approx(float(dense[number]) + 0.03 * lexical[number] + 0.5 * share, abs=1e-5)


@pytest.mark.parametrize("others", [0, 30])
def test_the_closer_of_two_passages_with_the_same_words_is_first(tmp_path: Path, others: int) -> None:
    # One order of words and another: the same vector, and the same BM25, which is next to nothing where both words are common.
    texts = ["kim" + " x" * 20 + " wolf", "x " * 20 + "kim wolf", *random_texts(5, others)]
    first, second = make_index(tmp_path, texts).search(["kim wolf"], 40)[0][:2]
    assert (first.source, second.source) == ("/001", "/000")
    assert first.lexical_score == pytest.approx(second.lexical_score)
    assert first.dense_score == pytest.approx(second.dense_score, abs=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_every_score_is_that_of_brute_force(tmp_path: Path, seed: int) -> None:
    # More passages than each half is searched deep, so that hits of one half lack the other's score at first.
    texts = random_texts(seed, 150)
    index, embedder = make_index(tmp_path, texts), HashingEmbedder()
    questions = ["kim wolf", "rock", "troop bank moon", "unheard", "drum lamp salt kim"]
    rows = embedder.encode(texts)
    for question, vector, hits in zip(questions, embedder.encode(questions), index.search(questions, 40), strict=True):
        lexical, dense = bm25(texts, question.split()), rows @ vector
        for rank, hit in enumerate(hits, start=1):
            number = int(hit.source[1:])
            assert (hit.rank, hit.passage.text) == (rank, texts[number])
            assert hit.dense_score == pytest.approx(float(dense[number]), abs=1e-5)
            assert hit.lexical_score == pytest.approx(lexical[number], abs=1e-9)
        by_words = [i for i in np.lexsort((np.arange(150), -np.array(lexical))).tolist() if lexical[i] > 0][:100]
        by_vectors = np.lexsort((np.arange(150), -dense)).tolist()[:100]
        both = dense + 0.03 * np.array(lexical)
        read = sorted({*by_words, *by_vectors}, key=lambda i: -both[i])[:40]
        weights = lucene_idf(texts, question.split())
        expected = sorted((both[i] + 0.5 * closeness(texts[i], weights) for i in read), reverse=True)
        assert [hit.score for hit in hits] == pytest.approx(expected, abs=1e-5)
        assert len(hits) == 40


def test_hits_of_one_half_have_the_score_of_the_other(tmp_path: Path) -> None:
    # A word that all passages hold, so that the hundred best of each half differ.
    texts = [f"{text} troop" for text in random_texts(9, 260)]
    [hits] = make_index(tmp_path, texts).search(["troop rock"], 200)
    assert len(hits) > 100
    assert all(hit.lexical_score > 0 for hit in hits)


@pytest.fixture(scope="module")
def small() -> Iterator[Index]:
    with tempfile.TemporaryDirectory() as folder:
        yield make_index(Path(folder), ["AND OR NOT NEAR", "kim wrote a text", "_ x _", "\U0001f600 smile", "it is what it is"])


@given(st.text(st.characters(exclude_categories=["Cs"])) | st.text(st.sampled_from('"*^:-(){}[]+,\0 NEARORNOTand_')))
@example('"')
@example("a AND b OR NOT c NEAR(d e, 2)")
@example("text: kim* ^kim -kim {text} : kim")
@example("\0kim\0")
@example("'; DROP TABLE articles; --")
@example("_ ___ ·")
@example("\U0001f600\u200d\u0301")
@example("")
@settings(max_examples=150, deadline=None)
def test_any_question_is_just_text(small: Index, question: str) -> None:
    [hits] = small.search([question], 5)
    assert len({hit.source for hit in hits}) == len(hits) == 5


@pytest.mark.parametrize(
    "question", ['"kim"', "kim*", "NOT kim", "(kim", "^kim -kim", "kim\0", "text:kim", "k" * 9000 + " kim"]
)
def test_syntax_does_not_hide_the_words(small: Index, question: str) -> None:
    hits = small.search([question], 5)[0]
    assert next(hit for hit in hits if "kim" in hit.passage.text).lexical_score > 0


def test_filters(tmp_path: Path) -> None:
    dates = ["2024-06-18", "2024-06-19T10:00:00", "2024-06-20", None]
    articles = [make_article(f"/a_b%/{n}", f"kim {n}", date) for n, date in enumerate(dates)]
    others = [make_article("/axbx/4", "kim 4", "2024-06-19"), make_article("/A_B%/5", "kim 5", "2020-01-01")]
    make_catalog(tmp_path, articles + others, HashingEmbedder())
    index = Index.open(tmp_path, HashingEmbedder())

    def found(filters: Filters | None) -> str:
        return "".join(sorted(hit.source[-1] for hit in index.search(["kim"], 10, filters)[0]))

    assert found(None) == found(Filters()) == "012345"
    assert found(Filters(source="/a_b%/")) == "0123"
    assert found(Filters(source="%")) == ""
    assert found(Filters(published_from="2024-06-19")) == "124"
    assert found(Filters(published_to="2024-06-19")) == "0145"
    assert found(Filters(published_from="2024-06-19", published_to="2024-06-19")) == "14"
    assert found(Filters(source="/a_b%/", published_from="2024-06-19", published_to="2024-06-19")) == "1"
    [hits] = index.search(["kim 2"], 10, Filters(source="/a_b%/"))
    whole = {hit.source: hit for hit in index.search(["kim 2"], 10)[0]}
    for hit in hits:  # a filter chooses and does not change how well a passage fits
        assert hit.lexical_score == pytest.approx(whole[hit.source].lexical_score)
        assert hit.dense_score == pytest.approx(whole[hit.source].dense_score)
        assert hit.score == pytest.approx(whole[hit.source].score)


def test_a_source_that_is_an_article_is_asked_alone(tmp_path: Path) -> None:
    articles = [make_article(f"/t.csv#{number}", f"kim {number}") for number in (1, 10, 11, 2)]
    make_catalog(tmp_path, articles, HashingEmbedder())
    index = Index.open(tmp_path, HashingEmbedder())
    assert sources(index.search(["kim"], 9, Filters(source="/t.csv#1"))[0]) == ["/t.csv#1"]
    assert len(index.search(["kim"], 9, Filters(source="/t.csv"))[0]) == 4


def test_a_search_sees_what_another_catalog_changed(tmp_path: Path) -> None:
    index = make_index(tmp_path, ["kim one", "kim two"])
    assert sorted(sources(index.search(["kim"], 9)[0])) == ["/000", "/001"]
    other = Catalog(tmp_path)
    other.remove(["/000"])
    other.put([make_entry(make_article("/new", "wolf kim"), HashingEmbedder())])
    hits = index.search(["wolf"], 9)[0]
    assert (hits[0].source, hits[0].passage.text) == ("/new", "wolf kim")
    assert sorted(sources(hits)) == ["/001", "/new"]
    other.remove(["/001", "/new"])
    assert index.search(["wolf"], 9) == [[]]


def test_threads_that_search_while_another_writes_see_whole_states(tmp_path: Path) -> None:
    index, embedder = make_index(tmp_path, ["kim at first"] * 5), HashingEmbedder()

    def write() -> None:
        for number in range(12):
            articles = [make_article(f"/{n:03}", f"kim of state {number}") for n in range(5)]
            Catalog(tmp_path).put([make_entry(article, embedder) for article in articles])

    def read(_: int) -> list[set[str]]:
        return [{hit.passage.text for hit in index.search(["kim state"], 9)[0]} for _ in range(12)]

    with ThreadPoolExecutor(5) as pool:
        writing, seen = pool.submit(write), list(pool.map(read, range(4)))
        writing.result()
    assert all(len(texts) == 1 for states in seen for texts in states)
    assert sources(index.search(["kim state 11"], 9)[0])[0:1]
    assert {hit.passage.text for hit in index.search(["kim"], 9)[0]} == {"kim of state 11"}


def test_a_page_of_hits_is_numbered_and_cut(tmp_path: Path) -> None:
    index = make_index(tmp_path, random_texts(3, 20))
    [ten], [three] = index.search(["moon sand"], 10), index.search(["moon sand"], 3)
    assert [hit.rank for hit in ten] == list(range(1, 11))
    assert three == ten[:3]
    assert three[0] == replace(ten[0])


def test_a_word_that_is_everywhere_is_not_searched_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"The ship {name} called." for name in ("Aurora", "Borealis", "Corona", "Delphin")]
    index = make_index(tmp_path, texts)
    monkeypatch.setattr("index.search.COMMON", 3)
    [common] = index.search(["Which ship called?"], 4)
    assert [hit.lexical_score for hit in common] == [0.0] * 4
    [rare] = index.search(["Which ship is called Corona?"], 4)
    assert [hit.lexical_score > 0 for hit in rare] == ["Corona" in hit.passage.text for hit in rare]
    assert "Corona" in rare[0].passage.text
