"""Where an article itself says that a thing is not known, not revealed, or that someone declined to say.

The reader is trained to point at such words, asked "Not known: How many were hurt?" of a sentence and the one before it. Only
sentences that may say so are read, because reading is what a question's time goes to.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.passages import Passage
from index.sentences import split_sentences
from qa.words import stems, telling_stems

# How many of these sentences are read for a question. Of 776 questions to which a sentence of the passage replies that the
# answer is not known, this one is among the first two for 76 % (among all, for 77 %; a scratch script).
MOST_EXCERPTS = 2
# Of the question's telling words the sentence and the one before it hold this share.
_LEAST_SHARED = 0.25

# What may be a part of saying so: seven of eight sentences that say so have one of these, and one of four sentences.
_CUES = re.compile(
    r"n['’]t\b|\b(?:not|never|nor|neither|cannot|no one|nobody|none|no|without|nothing|declin\w+|refus\w+|unclear|unknown|"
    r"undisclosed|unspecified|unconfirmed|unnamed|unidentified|unanswered|unresolved|undecided|withh\w+|mystery|secret|"
    r"confidential|yet to|too early|remains?|pending|await\w+|due|expected|until|later|investigat\w+|inquiry|examin\w+|"
    r"looking into|silent|decid\w+|settled)\b",
    re.IGNORECASE,
)
_NOT_CLEAR = re.compile(
    r"\b(?:not|never|yet to be) (?:\w+ ){0,3}(?:known|clear|disclosed|revealed|released|determined|established)\b|\bunclear\b",
    re.IGNORECASE,
)


def ask_whether_unknown(question: str) -> str:
    """What the reader is asked, so that it points at words that say that the question's answer is not known."""
    return f"Not known: {question}"


def has_cue(sentence: str) -> bool:
    """Whether the sentence has a word in it that is a part of saying that something is not known."""
    return _CUES.search(sentence) is not None


def excerpts(question: str, passages: Sequence[Passage]) -> list[tuple[int, Passage]]:
    """What of the passages most likely says that the question's answer is not known, MOST_EXCERPTS sentences at most, each with
    the one before it: the number of its passage, and the words as a passage of their own."""
    wanted = telling_stems(question)
    found: dict[tuple[str, int], tuple[int, int, Passage]] = {}
    for number, passage in enumerate(passages):
        before = 0
        for start, end in split_sentences(passage.text):
            held = wanted & stems(passage.text[start:end])
            around = wanted & stems(passage.text[before:end])
            if held | around and len(around) >= _LEAST_SHARED * len(wanted) and has_cue(passage.text[start:end]):
                cut = Passage(passage.article_id, passage.start + before, passage.start + end, passage.text[before:end])
                # Passages of one article overlap.
                found.setdefault((passage.article_id, passage.start + start), (len(held) + len(around), number, cut))
            before = start
    best = sorted(found.values(), key=lambda each: -each[0])[:MOST_EXCERPTS]
    return [(number, cut) for _, number, cut in best]


def is_unknown(sentence: str, start: int, end: int) -> bool:
    """Whether sentence[start:end] overlaps the words by which the sentence says that something is not known."""
    return any(match.start() < end and start < match.end() for match in _NOT_CLEAR.finditer(sentence))
