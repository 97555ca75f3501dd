"""python -m index: articles in, searchable index out.

Exit status: 0 done, 1 done but some files could not be read (or doctor found something wrong), 2 wrong use, 3 no usable index.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from index.errors import NoUsableIndexError, QuothError
from index.settings import Settings, read_settings
from index.terminal import shown, shown_in_line

if TYPE_CHECKING:
    # Imported where they are used: they bring numpy, FAISS or torch, which the help does not need.
    from index.catalog import Catalog
    from index.embedder import Embedder
    from index.update import Progress, Summary

application = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)

IndexOption = Annotated[Path | None, typer.Option("--index", help="The index folder (default: $QUOTH_INDEX_DIR or .quoth).")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
ColumnsOption = Annotated[
    str | None,
    typer.Option(
        help='Which column of a table holds what, as "text=body,title=headline" (default: $QUOTH_COLUMNS or as before).'
    ),
]
Paths = Annotated[list[Path], typer.Argument(help="Article files, or folders of them.")]


@application.command()
def build(
    paths: Paths,
    index: IndexOption = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Delete the index that is there first.")] = False,
    columns: ColumnsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make an index of these articles, or bring it up to date: it then holds just them."""
    with _errors():
        _build(paths, _settings(index, columns), as_json, fresh=fresh, only_add=False)


@application.command()
def add(
    places: Annotated[list[str], typer.Argument(help="Article files, folders of them, or addresses of pages and feeds.")],
    index: IndexOption = None,
    columns: ColumnsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add articles to an index, and keep all others."""
    with _errors():
        addresses = [place for place in places if place.startswith(("http://", "https://"))]
        paths = [Path(place) for place in places if place not in addresses]
        _build(paths, _settings(index, columns), as_json, fresh=False, only_add=True, addresses=addresses)


@application.command()
def sync(
    paths: Annotated[list[Path] | None, typer.Argument(help="Only these; else all that the index was built from.")] = None,
    index: IndexOption = None,
    columns: ColumnsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring an index up to what its files are now: read only what changed, and follow what moved."""
    from index.build import sync as sync_index

    with _errors():
        settings = _settings(index, columns)
        catalog, embedder = _open_for_changes(settings)
        with _progress_bar() as report:
            summary = sync_index(catalog, embedder, paths, columns=settings.columns, report=report)
        _tell(summary, settings.index_dir, as_json)
        raise typer.Exit(1 if summary.failed else 0)


@application.command()
def watch(index: IndexOption = None, as_json: JsonOption = False) -> None:
    """Follow the folders that an index was built from until Ctrl-C; a running chat sees each change."""
    from index.watch import watch as watch_index

    with _errors():
        settings = _settings(index)
        catalog, embedder = _open_for_changes(settings)
        for summary in watch_index(catalog, embedder):
            _tell(summary, settings.index_dir, as_json)


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
        in_words = "\n".join(f"removed {shown_in_line(source)}" for source in removed)
        print(json.dumps({"removed": removed}) if as_json else in_words)


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
            said = (summary.source, summary.title, summary.published or "", f"{summary.passages} passages")
            print("\t".join(map(shown_in_line, said)))


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
            where = f"{shown_in_line(hit.source)}:{hit.passage.start}-{hit.passage.end}"
            print(f"{hit.rank}. {where}  dense {hit.dense_score:.3f}  lexical {hit.lexical_score:.2f}")
            print(f"{shown(hit.passage.text)}\n")


@application.command()
def info(index: IndexOption = None, as_json: JsonOption = False) -> None:
    """Say what an index holds and what made it."""
    from index.catalog import FORMAT_VERSION, Catalog
    from index.files import roots

    with _errors():
        catalog = Catalog.open(_settings(index).index_dir)
        summaries = catalog.summaries()
        size = sum(path.stat().st_size for path in catalog.folder.iterdir() if path.is_file())
        with catalog.reading() as connection:
            follows = list(roots(connection))
        facts = {
            "index": str(catalog.folder.absolute()),
            "articles": len(summaries),
            "passages": sum(summary.passages for summary in summaries),
            "bytes": size,
            "format": FORMAT_VERSION,
            **asdict(catalog.binding()),
            "follows": follows,
        }
        in_words = "\n".join(f"{name}: {shown_in_line(str(value))}" for name, value in facts.items())
        print(json.dumps(facts) if as_json else in_words)


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
                print(f"{state}: {shown_in_line(finding.where)} {shown_in_line(finding.what)}")
            if all(finding.harmless for finding in found):
                print("The index is sound.")
            elif left and not mend:
                print(f"Mend it: python -m index doctor --repair --index {catalog.folder}")
            elif any(finding.kind == "article" for finding in found):
                print("Damaged articles were taken out; the next `python -m index build` reads their files again.")
        raise typer.Exit(0 if all(finding.harmless for finding in left) else 1)


@application.command()
def reindex(index: IndexOption = None, as_json: JsonOption = False) -> None:
    """Make an index over for the embedder and passage settings in use, from its own texts; until then it answers as before."""
    from index.catalog import Catalog
    from index.embedder import load_embedder
    from index.reindex import reindex as make_over

    with _errors():
        settings = _settings(index)
        catalog = Catalog.open(settings.index_dir)
        embedder = load_embedder(settings.embedder)
        with _progress_bar() as report:
            done = make_over(catalog, embedder, settings.passage_tokens, settings.overlap_tokens, report)
        if as_json:
            print(json.dumps(asdict(done)))
        elif done.made == done.resumed == 0:
            print(f"{catalog.folder}: was made with these settings already; {done.passages} passages")
        else:
            before = f" after {done.resumed} that an interrupted run had made" if done.resumed else ""
            print(f"{catalog.folder}: {done.made} articles made over{before}; {done.passages} passages")


@application.command("export")
def export_file(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not be there.")], index: IndexOption = None
) -> None:
    """Write an index to one file, to be imported on another machine."""
    from index.catalog import Catalog
    from index.portable import export_index

    with _errors():
        export_index(Catalog.open(_settings(index).index_dir), file)
        print(f"{file}: {file.stat().st_size} bytes; import it: python -m index import FILE --index FOLDER")


@application.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="A file that `export` wrote.")],
    index: IndexOption = None,
    replace: Annotated[bool, typer.Option("--replace", help="Put it in the place of an index that is there.")] = False,
) -> None:
    """Take an index from an exported file, once all of it is verified."""
    from index.portable import import_index

    with _errors():
        catalog = import_index(file, _settings(index).index_dir, replace=replace)
        print(f"{catalog.folder}: {len(catalog.summaries())} articles")


