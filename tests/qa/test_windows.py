"""Windows hold the whole passage at the offsets they say, whatever the text."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from transformers import PreTrainedTokenizerBase

from qa.windows import MAX_QUESTION_TOKENS, Window, cut_question, make_windows, pad
from tests.index.test_sentences import texts

LENGTH, STRIDE = 128, 32
questions = st.text(max_size=40) | st.sampled_from(["", "Who?", "How many " * 80, "x" * 500, "שלום " * 90])
passages = texts | st.sampled_from(["", " ", "\u200b", "word " * 400, "é🚢ß " * 200, "х" * 99, "船" * 300])


def plain(tokenizer: PreTrainedTokenizerBase, text: str) -> tuple[list[int], list[tuple[int, int]]]:
    """A text's token ids and offsets, without windows."""
    encoded = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
    return encoded["input_ids"], encoded["offset_mapping"]


def passage_tokens(window: Window) -> list[tuple[int, tuple[int, int]]]:
    rows = zip(window.input_ids[window.in_passage].tolist(), window.offsets[window.in_passage].tolist(), strict=True)
    return [(token, (start, end)) for token, (start, end) in rows]


@given(st.lists(st.tuples(questions, passages), max_size=4))
@example([("", ""), ("", "word"), ("Who?", "")])
@example([("How many " * 80, "word " * 400), ("x", "x"), ("How many " * 80, "船" * 300)])
@settings(deadline=None)
def test_the_windows_of_a_passage_hold_all_of_it_in_order(
    tokenizer: PreTrainedTokenizerBase, pairs: list[tuple[str, str]]
) -> None:
    windows = make_windows(tokenizer, [q for q, _ in pairs], [p for _, p in pairs], max_length=LENGTH, stride=STRIDE)
    assert [w.pair for w in windows] == sorted(w.pair for w in windows)
    assert {w.pair for w in windows} == set(range(len(pairs)))
    for number, (question, passage) in enumerate(pairs):
        own = [window for window in windows if window.pair == number]
        ids, offsets = plain(tokenizer, passage)
        tokens = list(zip(ids, offsets, strict=True))
        asked, _ = plain(tokenizer, cut_question(tokenizer, question))
        begin = 0
        for window in own:
            held = passage_tokens(window)
            assert held == tokens[begin : begin + len(held)]
            # [CLS] question [SEP] passage [SEP], the passage in one piece.
            middle = window.input_ids.tolist()
            assert middle[: len(asked) + 2] == [tokenizer.cls_token_id, *asked, tokenizer.sep_token_id]
            assert middle[-1] == tokenizer.sep_token_id
            assert np.flatnonzero(window.in_passage).tolist() == list(range(len(asked) + 2, len(middle) - 1))
            assert len(middle) <= LENGTH
            assert (window.offsets[~window.in_passage] == 0).all()
            assert window.token_type_ids.tolist() == [0] * (len(asked) + 2) + [1] * (len(held) + 1)
            if window is not own[-1]:
                assert len(middle) == LENGTH
                begin += len(held) - STRIDE
        assert begin + len(passage_tokens(own[-1])) == len(tokens)


@given(texts)
@settings(deadline=None)
def test_offsets_select_the_words_of_the_passage(tokenizer: PreTrainedTokenizerBase, passage: str) -> None:
    for window in make_windows(tokenizer, ["Who?"], [passage], max_length=LENGTH, stride=STRIDE):
        for token, (start, end) in passage_tokens(window):
            assert 0 <= start <= end <= len(passage)
            piece = tokenizer.convert_ids_to_tokens(token)
            assert isinstance(piece, str)
            if piece != tokenizer.unk_token and (piece := piece.removeprefix("##")).isascii() and piece.isalnum():
                words, _ = plain(tokenizer, passage[start:end])
                assert "".join(str(tokenizer.convert_ids_to_tokens(word)).removeprefix("##") for word in words) == piece


def test_offsets_count_code_points(tokenizer: PreTrainedTokenizerBase) -> None:
    passage = "👩‍🚀 Zoë sold 3,000 船."
    [window] = make_windows(tokenizer, ["🚢?"], [passage], max_length=LENGTH, stride=STRIDE)
    found = [passage[start:end] for _, (start, end) in passage_tokens(window)]
    assert found[-7:] == ["Zoë", "sold", "3", ",", "000", "船", "."]


def test_neighbouring_windows_share_stride_tokens(tokenizer: PreTrainedTokenizerBase) -> None:
    passage = " ".join(f"{number}" for number in range(400))
    windows = make_windows(tokenizer, ["How many?"], [passage], max_length=LENGTH, stride=STRIDE)
    assert len(windows) == 5
    for before, after in pairwise(windows):
        assert passage_tokens(before)[-STRIDE:] == passage_tokens(after)[:STRIDE]


def test_a_short_question_stays_and_a_long_one_is_cut_between_tokens(tokenizer: PreTrainedTokenizerBase) -> None:
    assert cut_question(tokenizer, "  How many ships?") == "  How many ships?"
    assert cut_question(tokenizer, "") == ""
    assert cut_question(tokenizer, "one " * MAX_QUESTION_TOKENS) == ("one " * MAX_QUESTION_TOKENS).rstrip()
    assert cut_question(tokenizer, "one " * 1000) == ("one " * MAX_QUESTION_TOKENS).rstrip()


@given(st.text(max_size=400) | texts)
@settings(deadline=None)
def test_a_cut_question_is_its_beginning_and_short_enough(tokenizer: PreTrainedTokenizerBase, question: str) -> None:
    cut = cut_question(tokenizer, question)
    assert question.startswith(cut)
    ids, _ = plain(tokenizer, question)
    assert plain(tokenizer, cut)[0] == ids[:MAX_QUESTION_TOKENS]


def test_no_pairs_make_no_windows(tokenizer: PreTrainedTokenizerBase) -> None:
    assert make_windows(tokenizer, [], [], max_length=LENGTH, stride=STRIDE) == []


@pytest.mark.parametrize("pad_token_id", [0, 1])
def test_padding_fills_up_on_the_right(tokenizer: PreTrainedTokenizerBase, pad_token_id: int) -> None:
    windows = make_windows(tokenizer, ["Who?", "Who?"], ["Mara built it", ""], max_length=LENGTH, stride=STRIDE)
    batch = pad(windows, pad_token_id)
    for array in (batch.input_ids, batch.token_type_ids, batch.attention_mask, batch.in_passage):
        assert array.shape == (2, 8)
    assert batch.input_ids[0].tolist() == windows[0].input_ids.tolist()
    assert batch.input_ids[1].tolist() == [*windows[1].input_ids.tolist(), *[pad_token_id] * 3]
    assert batch.attention_mask.tolist() == [[1] * 8, [1] * 5 + [0] * 3]
    assert batch.token_type_ids.tolist() == [[0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 0, 0, 1, 0, 0, 0]]
    assert batch.in_passage.tolist() == [[False] * 4 + [True] * 3 + [False], [False] * 8]
