from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.build import UPLOADS, build, open_or_create, remove, sync
from index.catalog import ArticleSummary, Catalog
from index.errors import QuothError
from index.update import Progress
from tests.conftest import HashingEmbedder
from tests.index.formats.samples import pack
from tests.ui.examples import foreign
from tests.ui.page import by_class, one, parse, text_of, texts
from ui.library import MAX_NAME, Changes, Upload, add_uploads, plain_name, remove_article
from ui.library_page import SHOWN, changes_html, list_html, progress_html, tools_html


@pytest.fixture
def catalog(tmp_path: Path, embedder: HashingEmbedder) -> Catalog:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "harbour.txt").write_text("The harbour of Nowhere opened in 1897.\n", encoding="utf-8")
    catalog = open_or_create(tmp_path / "index", embedder, 200, 40)
    assert not build(catalog, [folder], embedder).failed
    return catalog


def sent(tmp_path: Path, name: str, content: str | bytes) -> Upload:
    """A file as Gradio keeps it: under a name of its own."""
    place = tmp_path / f"sent-{len(list(tmp_path.iterdir()))}"
    place.write_bytes(content.encode() if isinstance(content, str) else content)
    return Upload(name, place)


def test_uploads_are_added_beside_what_is_there_and_failures_are_named(
    catalog: Catalog, embedder: HashingEmbedder, tmp_path: Path
) -> None:
    uploads = [
        sent(tmp_path, "glacier.txt", "The glacier is 9 km long.\n"),
        sent(tmp_path, "empty.txt", ""),
        sent(tmp_path, "picture.png", "x"),
    ]
    told: list[Progress] = []
    changes = add_uploads(catalog, embedder, uploads, told.append)
    assert (changes.added, changes.changed) == (["glacier.txt"], [])
    assert [name for name, _ in changes.failed] == ["empty.txt", "picture.png"]
    assert "of no kind that Quoth reads" in changes.failed[1][1]
    assert told[-1].bytes_done == told[-1].bytes_all
    names = [Path(summary.source).name for summary in catalog.summaries()]
    assert sorted(names) == ["glacier.txt", "harbour.txt"]
    assert [path.name for path in (catalog.folder / UPLOADS).iterdir()] == ["glacier.txt"]
    assert not any(upload.path.exists() for upload in uploads)


