"""Copies of one article: an agency's story is one source, however many papers print it.

Compared exactly, by the shingles that two articles share (Broder, "On the resemblance and containment of documents", 1997). A
question brings together about ten articles, so there is nothing to gain from estimates such as datasketch's MinHash, which
takes half a second to import.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

# Words, or characters of scripts without spaces, in a shingle. Two stories about one event share few runs of so many.
SHINGLE_WORDS = 5
# In code points. What starts with so much of the same text is a copy, whatever follows, and the work stays bounded.
MAX_COMPARED = 100_000
# Which share of the smaller article's shingles the other one must have, and of the greater one's. The first lets a copy be
# edited here and there (each changed word breaks five shingles); the second lets it be cut or added to, up to twice the
# length, but sets a short text apart from a long one that quotes it whole.
MIN_OF_SMALLER = 0.7
MIN_OF_GREATER = 0.4

# Letters and digits; a letter of Thai, Lao, Burmese, Khmer, Kana or Han counts as a word.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")


def copies(texts: Sequence[str]) -> list[int]:
    """For each text the position of the first text that it is a copy of, its own where there is none.

    Each text is compared with those that are copies of none, so that copies always name an original. Texts without words are
    copies of each other.
    """
    shingled = [_shingles(text) for text in texts]
    originals: list[int] = []
    first = []
    for at, shingles in enumerate(shingled):
        original = next((known for known in originals if _is_copy(shingled[known], shingles)), at)
        if original == at:
            originals.append(at)
        first.append(original)
    return first


def _shingles(text: str) -> set[tuple[str, ...]]:
    """All runs of SHINGLE_WORDS words; of a text with fewer words, the run of all."""
    words = _WORD.findall(text[:MAX_COMPARED].casefold())
    if 0 < len(words) < SHINGLE_WORDS:
        return {tuple(words)}
    return set(zip(*(words[n:] for n in range(SHINGLE_WORDS)), strict=False))


def _is_copy(one: set[tuple[str, ...]], other: set[tuple[str, ...]]) -> bool:
    if not one or not other:
        return one == other
    shared = len(one & other)
    smaller, greater = sorted((len(one), len(other)))
    return shared >= MIN_OF_SMALLER * smaller and shared >= MIN_OF_GREATER * greater
