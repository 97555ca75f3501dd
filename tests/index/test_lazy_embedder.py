"""A lazy embedder is the real one, loaded no sooner than something is to be embedded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from index.embedder import load_embedder
from index.errors import ModelError
from index.lazy_embedder import LazyEmbedder
from index.models import DEFAULT_EMBEDDER

SYNC = """
import sys
from index.__main__ import application
try:
    application(sys.argv[1:], prog_name="python -m index")
finally:
    print("torch" in sys.modules)
"""


@pytest.mark.models
def test_it_is_the_embedder_of_its_name() -> None:
    lazy, real = LazyEmbedder(DEFAULT_EMBEDDER), load_embedder(DEFAULT_EMBEDDER)
    assert (lazy.name, lazy.sha256) == (real.name, real.sha256)
    assert (lazy.dimension, lazy.max_tokens) == (real.dimension, real.max_tokens)
    assert lazy.count_tokens(["A harbour wall."]) == real.count_tokens(["A harbour wall."])
    assert np.array_equal(lazy.encode(["A harbour wall."]), real.encode(["A harbour wall."]))


@pytest.mark.models
def test_a_sync_that_finds_nothing_new_loads_no_model(tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.txt").write_text("The harbour wall broke in two places.")

    def torch_after(*arguments: str | Path) -> bool:
        command = [sys.executable, "-c", SYNC, *map(str, arguments), "--index", str(tmp_path / "index")]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return done.stdout.splitlines()[-1] == "True"

    assert torch_after("build", tmp_path / "articles")
    assert not torch_after("sync")
    assert not torch_after("build", tmp_path / "articles")
    (tmp_path / "articles" / "a.txt").unlink()
    assert not torch_after("sync")


def test_a_model_that_is_not_there_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    with pytest.raises(ModelError, match="safetensors"):
        LazyEmbedder(str(tmp_path / "model"))
