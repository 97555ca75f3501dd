"""Files become articles, and whatever else is pointed at becomes a reason, never a crash or a hang."""

from __future__ import annotations

import hashlib
import os
import random
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.articles import ENDINGS, MAX_MEBIBYTES, MAX_TITLE, Article, Unreadable, find_files, normalise
from tests.index.samples import read_article

SENTENCES = "The harbour was rebuilt after the storm of that winter, and the ships came back in spring. "
PAGE = f"""<!doctype html><html lang="en"><head><title>The harbour</title>
<meta name="author" content="Jane Doe"><meta property="article:published_time" content="2024-05-06T10:00:00Z">
<link rel="stylesheet" href="http://example.invalid/a.css"></head><body><nav><a href="/">Home</a></nav><article>
<h1>The harbour</h1><p>{SENTENCES * 3}</p><p>A cafe\u0301 opened there. {SENTENCES * 2}</p>
<img src="http://example.invalid/x.png"></article><script>var secret = "not text";</script></body></html>"""


def read(path: Path, content: bytes | str) -> Article | Unreadable:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_article(path)


def read_well(path: Path, content: bytes | str) -> Article:
    article = read(path, content)
    assert isinstance(article, Article), article
    return article


def reason(path: Path, content: bytes | str) -> str:
    unreadable = read(path, content)
    assert isinstance(unreadable, Unreadable)
    assert unreadable.source == str(path)
    return unreadable.reason


@given(st.text())
def test_normalise_is_nfc_with_plain_line_ends(text: str) -> None:
    expected = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    assert normalise(text) == (expected[1:] if expected.startswith("\ufeff") else expected)


@given(st.text(alphabet="\u0301\u0316\u0323\u0344\u05b0\u1ea5\u0e38\u3099か\uac00", min_size=100, max_size=400))
def test_long_runs_of_marks_are_normalised_as_any(text: str) -> None:
    assert normalise(text) == unicodedata.normalize("NFC", text)


def test_a_megabyte_of_marks_does_not_hang() -> None:
    marks = random.Random(0).choices("\u0301\u0316\u0323", k=1_000_000)
    assert normalise("a" + "".join(marks)) == unicodedata.normalize(
        "NFC", "a" + "".join(sorted(marks, key=unicodedata.combining))
    )


def test_a_text_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    data = b"\xef\xbb\xbf\r\n  The title \r\nCafe\xcc\x81.\rEnd"
    article = read_well(path, data)
    assert article == Article(
        id=hashlib.sha256(str(path).encode()).hexdigest()[:16],
        source=str(path),
        title="The title",
        text="\n  The title \nCaf\u00e9.\nEnd",
        published=None,
        author=None,
        language=None,
        sha256=hashlib.sha256(data).hexdigest(),
        file=str(path),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_encodings_with_and_without_a_mark(tmp_path: Path, encoding: str) -> None:
    mark = "\ufeff" if encoding == "utf-16-be" else ""  # the others write theirs
    assert read_well(tmp_path / "a.txt", f"{mark}Grüße 🌍\n".encode(encoding)).text == "Grüße 🌍\n"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf \r\n\t\xc2\xa0", "is empty"),
        (b"caf\xe9 \x01\x02", "is not UTF-8 text (byte 0xe9 at offset 3)"),
        (b"\xff\xfea\x00\x00\xd8b\x00", "is not UTF-16 text (byte 0x00 at offset 4)"),
        (b"text\x00text", "is binary (holds NUL characters)"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "is binary (holds NUL characters)"),
        ("a\0b".encode("utf-16"), "is binary (holds NUL characters)"),
    ],
)
def test_what_is_no_text(tmp_path: Path, content: bytes, expected: str) -> None:
    assert reason(tmp_path / "a.txt", content) == expected


@given(st.binary(max_size=200))
def test_any_bytes_give_an_article_or_a_reason(data: bytes) -> None:
    path = Path(f"/tmp/quoth-test-{os.getpid()}.txt")  # noqa: S108 - tmp_path is not made anew for every example
    article = read(path, data)
    path.unlink()
    if isinstance(article, Article):
        assert article.text == normalise(article.text)
        assert article.text.encode()
        assert 0 < len(article.title) <= MAX_TITLE


