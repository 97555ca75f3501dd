"""Articles cut into passages (to be completed)."""
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Passage:
    """A window of an article: `article.text[start:end] == text`, always; start and end in code points."""

    article_id: str
    start: int
    end: int
    text: str
