"""Whatever happens to an index: it opens, or says in one sentence why not and what to do; doctor agrees; no article is lost.

Thirty kills in every run of the tests; QUOTH_KILLS makes it more, and QUOTH_SEED others (a row that failed says its own):

    QUOTH_KILLS=200 .venv/bin/python -m pytest tests/index/test_faults.py -k killed
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import time
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest

from index.catalog import Catalog
from index.doctor import examine, repair
from index.errors import NoUsableIndexError
from index.passages import cut
from index.portable import export_index
from index.search import Index
from tests.index.killed import TinyEmbedder, Work, cut_of, serve
from tests.index.samples import run_sql

KILLS = int(os.environ.get("QUOTH_KILLS", "30"))
SEED = int(os.environ.get("QUOTH_SEED", "1"))
# Kills of one index, one after the other.
IN_A_ROW = 10
# How many of a work's last calls hold the moment at which it takes effect, and what is tidied up behind.
LAST_CALLS = 120
WORDS = "barge candle dial elm fog gull hammer ink jug kiln ladder moss".split()
CONTENT = (
    "SELECT articles.*, start_offset, end_offset, passages.text, vector FROM articles "
    "JOIN passages ON article_id = articles.id ORDER BY source, start_offset"
)

Texts = dict[str, str]


class Row:
    """An index that is killed again and again, and what it has to hold."""

    def __init__(self, place: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.place = place
        self.folder, self.articles, self.exported = place / "index", place / "articles", place / "exported"
        self.articles.mkdir()
        self.moved: Texts = {}
        self.dimension = 8

    def change_files(self) -> None:
        """Makes, changes, renames and deletes some of ten files."""
        for number in range(10):
            path, fate = self.articles / f"{number}.txt", self.chance.random()
            if path.exists() and fate < 0.15:
                path.unlink()
            elif path.exists() and fate < 0.3:
                path.replace(self.articles / f"renamed-{number}.txt")
            elif fate < 0.8:
                sentences = [" ".join(self.chance.choices(WORDS, k=9)) for _ in range(self.chance.randint(1, 9))]
                path.write_text(f"Number {number}\n\n" + ". ".join(sentences) + ".\n")

    def next_work(self) -> Work:
        """Something to do to what there is."""
        held = known(self.folder)
        actions = ["build", "sync", "remove", "reindex", "reindex", "fresh", "import"] if held else ["build"]
        action = self.chance.choice(actions)
        if action == "import" and not self.exported.exists():
            export_index(Catalog.open(self.folder), self.exported)
            self.moved = held
        if held:
            self.dimension = Catalog.open(self.folder).binding().dimension
        if action in ("reindex", "fresh"):
            self.dimension = 14 - self.dimension
        if action in ("build", "sync", "fresh"):
            self.change_files()
        sources = tuple(self.chance.sample(sorted(held), len(held) // 3)) if action == "remove" else (str(self.exported),)
        return Work(action, self.folder, self.articles, self.dimension, sources)

    def may_hold(self, work: Work, former: Texts) -> None:
        """Checks that the index holds what the work leaves at one of its moments."""
        held = known(self.folder)
        there = {str(path): path.read_text() for path in self.articles.iterdir()}
        if work.action == "reindex":
            assert held == former
        elif work.action == "import":
            assert held in (former, self.moved)
        elif work.action == "remove":
            assert held == former or held == {s: text for s, text in former.items() if s not in work.sources}
        else:
            assert all(text in (former.get(source), there.get(source)) for source, text in held.items())
            if work.action != "fresh":
                assert former.keys() - held.keys() <= former.keys() - there.keys()
                # What was renamed is at its former place or the new one.
                gone = {text for source, text in former.items() if source not in there}
                assert gone & set(there.values()) <= set(held.values())


def known(folder: Path) -> Texts:
    """The texts that an index holds, by source; it has to open, or to say in one sentence that there is none."""
    try:
        catalog = Catalog.open(folder)
    except NoUsableIndexError as error:
        assert "There is no index in" in str(error) or "is empty; make it" in str(error)  # noqa: PT017
        return {}
    with catalog.reading() as connection:
        return dict(connection.execute("SELECT source, text FROM articles"))


def check(folder: Path) -> None:
    """That an index is in one piece, by doctor and without it: no finding that harms, and the passages, vectors and words are
    just those of its articles, its embedder and its settings."""
    catalog = Catalog.open(folder)
    findings = examine(catalog)
    assert all(finding.harmless for finding in findings), findings
    embedder = TinyEmbedder(catalog.binding().dimension)
    assert catalog.binding().embedder_sha256 == embedder.sha256
    tokens, overlap = cut_of(embedder.dimension)
    expected, texts = [], []
    for source in catalog.hashes():
        article = catalog.article(source)
        assert article is not None
        passages = cut(article, embedder.count_tokens, max_tokens=tokens, overlap_tokens=overlap)
        expected += [(source, passage.start, passage.end) for passage in passages]
        texts += [passage.text for passage in passages]
    live = Index.open(folder, embedder)
    if not texts:
        return
    [hits] = live.search([" ".join(WORDS)], len(texts))
    found = {(hit.source, hit.passage.start, hit.passage.end): hit for hit in hits}
    assert sorted(found) == sorted(expected)
    [question] = embedder.encode([" ".join(WORDS)])
    for key, vector in zip(expected, embedder.encode(texts), strict=True):
        assert found[key].dense_score == pytest.approx(float(vector @ question), abs=1e-5)
        assert (found[key].lexical_score > 0) == any(word in found[key].passage.text for word in WORDS)


def run(work: Work, stop: int = 0, delay: float | None = 0.0) -> int | None:
    """Does the work in another process and kills that one by SIGKILL: at its call number `stop` (without delay), some moments
    later, or when it is done. The number of its calls if it came to an end."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["tests.index.killed"])
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs, work, stop, delay is not None))
    process.start()
    theirs.close()
    said = ours.recv()
    if said == "reached" and delay is not None:
        time.sleep(delay)
    process.kill()
    process.join()
    process.close()
    ours.close()
    assert said == "reached" or isinstance(said, int), said
    return said if isinstance(said, int) else None