@pytest.mark.parametrize(
    ("name", "text", "title"),
    [
        ("a.md", "intro\n\n# The *head* #\n\ntext", "The *head*"),
        ("a.md", "The head\n===\ntext", "The head"),
        ("a.markdown", "---\ntags: x\n---\n```\n# code\n```\n## Real\n", "Real"),
        ("a.md", "---\ntitle: 'The: head'\n---\n# Other\n", "The: head"),
        ("a.md", "---\ntitle: [\n---\n# Real\n", "Real"),
        ("a.md", "#hashtag is first\nmore", "#hashtag is first"),
        ("a.txt", "\n\n# not a mark-up\ntext", "# not a mark-up"),
        ("a.txt", "word " * 100, "word " * 39 + "word…"),
        ("a.txt", "x" * 1000, "x" * 199 + "…"),
        ("a.txt", "a \t b\nc", "a b"),
    ],
)
def test_titles(tmp_path: Path, name: str, text: str, title: str) -> None:
    assert read_well(tmp_path / name, text).title == title
    assert len(title) <= MAX_TITLE


def test_a_page(tmp_path: Path) -> None:
    # Sockets are disabled in all tests: what the page names is not fetched.
    article = read_well(tmp_path / "a.HTML", PAGE)
    assert (article.title, article.author, article.published) == ("The harbour", "Jane Doe", "2024-05-06")
    assert "A caf\u00e9 opened there." in article.text
    assert "secret" not in article.text
    assert "Home" not in article.text


def test_a_page_in_the_encoding_that_it_declares(tmp_path: Path) -> None:
    page = PAGE.replace("<head>", '<head><meta charset="iso-8859-1">').replace("cafe\u0301", "“caf\u00e9”")
    assert "A “caf\u00e9” opened" in read_well(tmp_path / "a.html", page.encode("cp1252")).text


@pytest.mark.parametrize(
    "content",
    [
        "<html><head><title>x</title></head></html>",
        "<html><body></body></html>",
        "<" * 10_000,
        "<html><script>" + "x" * 10_000,
        "<!doctype html><html><body>" + "<div>" * 100_000 + "</div>" * 100_000,
        "\ufffd\ufffe<&&&;]]>",
    ],
)
def test_pages_without_an_article(tmp_path: Path, content: str) -> None:
    assert reason(tmp_path / "a.html", content) == "holds no article text (HTML)"


@pytest.mark.parametrize("tag", ["div", "b", "table", "ul", "blockquote", "span"])
def test_deeply_nested_pages_do_no_harm(tmp_path: Path, tag: str) -> None:
    nested = f"<html><body>{f'<{tag}>' * 100_000}<p>{SENTENCES * 5}</p>{f'</{tag}>' * 100_000}</body></html>"
    result = read(tmp_path / "a.html", nested)
    assert isinstance(result, Article | Unreadable)


def test_empty_and_binary_pages(tmp_path: Path) -> None:
    assert reason(tmp_path / "a.html", b" \n") == "is empty"
    assert reason(tmp_path / "b.html", b"\x1f\x8b\x00\x00zipped") == "is binary (holds NUL characters)"


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(10 * 2**40)
    assert read_article(path) == Unreadable(str(path), f"is larger than {MAX_MEBIBYTES} MiB")


def test_what_is_no_regular_file(tmp_path: Path) -> None:
    (tmp_path / "folder.txt").mkdir()
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "device.txt").symlink_to("/dev/zero")
    for name in ("folder.txt", "pipe.txt", "device.txt"):
        assert read_article(tmp_path / name) == Unreadable(str(tmp_path / name), "is not a regular file")
    files, problems = find_files([tmp_path])
    assert files == []
    assert {Path(problem.source).name: problem.reason for problem in problems} == {
        "device.txt": "is not a regular file",
        "pipe.txt": "is not a regular file",
    }
    assert find_files([tmp_path / "pipe.txt"])[1] == [Unreadable(str(tmp_path / "pipe.txt"), "is not a regular file")]


def test_a_file_that_has_gone(tmp_path: Path) -> None:
    assert read_article(tmp_path / "a.txt") == Unreadable(
        str(tmp_path / "a.txt"), "cannot be read: no such file or directory", fleeting=True
    )
    assert isinstance(read_article(Path("a\0.txt")), Unreadable)