def _build(
    paths: list[Path], settings: Settings, as_json: bool, *, fresh: bool, only_add: bool, addresses: Sequence[str] = ()
) -> None:
    from index.build import add_addresses, open_or_create
    from index.build import build as build_index
    from index.lazy_embedder import LazyEmbedder
    from index.update import Summary

    for path in paths:
        if not path.exists():
            raise FileNotFoundError(f"There is no file or folder {path}; nothing was changed.")
    embedder = LazyEmbedder(settings.embedder)
    catalog = open_or_create(settings.index_dir, embedder, settings.passage_tokens, settings.overlap_tokens, fresh=fresh)
    with _progress_bar() as report:
        summary = Summary()
        if paths:
            summary = build_index(catalog, paths, embedder, only_add=only_add, columns=settings.columns, report=report)
        if addresses:
            fetched = add_addresses(catalog, addresses, embedder, allow_private=settings.private_addresses, report=report)
            summary = summary.plus(fetched)
    _tell(summary, settings.index_dir, as_json)
    raise typer.Exit(1 if summary.failed else 0)


def _open_for_changes(settings: Settings) -> tuple[Catalog, Embedder]:
    from index.build import open_or_create
    from index.lazy_embedder import LazyEmbedder

    _check_there(settings.index_dir)
    embedder = LazyEmbedder(settings.embedder)
    return open_or_create(settings.index_dir, embedder, settings.passage_tokens, settings.overlap_tokens), embedder


def _tell(summary: Summary, folder: Path, as_json: bool) -> None:
    for unreadable in summary.failed:
        print(f"not read: {shown_in_line(unreadable.source)} {shown_in_line(unreadable.reason)}", file=sys.stderr)
    print(json.dumps(asdict(summary), ensure_ascii=False) if as_json else _in_words(summary, folder), flush=True)


def _in_words(summary: Summary, folder: Path) -> str:
    return (
        f"{folder}: {len(summary.added)} added, {len(summary.changed)} changed, {len(summary.moved)} moved, "
        f"{len(summary.removed)} removed, {summary.unchanged} unchanged, {len(summary.skipped)} skipped, "
        f"{len(summary.failed)} not read; {summary.passages} passages made"
    )


@contextmanager
def _progress_bar() -> Iterator[Callable[[Progress], None]]:
    """A bar with rate and time left on stderr, where that is a terminal."""
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
    console = Console(stderr=True)
    with bars.Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None, passages=0)
        yield lambda progress: bar.update(
            task, completed=progress.bytes_done, total=progress.bytes_all, passages=progress.passages
        )


def _settings(index: Path | None, columns: str | None = None) -> Settings:
    given = {"index_dir": index, "columns": columns}
    return read_settings(**{name: value for name, value in given.items() if value is not None})


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
        print(f"quoth: {shown(str(error))}", file=sys.stderr)
        raise typer.Exit(3) from None
    except (QuothError, OSError) as error:
        print(f"quoth: {shown(str(error))}", file=sys.stderr)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        print("quoth: stopped; what was committed is kept, and the same command goes on from there.", file=sys.stderr)
        raise typer.Exit(130) from None


if __name__ == "__main__":
    application(prog_name="python -m index")
