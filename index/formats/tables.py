"""Tables of articles, one a row: CSV, TSV, JSON lines and Parquet, read as a stream and never held whole."""

from __future__ import annotations

import codecs
import csv
import io
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from index.articles import Article, Unreadable
from index.formats import parquet
from index.formats.document import UnusableError
from index.formats.parts import MAX_CHARACTERS, article_of, name_few, part_source
from index.formats.text import detect
from index.settings import FIELDS

# What columns are usually called, without case, spaces and punctuation; of several in a table the first here is taken.
USUAL_NAMES: Mapping[str, Sequence[str]] = {
    "text": "text body content contents article articletext articlebody fulltext maintext story document".split(),
    "title": "title headline heading subject".split(),
    "published": "published publishedat datepublished publicationdate publisheddate publishdate pubdate date datetime "
    "timestamp created createdat".split(),
    "author": "author authors byline creator writer".split(),
    "language": "language lang".split(),
    "url": "url link canonicalurl sourceurl permalink".split(),
    "id": "id guid uuid docid documentid articleid".split(),
}

_SAMPLE = 2**18  # bytes from which encoding and delimiter are told
_MAX_HEADER = 2**16  # code points
_MAX_LINE = 64 * 2**20  # code points; past this the rest of a file is no table of articles
_MAX_SHOWN = 20  # columns named in a reason
_PUNCTUATION = re.compile(r"[\W_]+")

# Which column holds what, of the columns that there are.
_Choose = Callable[[Sequence[str]], dict[str, str]]
# A row by FIELDS, or why it cannot be read.
_Row = dict[str, str] | str


class _RowError(Exception):
    """Why a row cannot be read; its text is the reason."""


def read(path: Path, columns: Mapping[str, str] | None = None) -> Iterator[Article | Unreadable]:
    """The articles of a table, one a row, read as they are asked for.

    columns: which column holds what, by the names in FIELDS, as {"text": "body", "title": "headline"}; what it leaves out is
    told by the columns' usual names. The source of a row is the path with its "id", or else "url", or else its number.

    Raises OSError.
    """
    source = os.path.abspath(path)  # noqa: PTH100 - Path.absolute keeps ".."
    with open(source, "rb") as stream:  # noqa: PTH123 - a path of any form
        yield from read_stream(source, Path(source).suffix.lower(), stream, source, columns)


def read_stream(
    source: str, ending: str, stream: BinaryIO, file: str, columns: Mapping[str, str] | None = None
) -> Iterator[Article | Unreadable]:
    """As `read`, of a table that lies in `file` under the name `source`. Raises only what reading the stream raises.

    A Parquet table comes in a BytesIO, or else is the file itself.
    """

    def choose(names: Sequence[str]) -> dict[str, str]:
        # A row of JSON may leave out what it has no value for.
        may_miss = ending == ".jsonl"
        given = {field: name for field, name in (columns or {}).items() if not may_miss or field == "text" or name in names}
        return _choose(names, given)

    def items() -> Iterator[Article | Unreadable]:
        number = 0
        try:
            for number, row in enumerate(_rows(ending, stream, file, choose), 1):
                if isinstance(row, str):
                    yield Unreadable(f"{source}#{number}", row)
                else:
                    identity = row.get("id") or row.get("url") or ""
                    yield article_of(part_source(source, identity, number), file, row)
        except UnusableError as error:
            after = f" (after row {number:,})" if number else ""
            yield Unreadable(source, f"{error}{after}")
            return
        if not number:
            yield Unreadable(source, "is empty")

    return name_few(items(), source, "rows")


def _rows(ending: str, stream: BinaryIO, file: str, choose: _Choose) -> Iterator[_Row]:
    if ending == ".parquet":
        yield from parquet.rows(stream if isinstance(stream, io.BytesIO) else file, choose, MAX_CHARACTERS)
        return
    with io.BufferedReader(cast(io.RawIOBase, stream), _SAMPLE) as buffered:
        sample = buffered.peek()
        encoding = _encoding(sample)
        newline = "" if ending in {".csv", ".tsv"} else "\n"
        # A row that does not fit the encoding is reported as such; the others are read.
        with io.TextIOWrapper(buffered, encoding, "surrogateescape", newline) as text:
            try:
                if ending == ".jsonl":
                    yield from _json_rows(text, choose)
                else:
                    yield from _csv_rows(text, ending, sample.decode(encoding, "replace"), choose)
            except UnicodeDecodeError as error:
                # An encoding of several bytes a character has places where no byte can be passed over.
                raise UnusableError(f"is not {encoding.upper()} text to its end") from error


def _encoding(sample: bytes) -> str:
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in sample.split(b"\n", 1)[0]:
        raise UnusableError("is binary (holds NUL characters)")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        # A few bad bytes among many good ones are damage, and no other encoding.
        text = sample.decode("utf-8", "replace")
        if 2 * text.count("\ufffd") > sum(character > "\x7f" for character in text):
            return detect(sample[: 2**16]) or "utf-8"
    return "utf-8-sig"


