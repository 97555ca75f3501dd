"""Both halves of the search against independent ones, their fusion by hand, and any question at all."""

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
from index.search import MAX_WORDS, Filters, Hit, Index, fuse, words_of
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


def test_fusion_by_hand() -> None:
    # 3 is second by vectors and first by words: 0.4 / 12 + 0.6 / 11.
    fused = fuse([1, 3], [3, 2])
    assert [i for i, _ in fused] == [3, 2, 1]
    assert [score for _, score in fused] == pytest.approx([0.0333333333 + 0.0545454545, 0.05, 0.0363636364])
    assert fuse([], []) == []
    assert [i for i, _ in fuse([5, 4], [])] == [5, 4]


@given(st.lists(st.integers(0, 30), unique=True), st.lists(st.integers(0, 30), unique=True))
def test_fusion_by_brute_force(dense: list[int], lexical: list[int]) -> None:
    expected = {
        i: (0.4 / (11 + dense.index(i)) if i in dense else 0) + (0.6 / (11 + lexical.index(i)) if i in lexical else 0)
        for i in {*dense, *lexical}
    }
    fused = fuse(dense, lexical)
    assert dict(fused) == pytest.approx(expected)
    assert [score for _, score in fused] == sorted((score for _, score in fused), reverse=True)


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
        expected = sorted((score for _, score in fuse(by_vectors, by_words)), reverse=True)[:40]
        assert [hit.score for hit in hits] == pytest.approx(expected)
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
