"""Files in, articles out (to be completed)."""
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Article:
    """A text and where it is from.

    id: the first 16 hexadecimal digits of the SHA-256 of `source`. source: absolute path or URL. text: NFC, lines ended by
    "\\n"; all offsets count its code points. published: ISO 8601 date, or None. author, language (ISO 639-1): as the document
    says, or None. sha256: of the file's bytes, by which a later build sees whether it changed.
    """

    id: str
    source: str
    title: str
    text: str
    published: str | None
    author: str | None
    language: str | None
    sha256: str
