"""Where an article itself says that a thing is not known, not revealed, or that someone declined to say."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from index.passages import Passage
from index.search import MAX_WORDS, words_of
from index.sentences import split_sentences
from qa.names import names_and_years
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
_NOT_CLEAR = re.compile(
    r"\b(?:not|never|yet to be) (?:\w+ ){0,3}(?:known|clear|disclosed|revealed|released|determined|established)\b|\bunclear\b",
    re.IGNORECASE,
)
_CUES = re.compile(
    rf"\b(?:not|never|n['’]t|neither|nor|no one|nobody|none)\b[^.;]{{0,80}}\b{_TELL}"
    rf"|\b(?:declin|refus)\w+ (?:to )?\w*[^.;]{{0,30}}\b{_TELL}"
    rf"|\bwithout (?:\w+ ){{0,2}}{_TELL}"
    r"|\b(?:undisclosed|unknown|unspecified|unconfirmed|remains? a mystery)\b"
    rf"|{_NOT_CLEAR.pattern}",
    re.IGNORECASE,
)


# Those who are not named because they asked for it hide nothing else, nor do those who must not speak.
_ANONYMOUS = re.compile(
    r"\bnot (?:to )?be (?:named|identified|quoted)\b|\b(?:not|n['’]t) (?:authori[sz]ed|allowed|permitted|supposed) to \w+", re.I
)
_PRONOUN = re.compile(r"(?:He|She|It|They)\b")
# Who somebody is, and that this is not told.
_WHO_IS = re.compile(r"\b(?:names? of (?:the|an?)|who (?:is|was|are|were) the) (\w+)", re.IGNORECASE)
_UNNAMED = re.compile(
    r"(?:\bnot|n['’]t|\bdeclined to|\brefused to)\b[^.;,]{0,30}\b(?:nam(?:e|ed|ing)|identif\w+)\b", re.IGNORECASE
)


def undisclosed_sentence(question: str, passage: Passage, encode: Encode | None = None) -> tuple[int, int] | None:
    """The first sentence of the passage that says of the question's subject that it is not known; its offsets in the article,
    or None.

    The question's subject is its telling words; a sentence is about it that holds MIN_SHARED of them, compared by their
    stems or, where one is missing and `encode` is given, by meaning: soldiers for troops. Names may stand in the rest of the
    passage where the sentence holds one of them and half of the other words, or starts with a pronoun and holds more.
    encode: texts to unit vectors.
    """
    wanted = _wanted(question)
    names = {stem(word) for name in names_and_years(question) for word in name.split()} & wanted.keys()
    around = names & stems(passage.text)
    who = _WHO_IS.search(question)
    for start, end in split_sentences(passage.text):
        sentence = passage.text[start:end]
        if not wanted or not _CUES.search(_ANONYMOUS.sub("", sentence)):
            continue
        held = _held(wanted, sentence, encode)
        others, held_others = len(wanted.keys() - names), len(held - names)
        # "It did not say how many bags had been sent": of whom the article speaks.
        taken_up = _PRONOUN.match(sentence) is not None and 2 * held_others > others
        if held_others and (taken_up or (held & around and 2 * held_others >= others)):
            held |= around
        unnamed = who is not None and stem(who[1]) in held and _UNNAMED.search(sentence) is not None
        if unnamed or len(held) >= MIN_SHARED * len(wanted):
            return passage.start + start, passage.start + end
    return None


def is_unknown(sentence: str, start: int, end: int) -> bool:
    """Whether sentence[start:end] overlaps the words by which the sentence says that something is not known."""
    return any(match.start() < end and start < match.end() for match in _NOT_CLEAR.finditer(sentence))


def outdoes(question: str, undisclosed: str, answering: str, encode: Encode | None = None) -> bool:
    """Whether a sentence that says that the thing is not known is what the question is about, and the answer's sentence is not:
    the one holds all telling words of the question, the other less than half of them."""
    wanted = _wanted(question)
    return len(_held(wanted, undisclosed, encode)) == len(wanted) > 2 * len(_held(wanted, answering, encode))


def _wanted(question: str) -> dict[str, str]:
    """The question's telling words by their stems."""
    return {stem(word): word for word in words_of(question) if word not in ("many", "much")}


def _held(wanted: Mapping[str, str], sentence: str, encode: Encode | None) -> set[str]:
    """The stems of those words that the sentence holds, themselves or by meaning."""
    held = wanted.keys() & stems(sentence)
    missing = [stemmed for stemmed in wanted if stemmed not in held]
    if encode is not None and held and missing:
        words = sorted({word.lower() for word in _WORD.findall(sentence)})[:MAX_WORDS]
        vectors = encode([*(wanted[stemmed] for stemmed in missing), *words])
        likeness = vectors[: len(missing)] @ vectors[len(missing) :].T
        held |= {stemmed for stemmed, like in zip(missing, likeness.max(axis=1), strict=True) if like >= _SYNONYM}
    return held
