"""Making an index, keeping it up with its files, and taking articles out of it; one process at a time does so."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from index import files, vectors
from index.articles import Unreadable, find_files
from index.catalog import FILE_NAME, Binding, Catalog, change_number
from index.embedder import Embedder
from index.errors import NoUsableIndexError, QuothError
from index.lock import only_writer
from index.update import Progress, Summary, put_read, update

# The folder inside an index folder that the library page keeps files in.
UPLOADS = "uploads"
NOT_THERE = "is not there; what came from it is kept until `remove` takes it out"


def open_or_create(
    folder: Path, embedder: Embedder, passage_tokens: int, overlap_tokens: int, *, fresh: bool = False
) -> Catalog:
    """The catalog to write to, made with these settings.

    fresh: delete an index that is there. Raises BindingError where it was made with others, NoUsableIndexError where it
    cannot be opened, BusyError where another process is changing it, QuothError where passages would be longer than the
    embedder reads.
    """
    if fresh or not _has_content(folder / FILE_NAME):
        # One that is there was made with an embedder that reads so much, or is refused below.
        if passage_tokens > embedder.max_tokens:
            raise QuothError(
                f"Passages of {passage_tokens} tokens are longer than the {embedder.max_tokens} that {embedder.name} reads; "
                f"set QUOTH_PASSAGE_TOKENS to {embedder.max_tokens} at most."
            )
        _make_folder(folder)
        with only_writer(folder):
            if fresh:
                delete_index(folder)
            if not _has_content(folder / FILE_NAME):
                return Catalog.create(
                    folder, Binding(embedder.name, embedder.sha256, embedder.dimension, passage_tokens, overlap_tokens)
                )
    catalog = Catalog.open(folder)
    catalog.check_embedder(embedder.name, embedder.sha256)
    catalog.check_passages(passage_tokens, overlap_tokens)
    return catalog


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NoUsableIndexError(f"No index can be made in {folder} ({error}); name another folder by --index.") from error


def delete_index(folder: Path) -> None:
    """Deletes the files of an index, and nothing else that lies in its folder."""
    names = [vectors.ABOUT_NAME, vectors.FILE_NAME, FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-shm"]
    for name in names:
        (folder / name).unlink(missing_ok=True)


def build(
    catalog: Catalog,
    paths: Sequence[Path],
    embedder: Embedder,
    *,
    only_add: bool = False,
    columns: Mapping[str, str] | None = None,
    roots: Sequence[Path] | None = None,
    report: Callable[[Progress], None] | None = None,
) -> Summary:
    """Makes the index hold just the articles under these paths, and what was put into the index itself (uploads and fetched
    addresses, which are in no folder that one could name); with `only_add` it keeps all others too.

    Files that have not changed are left as they are, and so are the articles of one that cannot be read any more: it is
    reported, and they go only when it does. columns: which column of a table holds what, as {"text": "body"}; as before
    where None. roots: what a later sync follows, the paths unless given.

    Raises FileNotFoundError for a path that is not there, before any change, and BusyError where another process is changing
    the index.
    """
    named, failed = find_files(paths)
    uploads = catalog.folder / UPLOADS
    own = [] if only_add or not uploads.is_dir() else [uploads]
    uploaded, failed_uploads = find_files(own)
    with _changing(catalog):
        with catalog.reading() as connection:
            former = files.roots(connection)
            taken_out = set(files.taken_out(connection).values())
        new = _with_columns(map(_absolute, own), former, None) | _with_columns(map(_absolute, roots or paths), former, columns)
        followed = files.outermost(former | new if only_add else new)
        back = [str(path) for path in named if str(path) in taken_out]
        if followed != former or back:
            with catalog.writing(quietly=True) as connection:
                files.set_roots(connection, followed)
                files.take_back(connection, back)
        return update(
            catalog,
            embedder,
            list(dict.fromkeys([*named, *uploaded])),
            failed=[*failed, *failed_uploads],
            belongs=lambda path: not only_add and Path(path).is_absolute(),
            columns_of=lambda path: _columns_of(path, followed),
            again=True,
            report=report,
        )


def add_addresses(
    catalog: Catalog,
    addresses: Sequence[str],
    embedder: Embedder,
    *,
    allow_private: bool = False,
    report: Callable[[Progress], None] | None = None,
) -> Summary:
    """Fetches pages and feeds by their http or https addresses and adds their articles, or puts them in place of former ones.

    A sync does not fetch them again, and keeps them. allow_private: addresses inside a network too. Raises BusyError where
    another process is changing the index.
    """
    from index.formats import web

    items = [item for address in addresses for item in web.read(address, allow_private=allow_private)]
    with _changing(catalog):
        return put_read(catalog, embedder, items, report)


def sync(
    catalog: Catalog,
    embedder: Embedder,
    paths: Sequence[Path] | None = None,
    *,
    columns: Mapping[str, str] | None = None,
    report: Callable[[Progress], None] | None = None,
) -> Summary:
    """Brings the index up to what its files are now, all that it was built from or only those under these paths.

    New files are added, changed ones read again, renamed ones renamed, and articles of those that are gone taken out. A file
    or folder that the index follows and that is not there as a whole, as an unplugged disk, keeps its articles and is
    reported. A path that the index does not follow yet it does from now on.

    Raises QuothError where it follows nothing, FileNotFoundError for a path that is not there and never was in the index, both
    before any change, and BusyError where another process is changing the index.
    """
    with _changing(catalog):
        with catalog.reading() as connection:
            former = files.roots(connection)
            known = files.records(connection).keys() | files.files_of_articles(connection)
        if paths is None and not former:
            raise QuothError(f"The index in {catalog.folder} follows no folder yet; name one: python -m index sync FOLDER")
        wanted = set(former) if paths is None else set(map(_absolute, paths))
        missing = {path for path in wanted if not os.path.exists(path)}  # noqa: PTH110 - nor is it there where it may not be seen
        held = {path for path in missing if any(files.stands_under(file, {path}) for file in known)}
        if paths is not None and (strange := sorted(missing - held - former.keys())):
            raise FileNotFoundError(f"There is no file or folder at {strange[0]}, and the index has nothing from there.")
        found, failed = find_files([Path(path) for path in sorted(wanted - missing)])
        if paths is None:
            # A file is gone where its folder is still there; of a folder one cannot tell.
            unplugged = {path for path in held if not (path in known and os.path.isdir(os.path.dirname(path)))}  # noqa: PTH112, PTH120
            failed += [Unreadable(path, NOT_THERE) for path in sorted(unplugged)]
            followed = dict(former)
        else:
            followed = {path: own for path, own in former.items() if path not in missing}
        followed = files.outermost(followed | _with_columns(wanted - missing, former, columns))
        if followed != former:
            with catalog.writing(quietly=True) as connection:
                files.set_roots(connection, followed)
        return update(
            catalog,
            embedder,
            found,
            failed=failed,
            belongs=lambda path: Path(path).is_absolute() and (paths is None or files.stands_under(path, wanted)),
            columns_of=lambda path: _columns_of(path, followed),
            again=False,
            report=report,
        )


def remove(catalog: Catalog, paths: Sequence[str]) -> list[str]:
    """Takes out the articles of these sources, or where there is no such article those from these files or folders; returns
    their sources. Their files stay, and no sync brings them back.

    Raises QuothError, and takes nothing out, where one of them names no article, and BusyError where another process is
    changing the index.
    """
    with _changing(catalog):
        with catalog.reading() as connection:
            known = connection.execute("SELECT source, file FROM articles ORDER BY source").fetchall()
            followed = files.roots(connection)
        sources = {source for source, _ in known}
        chosen: dict[str, None] = {}
        named = set[str]()
        for path in paths:
            # A page's address may be the beginning of another's.
            exact = {path, _absolute(Path(path))} & sources
            wanted = exact or {path.rstrip("/") or "/", _absolute(Path(path))}
            matching = sorted(exact) or [
                s for s, file in known if files.stands_under(s, wanted) or files.stands_under(file, wanted)
            ]
            if not matching:
                raise QuothError(f"No article in the index is, or lies under, {path}; see: python -m index list")
            chosen |= dict.fromkeys(matching)
            named |= wanted
        with catalog.writing(quietly=True) as connection:
            files.set_roots(connection, {path: own for path, own in followed.items() if not files.stands_under(path, named)})
        catalog.remove(list(chosen), by_user=True)
        return list(chosen)


def save_vectors(catalog: Catalog) -> None:
    """Writes the FAISS file anew unless it holds what is committed; where there is no room for it, that is all that is lost,
    since whoever needs it makes it from the catalog."""
    with catalog.reading() as connection, suppress(OSError):
        if vectors.is_behind(catalog.folder, change_number(connection)):
            dimension = catalog.binding().dimension
            vectors.save(vectors.load_or_build(connection, catalog.folder, dimension), catalog.folder)


@contextmanager
def _changing(catalog: Catalog) -> Iterator[None]:
    """The right to change an index; brings the FAISS file up to what is committed, also when the work is interrupted."""
    with only_writer(catalog.folder):
        try:
            yield
        finally:
            save_vectors(catalog)


def _absolute(path: Path) -> str:
    return os.path.abspath(path)  # noqa: PTH100 - Path.absolute keeps ".."


def _with_columns(paths: Iterable[str], former: Mapping[str, str], columns: Mapping[str, str] | None) -> dict[str, str]:
    """Roots of these paths, with these columns or those that they had."""
    if columns is None:
        return {path: _columns_of(path, former) for path in paths}
    return dict.fromkeys(paths, json.dumps(columns, sort_keys=True))


def _columns_of(path: str, roots: Mapping[str, str]) -> str:
    root = files.nearest_root(path, roots)
    return "{}" if root is None else roots[root]


def _has_content(path: Path) -> bool:
    """Whether a catalog was ever committed there; a build killed while it made one leaves an empty file or none."""
    import sqlite3

    if not path.is_file():
        return False
    try:
        connection = sqlite3.connect(path)
        try:
            return bool(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
        finally:
            connection.close()
    except sqlite3.DatabaseError:
        return True
