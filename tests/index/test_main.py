"""The command line: what it prints, its exit status, and one sentence on stderr for what a user can mend."""

from __future__ import annotations

import json
import os
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import index.embedder
import index.lazy_embedder
from index import vectors
from index.__main__ import application
from index.catalog import FILE_NAME, FORMAT_VERSION
from index.lock import only_writer
from tests.conftest import SEEDS, HashingEmbedder
from tests.index.samples import run_sql


def run(*arguments: object) -> Result:
    return CliRunner().invoke(application, [str(argument) for argument in arguments])


def says(result: Result, status: int) -> str:
    """The one sentence on stderr of a command that ended with this status."""
    assert result.exit_code == status, result.output
    assert "Traceback" not in result.output
    [line] = result.stderr.splitlines()
    assert line.startswith("quoth: ")
    return line


def data(result: Result, status: int = 0) -> Any:
    assert result.exit_code == status, result.output
    return json.loads(result.stdout)


@pytest.fixture(autouse=True)
def _hashing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands load the hashing embedder, but in tests of the real models."""
    if "models" not in request.keywords:
        monkeypatch.setattr(index.embedder, "load_embedder", lambda name: HashingEmbedder())  # noqa: ARG005
        monkeypatch.setattr(index.lazy_embedder, "LazyEmbedder", lambda name: HashingEmbedder())  # noqa: ARG005


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.txt").write_text("On rivers\n\nThe river is long.\n")
    (folder / "b.txt").write_text("On bridges\n\nThe bridge is old.\n")
    return folder


def test_the_whole_life_of_an_index(tmp_path: Path, articles: Path) -> None:
    where = ("--index", tmp_path / "index")
    built = data(run("build", articles, *where, "--json"))
    assert (built["added"], built["unchanged"]) == ([str(articles / "a.txt"), str(articles / "b.txt")], 0)
    assert data(run("build", articles, *where, "--json"))["unchanged"] == 2
    assert [line["title"] for line in data(run("list", *where, "--json"))] == ["On rivers", "On bridges"]
    assert "On rivers" in run("list", *where).stdout
    assert run("text", articles / "a.txt", *where).stdout == (articles / "a.txt").read_text()
    best = data(run("search", "bridge", *where, "--json", "--top-k", 1))
    assert [hit["source"] for hit in best] == [str(articles / "b.txt")]
    passage = best[0]["passage"]
    assert (articles / "b.txt").read_text()[passage["start"] : passage["end"]] == passage["text"]
    facts = data(run("info", *where, "--json"))
    assert (facts["articles"], facts["embedder"], facts["passage_tokens"]) == (2, "hashing", 200)
    assert (facts["format"], facts["follows"]) == (FORMAT_VERSION, [str(articles)])
    assert run("doctor", *where).stdout == "The index is sound.\n"
    assert data(run("remove", articles / "a.txt", *where, "--json")) == {"removed": [str(articles / "a.txt")]}
    (tmp_path / "c.md").write_text("# More\n\nMore text.")
    assert len(data(run("add", tmp_path / "c.md", *where, "--json"))["added"]) == 1
    assert len(data(run("list", *where, "--json"))) == 2
    assert data(run("build", articles, *where, "--fresh", "--json"))["removed"] == []
    assert len(data(run("list", *where, "--json"))) == 2


def test_sync_says_what_was_done(tmp_path: Path, articles: Path) -> None:
    where = ("--index", tmp_path / "index")
    assert "There is no index" in says(run("sync", *where), 3)
    data(run("build", articles, *where, "--json"))
    (articles / "a.txt").rename(articles / "c.txt")
    (articles / "b.txt").write_text("On bridges\n\nThe bridge fell.\n")
    (articles / "bad.txt").write_text("")
    (articles / "new.txt").write_text("It is new.")
    result = run("sync", *where)
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [f"not read: {articles / 'bad.txt'} is empty"]
    assert result.stdout.strip() == (
        f"{tmp_path / 'index'}: 1 added, 1 changed, 1 moved, 0 removed, 0 unchanged, 0 skipped, 1 not read; 2 passages made"
    )
    (articles / "new.txt").unlink()
    done = data(run("sync", articles / "new.txt", *where, "--json"))
    assert (done["removed"], done["unchanged"]) == ([str(articles / "new.txt")], 0)
    assert "nothing from there" in says(run("sync", tmp_path / "nowhere", *where), 2)


def test_columns_are_named_by_option_or_setting(tmp_path: Path, articles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = ("--index", tmp_path / "index")
    table = tmp_path / "table.jsonl"
    table.write_text(json.dumps({"a": "The river is long.", "b": "The bridge is old.", "c": "The lake is deep."}))
    data(run("build", table, *where, "--columns", "text=a", "--json"))
    assert [hit["passage"]["text"] for hit in data(run("search", "old", *where, "--json"))] == ["The river is long."]
    monkeypatch.setenv("QUOTH_COLUMNS", "text=b")
    data(run("sync", *where, "--json"))
    assert [hit["passage"]["text"] for hit in data(run("search", "old", *where, "--json"))] == ["The bridge is old."]
    data(run("add", table, *where, "--columns", " text = c ", "--json"))
    assert [hit["passage"]["text"] for hit in data(run("search", "old", *where, "--json"))] == ["The lake is deep."]
    for wrong in ("body", "text=", "=a", "prose=a"):
        assert "QUOTH_COLUMNS cannot be" in says(run("build", articles, *where, "--columns", wrong), 2)


def test_a_busy_index_is_said(tmp_path: Path, articles: Path) -> None:
    where = ("--index", tmp_path / "index")
    data(run("build", articles, *where, "--json"))
    held, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with only_writer(tmp_path / "index"):
            held.set()
            let_go.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    try:
        for command in (["build", articles], ["add", articles], ["sync"], ["watch"], ["remove", articles / "a.txt"]):
            assert f"is being changed by process {os.getpid()} (" in says(run(*command, *where), 2)
        assert len(data(run("list", *where, "--json"))) == 2
    finally:
        let_go.set()
        thread.join()


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_an_address_inside_the_network_is_not_fetched(tmp_path: Path, articles: Path) -> None:
    address = "http://127.0.0.1:9/a"
    result = run("add", articles, address, "--index", tmp_path / "index", "--json")
    done = data(result, status=1)
    assert len(done["added"]) == 2
    assert [failed["source"] for failed in done["failed"]] == [address]
    assert f"not read: {address} " in result.stderr


def test_a_file_that_cannot_be_read_is_named_and_the_rest_is_indexed(tmp_path: Path, articles: Path) -> None:
    (articles / "c.txt").write_text("")
    result = run("build", articles, "--index", tmp_path / "index", "--json")
    assert len(data(result, status=1)["added"]) == 2
    assert "c.txt is empty" in result.stderr


def test_an_article_writes_no_commands_to_the_terminal(tmp_path: Path) -> None:
    where = ("--index", tmp_path / "index")
    text = "About \x1b[2J it\n\nThere were 3,000\x1b[5D9,000\ttroops\x9b1A."
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a\x1b[2J\n.txt", text)
        archive.writestr("b\x1b[2J\n.txt", "")
    source, shown = (f"{tmp_path / 'a.zip'}#a{name}.txt" for name in ("\x1b[2J\n", "\ufffd[2J\ufffd"))
    built = run("build", tmp_path / "a.zip", *where)
    assert built.stderr == f"not read: {shown.replace('#a', '#b')} is empty\n"
    assert run("list", *where).stdout == f"{shown}\tAbout \ufffd[2J it\t\t1 passages\n"
    assert [line["source"] for line in data(run("list", *where, "--json"))] == [source]
    found = run("search", "troops", *where).stdout
    assert found.startswith(f"1. {shown}:")
    assert "3,000\ufffd[5D9,000\ttroops\ufffd1A." in found
    assert not set("\x1b\x9b") & set(found)
    assert run("text", source, *where).stdout == text
    assert "no\ufffd[2Jwhere" in says(run("text", "no\x1b[2Jwhere", *where), 2)
    run_sql(tmp_path / "index", "UPDATE articles SET text = text || 'x'")
    assert f"wrong: {shown} " in run("doctor", *where).stdout
    assert run("remove", source, *where).stdout == f"removed {shown}\n"


def test_wrong_use_is_said(tmp_path: Path, articles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = ("--index", tmp_path / "index")
    assert "nowhere" in says(run("build", tmp_path / "nowhere", *where), 2)
    assert not (tmp_path / "index").exists()
    says(run("build", "x" * 300, *where), 2)
    assert run("build", *where).exit_code == 2
    assert run("search", "x", *where, "--top-k", 0).exit_code == 2
    data(run("build", articles, *where, "--json"))
    assert "No article" in says(run("remove", "nowhere", *where), 2)
    assert "No article" in says(run("text", "nowhere", *where), 2)
    monkeypatch.setenv("QUOTH_PASSAGE_TOKENS", "many")
    assert "QUOTH_PASSAGE_TOKENS cannot be 'many'" in says(run("list", *where), 2)
    monkeypatch.setenv("QUOTH_PASSAGE_TOKENS", "100")
    assert "QUOTH_PASSAGE_TOKENS" in says(run("build", articles, *where), 3)
    assert len(data(run("build", articles, *where, "--fresh", "--json"))["added"]) == 2


@pytest.mark.parametrize("command", [["list"], ["info"], ["doctor"], ["search", "x"], ["remove", "x"], ["text", "x"]])
@pytest.mark.parametrize(
    ("content", "reason"), [(None, "There is no index"), (b"", "is empty"), (b"garbage" * 999, "cannot be read")]
)
def test_no_usable_index_is_said(tmp_path: Path, command: list[str], content: bytes | None, reason: str) -> None:
    if content is not None:
        (tmp_path / FILE_NAME).write_bytes(content)
    sentence = says(run(*command, "--index", tmp_path), 3)
    assert reason in sentence
    assert "python -m index build" in sentence


def test_the_doctor_tells_damage_from_what_is_only_behind(tmp_path: Path, articles: Path) -> None:
    where = ("--index", tmp_path / "index")
    data(run("build", articles, *where, "--json"))
    (tmp_path / "index" / vectors.ABOUT_NAME).unlink()
    result = run("doctor", *where)
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "The index is sound.")
    assert result.stdout.startswith("note: ")
    run_sql(tmp_path / "index", "UPDATE articles SET text = text || 'x' WHERE source LIKE '%a.txt'")
    result = run("doctor", *where)
    assert result.exit_code == 1
    assert "wrong: " in result.stdout
    assert "--repair" in result.stdout
    mended = data(run("doctor", *where, "--repair", "--json"))
    assert ([finding["kind"] for finding in mended["found"]], mended["left"]) == (["article", "behind"], [])
    assert len(data(run("build", articles, *where, "--json"))["added"]) == 1


@pytest.mark.models
def test_the_seeds_with_the_real_embedder(tmp_path: Path) -> None:
    where = ("--index", tmp_path)
    assert len(data(run("build", SEEDS, *where, "--json"))["added"]) == len(list(SEEDS.iterdir()))
    hits = data(run("search", "How many troops were sent?", *where, "--json"))
    assert any("10,000 and 12,000" in hit["passage"]["text"] for hit in hits[:3])
    assert run("doctor", *where).exit_code == 0
