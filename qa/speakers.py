"""Who says a claim: the words of an article that name the source of other words of it, by rules that need no model.

Quotations are found first and stand as one opaque word in the text around them, so that verbs and stops inside them do not
count. Then each sentence is read for its attributions: a noun phrase with a reporting verb ("Officials said", "said Ada Lund",
"according to police") and the stretch of the sentence that it answers for. The innermost attribution around the span wins.
Where anything is in doubt there is no speaker: a wrong one is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.sentences import sentence_around, split_sentences
from qa import reporting_grammar as grammar
from qa.attributions import Attribution, attributions
from qa.quotations import find_quotations, hide_quotations
from qa.subjects import is_name, is_plural, speaks, without_lead
from qa.time_words import TIME

# How much of the text around a span is read, in code points, and how many sentences back a pronoun or quotation may reach.
_BEFORE, _AFTER = 5_000, 4_000
_SENTENCES_BACK = 5
_MAX_SENTENCE = 2_000


def speaker(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Start and end, in text, of the words that name who makes the claim that text[start:end] is a part of, or None.

    text: a whole article, lines are paragraphs; only the neighbourhood of the span is read. Offsets in code points. None where
    the article says it itself, where the speaker cannot be told, and where the span is the speaker.
    """
    if not 0 <= start < end <= len(text) or end - start > _MAX_SENTENCE or not text[start:end].strip():
        return None
    first = max(0, start - _BEFORE)
    if first:
        line = text.find("\n", first, start)
        first = line + 1 if line >= 0 else first
    page = text[first : end + _AFTER]
    start, end = start - first, end - first
    quotations = find_quotations(page)
    masked = hide_quotations(page, quotations)
    sentences = split_sentences(masked)
    quotation = next((span for span in quotations if span[0] < end and start < span[1]), None)
    name: tuple[int, int] | None
    if quotation is not None and quotation[0] <= start and end <= quotation[1]:
        inner = _inner(page, quotation, start, end)
        if inner is not None and (inner.name is None or not grammar.PRONOUN.fullmatch(page, *inner.name)):
            name = inner.name
        else:
            name = _of_span(masked, sentences, *quotation)
            if name is None and (earlier := _of_earlier(masked, sentences, quotation)):
                name = _resolved(masked, sentences, earlier)
    else:
        low, high = (start, end) if quotation is None else (min(start, quotation[0]), max(end, quotation[1]))
        name = _of_span(masked, sentences, low, high)
    if name is None or (name[0] < end and start < name[1]):
        return None
    return first + name[0], first + name[1]


def _inner(page: str, quotation: tuple[int, int], start: int, end: int) -> Attribution | None:
    """The attribution inside a quotation that holds the span: in “The mayor said it rained,” it is the mayor's word."""
    first, last = quotation[0] + 1, quotation[1] - 1
    start, end = max(start, first), min(end, last)
    if start >= end or last - first > _BEFORE:
        return None
    words = page[first:last]
    try:
        low, high = sentence_around(split_sentences(words), start - first, end - first)
    except ValueError:
        return None
    holding = _holding(words[low:high], start - first - low, end - first - low)
    return _shifted(holding[0], first + low) if holding else None


def _of_span(masked: str, sentences: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int] | None:
    """The name whose attribution holds the span in its own sentence; None where the span runs over several.

    The innermost attribution wins, or the one around it where that has only a pronoun of which it cannot be told whom it means.
    """
    sentence = next((s for s in sentences if s[0] <= start and end <= s[1]), None)
    if sentence is None:
        return None
    for holding in _holding(masked[slice(*sentence)], start - sentence[0], end - sentence[0]):
        name = _shifted(holding, sentence[0]).name
        found = name and _resolved(masked, sentences, name)
        if name is None or found is not None:
            return found
    return None


def _of_earlier(masked: str, sentences: Sequence[tuple[int, int]], quotation: tuple[int, int]) -> tuple[int, int] | None:
    """The speaker of a quotation that stands alone, from the sentences before it: “One,” she said. “Two.”"""
    place = next((i for i, s in enumerate(sentences) if s[0] <= quotation[0] and quotation[1] <= s[1]), None)
    if place is None or masked[slice(*sentences[place])] != masked[slice(*quotation)]:
        return None
    for i in range(place - 1, max(-1, place - 1 - _SENTENCES_BACK), -1):
        start, end = sentences[i]
        words = masked[start:end]
        named = list(attributions(words))
        if "\n" in masked[end : sentences[i + 1][0]] and not words.endswith(":"):
            return None
        if words.endswith(":"):
            return _shifted(named[-1], start).name if named else None
        if named:
            said = [a for a in named if re.search('[“"]', words[a.start : a.end])]
            return _shifted(said[-1], start).name if said else None
        if words[0] not in '“"' or words[-1] not in '”"':
            return None
    return None


def _shifted(attribution: Attribution, by: int) -> Attribution:
    name = attribution.name
    return Attribution(name and (name[0] + by, name[1] + by), attribution.start + by, attribution.end + by)


