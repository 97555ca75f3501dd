"""Questions to begin with, made from the articles' own sentences by the patterns below, and kept only if they are answered.

"Dmitry Peskov stated on Monday that ..." gives "What did Dmitry Peskov state?".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from index.sentences import split_sentences

# All repetition is bounded, so that hostile text takes linear time.
# Words that begin sentences and no names.
_OPENERS = (
    "The|This|That|In|On|At|By|For|From|With|After|Before|Since|When|While|As|If|And|But|Or|So|Then|Now|Also|Although|Because|"
    "However|Earlier|Later|Meanwhile|Today|Yesterday|Last|Next|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
)
_PART = r"[A-Z][\w’'-]{1,30}"
_NAME = rf"(?:(?!(?:{_OPENERS})\b){_PART}(?: (?:(?:of|the|and|for|de|van|bin) ){{0,2}}{_PART}){{1,5}})"
_PERSON = rf"{_PART}(?: (?:de |van |bin )?{_PART}){{1,3}}"
# A verb that reports, and its plain form.
_REPORTS = {
    "said": "say",
    "stated": "state",
    "announced": "announce",
    "reported": "report",
    "urged": "urge",
    "estimated": "estimate",
    "warned": "warn about",
    "found": "find",
    "proposed": "propose",
    "promised": "promise",
    "described": "describe",
    "called for": "call for",
    "discovered": "discover",
    "invented": "invent",
    "founded": "found",
    "won": "win",
    "built": "build",
}
_SAYING = re.compile(rf"\b({_NAME})(?: on \w+day| also)? ({'|'.join(_REPORTS)})\b")
_AMOUNT = re.compile(
    r"\b\d[\d.,]{0,20} (?!(?:and|to|or|of|in|percent|per)\b)"
    r"((?:[a-z-]{3,30} )?[a-z-]{3,30}s) (had been|have been|were) ([a-z]{1,30}ed)\b"
)
_ROLE = re.compile(rf"\b(?i:spokes(?:man|woman|person)|president|minister|director|analyst|professor|author) ({_PERSON})")


def candidates(texts: Iterable[str]) -> Iterator[str]:
    """Questions that the sentences of these texts may answer, each once, in the order of the sentences."""
    seen: set[str] = set()
    for text in texts:
        for start, end in split_sentences(text):
            for question in _questions(text[start:end]):
                if question not in seen:
                    seen.add(question)
                    yield question


def _questions(sentence: str) -> Iterator[str]:
    for match in _SAYING.finditer(sentence):
        yield f"What did {match[1]} {_REPORTS[match[2]]}?"
    for match in _AMOUNT.finditer(sentence):
        yield f"How many {match[1]} {match[2]} {match[3]}?"
    for match in _ROLE.finditer(sentence):
        yield f"Who is {match[1]}?"
