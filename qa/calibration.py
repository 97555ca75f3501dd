"""From the reader's margin to a probability: a logistic curve fitted on held-out questions (Platt 1999).

The curve lies beside the reader's weights as calibration.json, because it is true for those weights only.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path

from index.errors import ModelError

FILE_NAME = "calibration.json"


@dataclass(frozen=True)
class Calibration:
    """probability = 1 / (1 + exp(-(slope * margin + intercept))); an answer is shown from the threshold on.

    The defaults are for a reader without a file of its own: an answer is shown when it beats "no answer here".
    """

    slope: float = 1.0
    intercept: float = 0.0
    threshold: float = 0.5

    def probability(self, margin: float) -> float:
        """How probable it is that a span with this margin is right, 0 to 1; rises with the margin."""
        exponent = -(self.slope * margin + self.intercept)
        return 1.0 / (1.0 + math.exp(min(exponent, 700.0)))

    def save(self, folder: Path) -> None:
        """Writes it beside a reader's weights."""
        (folder / FILE_NAME).write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")


def load_calibration(folder: Path) -> Calibration:
    """The calibration of the reader in this folder, or the default one. Raises ModelError where the file cannot be used."""
    path = folder / FILE_NAME
    if not path.exists():
        return Calibration()
    try:
        return Calibration(**json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise ModelError(f"{path} is no calibration of a reader ({error}); delete it to go without.") from error