def _holding(sentence: str, start: int, end: int) -> list[Attribution]:
    """The attributions of the sentence that hold the span, outside of their own names, the innermost first."""
    holding = [
        a
        for a in attributions(sentence)
        if a.start <= start and end <= a.end and not (a.name and a.name[0] < end and start < a.name[1])
    ]
    holding.sort(key=lambda a: -a.start)
    # "Ada said that Bo, who was born in 1950, had won": the year is more likely the writer's.
    if holding and grammar.ASIDE.search(sentence[holding[0].start : start]) and "," in sentence[end : holding[0].end]:
        return []
    return holding


def _resolved(masked: str, sentences: Sequence[tuple[int, int]], name: tuple[int, int]) -> tuple[int, int] | None:
    """The name itself, or for a pronoun the name of the speaker it takes up, where only one comes into question."""
    if not grammar.PRONOUN.fullmatch(masked[slice(*name)]):
        return name
    pronoun = masked[slice(*name)].lower()
    if pronoun not in ("he", "she", "it", "they"):
        return None
    place = next((i for i, s in enumerate(sentences) if s[0] <= name[0] and name[1] <= s[1]), None)
    if place is None:
        return None
    # "Tickets rose by 5 percent, it said": nothing in the claim before "it" is meant.
    said_behind = pronoun in ("it", "they") and masked[: name[0]].endswith(", ")
    until = sentences[place][0] if said_behind else name[0]
    subject = _subject(masked, sentences[place - 1], pronoun) if place else None
    if subject is not None and not _alone(masked[slice(*subject)], masked[subject[1] : until]):
        subject = None
    for i in range(place, max(-1, place - 1 - _SENTENCES_BACK), -1):
        earlier = [_shifted(a, sentences[i][0]).name for a in attributions(masked[slice(*sentences[i])])]
        for other in sorted({o for o in earlier if o and o[1] <= name[0]}, reverse=True):
            words = masked[slice(*other)]
            if grammar.PRONOUN.fullmatch(words):
                if words.lower() != pronoun:
                    return None
                continue
            if not _fits(pronoun, words):
                return subject
            # "Ada told MPs that Sir Bo would lead it. She said ...": the one who spoke goes on.
            goes_on = i == place - 1 and _starts(masked, sentences[i], other) and _starts(masked, sentences[place], name)
            return other if goes_on or _alone(words, masked[other[1] : until]) else None
    return subject


def _starts(masked: str, sentence: tuple[int, int], words: tuple[int, int]) -> bool:
    """Whether a sentence starts with the words, save for adverbs, times and a conjunction."""
    return without_lead(masked, *sentence)[0] == words[0]


def _subject(masked: str, sentence: tuple[int, int], pronoun: str) -> tuple[int, int] | None:
    """The noun phrase that a sentence starts with, before its first verb, if the pronoun can stand for it and nothing else."""
    start, conjunction = without_lead(masked, *sentence)
    named = re.compile(grammar.NAME_WORDS).match(masked, start, sentence[1])
    verb = grammar.LOOKS_FINITE.search(masked, start, sentence[1])
    words = masked[start : verb.start() if verb else start].partition(",")[0].rstrip()
    if named and " " in named[0] and not is_name(words):
        words = named[0]
    others = grammar.ORGANISATION if pronoun == "it" else grammar.PERSON
    if conjunction or not is_name(words) or not speaks(words) or others.search(masked, start + len(words), sentence[1]):
        return None
    return (start, start + len(words)) if _fits(pronoun, words) else None


def _fits(pronoun: str, words: str) -> bool:
    """Whether a pronoun can stand for the words."""
    # "Officials" and "two miners" are many, "Jones" and "the historian Ada Jones" are not.
    plural = (
        is_plural(words)
        and (words[:1].islower() or grammar.AGENT.search(words) is not None)
        and not grammar.ENDS_NAMED.search(words)
    )
    body = grammar.IS_BODY.search(words) is not None
    if pronoun == "they":
        fits = is_plural(words)
    elif pronoun == "it":
        fits = body and not plural
    else:
        fits = not body and not plural and (re.search(r"[A-Z]", words) is not None or grammar.AGENT.search(words) is not None)
        title = re.match(r"(Mr|Sir|Lord|Mrs|Ms|Miss|Lady)\b", words)
        if title and (title[1] in ("Mr", "Sir", "Lord")) != (pronoun == "he"):
            return False
    return fits


def _alone(words: str, between: str) -> bool:
    """Whether nobody else is named in the text between the words and a pronoun."""
    for other in re.finditer(rf"(?<![\w.“\"])({grammar.NAME_WORDS})", between):
        sentence_start = re.search(r"(?:[.!?][”\"]?\s+|\n\s*|^\s*)\Z", between[: other.start()]) is not None
        if any(part in words for part in other[1].split() if len(part) > 2):
            continue
        if TIME.fullmatch(other[1]) or re.search(
            r"\b(?:in|at|near|from|of|on|the|to|outside|inside|around|across|through|into|beyond|along)\s\Z",
            between[: other.start()],
        ):
            continue
        if sentence_start and (
            grammar.LEADING.match(other[1] + " ")
            or grammar.SUBORDINATOR.match(other[1] + " ")
            or grammar.COMMON_WORD.match(other[1] + " ")
            or grammar.STARTS_BADLY.match(other[1])
            or grammar.PRONOUN.fullmatch(other[1])
        ):
            continue
        return False
    return True
