"""Passages hold the whole article, at the offsets they say, within the limits they are given."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.articles import Article, Unreadable, normalise
from index.passages import MAX_CHARACTERS, Passage, cut
from index.sentences import split_sentences
from tests.index.samples import read_article
from tests.index.test_sentences import texts

SEEDS = Path(__file__).parents[2] / "seeds"


def article(text: str) -> Article:
    return Article("0" * 16, "/a.txt", "Title", text, None, None, None, "")


def count_words(batch: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in batch]


def count_characters(batch: Sequence[str]) -> list[int]:
    """A tokenizer for which everything is long."""
    return [len(text) for text in batch]


def count_none(batch: Sequence[str]) -> list[int]:
    """A tokenizer that drops what it does not know."""
    return [0 for _ in batch]


def cut_words(text: str, max_tokens: int, overlap_tokens: int) -> list[str]:
    passages = cut(article(text), count_words, max_tokens=max_tokens, overlap_tokens=overlap_tokens)
    return [passage.text for passage in passages]


def assert_well_cut(text: str, passages: Sequence[Passage]) -> None:
    covered = [False] * len(text)
    for passage in passages:
        assert text[passage.start : passage.end] == passage.text == passage.text.strip() != ""
        assert len(passage.text) <= MAX_CHARACTERS
        covered[passage.start : passage.end] = [True] * len(passage.text)
    assert all(held or character.isspace() for held, character in zip(covered, text, strict=True))
    for before, after in pairwise(passages):
        assert before.start < after.start
        assert before.end < after.end


@given(
    texts,
    st.sampled_from([count_words, count_characters, count_none]),
    st.integers(1, 60),
    st.integers(0, 80),
)
@example("x" * 9000, count_words, 16, 4)
@example("x. " * 3000, count_none, 16, 4)
@example("Head\n" * 2000, count_words, 16, 8)
@example(f"{'x ' * 3000}\n{'y ' * 3000}", count_words, 50, 10)
def test_every_character_is_held_at_its_offset(text: str, counter: object, max_tokens: int, overlap_tokens: int) -> None:
    assert callable(counter)
    passages = cut(article(text), counter, max_tokens=max_tokens, overlap_tokens=overlap_tokens)
    assert_well_cut(text, passages)


@given(texts, st.integers(1, 60), st.integers(0, 80))
def test_no_passage_is_longer_than_the_limit(text: str, max_tokens: int, overlap_tokens: int) -> None:
    # Counted in words, a whole has as many as its parts.
    for passage in cut_words(text, max_tokens, overlap_tokens):
        assert len(passage.split()) <= max_tokens


@given(texts, st.integers(20, 60), st.integers(0, 10))
def test_passages_start_and_end_where_sentences_do(text: str, max_tokens: int, overlap_tokens: int) -> None:
    sentences = split_sentences(text)
    if any(len(text[start:end].split()) > max_tokens for start, end in sentences):
        return
    passages = cut(article(text), count_words, max_tokens=max_tokens, overlap_tokens=overlap_tokens)
    assert {passage.start for passage in passages} <= {start for start, _ in sentences}
    assert {passage.end for passage in passages} <= {end for _, end in sentences}


@given(texts, st.integers(1, 30))
def test_without_overlap_no_passage_repeats_anything(text: str, max_tokens: int) -> None:
    passages = cut(article(text), count_words, max_tokens=max_tokens, overlap_tokens=0)
    assert all(before.end <= after.start for before, after in pairwise(passages))


def test_the_next_passage_repeats_the_last_sentences_that_fit() -> None:
    text = "One two three. Four five. Six seven. Eight nine ten."
    assert cut_words(text, 7, 3) == ["One two three. Four five. Six seven.", "Six seven. Eight nine ten."]
    assert cut_words(text, 8, 4) == [
        "One two three. Four five. Six seven.",
        "Four five. Six seven. Eight nine ten.",
    ]
    assert cut_words(text, 7, 0) == ["One two three. Four five. Six seven.", "Eight nine ten."]


def test_the_overlap_yields_to_a_sentence_that_needs_the_room() -> None:
    assert cut_words("One two. Three four. Five six seven eight nine.", 6, 3) == [
        "One two. Three four.",
        "Five six seven eight nine.",
    ]


def test_the_overlap_is_bounded_in_characters_too() -> None:
    text = " ".join("X" * 1500 + "." for _ in range(4))
    starts = {
        overlap: [passage.start for passage in cut(article(text), count_none, max_tokens=16, overlap_tokens=overlap)]
        for overlap in (4, 8)
    }
    assert starts == {4: [0, 3004], 8: [0, 1502, 3004]}


def test_a_heading_stays_with_what_follows() -> None:
    text = "One two three four.\n\n# Head\n\nFive six seven eight."
    assert cut_words(text, 7, 0) == ["One two three four.", "# Head\n\nFive six seven eight."]
    # even where only its own passage has room for both, so that nothing is repeated
    assert cut_words("One two.\nThree four.\nA Head\nFive six seven eight nine ten.", 8, 4) == [
        "One two.\nThree four.",
        "A Head\nFive six seven eight nine ten.",
    ]


def test_a_heading_may_end_a_passage_where_it_must() -> None:
    assert cut_words("Text is here.\nThe end of all", 50, 0) == ["Text is here.\nThe end of all"]
    assert cut_words("A Head\nOne two three four five.", 5, 0) == ["A Head", "One two three four five."]


def test_a_long_sentence_is_cut_at_its_pauses_and_overlaps_too() -> None:
    sentence = "; ".join(f"part {number} has five words" for number in range(40)) + "."
    passages = cut(article(sentence), count_words, max_tokens=20, overlap_tokens=10)
    assert_well_cut(sentence, passages)
    assert all(passage.text.endswith((";", ".")) for passage in passages)
    assert all(after.start < before.end for before, after in pairwise(passages))


def test_blank_articles_have_no_passages() -> None:
    assert cut_words("", 10, 2) == []
    assert cut_words(" \n\t\u00a0\n", 10, 2) == []


@pytest.mark.parametrize(("max_tokens", "overlap_tokens"), [(0, 0), (10, -1)])
def test_impossible_limits_are_refused(max_tokens: int, overlap_tokens: int) -> None:
    with pytest.raises(ValueError, match="must be at least"):
        cut(article("One."), count_words, max_tokens=max_tokens, overlap_tokens=overlap_tokens)


@pytest.mark.parametrize("unit", ["x", "中", "x, y; z "])
def test_a_line_of_ten_megabytes(unit: str) -> None:
    text = unit * (10_000_000 // len(unit))

    def count_by_length(batch: Sequence[str]) -> list[int]:
        return [len(text) // 10 + 1 for text in batch]

    passages = cut(article(text), count_by_length, max_tokens=200, overlap_tokens=40)
    assert passages[0].start == 0
    assert passages[-1].end == len(text.rstrip())
    for before, after in pairwise(passages):
        assert before.start < after.start <= before.end + 1
        assert before.end < after.end
        assert text.startswith(after.text, after.start)
        assert len(after.text) <= 2000 + 10 * len(unit)


def test_tokens_are_counted_many_at_once() -> None:
    calls = []

    def counter(batch: Sequence[str]) -> list[int]:
        calls.append(len(batch))
        return count_words(batch)

    cut(article("One two three. " * 4000 + "word " * 4000), counter, max_tokens=50, overlap_tokens=10)
    assert sum(calls) > 4000
    assert len(calls) < 20


def test_the_seed_article() -> None:
    path = next(SEEDS.glob("000_*.txt"))
    read = read_article(path)
    assert not isinstance(read, Unreadable)
    assert read.text == normalise(path.read_text(encoding="utf-8"))
    passages = cut(read, count_words, max_tokens=150, overlap_tokens=30)
    assert_well_cut(read.text, passages)
    assert passages[0].text.startswith(read.title + "\n")
    sentences = split_sentences(read.text)
    assert all(any(p.start <= start and end <= p.end for p in passages) for start, end in sentences)
