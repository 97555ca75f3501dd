"""Files in, articles out.

What a user points at is not to be trusted: a folder may hold anything. So whatever is wrong with one file becomes an
`Unreadable` that says so, and the rest goes on; only a path that does not exist at all is an exception.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

# Endings, in lower case.
MARKDOWN = frozenset({".md", ".markdown"})
HTML = frozenset({".html", ".htm"})
MAILBOX = ".mbox"
DOCUMENTS = frozenset({".txt", ".pdf", ".docx", ".odt", ".epub", ".rtf", ".eml", MAILBOX, ".mhtml", ".mht"}) | MARKDOWN | HTML
TABLES = frozenset({".csv", ".tsv", ".jsonl", ".parquet"})
ARCHIVES = frozenset({".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz"})
FEEDS = frozenset({".rss", ".atom", ".xml"})
ENDINGS = DOCUMENTS | TABLES | ARCHIVES | FEEDS

# A longer file is hardly an article, and the whole of it would be held in memory several times over.
MAX_MEBIBYTES = 64
# Extracting an article from HTML takes about a second for every megabyte.
MAX_HTML_MEBIBYTES = 16
MAX_TITLE = 200  # code points

_LONG_RUN = re.compile(r"[^\x00-\u02ff]{100,}")


@dataclass(frozen=True)
class Article:
    """A text and where it is from.

    id: the first 16 hexadecimal digits of the SHA-256 of `source`. source: absolute path or URL, with "#" and the part's name
    for a part of a file. text: NFC, lines ended by
    "\\n"; all offsets count its code points. published: ISO 8601 date, or None. author, language (ISO 639-1): as the document
    says, or None. sha256: of the bytes that the article was read from, by which a later build sees whether it changed: the
    whole file, or for a part of one that part. file: absolute path of the file, which is `source` but for parts of a file.
    pages: the offset at which each page starts, empty where the format has no pages. url: the canonical URL that the document
    names, or None; it is never fetched.
    """

    id: str
    source: str
    title: str
    text: str
    published: str | None
    author: str | None
    language: str | None
    sha256: str
    file: str = ""
    pages: tuple[int, ...] = ()
    url: str | None = None


@dataclass(frozen=True)
class Unreadable:
    """A file or folder that gives no article. reason: a clause to be read after its name, as "is empty". fleeting: whether the
    same bytes may give one the next time, as where a disk failed or the machine was busy."""

    source: str
    reason: str
    fleeting: bool = False


def article_id(source: str) -> str:
    """The id of the article that comes from `source` (an absolute path or a URL)."""
    return hashlib.sha256(source.encode()).hexdigest()[:16]


def normalise(text: str) -> str:
    """NFC, lines ended by "\\n", one leading byte order mark removed; nothing else is changed."""
    if not unicodedata.is_normalized("NFC", text):
        # `normalize` takes quadratic time to sort marks, so that a page of them would hang it. Sorting them before by
        # the same rule (stable, by combining class, between starters) leaves its result as it is.
        text = unicodedata.normalize("NFC", _LONG_RUN.sub(_sort_marks, text))
    return text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")


def _sort_marks(run: re.Match[str]) -> str:
    # As numbers: of millions of marks, a list of characters would take gigabytes.
    codes = np.frombuffer(run[0].encode("utf-32-le", "surrogatepass"), dtype="<u4")
    distinct, places = np.unique(codes, return_inverse=True)
    classes = np.array([unicodedata.combining(chr(code)) for code in distinct], dtype=np.uint8)[places]
    # Marks belong to the starter before them, whose class is 0.
    order = np.argsort(np.cumsum(classes == 0) * 256 + classes, kind="stable")
    return codes[order].tobytes().decode("utf-32-le", "surrogatepass")


def find_files(paths: Sequence[Path]) -> tuple[list[Path], list[Unreadable]]:
    """The files that may hold articles, as absolute paths without duplicates, and what is wrong with the others.

    A folder gives the files of a known ending in it and in its sub-folders, sorted; hidden ones and linked folders are
    passed over, and a linked file is taken only if it lies in that same folder. Raises FileNotFoundError for a path that
    does not exist.
    """
    # A dictionary keeps the order and drops what is named twice.
    items = dict.fromkeys(item for path in paths for item in _look_at(path))
    problems = [item for item in items if isinstance(item, Unreadable)]
    return [Path(item) for item in items if isinstance(item, str)], problems


def _look_at(path: Path) -> Iterable[str | Unreadable]:
    source = _absolute(path)
    try:
        mode = Path(source).stat().st_mode
    except (OSError, ValueError) as error:
        missing = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP)
        if isinstance(error, OSError) and error.errno not in missing:
            return [Unreadable(printable(source), _cannot_read(error))]
        raise FileNotFoundError(f"There is no file or folder at {printable(str(path))}.") from error
    if stat.S_ISDIR(mode):
        return _walk(source)
    problem = _problem_of_name(source) or (None if stat.S_ISREG(mode) else "is not a regular file")
    return [source if problem is None else Unreadable(printable(source), problem)]


def _walk(folder: str) -> Iterable[str | Unreadable]:
    root = os.path.realpath(folder)
    items: list[tuple[str, str | Unreadable]] = []
    waiting = [folder]
    while waiting:
        current = waiting.pop()
        try:
            with os.scandir(current) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    elif ending_of(entry.name) in ENDINGS and (item := _look_at_entry(entry, root)) is not None:
                        items.append((entry.path, item))
        except OSError as error:
            items.append((current, Unreadable(printable(current), _cannot_read(error))))
    return [item for _, item in sorted(items, key=lambda pair: Path(pair[0]).parts)]


def _look_at_entry(entry: os.DirEntry[str], root: str) -> str | Unreadable | None:
    problem = _problem_of_name(entry.path)
    try:
        mode = entry.stat().st_mode
    except OSError as error:
        problem = problem or _cannot_read(error)
    else:
        if stat.S_ISDIR(mode):
            return None
        if not stat.S_ISREG(mode):
            problem = problem or "is not a regular file"
        # A folder unpacked from elsewhere must not make Quoth read what lies outside it.
        elif entry.is_symlink() and not Path(os.path.realpath(entry.path)).is_relative_to(root):
            problem = problem or "is a link to a file outside the folder"
    return entry.path if problem is None else Unreadable(printable(entry.path), problem)


def _absolute(path: Path) -> str:
    return os.path.abspath(path)  # noqa: PTH100 - Path.absolute keeps "..", Path.resolve follows links


def _problem_of_name(source: str) -> str | None:
    try:
        source.encode()
    except UnicodeEncodeError:
        return "has a name that is not UTF-8"
    ending = ending_of(source)
    if ending not in ENDINGS:
        shown = f"an unknown ending {ending}" if ending else "no ending"
        return f"has {shown}; known are {', '.join(sorted(ENDINGS))}"
    return None


def ending_of(name: str) -> str:
    """The ending of a file's name, in lower case: the last one, or ".tar.gz" and its like.

    >>> ending_of("/a/B.PDF"), ending_of("a.b.tar.gz"), ending_of(".txt"), ending_of("a")
    ('.pdf', '.tar.gz', '', '')
    """
    stem, ending = os.path.splitext(name.lower())  # noqa: PTH122 - called for every file of a folder
    return f".tar{ending}" if stem.endswith(".tar") and f".tar{ending}" in ARCHIVES else ending


def printable(source: str) -> str:
    """A path as text that can be encoded."""
    return source.encode(errors="backslashreplace").decode()


def _cannot_read(error: OSError | ValueError) -> str:
    return f"cannot be read: {(getattr(error, 'strerror', None) or str(error)).lower()}"


def read_articles(path: Path, columns: Mapping[str, str] | None = None) -> Iterator[Article | Unreadable]:
    """Every article of a file, one after the other, their metadata as the file itself gives them.

    columns: for tables, which column holds what, as {"text": "body", "title": "headline"}. What cannot be read comes as
    `Unreadable`, never as an exception; nothing is fetched from a network.
    """
    source = os.path.abspath(path)  # noqa: PTH100 - as in find_files
    problem = _problem_of_name(source)
    if problem is not None:
        yield Unreadable(printable(source), problem)
        return
    try:
        yield from _read(source, ending_of(source), columns)
    except (OSError, ValueError) as error:
        yield Unreadable(printable(source), _cannot_read(error), fleeting=isinstance(error, OSError))
    except Exception as error:  # whatever a file does to a reader, the next one may be read
        yield Unreadable(printable(source), f"cannot be read ({type(error).__name__})")


def _read(source: str, ending: str, columns: Mapping[str, str] | None) -> Iterator[Article | Unreadable]:
    # Looked at before it is opened, since opening a device may do something.
    if not stat.S_ISREG(Path(source).stat().st_mode):
        yield Unreadable(printable(source), "is not a regular file")
    elif ending in TABLES:
        from index.formats import tables

        yield from tables.read(Path(source), columns)
    elif ending in ARCHIVES:
        from index.formats import archives

        yield from archives.read(Path(source), columns)
    elif ending in FEEDS:
        from index.formats import feeds

        yield from feeds.read(Path(source))
    else:
        yield from _read_document(source, ending)


def _read_document(source: str, ending: str) -> Iterator[Article | Unreadable]:
    from index.formats import max_mebibytes, read_document, read_mailbox

    # Without waiting, since a pipe that takes the file's place in between would never answer.
    descriptor = os.open(source, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb", buffering=2**20) as file:
        if ending == MAILBOX:
            yield from read_mailbox(source, file, source)
            return
        most = max_mebibytes(ending)
        if os.fstat(file.fileno()).st_size > most * 2**20:
            yield Unreadable(printable(source), f"is larger than {most} MiB")
            return
        # Not more, should it grow meanwhile.
        data = file.read(most * 2**20 + 1)
    yield from read_document(source, ending, data, source)


def shorten(title: str) -> str:
    """The title on one line and no longer than MAX_TITLE, cut at a word where it has one."""
    # It may be a line of megabytes, of which the beginning is enough.
    words = " ".join(title.strip()[: 10 * MAX_TITLE].split())
    if len(words) <= MAX_TITLE:
        return words
    head = words[:MAX_TITLE]
    return (head.rsplit(" ", 1)[0] if " " in head else head[:-1]) + "…"
