"""Every format's text and metadata, from small files that its own programs could have written."""

from __future__ import annotations

from dataclasses import astuple
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import odfdo
import pytest

from index.articles import Article, Unreadable, read_articles
from index.formats import read_document
from index.formats.pdf import read_pdf
from tests.index.formats import samples
from tests.index.formats.samples import CAPTAIN, COUNCIL, STORM


def read(ending: str, data: bytes) -> Article:
    (article,) = read_document(f"/a{ending}", ending, data, f"/a{ending}")
    assert isinstance(article, Article), article
    return article


def reason(ending: str, data: bytes) -> str:
    (unreadable,) = read_document(f"/a{ending}", ending, data, f"/a{ending}")
    assert isinstance(unreadable, Unreadable), unreadable
    return unreadable.reason


TITLE = "The harbour wall"
PAGE = f"{TITLE}\n{STORM} {COUNCIL} {CAPTAIN}"
GOLDEN = {
    ".pdf": (f"{TITLE}\n{STORM}\n\n{COUNCIL}", TITLE, "2024-05-06", "Ane Holm", "en", None),
    ".docx": (f"{TITLE}\n\n{STORM}\n\n{COUNCIL}\n\n{CAPTAIN}", TITLE, "2024-05-06", "Ane Holm", "en", None),
    ".odt": (f"{TITLE}\n\n{STORM}\n\n{COUNCIL}\n\n{CAPTAIN}", TITLE, "2024-05-06", "Ane Holm", "en", None),
    ".epub": (f"One\n\n{STORM}\n\nTwo\n\n{COUNCIL}", TITLE, "2024-05-06", "Ane Holm", "en", None),
    ".rtf": (
        "The storm of that winter broke the harbour wall.\nA café was lost, and “forty” boats.",
        TITLE,
        "2024-05-06",
        "Ane Holm",
        None,
        None,
    ),
    ".eml": (STORM, f"{TITLE} – again", "2024-05-06", "Ane Holm", None, None),
    ".mhtml": (PAGE, TITLE, "2024-05-06", "Ane Holm", "en", "https://example.org/saved"),
    ".html": (PAGE, TITLE, "2024-05-06", "Ane Holm", "en", "https://example.org/harbour"),
    ".md": (samples.ALL[".md"].decode(), TITLE, "2024-05-06", "Ane Holm", None, None),
    ".txt": (f"{STORM}\n{COUNCIL}\n{CAPTAIN}", STORM, None, None, None, None),
}


@pytest.mark.parametrize("ending", GOLDEN)
def test_text_and_metadata(ending: str) -> None:
    article = read(ending, samples.ALL[ending])
    found = (article.text, article.title, article.published, article.author, article.language, article.url)
    assert found == GOLDEN[ending]
    assert (article.source, article.file) == (f"/a{ending}", f"/a{ending}")


@pytest.mark.parametrize("ending", GOLDEN)
def test_files_are_read_as_their_bytes_are(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    path.write_bytes(samples.ALL[ending])
    (article,) = read_articles(path)
    (expected,) = read_document(str(path), ending, samples.ALL[ending], str(path))
    assert isinstance(article, Article)
    assert isinstance(expected, Article)
    assert astuple(article) == astuple(expected)


def test_the_pages_of_a_pdf_keep_their_numbers() -> None:
    article = read(".pdf", samples.PDF)
    # The second page is empty, and the text of the third begins where it would.
    assert article.pages == (0, len(TITLE) + 1 + len(STORM) + 1, len(TITLE) + 1 + len(STORM) + 2)
    assert article.text[article.pages[2] :] == COUNCIL


def test_what_stands_above_and_below_every_page_is_left_out() -> None:
    pages = [
        [f"The Harbour Gazette, page {number}", f"The {word} storm broke the harbour wall.", f"- {number} -"]
        for number, word in enumerate(("first", "second", "third", "fourth"), 1)
    ]
    text = read_pdf(samples.pdf(pages)).text
    assert text == "\n".join(f"The {word} storm broke the harbour wall." for word in ("first", "second", "third", "fourth"))


def test_lines_of_a_pdf_become_paragraphs() -> None:
    lines = [
        "1. The wall",
        "The storm of that winter broke the harbour",
        "wall in two places, and forty boats were",
        "lost.",
        "The council of the town of Holm voted to re-",
        "build it in Anglo-",
        "Danish granite.",
        "- two million crowns for the granite and",
        "the pitch",
        "- forty boats",
    ]
    assert read_pdf(samples.pdf([lines])).text.split("\n") == [
        "1. The wall",
        "The storm of that winter broke the harbour wall in two places, and forty boats were lost.",
        "The council of the town of Holm voted to rebuild it in Anglo-Danish granite.",
        "- two million crowns for the granite and the pitch",
        "- forty boats",
    ]


@pytest.mark.parametrize("title", ["Microsoft Word - wall3.doc", "untitled", "wall.indd", ""])
def test_a_title_that_a_program_made_up_is_none(title: str) -> None:
    assert read(".pdf", samples.pdf([["The storm", STORM, COUNCIL]], f"/Title ({title})")).title == "The storm"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (samples.ENCRYPTED_PDF, "is encrypted"),
        (b"%PDF-1.4\nnothing", "cannot be read as PDF: it is damaged or none"),
        (b"no PDF", "cannot be read as PDF: it is damaged or none"),
        (b"  \n", "is empty"),
        (samples.pdf([[], []]), "holds no text (pages that are pictures need text recognition first)"),
    ],
)
def test_pdf_without_text(data: bytes, expected: str) -> None:
    assert reason(".pdf", data) == expected