def test_folders_are_walked_in_order_and_by_ending(tmp_path: Path) -> None:
    names = [
        "b/a.txt",
        "a.txt",
        "B.MD",
        "b.html",
        "b.txt",
        "c.PDF",
        "c.exe",
        "d.tar.gz",
        "d.gz",
        ".hidden.txt",
        ".git/x.txt",
        "b/c/d.markdown",
        "e",
        "f.htm",
    ]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text("x")
    files, problems = find_files([tmp_path, tmp_path / "a.txt", tmp_path / "b" / ".." / "b", tmp_path / ".hidden.txt"])
    relative = [path.relative_to(tmp_path).as_posix() for path in files]
    assert relative == [
        "B.MD",
        "a.txt",
        "b/a.txt",
        "b/c/d.markdown",
        "b.html",
        "b.txt",
        "c.PDF",
        "d.tar.gz",
        "f.htm",
        ".hidden.txt",
    ]
    assert problems == []


def test_a_named_file_of_another_kind_is_reported(tmp_path: Path) -> None:
    (tmp_path / "a.exe").write_text("x")
    (tmp_path / "b").write_text("x")
    _, problems = find_files([tmp_path / "a.exe", tmp_path / "b", tmp_path / "b"])
    known = f"known are {', '.join(sorted(ENDINGS))}"
    assert [problem.reason for problem in problems] == [f"has an unknown ending .exe; {known}", f"has no ending; {known}"]
    assert read_article(tmp_path / "a.exe") == problems[0]


@pytest.mark.parametrize("name", ["gone.txt", "dangling.txt", "loop.txt", "a\0b.txt", "x" * 300 + ".txt", "\udcff.txt"])
def test_a_path_that_does_not_exist(tmp_path: Path, name: str) -> None:
    (tmp_path / "dangling.txt").symlink_to("nowhere")
    (tmp_path / "loop.txt").symlink_to("loop.txt")
    with pytest.raises(FileNotFoundError, match=r"^There is no file or folder at .*\.$") as caught:
        find_files([tmp_path / name])
    assert str(caught.value).encode()


def test_links(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "sub").mkdir(parents=True)
    (tmp_path / "outside.txt").write_text("x")
    (folder / "a.txt").write_text("x")
    (folder / "sub" / "up").symlink_to(folder)
    (folder / "sub" / "self.txt").symlink_to("self.txt")
    (folder / "folder.txt").symlink_to(tmp_path)
    (folder / "dangling.txt").symlink_to("nowhere")
    (folder / "inside.txt").symlink_to("a.txt")
    (folder / "out.txt").symlink_to(tmp_path / "outside.txt")
    files, problems = find_files([folder])
    assert [path.name for path in files] == ["a.txt", "inside.txt"]
    assert [(Path(problem.source).name, problem.reason) for problem in problems] == [
        ("dangling.txt", "cannot be read: no such file or directory"),
        ("out.txt", "is a link to a file outside the folder"),
        ("self.txt", "cannot be read: too many levels of symbolic links"),
    ]
    # what the user names, the user means
    assert find_files([folder / "out.txt"]) == ([folder / "out.txt"], [])


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not allow such names")
def test_names_that_are_hard_to_print(tmp_path: Path) -> None:
    with open(os.fsencode(tmp_path) + b"/\xff.txt", "wb") as file:  # noqa: PTH123 - Path cannot name it
        file.write(b"x")
    for name in ("a\nb.txt", "\x1b[31m.txt", "e\u0301.txt", " .txt", "'; DROP TABLE articles.txt"):
        (tmp_path / name).write_text("x")
    files, problems = find_files([tmp_path])
    assert len(files) == 5
    assert all(isinstance(read_article(path), Article) for path in files)
    assert problems == [Unreadable(f"{tmp_path}/\\udcff.txt", "has a name that is not UTF-8")]
    assert read_article(tmp_path / "\udcff.txt") == problems[0]


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_without_permission(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0)
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "b.txt").touch(mode=0)
    files, problems = find_files([tmp_path])
    assert [path.name for path in files] == ["a.txt", "b.txt"]
    assert problems == [Unreadable(str(tmp_path / "closed"), "cannot be read: permission denied")]
    assert read_article(files[1]) == Unreadable(str(files[1]), "cannot be read: permission denied", fleeting=True)


def test_a_folder_that_cannot_be_listed_is_reported_and_the_rest_goes_on(tmp_path: Path) -> None:
    # Root may read everything, but not even root may list a folder whose path is too long.
    (tmp_path / "z.txt").write_text("x")
    descriptor = os.open(tmp_path, os.O_RDONLY)
    for _ in range(20):
        os.mkdir("d" * 250, dir_fd=descriptor)
        deeper = os.open("d" * 250, os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = deeper
    os.close(descriptor)
    files, problems = find_files([tmp_path])
    assert files == [tmp_path / "z.txt"]
    assert [problem.reason for problem in problems] == ["cannot be read: file name too long"]
