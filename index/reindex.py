"""Making an index over with another embedder or other passage settings, from the texts that it holds; no file is read again.

The new passages are made in a catalog of their own beside the live one, a few hundred at a time, and take the place of the old
in a single transaction at the end: at no moment does a reader, or the next process after a crash, find some of each.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate, zip_longest
from pathlib import Path

from index import update
from index.articles import Article
from index.build import open_or_create, save_vectors
from index.catalog import Binding, Catalog
from index.doctor import STAGING, examine
from index.embedder import Embedder
from index.errors import NoUsableIndexError
from index.lock import only_writer
from index.passages import Passage, cut
from index.rows import Entry
from index.update import Progress


@dataclass(frozen=True)
class Reindexed:
    """What a reindex did, in articles: made over by this run, and by an interrupted one before; passages: all of them now."""

    made: int
    resumed: int
    passages: int


def reindex(
    catalog: Catalog,
    embedder: Embedder,
    passage_tokens: int,
    overlap_tokens: int,
    report: Callable[[Progress], None] | None = None,
) -> Reindexed:
    """Makes all passages and vectors over; until it is done, the index answers by the old ones.

    One that was interrupted is gone on with if it was to be made with the same settings, else begun again. Raises QuothError
    where there is no room or passages would be longer than the embedder reads, and BusyError where the index is being changed;
    the index is then as it was.
    """
    wanted = Binding(embedder.name, embedder.sha256, embedder.dimension, passage_tokens, overlap_tokens)
    staging = catalog.folder / STAGING
    made_now = resumed = 0
    with only_writer(catalog.folder):
        if catalog.binding() != wanted:
            made = _staged(staging, embedder, wanted)
            waiting = _waiting(catalog, made)
            made_now, resumed = len(waiting), len(made.hashes())
            _make(catalog, made, waiting, embedder, report)
            _take(catalog, made)
        # Also what a crash just behind the transaction left.
        shutil.rmtree(staging, ignore_errors=True)
        save_vectors(catalog)
    return Reindexed(made_now, resumed, sum(summary.passages for summary in catalog.summaries()))


def _staged(folder: Path, embedder: Embedder, wanted: Binding) -> Catalog:
    """The catalog of an interrupted run with these settings, if it is sound, or a new one."""
    try:
        made = open_or_create(folder, embedder, wanted.passage_tokens, wanted.overlap_tokens)
        if all(finding.harmless for finding in examine(made)):
            return made
    except NoUsableIndexError:  # made with other settings, or damaged
        pass
    shutil.rmtree(folder)
    return open_or_create(folder, embedder, wanted.passage_tokens, wanted.overlap_tokens)


def _waiting(catalog: Catalog, made: Catalog) -> list[str]:
    """Sources that are still to be made; what was made of an article that is another now, or gone, is taken out."""
    wrong = [source for source in made.hashes() if made.article(source) != catalog.article(source)]
    if wrong:
        made.remove(wrong)
    return sorted(catalog.hashes().keys() - made.hashes().keys())


def _make(
    catalog: Catalog, made: Catalog, sources: Sequence[str], embedder: Embedder, report: Callable[[Progress], None] | None
) -> None:
    """Cuts and embeds these articles into `made`, and commits them a few hundred passages at a time."""
    binding = made.binding()
    with catalog.reading() as connection:
        lengths = dict(connection.execute("SELECT source, length(CAST(text AS BLOB)) FROM articles"))
    bytes_all = sum(lengths[source] for source in sources)
    bytes_done = passages_done = 0
    batch: list[tuple[Article, list[Passage]]] = []
    for number, source in enumerate(sources, start=1):
        article = catalog.article(source)
        if article is None:
            raise RuntimeError(f"{source} is gone from an index that nobody else may change")
        passages = cut(article, embedder.count_tokens, max_tokens=binding.passage_tokens, overlap_tokens=binding.overlap_tokens)
        batch.append((article, passages))
        bytes_done += lengths[source]
        texts = [passage.text for _, passages in batch for passage in passages]
        if len(texts) >= update.COMMIT_PASSAGES or number == len(sources):
            rows = embedder.encode(texts)
            ends = list(accumulate(len(passages) for _, passages in batch))
            made.put([Entry(a, p, rows[end - len(p) : end]) for (a, p), end in zip(batch, ends, strict=True)])
            batch.clear()
            passages_done += len(texts)
            if report is not None:
                report(Progress(bytes_done, bytes_all, passages_done))


def _take(catalog: Catalog, made: Catalog) -> None:
    """Puts the passages of `made`, which has the same articles, and its binding in the place of the catalog's own."""
    with made.reading() as new, catalog.writing() as live:
        texts = "SELECT id, text FROM articles ORDER BY id"
        if any(ours != theirs for ours, theirs in zip_longest(live.execute(texts), new.execute(texts))):
            raise RuntimeError("the passages were made of other texts than the index holds")
        live.execute("DELETE FROM passages")
        live.executemany(
            "INSERT INTO passages (article_id, start_offset, end_offset, text, vector) VALUES (?, ?, ?, ?, ?)",
            new.execute("SELECT article_id, start_offset, end_offset, text, vector FROM passages ORDER BY id"),
        )
        live.executemany("UPDATE articles SET checksum = ? WHERE id = ?", new.execute("SELECT checksum, id FROM articles"))
        live.execute("INSERT INTO words (words) VALUES ('rebuild')")
        live.execute("UPDATE facts SET value = ? WHERE name = 'binding'", (json.dumps(asdict(made.binding())),))
