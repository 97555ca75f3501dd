"""Noun phrases that name a speaker: before a verb, as its subject, or behind "said" and "according to"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa import reporting_grammar as grammar
from qa.time_words import TIME

# In code points.
_MAX_NAME = 160


def subject_of(sentence: str, after: int, verb: int) -> tuple[tuple[int, int] | None, str] | None:
    """The name that is the subject of the verb at `verb`, and the conjunction that leads its clause, "" for none.

    None where the verb has no subject of its own here or is denied; a name of None where the subject cannot be told.
    """
    low = max(after, verb - 2 * _MAX_NAME)
    end = verb
    for _ in range(4):
        between = grammar.BETWEEN.search(sentence, low, end)
        times = [t for t in TIME.finditer(sentence, low, end) if not sentence[t.end() : end].strip(" \n")]
        if between:
            end = between.start()
        elif times and times[-1].start() > low:
            end = times[-1].start()
        else:
            break
    if grammar.BLOCKED.search(sentence[max(low, end - 12) : end]):
        return None
    insert = grammar.INSERT.search(sentence, low, end)
    end = insert.start() if insert else end
    relative = grammar.RELATIVE.search(sentence, max(low, end - 12), end)
    end = relative.start() if relative else end
    led_by = relative[0].strip(", ") if relative else ""
    clause = ""
    for boundary in grammar.CLAUSE_START.finditer(sentence, low, end):
        subordinator = boundary[0] in ("although", "though", "while", "whereas", "if", "unless", "when", "because", "as")
        low = boundary.start() if subordinator else boundary.end()
        clause = boundary[0] if boundary[0] in ("who", "which", "whose", "whom", "where") else ""
    segments = [(m.start(), m.end()) for m in re.finditer(r"(?:[^,]|,(?=\s?\d))+", sentence[low:end])]
    pieces: list[tuple[int, int]] = []
    conjunctions: dict[int, str] = {}
    for first, last in segments:
        start, conjunctions[start] = without_lead(sentence, low + first, low + last)
        time = next((t for t in TIME.finditer(sentence, start, low + last) if not sentence[t.end() : low + last].strip()), None)
        stop = time.start() if time else low + last
        while stop > start and sentence[stop - 1].isspace():
            stop -= 1
        if start < stop:
            pieces.append((start, stop))
    apposition = sentence[low:end].rstrip().endswith(",")
    name = _chosen(sentence, pieces, apposition=apposition)
    if not led_by:
        # The conjunction of the clause that the name stands in: not of "when", in "It fell when they left, officials said".
        led_by = next((word for start, word in reversed(conjunctions.items()) if name is None or start <= name[0]), "")
    if clause and not led_by and name is not None and name[0] == pieces[0][0]:
        led_by = clause
    return name, led_by


def _chosen(sentence: str, pieces: Sequence[tuple[int, int]], *, apposition: bool) -> tuple[int, int] | None:
    """The name among the pieces between commas that come before a verb. apposition: whether a comma is right before it."""
    good = [p for p in pieces if is_name(sentence[slice(*p)])]
    if not pieces or not good:
        return _conjunct(sentence, pieces[-1]) if pieces and not apposition else None
    last, first = pieces[-1], sentence[slice(*good[0])]
    if apposition:
        # What comes before the name may be the claim: "It rained, the mayor, Ada Lund, said".
        clauses = [p for p in pieces[:-1] if p not in good and grammar.LOOKS_FINITE.search(sentence, p[0] + 1, p[1])]
        chosen = next((p for p in good if not clauses or p > clauses[-1]), None)
        return chosen and _with_apposition(sentence, chosen, pieces)
    if len(pieces) > 1 and re.search(r"(?:^|\s)and\s", sentence[last[0] - 4 : last[1]]):
        # "From A, B and C": a list, if all of it can be one.
        listed = pieces[pieces.index(good[0]) :]
        if len(listed) > 1 and all(p in good for p in listed):
            return good[0][0], last[1]
    if (
        len(good) == len(pieces) == 2
        and re.fullmatch(grammar.NAME_WORDS, first)
        and " " in first
        and grammar.AGENT.search(sentence, *last)
    ):
        # "Ada Lund, head of the mine said": the second comma is missing.
        return good[0]
    return last if last in good else _conjunct(sentence, last)


def _with_apposition(sentence: str, name: tuple[int, int], pieces: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The name with what stands behind its comma where only both say who it is: "its chairwoman, Ruth Zimba"."""
    behind = next((p for p in pieces if p[0] > name[1]), None)
    described = re.search(r"\s[A-Z]", sentence[slice(*name)]) is None and grammar.AGENT.search(sentence[slice(*name)])
    if behind and described and re.fullmatch(grammar.NAME_WORDS, sentence[slice(*behind)]):
        return name[0], behind[1]
    return name