def tar_gz(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


def test_an_upload_is_kept_if_any_of_it_is_an_article_and_named_if_none_is(
    catalog: Catalog, embedder: HashingEmbedder, tmp_path: Path
) -> None:
    changes = add_uploads(
        catalog,
        embedder,
        [
            sent(tmp_path, "pictures.zip", pack({"a.png": b"x", "b.jpg": b"y"})),
            sent(tmp_path, "empty.zip", pack({"a.txt": "", "b.txt": " "})),
            sent(tmp_path, "first-empty.zip", pack({"a.txt": "", "b.txt": "The lake is deep.\n"})),
            sent(tmp_path, "blank-row.csv", "text,title\n,x\nThe mine closed.,y\n"),
            sent(tmp_path, "Packed.TAR.gz", tar_gz("a.txt", b"The glacier is 9 km long.\n")),
        ],
    )
    assert sorted(changes.added) == ["Packed.TAR.gz", "blank-row.csv", "first-empty.zip"]
    assert changes.failed[:2] == [("pictures.zip", "holds no article"), ("empty.zip", "is empty")]
    assert sorted(name for name, _ in changes.failed[2:]) == ["blank-row.csv#1", "first-empty.zip#a.txt"]
    assert sorted(path.name for path in (catalog.folder / UPLOADS).iterdir()) == sorted(changes.added)
    assert len(catalog.summaries()) == 4


def test_the_columns_of_the_settings_are_those_of_uploaded_tables(
    catalog: Catalog, embedder: HashingEmbedder, tmp_path: Path
) -> None:
    table = "lead,rest\nThe mine closed.,It had been open for years.\n"
    assert add_uploads(catalog, embedder, [sent(tmp_path, "mine.csv", table)]).failed
    changes = add_uploads(catalog, embedder, [sent(tmp_path, "mine.csv", table)], columns={"text": "rest"})
    assert (changes.added, changes.failed) == (["mine.csv"], [])
    article = catalog.article(f"{catalog.folder / UPLOADS / 'mine.csv'}#1")
    assert article is not None
    assert article.text == "It had been open for years."
    # A later sync reads it just so.
    assert sync(catalog, embedder).unchanged == 2


def test_of_two_files_of_one_name_that_are_sent_together_the_first_is_kept(
    catalog: Catalog, embedder: HashingEmbedder, tmp_path: Path
) -> None:
    uploads = [sent(tmp_path, name, f"The lake of {name}.\n") for name in ("may/lake.txt", "june/lake.txt")]
    changes = add_uploads(catalog, embedder, uploads)
    assert changes.added == ["lake.txt"]
    assert [name for name, _ in changes.failed] == ["june/lake.txt"]
    assert "rename it" in changes.failed[0][1]
    article = catalog.article(str(catalog.folder / UPLOADS / "lake.txt"))
    assert article is not None
    assert article.text == "The lake of may/lake.txt.\n"
    assert not any(upload.path.exists() for upload in uploads)


def test_a_later_build_keeps_what_was_uploaded(catalog: Catalog, embedder: HashingEmbedder, tmp_path: Path) -> None:
    add_uploads(
        catalog,
        embedder,
        [sent(tmp_path, "glacier.txt", "The glacier is 9 km long.\n"), sent(tmp_path, "lake.txt", "The lake is deep.\n")],
    )
    (tmp_path / "others").mkdir()
    (tmp_path / "others" / "mine.txt").write_text("The mine closed in 1920.\n")

    def names() -> list[str]:
        return sorted(Path(summary.source).name for summary in catalog.summaries())

    summary = build(catalog, [tmp_path / "others"], embedder)
    assert [Path(source).name for source in summary.removed] == ["harbour.txt"]
    assert names() == ["glacier.txt", "lake.txt", "mine.txt"]
    # Nor does it bring back what was taken out.
    remove(catalog, [str(catalog.folder / UPLOADS / "lake.txt")])
    assert not build(catalog, [tmp_path / "others"], embedder).added
    assert names() == ["glacier.txt", "mine.txt"]
    # One made anew, as where the former was damaged, has them again.
    anew = open_or_create(catalog.folder, embedder, 200, 40, fresh=True)
    build(anew, [tmp_path / "others"], embedder)
    assert names() == ["glacier.txt", "lake.txt", "mine.txt"]
    (anew.folder / UPLOADS / "lake.txt").unlink()
    assert len(build(anew, [tmp_path / "others"], embedder).removed) == 1


def test_an_upload_of_a_known_name_replaces_it_and_one_that_cannot_be_read_does_not(
    catalog: Catalog, embedder: HashingEmbedder, tmp_path: Path
) -> None:
    add_uploads(catalog, embedder, [sent(tmp_path, "glacier.txt", "The glacier is 9 km long.\n")])
    again = add_uploads(catalog, embedder, [sent(tmp_path, "glacier.txt", "The glacier is 8 km long.\n")])
    assert again.changed == ["glacier.txt"]
    same = add_uploads(catalog, embedder, [sent(tmp_path, "glacier.txt", "The glacier is 8 km long.\n")])
    assert (same.changed, same.unchanged) == ([], ["glacier.txt"])
    assert add_uploads(catalog, embedder, [sent(tmp_path, "glacier.txt", "")]).failed
    article = catalog.article(str(catalog.folder / UPLOADS / "glacier.txt"))
    assert article is not None
    assert article.text == "The glacier is 8 km long.\n"


def test_what_is_removed_is_gone_and_its_file_only_where_it_was_uploaded(
    catalog: Catalog, embedder: HashingEmbedder, tmp_path: Path
) -> None:
    add_uploads(catalog, embedder, [sent(tmp_path, "glacier.txt", "The glacier is 9 km long.\n")])
    assert remove_article(catalog, str(catalog.folder / UPLOADS / "glacier.txt")).removed == ["glacier.txt"]
    assert not (catalog.folder / UPLOADS / "glacier.txt").exists()
    assert remove_article(catalog, str(tmp_path / "articles" / "harbour.txt")).removed == ["harbour.txt"]
    assert (tmp_path / "articles" / "harbour.txt").exists()
    assert catalog.summaries() == []
    with pytest.raises(QuothError, match="No article in the index"):
        remove_article(catalog, "/etc/passwd")


def test_a_source_that_is_no_article_takes_out_nothing_under_it(catalog: Catalog, tmp_path: Path) -> None:
    with pytest.raises(QuothError, match="No article in the index"):
        remove_article(catalog, str(tmp_path / "articles"))
    assert len(catalog.summaries()) == 1


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\docs\\a b.md", "a b.md"),
        ("...hidden.txt", "hidden.txt"),
        ("a\n\0b.txt", "ab.txt"),
        ("", "article"),
        ("..", "article"),
    ],
)
def test_names_of_uploads_are_plain(name: str, plain: str) -> None:
    assert plain_name(name) == plain


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=400))
def test_any_name_gives_a_file_in_its_folder(name: str) -> None:
    plain = plain_name(name)
    assert plain
    assert Path("/uploads", plain).parent == Path("/uploads")
    assert not plain.startswith(".")
    assert len(plain.encode()) <= MAX_NAME + 60