def test_all_the_text_of_a_word_document() -> None:
    deleted = '<w:p><w:r><w:t>kept</w:t></w:r><w:del w:id="1"><w:r><w:delText> struck</w:delText></w:r></w:del>'
    inserted = '<w:ins w:id="2"><w:r><w:t> and added</w:t></w:r></w:ins></w:p>'
    control = f"<w:sdt><w:sdtContent>{samples.word_paragraph('in a form')}</w:sdtContent></w:sdt>"
    cells = "".join(f"<w:tc>{samples.word_paragraph(cell)}</w:tc>" for cell in ("Boats", "40"))
    body = f"{deleted}{inserted}{control}<w:tbl><w:tr>{cells}</w:tr></w:tbl>"
    assert read(".docx", samples.docx(body)).text.split("\n\n") == ["kept and added", "in a form", "Boats  40"]


def test_the_notes_of_a_word_document_stand_behind_its_text() -> None:
    mark = '</w:t></w:r><w:r><w:footnoteReference w:id="7"/></w:r><w:r><w:t xml:space="preserve">'
    body = samples.word_paragraph("Forty boats| were lost.").replace("|", mark)
    note = f'<w:footnote w:id="7">{samples.word_paragraph("And a raft.")}</w:footnote>'
    assert read(".docx", samples.docx(body, notes=note)).text.split("\n\n") == ["Forty boats[1] were lost.", " 1. And a raft."]


def test_notes_stand_behind_the_text_and_comments_nowhere() -> None:
    paragraph = odfdo.Paragraph("Forty boats were lost, all told.")
    paragraph.insert_note(after="boats", note_id="1", citation="1", body="And a raft.")
    paragraph.insert_annotation(after="lost", body="Is that so?", creator="Ane Holm")
    table = odfdo.Table("boats", 2, 1)
    table.set_value("A1", "Boats")
    table.set_value("B1", 40)
    document = odfdo.Document("text")
    document.body.clear()
    deleted = "<text:tracked-changes><text:changed-region><text:deletion><text:p>struck</text:p></text:deletion>"
    document.body.append(odfdo.Element.from_tag(deleted + "</text:changed-region></text:tracked-changes>"))
    boxed = "<text:p>Seen: <draw:frame><draw:text-box><text:p>in a box</text:p></draw:text-box></draw:frame></text:p>"
    for element in (paragraph, table, odfdo.Element.from_tag(boxed)):
        document.body.append(element)
    file = BytesIO()
    document.save(file)
    assert read(".odt", file.getvalue()).text.split("\n\n") == [
        "Forty boats[1] were lost, all told.",
        "Boats",
        "40",
        "Seen:   in a box",
        "And a raft.",
    ]


def test_an_encrypted_text_document() -> None:
    manifest = "<manifest:encryption-data manifest:checksum='x'/>"
    data = samples.pack({"content.xml": b"\x12\x34", "META-INF/manifest.xml": manifest})
    assert reason(".odt", data) == "is encrypted"


def test_chapters_are_read_in_the_order_of_the_book_and_once() -> None:
    chapters = {"b.xhtml": "<p>Second.</p>", "a.xhtml": "<p>First.</p>", "c.xhtml": "<p>Not in it.</p>"}
    book = samples.epub(chapters, ["a.xhtml", "b.xhtml", "a.xhtml", "gone.xhtml", *["b.xhtml"] * 1000], "")
    assert read(".epub", book).text == "First.\n\nSecond."


def test_a_book_reads_nothing_outside_of_itself() -> None:
    book = samples.epub({"../../../../etc/passwd": "<p>Inside.</p>", "/etc/passwd": "<p>Inside too.</p>"}, ["/etc/passwd"], "")
    assert reason(".epub", book) == "is empty"


