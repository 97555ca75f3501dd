"""Where an article itself says that a thing is not known, not revealed, or that someone declined to say."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from index.passages import Passage
from index.search import MAX_WORDS, words_of
from index.sentences import split_sentences
from qa.words import stem, stems

# How many of a question's telling words the sentence has to hold.
MIN_SHARED = 0.6
# Inner product of two words' vectors from which on one may stand for the other: soldiers and troops have 0.89, film and movie
# 0.84, but men and women 0.72 and tanks and soldiers 0.52 (all-MiniLM-L6-v2).
_SYNONYM = 0.8
_WORD = re.compile(r"\w+")

Encode = Callable[[Sequence[str]], npt.NDArray[np.float32]]

_TELL = (
    r"(?:reveal|disclos|divulg|specif|releas|publish|publici[sz]|announc|comment|confirm|elaborat|identif|"
    r"provid|mention|clarif|explain|report|nam(?:e|ed|ing)\b|giv(?:e|en|ing)\b|sa(?:y|id|ying)\b|state|detail|count)"
)
_CUES = re.compile(
    rf"\b(?:not|never|n['’]t|neither|nor|no one|nobody|none)\b[^.;]{{0,80}}\b{_TELL}"
    rf"|\b(?:declin|refus)\w+ (?:to )?\w*[^.;]{{0,30}}\b{_TELL}"
    rf"|\bwithout (?:\w+ ){{0,2}}{_TELL}"
    r"|\b(?:not|never|yet to be) (?:\w+ ){0,3}(?:known|clear|disclosed|revealed|released|determined|established)\b"
    r"|\b(?:undisclosed|unknown|unclear|unspecified|unconfirmed|remains? a mystery)\b",
    re.IGNORECASE,
)


def undisclosed_sentence(question: str, passage: Passage, encode: Encode | None = None) -> tuple[int, int] | None:
    """The first sentence of the passage that says of the question's subject that it is not known; its offsets in the article,
    or None.

    The question's subject is its telling words; a sentence is about it that holds MIN_SHARED of them, compared by their
    stems or, where one is missing and `encode` is given, by meaning: soldiers for troops. encode: texts to unit vectors.
    """
    wanted = {stem(word): word for word in words_of(question) if word not in ("many", "much")}
    for start, end in split_sentences(passage.text):
        sentence = passage.text[start:end]
        if not wanted or not _CUES.search(sentence):
            continue
        held_stems = stems(sentence)
        missing = [word for stemmed, word in wanted.items() if stemmed not in held_stems]
        held = len(wanted) - len(missing)
        if encode is not None and held and missing:
            words = sorted({word.lower() for word in _WORD.findall(sentence)})[:MAX_WORDS]
            likeness = encode(missing) @ encode(words).T
            held += int((likeness.max(axis=1) >= _SYNONYM).sum())
        if held >= MIN_SHARED * len(wanted):
            return passage.start + start, passage.start + end
    return None