def test_the_list_is_searched_by_words() -> None:
    summaries = [ArticleSummary(f"/news/{n}.txt", f"Harbour {n}", "2025-05-01", 2) for n in range(20)]
    found = parse(list_html(summaries, " HARBOUR /7.txt", 0, read_only=False))
    assert [text_of(title) for title in by_class(found, "title")] == ["Harbour 7"]
    assert "1 article found." in text_of(found)
    assert by_class(found, "turning") == []
    assert "0 articles found." in text_of(parse(list_html(summaries, "glacier", 3, read_only=False)))


def test_a_long_list_has_pages_with_every_article_once() -> None:
    summaries = [ArticleSummary(f"/news/{n}.txt", f"Harbour {n}", None, 2) for n in range(2 * SHOWN + 5)]
    pages = [parse(list_html(summaries, "", page, read_only=False)) for page in range(3)]
    titles = [text_of(title) for page in pages for title in by_class(page, "title")]
    assert titles == [summary.title for summary in summaries]
    assert [text_of(next(page.iter("p"))) for page in pages] == [
        "105 articles, 1 to 50 shown.",
        "105 articles, 51 to 100 shown.",
        "105 articles, 101 to 105 shown.",
    ]
    ways = [
        [(b.get("data-page"), b.get("disabled") is not None) for b in one(page, "turning").iter("button")] for page in pages
    ]
    assert ways == [[("-1", True), ("1", False)], [("0", False), ("2", False)], [("1", False), ("3", True)]]
    assert [one(page, "articles").get("data-page") for page in pages] == ["0", "1", "2"]


@pytest.mark.parametrize(("page", "shown"), [(-(10**30), 0), (1, 1), (10**30, 1)])
def test_a_page_that_is_not_there_is_the_nearest(page: int, shown: int) -> None:
    summaries = [ArticleSummary(f"/news/{n}.txt", f"Harbour {n}", None, 2) for n in range(SHOWN + 1)]
    assert list_html(summaries, "", page, read_only=True) == list_html(summaries, "", shown, read_only=True)


@given(foreign, foreign)
def test_the_list_and_the_report_are_text(title: str, source: str) -> None:
    [row] = by_class(parse(list_html([ArticleSummary(source, title, None, 1)], "", 0, read_only=False)), "article")
    assert text_of(one(row, "title")) == (title or text_of(one(row, "file")))
    assert [button.get("data-remove") for button in row.iter("button")] == [None, source]
    report = parse(changes_html(Changes(added=[title], failed=[(source, "is empty")])))
    assert texts(report, "li") == [title, f"{source} is empty"]


def test_a_read_only_library_offers_no_change() -> None:
    rows = list_html([ArticleSummary("/a.txt", "A", None, 1)], "", 0, read_only=True)
    assert "data-remove" not in rows
    assert 'type="file"' not in tools_html(read_only=True)
    assert 'type="file"' in tools_html(read_only=False)


def test_progress_is_told_in_bytes_and_passages() -> None:
    [bar] = parse(progress_html(Progress(5, 10, 3))).iter("progress")
    assert (bar.get("value"), bar.get("max")) == ("5", "10")
    assert "3 passages so far" in progress_html(Progress(5, 10, 3))
    assert parse(progress_html(None)) is not None
