"""Every measure against values worked out by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.evaluation.metrics import (
    exact_match,
    expected_calibration_error,
    f1,
    is_right,
    mean_reciprocal_rank,
    percentile,
    recall_at,
    risk_coverage,
    squad_form,
)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("The  Quick, brown fox!", "quick brown fox"),
        ("a.n. other", "other"),  # Punctuation goes first, and leaves an article.
        ("An apple a day", "apple day"),
        ("10,000", "10000"),
        ("“Über”", "“über”"),  # SQuAD's punctuation is ASCII's.
        ("the", ""),
    ],
)
def test_squad_form(text: str, form: str) -> None:
    assert squad_form(text) == form


@pytest.mark.parametrize(
    ("shown", "answers", "exact", "overlap"),
    [
        ("the Harbour", ["harbour"], 1, 1),
        ("harbour of Ostwick", ["Ostwick"], 0, 0.5),  # precision 1/3, recall 1: 2 * 1 / (3 + 1)
        ("in 1931", ["1931", "in the year 1931"], 0, 0.8),  # 2 * 2 / (2 + 3) beats 2 * 1 / (2 + 1)
        ("red red blue", ["red blue blue"], 0, 2 / 3),  # two words in common, counted with multiplicity
        ("green", ["red"], 0, 0),
        ("", ["red"], 0, 0),
        ("", [], 1, 1),
        ("anything", [], 0, 0),
        ("", ["the"], 1, 1),  # an answer without a word left counts as none
        ("red", ["the", "red"], 1, 1),
        ("the", [], 1, 1),
    ],
)
def test_exact_match_and_f1(shown: str, answers: list[str], exact: float, overlap: float) -> None:
    assert exact_match(shown, answers) == exact
    assert f1(shown, answers) == pytest.approx(overlap)


@given(st.text(), st.lists(st.text(), max_size=3))
def test_f1_is_at_least_the_exact_match(shown: str, answers: list[str]) -> None:
    assert 0 <= exact_match(shown, answers) <= f1(shown, answers) <= 1


@pytest.mark.parametrize(
    ("shown", "answers", "right"),
    [
        ("about 3,000 troops", ["3,000"], True),  # 2 * 1 / (3 + 1)
        ("about 3,000 troops yesterday", ["3,000"], False),  # 2 * 1 / (4 + 1): too much besides
        ("President Putin", ["Vladimir Putin"], False),  # neither holds the other
        ("Putin", ["Vladimir Putin"], True),
        ("3,000", ["13,000"], False),
        ("anything", [], False),
        ("", ["red"], False),
    ],
)
def test_what_counts_as_right(shown: str, answers: list[str], right: bool) -> None:
    assert is_right(shown, answers) is right


def test_recall_and_reciprocal_rank() -> None:
    ranks = [1, 3, None, 5]
    assert [recall_at(k, ranks) for k in (1, 2, 3, 5)] == [0.25, 0.25, 0.5, 0.75]
    assert mean_reciprocal_rank(ranks) == pytest.approx((1 + 1 / 3 + 1 / 5) / 4)


def test_calibration_error() -> None:
    # One bin of three that says 0.9 and is right twice, one of one that says 0.25 and is wrong.
    error = expected_calibration_error([0.9, 0.9, 0.9, 0.25], [True, True, False, False])
    assert error == pytest.approx((abs(2.7 - 2) + 0.25) / 4)
    assert expected_calibration_error([1.0, 0.0], [True, False]) == 0
    assert math.isnan(expected_calibration_error([], []))


def test_risk_coverage_takes_the_surest_first_and_equals_together() -> None:
    points = risk_coverage([0.5, 0.9, 0.5, 0.7], [False, True, True, False])
    assert points == [(0.25, 0.0), (0.5, 0.5), (1.0, 0.5)]


def test_percentile_is_the_nearest_rank() -> None:
    values = [30.0, 10.0, 20.0, 40.0]
    assert [percentile(values, share) for share in (0, 0.25, 0.5, 0.51, 0.95, 1)] == [10, 10, 20, 30, 40, 40]
    assert math.isnan(percentile([], 0.5))
