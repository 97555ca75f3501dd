"""Every kind of damage is found, mended by --repair, and what was taken out comes back with the next build."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from index import vectors
from index.build import build, open_or_create
from index.catalog import Catalog
from index.doctor import examine, repair
from tests.conftest import HashingEmbedder
from tests.index.samples import OVERLAP_TOKENS, PASSAGE_TOKENS, dump, run_sql


def sql(statement: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        run_sql(folder, statement)

    return damage


def flip_faiss(folder: Path) -> None:
    path = folder / vectors.FILE_NAME
    data = bytearray(path.read_bytes())
    data[-5] ^= 4
    path.write_bytes(data)


def other_faiss(folder: Path) -> None:
    """A whole file of the right change that holds another vector."""
    with Catalog(folder).reading() as connection:
        right = vectors.from_catalog(connection, HashingEmbedder.dimension)
    rows = HashingEmbedder().encode([f"other {i}" for i in right.ids()])
    vectors.save(vectors.build(right.ids(), rows, HashingEmbedder.dimension, right.change), folder)


def short_faiss(folder: Path) -> None:
    with Catalog(folder).reading() as connection:
        right = vectors.from_catalog(connection, HashingEmbedder.dimension)
    ids = right.ids()[1:]
    rows = HashingEmbedder().encode([str(i) for i in ids])
    vectors.save(vectors.build(ids, rows, HashingEmbedder.dimension, right.change), folder)


DAMAGE: dict[str, tuple[Callable[[Path], None], str]] = {
    "article text": (sql("UPDATE articles SET text = replace(text, 'river', 'ocean')"), "article"),
    "text outside passages": (sql("UPDATE articles SET text = text || ' ' WHERE source LIKE '%0.txt'"), "article"),
    "passage text": (sql("UPDATE passages SET text = text || 'x' WHERE id = 1"), "article"),
    "offsets": (
        sql("UPDATE passages SET start_offset = start_offset + 1, end_offset = end_offset + 1 WHERE id = 1"),
        "article",
    ),
    "flipped vector": (
        sql("UPDATE passages SET vector = CAST(x'00000040' || substr(vector, 5) AS BLOB) WHERE id = 1"),
        "article",
    ),
    "short vector": (sql("UPDATE passages SET vector = substr(vector, 5) WHERE id = 1"), "article"),
    "lost passages": (sql("DELETE FROM passages WHERE id = 1"), "article"),
    "lost words": (
        sql("INSERT INTO words (words, rowid, text) SELECT 'delete', id, text FROM passages WHERE id = 1"),
        "words",
    ),
    "added words": (sql("INSERT INTO words (rowid, text) VALUES (999, 'ghost')"), "words"),
    "flipped FAISS file": (flip_faiss, "vectors"),
    "other FAISS file": (other_faiss, "vectors"),
    "short FAISS file": (short_faiss, "vectors"),
    "lost FAISS file": (lambda folder: (folder / vectors.FILE_NAME).unlink(), "behind"),
    "pages": (sql("UPDATE articles SET pages = '[5, 2]' WHERE source LIKE '%0.txt'"), "article"),
    "no pages": (sql("UPDATE articles SET pages = 'x' WHERE source LIKE '%0.txt'"), "article"),
    "another id": (
        sql("UPDATE articles SET id = 'x' WHERE source LIKE '%0.txt'"),
        "database",
    ),
    "lost article": (sql("DELETE FROM articles WHERE source LIKE '%0.txt'"), "database"),
    "file without articles": (sql("INSERT INTO files VALUES ('/x.txt', 1, '', 'x', '{}', NULL)"), "file"),
    "columns": (sql("UPDATE roots SET columns = 'x'"), "file"),
    "lost change": (sql("DELETE FROM changes"), "change"),
    "version": (
        sql(
            "INSERT INTO versions SELECT NULL, source, title, text || '!', published, author, language, sha256, file, pages, "
            "url, sha256, '2026' FROM articles"
        ),
        "version",
    ),
    "leftover": (lambda folder: (folder / "vectors.123.new").touch(), "leftover"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_found_mended_and_restored(tmp_path: Path, embedder: HashingEmbedder, name: str) -> None:
    damage, kind = DAMAGE[name]
    articles, folder = tmp_path / "articles", tmp_path / "index"
    articles.mkdir()
    for number in range(3):
        (articles / f"{number}.txt").write_text(f"Report {number}\n\n" + f"The river of {number} is long and wide. " * 8)
    catalog = open_or_create(folder, embedder, PASSAGE_TOKENS, OVERLAP_TOKENS)
    build(catalog, [articles], embedder)
    sound = content(folder)
    assert examine(catalog) == []

    damage(folder)
    findings = examine(catalog)
    assert kind in [finding.kind for finding in findings]
    assert all(finding.harmless for finding in findings) == (kind in ("behind", "leftover"))
    assert examine(catalog) == findings  # looking changes nothing

    assert repair(catalog, findings) == []
    assert examine(catalog) == []
    build(catalog, [articles], embedder)
    assert content(folder) == sound
    assert examine(catalog) == []


def content(folder: Path) -> list[tuple[object, ...]]:
    return run_sql(
        folder,
        "SELECT source, articles.text, checksum, start_offset, end_offset, passages.text, vector FROM articles "
        "JOIN passages ON article_id = articles.id ORDER BY source, start_offset",
    )


def test_a_finding_names_the_article_that_is_damaged(tmp_path: Path, embedder: HashingEmbedder) -> None:
    (tmp_path / "a.txt").write_text("One.")
    (tmp_path / "b.txt").write_text("Two.")
    catalog = open_or_create(tmp_path / "index", embedder, PASSAGE_TOKENS, OVERLAP_TOKENS)
    build(catalog, [tmp_path / "a.txt", tmp_path / "b.txt"], embedder)
    run_sql(catalog.folder, "UPDATE articles SET text = 'Ten.' WHERE source LIKE '%b.txt'")
    before = dump(catalog.folder)
    assert [(finding.kind, finding.where) for finding in examine(catalog)] == [("article", str(tmp_path / "b.txt"))]
    assert dump(catalog.folder) == before
