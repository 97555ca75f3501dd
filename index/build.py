"""Files into an index: read, cut, embed, commit, a few hundred passages at a time, so that a crash costs no more than those."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from index import vectors
from index.articles import Article, Unreadable, find_files, read_article
from index.catalog import FILE_NAME, Binding, Catalog, Entry, change_number
from index.embedder import Embedder
from index.errors import QuothError
from index.passages import Passage, cut

# Passages embedded and committed together; also the most that a crash costs, but for a single longer article.
COMMIT_PASSAGES = 256


@dataclass(frozen=True)
class Progress:
    """How far a build is: bytes of files read of all, and passages embedded so far."""

    bytes_done: int
    bytes_all: int
    passages: int


@dataclass
class Summary:
    """What a build did, in sources; passages counts those made in this run."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: int = 0
    passages: int = 0
    failed: list[Unreadable] = field(default_factory=list)


def open_or_create(
    folder: Path, embedder: Embedder, passage_tokens: int, overlap_tokens: int, *, fresh: bool = False
) -> Catalog:
    """The catalog to write to, made with these settings.

    fresh: delete an index that is there. Raises BindingError where it was made with others, NoUsableIndexError where it
    cannot be opened, QuothError where passages would be longer than the embedder reads.
    """
    if passage_tokens > embedder.max_tokens:
        raise QuothError(
            f"Passages of {passage_tokens} tokens are longer than the {embedder.max_tokens} that {embedder.name} reads; "
            f"set QUOTH_PASSAGE_TOKENS to {embedder.max_tokens} at most."
        )
    if fresh:
        delete_index(folder)
    if not _has_content(folder / FILE_NAME):
        return Catalog.create(
            folder, Binding(embedder.name, embedder.sha256, embedder.dimension, passage_tokens, overlap_tokens)
        )
    catalog = Catalog.open(folder)
    catalog.check_embedder(embedder.name, embedder.sha256)
    catalog.check_passages(passage_tokens, overlap_tokens)
    return catalog


def delete_index(folder: Path) -> None:
    """Deletes the files of an index, and nothing else that lies in its folder."""
    names = [vectors.ABOUT_NAME, vectors.FILE_NAME, FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-shm"]
    for name in names:
        (folder / name).unlink(missing_ok=True)


def build(
    catalog: Catalog,
    paths: Sequence[Path],
    embedder: Embedder,
    *,
    only_add: bool = False,
    report: Callable[[Progress], None] | None = None,
) -> Summary:
    """Makes the index hold just the articles under these paths; with `only_add` it keeps all others too.

    Articles whose file has not changed are left as they are, and so is one whose file cannot be read any more: it is
    reported, and goes only when its file does. Raises FileNotFoundError for a path that is not there, before any change.
    """
    files, failed = find_files(paths)
    summary = Summary(failed=list(failed))
    binding, known = catalog.binding(), catalog.hashes()
    sizes = [_size(path) for path in files]
    bytes_done, found = 0, set[str]()
    batch: list[tuple[Article, list[Passage]]] = []

    def tell() -> None:
        if report is not None:
            report(Progress(bytes_done, sum(sizes), summary.passages))

    def commit() -> None:
        texts = [passage.text for _, passages in batch for passage in passages]
        parts = []
        for first in range(0, len(texts), COMMIT_PASSAGES):
            parts.append(embedder.encode(texts[first : first + COMMIT_PASSAGES]))
            summary.passages += len(parts[-1])
            tell()
        rows = np.concatenate(parts) if parts else embedder.encode([])
        entries, row = [], 0
        for article, passages in batch:
            entries.append(Entry(article, passages, rows[row : row + len(passages)]))
            row += len(passages)
        if entries:
            catalog.put(entries)
        batch.clear()

    with _saved_vectors(catalog, binding.dimension):
        for path, size in zip(files, sizes, strict=True):
            article = read_article(path)
            bytes_done += size
            if isinstance(article, Unreadable):
                summary.failed.append(article)
                continue
            found.add(article.source)
            if known.get(article.source) == article.sha256:
                summary.unchanged += 1
                continue
            passages = cut(
                article,
                embedder.count_tokens,
                max_tokens=binding.passage_tokens,
                overlap_tokens=binding.overlap_tokens,
            )
            batch.append((article, passages))
            (summary.changed if article.source in known else summary.added).append(article.source)
            if sum(len(made) for _, made in batch) >= COMMIT_PASSAGES:
                commit()
        commit()
        tell()
        if not only_add:
            kept = [unreadable.source for unreadable in summary.failed]
            gone = [source for source in known if source not in found and not _stands_under(source, kept)]
            if gone:
                catalog.remove(gone)
            summary.removed = gone
    return summary


def remove(catalog: Catalog, paths: Sequence[str]) -> list[str]:
    """Takes out the articles of these sources, or under these folders; returns their sources.

    Raises QuothError, and takes nothing out, where one of them names no article.
    """
    known = list(catalog.hashes())
    chosen: list[str] = []
    for path in paths:
        wanted = [path, str(Path(path).absolute())]
        matching = [source for source in known if _stands_under(source, wanted)]
        if not matching:
            raise QuothError(f"No article in the index is, or lies under, {path}; see: python -m index list")
        chosen += [source for source in matching if source not in chosen]
    with _saved_vectors(catalog, catalog.binding().dimension):
        catalog.remove(chosen)
    return chosen


@contextmanager
def _saved_vectors(catalog: Catalog, dimension: int) -> Iterator[None]:
    """Brings the FAISS file up to what is committed, also when the work inside is interrupted."""
    try:
        yield
    finally:
        with catalog.reading() as connection:
            change = change_number(connection)
            if vectors.load(catalog.folder, change) is None:
                vectors.save(vectors.from_catalog(connection, dimension), catalog.folder)


def _stands_under(source: str, paths: Sequence[str]) -> bool:
    return any(source == path or source.startswith(path.rstrip("/") + "/") for path in paths)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _has_content(path: Path) -> bool:
    """Whether a catalog was ever committed there; a build killed while it made one leaves an empty file or none."""
    import sqlite3

    if not path.is_file():
        return False
    try:
        connection = sqlite3.connect(path)
        try:
            return bool(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
        finally:
            connection.close()
    except sqlite3.DatabaseError:
        return True