def _csv_rows(text: IO[str], ending: str, sample: str, choose: _Choose) -> Iterator[_Row]:
    # The limit is one for the whole process.
    csv.field_size_limit(max(csv.field_size_limit(), MAX_CHARACTERS))
    dialect: dict[str, Any] = {"delimiter": "\t" if ending == ".tsv" else _delimiter(sample, choose), "strict": True}
    if ending == ".tsv" and not _is_quoted(sample, dialect):
        dialect |= {"quoting": csv.QUOTE_NONE}
    next_line, start_row = _bounded_lines(text)
    # A call, unlike a generator, can be read on after it raised.
    rows = csv.reader(iter(next_line, ""), **dialect)
    header: list[str] = []
    chosen: dict[str, int] = {}
    while True:
        start_row()
        try:
            row = next(rows)
        except StopIteration:
            return
        except (csv.Error, _RowError) as error:
            if not header:
                raise UnusableError(f"has a first line that holds no names of columns ({error})") from error
            yield f"cannot be read as a row ({error})"
            continue
        if not any(row):
            continue
        if not header:
            header = [name.strip() for name in row]
            chosen = {field: header.index(name) for field, name in choose(header).items()}
        elif len(row) > len(header) and any(row[len(header) :]):
            yield f"has {len(row):,} values for {len(header):,} columns"
        else:
            yield {field: row[place] for field, place in chosen.items() if place < len(row)}


def _delimiter(sample: str, choose: _Choose) -> str:
    """What parts the first line into most known columns, or else into most columns."""
    line = re.split(r"[\r\n]", sample.lstrip("\ufeff"), maxsplit=1)[0][:_MAX_HEADER]

    def fit(delimiter: str) -> tuple[int, int]:
        names = next(csv.reader([line], delimiter=delimiter), [])
        try:
            return len(choose(names)), len(names)
        except UnusableError:
            return 0, len(names)

    return max(",;\t|", key=fit)


def _is_quoted(sample: str, dialect: Mapping[str, Any]) -> bool:
    """Whether quotation marks around a value belong to the format, as they do not in every TSV."""
    lines = list(io.StringIO(sample, newline=""))
    rows = csv.reader(lines, **dialect)
    try:
        for _ in rows:
            pass
    except csv.Error:
        # Where the sample is cut, a value may be cut as well.
        return rows.line_num == len(lines) and len(sample) >= _SAMPLE // 4
    return True


def _json_rows(text: IO[str], choose: _Choose) -> Iterator[_Row]:
    next_line, start_row = _bounded_lines(text)
    names: tuple[str, ...] | None = None
    chosen: dict[str, str] = {}
    while True:
        start_row()
        try:
            line = next_line()
        except _RowError as error:
            yield str(error)
            continue
        if not line:
            return
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict):
            yield "is not a JSON object"
            continue
        if tuple(row) != names:
            try:
                chosen = choose(tuple(row))
            except UnusableError:
                # What the first row does not hold is hardly in the others.
                if names is None:
                    raise
                chosen = {}
            names = tuple(row)
        yield {field: _words(row[name], "\n\n" if field == "text" else ", ") for field, name in chosen.items()}


def _words(value: object, between: str) -> str:
    if isinstance(value, list):
        return between.join(item for item in value if isinstance(item, str))
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _bounded_lines(text: IO[str]) -> tuple[Callable[[], str], Callable[[], None]]:
    """A function that gives the next line, "" at the end, and one to be called before each row.

    The first raises _RowError where a row gets longer than MAX_CHARACTERS, when the line has been passed over.
    """
    used = 0

    def start_row() -> None:
        nonlocal used
        used = 0

    def next_line() -> str:
        nonlocal used
        line = text.readline(MAX_CHARACTERS - used + 1)
        used += len(line)
        if used <= MAX_CHARACTERS:
            return line
        passed = 0
        while line and line[-1] not in "\r\n":
            line = text.readline(2**20)
            passed += len(line)
            if passed > _MAX_LINE:
                raise UnusableError(f"holds a line of more than {_MAX_LINE:,} characters")
        raise _RowError(f"is longer than {MAX_CHARACTERS:,} characters")

    return next_line, start_row


def _choose(names: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    """The column of each field that is given or has a usual name. Raises UnusableError where there is none for the text."""
    shown = ", ".join(map(_shown, names[:_MAX_SHOWN])) + ", …" * (len(names) > _MAX_SHOWN)
    for name in given.values():
        if name not in names:
            raise UnusableError(f"has no column {_shown(name)}; its columns are {shown}")
    chosen = {field: name for field, name in given.items() if field in FIELDS}
    usual: dict[str, str] = {}
    for name in names:
        if name not in given.values():
            usual.setdefault(_PUNCTUATION.sub("", name.lower()), name)
    for field, known in USUAL_NAMES.items():
        if field not in chosen and (found := next((usual[name] for name in known if name in usual), None)) is not None:
            chosen[field] = found
    if "text" not in chosen:
        raise UnusableError(f"has no column known to hold the text; its columns are {shown}: name it, as --columns text=NAME")
    return chosen


def _shown(name: str) -> str:
    return " ".join(name[:60].encode(errors="backslashreplace").decode().split()) or "(no name)"
