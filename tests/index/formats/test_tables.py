from __future__ import annotations

import csv
import io
import itertools
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.articles import Article, Unreadable, article_id, normalise
from index.formats import parquet, parts, tables


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read_articles(path: Path, columns: dict[str, str] | None = None) -> list[Article]:
    items = list(tables.read(path, columns))
    assert not [item for item in items if isinstance(item, Unreadable)]
    return [item for item in items if isinstance(item, Article)]


def reasons(path: Path, columns: dict[str, str] | None = None) -> list[tuple[str, str]]:
    """The end of the source, and the reason, of what cannot be read."""
    found = [item for item in tables.read(path, columns) if isinstance(item, Unreadable)]
    return [(item.source.removeprefix(str(path)), item.reason) for item in found]


def write_parquet(path: Path, query: str) -> Path:
    import duckdb

    duckdb.connect().execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path


class Endless(io.RawIOBase):
    """A file without end: a beginning, and then one row again and again."""

    def __init__(self, beginning: bytes, row: bytes) -> None:
        self.rest = beginning
        self.row = row
        self.given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        while len(self.rest) < len(buffer):
            self.rest += self.row * (len(buffer) // len(self.row) + 1)
        buffer[:] = self.rest[: len(buffer)]
        self.rest = self.rest[len(buffer) :]
        self.given += len(buffer)
        return len(buffer)


def test_a_row_is_an_article_with_all_that_its_columns_say(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "mills.csv",
        "Headline,Body,Pub_Date,Authors,Lang,Link\r\n"
        'A mill is sold,"The mill, ""Old Harrow"",\r\nwas sold.",4 March 2024,Ann Lee,en-GB,https://example.org/mill\r\n',
    )
    [article] = read_articles(path)
    source = f"{path}#https://example.org/mill"
    assert article == Article(
        id=article_id(source),
        source=source,
        title="A mill is sold",
        text='The mill, "Old Harrow",\nwas sold.',
        published="2024-03-04",
        author="Ann Lee",
        language="en",
        sha256=article.sha256,
        file=str(path),
        pages=(),
        url="https://example.org/mill",
    )


def test_columns_are_taken_as_given_and_the_others_by_their_usual_names(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "title,body,remark,key\nOne,Short.,The whole text.,k7\n")
    [article] = read_articles(path, {"text": "remark", "id": "key"})
    assert (article.title, article.text, article.source) == ("One", "The whole text.", f"{path}#k7")


def test_rows_that_name_themselves_keep_their_names_when_others_are_put_before(tmp_path: Path) -> None:
    rows = ["a1,The first.", "a2,The second."]
    path = write(tmp_path, "a.csv", "\n".join(["id,text", *rows]))
    before = read_articles(path)
    write(tmp_path, "a.csv", "\n".join(["id,text", "a0,The new.", *rows]))
    assert read_articles(path)[1:] == before
    assert [article.source for article in before] == [f"{path}#a1", f"{path}#a2"]


def test_only_what_changed_in_a_row_changes_its_hash(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "id,text,title\na,The first.,One\nb,The second.,Two\n")
    first, second = read_articles(path)
    write(tmp_path, "a.csv", "id,text,title\na,The first.,One\nb,The second.,Three\n")
    same, other = read_articles(path)
    assert same.sha256 == first.sha256
    assert other.sha256 != second.sha256


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", "title;text\nOne;A mill, sold.\n"),
        ("a.csv", "title|text\nOne|A mill, sold.\n"),
        ("a.csv", "title\ttext\nOne\tA mill, sold.\n"),
        ("a.csv", b'\xef\xbb\xbftitle,text\r\nOne,"A mill, sold."\r\n'),
        ("a.csv", '\ntitle,text\n\nOne,"A mill, sold."\n\n'),
        ("a.csv", 'title,text,\nOne,"A mill, sold.",,,\n'),
        ("a.csv", 'title,text\nOne,"A mill, sold."\n'.encode("utf-16")),
        ("a.csv", 'title,text\rOne,"A mill, sold."\r'),
        ("a.tsv", "title\ttext\nOne\tA mill, sold.\n"),
        ("a.tsv", 'title\ttext\nOne\t"A mill, sold."\n'),
        ("a.jsonl", '{"title": "One", "text": "A mill, sold."}\n'),
        ("a.jsonl", '\n{"title": "One", "text": ["A mill, sold."], "more": {"a": [1]}}'),
        ("a.jsonl", b'\xef\xbb\xbf{"title": "One", "text": "A mill, sold."}\r\n'),
        ("A.CSV", 'title,text\nOne,"A mill, sold."\n'),
    ],
)
def test_the_same_row_in_many_forms(tmp_path: Path, name: str, content: str | bytes) -> None:
    [article] = read_articles(write(tmp_path, name, content))
    assert (article.title, article.text) == ("One", "A mill, sold.")
    assert article.source.endswith("#1")


