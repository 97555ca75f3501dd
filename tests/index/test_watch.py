"""Following folders: what changes is in the index a moment later, whoever made the change and however."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from index.build import build, open_or_create, sync
from index.errors import BusyError
from index.lock import only_writer
from index.search import Index
from index.update import Summary
from index.watch import watch
from tests.conftest import HashingEmbedder
from tests.index.samples import OVERLAP_TOKENS, PASSAGE_TOKENS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "mill.txt").write_text("The mill is old.")
    return tmp_path / "articles"


def test_each_change_is_seen_by_an_open_index(tmp_path: Path, folder: Path, embedder: HashingEmbedder) -> None:
    catalog = open_or_create(tmp_path / "index", embedder, PASSAGE_TOKENS, OVERLAP_TOKENS)
    single = tmp_path / "single.txt"
    single.write_text("A single file.")
    build(catalog, [folder, single], embedder)
    chat = Index.open(catalog.folder, embedder)
    stop = Event()
    summaries: Iterator[Summary] = watch(catalog, embedder, stop=stop)
    assert next(summaries).unchanged == 2

    (folder / "dam.txt").write_text("The dam is new.")
    assert next(summaries).added == [str(folder / "dam.txt")]
    assert chat.search(["dam"], 1)[0][0].passage.text == "The dam is new."

    # As an editor saves a file.
    (tmp_path / "new").write_text("A single file, edited.")
    (tmp_path / "new").replace(single)
    assert next(summaries).changed == [str(single)]

    (folder / "dam.txt").rename(folder / "barrage.txt")
    assert next(summaries).moved == [(str(folder / "dam.txt"), str(folder / "barrage.txt"))]
    assert chat.search(["dam"], 1)[0][0].source == str(folder / "barrage.txt")

    # What another process adds is followed too; while one changes the index, the watch waits.
    more = tmp_path / "more"
    more.mkdir()
    with only_writer(catalog.folder):
        build(catalog, [more], embedder, only_add=True)
    (more / "lock.txt").write_text("The lock is narrow.")
    assert next(summaries).added == [str(more / "lock.txt")]

    stop.set()
    assert list(summaries) == []


def test_nothing_is_said_of_what_changes_nothing(folder: Path, embedder: HashingEmbedder) -> None:
    catalog = open_or_create(folder / "index", embedder, PASSAGE_TOKENS, OVERLAP_TOKENS)
    build(catalog, [folder], embedder)
    stop = Event()
    summaries = watch(catalog, embedder, stop=stop)
    next(summaries)
    # The index lies in the folder that it follows, and hidden files are none of its business.
    (folder / ".hidden.txt").write_text("Hidden.")
    (folder / "mill.txt").touch()
    (folder / "seen.txt").write_text("Seen.")
    assert next(summaries).added == [str(folder / "seen.txt")]
    stop.set()
    assert list(summaries) == []


def test_a_busy_index_is_tried_again(
    tmp_path: Path, folder: Path, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = open_or_create(tmp_path / "index", embedder, PASSAGE_TOKENS, OVERLAP_TOKENS)
    build(catalog, [folder], embedder)
    stop = Event()
    summaries = watch(catalog, embedder, stop=stop)
    next(summaries)
    refusals = iter([BusyError("busy"), FileNotFoundError("gone")])

    def refuses_twice(*arguments: object, **named: object) -> Summary:
        for refusal in refusals:
            raise refusal
        return sync(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr("index.watch.sync", refuses_twice)
    (folder / "dam.txt").write_text("The dam is new.")
    assert next(summaries).added == [str(folder / "dam.txt")]
    stop.set()
    assert list(summaries) == []
