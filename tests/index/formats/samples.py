"""Small real files of every format, made by hand or by the libraries that write them."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from io import BytesIO
from xml.sax.saxutils import escape

import odfdo

STORM = "The storm of that winter broke the harbour wall in two places, and forty boats were lost."
COUNCIL = "The council voted in March to build it again, for about two million crowns."
CAPTAIN = "“We had an hour’s warning,” said Ane Holm, the harbour master."
PARAGRAPHS = (STORM, COUNCIL, CAPTAIN)


def pack(members: Mapping[str, str | bytes]) -> bytes:
    """A ZIP archive of these members."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def pdf(pages: Sequence[Sequence[str]], info: str = "", more: str = "") -> bytes:
    """A PDF file with these lines of ASCII on its pages. info: entries of its Info dictionary; more: of its trailer."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R /Lang (en-GB) >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{' '.join(f'{4 + 2 * n} 0 R' for n in range(len(pages)))}] >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, lines in enumerate(pages):
        shown = "".join(f"({line}) Tj T* " for line in lines)
        content = f"BT /F1 11 Tf 14 TL 60 780 Td {shown}ET"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    objects.append(f"<< {info} >>")
    file, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(file))
        file += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    return (
        f"{file}xref\n0 {size}\n0000000000 65535 f \n{table}"
        f"trailer\n<< /Size {size} /Root 1 0 R /Info {len(objects)} 0 R {more} >>\nstartxref\n{len(file)}\n%%EOF\n"
    ).encode("latin-1")


def docx(body: str, core: str = "", notes: str = "") -> bytes:
    """A Word document. body: what stands in <w:body>; core: among its core properties; notes: among its footnotes."""
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    package = "http://schemas.openxmlformats.org/package/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return pack(
        {
            "[Content_Types].xml": f'<Types xmlns="{package}/content-types"><Default Extension="xml" '
            'ContentType="application/xml"/><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override '
            'PartName="/word/document.xml" ContentType='
            '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
            f'Type="{office}/officeDocument" Target="word/document.xml"/></Relationships>',
            "docProps/core.xml": f'<cp:coreProperties xmlns:cp="{package}/metadata/core-properties" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
            f"{core}</cp:coreProperties>",
            "word/_rels/document.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
            f'Type="{office}/footnotes" Target="footnotes.xml"/></Relationships>',
            "word/footnotes.xml": f'<w:footnotes xmlns:w="{word}">{notes}</w:footnotes>',
            "word/document.xml": f'<w:document xmlns:w="{word}"><w:body>{body}</w:body></w:document>',
        }
    )


def word_paragraph(text: str) -> str:
    return f'<w:p><w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def odt(paragraphs: Sequence[str], title: str) -> bytes:
    document = odfdo.Document("text")
    document.body.clear()
    document.body.append(odfdo.Header(1, title))
    for paragraph in paragraphs:
        document.body.append(odfdo.Paragraph(paragraph))
    meta = document.meta
    meta.title, meta.initial_creator, meta.language = title, "Ane Holm", "en-GB"
    meta.set_creation_date(odfdo.datatype.DateTime.decode("2024-05-06T10:00:00"))
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def epub(chapters: Mapping[str, str], spine: Sequence[str], metadata: str) -> bytes:
    """A book. chapters: HTML bodies by member below "book/"; spine: those read, in order."""
    items = "".join(f'<item id="{name}" href="{name}" media-type="application/xhtml+xml"/>' for name in chapters)
    order = "".join(f'<itemref idref="{name}"/>' for name in spine)
    return pack(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="book/a.opf" media-type="application/oebps-package+xml"/></rootfiles></container>',
            "book/a.opf": '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<metadata>{metadata}</metadata><manifest>{items}</manifest><spine>{order}</spine></package>",
            **{
                f"book/{name}": '<?xml version="1.0" encoding="UTF-8"?>\n<html xmlns="http://www.w3.org/1999/xhtml">'
                f"<head><title>{name}</title></head><body>{body}</body></html>"
                for name, body in chapters.items()
            },
        }
    )


RTF = (
    rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Times;}}{\info{\title The harbour wall}{\author Ane Holm}"
    rb"{\creatim\yr2024\mo5\dy6\hr10}}\f0 The storm of that winter broke the \b harbour\b0  wall.\par "
    rb"A caf\'e9 was lost, and \u8220?forty\u8221? boats.\par}"
)


def mail(text: str = STORM, *, html: str | None = None, identity: str | None = "<1.storm@example.org>") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Ane Holm <ane@example.org>"
    message["Subject"] = "The harbour wall – again"
    message["Date"] = "Mon, 06 May 2024 23:30:00 -0500"
    if identity is not None:
        message["Message-ID"] = identity
    if text:
        message.set_content(text)
    if html is not None and text:
        message.add_alternative(html, subtype="html")
    elif html is not None:
        message.set_content(html, subtype="html")
    return message


def mailbox(mails: Sequence[EmailMessage]) -> bytes:
    parts = []
    for message in mails:
        body = message.as_bytes().replace(b"\nFrom ", b"\n>From ")
        parts.append(b"From ane@example.org Mon May  6 23:30:00 2024\n" + body.rstrip(b"\n") + b"\n\n")
    return b"".join(parts)


def page(address: str = "https://example.org/harbour") -> str:
    sentences = " ".join(PARAGRAPHS)
    return (
        f'<!doctype html><html lang="en-GB"><head><title>The harbour wall</title><link rel="canonical" href="{address}">'
        '<meta name="author" content="Ane Holm"><meta property="article:published_time" content="2024-05-06T10:00:00Z">'
        f"</head><body><nav><a href='/'>Home</a></nav><article><h1>The harbour wall</h1><p>{sentences}</p>"
        f"<p>{sentences}</p></article></body></html>"
    )


def mhtml() -> bytes:
    message = EmailMessage()
    message["From"] = "<Saved by a browser>"
    message["Snapshot-Content-Location"] = "https://example.org/saved"
    message["Subject"] = "The harbour wall"
    message["Date"] = "Tue, 07 May 2024 08:00:00 -0000"
    message.set_content(page(address="x:"), subtype="html", cte="quoted-printable")
    message.make_related()
    message.add_attachment(b"\x89PNG", maintype="image", subtype="png")
    return message.as_bytes()


ODT = odt(PARAGRAPHS, "The harbour wall")
DOCX = docx(
    word_paragraph("The harbour wall") + "".join(map(word_paragraph, PARAGRAPHS)),
    "<dc:title>The harbour wall</dc:title><dc:creator>Ane Holm</dc:creator><dc:language>en-GB</dc:language>"
    "<dcterms:created>2024-05-06T10:00:00Z</dcterms:created>",
)
EPUB = epub(
    {"b.xhtml": f"<h1>Two</h1><p>{COUNCIL}</p>", "a.xhtml": f"<h1>One</h1><p>{STORM}</p>"},
    ["a.xhtml", "b.xhtml"],
    "<dc:title>The harbour wall</dc:title><dc:creator>Ane Holm</dc:creator><dc:date>2024-05-06</dc:date>"
    "<dc:language>en</dc:language>",
)
PDF = pdf(
    [
        ["The harbour wall", "The storm of that winter broke the harbour wall in two places,", "and forty boats were lost."],
        [],
        ["The council voted in March to build it again, for about two mil-", "lion crowns."],
    ],
    "/Title (The harbour wall) /Author (Ane Holm) /CreationDate (D:20240506100000+02'00')",
)
# The password is not the empty one.
ENCRYPTED_PDF = pdf(
    [["Secret"]],
    more=f"/ID [<{'00' * 16}> <{'00' * 16}>] "
    f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{'11' * 32}> /U <{'22' * 32}> /P -4 >>",
)

# One of each format, by its ending.
ALL = {
    ".pdf": PDF,
    ".docx": DOCX,
    ".odt": ODT,
    ".epub": EPUB,
    ".rtf": RTF,
    ".eml": mail().as_bytes(),
    ".mbox": mailbox([mail(), mail(COUNCIL, identity=None)]),
    ".mhtml": mhtml(),
    ".html": page().encode(),
    ".md": f"---\ntitle: The harbour wall\nauthor: [Ane Holm]\ndate: 2024-05-06\n---\n# Harbour\n{STORM}\n".encode(),
    ".txt": "\n".join(PARAGRAPHS).encode("cp1252"),
}
