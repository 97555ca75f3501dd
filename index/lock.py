"""One process at a time changes an index; any number read it.

The lock is the operating system's (through filelock), so that it goes with the process that held it, however that ended. Who
holds it stands in a file beside it, since a locked file cannot be read everywhere.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import BusyError, NoUsableIndexError

LOCK_NAME = "writer.lock"
HOLDER_NAME = "writer.json"


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Holds an index folder, which has to be there, for changes. A thread that holds it may take it again.

    Raises BusyError, which says who, where another process or thread holds it, and NoUsableIndexError where it cannot be had.
    """
    lock = FileLock(folder.absolute() / LOCK_NAME, is_singleton=True, preserve_lock_file=True)
    try:
        # Made nowhere else: a lock in a folder that was renamed meanwhile would be one of nothing.
        if not folder.is_dir():
            raise FileNotFoundError(f"there is no folder {folder}")
        lock.acquire(timeout=0)
    except Timeout:
        raise BusyError(f"The index in {folder} is being changed by {_holder(folder)}; try again when that is done.") from None
    except (OSError, NotImplementedError) as error:
        raise NoUsableIndexError(
            f"The index in {folder} cannot be changed ({error}); make the folder writable, or name another by --index."
        ) from error
    try:
        if lock.lock_counter == 1:
            _say_who(folder)
        yield
    finally:
        if lock.lock_counter == 1:
            (folder / HOLDER_NAME).unlink(missing_ok=True)
        lock.release()


def _say_who(folder: Path) -> None:
    command = " ".join(" ".join(sys.orig_argv).split())[:200]
    since = datetime.now(UTC).isoformat(sep=" ", timespec="seconds")
    who = {"pid": os.getpid(), "command": command.encode(errors="replace").decode(), "since": since}
    # On a full disk the lock is held all the same.
    with suppress(OSError):
        (folder / HOLDER_NAME).write_text(json.dumps(who), encoding="utf-8")


def _holder(folder: Path) -> str:
    """Who holds the lock, in words; the file is only a help and may be missing or torn at this moment."""
    try:
        who = json.loads((folder / HOLDER_NAME).read_text(encoding="utf-8"))
        return f"process {who['pid']} ({who['command']}) since {who['since']}"
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return "another process"
