"""Token windows: how a question and a passage become input of the reader, in training and in use alike.

A pair that is longer than the model's input is not cut short: it becomes several windows whose passage parts overlap, so
that every stretch of `stride` tokens stands whole in at least one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

# Questions are cut at this many tokens, so that a pasted page still leaves room for a passage.
MAX_QUESTION_TOKENS = 64


@dataclass(frozen=True)
class Window:
    """One input of the reader.

    pair: index of the question-passage pair it was made from.
    input_ids: (tokens,) token ids, special tokens included; the first one stands for "no answer".
    token_type_ids: (tokens,) segment ids, all 0 for models that have none.
    offsets: (tokens, 2) start and end of every token in the passage's text, in code points; (0, 0) outside the passage.
    in_passage: (tokens,) True for the passage's own tokens.
    """

    pair: int
    input_ids: npt.NDArray[np.int64]
    token_type_ids: npt.NDArray[np.int64]
    offsets: npt.NDArray[np.int64]
    in_passage: npt.NDArray[np.bool_]


def cut_question(tokenizer: PreTrainedTokenizerBase, question: str) -> str:
    """The question's first MAX_QUESTION_TOKENS tokens, as they stand in it."""
    encoded = tokenizer(
        question,
        add_special_tokens=False,
        truncation=True,
        max_length=MAX_QUESTION_TOKENS,
        return_offsets_mapping=True,
        verbose=False,
    )
    offsets = encoded["offset_mapping"]
    return question[: offsets[-1][1]] if offsets else ""


def make_windows(
    tokenizer: PreTrainedTokenizerBase,
    questions: Sequence[str],
    passages: Sequence[str],
    *,
    max_length: int,
    stride: int,
) -> list[Window]:
    """The windows of many question-passage pairs, in the pairs' order.

    max_length: tokens in a window, special ones included. stride: tokens that neighbouring windows share.
    """
    if not questions:
        return []
    cut = {question: cut_question(tokenizer, question) for question in set(questions)}
    encoded = tokenizer(
        [cut[question] for question in questions],
        list(passages),
        truncation="only_second",
        max_length=max_length,
        stride=stride,
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
        return_token_type_ids=True,
        verbose=False,
    )
    windows = []
    for row, pair in enumerate(encoded["overflow_to_sample_mapping"]):
        in_passage = np.array([part == 1 for part in encoded.sequence_ids(row)], dtype=np.bool_)
        offsets = np.array(encoded["offset_mapping"][row], dtype=np.int64).reshape(-1, 2)
        windows.append(
            Window(
                pair=int(pair),
                input_ids=np.array(encoded["input_ids"][row], dtype=np.int64),
                token_type_ids=np.array(encoded["token_type_ids"][row], dtype=np.int64),
                offsets=np.where(in_passage[:, None], offsets, 0),
                in_passage=in_passage,
            )
        )
    return windows


@dataclass(frozen=True)
class Batch:
    """Windows padded to one length: every array is (windows, tokens)."""

    input_ids: npt.NDArray[np.int64]
    token_type_ids: npt.NDArray[np.int64]
    attention_mask: npt.NDArray[np.int64]
    in_passage: npt.NDArray[np.bool_]


def pad(windows: Sequence[Window], pad_token_id: int) -> Batch:
    """Pads windows on the right to the longest of them."""
    shape = (len(windows), max(len(window.input_ids) for window in windows))
    batch = Batch(
        input_ids=np.full(shape, pad_token_id, dtype=np.int64),
        token_type_ids=np.zeros(shape, dtype=np.int64),
        attention_mask=np.zeros(shape, dtype=np.int64),
        in_passage=np.zeros(shape, dtype=np.bool_),
    )
    for row, window in enumerate(windows):
        length = len(window.input_ids)
        batch.input_ids[row, :length] = window.input_ids
        batch.token_type_ids[row, :length] = window.token_type_ids
        batch.attention_mask[row, :length] = 1
        batch.in_passage[row, :length] = window.in_passage
    return batch
