from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import corpus
from benchmarks.corpus import CHUNK, MAX_SENTENCES, MAX_TOKENS, choices, read_contexts, sentences_of, unit_sums, write_corpus
from benchmarks.task import Floats, Task
from index.errors import QuothError
from tests.conftest import HashingEmbedder

CONTEXTS = [
    "The bridge was opened in 1932. It crosses the harbour. Eight lanes carry its traffic.",
    "Rust eats what is not painted. Painters begin anew each spring. They use grey.",
    "A toll was taken until 2009. Lorries paid twice as much as cars did. Bicycles paid nothing.",
]


def write_questions(path: Path, count: int = 3) -> Path:
    rows = [
        {"context": context, "question": f"What of {n}?", "answers": [{"text": context[:5], "answer_start": 0}] if n else []}
        for n, context in enumerate(CONTEXTS * count)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def made(folder: Path, size: int) -> tuple[list[str], Floats]:
    write_corpus(folder, CONTEXTS, size, HashingEmbedder())
    rows = [json.loads(line) for line in (folder / "passages.jsonl").read_text().splitlines()]
    assert [int(row["id"]) for row in rows] == list(range(size))
    return [row["text"] for row in rows], np.load(folder / "vectors.npy")


def test_a_corpus_is_the_contexts_and_then_whole_sentences_of_them(tmp_path: Path) -> None:
    texts, vectors = made(tmp_path, 60)
    assert texts[:3] == CONTEXTS
    sentences = set(sentences_of(CONTEXTS))
    assert len(sentences) == 9
    for text in texts[3:]:
        found = sentences_of([text])
        assert found
        assert set(found) <= sentences
    assert vectors.shape == (57, HashingEmbedder.dimension)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)


def test_the_vector_of_a_passage_is_the_unit_sum_of_its_sentences(tmp_path: Path) -> None:
    texts, vectors = made(tmp_path, 40)
    embedder = HashingEmbedder()
    sentences = sentences_of(CONTEXTS)
    for text, vector in zip(texts[3:], vectors, strict=True):
        counts = [text.count(sentence) for sentence in sentences]
        total = sum(count * row for count, row in zip(counts, embedder.encode(sentences), strict=True))
        np.testing.assert_allclose(vector, total / np.linalg.norm(total), atol=1e-5)


def test_the_same_corpus_comes_each_time_and_a_greater_one_begins_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(corpus, "CHUNK", 16)
    first, first_vectors = made(tmp_path / "a", 30)
    again, again_vectors = made(tmp_path / "b", 30)
    more, more_vectors = made(tmp_path / "c", 70)
    assert first == again == more[:30]
    np.testing.assert_array_equal(first_vectors, again_vectors)
    np.testing.assert_array_equal(first_vectors, more_vectors[:27])
    # Chunks differ from one another.
    assert len(set(more)) > 50


@given(tokens=st.lists(st.integers(1, MAX_TOKENS // 2), min_size=1, max_size=20), count=st.integers(0, 50))
def test_what_is_chosen_fits_into_a_passage(tokens: list[int], count: int) -> None:
    rows = [row for chunk in choices(count, np.array(tokens)) for row in chunk]
    assert len(rows) == count
    for row in rows:
        assert 1 <= len(row) <= MAX_SENTENCES
        assert sum(tokens[number] for number in row) <= MAX_TOKENS


def test_chunks_end_where_the_corpus_does() -> None:
    assert [len(chunk) for chunk in choices(CHUNK + 5, np.array([9, 9]))] == [CHUNK, 5]


def test_without_a_short_sentence_nothing_can_be_made() -> None:
    with pytest.raises(QuothError, match="no sentence "):
        list(choices(1, np.array([], dtype=np.int64)))


def test_unit_sums() -> None:
    rows = unit_sums(np.array([[3, 0], [0, 4], [1, 0]], dtype=np.float32), [[0, 1], [2, 2, 2]])
    np.testing.assert_allclose(rows, np.array([[0.6, 0.8], [1, 0]], dtype=np.float32), rtol=1e-6)


def test_questions_are_answerable_ones_drawn_alike_each_time_and_their_contexts_come_first(tmp_path: Path) -> None:
    path = write_questions(tmp_path / "questions.jsonl")
    embedder = HashingEmbedder()
    found = read_contexts(path, embedder, 200, 40, questions=2, contexts=None)
    assert found == read_contexts(path, embedder, 200, 40, questions=2, contexts=None)
    assert sorted(found.passages) == sorted(CONTEXTS)
    assert found.passages[0] == found.questions[0].context
    assert all(question.answers for question in found.questions)
    assert read_contexts(path, embedder, 200, 40, questions=1, contexts=1).passages == [found.questions[0].context]


def test_too_few_questions_and_too_many_contexts_are_said(tmp_path: Path) -> None:
    path = write_questions(tmp_path / "questions.jsonl", count=1)
    with pytest.raises(QuothError, match="2 answerable questions, fewer than 3"):
        read_contexts(path, HashingEmbedder(), 200, 40, questions=3, contexts=None)
    with pytest.raises(QuothError, match="3 passages"):
        write_corpus(tmp_path / "corpus", CONTEXTS, 2, HashingEmbedder())


@pytest.mark.parametrize("embedded", [3, 10, 30])
def test_a_task_gives_the_vectors_of_what_is_not_embedded(tmp_path: Path, embedded: int) -> None:
    texts, vectors = made(tmp_path, 30)
    task = Task("quoth", str(tmp_path), embedded, "", "", "", 10, "Who?", ["What?"], [1, 8])
    assert [row["text"] for row in task.passages()] == texts
    np.testing.assert_array_equal(task.given_vectors(), vectors[embedded - 3 :])
    task.save(tmp_path / "task.json")
    assert Task.load(tmp_path / "task.json") == task


def test_quoth_makes_one_passage_of_each(tmp_path: Path) -> None:
    """Also of those that it is given with vectors, whose articles it cuts again."""
    from benchmarks.systems.quoth import GivenVectors, write_tables
    from index.build import build, open_or_create

    texts, vectors = made(tmp_path / "corpus", 50)
    task = Task("quoth", str(tmp_path / "corpus"), 3, "", "", "", 10, "", [], [])
    embedder = HashingEmbedder()
    numbers = write_tables(list(task.passages())[3:], tmp_path / "given")
    catalog = open_or_create(tmp_path / "index", embedder, 200, 40)
    build(catalog, [tmp_path / "given"], GivenVectors(embedder.name, embedder.sha256, numbers, vectors))
    with catalog.reading() as connection:
        stored = dict(connection.execute("SELECT text, vector FROM passages").fetchall())
    assert set(stored) == set(texts[3:])
    for text, blob in stored.items():
        np.testing.assert_array_equal(np.frombuffer(blob, "<f4"), vectors[numbers[text]])
