"""One writer at a time, who says who it is; any number of readers, who never see half of a change."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from index.build import build, open_or_create, remove, sync
from index.catalog import Catalog
from index.doctor import examine, repair
from index.errors import BusyError, NoUsableIndexError
from index.lock import HOLDER_NAME, only_writer
from index.search import Index
from tests.conftest import HashingEmbedder
from tests.index.samples import OVERLAP_TOKENS, PASSAGE_TOKENS, make_article, make_catalog, make_entry

HOLDER = """
import sys
from pathlib import Path
from index.lock import only_writer
with only_writer(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_process(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the lock until its input ends."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield holder
    finally:
        holder.communicate()


def test_the_second_writer_hears_who_the_first_is(tmp_path: Path, embedder: HashingEmbedder) -> None:
    catalog = make_catalog(tmp_path / "index", [make_article("/a", "The first.")], embedder)
    (tmp_path / "b.txt").write_text("The second.")
    with another_process(catalog.folder) as holder:
        attempts: list[Callable[[], object]] = [
            lambda: build(catalog, [tmp_path / "b.txt"], embedder),
            lambda: sync(catalog, embedder, [tmp_path / "b.txt"]),
            lambda: remove(catalog, ["/a"]),
            lambda: repair(catalog, []),
            lambda: open_or_create(catalog.folder, embedder, PASSAGE_TOKENS, OVERLAP_TOKENS, fresh=True),
        ]
        for attempt in attempts:
            with pytest.raises(BusyError) as caught:
                attempt()
            message = str(caught.value)
            assert f"process {holder.pid} (" in message
            assert sys.executable in message
            assert " since 20" in message
            assert "\n" not in message
        # Reading goes on.
        assert list(catalog.hashes()) == ["/a"]
        assert len(Index.open(catalog.folder, embedder).search(["first"], 1)[0]) == 1
        assert [finding for finding in examine(catalog) if not finding.harmless] == []
    build(catalog, [tmp_path / "b.txt"], embedder)
    assert list(catalog.hashes()) == [str(tmp_path / "b.txt")]


def test_a_dead_writer_blocks_nobody(tmp_path: Path) -> None:
    with another_process(tmp_path) as holder:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    assert (tmp_path / HOLDER_NAME).exists()
    with only_writer(tmp_path):
        assert str(os.getpid()) in (tmp_path / HOLDER_NAME).read_text()
    assert not (tmp_path / HOLDER_NAME).exists()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": 1}', "[" * 100_000])
def test_a_torn_note_of_the_holder_is_no_matter(tmp_path: Path, content: str) -> None:
    with another_process(tmp_path):
        (tmp_path / HOLDER_NAME).write_text(content)
        with pytest.raises(BusyError, match="another process"), only_writer(tmp_path):
            pass


def test_threads_exclude_one_another_and_may_nest(tmp_path: Path) -> None:
    said: list[str] = []

    def intrude() -> None:
        try:
            with only_writer(tmp_path):
                said.append("in")
        except BusyError as error:
            said.append(str(error))

    with only_writer(tmp_path), only_writer(tmp_path):
        thread = threading.Thread(target=intrude)
        thread.start()
        thread.join()
    assert f"process {os.getpid()}" in said[0]
    thread = threading.Thread(target=intrude)
    thread.start()
    thread.join()
    assert said[1:] == ["in"]


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(NoUsableIndexError, match="nowhere"), only_writer(tmp_path / "nowhere"):
        pass
    assert not (tmp_path / "nowhere").exists()


def test_a_reader_during_a_write_sees_what_was_committed(tmp_path: Path, embedder: HashingEmbedder) -> None:
    """Two articles that always change together: no search ever finds one new and one old."""
    catalog = make_catalog(tmp_path, [make_article(f"/{name}", "Copper 0.") for name in "ab"], embedder)
    index = Index.open(tmp_path, embedder)
    seen: list[list[str]] = []
    done = threading.Event()

    def write() -> None:
        writer = Catalog(tmp_path)
        for number in range(1, 30):
            writer.put([make_entry(make_article(f"/{name}", f"Copper {number}."), embedder) for name in "ab"])
        done.set()

    thread = threading.Thread(target=write)
    thread.start()
    while not done.is_set():
        seen.append([hit.passage.text for hit in index.search(["copper"], 10)[0]])
    thread.join()
    assert all(len(texts) == 2 and texts[0] == texts[1] for texts in seen)
    assert [hit.passage.text for hit in index.search(["copper"], 10)[0]] == ["Copper 29."] * 2
    assert catalog.hashes().keys() == {"/a", "/b"}
