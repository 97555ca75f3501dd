"""Passages to index and questions to ask of them: a file's own contexts, and as many more as wanted, made of their sentences.

What is made is for size and not for quality: some sentences of different contexts, one behind the other, and as a vector the
sum of the sentences' vectors at length 1. A greater corpus begins with the smaller ones.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.task import PASSAGES_NAME, VECTORS_NAME, Floats
from index.articles import Article, article_id, normalise
from index.embedder import Embedder
from index.errors import QuothError
from index.passages import cut
from index.sentences import split_sentences
from qa.questions import Question, read_questions

SEED = 7
# A passage that is made has between MIN_SENTENCES and MAX_SENTENCES, as far as they fit into MAX_TOKENS, which is less than
# Quoth's passages have at most, so that it stays one. Sentences longer than half of that are left out.
MIN_SENTENCES, MAX_SENTENCES = 3, 6
MAX_TOKENS = 180
# How many passages are made by one state of the generator: what makes a greater corpus begin with the smaller ones.
CHUNK = 10_000


@dataclass(frozen=True)
class Contexts:
    """What the passages and the questions come from. passages: of the contexts; questions: answered by them."""

    passages: list[str]
    questions: list[Question]


def read_contexts(
    path: Path, embedder: Embedder, tokens: int, overlap: int, *, questions: int, contexts: int | None
) -> Contexts:
    """The contexts of a file, cut into passages as Quoth cuts articles, and as many of its answerable questions.

    The questions are drawn by a fixed seed. contexts: how many are used, those of the questions first; all unless told.
    Raises QuothError where the file has fewer questions.
    """
    answerable = [question for question in read_questions(path) if question.answers and question.text]
    if len(answerable) < questions:
        raise QuothError(f"{path} has {len(answerable)} answerable questions, fewer than {questions}; ask for fewer.")
    drawn = random.Random(SEED).sample(answerable, questions)
    texts = dict.fromkeys(normalise(question.context) for question in (*drawn, *answerable))
    passages = dict.fromkeys(
        passage.text
        for text in list(texts)[:contexts]
        for passage in cut(_article(text), embedder.count_tokens, max_tokens=tokens, overlap_tokens=overlap)
    )
    return Contexts(list(passages), drawn)


def write_corpus(folder: Path, passages: Sequence[str], size: int, embedder: Embedder) -> None:
    """Writes PASSAGES_NAME, a row a passage, and VECTORS_NAME, the vectors of those that are made; `size` in all.

    Raises QuothError where there are more passages than that.
    """
    if len(passages) > size:
        raise QuothError(f"There are {len(passages)} passages of the contexts already, more than {size}; take fewer contexts.")
    sentences = sentences_of(passages)
    tokens = np.array(embedder.count_tokens(sentences))
    kept = np.flatnonzero(tokens <= MAX_TOKENS // 2)
    sentences, tokens = [sentences[number] for number in kept], tokens[kept]
    vectors = embedder.encode(sentences) if size > len(passages) else embedder.encode([])
    folder.mkdir(parents=True, exist_ok=True)
    made = np.lib.format.open_memmap(
        folder / VECTORS_NAME, mode="w+", dtype=np.float32, shape=(size - len(passages), embedder.dimension)
    )
    done = 0
    with (folder / PASSAGES_NAME).open("w", encoding="utf-8") as lines:
        for number, text in enumerate(passages):
            lines.write(_line(number, text))
        for chunk in choices(size - len(passages), tokens):
            for row, chosen in enumerate(chunk, start=done):
                lines.write(_line(len(passages) + row, " ".join(sentences[number] for number in chosen)))
            made[done : done + len(chunk)] = unit_sums(vectors, chunk)
            done += len(chunk)
    made.flush()


def choices(count: int, tokens: npt.NDArray[np.int64]) -> Iterator[list[list[int]]]:
    """For `count` passages, CHUNK at a time, the numbers of the sentences that each is made of.

    tokens: (sentences,) the length of each; MAX_TOKENS // 2 at most. Raises QuothError where there are none.
    """
    if count and not len(tokens):
        raise QuothError("The contexts have no sentence that is short enough to make passages of; give another file.")
    for first in range(0, count, CHUNK):
        generator = np.random.default_rng([SEED, first])
        drawn = generator.integers(len(tokens), size=(CHUNK, MAX_SENTENCES))
        wanted = generator.integers(MIN_SENTENCES, MAX_SENTENCES + 1, size=CHUNK)
        fitting = (tokens[drawn].cumsum(axis=1) <= MAX_TOKENS).sum(axis=1)
        lengths = np.minimum(wanted, fitting)[: count - first]
        yield [row[:length].tolist() for row, length in zip(drawn, lengths, strict=False)]


def unit_sums(vectors: Floats, chosen: Sequence[Sequence[int]]) -> Floats:
    """(passages, dimension): for each passage the sum of the vectors of its sentences, at length 1."""
    sums = np.stack([vectors[list(numbers)].sum(axis=0) for numbers in chosen])
    return np.asarray(sums / np.linalg.norm(sums, axis=1, keepdims=True), dtype=np.float32)


def sentences_of(passages: Sequence[str]) -> list[str]:
    """The different sentences of all passages, each on one line."""
    found = (" ".join(text[start:end].split()) for text in passages for start, end in split_sentences(text))
    return list(dict.fromkeys(found))


def _article(text: str) -> Article:
    return Article(article_id(text), "", "", text, None, None, None, "")


def _line(number: int, text: str) -> str:
    # Ten digits, so that files of these names stand in this order.
    return json.dumps({"id": f"{number:010}", "text": text}) + "\n"
