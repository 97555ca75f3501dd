"""Files into the catalog: only what changed is read, cut and embedded, and it is committed a few hundred passages at a time.

A file is looked at in four steps, each only where the one before cannot tell: its size and times (index/files.py), its bytes'
SHA-256, its articles one by one, and only of those that differ are passages made. A file that is new, and has the bytes of one
that is gone, was moved: its articles get another source and keep everything else.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import accumulate, islice
from pathlib import Path

import numpy as np

from index import files
from index.articles import Article, Unreadable, article_id, read_articles
from index.catalog import Binding, Catalog
from index.embedder import Embedder
from index.files import FileRecord
from index.passages import Passage, cut
from index.rows import Entry
from index.schema import article_row

# Passages embedded and committed together; also the most that a crash costs, but for a single longer article.
COMMIT_PASSAGES = 256
# How many files without passages to make are noted together.
_COMMIT_RECORDS = 1000
# So many articles of a file are compared with the catalog together, or fewer if they are long.
_COMPARED = 256
_COMPARED_CHARACTERS = 2**20

TAKEN_OUT = "was taken out by `remove`; `add` brings it back"


@dataclass(frozen=True)
class Progress:
    """How far a build is: bytes of files of all, and passages embedded so far."""

    bytes_done: int
    bytes_all: int
    passages: int


@dataclass
class Summary:
    """What was done, in paths of files. moved: former and new path. skipped: what could not be read before and has not changed
    since, or what a user took out. unchanged: how many files; passages: how many were made in this run."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    moved: list[tuple[str, str]] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: int = 0
    passages: int = 0
    skipped: list[Unreadable] = field(default_factory=list)
    failed: list[Unreadable] = field(default_factory=list)

    def plus(self, other: Summary) -> Summary:
        """What both did."""
        return Summary(**{each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)})


@dataclass(frozen=True)
class _File:
    """A file to look into. status: None where it cannot be had; known: what is known of it, if anything; columns: as JSON."""

    path: str
    status: os.stat_result | None
    known: FileRecord | None
    columns: str


@dataclass
class _Batch:
    """What the next transaction will hold."""

    catalog: Catalog
    embedder: Embedder
    binding: Binding
    tell: Callable[[int, int], None]
    articles: list[tuple[Article, list[Passage]]] = field(default_factory=list)
    records: list[FileRecord] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)

    def add(self, article: Article) -> None:
        """Cuts an article, and commits when there is enough."""
        passages = cut(
            article,
            self.embedder.count_tokens,
            max_tokens=self.binding.passage_tokens,
            overlap_tokens=self.binding.overlap_tokens,
        )
        self.articles.append((article, passages))
        if sum(len(made) for _, made in self.articles) >= COMMIT_PASSAGES:
            self.commit()

    def commit(self) -> None:
        """Embeds what is waiting and commits it, in one transaction."""
        texts = [passage.text for _, passages in self.articles for passage in passages]
        parts = []
        for first in range(0, len(texts), COMMIT_PASSAGES):
            parts.append(self.embedder.encode(texts[first : first + COMMIT_PASSAGES]))
            self.tell(0, len(parts[-1]))
        rows = np.concatenate(parts) if parts else np.zeros((0, self.binding.dimension), dtype=np.float32)
        starts = accumulate((len(passages) for _, passages in self.articles), initial=0)
        entries = [
            Entry(article, passages, rows[start : start + len(passages)])
            for (article, passages), start in zip(self.articles, starts, strict=False)
        ]
        if entries or self.records or self.gone:
            self.catalog.put(entries, self.records, self.gone)
        for waiting in (self.articles, self.records, self.gone):
            waiting.clear()


