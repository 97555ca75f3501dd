"""Whether two answers are the same by their words: without case, punctuation and articles, or as names of one thing."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence

# In code points. What is longer is a statement and no name.
_MAX_LENGTH = 200
# Added to a name, they leave it the same.
_TITLES = frozenset(
    "mr mrs ms miss dr prof professor sir lord lady king queen prince princess pope president prime minister premier "
    "chancellor senator governor mayor general colonel major captain lieutenant sergeant admiral commander judge secretary "
    "chief director chairman chairwoman chair head leader spokesman spokeswoman spokesperson ambassador representative mp rep "
    "sen gov gen bishop archbishop cardinal former then late ex vice deputy acting foreign defence defense interior finance "
    "executive officer coach manager author writer actor actress singer journalist analyst economist lawyer".split()
)
# Of these, two different ones are two people.
_ROYAL = frozenset("mr mrs ms miss sir lord lady dame king queen prince princess".split())
_PREPOSITIONS = frozenset("in on at by to from of for with".split())
_DETERMINERS = _PREPOSITIONS | frozenset("the a an this that my your his her its their our".split())
# Before these words a name is that of another place: "York" and "New York".
_PLACE_WORDS = frozenset(
    "new north south east west northern southern eastern western central middle upper lower inner outer greater great little "
    "old saint san santa st los las el la port fort mount lake cape papua equatorial northeast northwest southeast southwest "
    "north-east north-west south-east south-west".split()
)
# A name that ends with one of these is not known by that end alone: "University" and "Harvard University".
_COMMON_ENDS = frozenset(
    "university college school institute bank party union league club court council committee commission parliament senate "
    "ministry department agency office army navy force forces guard group company corporation foundation association street "
    "road avenue square city town county state province district region republic kingdom river lake sea ocean island islands "
    "mountains valley airport station bridge park house tower hospital museum times post news cup day war act plan "
    "american african russian chinese european".split()
)
# Names written in several ways. Abbreviations in capitals only, as "us" and "who" are words.
_ABBREVIATIONS = {
    "United States": r"U\.?S(?:\.?A)?",
    "United Kingdom": r"U\.?K",
    "European Union": r"E\.?U",
    "United Nations": r"U\.?N",
    "North Korea": "DPRK",
    "World Health Organization": "WHO",
    "International Monetary Fund": "IMF",
}
_ABBREVIATION = re.compile("|".join(rf"\b({short})\b" for short in _ABBREVIATIONS.values()))
_WHOLE_NAMES = {"united states of america": "united states", "america": "united states", "britain": "united kingdom"}
_MOST_ADDED = 5

_NAME_WORD = re.compile(r"[^\W_]+(?:[-'’.&][^\W_]+)*|[,;/()]")
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans(dict.fromkeys(string.punctuation + "“”‘’«»„–—…", " "))


def same_words(one: str, other: str, *, persons: bool) -> bool:
    """Whether two answers are the same in normal form, or one is a name at the end of the other, behind titles and names only:
    "Putin" and "President Vladimir Putin", but not "York" and "New York". Without a title only persons are known by the end of
    their name, where a question asks for them: "Trump" and "Donald Trump", but not "Madrid" and "Real Madrid"."""
    one, other = _in_full(one), _in_full(other)
    normal = normal_form(one)
    if normal == normal_form(other):
        return bool(normal)
    if max(len(one), len(other)) > _MAX_LENGTH or _set_apart(one, other):
        return False
    shorter, longer = sorted((_name(one), _name(other)), key=len)
    persons = persons or not _TITLES.isdisjoint(normal.split() + normal_form(other).split())
    return bool(shorter) and (_plain(shorter) == _plain(longer) or (persons and _ends_with_name(longer, shorter)))


def normal_form(text: str) -> str:
    """A text for comparing answers, as SQuAD does: lower case, without punctuation, articles and doubled white space.

    Commas and points inside numbers stay: 4,000 is not 4 000, and 1.5 not 15.
    """
    text = re.sub(r"(?<=\d)[.,](?=\d)", "\0", text.lower())
    return " ".join(_ARTICLES.sub(" ", text.translate(_PUNCTUATION)).split())


def _in_full(text: str) -> str:
    return _ABBREVIATION.sub(lambda match: list(_ABBREVIATIONS)[(match.lastindex or 1) - 1], text)


def _name(text: str) -> list[str]:
    """The words of a name as they are written, without determiners and titles before it."""
    words = [re.sub(r"['’]s\Z", "", word) for word in _NAME_WORD.findall(text)]
    # "the foreign minister, Ada Berg"
    words = [word for before, word in zip(["", *words], words, strict=False) if word != "," or before.lower() not in _TITLES]
    start = next((n for n, word in enumerate(words) if word.lower() not in _DETERMINERS), len(words))
    start = next((n for n in range(start, len(words)) if words[n].lower() not in _TITLES), start)
    words = words[start:]
    return _WHOLE_NAMES.get(_plain(words), "").title().split() or words


def _plain(words: Sequence[str]) -> str:
    return " ".join(words).lower()


def _set_apart(one: str, other: str) -> bool:
    """Whether the words around the names set them apart: King Olaf and Prince Olaf, "to Rome" and "from Rome"."""
    words, others = ([word.lower() for word in _NAME_WORD.findall(text)] for text in (one, other))
    first, second = _PREPOSITIONS.intersection(words[:1]), _PREPOSITIONS.intersection(others[:1])
    titles, other_titles = _ROYAL.intersection(words), _ROYAL.intersection(others)
    return bool(first and second and first != second) or bool(titles and other_titles and titles != other_titles)


def _ends_with_name(longer: Sequence[str], name: Sequence[str]) -> bool:
    """Whether the longer is the name behind titles and other capitalised names."""
    added = longer[: -len(name)] if name else []
    if not added or len(added) > _MOST_ADDED or _plain(longer[len(added) :]) != _plain(name):
        return False
    if not all(word[0].isupper() for word in name) or name[-1].lower() in _COMMON_ENDS or added[-1].lower() in _PLACE_WORDS:
        return False
    return all(word.lower() in _TITLES or (word[0].isupper() and word.lower() not in _DETERMINERS) for word in added)
