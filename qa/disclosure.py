"""Where an article itself says that a thing is not known, not revealed, or that someone declined to say."""

from __future__ import annotations

import re

from index.passages import Passage
from index.search import words_of
from index.sentences import split_sentences

# How many of a question's telling words the sentence has to hold.
MIN_SHARED = 0.6

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


def undisclosed_sentence(question: str, passage: Passage) -> tuple[int, int] | None:
    """The first sentence of the passage that says of the question's subject that it is not known; its offsets in the article,
    or None. The question's subject is its telling words, compared by their first five letters."""
    wanted = {word[:5] for word in words_of(question)} - {"many", "much"}
    for start, end in split_sentences(passage.text):
        sentence = passage.text[start:end]
        if not _CUES.search(sentence):
            continue
        held = {word[:5] for word in words_of(sentence)}
        if wanted and len(wanted & held) >= MIN_SHARED * len(wanted):
            return passage.start + start, passage.start + end
    return None
