"""Following the folders of an index: what changes in them is in it a moment later, and a running chat sees it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event

from watchfiles import Change
from watchfiles import watch as changes_in

from index import files
from index.build import sync
from index.catalog import Catalog
from index.embedder import Embedder
from index.errors import BusyError
from index.update import Summary

# Not every change is told (network drives, folders that come back), so all is looked at this often; it opens no file.
LOOK_SECONDS = 60.0
# How long the watcher waits before it says that nothing happened, in milliseconds.
_WAIT_MS = 1000


def watch(
    catalog: Catalog,
    embedder: Embedder,
    *,
    stop: Event | None = None,
) -> Iterator[Summary]:
    """Syncs at once and after every change in what the index follows, until `stop` is set; gives what each sync did, after
    the first one only where it did something.

    While another process changes the index it waits. Raises QuothError where the index follows nothing.
    """
    before = sync(catalog, embedder)
    yield before
    while not (stop is not None and stop.is_set()):
        for summary in _syncs(catalog, embedder, stop):
            if summary.added or summary.changed or summary.moved or summary.removed or summary.failed != before.failed:
                yield summary
            before = summary


def _syncs(catalog: Catalog, embedder: Embedder, stop: Event | None) -> Iterator[Summary]:
    """Until what has to be watched is not what is watched any more."""
    watched = _there(catalog)
    of_index = {catalog.folder.absolute(), catalog.folder.resolve()}

    def concerns(change: Change, path: str) -> bool:  # noqa: ARG001
        return Path(path).parent not in of_index and any(_is_seen_from(Path(path), root) for root in watched)

    # At once again, for what changed before the watcher stood.
    waiting, looked = True, time.monotonic()
    for changes in changes_in(
        *watched,
        watch_filter=concerns,
        stop_event=stop,
        rust_timeout=_WAIT_MS,
        yield_on_timeout=True,
        ignore_permission_denied=True,
    ):
        waiting = waiting or bool(changes) or time.monotonic() - looked >= LOOK_SECONDS
        if waiting:
            try:
                yield sync(catalog, embedder)
            except (BusyError, FileNotFoundError):  # another process is at it, or a file went meanwhile: the next time
                continue
            waiting, looked = False, time.monotonic()
        # A file that an editor saved by renaming another is one that the system does not watch yet.
        if _there(catalog) != watched or any(Path(path) in watched for _, path in changes):
            return


def _there(catalog: Catalog) -> set[Path]:
    """What the index follows and is there; the index's own folder keeps the watcher from having nothing to do."""
    with catalog.reading() as connection:
        return {path for path in map(Path, files.roots(connection)) if path.exists()} or {catalog.folder}


def _is_seen_from(path: Path, root: Path) -> bool:
    """Whether a walk through the root would come to this path, which may be gone."""
    return path.is_relative_to(root) and not any(part.startswith(".") for part in path.relative_to(root).parts)
