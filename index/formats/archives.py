"""ZIP and tar archives: the documents and tables in them, read in memory within bounds and never unpacked to a disk."""

from __future__ import annotations

import errno
import io
import os
import re
import stat
import tarfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, BinaryIO, cast

from index.articles import ARCHIVES, ENDINGS, FEEDS, TABLES, Article, Unreadable, ending_of, printable
from index.formats import feeds, read_document, tables
from index.formats.document import UnusableError
from index.formats.parts import name_few
from index.formats.tape import Content, Tape, unpacked

# Files and rows: so many, or one for so many bytes of the archive, as packed texts are no shorter.
MAX_MEMBERS, BYTES_TO_A_MEMBER = 100_000, 20
MAX_MEMBER_MEBIBYTES = 64  # of one that is not a table, which is read as a stream
MAX_DEPTH = 2  # archives in archives
# What may be unpacked: so many times the size of the archive, but in any case the less and never more than the greater.
MAX_RATIO = 100
LEAST_MEBIBYTES, MOST_MEBIBYTES = 64, 4096
# zipfile reads all of it at once.
MAX_DIRECTORY = 8 * 2**20  # bytes of a ZIP's list of members
MAX_HEADER_SECONDS = 30.0  # for all of them: some versions of tarfile take quadratic time for one

_PIECE = 2**16


