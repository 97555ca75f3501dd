"""Articles cut into passages: windows of whole sentences that overlap."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import NamedTuple

from index.articles import Article
from index.sentences import is_heading, split_sentences

# The longest passage, in code points: what has few tokens and many characters (a word of a megabyte is one unknown token
# to some tokenizers) must not become a passage that nobody can read.
MAX_CHARACTERS = 4000
# How many texts are counted at once: enough to keep a tokenizer busy, few enough for what it builds for each of them.
_BATCH = 4096
# Where a sentence that is too long is best cut, best first; in front of no word at all only if nothing else is left.
_SEPARATORS = ["\n", "; ", "；", ": ", ", ", "，", "、", " "]

TokenCounter = Callable[[Sequence[str]], list[int]]


@dataclass(frozen=True)
class Passage:
    """A window of an article: `article.text[start:end] == text`, always; start and end in code points."""

    article_id: str
    start: int
    end: int
    text: str


class _Unit(NamedTuple):
    """What a passage is made of: a sentence, or a piece of one that is too long. tokens: at least 1."""

    start: int
    end: int
    tokens: int
    heading: bool


def cut(article: Article, count_tokens: TokenCounter, *, max_tokens: int, overlap_tokens: int) -> list[Passage]:
    """The article's passages, in order; none for a blank one.

    Together they hold every character that is no white space; each starts and ends with one, starts and ends after the
    one before, and has at most MAX_CHARACTERS. count_tokens: tokens of each of many texts, special ones not counted.
    max_tokens: the most tokens of a passage, counted sentence by sentence; a single character of more is kept whole.
    overlap_tokens: the most that a passage repeats of the one before; never more than half of max_tokens, so that each
    passage has something new. Raises ValueError if max_tokens is below 1 or overlap_tokens below 0.
    """
    if max_tokens < 1 or overlap_tokens < 0:
        raise ValueError(f"max_tokens={max_tokens} must be at least 1 and overlap_tokens={overlap_tokens} at least 0")
    overlap = min(overlap_tokens, max_tokens // 2)
    units = _make_units(article.text, count_tokens, max_tokens, overlap or max_tokens)
    return [
        Passage(article.id, units[first].start, units[last - 1].end, article.text[units[first].start : units[last - 1].end])
        for first, last in _pack(units, max_tokens, overlap)
    ]


def _pack(units: Sequence[_Unit], max_tokens: int, overlap: int) -> list[tuple[int, int]]:
    """The first unit and the one behind the last of every passage."""
    ends = [unit.end for unit in units]
    tokens_before = list(accumulate((unit.tokens for unit in units), initial=0))
    # A unit may have many characters and few tokens, so the overlap is bounded in both.
    overlap_characters = MAX_CHARACTERS * overlap // max_tokens

    def fill(first: int) -> int:
        by_tokens = bisect_right(tokens_before, tokens_before[first] + max_tokens) - 1
        by_characters = bisect_right(ends, units[first].start + MAX_CHARACTERS)
        return max(first + 1, min(by_tokens, by_characters))

    def hold_text(first: int, last: int) -> bool:
        return any(not unit.heading for unit in units[first:last])

    passages: list[tuple[int, int]] = []
    first = new = 0  # `new` is the first unit that no passage holds yet
    while new < len(units):
        last = fill(first)
        # Something new must fit in, and more of it than a heading: rather repeat less.
        while first < new and not hold_text(new, last):
            first += 1
            last = fill(first)
        # A heading goes with what it stands above, unless this would leave nothing.
        if last < len(units) and hold_text(new, last):
            while units[last - 1].heading:
                last -= 1
        passages.append((first, last))
        earliest, first, new = first + 1, last, last
        while (
            first > earliest
            and tokens_before[last] - tokens_before[first - 1] <= overlap
            and units[last - 1].end - units[first - 1].start <= overlap_characters
        ):
            first -= 1
    return passages


def _make_units(text: str, count_tokens: TokenCounter, max_tokens: int, piece_tokens: int) -> list[_Unit]:
    """piece_tokens: the most tokens of a piece of a sentence that is too long, small enough to be repeated."""
    sentences = split_sentences(text)
    tokens = _count(text, sentences, count_tokens)
    long = [
        span for span, count in zip(sentences, tokens, strict=True) if count > max_tokens or span[1] - span[0] > MAX_CHARACTERS
    ]
    pieces = iter(_cut_sentences(text, long, count_tokens, piece_tokens))
    piece = next(pieces, None)
    # The lines that a sentence has for itself: there is a line break, or nothing, on both sides of it.
    breaks = [True, *("\n" in text[before[1] : after[0]] for before, after in pairwise(sentences)), True]
    units = []
    for number, ((start, end), count) in enumerate(zip(sentences, tokens, strict=True)):
        if count <= max_tokens and end - start <= MAX_CHARACTERS:
            heading = breaks[number] and breaks[number + 1] and is_heading(text[start:end])
            units.append(_Unit(start, end, max(1, count), heading))
        while piece is not None and piece.end <= end:
            units.append(piece)
            piece = next(pieces, None)
    return units


def _cut_sentences(
    text: str, sentences: Sequence[tuple[int, int]], count_tokens: TokenCounter, piece_tokens: int
) -> list[_Unit]:
    """The pieces of sentences, in order, each of at most piece_tokens, or of a single character.

    Rounds of cutting and counting all of them at once: counting one by one takes a tokenizer far longer than the text.
    """
    # Blocks first, since the splitter takes quadratic time to join many parts.
    waiting = [
        (start, min(start + MAX_CHARACTERS, end)) for first, end in sentences for start in range(first, end, MAX_CHARACTERS)
    ]
    done: list[_Unit] = []
    while waiting:
        spans = [span for start, end in waiting for span in _strip(text, start, end)]
        waiting = []
        for (start, end), count in zip(spans, _count(text, spans, count_tokens), strict=True):
            if count <= piece_tokens or end - start == 1:
                done.append(_Unit(start, end, max(1, count), heading=False))
            else:
                # By the text's own characters to a token, and at most half of it, so that the rounds are few.
                size = max(1, min((end - start) // 2, (end - start) * piece_tokens // count))
                waiting.extend((start + left, start + right) for left, right in _split(text[start:end], size))
    return sorted(done, key=lambda unit: unit.start)


def _split(text: str, size: int) -> list[tuple[int, int]]:
    """Start and end of pieces of at most `size` code points that together are the text. Raises RuntimeError if not."""
    # Only sentences that are too long need it, and it takes longer to import than a question takes to answer.
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        separators=_SEPARATORS, chunk_size=size, chunk_overlap=0, keep_separator="end", strip_whitespace=False
    )
    # What has no separator comes back whole. (Given "" as the last one the splitter would cut it, but very slowly.)
    pieces = [piece[start : start + size] for piece in splitter.split_text(text) for start in range(0, len(piece), size)]
    if "".join(pieces) != text:
        raise RuntimeError("the pieces of a sentence are not the sentence; their offsets would be wrong")
    return list(pairwise(accumulate(map(len, pieces), initial=0)))


def _strip(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The span without white space at its ends; none if it is nothing else."""
    part = text[start:end]
    left, right = len(part) - len(part.lstrip()), len(part.rstrip())
    return [(start + left, start + right)] if right else []


def _count(text: str, spans: Sequence[tuple[int, int]], count_tokens: TokenCounter) -> list[int]:
    counts: list[int] = []
    for batch in range(0, len(spans), _BATCH):
        counts.extend(count_tokens([text[start:end] for start, end in spans[batch : batch + _BATCH]]))
    return counts
