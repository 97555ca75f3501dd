from __future__ import annotations

import math
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import ModelError
from qa.calibration import FILE_NAME, Calibration, Evidence, load_calibration
from qa.training.calibrate import logistic

NONE = Evidence(margin=0, lead=0, nearness=0, agreement=0)
wild = st.floats(-1e6, 1e6)


@given(st.builds(Evidence, wild, wild, wild, wild), wild, st.sampled_from([field.name for field in fields(Evidence)]))
def test_a_probability_rises_with_every_piece_of_evidence(evidence: Evidence, other: float, name: str) -> None:
    calibration = Calibration(-1.0, 0.3, 0.1, 1e-4, 1e-4)
    low, high = sorted((evidence, replace(evidence, **{name: other})), key=lambda each: float(getattr(each, name)))
    assert 0 <= calibration.probability(low) <= calibration.probability(high) <= 1


def test_a_probability_by_hand() -> None:
    calibration = Calibration(intercept=-1.0, margin=0.5, lead=0.25, nearness=1.0, agreement=0.125)
    evidence = Evidence(margin=4.0, lead=2.0, nearness=1 / 2, agreement=1)
    assert calibration.probability(evidence) == pytest.approx(1 / (1 + math.exp(-(-1 + 2 + 0.5 + 0.5 + 0.125))))


def test_how_probable_it_is_that_a_thing_is_not_known() -> None:
    assert not Calibration().tells_unknown
    calibration = Calibration(unknown_intercept=-1.0, unknown_margin=0.5)
    assert calibration.tells_unknown
    assert calibration.probability_unknown(4.0) == pytest.approx(1 / (1 + math.exp(-1)))
    assert calibration.probability_unknown(-1e6) == pytest.approx(0.0)


def test_it_is_kept_beside_the_weights(tmp_path: Path) -> None:
    assert load_calibration(tmp_path) == Calibration()
    made = Calibration(-1.5, 0.25, 0.1, 0.3, 0.4, 0.6, -0.5, 0.7)
    made.save(tmp_path)
    assert load_calibration(tmp_path) == made


@pytest.mark.parametrize("content", ['{"slop": 1}', '{"margin": "much"}', "[1]", "{", '{"margin": null}'])
def test_a_file_that_is_none_is_said(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE_NAME).write_text(content)
    with pytest.raises(ModelError, match="is no calibration"):
        load_calibration(tmp_path)


def test_the_fit_gives_back_the_shares_it_was_made_of() -> None:
    # Of a hundred at margin 0 thirty are right, of a hundred at margin 4 eighty: two points, which the curve meets.
    evidence = [NONE] * 100 + [replace(NONE, margin=4.0)] * 100
    fitted = logistic(evidence, [True] * 30 + [False] * 70 + [True] * 80 + [False] * 20)
    assert fitted.probability(evidence[0]) == pytest.approx(0.3, abs=0.01)
    assert fitted.probability(evidence[-1]) == pytest.approx(0.8, abs=0.01)


def test_no_weight_is_below_zero() -> None:
    # The more passages agree, the fewer answers are right, which can only be chance.
    evidence = [replace(NONE, agreement=number % 2) for number in range(100)]
    assert logistic(evidence, [number % 2 == 0 or number % 10 == 1 for number in range(100)]).agreement == pytest.approx(
        0, abs=1e-3
    )