@pytest.mark.skipif(sys.platform == "win32", reason="kills by SIGKILL")
@pytest.mark.parametrize("seed", range(SEED, SEED + -(-KILLS // IN_A_ROW)))
def test_an_index_that_is_killed_again_and_again_is_whole_each_time(tmp_path: Path, seed: int) -> None:
    row = Row(tmp_path, seed)
    for number in range(IN_A_ROW):
        work = row.next_work()
        former = known(row.folder)
        shutil.rmtree(tmp_path / "trial", ignore_errors=True)
        if row.folder.exists():
            shutil.copytree(row.folder, tmp_path / "trial")
        calls = run(replace(work, folder=tmp_path / "trial"))
        assert calls is not None
        stop, delay = row.chance.randint(1, calls), row.chance.choice([None, row.chance.random() / 200])
        said = f"kill {number} of row {seed}: {work.action} at call {stop} of {calls}, {delay} s later"
        run(work, stop, delay)
        print(said)  # shown where the test fails
        row.may_hold(work, former)
        if known(row.folder):
            check(row.folder)
            if row.chance.random() < 0.3:
                catalog = Catalog.open(row.folder)
                assert {finding.kind for finding in repair(catalog, examine(catalog))} <= {"unfinished"}

    # The next command brings it to what it would be without any kill.
    dimension = Catalog.open(row.folder).binding().dimension if known(row.folder) else row.dimension
    for folder in (row.folder, tmp_path / "whole"):
        assert run(Work("build", folder, row.articles, dimension)) is not None
        check(folder)
    assert run_sql(row.folder, CONTENT) == run_sql(tmp_path / "whole", CONTENT)
    assert {finding.kind for finding in examine(Catalog.open(row.folder))} <= {"leftover", "unfinished"}


@pytest.mark.skipif(sys.platform == "win32", reason="kills by SIGKILL")
def test_a_reindex_that_is_killed_around_its_swap_is_done_or_not_begun(tmp_path: Path) -> None:
    row, trial = Row(tmp_path, SEED), tmp_path / "trial"
    row.change_files()
    assert run(Work("build", row.folder, row.articles, 8)) is not None
    held, work = known(row.folder), Work("reindex", trial, row.articles, 6)
    shutil.copytree(row.folder, trial)
    calls = run(work)
    assert calls is not None
    dimensions = []
    for stop in range(calls - LAST_CALLS, calls, 5):
        shutil.rmtree(trial)
        shutil.copytree(row.folder, trial)
        run(work, stop, None)
        assert known(trial) == held
        check(trial)
        dimensions.append(Catalog.open(trial).binding().dimension)
    # It was killed on both sides of the swap.
    assert dimensions == sorted(dimensions, reverse=True)
    assert set(dimensions) == {8, 6}
