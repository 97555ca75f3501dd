"""Adding uploaded files to the index and taking articles out of it."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from index.articles import ENDINGS, Article, Unreadable, ending_of, read_articles
from index.build import UPLOADS, build, remove
from index.catalog import Catalog
from index.embedder import Embedder
from index.errors import QuothError
from index.update import Progress

# Bytes of a file name, less than what every usual file system takes.
MAX_NAME = 200

# Two changes at a time would do the same work twice.
_changing = Lock()


@dataclass(frozen=True)
class Upload:
    """A file as the browser sent it: the name it has there, and where it lies now."""

    name: str
    path: Path


@dataclass(frozen=True)
class Changes:
    """What became of the articles: names added, changed and removed, and those not read with the reason, a clause."""

    added: Sequence[str] = ()
    changed: Sequence[str] = ()
    removed: Sequence[str] = ()
    unchanged: Sequence[str] = ()
    failed: Sequence[tuple[str, str]] = field(default=())


def add_uploads(
    catalog: Catalog,
    embedder: Embedder,
    uploads: Sequence[Upload],
    report: Callable[[Progress], None] | None = None,
    columns: Mapping[str, str] | None = None,
) -> Changes:
    """Keeps the files in the index folder's `uploads` and adds them to the index; one of a known name replaces the former.

    A file that gives no article is not kept, and the former of its name stays. columns: which column of a table holds what.
    """
    folder = (catalog.folder / UPLOADS).absolute()
    kept: list[Path] = []
    failed: list[tuple[str, str]] = []
    with _changing:
        folder.mkdir(exist_ok=True)
        for upload in uploads:
            place = _keep(upload, folder, kept, columns)
            if isinstance(place, Unreadable):
                failed.append((upload.name, place.reason))
            else:
                kept.append(place)
        summary = build(catalog, kept, embedder, only_add=True, columns=columns, roots=[folder], report=report)
    # A file that was deleted by hand and sent again by another name is new to whoever sends it.
    added = [*summary.added, *(path for _, path in summary.moved)]
    new = {*added, *summary.changed}
    failed += [(Path(unreadable.source).name, unreadable.reason) for unreadable in summary.failed]
    return Changes(
        added=[Path(source).name for source in added],
        changed=[Path(source).name for source in summary.changed],
        unchanged=[path.name for path in dict.fromkeys(kept) if str(path) not in new] if summary.unchanged else (),
        failed=failed,
    )


def _keep(upload: Upload, folder: Path, kept: Collection[Path], columns: Mapping[str, str] | None) -> Path | Unreadable:
    """Moves the upload into the folder if any of it can be read as an article there. kept: those sent with it before."""
    name = plain_name(upload.name)
    ending = ending_of(name)
    trial, place = folder / f".trial{ending}", folder / name
    try:
        if ending not in ENDINGS:
            return Unreadable(upload.name, f"is of no kind that Quoth reads ({', '.join(sorted(ENDINGS))})")
        if place in kept:
            return Unreadable(upload.name, "has the name of another file sent with it; rename it and send it again")
        shutil.copyfile(upload.path, trial)
        problem = _problem_of(trial, columns)
        if problem is not None:
            return problem
        trial.replace(place)
        return place
    except OSError as error:
        return Unreadable(upload.name, f"cannot be kept ({error.strerror})")
    finally:
        trial.unlink(missing_ok=True)
        upload.path.unlink(missing_ok=True)


def _problem_of(path: Path, columns: Mapping[str, str] | None) -> Unreadable | None:
    """Why a file gives no article, None if it gives any; what is wrong with the rest of it is said when it is added."""
    problem = None
    for item in read_articles(path, columns):
        if isinstance(item, Article):
            return None
        problem = problem or item
    return problem or Unreadable(str(path), "holds no article")


def plain_name(name: str) -> str:
    """A file name for what a browser calls a file: the last part of a path, without what is no letter to see, not hidden.

    >>> plain_name("../../etc/.pass\\nwd.txt")
    'passwd.txt'
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").split("/")[-1]
    seen = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C").strip().lstrip(".")
    path = Path(seen or "article")
    stem = path.stem.encode()[: MAX_NAME - len(path.suffix.encode()[:20])].decode(errors="ignore")
    return stem + path.suffix[:20]


def remove_article(catalog: Catalog, source: str) -> Changes:
    """Takes one article out of the index; its file goes too where it was uploaded, and stays otherwise.

    Raises QuothError where no article has this source.
    """
    with _changing:
        # It may be what the sources of other articles begin with.
        if catalog.article(source) is None:
            raise QuothError(f"No article in the index is {source}; it may have been removed already.")
        removed = remove(catalog, [source])
        for gone in map(Path, removed):
            if gone.parent == (catalog.folder / UPLOADS).absolute():
                gone.unlink(missing_ok=True)
    return Changes(removed=[Path(gone).name for gone in removed])
