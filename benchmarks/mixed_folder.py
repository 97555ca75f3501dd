"""How long a folder of mixed files takes to build, to sync again with nothing changed, and to sync after ten edits.

    python -m benchmarks.mixed_folder --files 2000

The files are short and of every format that Quoth reads, as many of each, made in a temporary folder. The times are those of
the work itself, its models being loaded; the second sync is also done by its command, Python's start included. Files that are
opened are counted as the interpreter sees it.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Sequence
from io import BytesIO
from itertools import cycle, islice
from pathlib import Path
from typing import Annotated

import duckdb
import typer

from index.build import build, open_or_create, sync
from index.embedder import Embedder, Floats, load_embedder
from index.settings import read_settings
from index.update import Summary
from tests.index.formats import samples

WORDS = (
    "harbour wall storm council engineer winter boat timber stone bridge letter market keeper tide ferry north pilot lamp rope "
    "channel morning report crowd budget vote repair island machine winch anchor"
).split()
EDITS = 10


class Timed:
    """An embedder that adds up how long it embeds."""

    def __init__(self, embedder: Embedder) -> None:
        self.name, self.sha256 = embedder.name, embedder.sha256
        self.dimension, self.max_tokens = embedder.dimension, embedder.max_tokens
        self.count_tokens, self.seconds, self._embedder = embedder.count_tokens, 0.0, embedder

    def encode(self, texts: Sequence[str]) -> Floats:
        started = time.perf_counter()
        try:
            return self._embedder.encode(texts)
        finally:
            self.seconds += time.perf_counter() - started


def main(files: Annotated[int, typer.Option(help="How many files there are.")] = 2000) -> None:
    with tempfile.TemporaryDirectory() as place:
        measure(Path(place), files)


def measure(place: Path, count: int) -> None:
    articles, index = place / "articles", place / "index"
    opened: list[str] = []

    def note(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and str(arguments[0]).startswith(str(articles)):
            opened.append(str(arguments[0]))

    write(articles, count)
    print(f"{count} files of {len(MAKERS)} formats", flush=True)
    settings = read_settings(index_dir=index)
    embedder = Timed(load_embedder(settings.embedder))
    sys.addaudithook(note)

    def timed(what: str, work: Callable[[], Summary]) -> float:
        opened.clear()
        embedder.seconds, started = 0.0, time.perf_counter()
        done = work()
        took = time.perf_counter() - started
        print(
            f"{what:<24}{took:8.2f} s, {embedder.seconds:6.2f} s of it embedding; {len(set(opened)):5} files opened, "
            f"{len(done.added)} added, {len(done.changed)} changed, {done.unchanged} unchanged, {len(done.failed)} not read, "
            f"{done.passages} passages",
            flush=True,
        )
        return took

    catalog = open_or_create(index, embedder, settings.passage_tokens, settings.overlap_tokens)
    built = timed("build", lambda: build(catalog, [articles], embedder))
    synced = timed("second sync", lambda: sync(catalog, embedder))
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "index", "sync", "--index", str(index)], check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    command = time.perf_counter() - started
    print(f"{'second sync, the command':<24}{command:8.2f} s")
    edit(articles)
    edited = timed("sync after ten edits", lambda: sync(catalog, embedder))
    print(f"second sync {synced / built:.2%} of the build, its command {command / built:.2%}")
    print(f"ten edits {edited - embedder.seconds:.2f} s without their embedding")


def write(folder: Path, count: int) -> None:
    """Makes so many files, of each format as many."""
    chance = random.Random(1)
    for number, (ending, made) in enumerate(islice(cycle(MAKERS.items()), count)):
        path = folder / str(number % 40) / f"{number}{ending}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(made(some_text(chance), number))


def edit(folder: Path) -> None:
    """Writes another text into ten files of ten formats."""
    chance = random.Random(2)
    for number, (ending, made) in enumerate(islice(MAKERS.items(), EDITS)):
        next(folder.rglob(f"{number}{ending}")).write_bytes(made(some_text(chance), number))


def some_text(chance: random.Random) -> str:
    """Three sentences, about sixty words."""
    return " ".join(" ".join(chance.choices(WORDS, k=20)).capitalize() + "." for _ in range(3))


def _page(text: str, number: int) -> bytes:
    return samples.page(f"https://example.org/{number}").replace(samples.STORM, text).encode()


def _docx(text: str, number: int) -> bytes:
    return samples.docx(samples.word_paragraph(f"Report {number}") + samples.word_paragraph(text))


def _pdf(text: str, number: int) -> bytes:
    words = text.split()
    return samples.pdf([[f"Report {number}", *(" ".join(words[at : at + 12]) for at in range(0, len(words), 12))]])


def _parquet(text: str, number: int) -> bytes:
    with tempfile.TemporaryDirectory() as place:
        path = os.path.join(place, "a.parquet")  # noqa: PTH118
        duckdb.execute(f"COPY (SELECT '{text}' AS text, 'Report {number}' AS title) TO '{path}' (FORMAT parquet)")
        return Path(path).read_bytes()


def _tar_gz(text: str, number: int) -> bytes:
    file, data = BytesIO(), f"Report {number}\n\n{text}\n".encode()
    with tarfile.open(fileobj=file, mode="w") as archive:
        member = tarfile.TarInfo("report.txt")
        member.size = len(data)
        archive.addfile(member, BytesIO(data))
    return gzip.compress(file.getvalue())


def _rss(text: str, number: int) -> bytes:
    item = f"<item><title>Report {number}</title><guid>r{number}</guid><description>{text}</description></item>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Reports</title>{item}</channel></rss>'.encode()


def _atom(text: str, number: int) -> bytes:
    entry = f"<entry><id>urn:{number}</id><title>Report {number}</title><content>{text}</content></entry>"
    return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Reports</title>{entry}</feed>'.encode()


MAKERS: dict[str, Callable[[str, int], bytes]] = {
    ".txt": lambda text, number: f"Report {number}\n\n{text}\n".encode(),
    ".md": lambda text, number: f"---\ntitle: Report {number}\n---\n# Report\n\n{text}\n".encode(),
    ".html": _page,
    ".pdf": _pdf,
    ".docx": _docx,
    ".odt": lambda text, number: samples.odt([text], f"Report {number}"),
    ".epub": lambda text, number: samples.epub({"a.xhtml": f"<p>{text}</p>"}, ["a.xhtml"], f"<dc:title>{number}</dc:title>"),
    ".rtf": lambda text, number: rb"{\rtf1\ansi " + f"Report {number}\\par {text}\\par}}".encode(),
    ".eml": lambda text, number: samples.mail(text, identity=f"<{number}@example.org>").as_bytes(),
    ".mbox": lambda text, number: samples.mailbox([samples.mail(text, identity=f"<{number}@example.org>")]),
    ".mhtml": lambda text, number: samples.mhtml().replace(b"harbour wall", f"{text} {number}".encode()[:60]),
    ".csv": lambda text, number: f"id,title,text\n{number},Report {number},{text}\n".encode(),
    ".tsv": lambda text, number: f"id\ttitle\ttext\n{number}\tReport {number}\t{text}\n".encode(),
    ".jsonl": lambda text, number: json.dumps({"id": number, "title": f"Report {number}", "text": text}).encode() + b"\n",
    ".parquet": _parquet,
    ".zip": lambda text, number: samples.pack({"report.txt": f"Report {number}\n\n{text}\n"}),
    ".tar.gz": _tar_gz,
    ".rss": _rss,
    ".atom": _atom,
}

if __name__ == "__main__":
    typer.run(main)
