"""FAISS finds what a dot product finds, and a saved file is taken only if it is whole and of the right change."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import faiss
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import approximate, vectors
from index.catalog import vectors as catalog_vectors
from index.embedder import Floats
from index.vectors import ABOUT_NAME, FILE_NAME, Vectors
from tests.conftest import HashingEmbedder
from tests.index.samples import make_article, make_catalog, make_entry

DIMENSION = 8


def unit_rows(chance: np.random.Generator, count: int) -> Floats:
    rows = chance.standard_normal((count, DIMENSION)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def made(seed: int, count: int) -> tuple[Vectors, np.ndarray[tuple[int], np.dtype[np.int64]], Floats]:
    chance = np.random.default_rng(seed)
    ids = np.sort(chance.choice(10 * count + 1, size=count, replace=False)).astype(np.int64)
    rows = unit_rows(chance, count)
    return vectors.build(ids, rows, DIMENSION, 7), ids, rows


@given(st.integers(0, 2**32), st.integers(0, 60), st.integers(1, 80), st.booleans())
@settings(max_examples=60, deadline=None)
def test_finds_what_a_dot_product_finds(seed: int, size: int, count: int, restricted: bool) -> None:
    index, ids, rows = made(seed, size)
    chance = np.random.default_rng(seed + 1)
    questions = unit_rows(chance, 3)
    among = ids[chance.random(size) < 0.4] if restricted else None
    scores, found = index.search(questions, count, among)
    assert scores.shape == found.shape == (3, min(count, size))
    allowed = np.isin(ids, among) if among is not None else np.ones(size, dtype=bool)
    for row in range(3):
        expected = sorted(zip((rows @ questions[row])[allowed].tolist(), ids[allowed].tolist(), strict=True), reverse=True)
        expected = expected[:count]
        assert [i for i in found[row].tolist() if i >= 0] == [i for _, i in expected]
        assert scores[row][: len(expected)] == pytest.approx([score for score, _ in expected], abs=1e-5)


def test_a_saved_index_comes_back(tmp_path: Path) -> None:
    index, ids, rows = made(1, 30)
    vectors.save(index, tmp_path)
    loaded = vectors.load(tmp_path, 7)
    assert loaded is not None
    assert (loaded.ids().tolist(), len(loaded), loaded.change) == (ids.tolist(), 30, 7)
    assert all(np.array_equal(loaded.index.reconstruct(int(i)), row) for i, row in zip(ids, rows, strict=True))
    assert sorted(path.name for path in tmp_path.iterdir()) == [FILE_NAME, ABOUT_NAME]
    assert not vectors.is_behind(tmp_path, 7)


def test_every_flipped_bit_is_noticed(tmp_path: Path) -> None:
    vectors.save(made(2, 10)[0], tmp_path)
    path = tmp_path / FILE_NAME
    data = path.read_bytes()
    for position in {0, len(data) - 1, *range(3, len(data), 13)}:
        path.write_bytes(data[:position] + bytes([data[position] ^ (1 << position % 8)]) + data[position + 1 :])
        assert vectors.load(tmp_path, 7) is None, position
        assert not vectors.is_behind(tmp_path, 7)
    path.write_bytes(data)
    assert vectors.load(tmp_path, 7) is not None


def cut_short(folder: Path) -> None:
    path = folder / FILE_NAME
    path.write_bytes(path.read_bytes()[:-1])


def empty(folder: Path) -> None:
    (folder / FILE_NAME).write_bytes(b"")


def write_about(content: bytes) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / ABOUT_NAME).write_bytes(content)

    return write


DAMAGE: dict[str, tuple[Callable[[Path], None], bool]] = {
    "cut short": (cut_short, False),
    "emptied": (empty, False),
    "no faiss": (lambda folder: (folder / FILE_NAME).unlink(), True),
    "no json": (lambda folder: (folder / ABOUT_NAME).unlink(), True),
    "older": (write_about(b'{"change": 3, "sha256": "0"}'), True),
    "no object": (write_about(b"[1]"), False),
    "no json at all": (write_about(b"\xff\x00{"), False),
    "too deep": (write_about(b"[" * 100_000), False),
    "lacking": (write_about(b"{}"), False),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_what_is_damaged_or_behind_is_made_anew(tmp_path: Path, embedder: HashingEmbedder, name: str) -> None:
    damage, behind = DAMAGE[name]
    catalog = make_catalog(tmp_path, [make_article(f"/{n}", f"Text number {n}. " * 9) for n in range(4)], embedder)
    with catalog.reading() as connection:
        right = vectors.load_or_build(connection, tmp_path, embedder.dimension)
        vectors.save(right, tmp_path)
        assert vectors.load(tmp_path, right.change + 1) is None
        damage(tmp_path)
        assert vectors.load(tmp_path, right.change) is None
        assert vectors.is_behind(tmp_path, right.change) == behind
        anew = vectors.load_or_build(connection, tmp_path, embedder.dimension)
    assert anew.ids().tolist() == right.ids().tolist()
    assert all(np.array_equal(anew.index.reconstruct(i), right.index.reconstruct(i)) for i in right.ids().tolist())


def test_a_former_index_is_brought_up_to_what_one_made_anew_would_be(
    tmp_path: Path, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = make_catalog(tmp_path, [make_article(f"/{n}", f"Text number {n}. " * 9) for n in range(4)], embedder)
    with catalog.reading() as connection:
        held = vectors.load_or_build(connection, tmp_path, embedder.dimension)
    vectors.save(held, tmp_path)
    catalog.remove(["/1", "/3"])
    catalog.put([make_entry(make_article(f"/{n}", f"Other text {n}. " * 7), embedder) for n in (0, 5)])
    with catalog.reading() as connection:
        anew = vectors.from_catalog(connection, embedder.dimension)
        # From the one in memory and from the saved one; nothing that they hold is read again.
        read = []

        def counting(connection: sqlite3.Connection, dimension: int, after: int = 0) -> tuple[np.ndarray, Floats]:
            read.append(after)
            return catalog_vectors(connection, dimension, after=after)

        monkeypatch.setattr("index.vectors.catalog_vectors", counting)
        for former in (held, None):
            brought = vectors.load_or_build(connection, tmp_path, embedder.dimension, former)
            assert faiss.serialize_index(brought.index).tobytes() == faiss.serialize_index(anew.index).tobytes()
            assert brought.change == anew.change
        assert read == [len(held)] * 2
    catalog.remove(list(catalog.hashes()))
    with catalog.reading() as connection:
        assert len(vectors.load_or_build(connection, tmp_path, embedder.dimension, held)) == 0


def test_an_index_of_another_past_is_not_built_on(tmp_path: Path, embedder: HashingEmbedder) -> None:
    """As where a copy of the catalog was put back: the same passage ids came to mean other passages."""
    catalog = make_catalog(tmp_path, [make_article("/a", "The first.")], embedder)
    with closing(sqlite3.connect(catalog.path)) as connection:
        connection.execute("VACUUM INTO ?", (str(tmp_path / "copy"),))
    catalog.put([make_entry(make_article("/b", "The second."), embedder)])
    with catalog.reading() as connection:
        held = vectors.load_or_build(connection, tmp_path, embedder.dimension)
    vectors.save(held, tmp_path)
    for name in (f"{catalog.path.name}-wal", f"{catalog.path.name}-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    (tmp_path / "copy").replace(catalog.path)
    catalog.put([make_entry(make_article("/c", "The third."), embedder)])
    with catalog.reading() as connection:
        brought = vectors.load_or_build(connection, tmp_path, embedder.dimension, held)
    assert brought.ids().tolist() == held.ids().tolist() == [1, 2]
    assert np.array_equal(brought.index.reconstruct(2), embedder.encode(["The third."])[0])


def clustered(seed: int, count: int) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], Floats]:
    """Ids and unit rows that lie in groups, as passages do."""
    chance = np.random.default_rng(seed)
    centres = unit_rows(chance, 40)
    rows = centres[chance.integers(0, 40, count)] + 0.3 * unit_rows(chance, count)
    ids = np.sort(chance.choice(3 * count, size=count, replace=False)).astype(np.int64)
    return ids, np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def test_an_approximate_index_finds_nearly_what_a_dot_product_finds() -> None:
    ids, rows = clustered(1, 5000)
    halves = [(ids[:3000], rows[:3000]), (ids[3000:], rows[3000:])]
    made = approximate.build(lambda: halves, 5000, DIMENSION)
    assert np.array_equal(np.sort(approximate.ids_of(made.index)), ids)
    questions = unit_rows(np.random.default_rng(2), 200)
    index = Vectors(made.index, 1, made.recall)
    _, found = index.search(questions, 10)
    right = ids[np.argsort(-(questions @ rows.T), axis=1)[:, :10]]
    recall = np.mean([np.isin(one, other).mean() for one, other in zip(right, found, strict=True)])
    assert approximate.RECALL <= made.recall <= 1
    assert recall >= made.recall - 0.05
    # Only these, wherever they stand.
    among = ids[::500]
    scores, found = index.search(questions, 10, among)
    assert all(set(row.tolist()) == set(among.tolist()) for row in found)
    exact = questions @ rows[::500].T
    for row in range(len(questions)):
        expected = [exact[row, np.flatnonzero(among == i)[0]] for i in found[row]]
        assert scores[row] == pytest.approx(expected, abs=0.03)


def test_past_a_size_the_index_is_approximate_and_follows_the_catalog(
    tmp_path: Path, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "EXACT_UP_TO", 60)
    monkeypatch.setattr(vectors, "_CHUNK", 25)
    articles = [make_article(f"/{n}", f"Text number {n}. " * 9) for n in range(120)]
    catalog = make_catalog(tmp_path, articles[:70], embedder)

    def brought_up(held: Vectors | None) -> Vectors:
        with catalog.reading() as connection:
            found = vectors.load_or_build(connection, tmp_path, embedder.dimension, held)
            expected, rows = catalog_vectors(connection, embedder.dimension)
        assert np.array_equal(found.ids(), expected)
        # Every passage is near itself, however few lists are looked at; the eight bits were fitted to fewer passages.
        scores, _ = found.search(rows, 1)
        assert scores[:, 0] == pytest.approx(np.ones(len(rows)), abs=0.2)
        return found

    first = brought_up(None)
    assert not first.is_exact
    size = len(first)
    vectors.save(first, tmp_path)
    again = vectors.load(tmp_path, first.change)
    assert again is not None
    assert np.array_equal(again.ids(), first.ids())
    assert again.recall == pytest.approx(first.recall, abs=1e-4)
    assert again.index.nprobe == first.index.nprobe
    catalog.put([make_entry(article, embedder) for article in articles[70:80]])
    catalog.remove(["/3", "/4"])
    for held in (first, None):
        second = brought_up(held)
        assert second.index.nlist == first.index.nlist
    # Whoever still searches the first one sees no change.
    assert len(first) == size
    # Once most of it is new it is made anew; shrunk, it is exact.
    articles += [make_article(f"/more{n}", f"More {n}. " * 9) for n in range(60)]
    catalog.put([make_entry(article, embedder) for article in articles[80:]])
    third = brought_up(second)
    assert third.index.nlist > first.index.nlist
    catalog.remove([f"/{n}" for n in range(120)])
    fourth = brought_up(third)
    assert fourth.index.nlist < third.index.nlist
    catalog.remove([f"/more{n}" for n in range(40)])
    assert brought_up(fourth).is_exact
