"""Packed weights come back within half a step, whatever they are, and no file outgrows what a repository takes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file

from qa import packing
from qa.packing import GROUP, pack, unpack


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(1, 4), st.floats(1e-3, 50))
def test_weights_come_back_within_half_a_step(
    tmp_path_factory: pytest.TempPathFactory, seed: int, rows: int, groups: int, spread: float
) -> None:
    folder = tmp_path_factory.mktemp("packed")
    weight = np.random.default_rng(seed).normal(0, spread, (rows, groups * GROUP)).astype(np.float32)
    pack({"layer.weight": weight}, folder)
    back = unpack(folder)["layer.weight"]
    step = np.abs(weight).reshape(rows, groups, GROUP).max(axis=2).repeat(GROUP, axis=1).reshape(weight.shape) / 31
    # Half a step for rounding, and a thousandth of the value for the scale in half precision.
    assert (np.abs(back - weight) <= step / 2 + 31 * step * 1.1e-3).all()


def test_numbers_of_the_grid_come_back_exactly(tmp_path: Path) -> None:
    weight = np.tile(np.arange(-31, 33, dtype=np.float32), (2, 1))
    weight[:, -1] = 0
    pack({"w": weight}, tmp_path)
    assert (unpack(tmp_path)["w"] == weight).all()
    assert load_file(tmp_path / "packed-1.safetensors")["w.packed"].nbytes == weight.size * 6 // 8


def test_a_group_of_zeros_stays_zero(tmp_path: Path) -> None:
    pack({"w": np.zeros((3, GROUP), dtype=np.float32)}, tmp_path)
    assert not unpack(tmp_path)["w"].any()


def test_vectors_and_odd_matrices_stay_in_half_precision(tmp_path: Path) -> None:
    weights = {"bias": np.array([0.5, -2.0], dtype=np.float32), "odd": np.full((2, 3), 0.25, dtype=np.float32)}
    pack(weights, tmp_path)
    back = unpack(tmp_path)
    assert all((back[name] == weight).all() for name, weight in weights.items())


def test_files_stay_below_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "MAX_FILE", 1000)
    weights = {f"w{number}": np.full((8, GROUP), number, dtype=np.float32) for number in range(6)}
    pack(weights, tmp_path)
    files = sorted(tmp_path.glob("packed-*.safetensors"))
    assert len(files) == 3
    assert {name: back[0, 0] for name, back in unpack(tmp_path).items()} == pytest.approx(
        {f"w{n}": n for n in range(6)}, rel=1e-3
    )
