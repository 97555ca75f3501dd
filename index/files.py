"""What the catalog knows of files: what they were when they were last read, and which of them a sync follows.

A file counts as unchanged without being opened if its size, times and inode are what they were, and these times were safely
past when they were recorded; else its bytes are hashed. That is git's rule for "racy" files (git's
Documentation/technical/racy-git.txt): a file written twice within one tick of the clock has the same time twice, and a clock
that is set back can give a time once more. The change time (ctime) is compared too, because a program can set the other one.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import stat
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

# The coarsest clock of a usual file system is that of FAT, which counts two seconds.
SAFE_NS = 2_000_000_000


@dataclass(frozen=True)
class FileRecord:
    """What a file was when it was last looked into.

    stamp: its `stamp`, empty where that could not show a later change. sha256: of its bytes, None where not all of them could
    be read. columns: how the columns of a table were named, as JSON. reason: why it gave no article, a clause, None if it did.
    """

    path: str
    size: int
    stamp: str
    sha256: str | None
    columns: str = "{}"
    reason: str | None = None


def stamp(status: os.stat_result) -> str:
    """What changes when a file does; text, because times and inodes need not fit SQLite's integers."""
    return f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino}"


def safe_stamp(status: os.stat_result, now_ns: int) -> str:
    """The stamp if a change after `now_ns` is sure to give another one, else ""."""
    # Only a program sets a modification time to long hence, and the next write takes it back to the present; a change time
    # to come means that the clock was set back, and it may come to this time once more.
    written_just_now = abs(status.st_mtime_ns - now_ns) <= SAFE_NS
    return "" if written_just_now or status.st_ctime_ns + SAFE_NS >= now_ns else stamp(status)


def now_ns() -> int:
    """The clock that files' times are compared with, in nanoseconds."""
    return time.time_ns()


def sha256_of(path: str) -> str | None:
    """SHA-256 of a file's bytes, None where it cannot be read."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116 - text paths, for speed
            return None
        # Without waiting, since a pipe that takes the file's place in between would never answer.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except (OSError, ValueError):
        return None


def stands_under(path: str, folders: frozenset[str] | set[str]) -> bool:
    """Whether one of these paths is this one, or a folder that it lies in."""
    while path not in folders:
        parent = os.path.dirname(path)  # noqa: PTH120
        if parent == path:
            return False
        path = parent
    return True


def records(connection: sqlite3.Connection) -> dict[str, FileRecord]:
    """What is known of every file, by path."""
    rows = connection.execute("SELECT path, size, stamp, sha256, columns, reason FROM files")
    return {row[0]: FileRecord(*row) for row in rows}


def record(connection: sqlite3.Connection, known: Iterable[FileRecord]) -> None:
    """Keeps what is known of files, in place of what was."""
    connection.executemany("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?)", map(astuple, known))


def files_of_articles(connection: sqlite3.Connection) -> set[str]:
    """The files that articles came from."""
    return {path for (path,) in connection.execute("SELECT DISTINCT file FROM articles")}


def sources_of(connection: sqlite3.Connection, file: str) -> Iterator[str]:
    """The sources of a file's articles."""
    return (source for (source,) in connection.execute("SELECT source FROM articles WHERE file = ?", (file,)))


def roots(connection: sqlite3.Connection) -> dict[str, str]:
    """The files and folders that a sync follows, each with the names of tables' columns in it, as JSON."""
    return dict(connection.execute("SELECT path, columns FROM roots ORDER BY path"))


def set_roots(connection: sqlite3.Connection, wanted: Mapping[str, str]) -> None:
    """Follows just these."""
    connection.execute("DELETE FROM roots")
    connection.executemany("INSERT INTO roots VALUES (?, ?)", wanted.items())


def outermost(roots: Mapping[str, str]) -> dict[str, str]:
    """The roots without those that another one brings along."""
    return {path: columns for path, columns in roots.items() if not _is_brought_along(path, columns, roots)}


def _is_brought_along(path: str, columns: str, roots: Mapping[str, str]) -> bool:
    outer = nearest_root(os.path.dirname(path), roots)  # noqa: PTH120
    if outer in (None, path) or roots[str(outer)] != columns:
        return False
    # Walking through a folder passes over what is hidden and over links.
    inside = Path(path).relative_to(str(outer)).parts
    return not any(part.startswith(".") for part in inside) and not Path(path).is_symlink()


def nearest_root(path: str, known: Mapping[str, str]) -> str | None:
    """The root that is this path, or the innermost one that it lies in; None if there is none."""
    while path not in known:
        parent = os.path.dirname(path)  # noqa: PTH120
        if parent == path:
            return None
        path = parent
    return path


def taken_out(connection: sqlite3.Connection) -> dict[str, str]:
    """The sources that a user removed while their files stayed, each with its file; a sync leaves them out."""
    return dict(connection.execute("SELECT source, file FROM taken_out"))


def take_back(connection: sqlite3.Connection, paths: Sequence[str]) -> None:
    """Lets a sync read again what was taken out of these files."""
    for path in paths:
        connection.execute("DELETE FROM taken_out WHERE file = ?", (path,))
        connection.execute("DELETE FROM files WHERE path = ?", (path,))
