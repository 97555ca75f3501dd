"""Hybrid search: dense (FAISS) and lexical (BM25) scores, and how close together a passage has the question's words.

Names and numbers need the lexical half, paraphrases the dense half. Each hit keeps both scores.
"""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from index.catalog import Catalog, change_number
from index.embedder import Embedder, Floats
from index.passages import Passage
from index.vectors import Vectors, load_or_build

# How deep each half is searched before fusion.
DEPTH = 100
# The fused score is dense + LEXICAL_WEIGHT * BM25 + CLOSENESS_WEIGHT * closeness. A linear combination of scores finds more
# than one of ranks (Bruch, Gai and Ingber 2023, "An analysis of fusion functions for hybrid retrieval"); closeness is term
# proximity (Tao and Zhai 2007). Fitted on half the articles of a part of SQuAD's training set, rounded, and checked on the
# other half and on SQuADShifts' Wikipedia; a third more or less of either changes little.
LEXICAL_WEIGHT = 0.03
CLOSENESS_WEIGHT = 0.5
# How many of the best by the first two are read for closeness.
CLOSENESS_DEPTH = 40
# Closeness looks at this many consecutive words, about a sentence, and takes words for the same by their first letters.
WINDOW_WORDS = 15
STEM_LETTERS = 5
# A word that so many passages hold tells them apart too little for the time that ranking them takes, and is not searched for.
COMMON = 20_000
# A pasted page is searched by its first words.
MAX_WORDS = 64

_WORD = re.compile(r"\w+")
# Words that shape a question and say nothing of its subject.
_QUESTION_WORDS = frozenset(
    """a about an and any are as at be been being between but by can could did do does doing for from had has have having he her
    hers him his how i if in into is it its me my of on or our ours shall she should so some than that the their theirs them
    then there these they this those to us was we were what when where which while who whom whose why will with would you
    your yours""".split()
)


@dataclass(frozen=True)
class Filters:
    """Which articles a search is about. source: the source of one, or else what theirs have to begin with. published_from,
    published_to: ISO 8601 dates, both included; an article without a date is outside every range."""

    source: str | None = None
    published_from: str | None = None
    published_to: str | None = None


@dataclass(frozen=True)
class Hit:
    """A passage found for a question.

    dense_score: inner product of unit vectors, -1 to 1. lexical_score: BM25, greater is better, 0 where no word is shared.
    score: both and closeness together, to order the hits of one question by. rank: 1 for the first.
    """

    passage: Passage
    source: str
    title: str
    published: str | None
    dense_score: float
    lexical_score: float
    score: float
    rank: int


def words_of(question: str) -> list[str]:
    """The words that a question is searched by, each once, lower case; all of its words if it has no telling ones."""
    words = list(dict.fromkeys(word.lower() for word in _WORD.findall(question)))
    return [word for word in words if word not in _QUESTION_WORDS][:MAX_WORDS] or words[:MAX_WORDS]


def closeness(text: str, weights: Mapping[str, float]) -> float:
    """The most that WINDOW_WORDS consecutive words of the text hold of the question's words, by weight; 0 to 1.

    weights: of each stem of the question, greater than 0. A stem counts once in a window.
    """
    held = dict.fromkeys(weights, 0)
    places = [(place, stem) for place, word in enumerate(_WORD.findall(text.lower())) if (stem := word[:STEM_LETTERS]) in held]
    first, weight, most = 0, 0.0, 0.0
    for place, stem in places:
        held[stem] += 1
        if held[stem] == 1:
            weight += weights[stem]
        while places[first][0] <= place - WINDOW_WORDS:
            left = places[first][1]
            held[left] -= 1
            if held[left] == 0:
                weight -= weights[left]
            first += 1
        most = max(most, weight)
    return most / sum(weights.values()) if weights else 0.0


