"""The names and years of a question, and which of them no passage mentions.

A question about Einstein is not answered from what an article says about Bohr, nor one about 1998 from 1989.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from difflib import get_close_matches

_WORD = re.compile(r"[^\W_]+(?:[.'’&-][^\W_]+)*")
_YEAR = re.compile(r"[12]\d{3}\Z")
# Between the thousands of a number: "1,500" mentions 1500.
_GROUPS = re.compile(r"(?<=\d)[,\s](?=\d{3}\b)")
_SEPARATORS = re.compile(r"[.'’&-]")
_POSSESSIVE = re.compile(r"['’]s?\Z")
# Capitalised without being a name: what questions begin with, and what stands before names.
_NO_NAMES = frozenset(
    """a according after all although an and any are as at before but by can could did do does during every following for from
    give had has have how i if in into is it may many might most much name no of on or our please shall should since some tell
    than that the their these they this those to under until was we were what when where whether which while who whom whose why
    will with would you your
    mr mrs ms dr sir lord lady prof professor president king queen prince princess pope saint st general minister prime
    january february march april may june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday ok""".split()
)
_SMALL = frozenset("a an and are as at by did do does for from had has have in is of on or the to was were with".split())
# Letters that a long word and its inflected forms have in common, Ukraine and Ukrainian, and the least that a short one needs
# to be found whole at the beginning of another, Iran and Iranian.
_LONG, _SHORT = 6, 4
# How alike two spellings of one name are, as difflib has it: Peskow and Peskov, but not Austria and Australia.
_ALIKE = 0.83


def names_and_years(question: str) -> list[str]:
    """Runs of capitalised words and the years of a question, in its order, each once.

    Its capitals tell nothing where small words have them too, as in a headline.
    """
    matches = list(_WORD.finditer(question))
    telling = not any(match.group()[0].isupper() and match.group().lower() in _SMALL for match in matches[1:])
    found: list[str] = []
    run: list[str] = []
    end = 0
    for position, match in enumerate(matches):
        word = _POSSESSIVE.sub("", match.group())
        joined = question[end : match.start()] == " "
        end = match.start() + len(word)
        named = (
            telling
            and len(word) > 1
            and word[0].isupper()
            and word.lower() not in _NO_NAMES
            and (position > 0 or _is_acronym(word))
        )
        if run and not (named and joined):
            found.append(" ".join(run))
            run = []
        if named:
            run.append(word)
        elif _YEAR.match(word):
            found.append(word)
    return list(dict.fromkeys([*found, " ".join(run)] if run else found))


def unmentioned(question: str, texts: Sequence[str]) -> list[str]:
    """The names and years of the question that none of the texts mentions.

    A name is mentioned where at least half of its words are: spelled so, inflected, nearly so, or by their initials.
    """
    wanted = names_and_years(question)
    if not wanted:
        return []
    held: set[str] = set()
    initials = ""
    for text in texts:
        words = [_POSSESSIVE.sub("", match.group()) for match in _WORD.finditer(_GROUPS.sub("", text))]
        held.update(_folded(part) for word in words for part in (word, *_SEPARATORS.split(word)))
        # Small words count in no acronym, and a full stop keeps two texts apart.
        initials += "".join(word[0] for word in words if word[0].isupper()) + "."
    by_beginning: dict[str, list[str]] = {}
    for word in held:
        by_beginning.setdefault(word[:2], []).append(word)

    def is_held(word: str) -> bool:
        bare = _folded(word.replace(".", ""))
        if bare in held or (_is_acronym(word) and word.replace(".", "") in initials):
            return True
        near = by_beginning.get(bare[:2], [])
        if word.isdigit():
            return any(other.startswith(word) for other in near)
        for other in near:
            letters = min(len(bare), len(other), _LONG)
            if letters >= _SHORT and bare[:letters] == other[:letters]:
                return True
        return len(bare) >= _LONG and bool(get_close_matches(bare, near, n=1, cutoff=_ALIKE))

    return [name for name in wanted if 2 * sum(map(is_held, name.split())) < len(name.split())]


def _folded(word: str) -> str:
    """Lower case and without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", word.lower()) if not unicodedata.combining(c)).replace(".", "")


def _is_acronym(word: str) -> bool:
    return len(word) > 1 and word.isupper() and not word.isdigit()
