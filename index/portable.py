"""An index as one file that another machine can take: a ZIP of a manifest and the catalog.

Nothing in the file is believed before it was verified, and nothing of an index is changed before all of it was. The FAISS
files are not in it: they are made from the catalog.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import zipfile
import zlib
from contextlib import closing
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from index import schema
from index.build import delete_index, save_vectors
from index.catalog import FILE_NAME, Catalog
from index.doctor import INCOMING, examine
from index.errors import NoUsableIndexError, QuothError
from index.lock import only_writer
from index.schema import FORMAT_VERSION

MANIFEST_NAME = "manifest.json"
# Of the ZIP and its manifest; the catalog in it has a format version of its own.
PORTABLE_FORMAT = 1
_MANIFEST_BYTES = 2**16
_BLOCK = 2**20


@dataclass(frozen=True)
class Manifest:
    """What an exported file says of itself. format: of the file; catalog_format, sha256: of the catalog in it."""

    format: int
    catalog_format: int
    sha256: str


def export_index(catalog: Catalog, path: Path) -> None:
    """Writes an index to a new file, as it is now, whole or not at all; what was removed leaves no trace in it.

    Raises QuothError where there is such a file already or it cannot be written, NoUsableIndexError where the index is damaged.
    """
    if path.exists():
        raise QuothError(f"There is a file {path} already; name another, or delete it first.")
    copy, new = path.with_name(f"{path.name}.catalog.new"), path.with_name(f"{path.name}.new")
    try:
        copy.unlink(missing_ok=True)
        _copy(catalog, copy)
        manifest = Manifest(PORTABLE_FORMAT, FORMAT_VERSION, _sha256(copy))
        with new.open("wb") as opened:
            # Stored: vectors hardly compress, and what is not compressed cannot grow when it is read.
            with zipfile.ZipFile(opened, "w", zipfile.ZIP_STORED) as archive:
                archive.writestr(MANIFEST_NAME, json.dumps(asdict(manifest)))
                archive.write(copy, FILE_NAME)
            opened.flush()
            os.fsync(opened.fileno())
        new.replace(path)
    except OSError as error:
        raise QuothError(f"The index could not be written to {path} ({error}); make room, or name another place.") from error
    finally:
        copy.unlink(missing_ok=True)
        new.unlink(missing_ok=True)


def import_index(path: Path, folder: Path, *, replace: bool = False) -> Catalog:
    """Makes the index in an exported file the index of this folder, in one transaction.

    replace: also where the folder has an index, whose articles are then gone. Raises QuothError, and leaves the folder's index
    as it was, where the file does not verify or is of a later format, or there is no room for it, and BusyError where another
    process is changing the index.
    """
    if (folder / FILE_NAME).exists() and not replace:
        raise QuothError(f"There is an index in {folder} already; name another folder by --index, or give --replace.")
    if not path.is_file():
        raise QuothError(f"There is no file {path}.")
    incoming = folder / INCOMING
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise QuothError(f"There can be no index in {folder} ({error}); name another folder by --index.") from error
    with only_writer(folder):
        try:
            shutil.rmtree(incoming, ignore_errors=True)
            incoming.mkdir()
            _unpack(path, incoming / FILE_NAME)
            _take(_verified(incoming), folder)
        except _RefusedError as error:
            raise QuothError(f"{path} {error}; nothing was changed.") from error
        except (OSError, sqlite3.Error) as error:
            raise QuothError(f"{path} could not be imported into {folder} ({error}); the index there is as it was.") from error
        finally:
            shutil.rmtree(incoming, ignore_errors=True)
        save_vectors(Catalog(folder))
    return Catalog(folder)


def _copy(catalog: Catalog, path: Path) -> None:
    """A catalog in one committed state, as one file without the pages that are free in it. Raises OSError."""
    with catalog.reading() as connection:
        # VACUUM sees one state by itself, and wants no transaction around it.
        connection.execute("COMMIT")
        try:
            connection.execute("VACUUM INTO ?", (str(path),))
        except sqlite3.OperationalError as error:  # no room, no folder; a damaged index is another error
            raise OSError(str(error)) from error


def _sha256(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


class _RefusedError(Exception):
    """Why a file is not imported, a clause to be read after its name."""


def _unpack(path: Path, catalog_path: Path) -> None:
    """Copies the catalog out of an exported file, under a name of our own, and checks it against the manifest."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = _manifest(archive)
            # Just these, so that no name in it, absolute or with "..", is ever used as a path.
            if sorted(archive.namelist()) != sorted([FILE_NAME, MANIFEST_NAME]):
                raise _RefusedError("holds other files than an exported index has")
            if archive.getinfo(FILE_NAME).compress_type != zipfile.ZIP_STORED:
                raise _RefusedError("is compressed, which no exported index is")
            with archive.open(FILE_NAME) as packed, catalog_path.open("wb") as opened:
                shutil.copyfileobj(packed, opened, _BLOCK)
    # What zipfile raises for damaged files; NotImplementedError and RuntimeError for kinds and passwords that it does not know.
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, NotImplementedError, RuntimeError) as error:
        raise _RefusedError(f"is damaged or was not made by `python -m index export` ({error})") from error
    if _sha256(catalog_path) != manifest.sha256:
        raise _RefusedError("is damaged (its catalog does not match its SHA-256); copy it again")


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    """Raises ValueError where it is not as we write it."""
    with archive.open(MANIFEST_NAME) as opened:
        given = json.loads(opened.read(_MANIFEST_BYTES))
    if not isinstance(given, dict) or not isinstance(given.get("format"), int):
        raise ValueError("its manifest says no format")
    if given["format"] > PORTABLE_FORMAT:
        raise _RefusedError(f"has format {given['format']} and this Quoth reads {PORTABLE_FORMAT}; import it by a later one")
    if given.keys() != {field.name for field in fields(Manifest)} or not isinstance(given["catalog_format"], int):
        raise ValueError("its manifest has other fields")
    if given["catalog_format"] > FORMAT_VERSION:
        later = f"holds a catalog of format {given['catalog_format']} and this Quoth reads {FORMAT_VERSION}"
        raise _RefusedError(f"{later}; import it by a later one")
    return Manifest(**given)