class Index:
    """An index opened for searching. Threads may share it; a change of the catalog is seen by the next search."""

    def __init__(self, catalog: Catalog, embedder: Embedder) -> None:
        self.catalog = catalog
        self.embedder = embedder
        self._vectors: Vectors | None = None
        self._lock = Lock()

    @classmethod
    def open(cls, folder: Path, embedder: Embedder) -> Index:
        """Raises NoUsableIndexError where there is none, and BindingError where it was made with another embedder."""
        catalog = Catalog.open(folder)
        catalog.check_embedder(embedder.name, embedder.sha256)
        index = cls(catalog, embedder)
        with catalog.reading() as connection:
            index._vectors_seen_by(connection)
        return index

    def search(self, questions: Sequence[str], top_k: int, filters: Filters | None = None) -> list[list[Hit]]:
        """For each question its `top_k` passages at most, best first."""
        vectors = self.embedder.encode(questions)
        with self.catalog.reading() as connection:
            dense = self._vectors_seen_by(connection)
            among = None if filters is None else _ids_within(connection, filters)
            allowed = None if among is None else np.array(sorted(among), dtype=np.int64)
            scores, ids = dense.search(vectors, max(DEPTH, top_k), allowed)
            return [
                self._fused(
                    connection,
                    len(dense),
                    question,
                    vectors[row],
                    dict(zip(ids[row].tolist(), scores[row].tolist(), strict=True)),
                    among,
                    top_k,
                )
                for row, question in enumerate(questions)
            ]

    def _vectors_seen_by(self, connection: sqlite3.Connection) -> Vectors:
        """The FAISS index of just the state that this connection sees, so that ids and rows never disagree."""
        change = change_number(connection)
        with self._lock:
            if self._vectors is None or self._vectors.change != change:
                # It may have been made over for another embedder, or replaced, since it was opened.
                self.catalog.check_embedder(self.embedder.name, self.embedder.sha256)
                self._vectors = load_or_build(connection, self.catalog.folder, self.embedder.dimension, self._vectors)
            return self._vectors

    def _fused(
        self,
        connection: sqlite3.Connection,
        passages: int,
        question: str,
        vector: Floats,
        dense: dict[int, float],
        among: set[int] | None,
        top_k: int,
    ) -> list[Hit]:
        """passages: how many the index holds. dense: the inner product by id of the best by vectors; -1 stands for none."""
        dense.pop(-1, None)
        holding = _holding(connection, words_of(question))
        rare = [word for word, count in holding.items() if count < COMMON]
        lexical = _lexical(connection, rare, max(DEPTH, top_k), among)
        # What one half found gets the other's score too.
        lexical |= _lexical(connection, rare, len(dense), dense.keys() - lexical.keys())
        dense |= {i: _inner_product(connection, i, vector) for i in lexical.keys() - dense.keys()}
        scores = {i: score + LEXICAL_WEIGHT * lexical.get(i, 0.0) for i, score in dense.items()}
        weights = _weights(holding, passages)
        for i in _best(scores, CLOSENESS_DEPTH):
            (text,) = _row(connection, "SELECT text FROM passages WHERE id = ?", i)
            scores[i] += CLOSENESS_WEIGHT * closeness(text, weights)
        hits = []
        for rank, i in enumerate(_best(scores, top_k), start=1):
            article_id, start, end, text, source, title, published = _row(
                connection,
                "SELECT article_id, start_offset, end_offset, passages.text, source, title, published "
                "FROM passages JOIN articles ON articles.id = article_id WHERE passages.id = ?",
                i,
            )
            passage = Passage(article_id, start, end, text)
            hits.append(Hit(passage, source, title, published, dense[i], lexical.get(i, 0.0), scores[i], rank))
        return hits


def _row(connection: sqlite3.Connection, query: str, passage_id: int) -> tuple[Any, ...]:
    """What the query gives for a passage. Raises DatabaseError where it gives nothing, as only in a damaged catalog."""
    row: tuple[Any, ...] | None = connection.execute(query, (passage_id,)).fetchone()
    if row is None:
        raise sqlite3.DatabaseError(f"passage {passage_id} is in its indices only")
    return row


def _inner_product(connection: sqlite3.Connection, passage_id: int, vector: Floats) -> float:
    (blob,) = _row(connection, "SELECT vector FROM passages WHERE id = ?", passage_id)
    return float(np.frombuffer(blob, dtype="<f4") @ vector)


def _best(scores: Mapping[int, float], count: int) -> list[int]:
    """The ids of the greatest scores, best first."""
    return sorted(scores, key=lambda i: (-scores[i], i))[:count]


def _holding(connection: sqlite3.Connection, words: Sequence[str]) -> dict[str, int]:
    """How many passages hold each word, counted up to COMMON."""
    query = "SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ? LIMIT ?)"
    return {word: connection.execute(query, (f'"{word}"', COMMON)).fetchone()[0] for word in words}


def _weights(holding: Mapping[str, int], passages: int) -> dict[str, float]:
    """By stem of the question's words, how telling it is: the idf of its rarest word (as Lucene has it, always above 0).

    holding: how many of the passages hold each word.
    """
    weights: dict[str, float] = {}
    for word, count in holding.items():
        stem = word[:STEM_LETTERS]
        weights[stem] = max(math.log((passages + 1) / (count + 0.5)), weights.get(stem, 0.0))
    return weights


def _lexical(connection: sqlite3.Connection, words: Sequence[str], count: int, among: set[int] | None) -> dict[int, float]:
    """BM25 by passage id, best first. Every word is quoted, so that nothing in a question is FTS5 syntax."""
    if not words or among == set():
        return {}
    query = " OR ".join(f'"{word}"' for word in words)
    if among is None:
        rows = connection.execute(
            "SELECT rowid, -bm25(words) FROM words WHERE words MATCH ? ORDER BY bm25(words), rowid LIMIT ?", (query, count)
        )
    else:
        connection.execute("CREATE TEMP TABLE IF NOT EXISTS among (id INTEGER PRIMARY KEY)")
        connection.execute("DELETE FROM among")
        connection.executemany("INSERT INTO among VALUES (?)", [(passage_id,) for passage_id in sorted(among)])
        rows = connection.execute(
            "SELECT rowid, -bm25(words) FROM words WHERE words MATCH ? AND +rowid IN (SELECT id FROM among) "
            "ORDER BY bm25(words), rowid LIMIT ?",
            (query, count),
        )
    return dict(rows)


def _ids_within(connection: sqlite3.Connection, filters: Filters) -> set[int]:
    """Ids of the passages of articles that pass the filters."""
    rows = connection.execute(
        # substr, not LIKE: a source may hold % and _.
        "SELECT passages.id FROM passages JOIN articles ON articles.id = article_id "
        "WHERE (?1 IS NULL OR source = ?1 OR substr(source, 1, length(?1)) = ?1 "
        "AND NOT EXISTS (SELECT 1 FROM articles WHERE source = ?1)) "
        "AND (?2 IS NULL OR substr(published, 1, 10) >= ?2) AND (?3 IS NULL OR substr(published, 1, 10) <= ?3)",
        (filters.source, filters.published_from, filters.published_to),
    )
    return {passage_id for (passage_id,) in rows}