def update(
    catalog: Catalog,
    embedder: Embedder,
    found: Sequence[Path],
    *,
    failed: Sequence[Unreadable],
    belongs: Callable[[str], bool],
    columns_of: Callable[[str], str],
    again: bool,
    report: Callable[[Progress], None] | None,
) -> Summary:
    """Makes the catalog hold what these files hold.

    failed: what could not even be looked at; nothing under it is taken out. belongs: whether a known file that was not found
    is to be taken out. columns_of: the names of a table's columns for its path, as JSON. again: read also what could not be
    read before and has not changed since.
    """
    summary = Summary(failed=list(failed))
    with catalog.reading() as connection:
        known, holding = files.records(connection), files.files_of_articles(connection)
        taken_out = files.taken_out(connection)
    there = {str(path) for path in found}
    unread = {unreadable.source for unreadable in failed}

    def left(path: str) -> bool:
        """Whether a known file is not where it was, as far as one can tell."""
        return path not in there and not files.stands_under(path, unread)

    gone = [path for path in dict.fromkeys([*known, *sorted(holding), *taken_out.values()]) if left(path) and belongs(path)]
    done, whole = 0, 0

    def tell(size: int, passages: int) -> None:
        nonlocal done
        done += size
        summary.passages += passages
        if report is not None:
            report(Progress(done, whole, summary.passages))

    looks, sizes = [], {}
    for path in found:
        file = _File(str(path), _status(str(path)), known.get(str(path)), columns_of(str(path)))
        sizes[file.path] = file.status.st_size if file.status else 0
        if _is_settled(file, taken_out, summary, again=again):
            done += sizes[file.path]
        else:
            looks.append(file)
    whole = sum(sizes.values())
    moves = _moves([file for file in looks if file.known is None and file.path not in holding], known, left)
    if moves:
        catalog.move([(former, record) for former, record in moves.items()])
        summary.moved = [(former, record.path) for former, record in moves.items()]
        for record in moves.values():
            tell(sizes[record.path], 0)
    moved = {record.path for record in moves.values()}

    batch = _Batch(catalog, embedder, catalog.binding(), tell)
    for file in looks:
        if file.path in moved:
            continue
        _look_into(file, batch, taken_out, summary, again=again, held=file.path in holding)
        tell(sizes[file.path], 0)
        if len(batch.records) >= _COMMIT_RECORDS:
            batch.commit()
    batch.commit()
    gone = [path for path in gone if path not in moves]
    if gone:
        catalog.remove_files(gone)
    summary.removed = [path for path in gone if path in holding]
    tell(0, 0)
    return summary


def put_read(
    catalog: Catalog,
    embedder: Embedder,
    items: Sequence[Article | Unreadable],
    report: Callable[[Progress], None] | None,
) -> Summary:
    """Puts articles into the catalog that come from no file, in place of those of the same source."""
    summary = Summary(failed=[item for item in items if isinstance(item, Unreadable)])

    def tell(_: int, passages: int) -> None:
        summary.passages += passages
        if report is not None:
            report(Progress(0, 0, summary.passages))

    batch = _Batch(catalog, embedder, catalog.binding(), tell)
    articles = {item.source: item for item in items if isinstance(item, Article)}
    former = catalog.articles(list(articles))
    for source, article in articles.items():
        if source in former and article_row(former[source]) == article_row(article):
            summary.unchanged += 1
            continue
        (summary.changed if source in former else summary.added).append(source)
        batch.add(article)
    batch.commit()
    return summary


def _status(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)  # noqa: PTH116 - for every file of a folder
    except (OSError, ValueError):
        return None


def _is_settled(file: _File, taken_out: Mapping[str, str], summary: Summary, *, again: bool) -> bool:
    """Whether nothing has to be opened to know what to do with a file, which is then counted."""
    if file.path in taken_out:
        summary.skipped.append(Unreadable(file.path, TAKEN_OUT))
        return True
    known = file.known
    if known is None or file.status is None or known.columns != file.columns or known.stamp != files.stamp(file.status):
        return False
    if known.reason is None:
        summary.unchanged += 1
    elif again:
        return False
    else:
        summary.skipped.append(Unreadable(file.path, known.reason))
    return True


def _moves(new: Sequence[_File], known: Mapping[str, FileRecord], left: Callable[[str], bool]) -> dict[str, FileRecord]:
    """By former path, the new files that have the bytes of a file that is gone. left: whether a known file was not found."""
    waiting: dict[tuple[str, str], list[str]] = {}
    for path, record in known.items():
        if record.sha256 is not None and left(path):
            waiting.setdefault((record.sha256, record.columns), []).append(path)
    sizes = {known[path].size for paths in waiting.values() for path in paths}
    moves = {}
    for file in new:
        # By its size first, so that a first build hashes nothing.
        if file.status is None or file.status.st_size not in sizes:
            continue
        hashed = _hashed(file)
        if hashed is None:
            continue
        formers = waiting.get((hashed.sha256 or "", file.columns), [])
        gone = [path for path in formers if path not in moves and not os.path.lexists(path)]
        if gone:
            name = Path(file.path).name
            moves[next((path for path in gone if Path(path).name == name), gone[0])] = hashed
    return moves


