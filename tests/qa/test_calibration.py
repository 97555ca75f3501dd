from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import ModelError
from qa.calibration import FILE_NAME, Calibration, load_calibration
from qa.training.calibrate import logistic


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_a_probability_rises_with_the_margin(one: float, other: float) -> None:
    low, high = sorted((one, other))
    calibration = Calibration(slope=0.3, intercept=-1.0)
    assert 0 <= calibration.probability(low) <= calibration.probability(high) <= 1


def test_it_is_kept_beside_the_weights(tmp_path: Path) -> None:
    assert load_calibration(tmp_path) == Calibration()
    Calibration(0.25, -1.5, 0.6).save(tmp_path)
    assert load_calibration(tmp_path) == Calibration(0.25, -1.5, 0.6)
    (tmp_path / FILE_NAME).write_text('{"slop": 1}')
    with pytest.raises(ModelError, match="is no calibration"):
        load_calibration(tmp_path)


def test_the_fit_gives_back_the_shares_it_was_made_of() -> None:
    # Of ten at margin 0 three are right, of ten at margin 4 eight: two points, which a curve of two parameters meets.
    fitted = logistic([0.0] * 10 + [4.0] * 10, [True] * 3 + [False] * 7 + [True] * 8 + [False] * 2)
    assert fitted.probability(0.0) == pytest.approx(0.3, abs=1e-3)
    assert fitted.probability(4.0) == pytest.approx(0.8, abs=1e-3)