def test_the_html_of_a_mail_is_read_whole_where_there_is_no_plain_text() -> None:
    both = samples.mail("Plain.", html="<p>Rich.</p>")
    assert read(".eml", both.as_bytes()).text == "Plain."
    assert read(".eml", samples.mail("", html="<p>Boats lost: 40</p><p>Dear Ane</p>").as_bytes()).text == (
        "Boats lost: 40\n\nDear Ane"
    )


def test_an_attachment_is_not_the_mail() -> None:
    message = samples.mail(STORM)
    message.add_attachment("attached words", subtype="plain", filename="a.txt")
    assert read(".eml", message.as_bytes()).text == STORM


def test_mails_in_character_sets_that_they_do_not_name() -> None:
    head = b"From: a@example.org\nSubject: x\nContent-Type: text/plain; charset=nonsense\n\n"
    assert read(".eml", head + "Ein Café an der Straße, größer als früher.".encode("cp1252")).text == (
        "Ein Café an der Straße, größer als früher."
    )
    assert reason(".eml", b"just words\n") == "is no mail (has no headers)"


def mails(data: bytes) -> list[Article | Unreadable]:
    return list(read_document("/m.mbox", ".mbox", data, "/m.mbox"))


def test_a_mailbox_gives_an_article_a_mail() -> None:
    quoted = samples.mail("Two words:\n\nFrom here on it is mine.\n", identity="<2.storm@example.org>")
    again = samples.mail(COUNCIL)  # the same identity as the first
    nameless = samples.mail(CAPTAIN, identity=None)
    empty = samples.mail(" ", identity="<not sane@example.org>")
    found = mails(samples.mailbox([samples.mail(), quoted, again, nameless, empty]))
    assert [item.source for item in found] == [
        "/m.mbox#1.storm@example.org",
        "/m.mbox#2.storm@example.org",
        "/m.mbox#3",
        "/m.mbox#4",
        "/m.mbox#5",
    ]
    assert [item.text if isinstance(item, Article) else item.reason for item in found] == [
        STORM,
        "Two words:\n\nFrom here on it is mine.",
        COUNCIL,
        CAPTAIN,
        "holds no text (a mail)",
    ]
    articles = [item for item in found if isinstance(item, Article)]
    assert {article.file for article in articles} == {"/m.mbox"}
    assert len({article.sha256 for article in articles}) == len({article.id for article in articles}) == 4


def test_a_mail_keeps_its_hash_and_name_where_another_comes_before_it() -> None:
    (alone,) = mails(samples.mailbox([samples.mail()]))
    _, after = mails(samples.mailbox([samples.mail(COUNCIL, identity="<0@example.org>"), samples.mail()]))
    assert alone == after


def test_what_is_no_mailbox() -> None:
    assert mails(b"words\n") == [Unreadable("/m.mbox", 'is no mailbox (does not begin with "From ")')]
    assert mails(b"\n\n") == [Unreadable("/m.mbox", "is empty")]


def test_a_mailbox_is_streamed(tmp_path: Path) -> None:
    path = tmp_path / "m.mbox"
    with path.open("wb") as file:
        file.write(samples.mailbox([samples.mail()]))
        file.write(samples.mailbox([samples.mail(identity=None)]))
        file.truncate(2**40)  # a line of a terabyte behind the second mail
    articles = read_articles(path)
    first = next(articles)
    assert isinstance(first, Article)
    assert first.text == STORM
    articles.close()  # type: ignore[attr-defined]


def test_a_mail_that_is_too_large_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "m.mbox"
    with path.open("wb") as file:
        file.write(b"From a@example.org Mon May  6 23:30:00 2024\n\n")
        file.truncate(100 * 2**20)
        file.seek(0, 2)
        file.write(b"\n\n" + samples.mailbox([samples.mail()]))
    large, small = read_articles(path)
    assert large == Unreadable(f"{path}#1", "is larger than 64 MiB")
    assert isinstance(small, Article)


def test_a_page_that_was_saved_says_where_it_is_from_if_the_page_does_not() -> None:
    assert b"https://example.org/saved" in samples.mhtml()
    message = EmailMessage()
    message["From"] = "x"
    message.set_content(samples.page(), subtype="html")
    assert read(".mht", message.as_bytes()).url == "https://example.org/harbour"
    assert reason(".mhtml", samples.mail().as_bytes()) == "holds no page (MHTML)"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "file:///etc/passwd", "https://a b", "x" * 3000])
def test_only_web_addresses_are_canonical(address: str) -> None:
    assert read(".html", samples.page(address).encode()).url is None
    assert read(".md", f"---\nurl: '{address}'\n---\nwords".encode()).url is None