def _verified(incoming: Path) -> Catalog:
    """The catalog that was unpacked, if it is a sound one."""
    try:
        catalog = Catalog.open(incoming)
        with catalog.reading() as connection, closing(sqlite3.connect(":memory:", isolation_level=None)) as ours:
            schema.create(ours)
            # A trigger or a view of a stranger's would run statements of its own whenever the index is used, and a table of
            # other columns may hold in them what is none of their kind.
            if _tables(connection) != _tables(ours):
                raise _RefusedError("holds other tables than an index has")
        wrong = [finding for finding in examine(catalog) if not finding.harmless]
    except NoUsableIndexError as error:
        raise _RefusedError(f"holds no index that can be used: {error}") from error
    if wrong:
        raise _RefusedError(f"is damaged ({wrong[0].where} {wrong[0].what})")
    return catalog


def _tables(connection: sqlite3.Connection) -> set[tuple[str, str, str | None]]:
    # The statements of those that FTS5 makes for itself are its own affair, and another version's may be others.
    return set(connection.execute("SELECT type, name, iif(name GLOB 'words_*', NULL, sql) FROM sqlite_master"))


def _take(received: Catalog, folder: Path) -> None:
    """Puts a whole catalog in the place of the folder's own; who reads that one reads it on to the end."""
    if (folder / FILE_NAME).exists():
        try:
            Catalog.open(folder)
        except NoUsableIndexError:
            delete_index(folder)
    with closing(sqlite3.connect(received.path)) as source, closing(sqlite3.connect(folder / FILE_NAME)) as target:
        target.execute("PRAGMA journal_mode = WAL")
        target.execute("PRAGMA synchronous = FULL")
        source.backup(target)
