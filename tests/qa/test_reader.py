"""The reader points at words by their offsets: jointly decoded, the same alone or in company, whole words, apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.passages import Passage
from qa.reader import MAX_ANSWER_TOKENS, SPANS_PER_PASSAGE, Reader, Span, _best_apart, _whole_words, decode
from qa.windows import Window, pad
from tests.conftest import SEEDS
from tests.qa.conftest import HARBOUR, UNUSUAL

SEED = next(SEEDS.iterdir()).read_text(encoding="utf-8")
TEXTS = [HARBOUR, UNUSUAL, SEED[:700], "Yes.", SEED[2000:2300]]
QUESTIONS = ["Who built the harbour?", "Сколько?", "How many troops were sent?", "", "When?" * 40]
# Away from the article's start, so that passage and article offsets cannot be mixed up.
OFFSET = 1000


def passage(text: str, start: int = OFFSET) -> Passage:
    return Passage("a" * 16, start, start + len(text), text)


def floats(values: list[float]) -> npt.NDArray[np.float32]:
    return np.array(values, dtype=np.float32)


def all_spans(allowed: npt.NDArray[np.bool_], max_tokens: int) -> Iterator[tuple[int, int]]:
    for first in range(len(allowed)):
        for last in range(first, min(first + max_tokens, len(allowed))):
            if allowed[first : last + 1].all():
                yield first, last


@st.composite
def scored(draw: st.DrawFn) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    tokens = draw(st.integers(1, 14))
    values = st.lists(st.integers(-50, 50).map(float), min_size=tokens, max_size=tokens)
    mask = st.lists(st.booleans() if draw(st.booleans()) else st.just(True), min_size=tokens, max_size=tokens)
    return floats(draw(values)), floats(draw(values)), np.array(draw(mask))


@given(scored(), st.integers(1, 5), st.integers(1, 16))
@settings(deadline=None, max_examples=300)
def test_every_span_decoded_is_the_best_of_those_apart_from_the_better_ones(
    scores: tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], npt.NDArray[np.bool_]], count: int, max_tokens: int
) -> None:
    start_scores, end_scores, allowed = scores
    left = list(all_spans(allowed, max_tokens))
    for first, last, score in decode(start_scores, end_scores, allowed, count=count, max_tokens=max_tokens):
        assert (first, last) in left
        assert score == start_scores[first] + end_scores[last] == max(start_scores[f] + end_scores[e] for f, e in left)
        left = [(f, e) for f, e in left if e < first or last < f]
        count -= 1
    assert count == 0 or not left


def test_start_and_end_are_chosen_together() -> None:
    # The best start (9, at 3) and the best end (8, at 1) do not fit; 5 + 8 = 13 beats 9 + 3 = 12.
    found = decode(floats([0, 5, 1, 9]), floats([0, 8, 2, 3]), np.array([False, True, True, True]), count=3, max_tokens=10)
    assert found == [(1, 1, 13.0), (3, 3, 12.0), (2, 2, 3.0)]


def test_no_span_is_longer_than_the_limit() -> None:
    start_scores, end_scores = floats([10, 0, 0, 0, 0]), floats([0, 0, 1, 5, 10])
    everything = np.full(5, True)
    assert decode(start_scores, end_scores, everything, count=1, max_tokens=5) == [(0, 4, 20.0)]
    assert decode(start_scores, end_scores, everything, count=1, max_tokens=4) == [(0, 3, 15.0)]
    assert decode(start_scores, end_scores, everything, count=1, max_tokens=3) == [(0, 2, 11.0)]


def test_a_span_does_not_reach_across_tokens_that_are_not_allowed() -> None:
    allowed = np.array([True, True, False, True])
    found = decode(floats([9, 0, 99, 0]), floats([0, 1, 99, 9]), allowed, count=5, max_tokens=4)
    assert found == [(0, 1, 10.0), (3, 3, 9.0)]


def test_a_span_stays_in_its_sentence() -> None:
    start_scores, end_scores, everything = floats([9, 0, 0, 5]), floats([0, 1, 9, 2]), np.ones(4, dtype=bool)
    sentences = np.array([0, 0, 1, 1])
    assert decode(start_scores, end_scores, everything, count=1, max_tokens=4) == [(0, 2, 18.0)]
    apart = decode(start_scores, end_scores, everything, count=2, max_tokens=4, sentences=sentences)
    assert apart == [(0, 1, 10.0), (2, 2, 9.0)]


def test_where_nothing_is_allowed_nothing_is_found() -> None:
    assert decode(floats([1, 2]), floats([3, 4]), np.array([False, False]), count=3, max_tokens=4) == []


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 8), st.integers(-5, 5)), max_size=12))
@settings(deadline=None)
def test_the_best_spans_of_windows_are_kept_apart(drawn: list[tuple[int, int, int]]) -> None:
    where = passage("x" * 40, 0)
    spans = [Span(where, start, start + length, float(score), 0.0, 0.0) for start, length, score in drawn]
    chosen = _best_apart(spans)
    assert len(chosen) <= SPANS_PER_PASSAGE
    assert [s.margin for s in chosen] == sorted((s.margin for s in chosen), reverse=True)
    for span in spans:
        better = [c for c in chosen if c.margin >= span.margin and c.start < span.end and span.start < c.end]
        assert span in chosen or better or len(chosen) == SPANS_PER_PASSAGE
    for number, one in enumerate(chosen):
        assert all(one.end <= other.start or other.end <= one.start for other in chosen[number + 1 :])


@pytest.mark.parametrize(
    ("text", "start", "end", "expected"),
    [
        # A number's comma is a token of its own, so it is for the reader to point at both sides of it.
        ("about 10,000 soldiers", 7, 11, "10,000"),
        ("the Byoungsam said", 6, 9, "Byoungsam"),
        ("the Byoungsam said", 4, 13, "Byoungsam"),
        ("one two three", 3, 8, "two"),
        ("one two three", 0, 13, "one two three"),
        ("数は十二だった", 2, 4, "十二"),
        ("le Cafe\u0301 noir", 3, 7, "Cafe\u0301"),
        ("le e\u0301te\u0301 noir", 4, 6, "e\u0301te\u0301"),
        ("हिन्दी में", 0, 1, "हिन्दी"),
        ("(4,000)", 1, 6, "4,000"),
    ],
)
def test_a_span_grows_to_whole_words_and_sheds_white_space(text: str, start: int, end: int, expected: str) -> None:
    grown = _whole_words(text, start, end)
    assert text[slice(*grown)] == expected


def test_margin_and_text_are_the_spans_own() -> None:
    span = Span(passage("Mara Lindqvist built it."), OFFSET + 5, OFFSET + 14, 3.0, 4.5, 2.0)
    assert (span.text, span.margin) == ("Lindqvist", 5.5)


def test_every_span_is_the_passages_words_at_its_offsets(tiny_reader: Reader) -> None:
    for text in TEXTS:
        # The article is the passage with something before it.
        article = "~" * OFFSET + text
        for question in QUESTIONS:
            [spans] = tiny_reader.read([question], [passage(text)])
            assert spans, question
            assert len(spans) <= SPANS_PER_PASSAGE
            for span in spans:
                assert OFFSET <= span.start < span.end <= OFFSET + len(text)
                assert span.text == article[span.start : span.end]
                assert span.text == span.text.strip()


def test_spans_come_best_first_and_apart_in_short_and_in_long_passages(tiny_reader: Reader) -> None:
    for text in (HARBOUR, SEED):
        [spans] = tiny_reader.read(["How many?"], [passage(text)])
        assert len(spans) == SPANS_PER_PASSAGE
        assert [s.margin for s in spans] == sorted((s.margin for s in spans), reverse=True)
        in_order = sorted(spans, key=lambda span: span.start)
        assert all(before.end <= after.start for before, after in pairwise(in_order))


def test_reading_many_gives_what_reading_one_by_one_gives(tiny_reader: Reader) -> None:
    # More than a batch holds, of very different lengths, so that padding and sorting matter.
    texts = [SEED, *(text[: 20 * number] for number in range(1, 12) for text in (HARBOUR, SEED[700:]))]
    questions = [QUESTIONS[number % len(QUESTIONS)] for number in range(len(texts))]
    together = tiny_reader.read(questions, [passage(text) for text in texts])
    for question, text, spans in zip(questions, texts, together, strict=True):
        [alone] = tiny_reader.read([question], [passage(text)])
        assert [(s.start, s.end, s.passage.text) for s in spans] == [(s.start, s.end, text) for s in alone]
        assert [s.margin for s in spans] == pytest.approx([s.margin for s in alone], abs=1e-4)
        assert [s.no_answer_score for s in spans] == pytest.approx([s.no_answer_score for s in alone], abs=1e-4)


def test_every_part_of_a_long_passage_is_read(tiny_reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    # With scores that are high for one word only it has to be the best span, unless no window holds its place.
    [marker] = tiny_reader.tokenizer.encode("ship", add_special_tokens=False)

    def score(windows: Sequence[Window]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        scores = np.where(pad(windows, 0).input_ids == marker, 9, 0).astype(np.float32)
        return scores, scores

    monkeypatch.setattr(tiny_reader, "_score", score)
    words = ["the"] * 1_000
    for place in (0, 300, 400, 580, 999):
        text = " ".join([*words[:place], "ship", *words[place + 1 :]])
        [[best, *_]] = tiny_reader.read(["What?"], [passage(text)])
        assert (best.text, best.start) == ("ship", OFFSET + 4 * place), place


def test_no_span_reaches_into_the_next_sentence(tiny_reader: Reader) -> None:
    words = " ".join(f"word{number}" for number in range(12))
    text = "\n".join([f"{words}. {words.capitalize()}."] * 4)
    for question in ("Who?", "How many words are there?", "word3 word4"):
        [spans] = tiny_reader.read([question], [Passage("a", 5, 5 + len(text), text)])
        assert spans
        assert not any("\n" in span.text or ". W" in span.text for span in spans)


def test_no_question_means_no_reading(tiny_reader: Reader) -> None:
    assert tiny_reader.read([], []) == []


def test_a_passage_without_tokens_has_no_spans(tiny_reader: Reader) -> None:
    assert tiny_reader.read(["Who?", "Who?"], [passage(""), passage("\u200b \u0301")])[0] == []


def test_threads_may_share_a_reader(tiny_reader: Reader) -> None:
    passages = [passage(text) for text in TEXTS]
    expected = [tiny_reader.read([question] * len(passages), passages) for question in QUESTIONS]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda q: tiny_reader.read([q] * len(passages), passages), QUESTIONS * 3))
    assert found == expected * 3


def test_an_answer_is_no_longer_than_the_limit(tiny_reader: Reader) -> None:
    [spans] = tiny_reader.read(["What?"], [passage("a b c d e f g h " * 20)])
    assert all(len(span.text.split()) <= MAX_ANSWER_TOKENS for span in spans)
