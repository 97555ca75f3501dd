"""The commands `reindex`, `export` and `import`: what they print, and one sentence where they cannot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import index.embedder
import index.lazy_embedder
from index.__main__ import application
from tests.conftest import HashingEmbedder


def run(*arguments: object) -> Result:
    return CliRunner().invoke(application, [str(argument) for argument in arguments])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An index of one article."""
    monkeypatch.setattr(index.embedder, "load_embedder", lambda name: HashingEmbedder())  # noqa: ARG005
    monkeypatch.setattr(index.lazy_embedder, "LazyEmbedder", lambda name: HashingEmbedder())  # noqa: ARG005
    (tmp_path / "a.txt").write_text("The orchard lies behind the school. " * 20)
    assert run("build", tmp_path / "a.txt", "--index", tmp_path / "index").exit_code == 0
    return tmp_path / "index"


def test_other_passage_settings_are_refused_by_a_sentence_that_reindex_obeys(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUOTH_PASSAGE_TOKENS", "30")
    monkeypatch.setenv("QUOTH_OVERLAP_TOKENS", "5")
    refused = run("build", tmp_path / "a.txt", "--index", folder)
    assert (refused.exit_code, refused.stderr.count("\n")) == (3, 1)
    assert f"python -m index reindex --index {folder}" in refused.stderr
    done = json.loads(run("reindex", "--index", folder, "--json").stdout)
    assert (done["made"], done["resumed"]) == (1, 0)
    assert done["passages"] == json.loads(run("info", "--index", folder, "--json").stdout)["passages"] > 1
    assert "already" in run("reindex", "--index", folder).stdout
    assert run("build", tmp_path / "a.txt", "--index", folder).exit_code == 0


def test_an_index_goes_to_another_folder_and_back(folder: Path, tmp_path: Path) -> None:
    file, other = tmp_path / "moved.quoth", tmp_path / "other"
    assert str(file) in run("export", file, "--index", folder).stdout
    assert "1 articles" in run("import", file, "--index", other).stdout
    assert run("list", "--index", other).stdout == run("list", "--index", folder).stdout
    for refused in (run("export", file, "--index", folder), run("import", file, "--index", other)):
        assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1)
    assert run("import", file, "--index", other, "--replace").exit_code == 0
    assert "sound" in run("doctor", "--index", other).stdout
