"""From what speaks for an answer to a probability: a logistic curve fitted on held-out questions (Platt 1999).

The curve lies beside the reader's weights as calibration.json, because it is true for those weights only.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

from index.errors import ModelError

FILE_NAME = "calibration.json"
# A margin beyond this says no more: one wild score must not outweigh all else.
MAX_MARGIN = 16.0


@dataclass(frozen=True)
class Evidence:
    """What speaks for one answer; each is greater for a better one.

    margin: by how much its span beats "no answer here", natural logarithms. lead: the same beyond the next different answer's.
    nearness: 1 / rank of its passage. agreement: how many other articles give the same answer.
    """

    margin: float
    lead: float
    nearness: float
    agreement: float

    def values(self) -> tuple[float, ...]:
        """The figures that the curve weighs, each bounded, in the order of the fields."""
        bounded = max(-MAX_MARGIN, min(self.margin, MAX_MARGIN))
        return (bounded, max(0.0, min(self.lead, MAX_MARGIN)), self.nearness, min(self.agreement, 2.0))


@dataclass(frozen=True)
class Calibration:
    """probability = 1 / (1 + exp(-(intercept + the sum of weight * value))); an answer is shown from the threshold on.

    No weight is below 0, so the probability rises with each piece of evidence. The defaults are for a reader without a file
    of its own: an answer is shown when it beats "no answer here". unknown_intercept, unknown_margin: the same for words that
    say that the answer is not known, by their margin alone; a margin of 0 is for a reader that was not trained to find them.
    """

    intercept: float = 0.0
    margin: float = 1.0
    lead: float = 0.0
    nearness: float = 0.0
    agreement: float = 0.0
    threshold: float = 0.5
    unknown_intercept: float = 0.0
    unknown_margin: float = 0.0

    def probability(self, evidence: Evidence) -> float:
        """How probable it is that an answer with this evidence is right, 0 to 1."""
        weights = (self.margin, self.lead, self.nearness, self.agreement)
        total = self.intercept + sum(weight * value for weight, value in zip(weights, evidence.values(), strict=True))
        return 1.0 / (1.0 + math.exp(min(-total, 700.0)))

    @property
    def tells_unknown(self) -> bool:
        """Whether the reader was trained to point at words that say that something is not known."""
        return self.unknown_margin > 0

    def probability_unknown(self, margin: float) -> float:
        """How probable it is that words with this margin do say that the answer is not known, 0 to 1."""
        return 1.0 / (1.0 + math.exp(min(-self.unknown_intercept - self.unknown_margin * margin, 700.0)))

    def save(self, folder: Path) -> None:
        """Writes it beside a reader's weights."""
        (folder / FILE_NAME).write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")


def load_calibration(folder: Path) -> Calibration:
    """The calibration of the reader in this folder, or the default one. Raises ModelError where the file cannot be used."""
    path = folder / FILE_NAME
    if not path.exists():
        return Calibration()
    try:
        return Calibration(**{name: float(value) for name, value in json.loads(path.read_text(encoding="utf-8")).items()})
    except (ValueError, TypeError, AttributeError) as error:
        raise ModelError(f"{path} is no calibration of a reader ({error}); delete it to go without.") from error
