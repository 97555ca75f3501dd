"""Files that are made to do harm cost bounded time and memory, and the next file is read as ever."""

from __future__ import annotations

import os
import random
import sys
import time
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from index.articles import MAX_TITLE, Article, Unreadable, normalise, read_articles
from index.formats import read_document
from index.formats.document import UnusableError
from index.formats.worker import Worker
from tests.index.formats import samples

ENTITIES = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
BILLION_LAUGHS = f'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">{ENTITIES}]>'
OUTSIDE = '<!DOCTYPE a [<!ENTITY j SYSTEM "file:///etc/passwd">]>'


def read(ending: str, data: bytes) -> Article | Unreadable:
    (result,) = read_document(f"/a{ending}", ending, data, f"/a{ending}")
    return result


def remade(archive: bytes, member: str, change: Callable[[bytes], bytes]) -> bytes:
    with zipfile.ZipFile(BytesIO(archive)) as file:
        return samples.pack({name: (change if name == member else bytes)(file.read(name)) for name in file.namelist()})


def with_entity(xml: bytes, declaration: str) -> bytes:
    head, end, rest = xml.rpartition(b"?>")
    return head + end + declaration.encode() + rest.replace(b"The storm", b"&j;", 1)


@pytest.mark.parametrize("declaration", [BILLION_LAUGHS, OUTSIDE])
@pytest.mark.parametrize(
    ("ending", "data", "member"),
    [
        (".docx", samples.DOCX, "word/document.xml"),
        (".docx", samples.DOCX, "docProps/core.xml"),
        (".odt", samples.ODT, "content.xml"),
        (".odt", samples.ODT, "meta.xml"),
        (".epub", samples.EPUB, "book/a.xhtml"),
        (".epub", samples.EPUB, "book/a.opf"),
        (".epub", samples.EPUB, "META-INF/container.xml"),
    ],
)
def test_entities_are_not_expanded(ending: str, data: bytes, member: str, declaration: str) -> None:
    result = read(ending, remade(data, member, lambda xml: with_entity(xml, declaration)))
    words = result.text + result.title if isinstance(result, Article) else result.reason
    assert len(words) < 1000
    assert "root:" not in words