def _hashed(file: _File) -> FileRecord | None:
    """What is to be known of a file whose articles are those of its bytes; None where it cannot be read or is being written."""
    now, before = files.now_ns(), _status(file.path)
    sha256 = files.sha256_of(file.path)
    after = _status(file.path)
    if sha256 is None or before is None or after is None or files.stamp(before) != files.stamp(after):
        return None
    return FileRecord(file.path, before.st_size, files.safe_stamp(before, now), sha256, file.columns)


def _look_into(file: _File, batch: _Batch, taken_out: Mapping[str, str], summary: Summary, *, again: bool, held: bool) -> None:
    """Hashes a file that was read before, reads it if it is another, and puts what differs into the batch.

    held: whether the catalog has articles of it.
    """
    known = file.known
    if known is not None and known.sha256 is not None and known.columns == file.columns and not (again and known.reason):
        hashed = _hashed(file)
        if hashed is not None and hashed.sha256 == known.sha256:
            if hashed != replace(known, reason=None):
                batch.records.append(replace(hashed, reason=known.reason))
            summary.unchanged += 1
            return
    now, before = files.now_ns(), _status(file.path)
    taken = _read(file, batch, taken_out)
    sha256 = taken.sha256 or (files.sha256_of(file.path) if taken.articles else None)
    after = _status(file.path)
    summary.failed += taken.problems
    reason = None if taken.articles else taken.problems[0].reason
    if taken.differs:
        (summary.changed if held else summary.added).append(file.path)
    elif taken.articles:
        summary.unchanged += 1
    if before is None or after is None or files.stamp(before) != files.stamp(after):
        # It was written meanwhile: what was read is neither the former nor the latter for sure.
        batch.records.append(FileRecord(file.path, 0, "", None, file.columns, reason))
        return
    if any(problem.fleeting for problem in taken.problems):
        # Neither its times nor its bytes tell that all of it was read.
        batch.records.append(FileRecord(file.path, before.st_size, "", None, file.columns, reason))
        return
    batch.records.append(FileRecord(file.path, before.st_size, files.safe_stamp(before, now), sha256, file.columns, reason))


@dataclass(frozen=True)
class _Taken:
    """What a file gave. articles: how many, with those that a user took out; sha256: of the file, where an article has it."""

    articles: int
    differs: bool
    problems: Sequence[Unreadable]
    sha256: str | None


def _read(file: _File, batch: _Batch, taken_out: Mapping[str, str]) -> _Taken:
    """Reads a file article by article, and puts those into the batch that the catalog does not have just so."""
    items = read_articles(Path(file.path), json.loads(file.columns) or None)
    problems: list[Unreadable] = []
    # By number, since a table may have a million rows.
    seen = set[int]()
    left_out, differs, whole = 0, False, None
    while chunk := list(_chunk(items)):
        problems += [item for item in chunk if isinstance(item, Unreadable)]
        articles = [item for item in chunk if isinstance(item, Article) and item.source not in taken_out]
        left_out += sum(isinstance(item, Article) for item in chunk) - len(articles)
        former = batch.catalog.articles([article.source for article in articles])
        for article in articles:
            number = int(article.id, 16)
            if number in seen:
                problems.append(Unreadable(article.source, "is there twice; the first is kept"))
                continue
            seen.add(number)
            whole = article.sha256 if article.source == file.path else None
            if article.source not in former or article_row(former[article.source]) != article_row(article):
                differs = True
                batch.add(article)
    lost = {unreadable.source for unreadable in problems}
    parts_of_lost = tuple(f"{source}#" for source in lost)
    with batch.catalog.reading() as connection:
        gone = [
            source
            for source in files.sources_of(connection, file.path)
            if int(article_id(source), 16) not in seen and source not in lost and not source.startswith(parts_of_lost)
        ]
    batch.gone += gone
    if not (seen or left_out or problems):
        problems.append(Unreadable(file.path, "holds no article"))
    return _Taken(len(seen) + left_out, differs or bool(gone), problems, whole)


def _chunk(items: Iterator[Article | Unreadable]) -> Iterator[Article | Unreadable]:
    characters = 0
    for item in islice(items, _COMPARED):
        yield item
        characters += len(item.text) if isinstance(item, Article) else 0
        if characters > _COMPARED_CHARACTERS:
            return
