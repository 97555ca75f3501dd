"""The extractive reader: points at the words of a passage that answer a question.

A transformer scores every token as the start and as the end of the answer, and its first token as "no answer here" (Devlin
et al. 2019, 4.3). Spans are decoded jointly: of all start <= end no longer than MAX_ANSWER_TOKENS and within the passage
those with the greatest start + end score. Offsets come from the tokenizer, never from searching the text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from index.errors import ModelError
from index.models import model_folder
from index.passages import Passage
from index.sentences import split_sentences
from qa.calibration import Calibration, load_calibration
from qa.packing import unpack
from qa.windows import Window, make_windows, pad

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

SHIPPED_READER = Path(__file__).parent / "weights"
MAX_ANSWER_TOKENS = 40
MAX_LENGTH = 384
STRIDE = 128
SPANS_PER_PASSAGE = 3
_BATCH = 16

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Span:
    """Words of a passage that may answer a question.

    start, end: offsets in the article, in code points. start_score, end_score: the reader's scores of its first and last
    token; no_answer_score: of "no answer here", in the same window. All three are natural logarithms up to one constant.
    """

    passage: Passage
    start: int
    end: int
    start_score: float
    end_score: float
    no_answer_score: float

    @property
    def margin(self) -> float:
        """By how much the span beats "no answer here": this is what makes spans of different passages comparable."""
        return self.start_score + self.end_score - self.no_answer_score

    @property
    def text(self) -> str:
        return self.passage.text[self.start - self.passage.start : self.end - self.passage.start]


def decode(
    start_scores: Floats,
    end_scores: Floats,
    allowed: npt.NDArray[np.bool_],
    *,
    count: int,
    max_tokens: int,
    sentences: npt.NDArray[np.int64] | None = None,
) -> list[tuple[int, int, float]]:
    """The `count` best spans that do not overlap, as (first token, last token, start + end score), best first.

    start_scores, end_scores, allowed: (tokens,); a span holds allowed tokens only. sentences: (tokens,) the number of
    the sentence that each token stands in, so that no span runs from one into the next. Takes time in tokens times max_tokens.
    """
    tokens = len(start_scores)
    width = min(max_tokens, tokens)
    # scores[length, first]: the span of length + 1 tokens that begins at `first`.
    scores = np.full((width, tokens), -np.inf)
    inside = allowed.copy()
    for length in range(width):
        firsts = tokens - length
        inside = inside[:firsts] & allowed[length:]
        if sentences is not None:
            inside &= sentences[:firsts] == sentences[length:]
        scores[length, :firsts] = np.where(inside, start_scores[:firsts] + end_scores[length:], -np.inf)
    spans: list[tuple[int, int, float]] = []
    while len(spans) < count:
        length, first = divmod(int(scores.argmax()), tokens)
        best = float(scores[length, first])
        if best == -np.inf:
            break
        last = first + length
        spans.append((first, last, best))
        for other in range(width):
            # Spans of other + 1 tokens overlap this one if they begin between first - other and last.
            scores[other, max(0, first - other) : last + 1] = -np.inf
    return spans


class Reader:
    """A question-answering model with its tokenizer. Threads may share it."""

    def __init__(
        self,
        name: str,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        calibration: Calibration = Calibration(),  # noqa: B008, it is frozen
    ) -> None:
        self.name = name
        self.calibration = calibration
        self.model = model
        self.tokenizer = tokenizer
        self._lock = Lock()
        # RoBERTa counts positions from 2, and some configurations name no limit.
        positions = getattr(model.config, "max_position_embeddings", MAX_LENGTH + 2)
        self._max_length = min(MAX_LENGTH, positions - 2)
        self._has_segments = getattr(model.config, "type_vocab_size", 0) > 1

    def read(self, questions: Sequence[str], passages: Sequence[Passage]) -> list[list[Span]]:
        """For each pair questions[i], passages[i] its SPANS_PER_PASSAGE best spans at most, best first."""
        # One at a time: a fast tokenizer cannot be shared by threads, and the model uses all cores anyway.
        with self._lock:
            return self._read(questions, passages)

    def _read(self, questions: Sequence[str], passages: Sequence[Passage]) -> list[list[Span]]:
        windows = make_windows(
            self.tokenizer, questions, [p.text for p in passages], max_length=self._max_length, stride=STRIDE
        )
        # Windows of like length share a batch, so that little is computed for padding.
        order = sorted(range(len(windows)), key=lambda number: len(windows[number].input_ids))
        found: list[list[Span]] = [[] for _ in passages]
        for first in range(0, len(order), _BATCH):
            batch = [windows[number] for number in order[first : first + _BATCH]]
            start_scores, end_scores = self._score(batch)
            for row, window in enumerate(batch):
                found[window.pair] += _spans(passages[window.pair], window, start_scores[row], end_scores[row])
        return [_best_apart(spans) for spans in found]

    def _score(self, windows: Sequence[Window]) -> tuple[Floats, Floats]:
        """Start and end scores, each (windows, tokens)."""
        import torch

        batch = pad(windows, self.tokenizer.pad_token_id or 0)
        inputs = {"input_ids": torch.from_numpy(batch.input_ids), "attention_mask": torch.from_numpy(batch.attention_mask)}
        if self._has_segments:
            inputs["token_type_ids"] = torch.from_numpy(batch.token_type_ids)
        with torch.inference_mode():
            output = self.model(**inputs)
        return output.start_logits.float().numpy(), output.end_logits.float().numpy()


def _spans(passage: Passage, window: Window, start_scores: Floats, end_scores: Floats) -> list[Span]:
    tokens = len(window.input_ids)
    # A token without characters of its own (some tokenizers make them) is no place for an answer to begin or end.
    allowed = window.in_passage & (window.offsets[:, 1] > window.offsets[:, 0])
    sentences = np.searchsorted([end for _, end in split_sentences(passage.text)], window.offsets[:, 0], side="right")
    spans = []
    for first, last, _ in decode(
        start_scores[:tokens],
        end_scores[:tokens],
        allowed,
        count=SPANS_PER_PASSAGE,
        max_tokens=MAX_ANSWER_TOKENS,
        sentences=sentences,
    ):
        start, end = _whole_words(passage.text, int(window.offsets[first, 0]), int(window.offsets[last, 1]))
        spans.append(
            Span(
                passage,
                passage.start + start,
                passage.start + end,
                float(start_scores[first]),
                float(end_scores[last]),
                float(start_scores[0] + end_scores[0]),
            )
        )
    return spans


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Grows a span that cuts a word in two to the whole word, in scripts that put spaces between words, and sheds the white
    space that some tokenizers count in."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while 0 < start < len(text) and _joined(text[start - 1], text[start]):
        start -= 1
    while 0 < end < len(text) and _joined(text[end - 1], text[end]):
        end += 1
    return start, end


def _joined(left: str, right: str) -> bool:
    if _is_mark(right):
        return not left.isspace()
    # Chinese and Japanese, from U+2E80 on, write words without spaces.
    return (left.isalnum() or _is_mark(left)) and right.isalnum() and max(left, right) < "\u2e80"


def _is_mark(character: str) -> bool:
    """Whether it is an accent or vowel sign that belongs to the character before it."""
    return unicodedata.category(character).startswith("M")


def _best_apart(spans: Sequence[Span]) -> list[Span]:
    """The best spans of a passage that do not overlap; windows of a long one find the same words twice."""
    chosen: list[Span] = []
    for span in sorted(spans, key=lambda span: (-span.margin, span.start)):
        if all(span.end <= other.start or other.end <= span.start for other in chosen):
            chosen.append(span)
    return chosen[:SPANS_PER_PASSAGE]


def load_reader(name: str = "", *, exact: bool = False) -> Reader:
    """The reader of this name (a folder or a hub name), or the one that Quoth ships.

    exact: compute in 32 bits even where the processor is faster with fewer. Raises ModelError if it cannot be had.
    """
    folder = model_folder(name) if name else SHIPPED_READER
    from transformers import MODEL_FOR_QUESTION_ANSWERING_MAPPING, AutoConfig, AutoTokenizer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    import torch

    from qa.precision import hasten

    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        packed = {name: torch.from_numpy(weight) for name, weight in unpack(folder).items()}
        architecture: Any = MODEL_FOR_QUESTION_ANSWERING_MAPPING[type(config)]
        model, loading = architecture.from_pretrained(
            None if packed else folder,
            config=config,
            state_dict=packed or None,
            local_files_only=True,
            use_safetensors=True,
            dtype=torch.float32,
            output_loading_info=True,
        )
        if packed and not exact:
            hasten(model, folder)
    except Exception as error:  # The libraries raise errors of any type for files that are not what they expect.
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ModelError(
            f"The reader {name or folder} cannot be loaded ({reason}); name an extractive question-answering model."
        ) from error
    if loading["missing_keys"]:
        # transformers would fill them with random numbers, and the answers would be random too.
        raise ModelError(
            f"The reader {name} lacks the weights {sorted(loading['missing_keys'])[0]}; it was not trained to answer."
        )
    if not any((folder / file).is_file() for file in tokenizer.vocab_files_names.values()):
        # transformers would go on with an empty vocabulary, and every word would be an unknown one.
        raise ModelError(f"The reader {name or folder} has no tokenizer files; give a folder that holds its tokenizer too.")
    if not tokenizer.is_fast:
        raise ModelError(f"The reader {name} has no fast tokenizer, without which answers have no offsets; choose another one.")
    return Reader(name or "quoth", model.eval(), tokenizer, load_calibration(folder))
