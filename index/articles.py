"""Files in, articles out.

What a user points at is not to be trusted: a folder may hold anything. So whatever is wrong with one file becomes an
`Unreadable` that says so, and the rest goes on; only a path that does not exist at all is an exception.
"""

from __future__ import annotations

import codecs
import errno
import hashlib
import itertools
import logging
import os
import re
import stat
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

MARKDOWN = frozenset({".md", ".markdown"})
HTML = frozenset({".html", ".htm"})
ENDINGS = frozenset({".txt"}) | MARKDOWN | HTML

# A longer file is hardly an article, and the whole of it would be held in memory several times over.
MAX_MEBIBYTES = 64
# Extracting an article from HTML takes about a second for every megabyte.
MAX_HTML_MEBIBYTES = 16
MAX_TITLE = 200  # code points

_LONG_RUN = re.compile(r"[^\x00-\u02ff]{100,}")
_ATX_HEADING = re.compile(r" {0,3}#{1,6}[ \t]")
_SETEXT_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)\s*")
# Only the encodings that pages really use: Python knows others that take quadratic time or are not encodings of text.
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s{0,9}=\s{0,9}[\"']?([a-z0-9_-]{1,40})", re.IGNORECASE)
_WEB_ENCODINGS = re.compile(r"(?:windows-|cp|iso-8859-|koi8|gb|big5|euc-|shift_jis)")


@dataclass(frozen=True)
class Article:
    """A text and where it is from.

    id: the first 16 hexadecimal digits of the SHA-256 of `source`. source: absolute path or URL. text: NFC, lines ended by
    "\\n"; all offsets count its code points. published: ISO 8601 date, or None. author, language (ISO 639-1): as the document
    says, or None. sha256: of the file's bytes, by which a later build sees whether it changed.
    """

    id: str
    source: str
    title: str
    text: str
    published: str | None
    author: str | None
    language: str | None
    sha256: str


@dataclass(frozen=True)
class Unreadable:
    """A file or folder that gives no article. reason: a clause to be read after its name, as "is empty"."""

    source: str
    reason: str


class _UnusableError(Exception):
    """Why a file gives no article; its text is the reason."""


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
    runs = itertools.groupby(run[0], key=lambda character: unicodedata.combining(character) > 0)
    return "".join("".join(sorted(part, key=unicodedata.combining) if marks else part) for marks, part in runs)


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
            return [Unreadable(_printable(source), _cannot_open(error))]
        raise FileNotFoundError(f"There is no file or folder at {_printable(str(path))}.") from error
    if stat.S_ISDIR(mode):
        return _walk(source)
    problem = _problem_of_name(source) or (None if stat.S_ISREG(mode) else "is not a regular file")
    return [source if problem is None else Unreadable(_printable(source), problem)]


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
                    elif _ending(entry.name) in ENDINGS and (item := _look_at_entry(entry, root)) is not None:
                        items.append((entry.path, item))
        except OSError as error:
            items.append((current, Unreadable(_printable(current), _cannot_open(error))))
    return [item for _, item in sorted(items, key=lambda pair: Path(pair[0]).parts)]


def _look_at_entry(entry: os.DirEntry[str], root: str) -> str | Unreadable | None:
    problem = _problem_of_name(entry.path)
    try:
        mode = entry.stat().st_mode
    except OSError as error:
        problem = problem or _cannot_open(error)
    else:
        if stat.S_ISDIR(mode):
            return None
        if not stat.S_ISREG(mode):
            problem = problem or "is not a regular file"
        # A folder unpacked from elsewhere must not make Quoth read what lies outside it.
        elif entry.is_symlink() and not Path(os.path.realpath(entry.path)).is_relative_to(root):
            problem = problem or "is a link to a file outside the folder"
    return entry.path if problem is None else Unreadable(_printable(entry.path), problem)


def _absolute(path: Path) -> str:
    return os.path.abspath(path)  # noqa: PTH100 - Path.absolute keeps "..", Path.resolve follows links


def _problem_of_name(source: str) -> str | None:
    try:
        source.encode()
    except UnicodeEncodeError:
        return "has a name that is not UTF-8"
    ending = _ending(source)
    if ending not in ENDINGS:
        shown = f"an unknown ending {ending}" if ending else "no ending"
        return f"has {shown}; known are {', '.join(sorted(ENDINGS))}"
    return None


def _ending(name: str) -> str:
    return os.path.splitext(name)[1].lower()  # noqa: PTH122 - called for every file of a folder


def _printable(source: str) -> str:
    return source.encode(errors="backslashreplace").decode()


def _cannot_open(error: OSError | ValueError) -> str:
    return f"cannot be opened: {(getattr(error, 'strerror', None) or str(error)).lower()}"