def test_quotation_marks_belong_to_the_text_where_a_tsv_is_written_without(tmp_path: Path) -> None:
    path = write(tmp_path, "a.tsv", 'text\tdate\n"Sold," she said.\t2024-03-04\n"Not "sold" yet\t2024-03-05\n')
    assert [article.text for article in read_articles(path)] == ['"Sold," she said.', '"Not "sold" yet']


def test_a_table_in_another_character_set(tmp_path: Path) -> None:
    text = "Das Mühlrad läuft für dich über grünes Gelände; schöne Grüße aus der Mühle."
    [article] = read_articles(write(tmp_path, "a.csv", f'text\n"{text}"\n'.encode("cp1252")))
    assert article.text == text


@pytest.mark.parametrize("ending", [".csv", ".jsonl"])
def test_a_table_that_is_cut_within_a_character_is_said(tmp_path: Path, ending: str) -> None:
    rows = {".csv": "text,title\nThe mill was sold.,x\nhello,y\n", ".jsonl": '{"text": "The mill was sold."}\n{"text": "x"}\n'}
    path = write(tmp_path, f"a{ending}", rows[ending].encode("utf-16")[:-1])
    assert [article.text for article in tables.read(path) if isinstance(article, Article)] == ["The mill was sold."]
    assert reasons(path) == [("", "is not UTF-16 text to its end (after row 1)")]


def test_bad_rows_are_named_and_the_others_are_kept(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "a.csv",
        'id,text\na,One.\nb,\nc,d,e\nf,"x" y\ng,Zwei Mühlräder.\nh,\udcff\na,Again.\n'.encode(errors="surrogateescape"),
    )
    assert [item.text for item in tables.read(path) if isinstance(item, Article)] == ["One.", "Zwei Mühlräder."]
    assert reasons(path) == [
        ("#b", "holds no text"),
        ("#3", "has 3 values for 2 columns"),
        ("#4", "cannot be read as a row (',' expected after '\"')"),
        ("#h", "holds characters that are no Unicode text"),
        ("#a", "has the same name as one of the rows before it"),
    ]


def test_a_row_with_nul_characters_costs_no_other(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "text\nOne.\nT\0wo.\nThree.\n")
    assert [item.text for item in tables.read(path) if isinstance(item, Article)] == ["One.", "Three."]
    assert reasons(path) == [("#2", "is binary (holds NUL characters)")]


def test_bad_lines_of_json_are_named_and_the_others_are_kept(tmp_path: Path) -> None:
    lines = ['{"text": "One."}', "{", "[1]", '{"title": "a"}', '{"text": "\\ud800"}', '{"text": "a\\u0000b"}', "[" * 10**6]
    path = write(
        tmp_path, "a.jsonl", "\n".join([*lines, '{"text": 5}', '{"text": null}', '{"text": "Two.", "author": ["A", "B"]}'])
    )
    articles = [item for item in tables.read(path) if isinstance(item, Article)]
    assert [(article.text, article.author) for article in articles] == [("One.", None), ("5", None), ("Two.", "A, B")]
    assert reasons(path) == [
        ("#2", "is not a JSON object"),
        ("#3", "is not a JSON object"),
        ("#4", "holds no text"),
        ("#5", "holds characters that are no Unicode text"),
        ("#6", "is binary (holds NUL characters)"),
        ("#7", "is not a JSON object"),
        ("#9", "holds no text"),
    ]


def test_of_many_bad_rows_a_few_are_named_and_the_others_counted(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "text,title\n" + ",x\n" * 1500 + "One.,y\n")
    found = reasons(path)
    assert len(found) == parts.MAX_NAMED + 1
    assert found[-1] == ("", "has 1,480 more rows that cannot be read")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", "", "is empty"),
        ("a.csv", "text\n", "is empty"),
        ("a.jsonl", "\n\n", "is empty"),
        (
            "a.csv",
            "a,b,\n1,2,3\n",
            "has no column known to hold the text; its columns are a, b, (no name): name it, as --columns text=NAME",
        ),
        ("a.jsonl", '{"a": 1}\n', "has no column known to hold the text; its columns are a: name it, as --columns text=NAME"),
        ("a.csv", b"\0\1text\n\2", "is binary (holds NUL characters)"),
        ("a.parquet", "text", "cannot be read as Parquet (Invalid Input Error: "),
        ("a.csv", '"text\n', "has a first line that holds no names of columns (unexpected end of data)"),
    ],
)
def test_what_is_no_table_of_articles_is_said_once(tmp_path: Path, name: str, content: str | bytes, reason: str) -> None:
    [(part, said)] = reasons(write(tmp_path, name, content))
    assert part == ""
    assert said.startswith(reason)


