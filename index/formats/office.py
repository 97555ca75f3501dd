"""Word processors' files and e-books: ZIP archives of XML and HTML."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO
from typing import Any
from urllib.parse import unquote
from xml.parsers import expat

from lxml import etree  # type: ignore[import-untyped]

from index.formats import text
from index.formats.document import Document, UnusableError, iso_date, language_code, names, web_address, without_ending
from index.formats.html import plain_text, tidy

MAX_UNPACKED_MEBIBYTES = 64  # of XML and HTML; pictures are never unpacked
MAX_MEMBERS = 10_000
_PIECE = 4096  # bytes
_MARK_UP = (".xml", ".xhtml", ".html", ".htm", ".rels", ".opf", ".ncx", ".rdf")
# The arrow that mammoth puts behind each note.
_BACK_TO_TEXT = re.compile(r'<a href="#[^"]{0,100}-ref-[^"]{0,100}">↑</a>')
# Notes within a sentence would tear it apart; they come behind the text. What was struck out is no text.
_PARAGRAPHS = "descendant::*[(self::text:p or self::text:h)"
_APART = "ancestor::text:note or ancestor::text:tracked-changes"


def read_docx(data: bytes) -> Document:
    """Raises UnusableError; also anything that a parser raises on a damaged file."""
    import mammoth  # type: ignore[import-untyped]

    archive = _open(data, "word/document.xml", ".docx")
    # The parser behind mammoth expands entities, of which no Word document has any. Any member may be one of its parts.
    for name in archive.namelist():
        _check_prologue(archive, name)
    facts = _dublin_core(_member(archive, "docProps/core.xml"))
    # Pictures would be written into the HTML; they hold no words.
    page = mammoth.convert_to_html(BytesIO(data), convert_image=lambda _: []).value
    return Document(
        plain_text(_BACK_TO_TEXT.sub("", page)),
        title=without_ending(facts.get("title", ""), ".docx"),
        published=iso_date(facts.get("created")),
        author=names(facts.get("creator")),
        language=language_code(facts.get("language")),
    )


def _check_prologue(archive: zipfile.ZipFile, name: str) -> None:
    """Raises UnusableError where a member is XML that may declare entities; told by the parser that is behind mammoth."""

    def check_type(name: str, system: str | None, public: str | None, declares: bool) -> None:  # noqa: ARG001
        # Pictures (SVG) have document types that declare nothing, and no other file is ever read for one.
        if declares:
            raise UnusableError("is damaged or no .docx file (declares a document type)")

    begun: list[str] = []
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = check_type
    parser.StartElementHandler = lambda element, _: begun.append(element)
    try:
        with archive.open(name) as member:
            while not begun and (piece := member.read(_PIECE)):
                parser.Parse(piece)
    except (expat.ExpatError, zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError, ValueError):
        pass  # what is no XML, or cannot be unpacked, is none to mammoth either


def read_odt(data: bytes) -> Document:
    """Raises UnusableError; also anything that a parser raises on a damaged file."""
    from odfdo import Document as OdfDocument

    archive = _open(data, "content.xml", ".odt")
    if b"encryption-data" in _member(archive, "META-INF/manifest.xml"):
        raise UnusableError("is encrypted")
    facts = _dublin_core(_member(archive, "meta.xml"))
    body = OdfDocument(BytesIO(data)).body
    for comment in body.get_elements("descendant::office:annotation"):
        comment.delete()
    parts = body.get_elements(f"{_PARAGRAPHS} and not(ancestor::text:p or {_APART})]")
    parts += body.get_elements(f"{_PARAGRAPHS} and ancestor::text:note-body]")
    return Document(
        tidy("\n\n".join(str(part.get_formatted_text()).strip("\n") for part in parts)),
        title=without_ending(facts.get("title", ""), ".odt"),
        published=iso_date(facts.get("creation-date") or facts.get("date")),
        author=names(facts.get("initial-creator") or facts.get("creator")),
        language=language_code(facts.get("language")),
    )


def read_epub(data: bytes) -> Document:
    """The chapters one after the other, as the book orders them. Raises UnusableError."""
    archive = _open(data, "META-INF/container.xml", ".epub")
    container = etree.fromstring(_member(archive, "META-INF/container.xml"), _parser())
    place = next((element.get("full-path") for element in container.iter("{*}rootfile")), None) or ""
    package = _member(archive, place)
    facts = _dublin_core(package)
    chapters = []
    for member in _spine(etree.fromstring(package, _parser()), posixpath.dirname(place)) if package else ():
        if chapter := _member(archive, member):
            chapters.append(plain_text(text.decode(chapter)))
    if "META-INF/encryption.xml" in archive.namelist() and not any(chapters):
        raise UnusableError("is encrypted")
    return Document(
        "\n\n".join(filter(None, chapters)),
        title=facts.get("title", ""),
        published=iso_date(facts.get("date")),
        author=names(facts.get("creator")),
        language=language_code(facts.get("language")),
        url=web_address(facts.get("source")),
    )


def _spine(package: Any, folder: str) -> list[str]:
    """The members that hold the chapters, in order, each once: a book that names one a million times is no longer for it."""
    places = {item.get("id"): item.get("href") for item in package.iter("{*}item")}
    wanted = [places.get(reference.get("idref")) for reference in package.iter("{*}itemref")]
    return list(dict.fromkeys(posixpath.normpath(posixpath.join(folder, unquote(place))) for place in wanted if place))


def _dublin_core(xml: bytes) -> Mapping[str, str]:
    """The elements that hold only text, by their names without namespace ("title", "creator"); of several the first.

    They are what .docx, .odt and .epub write their metadata in. Empty where `xml` is none.
    """
    try:
        root = etree.fromstring(xml, _parser())
    except (etree.XMLSyntaxError, ValueError):
        return {}
    found: dict[str, str] = {}
    for element in root.iter(etree.Element):
        if element.text and element.text.strip():
            found.setdefault(etree.QName(element).localname, element.text.strip())
    return found


def _parser() -> Any:
    """A parser that follows nothing outside of what it parses, and expands nothing inside."""
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False)


def _open(data: bytes, needed: str, ending: str) -> zipfile.ZipFile:
    """The archive, if it is one with this member and unpacks to a bounded size. Raises UnusableError."""
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        # What Office encrypts is a container of another kind.
        encrypted = data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") and "EncryptedPackage".encode("utf-16-le") in data
        raise UnusableError("is encrypted" if encrypted else f"is damaged or no {ending} file") from error
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise UnusableError(f"holds more than {MAX_MEMBERS} files")
    # zipfile reads no more of a member than is said here, even if there is more.
    if (
        sum(member.file_size for member in members if member.filename.lower().endswith(_MARK_UP))
        > MAX_UNPACKED_MEBIBYTES * 2**20
    ):
        raise UnusableError(f"unpacks to more than {MAX_UNPACKED_MEBIBYTES} MiB")
    if needed not in archive.namelist():
        raise UnusableError(f"is damaged or no {ending} file (holds no {needed})")
    if archive.getinfo(needed).flag_bits & 1:
        raise UnusableError("is encrypted")
    return archive


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    """The content of a member, empty where there is none. Raises UnusableError where it is damaged or too large."""
    try:
        if archive.getinfo(name).file_size > MAX_UNPACKED_MEBIBYTES * 2**20:
            raise UnusableError(f"unpacks to more than {MAX_UNPACKED_MEBIBYTES} MiB")
        return archive.read(name)
    except KeyError:
        return b""
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        raise UnusableError(f"is damaged ({name})") from error
