"""Hybrid search: dense (FAISS) and lexical (BM25) ranks, fused.

Names and numbers need the lexical half, paraphrases the dense half. Each hit keeps both scores.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np

from index.catalog import ArticleSummary, Catalog, change_number
from index.embedder import Embedder, Floats
from index.passages import Passage
from index.vectors import Vectors, load_or_build

# How deep each half is searched before fusion.
DEPTH = 100
# Reciprocal rank fusion (Cormack, Clarke and Buettcher 2009) with a weight for each half.
RANK_CONSTANT = 10
DENSE_WEIGHT = 0.4
LEXICAL_WEIGHT = 0.6
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
    """Which articles a search is about. source: what their source has to begin with. published_from, published_to: ISO 8601
    dates, both included; an article without a date is outside every range."""

    source: str | None = None
    published_from: str | None = None
    published_to: str | None = None


@dataclass(frozen=True)
class Hit:
    """A passage found for a question.

    dense_score: inner product of unit vectors, -1 to 1. lexical_score: BM25, greater is better, 0 where no word is shared.
    score: the fused one. rank: 1 for the first.
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


def fuse(dense: Sequence[int], lexical: Sequence[int]) -> list[tuple[int, float]]:
    """Ids with their fused scores, best first; dense and lexical are ids in the order of each half."""
    scores: dict[int, float] = {}
    for weight, ids in ((DENSE_WEIGHT, dense), (LEXICAL_WEIGHT, lexical)):
        for rank, passage_id in enumerate(ids, start=1):
            scores[passage_id] = scores.get(passage_id, 0.0) + weight / (RANK_CONSTANT + rank)
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


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
                self._fused(connection, question, vectors[row], scores[row], ids[row].tolist(), among, top_k)
                for row, question in enumerate(questions)
            ]

    def articles(self) -> list[ArticleSummary]:
        """All articles, by source."""
        return self.catalog.summaries()

    def _vectors_seen_by(self, connection: sqlite3.Connection) -> Vectors:
        """The FAISS index of just the state that this connection sees, so that ids and rows never disagree."""
        change = change_number(connection)
        with self._lock:
            if self._vectors is None or self._vectors.change != change:
                self._vectors = load_or_build(connection, self.catalog.folder, self.embedder.dimension)
            return self._vectors

    def _fused(
        self,
        connection: sqlite3.Connection,
        question: str,
        vector: Floats,
        scores: Floats,
        ids: list[int],
        among: set[int] | None,
        top_k: int,
    ) -> list[Hit]:
        dense_ids = [passage_id for passage_id in ids if passage_id >= 0]
        dense_scores = dict(zip(ids, scores.tolist(), strict=True))
        lexical_scores = _lexical(connection, question, max(DEPTH, top_k), among)
        best = fuse(dense_ids, list(lexical_scores))[:top_k]
        hits = []
        for rank, (passage_id, score) in enumerate(best, start=1):
            article_id, start, end, text, blob, source, title, published = connection.execute(
                "SELECT article_id, start_offset, end_offset, passages.text, vector, source, title, published "
                "FROM passages JOIN articles ON articles.id = article_id WHERE passages.id = ?",
                (passage_id,),
            ).fetchone()
            dense_score = dense_scores.get(passage_id)
            if dense_score is None:
                dense_score = float(np.frombuffer(blob, dtype="<f4") @ vector)
            lexical_score = lexical_scores.get(passage_id)
            if lexical_score is None:
                lexical_score = _lexical(connection, question, 1, {passage_id}).get(passage_id, 0.0)
            passage = Passage(article_id, start, end, text)
            hits.append(Hit(passage, source, title, published, dense_score, lexical_score, score, rank))
        return hits


def _lexical(connection: sqlite3.Connection, question: str, count: int, among: set[int] | None) -> dict[int, float]:
    """BM25 by passage id, best first. Every word is quoted, so that nothing in a question is FTS5 syntax."""
    words = words_of(question)
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
            "SELECT rowid, -bm25(words) FROM words WHERE words MATCH ? AND rowid IN (SELECT id FROM among) "
            "ORDER BY bm25(words), rowid LIMIT ?",
            (query, count),
        )
    return dict(rows)


def _ids_within(connection: sqlite3.Connection, filters: Filters) -> set[int]:
    """Ids of the passages of articles that pass the filters."""
    rows = connection.execute(
        # substr, not LIKE: a source may hold % and _.
        "SELECT passages.id FROM passages JOIN articles ON articles.id = article_id "
        "WHERE (?1 IS NULL OR substr(source, 1, length(?1)) = ?1) "
        "AND (?2 IS NULL OR substr(published, 1, 10) >= ?2) AND (?3 IS NULL OR substr(published, 1, 10) <= ?3)",
        (filters.source, filters.published_from, filters.published_to),
    )
    return {passage_id for (passage_id,) in rows}
