"""A reindex makes of an index what a build with the new settings would, all at once, and goes on after an interruption."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

import index.update
from index.articles import Article
from index.build import open_or_create
from index.catalog import Catalog
from index.doctor import STAGING, examine
from index.embedder import Floats
from index.errors import BindingError, QuothError
from index.passages import cut
from index.reindex import Reindexed, reindex
from index.rows import Entry
from index.search import Index
from tests.conftest import HashingEmbedder
from tests.index.killed import TinyEmbedder
from tests.index.samples import change, dump, make_article, make_catalog, make_entry, run_sql

CONTENT = (
    "SELECT articles.*, start_offset, end_offset, passages.text, vector FROM articles "
    "JOIN passages ON article_id = articles.id ORDER BY source, start_offset"
)
ARTICLES = [
    make_article(f"/{n}.txt", f"The lamp of keeper {n} was lit at dusk. It burned until dawn. Then he slept. " * (n + 1))
    for n in range(6)
]


@pytest.fixture
def catalog(tmp_path: Path, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch) -> Catalog:
    monkeypatch.setattr(index.update, "COMMIT_PASSAGES", 4)
    return make_catalog(tmp_path / "index", ARTICLES, embedder)


def built(folder: Path, articles: Sequence[Article], embedder: TinyEmbedder, tokens: int, overlap: int) -> Catalog:
    """An index made by these settings from the beginning."""
    catalog = open_or_create(folder, embedder, tokens, overlap)
    for article in articles:
        passages = cut(article, embedder.count_tokens, max_tokens=tokens, overlap_tokens=overlap)
        catalog.put([Entry(article, passages, embedder.encode([passage.text for passage in passages]))])
    return catalog


class Interrupted(TinyEmbedder):
    """Is stopped by Ctrl-C at a chosen call of `encode`, and before it tells what the index holds then."""

    def __init__(self, dimension: int, at: int) -> None:
        super().__init__(dimension)
        self.at = at

    def encode(self, texts: Sequence[str]) -> Floats:
        self.at -= 1
        if self.at == 0:
            raise KeyboardInterrupt
        return super().encode(texts)


def test_a_reindex_gives_what_a_build_would(tmp_path: Path, catalog: Catalog) -> None:
    embedder = TinyEmbedder(8)
    seen: list[tuple[int, int]] = []
    done = reindex(catalog, embedder, 40, 10, lambda progress: seen.append((progress.bytes_done, progress.passages)))
    whole = built(tmp_path / "whole", ARTICLES, embedder, 40, 10)
    assert run_sql(catalog.folder, CONTENT) == run_sql(whole.folder, CONTENT)
    assert catalog.binding() == whole.binding()
    [[passages]] = run_sql(whole.folder, "SELECT count(*) FROM passages")
    assert done == Reindexed(6, 0, int(str(passages)))
    assert seen == sorted(seen)
    assert seen[-1] == (sum(len(article.text) for article in ARTICLES), passages)
    assert examine(catalog) == []
    assert not (catalog.folder / STAGING).exists()
    assert Index.open(catalog.folder, embedder).search(["Who lit the lamp?"], 3)[0]
    with pytest.raises(BindingError, match="reindex"):
        Index.open(catalog.folder, HashingEmbedder())


def test_until_it_is_done_the_index_answers_by_the_old_passages(catalog: Catalog, embedder: HashingEmbedder) -> None:
    live = Index.open(catalog.folder, embedder)
    before, hits = dump(catalog.folder), live.search(["lamp keeper 3"], 5)

    class Asking(TinyEmbedder):
        def encode(self, texts: Sequence[str]) -> Floats:
            assert live.search(["lamp keeper 3"], 5) == hits
            assert dump(catalog.folder) == before
            return super().encode(texts)

    with catalog.reading() as reader:
        count = reader.execute("SELECT count(*) FROM passages").fetchone()
        reindex(catalog, Asking(8), 40, 10)
        # Who reads at that moment reads the former to the end.
        assert reader.execute("SELECT count(*) FROM passages").fetchone() == count
    assert dump(catalog.folder) != before


def test_a_running_search_goes_on_with_other_passages_and_stops_at_another_embedder(catalog: Catalog) -> None:
    reindex(catalog, TinyEmbedder(8), 24, 6)
    live = Index.open(catalog.folder, TinyEmbedder(8))
    reindex(catalog, TinyEmbedder(8), 12, 0)
    [hits] = live.search(["keeper 5"], 50)
    assert {len(hit.passage.text.split()) for hit in hits} <= set(range(13))
    assert "keeper 5" in hits[0].passage.text
    reindex(catalog, TinyEmbedder(6), 12, 0)
    with pytest.raises(BindingError, match=r"tiny-6.*not with tiny-8"):
        live.search(["keeper 5"], 5)


def test_the_same_settings_change_nothing(catalog: Catalog, embedder: HashingEmbedder) -> None:
    binding, former = catalog.binding(), change(catalog.folder)
    (catalog.folder / STAGING).mkdir()
    (catalog.folder / STAGING / "left by a crash").touch()
    [[passages]] = run_sql(catalog.folder, "SELECT count(*) FROM passages")
    done = reindex(catalog, embedder, binding.passage_tokens, binding.overlap_tokens)
    assert done == Reindexed(0, 0, int(str(passages)))
    assert change(catalog.folder) == former
    assert not (catalog.folder / STAGING).exists()


def test_an_interrupted_reindex_goes_on_and_takes_what_changed_in_between(tmp_path: Path, catalog: Catalog) -> None:
    before = dump(catalog.folder)
    with pytest.raises(KeyboardInterrupt):
        reindex(catalog, Interrupted(8, at=3), 40, 10)
    assert dump(catalog.folder) == before
    assert "unfinished" in [finding.kind for finding in examine(catalog) if finding.harmless]
    staged = Catalog.open(catalog.folder / STAGING).hashes()
    assert 2 <= len(staged) < 6
    assert {"/0.txt", "/1.txt"} <= staged.keys()

    edited = make_article("/0.txt", "No lamp burns here now.", sha256="1" * 64)
    catalog.put([make_entry(edited, HashingEmbedder())])
    catalog.remove(["/1.txt"])
    done = reindex(catalog, TinyEmbedder(8), 40, 10)
    # Of the five articles that are left, those that were made already, but for the edited one.
    assert (done.resumed, done.made) == (len(staged) - 2, 5 - (len(staged) - 2))
    whole = built(tmp_path / "whole", [edited, *ARTICLES[2:]], TinyEmbedder(8), 40, 10)
    assert run_sql(catalog.folder, CONTENT) == run_sql(whole.folder, CONTENT)
    assert examine(catalog) == []


@pytest.mark.parametrize("damage", [None, b"no database at all" * 300, b""])
def test_another_model_or_damage_begins_it_again(tmp_path: Path, catalog: Catalog, damage: bytes | None) -> None:
    with pytest.raises(KeyboardInterrupt):
        reindex(catalog, Interrupted(6 if damage is None else 8, at=3), 40, 10)
    if damage is not None:
        for path in (catalog.folder / STAGING).glob("catalog.sqlite*"):
            path.write_bytes(damage)
    assert reindex(catalog, TinyEmbedder(8), 40, 10).resumed == 0
    whole = built(tmp_path / "whole", ARTICLES, TinyEmbedder(8), 40, 10)
    assert run_sql(catalog.folder, CONTENT) == run_sql(whole.folder, CONTENT)


def test_a_damaged_article_of_the_interrupted_run_is_not_taken(tmp_path: Path, catalog: Catalog) -> None:
    with pytest.raises(KeyboardInterrupt):
        reindex(catalog, Interrupted(8, at=3), 40, 10)
    run_sql(catalog.folder / STAGING, "UPDATE passages SET vector = zeroblob(32) WHERE id = 1")
    reindex(catalog, TinyEmbedder(8), 40, 10)
    whole = built(tmp_path / "whole", ARTICLES, TinyEmbedder(8), 40, 10)
    assert run_sql(catalog.folder, CONTENT) == run_sql(whole.folder, CONTENT)


def test_passages_that_the_embedder_cannot_read_are_refused(catalog: Catalog) -> None:
    before = dump(catalog.folder)
    with pytest.raises(QuothError, match=r"10001.*10000"):
        reindex(catalog, TinyEmbedder(8), 10_001, 10)
    assert dump(catalog.folder) == before


def test_former_versions_and_followed_folders_stay(catalog: Catalog) -> None:
    catalog.put([make_entry(make_article("/0.txt", "Other words."), HashingEmbedder())])
    run_sql(catalog.folder, "INSERT INTO roots VALUES ('/', '{}')")
    kept = [run_sql(catalog.folder, f"SELECT * FROM {table}") for table in ("versions", "roots", "files", "taken_out")]  # noqa: S608
    reindex(catalog, TinyEmbedder(8), 40, 10)
    assert len(kept[0]) == 1
    assert kept == [run_sql(catalog.folder, f"SELECT * FROM {table}") for table in ("versions", "roots", "files", "taken_out")]  # noqa: S608