def test_a_given_column_that_is_not_there_is_said(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "a,b\n1,2\n")
    assert reasons(path, {"text": "c"}) == [("", "has no column c; its columns are a, b")]


def test_rows_are_read_only_as_they_are_asked_for() -> None:
    for ending, beginning, row in [
        (".csv", b"text,title\n", b'"The mill\nwas sold.",One\n'),
        (".tsv", b"text\ttitle\n", b"The mill was sold.\tOne\n"),
        (".jsonl", b"", b'{"text": "The mill was sold."}\n'),
    ]:
        stream = Endless(beginning, row)
        found = list(itertools.islice(tables.read_stream("/t", ending, cast(Any, stream), "/t"), 2000))
        assert {type(item) for item in found} == {Article}
        assert stream.given < 2**20


def test_the_rows_of_a_large_parquet_file_are_read_only_as_they_are_asked_for(tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    path = write_parquet(
        tmp_path / "big.parquet", "SELECT 'Mill ' || i || ' was sold.' AS body, i AS id FROM range(200000) t(i)"
    )
    rows = tables.read(path)
    assert [item.source for item in itertools.islice(rows, 2)] == [f"{path}#0", f"{path}#1"]
    rows.close()  # type: ignore[attr-defined]


def test_parquet_columns_of_any_type(tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    path = write_parquet(
        tmp_path / "o'[ne]*.parquet".replace("'", ""),
        "SELECT * FROM (VALUES ('The mill was sold.', DATE '2024-03-04', 'x', 7), (NULL, NULL, NULL, 8), "
        '(\'Ünü 🌾\', NULL, \'y\', 9)) t(content, date, "a ""b""", id)',
    )
    found = list(tables.read(path, {"title": 'a "b"'}))
    assert [(item.text, item.title, item.published) for item in found if isinstance(item, Article)] == [
        ("The mill was sold.", "x", "2024-03-04"),
        ("Ünü 🌾", "y", None),
    ]
    assert reasons(path) == [("#8", "holds no text")]


def test_parquet_in_memory_and_without_its_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("duckdb")
    data = write_parquet(tmp_path / "a.parquet", "SELECT 'The mill was sold.' AS text").read_bytes()
    [article] = tables.read_stream("/a.zip#a.parquet", ".parquet", io.BytesIO(data), "/a.zip")
    assert isinstance(article, Article)
    assert (article.source, article.file, article.text) == ("/a.zip#a.parquet#1", "/a.zip", "The mill was sold.")
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    [(_, reason)] = reasons(tmp_path / "a.parquet")
    assert reason == "is a Parquet file, which only the package duckdb reads: pip install duckdb"


def test_no_parquet_file_takes_memory_or_makes_rows_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("duckdb")
    monkeypatch.setattr(parquet, "MAX_ROWS", 100)
    path = write_parquet(tmp_path / "rows.parquet", "SELECT 'x' AS text FROM range(20000)")
    assert path.stat().st_size < 2000
    items = list(tables.read(path))
    assert len(items) == 101
    assert items[-1] == Unreadable(str(path), "holds too many rows for its size; the rest is not read (after row 100)")
    path = write_parquet(tmp_path / "long.parquet", "SELECT repeat('x', 9000000) AS text")
    assert reasons(path) == [("#1", "is longer than 8,388,608 characters")]
    path = write_parquet(tmp_path / "bomb.parquet", "SELECT repeat('x', 60000000) AS text")
    monkeypatch.setattr(parquet, "MEBIBYTES", 512)
    assert reasons(path) == [("", "cannot be read as Parquet (needs more than 512 MiB of memory)")]


@pytest.mark.parametrize("ending", [".csv", ".jsonl", ".tsv"])
def test_a_line_of_two_gigabytes_is_not_read(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    with path.open("wb") as file:
        file.write(b'{"text": "' if ending == ".jsonl" else b'text\n"')
        file.write(b"x" * tables._SAMPLE)
        file.truncate(2 * 2**30)
    [(_, reason)] = reasons(path)
    assert reason.startswith("holds a line of more than")


@pytest.mark.parametrize(
    ("ending", "before", "after"), [(".csv", 'text\n"', '"\nShort.\n'), (".jsonl", '{"text": "', '"}\n{"text": "Short."}\n')]
)
def test_a_row_too_long_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, before: str, after: str
) -> None:
    monkeypatch.setattr(tables, "MAX_CHARACTERS", 1000)
    path = write(tmp_path, f"a{ending}", before + "x" * 5000 + after)
    assert [item.text for item in tables.read(path) if isinstance(item, Article)] == ["Short."]
    assert reasons(path)[0] == (
        "#1",
        "is longer than 1,000 characters"
        if ending == ".jsonl"
        else "cannot be read as a row (is longer than 1,000 characters)",
    )


def test_an_open_quotation_mark_costs_no_more_than_a_row_may(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_CHARACTERS", 1000)
    path = write(tmp_path, "a.csv", 'id,text\na,One.\nb,"open\n' + "c,Lost.\n" * 125 + "d,Kept.\n" * 3)
    texts = [item.text for item in tables.read(path) if isinstance(item, Article)]
    assert texts[0] == "One."
    assert "Kept." in texts


@given(
    rows=st.lists(st.tuples(st.text(min_size=1, max_size=40), st.text(max_size=20)), min_size=1, max_size=8),
    delimiter=st.sampled_from(",;|\t"),
)
@settings(max_examples=100, deadline=None)
def test_what_is_written_as_csv_is_read_as_it_was(rows: Sequence[tuple[str, str]], delimiter: str) -> None:
    rows = [(text.replace("\0", " "), title.replace("\0", " ")) for text, title in rows]
    rows = [row for row in rows if normalise(row[0]).strip()]
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerows([("text", "title"), *rows])
    found = tables.read_stream("/t", ".csv", io.BytesIO(file.getvalue().encode()), "/t")
    assert [item.text for item in found if isinstance(item, Article)] == [normalise(text) for text, _ in rows]


@given(texts=st.lists(st.text(min_size=1), min_size=1, max_size=8))
@settings(max_examples=100, deadline=None)
def test_what_is_written_as_json_lines_is_read_as_it_was(texts: list[str]) -> None:
    texts = [text.replace("\0", "") for text in texts]
    texts = [text for text in texts if text.strip()]
    data = "\n".join(json.dumps({"text": text}) for text in texts).encode()
    found = tables.read_stream("/t", ".jsonl", io.BytesIO(data), "/t")
    assert [item.text for item in found if isinstance(item, Article)] == list(map(normalise, texts))


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".jsonl"])
@given(data=st.binary(max_size=300))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_read_without_an_exception(ending: str, data: bytes) -> None:
    for content in (data, b"text,title\n" + data, b'{"text": "One."}\n' + data):
        for item in tables.read_stream("/t", ending, io.BytesIO(content), "/t"):
            assert isinstance(item, Article | Unreadable)


def test_damaged_parquet_files_do_no_harm(tmp_path: Path) -> None:
    pytest.importorskip("duckdb")
    data = write_parquet(tmp_path / "a.parquet", "SELECT 'Mill ' || i AS text FROM range(50) t(i)").read_bytes()
    random_ = random.Random(7)
    for _ in range(2):
        damaged = bytearray(data)
        for place in random_.sample(range(len(data)), 12):
            damaged[place] = random_.randrange(256)
        items = list(tables.read(write(tmp_path, "b.parquet", bytes(damaged))))
        assert items
        assert len(items) <= 51


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2024-03-04", "2024-03-04"),
        ("2024-03-04T23:30:00-05:00", "2024-03-04"),
        ("2024/03/04 10:00", "2024-03-04"),
        ("20240304", "2024-03-04"),
        ("1709546400", "2024-03-04"),
        ("1709546400000", "2024-03-04"),
        ("Mon, 04 Mar 2024 23:30:00 EST", "2024-03-04"),
        ("March 4, 2024", "2024-03-04"),
        ("13/04/2024", "2024-04-13"),
        ("4.4.2024", "2024-04-04"),
        ("03/04/2024", None),
        ("March 2024", None),
        ("2024", None),
        ("4 March", None),
        ("10 pm", None),
        ("3/4/24", None),
        ("2024-13-45", None),
        ("yesterday", None),
        ("", None),
        ("9" * 10**6, None),
        ("9999999999999", "2286-11-20"),
        ("٢٠٢٤-٠٣-٠٤", None),
    ],
)
def test_a_date_is_a_day_where_it_names_one(written: str, day: str | None) -> None:
    assert parts.any_date(written) == day


@given(st.text(max_size=80) | st.from_regex(r"[0-9 :/.,TZ+-]{1,60}", fullmatch=True))
@settings(max_examples=100, deadline=None)
def test_any_text_is_a_day_or_none(written: str) -> None:
    day = parts.any_date(written)
    assert day is None or len(day) == 10
