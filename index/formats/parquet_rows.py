"""Prints the rows of a Parquet file, as a program of its own: what a hostile file does to DuckDB stays in here.

Arguments: the path of the file, or "-" for one that comes on standard input; the most characters of a value; the most
mebibytes of memory. Prints one line of JSON with the names of the columns, then reads one with the names of those wanted, then
prints one with their values for each row, null for none. Where it cannot, the last line is a JSON string with the reason.

It is run by its path and imports nothing of Quoth.
"""

from __future__ import annotations

import json
import re
import signal
import sys
from pathlib import Path

SECONDS = 60  # of computing, for a few rows
ROWS = 64


def main(path: str, most: int, mebibytes: int) -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (mebibytes * 2**20, mebibytes * 2**20))
    except (ImportError, ValueError, OSError):
        pass  # Windows has no such limit; DuckDB's own remains
    import duckdb

    _limit_time(SECONDS)
    # One thread keeps the order of rows; no extension is ever fetched.
    config: dict[str, str | bool | int | float | list[str]] = {
        "threads": 1,
        "memory_limit": f"{mebibytes // 2}MB",
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    database = duckdb.connect(":memory:", config=config)
    # Nothing is written: what does not fit into memory is not read.
    database.execute("SET temp_directory = ''")
    if path == "-":
        import fsspec  # type: ignore[import-untyped]

        files = fsspec.filesystem("memory")
        files.pipe("/table.parquet", sys.stdin.buffer.read(int(sys.stdin.buffer.readline())))
        database.register_filesystem(files)
        path = "memory://table.parquet"
    else:
        # DuckDB takes these for patterns.
        path = re.sub(r"([*?\[])", r"[\1]", str(Path(path).absolute()))
    table = "read_parquet(?, binary_as_string=true, hive_partitioning=false, union_by_name=false)"
    columns = [column[0] for column in database.execute(f"SELECT * FROM {table} LIMIT 0", [path]).description or []]  # noqa: S608
    print(json.dumps(columns), flush=True)
    _limit_time(0)
    wanted = json.loads(sys.stdin.buffer.readline())
    # One more than may be, so that whoever reads it sees that it is too long.
    values = ", ".join(f'left(CAST("{name.replace(chr(34), chr(34) * 2)}" AS VARCHAR), {most + 1})' for name in wanted)
    _limit_time(SECONDS)
    rows = database.execute(f"SELECT {values} FROM {table}", [path])  # noqa: S608
    while True:
        _limit_time(SECONDS)
        some = rows.fetchmany(ROWS)
        # Whoever reads them may take all the time there is.
        _limit_time(0)
        if not some:
            return
        for row in some:
            print(json.dumps(row))


def _limit_time(seconds: int) -> None:
    """The process is ended when it has computed for so long, even inside the library; 0 for never."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


if __name__ == "__main__":
    try:
        main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
    except BrokenPipeError:
        sys.stderr.close()
    except Exception as error:
        short = isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryException"
        reason = f"needs more than {sys.argv[3]} MiB of memory" if short else str(error).strip().split("\n")[0]
        print(json.dumps(reason[:200] or type(error).__name__))
