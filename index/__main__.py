"""python -m index: articles in, searchable index out.

Exit status: 0 done, 1 done but some files could not be read (or doctor found something wrong), 2 wrong use, 3 no usable index.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from index.errors import NoUsableIndexError, QuothError
from index.settings import Settings, read_settings

if TYPE_CHECKING:
    # Imported where they are used: they bring numpy, FAISS or torch, which the help does not need.
    from index.build import Progress, Summary

application = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)

IndexOption = Annotated[Path | None, typer.Option("--index", help="The index folder (default: $QUOTH_INDEX_DIR or .quoth).")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Paths = Annotated[list[Path], typer.Argument(help="Article files, or folders of them.")]


@application.command()
def build(
    paths: Paths,
    index: IndexOption = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Delete the index that is there first.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Make an index of these articles, or bring it up to date: it then holds just them."""
    with _errors():
        _build(paths, _settings(index), as_json, fresh=fresh, only_add=False)


@application.command()
def add(paths: Paths, index: IndexOption = None, as_json: JsonOption = False) -> None:
    """Add articles to an index, and keep all others."""
    with _errors():
        _build(paths, _settings(index), as_json, fresh=False, only_add=True)


@application.command()
def remove(
    paths: Annotated[list[str], typer.Argument(help="Sources of articles as `list` shows them, or folders of them.")],
    index: IndexOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take articles out of an index; their files stay."""
    from index.build import remove as remove_articles
    from index.catalog import Catalog

    with _errors():
        removed = remove_articles(Catalog.open(_settings(index).index_dir), paths)
        print(json.dumps({"removed": removed}) if as_json else "\n".join(f"removed {source}" for source in removed))


@application.command("list")
def list_articles(index: IndexOption = None, as_json: JsonOption = False) -> None:
    """List the articles of an index."""
    from index.catalog import Catalog

    with _errors():
        summaries = Catalog.open(_settings(index).index_dir).summaries()
        if as_json:
            print(json.dumps([asdict(summary) for summary in summaries], ensure_ascii=False))
            return
        for summary in summaries:
            print(f"{summary.source}\t{summary.title}\t{summary.published or ''}\t{summary.passages} passages")


@application.command()
def text(
    source: Annotated[str, typer.Argument(help="An article's source, as `list` shows it.")], index: IndexOption = None
) -> None:
    """Print an article's text just as all offsets count in it."""
    from index.catalog import Catalog

    with _errors():
        catalog = Catalog.open(_settings(index).index_dir)
        article = catalog.article(source) or catalog.article(str(Path(source).absolute()))
        if article is None:
            raise QuothError(f"No article in the index is {source}; see: python -m index list")
        sys.stdout.write(article.text)


@application.command()
def search(
    words: Annotated[str, typer.Argument(help="A question or words.")],
    index: IndexOption = None,
    top_k: Annotated[int | None, typer.Option(min=1, max=100, help="Passages at most.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Find the passages that bear on a question."""
    from index.embedder import load_embedder
    from index.search import Index

    with _errors():
        settings = _settings(index)
        _check_there(settings.index_dir)
        opened = Index.open(settings.index_dir, load_embedder(settings.embedder))
        [hits] = opened.search([words], top_k or settings.top_k)
        if as_json:
            print(json.dumps([asdict(hit) for hit in hits], ensure_ascii=False))
            return
        for hit in hits:
            where = f"{hit.source}:{hit.passage.start}-{hit.passage.end}"
            print(f"{hit.rank}. {where}  dense {hit.dense_score:.3f}  lexical {hit.lexical_score:.2f}\n{hit.passage.text}\n")


@application.command()
def info(index: IndexOption = None, as_json: JsonOption = False) -> None:
    """Say what an index holds and what made it."""
    from index.catalog import FORMAT_VERSION, Catalog

    with _errors():
        catalog = Catalog.open(_settings(index).index_dir)
        summaries = catalog.summaries()
        size = sum(path.stat().st_size for path in catalog.folder.iterdir() if path.is_file())
        facts = {
            "index": str(catalog.folder.absolute()),
            "articles": len(summaries),
            "passages": sum(summary.passages for summary in summaries),
            "bytes": size,
            "format": FORMAT_VERSION,
            **asdict(catalog.binding()),
        }
        print(json.dumps(facts) if as_json else "\n".join(f"{name}: {value}" for name, value in facts.items()))


@application.command()
def doctor(
    index: IndexOption = None,
    mend: Annotated[bool, typer.Option("--repair", help="Mend what can be mended.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Check an index against itself: counts, checksums, offsets, full text, FAISS."""
    from index.catalog import Catalog
    from index.doctor import examine, repair

    with _errors():
        catalog = Catalog.open(_settings(index).index_dir)
        found = examine(catalog)
        left = repair(catalog, found) if mend and found else found
        if as_json:
            print(json.dumps({"found": [asdict(f) for f in found], "left": [asdict(f) for f in left]}, ensure_ascii=False))
        else:
            for finding in found:
                state = "mended" if finding not in left else "note" if finding.harmless else "wrong"
                print(f"{state}: {finding.where} {finding.what}")
            if all(finding.harmless for finding in found):
                print("The index is sound.")
            elif left and not mend:
                print(f"Mend it: python -m index doctor --repair --index {catalog.folder}")
            elif any(finding.kind == "article" for finding in found):
                print("Damaged articles were taken out; the next `python -m index build` reads their files again.")
        raise typer.Exit(0 if all(finding.harmless for finding in left) else 1)


def _build(paths: list[Path], settings: Settings, as_json: bool, *, fresh: bool, only_add: bool) -> None:
    from index.build import build as build_index
    from index.build import open_or_create
    from index.embedder import load_embedder

    for path in paths:
        if not path.exists():
            raise FileNotFoundError(f"There is no file or folder {path}; nothing was changed.")
    embedder = load_embedder(settings.embedder)
    catalog = open_or_create(settings.index_dir, embedder, settings.passage_tokens, settings.overlap_tokens, fresh=fresh)
    with _progress_bar() as report:
        summary = build_index(catalog, paths, embedder, only_add=only_add, report=report)
    for unreadable in summary.failed:
        print(f"not read: {unreadable.source} {unreadable.reason}", file=sys.stderr)
    if as_json:
        print(json.dumps(asdict(summary), ensure_ascii=False))
    else:
        print(_in_words(summary, settings.index_dir))
    raise typer.Exit(1 if summary.failed else 0)


def _in_words(summary: Summary, folder: Path) -> str:
    return (
        f"{folder}: {len(summary.added)} added, {len(summary.changed)} changed, {len(summary.removed)} removed, "
        f"{summary.unchanged} unchanged, {len(summary.failed)} not read; {summary.passages} passages made"
    )


@contextmanager
def _progress_bar() -> Iterator[Callable[[Progress], None]]:
    """A bar on stderr with rate and time left."""
    from rich import progress as bars
    from rich.console import Console

    columns = (
        bars.TextColumn("indexing"),
        bars.BarColumn(),
        bars.DownloadColumn(),
        bars.TextColumn("{task.fields[passages]} passages"),
        bars.TransferSpeedColumn(),
        bars.TimeRemainingColumn(),
    )
    with bars.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, passages=0)
        yield lambda progress: bar.update(
            task, completed=progress.bytes_done, total=progress.bytes_all, passages=progress.passages
        )


def _settings(index: Path | None) -> Settings:
    return read_settings() if index is None else read_settings(index_dir=index)


def _check_there(folder: Path) -> None:
    """So that a missing index is said at once, not after seconds of loading models."""
    from index.catalog import Catalog

    Catalog.open(folder)


@contextmanager
def _errors() -> Iterator[None]:
    """Turns what a user can mend into one sentence on stderr and an exit status."""
    try:
        yield
    except NoUsableIndexError as error:
        print(f"quoth: {error}", file=sys.stderr)
        raise typer.Exit(3) from None
    except (QuothError, OSError) as error:
        print(f"quoth: {error}", file=sys.stderr)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        print("quoth: stopped; what was committed is kept, and the same command goes on from there.", file=sys.stderr)
        raise typer.Exit(130) from None


if __name__ == "__main__":
    application(prog_name="python -m index")
