"""Parquet, read by DuckDB in a process of its own (index/formats/parquet_rows.py)."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, BinaryIO

from index.formats.document import UnusableError

MEBIBYTES = 1024  # of memory, all libraries included
# A column that repeats itself packs into nothing: no more rows are read than these, or one for so many bytes of the file.
MAX_ROWS, BYTES_TO_A_ROW = 100_000, 20


def rows(table: str | BinaryIO, choose: Callable[[Sequence[str]], dict[str, str]], most: int) -> Iterator[dict[str, str]]:
    """The rows of a file, or of a stream that holds one, with the columns that `choose` gives for the names of all.

    most: code points of a value; of a longer one the beginning is given, of one more than these. Raises UnusableError.
    """
    if importlib.util.find_spec("duckdb") is None:
        raise UnusableError("is a Parquet file, which only the package duckdb reads: pip install duckdb")
    program = str(Path(__file__).with_name("parquet_rows.py"))
    command = [sys.executable, "-I", program, table if isinstance(table, str) else "-", str(most), str(MEBIBYTES)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)  # noqa: S603
    try:
        to, answers = process.stdin, process.stdout
        if to is None or answers is None:
            raise UnusableError("cannot be read as Parquet")
        if isinstance(table, str):
            size = Path(table).stat().st_size
        else:
            data = table.read()
            size = len(data)
            _send(to, b"%d\n" % len(data) + data)
        chosen = choose(_answer(answers) or [])
        _send(to, json.dumps(list(chosen.values())).encode() + b"\n")
        left = max(MAX_ROWS, size // BYTES_TO_A_ROW)
        while (values := _answer(answers)) is not None:
            left -= 1
            if left < 0:
                raise UnusableError("holds too many rows for its size; the rest is not read")
            yield {field: value for field, value in zip(chosen, values, strict=True) if value is not None}
        if process.wait():
            raise UnusableError("cannot be read as Parquet: it takes too much time or memory")
    finally:
        process.kill()
        process.communicate()


def _send(to: IO[bytes], message: bytes) -> None:
    try:
        to.write(message)
        to.flush()
    except OSError:
        pass  # the process has ended, and its answer says why


def _answer(answers: IO[bytes]) -> list[str] | None:
    """The next line; None at the end. Raises UnusableError where the process says that it cannot go on."""
    line = answers.readline()
    answer: list[str] | str | None = json.loads(line) if line else None
    if isinstance(answer, str):
        raise UnusableError(f"cannot be read as Parquet ({answer})")
    return answer