def read_article(path: Path) -> Article | Unreadable:
    """The article in a file, its metadata as the file itself gives them; nothing is fetched from a network."""
    source = _absolute(path)
    ending = _ending(source)
    published = author = language = None
    try:
        if problem := _problem_of_name(source):
            raise _UnusableError(problem)
        data = _read(source, MAX_HTML_MEBIBYTES if ending in HTML else MAX_MEBIBYTES)
        if ending in HTML:
            title, text, published, author, language = _extract(_decode_html(data))
        else:
            text = normalise(_decode(data))
            title = (_markdown_title(text) if ending in MARKDOWN else None) or ""
        if not text.strip():
            raise _UnusableError("is empty")
        title = _shorten(normalise(title)) or _shorten(text.lstrip().split("\n", 1)[0]) or Path(source).stem
        "".join(part or "" for part in (text, title, published, author, language)).encode()
    except _UnusableError as error:
        return Unreadable(_printable(source), str(error))
    except UnicodeEncodeError:
        return Unreadable(_printable(source), "holds characters that are no Unicode text")
    return Article(article_id(source), source, title, text, published, author, language, hashlib.sha256(data).hexdigest())


def _read(source: str, mebibytes: int) -> bytes:
    try:
        # Looked at before it is opened, since opening a device may do something; without waiting, since a pipe that
        # takes the file's place in between would never answer.
        if not stat.S_ISREG(Path(source).stat().st_mode):
            raise _UnusableError("is not a regular file")
        descriptor = os.open(source, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(descriptor, "rb") as file:
            data = file.read(mebibytes * 2**20 + 1)
    except (OSError, ValueError) as error:
        raise _UnusableError(_cannot_open(error)) from error
    if len(data) > mebibytes * 2**20:
        raise _UnusableError(f"is larger than {mebibytes} MiB")
    return data


def _decode(data: bytes) -> str:
    name = "UTF-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "UTF-8"
    try:
        # Pictures and programs are no UTF-8 either, but that they are binary is the plainer reason.
        text = "\0" if name == "UTF-8" and b"\0" in data else data.decode(name)
    except UnicodeDecodeError as error:
        place = f"byte 0x{data[error.start]:02x} at offset {error.start}"
        raise _UnusableError(f"is not {name} text ({place})") from error
    if "\0" in text:
        raise _UnusableError("is binary (holds NUL characters)")
    return text


def _decode_html(data: bytes) -> str:
    """As `_decode`, and by the encoding that the page declares or seems to have."""
    try:
        return _decode(data)
    except _UnusableError:
        if b"\0" in data:
            raise
        from trafilatura.utils import detect_encoding

        encoding = declared[1].decode().lower() if (declared := _CHARSET.search(data, 0, 4096)) else ""
        # What calls itself Latin-1 on the web is Windows-1252, as the HTML standard says.
        encoding = "cp1252" if encoding in ("iso-8859-1", "latin1", "us-ascii") else encoding
        for guess in [encoding] * bool(_WEB_ENCODINGS.match(encoding)) + detect_encoding(data):
            try:
                return data.decode(guess)
            except (UnicodeDecodeError, LookupError):
                continue
        raise


def _extract(html: str) -> tuple[str, str, str | None, str | None, str | None]:
    """Title, text, date, author and language of a page."""
    if not html.strip("\ufeff \t\r\n"):
        raise _UnusableError("is empty")
    from trafilatura import bare_extraction  # takes a second to import, and most corpora hold no HTML

    # It logs what it cannot read, which is said here by exception.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    # The extensive search takes any number in the page that looks like a date.
    dates = {"original_date": True, "extensive_search": False}
    try:
        page = bare_extraction(html, with_metadata=True, include_comments=False, date_extraction_params=dates)
    except Exception as error:  # a parser given garbage may raise anything, which is no reason to stop a build
        raise _UnusableError(f"cannot be read as HTML ({type(error).__name__})") from error
    if page is None or isinstance(page, dict) or not (page.text or "").strip():
        raise _UnusableError("holds no article text (HTML)")
    return page.title or "", normalise(page.text or ""), page.date or None, page.author or None, page.language or None


def _markdown_title(text: str) -> str | None:
    """The first heading, outside of front matter and fenced code; None if there is none."""
    lines = text.split("\n")
    hidden_until = "---" if lines[0].rstrip() == "---" else ""
    for number, line in enumerate(lines[1:] if hidden_until else lines, 1 if hidden_until else 0):
        stripped = line.strip()
        if hidden_until:
            hidden_until = "" if stripped.startswith(hidden_until) else hidden_until
        elif stripped.startswith(("```", "~~~")):
            hidden_until = stripped[:3]
        elif _ATX_HEADING.match(line) and stripped.strip("# \t"):
            return stripped.strip("# \t")
        elif stripped and number + 1 < len(lines) and _SETEXT_UNDERLINE.fullmatch(lines[number + 1]):
            return stripped
    return None


def _shorten(title: str) -> str:
    """The title on one line and no longer than MAX_TITLE, cut at a word where it has one."""
    # It may be a line of megabytes, of which the beginning is enough.
    words = " ".join(title.strip()[: 10 * MAX_TITLE].split())
    if len(words) <= MAX_TITLE:
        return words
    head = words[:MAX_TITLE]
    return (head.rsplit(" ", 1)[0] if " " in head else head[:-1]) + "…"