def moved_main_part(archive: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """The Word document with a changed copy of its main part, under another ending, in the place of it."""
    with zipfile.ZipFile(BytesIO(archive)) as file:
        members = {name: file.read(name) for name in file.namelist()}
    members["word/main.png"] = change(members["word/document.xml"])
    members["word/_rels/main.png.rels"] = members["word/_rels/document.xml.rels"]
    members["_rels/.rels"] = members["_rels/.rels"].replace(b"word/document.xml", b"word/main.png")
    members["[Content_Types].xml"] = members["[Content_Types].xml"].replace(b"word/document.xml", b"word/main.png")
    return samples.pack(members)


@pytest.mark.parametrize(
    "data",
    [
        remade(samples.DOCX, "word/document.xml", lambda xml: with_entity(xml, f"<!-- {'x' * 5000} -->{BILLION_LAUGHS}")),
        remade(samples.DOCX, "word/document.xml", lambda xml: with_entity(xml, BILLION_LAUGHS).decode().encode("utf-16")),
        moved_main_part(samples.DOCX, lambda xml: with_entity(xml, BILLION_LAUGHS)),
    ],
)
def test_a_document_type_is_found_wherever_it_stands(data: bytes) -> None:
    assert read(".docx", data) == Unreadable("/a.docx", "is damaged or no .docx file (declares a document type)")


def test_a_picture_of_a_document_type_is_no_reason_to_refuse_a_word_document() -> None:
    picture = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd"><svg/>'
    with zipfile.ZipFile(BytesIO(samples.DOCX)) as file:
        members = {name: file.read(name) for name in file.namelist()}
    assert isinstance(read(".docx", samples.pack({**members, "word/media/image1.svg": picture})), Article)


def test_a_word_document_is_read_whatever_its_main_part_is_called() -> None:
    result, whole = read(".docx", moved_main_part(samples.DOCX, bytes)), read(".docx", samples.DOCX)
    assert isinstance(result, Article)
    assert isinstance(whole, Article)
    assert result.text == whole.text


def test_zip_bombs_are_not_unpacked() -> None:
    bomb = remade(samples.DOCX, "word/document.xml", lambda xml: xml + b" " * 100 * 2**20)
    assert read(".docx", bomb) == Unreadable("/a.docx", "unpacks to more than 64 MiB")
    bomb = samples.epub({f"{n}.xhtml": "<p>" + "a" * 2**20 for n in range(70)}, [], "")
    assert read(".epub", bomb) == Unreadable("/a.epub", "unpacks to more than 64 MiB")
    many = samples.pack({"content.xml": "", **{str(number): "" for number in range(10_001)}})
    assert read(".odt", many) == Unreadable("/a.odt", "holds more than 10000 files")


def test_a_member_that_unpacks_to_more_than_it_says() -> None:
    data = remade(samples.EPUB, "book/a.xhtml", lambda _: b"a" * 10**6)
    says = (10**6).to_bytes(4, "little")
    result = read(".epub", data.replace(says, (1000).to_bytes(4, "little")))
    assert result == Unreadable("/a.epub", "is damaged (book/a.xhtml)")


@pytest.mark.parametrize("ending", [".docx", ".odt", ".epub"])
def test_archives_of_something_else(ending: str) -> None:
    result = read(ending, samples.pack({"a": "b"}))
    assert isinstance(result, Unreadable)
    assert result.reason.startswith(f"is damaged or no {ending} file (holds no ")
    assert read(ending, b"words") == Unreadable(f"/a{ending}", f"is damaged or no {ending} file")
    # what Office encrypts is such a container
    encrypted = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    assert read(ending, encrypted) == Unreadable(f"/a{ending}", "is encrypted")


@pytest.mark.parametrize(
    ("ending", "data"),
    [
        (".html", b"<html><body>" + b"<b>" * 5_000_000),
        (".epub", samples.epub({"a": "<div>" * 1_000_000}, ["a"], "")),
        (".epub", samples.epub({"a": "<table><tr><td colspan=1000000000 rowspan=1000000000>a"}, ["a"], "")),
        (".odt", remade(samples.ODT, "content.xml", lambda xml: xml.replace(b"<office:text>", b"<office:text>" * 100_000))),
        (".eml", b"".join(b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (n, n) for n in range(500)) + b"\nx"),
        (".rtf", b"{\\rtf1 " + b"{" * 100_000 + b"words"),
        (".pdf", samples.PDF.replace(b"/Kids [4 0 R", b"/Kids [2 0 R")),
        (".pdf", samples.PDF.replace(b"/Count 3", b"/Count 2000000000")),
        (".md", b"---\n" + b"[" * 100_000 + b"\n---\nwords"),
    ],
)
def test_what_is_nested_or_repeated_without_end(ending: str, data: bytes) -> None:
    result = read(ending, data)
    assert isinstance(result, Article) or "crash" not in result.reason
    assert isinstance(read(".rtf", samples.RTF), Article)


@pytest.mark.parametrize("ending", [".txt", ".html", ".docx", ".eml"])
def test_a_line_of_two_gigabytes(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    with path.open("wb") as file:
        file.truncate(2 * 2**30)
    (result,) = read_articles(path)
    assert isinstance(result, Unreadable)
    assert result.reason in ("is larger than 64 MiB", "is larger than 16 MiB")


# --- the process that reads ---------------------------------------------------------------------------------------------------

SLEEPING = (sys.executable, "-c", "import time; time.sleep(600)")
CRASHING = (sys.executable, "-c", "import os, signal; input(); os.kill(os.getpid(), signal.SIGSEGV)")
# The real process, with a reader that takes what memory its document says.
GREEDY = (
    sys.executable,
    "-c",
    "import sys, types\nfrom index.formats import child\nfrom index.formats.document import Document\n"
    "module = types.ModuleType('index.formats.greedy')\nmodule.read = lambda data: Document(str(len(bytearray(int(data)))))\n"
    "sys.modules[module.__name__] = module\nchild.READERS['.greedy'] = ('greedy', 'read', 'greed')\nchild.main()",
)

# The real process, with a reader that never comes to an end and a second for it.
COMPUTING = (
    sys.executable,
    "-c",
    "import itertools, types, sys\nfrom index.formats import child\nmodule = types.ModuleType('index.formats.endless')\n"
    "module.read = lambda data: sum(itertools.repeat(0))\nsys.modules[module.__name__] = module\n"
    "child.READERS['.endless'] = ('endless', 'read', 'nothing')\nchild.COMPUTING_SECONDS = 1\nchild.main()",
)


def test_what_hangs_is_stopped_and_the_next_one_read() -> None:
    worker = Worker(seconds=0.3, command=SLEEPING)
    with pytest.raises(UnusableError, match=r"^takes longer than 0.3 s to read$"):
        worker.read(".rtf", samples.RTF)
    assert worker.process is None
    normal = Worker()
    worker.command, worker.seconds = normal.command, normal.seconds
    assert "café" in worker.read(".rtf", samples.RTF).text
    worker.close()


def test_what_hangs_may_be_read_the_next_time_but_not_what_computes_too_long() -> None:
    with pytest.raises(UnusableError) as hanging:
        Worker(seconds=0.3, command=SLEEPING).read(".rtf", samples.RTF)
    assert hanging.value.fleeting
    if sys.platform == "linux":
        with pytest.raises(UnusableError, match=r"^takes more than 25 s of computing to be read$") as computing:
            Worker(command=COMPUTING).read(".endless", b"x")
        assert not computing.value.fleeting


def test_one_that_takes_no_input_is_stopped_too() -> None:
    worker = Worker(seconds=0.3, command=SLEEPING)
    with pytest.raises(UnusableError, match=r"^takes longer"):
        worker.read(".rtf", bytes(2**20))  # more than a pipe holds


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals to die of")
def test_what_crashes_its_parser_is_reported() -> None:
    worker = Worker(command=CRASHING)
    with pytest.raises(UnusableError, match=r"^makes its parser crash \(SIGSEGV\)$"):
        worker.read(".rtf", samples.RTF)


def test_a_process_that_died_between_two_documents_is_replaced() -> None:
    worker = Worker()
    before = worker.read(".rtf", samples.RTF)
    assert worker.process is not None
    first = worker.process.pid
    worker.process.kill()
    worker.process.wait()
    assert worker.read(".rtf", samples.RTF) == before
    assert worker.process.pid != first
    worker.close()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not keep to a limit of memory")
def test_memory_is_limited_and_the_process_replaced() -> None:
    worker = Worker(command=GREEDY)
    assert worker.read(".greedy", b"1000000").text == "1000000"
    with pytest.raises(UnusableError, match=r"^needs more than 1 GiB of memory to be read$"):
        worker.read(".greedy", b"2000000000")
    assert worker.process is None
    assert worker.read(".greedy", b"1000000").text == "1000000"
    worker.close()


def test_whatever_a_parser_raises_is_a_reason() -> None:
    worker = Worker(command=GREEDY)
    with pytest.raises(UnusableError, match=r"^cannot be read as greed \(ValueError\)$"):
        worker.read(".greedy", b"no number")
    worker.close()


# --- files with faults --------------------------------------------------------------------------------------------------------


def mutated(data: bytes, others: bytes, chance: random.Random) -> bytes:
    """The data with some faults: bytes changed, cut out, doubled, or taken from another file."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 2, 10, 50))):
        place = chance.randrange(len(changed) + 1)
        length = chance.choice((1, 4, 100, 1000))
        match chance.randrange(5):
            case 0 | 1:
                changed[place : place + 1] = bytes([chance.randrange(256)])
            case 2:
                del changed[place : place + length]
            case 3:
                changed[place:place] = changed[place : place + length] * chance.choice((1, 2, 100))
            case 4:
                start = chance.randrange(len(others))
                changed[place : place + length] = others[start : start + length]
    return bytes(changed)


def with_faults(ending: str, chance: random.Random) -> bytes:
    data, others = samples.ALL[ending], samples.ALL[chance.choice(list(samples.ALL))]
    if zipfile.is_zipfile(BytesIO(data)) and chance.random() < 0.7:
        # in what is packed, which otherwise would nearly always fail by its checksum
        with zipfile.ZipFile(BytesIO(data)) as file:
            member = chance.choice([name for name in file.namelist() if file.getinfo(name).file_size])
        return remade(data, member, lambda content: mutated(content, others, chance))
    return mutated(data, others, chance)


def test_files_with_faults() -> None:
    """Never an exception, a crash or a hang: for 200 files, or for QUOTH_FUZZ_MINUTES=n minutes of others at each run."""
    minutes = float(os.environ.get("QUOTH_FUZZ_MINUTES", 0))
    end = time.monotonic() + 60 * minutes
    seed, count = (random.randrange(2**31), 10**9) if minutes else (0, 200)
    for number in range(count):
        if minutes and time.monotonic() > end:
            break
        ending = list(samples.ALL)[number % len(samples.ALL)]
        data = with_faults(ending, random.Random(seed + number))
        for result in read_document(f"/a{ending}", ending, data, f"/a{ending}"):
            if isinstance(result, Unreadable):
                assert not any(word in result.reason for word in ("crash", "longer", "memory")), (seed + number, ending, result)
            else:
                assert result.text == normalise(result.text), (seed + number, ending)
                assert 0 < len(result.title) <= MAX_TITLE
                assert list(result.pages) == sorted(result.pages)
                assert all(0 <= page <= len(result.text) for page in result.pages)
                assert "".join((result.text, result.title, result.author or "")).encode()