@dataclass
class _Budget:
    """What may still be unpacked from an archive and those in it."""

    most: int  # bytes
    left: int  # bytes
    members: int

    def take(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise _BombError(f"unpacks to more than {self.most // 2**20:,} MiB; the rest is not read")

    def take_member(self) -> None:
        self.members -= 1
        if self.members < 0:
            raise _BombError("holds too many files and rows for its size; the rest is not read")


class _BombError(Exception):
    """Why no more of an archive, nor of the one around it, is read; its text is the reason."""


@dataclass(frozen=True)
class _Member:
    """problem: why it cannot be read, or None."""

    name: str
    problem: str | None
    open: Callable[[], BinaryIO]


def read(path: Path, columns: Mapping[str, str] | None = None) -> Iterator[Article | Unreadable]:
    """The articles of an archive, their sources the path with the name in it: "/a.zip#b/c.txt".

    Files of unknown ending and hidden ones are passed over, as in folders. columns: see index.formats.tables.read. Raises
    OSError.
    """
    source = os.path.abspath(path)  # noqa: PTH100 - Path.absolute keeps ".."
    try:
        with open(source, "rb") as stream:  # noqa: PTH123 - a path of any form
            size = os.fstat(stream.fileno()).st_size
            most = min(max(MAX_RATIO * size, LEAST_MEBIBYTES * 2**20), MOST_MEBIBYTES * 2**20)
            budget = _Budget(most, most, max(MAX_MEMBERS, size // BYTES_TO_A_MEMBER))
            yield from name_few(_articles(source, stream, source, columns, budget, MAX_DEPTH), source, "files")
    except _BombError as error:
        yield Unreadable(printable(source), str(error))


def _articles(
    source: str, stream: BinaryIO, file: str, columns: Mapping[str, str] | None, budget: _Budget, depth: int
) -> Iterator[Article | Unreadable]:
    members = (_zip_members if source.lower().endswith(".zip") else _tar_members)(stream, budget)
    try:
        for member in members:
            budget.take_member()
            name = member.name.replace("\\", "/")
            ending = ending_of(name)
            places = [place for place in name.split("/") if place not in {"", "."}]
            if ending not in ENDINGS or any(place.startswith(".") and place != ".." for place in places):
                continue
            part = printable(f"{source}#{'/'.join(places)}")
            problem = member.problem or _problem_of_name(name)
            if problem is not None:
                yield Unreadable(part, problem)
                continue
            try:
                for number, item in enumerate(_read_member(part, ending, member, file, columns, budget, depth)):
                    if number:
                        budget.take_member()
                    yield item
            except UnusableError as error:
                yield Unreadable(part, str(error), error.fleeting)
            except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
                yield Unreadable(part, f"is damaged ({type(error).__name__})")
    except _BombError:
        raise
    except Exception as error:  # a parser given garbage may raise anything, which is no reason to stop a build
        # zipfile says of a file that the disk does not give that it is no ZIP. What damage raises has no number, or that of a
        # place before the beginning.
        cause = error if isinstance(error, OSError) else error.__context__
        if isinstance(cause, OSError) and cause.errno not in {None, errno.EINVAL}:
            raise cause from None
        known_reason = str(error) if isinstance(error, UnusableError) else f"is damaged ({type(error).__name__})"
        yield Unreadable(source, known_reason, isinstance(error, UnusableError) and error.fleeting)


def _read_member(
    part: str, ending: str, member: _Member, file: str, columns: Mapping[str, str] | None, budget: _Budget, depth: int
) -> Iterator[Article | Unreadable]:
    if ending in ARCHIVES and depth == 0:
        raise UnusableError("lies in an archive in an archive in an archive")
    with member.open() as stream:
        if ending in TABLES and ending != ".parquet":
            yield from tables.read_stream(part, ending, stream, file, columns)
            return
        data = _read_whole(stream)
    if ending in ARCHIVES:
        yield from _articles(part, io.BytesIO(data), file, columns, budget, depth - 1)
    elif ending in TABLES:
        yield from tables.read_stream(part, ending, io.BytesIO(data), file, columns)
    elif ending in FEEDS:
        yield from feeds.read_data(part, data, file)
    else:
        yield from read_document(part, ending, data, file)


def _read_whole(stream: BinaryIO) -> bytes:
    pieces, size = [], 0
    while piece := stream.read(_PIECE):
        pieces.append(piece)
        size += len(piece)
        if size > MAX_MEMBER_MEBIBYTES * 2**20:
            raise UnusableError(f"is larger than {MAX_MEMBER_MEBIBYTES} MiB")
    return b"".join(pieces)


def _problem_of_name(name: str) -> str | None:
    if name.startswith("/") or ".." in name.split("/") or re.match(r"[A-Za-z]:", name):
        return "has a name that leads out of the archive"
    try:
        name.encode()
    except UnicodeEncodeError:
        return "has a name that is not UTF-8"
    return None


def _zip_members(stream: BinaryIO, budget: _Budget) -> Iterator[_Member]:
    def opened(member: zipfile.ZipInfo) -> BinaryIO:
        def read(size: int) -> bytes:
            data = content.read(size)
            budget.take(len(data))
            return data

        content = archive.open(member)
        return cast(BinaryIO, Content(read, member.file_size))

    with _ZipFile(cast(io.RawIOBase, stream)) as file, zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            kind = stat.S_IFMT(member.external_attr >> 16)
            problem = None
            if stat.S_ISLNK(kind):
                problem = "is a link"
            elif kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
                problem = "is not a regular file"
            elif member.flag_bits & 1:
                problem = "is encrypted"
            elif member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                # zipfile unpacks a block of the others whole, however much that is.
                problem = "is packed by another method than deflation"
            if not member.is_dir():
                yield _Member(member.filename, problem, partial(opened, member))


class _ZipFile(io.BufferedReader):
    """A file from which zipfile reads the list of members only if it is short enough to be held."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > MAX_DIRECTORY:
            raise UnusableError(f"lists its files in more than {MAX_DIRECTORY // 2**20} MiB")
        return super().read(MAX_DIRECTORY if size is None or size < 0 else size)


def _tar_members(stream: BinaryIO, budget: _Budget) -> Iterator[_Member]:
    def opened(member: tarfile.TarInfo) -> BinaryIO:
        tape.seek(member.offset_data)
        return cast(BinaryIO, Content(tape.read, member.size))

    tape = Tape(unpacked(stream), budget.take)
    tape.start_header()
    archive = tarfile.TarFile(fileobj=cast(IO[bytes], tape))
    seconds = 0.0
    while True:
        start = time.monotonic()
        member = archive.next()
        seconds += time.monotonic() - start
        if member is None:
            return
        # It would keep every member that was.
        archive.members = []  # type: ignore[attr-defined]
        tape.start_content()
        if seconds > MAX_HEADER_SECONDS:
            raise UnusableError(f"takes longer than {MAX_HEADER_SECONDS:.0f} s to list", fleeting=True)
        problem = None
        if member.issym() or member.islnk():
            problem = "is a link"
        elif not member.isreg():
            problem = "is not a regular file"
        elif member.issparse():
            problem = "is stored without the zeros in it"
        if not member.isdir():
            yield _Member(member.name, problem, partial(opened, member))
        tape.start_header()