def _conjunct(sentence: str, piece: tuple[int, int]) -> tuple[int, int] | None:
    """The name behind the last "and" of words that start with another clause: "fighting resumed and police"."""
    at = sentence.rfind(" and ", *piece)
    if at < 0 or not grammar.LOOKS_FINITE.search(sentence, piece[0], at):
        return None
    name = (without_lead(sentence, at + 5, piece[1])[0], piece[1])
    return name if name[0] < name[1] and is_name(sentence[slice(*name)]) else None


def without_lead(sentence: str, start: int, end: int) -> tuple[int, str]:
    """Where the words start behind adverbs, times and a conjunction, and that conjunction in lower case or ""."""
    conjunction = ""
    for _ in range(5):
        while start < end and (sentence[start].isspace() or sentence[start] in "'‘*_"):
            start += 1
        time = TIME.match(sentence, start, end)
        lead = grammar.LEADING.match(sentence, start, end)
        subordinator = grammar.SUBORDINATOR.match(sentence, start, end)
        if time and sentence[time.end() : time.end() + 1] not in ("'", "’", "-"):
            start = time.end()
        elif lead:
            start = lead.end()
        elif subordinator:
            conjunction = subordinator["word"].lower()
            start = subordinator.end()
        else:
            break
    return min(start, end), conjunction


def is_name(words: str) -> bool:
    """Whether the words can be a noun phrase that names a speaker, or a pronoun for one."""
    if grammar.PRONOUN.fullmatch(words):
        return words.lower() not in ("this", "that", "there", "these", "those", "one", "which", "who")
    if not words or len(words) > _MAX_NAME or len(words.split()) > 18 or not any(c.isalpha() for c in words):
        return False
    if grammar.NO_NAME.search(words) or grammar.STARTS_BADLY.match(words) or grammar.ENDS_BADLY.search(words):
        return False
    return (
        words[0].isupper()
        or grammar.COMMON_WORD.match(words) is not None
        or grammar.AGENT.search(words) is not None
        or words.endswith("s")
    )


def is_plural(words: str) -> bool:
    head = re.split(r"\s(?:of|from|in|at|for|on|such as)\s", words, maxsplit=1)[0]
    return grammar.IS_PLURAL.search(head) is not None


def speaks(words: str) -> bool:
    """Whether a name is that of somebody, or of some body, that can make a claim."""
    rest = grammar.COMMON_WORD.sub("", words, count=1) if grammar.COMMON_WORD.match(words) else words
    head = re.split(r"\s(?:of|from|in|at|for|on|by|to)\s", rest, maxsplit=1)[0]
    return re.search(r"(?:\A|\s)[A-Z]", head) is not None or grammar.AGENT.search(words) is not None


def name_after(sentence: str, start: int) -> tuple[int, int] | None:
    """The noun phrase that starts at `start`, to its first comma or verb, with all of a list of names."""
    limit = min(len(sentence), start + 2 * _MAX_NAME)
    stop = grammar.NAME_END.search(sentence, start, limit)
    end = stop.start() if stop else limit
    for time in TIME.finditer(sentence, start, end):
        if (
            time.start() > start
            and sentence[time.start() - 1].isspace()
            and sentence[time.end() : time.end() + 1] not in ("'", "’")
        ):
            end = time.start()
            break
    listed = grammar.LIST.match(sentence, end, limit)
    if listed and re.search(r"\b(?:of|from|in|to) |^[A-Z]", sentence[start:end]):
        end = listed.end()
    words = sentence[start:end].rstrip()
    if words.endswith((".", "?", "!")) and not re.search(r"\b[A-Za-z]\.[A-Za-z]\.\Z|\b(?:Inc|Co|Corp|Ltd|Jr|Sr)\.\Z", words):
        words = words[:-1].rstrip(".?! ")
    return (start, start + len(words)) if is_name(words) else None
