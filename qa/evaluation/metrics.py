"""The measures, each by its published definition."""

from __future__ import annotations

import math
import re
import string
from collections import Counter
from collections.abc import Sequence

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)
# Bins of equal width for the calibration error.
BINS = 10


def squad_form(text: str) -> str:
    """The text as SQuAD compares answers: lower case, without ASCII punctuation, English articles and doubled white space."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact_match(shown: str, answers: Sequence[str]) -> float:
    """1 where `shown` equals one of the answers in squad_form, else 0; without answers, 1 for showing none ("").

    SQuAD 2.0's official rules (Rajpurkar et al. 2018): answers whose form is empty do not count.
    """
    return max(float(squad_form(shown) == answer) for answer in _forms(answers))


def f1(shown: str, answers: Sequence[str]) -> float:
    """The harmonic mean of precision and recall of `shown`'s words in squad_form, the greatest over the answers; same rules."""
    return max(_token_f1(squad_form(shown).split(), answer.split()) for answer in _forms(answers))


def _forms(answers: Sequence[str]) -> list[str]:
    return [form for answer in answers if (form := squad_form(answer))] or [""]


def _token_f1(shown: Sequence[str], answer: Sequence[str]) -> float:
    if not shown or not answer:
        return float(shown == answer)
    common = sum((Counter(shown) & Counter(answer)).values())
    return 2 * common / (len(shown) + len(answer))


def is_right(shown: str, answers: Sequence[str]) -> bool:
    """Whether a reader would accept it: it has at least half of its words and of an annotator's in common with one (F1 of 0.5),
    and one of the two holds the other word by word. False for a question without answers."""
    return any(_token_f1(squad_form(shown).split(), squad_form(a).split()) >= 0.5 and _holds(shown, a) for a in answers)


def _holds(one: str, other: str) -> bool:
    shorter, longer = sorted((squad_form(one), squad_form(other)), key=len)
    return bool(shorter) and f" {shorter} " in f" {longer} "


def recall_at(count: int, ranks: Sequence[int | None]) -> float:
    """The share of questions whose right passage is among the first `count`; ranks count from 1, None for not found."""
    return mean([float(rank is not None and rank <= count) for rank in ranks])


def mean_reciprocal_rank(ranks: Sequence[int | None]) -> float:
    """The mean of 1 / rank of the right passage, 0 where it was not found."""
    return mean([1 / rank if rank else 0.0 for rank in ranks])


def expected_calibration_error(probabilities: Sequence[float], right: Sequence[bool]) -> float:
    """How far probabilities are from the share that is right: the absolute difference in each of BINS bins of equal width,
    weighted by how many fall in it (Naeini et al. 2015, Guo et al. 2017)."""
    if not probabilities:
        return math.nan
    error = 0.0
    for number in range(BINS):
        inside = [i for i, p in enumerate(probabilities) if min(int(p * BINS), BINS - 1) == number]
        error += abs(sum(probabilities[i] for i in inside) - sum(right[i] for i in inside))
    return error / len(probabilities)


def risk_coverage(probabilities: Sequence[float], right: Sequence[bool]) -> list[tuple[float, float]]:
    """(coverage, risk) for every threshold: the share of questions answered when only the surest are, and the share of those
    answers that is wrong (El-Yaniv and Wiener 2010); coverage rises."""
    order = sorted(range(len(probabilities)), key=lambda i: -probabilities[i])
    points, wrong = [], 0
    for answered, i in enumerate(order, start=1):
        wrong += not right[i]
        if answered == len(order) or probabilities[order[answered]] < probabilities[i]:
            points.append((answered / len(order), wrong / answered))
    return points


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed (nearest rank); NaN of none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan


def mean(values: Sequence[float]) -> float:
    """The mean; NaN of none."""
    return sum(values) / len(values) if values else math.nan
