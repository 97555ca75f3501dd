"""Who says a claim: the words of an article that name the source of other words of it, by rules that need no model.

Quotations are found first and stand as one opaque word in the text around them, so that verbs and stops inside them do not
count. Then each sentence is read for its attributions: a noun phrase with a reporting verb ("Officials said", "said Ada Lund",
"according to police") and the stretch of the sentence that it answers for. The innermost attribution around the span wins.
Where anything is in doubt there is no speaker: a wrong one is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from index.sentences import sentence_around, split_sentences
from qa import reporting_grammar as grammar
from qa.quotations import find_quotations, hide_quotations
from qa.time_words import TIME

# How much of the text around a span is read, in code points, and how many sentences back a pronoun or quotation may reach.
_BEFORE, _AFTER = 5_000, 4_000
_SENTENCES_BACK = 5
_MAX_SENTENCE = 2_000
_MAX_NAME = 160
# No real sentence has as many reporting verbs.
_MAX_VERBS = 40


@dataclass(frozen=True)
class _Attribution:
    """Who answers for sentence[start:end]: the offsets of the name, or None where somebody does and it cannot be told who."""

    name: tuple[int, int] | None
    start: int
    end: int


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
        if inner is not None and (inner.name is None or page[slice(*inner.name)].lower() not in ("i", "we")):
            found = inner.name
        else:
            found = _of_span(masked, sentences, *quotation) or _of_earlier(masked, sentences, quotation)
    else:
        low, high = (start, end) if quotation is None else (min(start, quotation[0]), max(end, quotation[1]))
        found = _of_span(masked, sentences, low, high)
    name = _resolved(masked, sentences, found)
    if name is None or (name[0] < end and start < name[1]):
        return None
    return first + name[0], first + name[1]


def _inner(page: str, quotation: tuple[int, int], start: int, end: int) -> _Attribution | None:
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
    found = _holder(words[low:high], start - first - low, end - first - low)
    return _shifted(found, first + low) if found else None


def _of_span(masked: str, sentences: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int] | None:
    """The name whose attribution holds the span in its own sentence; None where the span runs over several."""
    sentence = next((s for s in sentences if s[0] <= start and end <= s[1]), None)
    if sentence is None:
        return None
    found = _holder(masked[slice(*sentence)], start - sentence[0], end - sentence[0])
    return _shifted(found, sentence[0]).name if found else None


def _of_earlier(masked: str, sentences: Sequence[tuple[int, int]], quotation: tuple[int, int]) -> tuple[int, int] | None:
    """The speaker of a quotation that stands alone, from the sentences before it: “One,” she said. “Two.”"""
    place = next((i for i, s in enumerate(sentences) if s[0] <= quotation[0] and quotation[1] <= s[1]), None)
    if place is None or masked[slice(*sentences[place])] != masked[slice(*quotation)]:
        return None
    for i in range(place - 1, max(-1, place - 1 - _SENTENCES_BACK), -1):
        start, end = sentences[i]
        words = masked[start:end]
        named = list(_attributions(words))
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


def _shifted(attribution: _Attribution, by: int) -> _Attribution:
    name = attribution.name
    return _Attribution(name and (name[0] + by, name[1] + by), attribution.start + by, attribution.end + by)


def _holder(sentence: str, start: int, end: int) -> _Attribution | None:
    """The innermost attribution of the sentence that holds the span, outside of its own name."""
    holding = [
        a
        for a in _attributions(sentence)
        if a.start <= start and end <= a.end and not (a.name and a.name[0] < end and start < a.name[1])
    ]
    best = max(holding, key=lambda a: a.start, default=None)
    # "Ada said that Bo, who was born in 1950, had won": the year is more likely the writer's.
    if best is not None and grammar.ASIDE.search(sentence[best.start : start]) and "," in sentence[end : best.end]:
        return None
    return best


def _attributions(sentence: str) -> Iterator[_Attribution]:
    """All attributions of a sentence whose quotations are masked."""
    if len(sentence) > _MAX_SENTENCE + _BEFORE:
        return
    inversions = _inversions(sentence)
    yield from _by_phrase(sentence, inversions)
    after = 0
    known: tuple[int, int] | None = None
    for verb in islice(grammar.VERB.finditer(sentence), _MAX_VERBS):
        if verb.start() in inversions:
            continue
        for attribution in _by_verb(sentence, after, verb, known):
            after, known = verb.end(), attribution.name
            yield attribution


def _by_phrase(sentence: str, inversions: Mapping[int, tuple[int, int]]) -> Iterator[_Attribution]:
    """According to X; in X's view; was reported by X; “...,” said X."""
    for match in grammar.ACCORDING.finditer(sentence):
        name = _name_after(sentence, match.end())
        if name is None or not _speaks(sentence[slice(*name)]):
            continue
        if not grammar.LEADING.sub("", sentence[: match.start()].lstrip("“\"' ")).strip(" ,"):
            start = sentence.find(",", name[1], name[1] + _MAX_NAME) + 1
            if start:
                apposition = grammar.APPOSITION.match(sentence, start + 1)
                if apposition and not grammar.LOOKS_FINITE.search(apposition[0]):
                    start = apposition.end()
                yield _Attribution(name, start, _scope_end(sentence, start))
        elif sentence[: match.start()].endswith((", ", ",\n", "” ", '" ')) or grammar.ENDS.fullmatch(sentence, name[1]):
            yield from _around(sentence, name, match.start(), name[1])
    for match in grammar.VIEW.finditer(sentence):
        if _is_name(match["name"]):
            yield _Attribution(match.span("name"), match.end(), _scope_end(sentence, match.end()))
    for match in grammar.PASSIVE.finditer(sentence):
        name = _name_after(sentence, match.end())
        if name is not None:
            yield _Attribution(name, _claim_start(sentence, match.start()), match.start())
    for verb, name in inversions.items():
        yield from _around(sentence, name, verb, name[1])


def _inversions(sentence: str) -> dict[int, tuple[int, int]]:
    """Where verbs start that stand between what was said and their subject, with the subject: “It rained,” said Ada Lund."""
    found = {}
    for match in grammar.INVERTED.finditer(sentence):
        name = _name_after(sentence, match.end())
        if name is None or not grammar.NAMED.match(sentence, name[1]):
            continue
        # Only "said" is sure to have its subject behind it: ", wrote the music" has not.
        if match[0][0] in '”"' or (match["verb"] in ("said", "says") and _is_claim(sentence[: match.start()])):
            found[match.start("verb")] = name
    return found


def _by_verb(sentence: str, after: int, verb: re.Match[str], known: tuple[int, int] | None) -> Iterator[_Attribution]:
    """The attributions of one reporting verb. after: where the one before it ends; known: its name."""
    start = _complement(sentence, verb)
    if verb["participle"]:
        if start is not None and known and sentence[: verb.start()].rstrip().endswith(","):
            yield _Attribution(known, start, _scope_end(sentence, start))
        return
    if known and start is not None and sentence[: verb.start()].endswith((" and ", " and also ", " and then ")):
        # "Ada said it rained and added that the dam held": the same subject, unless the verb belongs to what she said.
        if sentence[verb.end() : start].endswith("that") or verb[0] == "told":
            yield _Attribution(known, start, _scope_end(sentence, start))
        return
    subject = _subject(sentence, after, verb.start())
    if subject is None:
        return
    name, led_by = subject
    words = sentence[slice(*name)] if name else ""
    pronoun = grammar.PRONOUN.fullmatch(words) is not None
    if verb["plural"] and not (pronoun and words.lower() in ("they", "we", "i")) and not (_is_plural(words) and _speaks(words)):
        return
    # "The plan announced by", "a man believed to be".
    if led_by in ("if", "unless") or grammar.NO_SPEECH.match(sentence, verb.end()):
        return
    tail = _tail(sentence, verb)
    if tail is not None and led_by in ("", "as") and name is not None:
        yield from _around(sentence, name, name[0] - (len("as ") if led_by else 0), tail)
        return
    if start is None:
        return
    if verb["say"] in grammar.OBJECT and not (pronoun or _speaks(words)) and not sentence[verb.end() : start].endswith("that"):
        return
    end = _scope_end(sentence, start)
    if verb[0] in grammar.THINGS and start == verb.end():
        # "announced a tour in May" tells when it was announced.
        time = TIME.search(sentence, start, end)
        end = time.start() if time and not grammar.LOOKS_FINITE.search(sentence, start, time.start()) else end
    if (
        verb[0] == "claimed"
        and start == verb.end()
        and not grammar.LOOKS_FINITE.search(re.split(" and | that ", sentence[start:end])[0])
    ):
        return
    if led_by:
        comma = sentence.find(",", start, end)
        end = comma if comma >= 0 else end
    yield _Attribution(name, start, end)


def _subject(sentence: str, after: int, verb: int) -> tuple[tuple[int, int] | None, str] | None:
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
    led_by = "then" if relative else ""
    for boundary in grammar.CLAUSE_START.finditer(sentence, low, end):
        subordinator = boundary[0] in ("although", "though", "while", "whereas", "if", "unless", "when", "because", "as")
        low = boundary.start() if subordinator else boundary.end()
    segments = [(m.start(), m.end()) for m in re.finditer(r"(?:[^,]|,(?=\s?\d))+", sentence[low:end])]
    pieces: list[tuple[int, int]] = []
    for first, last in segments:
        start, conjunction = _without_lead(sentence, low + first, low + last)
        if conjunction:
            led_by = conjunction
        time = next((t for t in TIME.finditer(sentence, start, low + last) if not sentence[t.end() : low + last].strip()), None)
        stop = time.start() if time else low + last
        while stop > start and sentence[stop - 1].isspace():
            stop -= 1
        pieces.append((start, stop))
    apposition = sentence[low:end].rstrip().endswith(",")
    return _chosen(sentence, pieces, apposition=apposition), led_by


def _chosen(sentence: str, pieces: Sequence[tuple[int, int]], *, apposition: bool) -> tuple[int, int] | None:
    """The name among the pieces between commas that come before a verb. apposition: whether a comma is right before it."""
    good = [p for p in pieces if p[0] < p[1] and _is_name(sentence[slice(*p)])]
    if not pieces or not good:
        return _conjunct(sentence, pieces[-1]) if pieces and not apposition else None
    last, first = pieces[-1], sentence[slice(*good[0])]
    if apposition:
        return good[0]
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


def _conjunct(sentence: str, piece: tuple[int, int]) -> tuple[int, int] | None:
    """The name behind the last "and" of words that start with another clause: "fighting resumed and police"."""
    at = sentence.rfind(" and ", *piece)
    if at < 0 or not grammar.LOOKS_FINITE.search(sentence, piece[0], at):
        return None
    name = (_without_lead(sentence, at + 5, piece[1])[0], piece[1])
    return name if name[0] < name[1] and _is_name(sentence[slice(*name)]) else None


def _without_lead(sentence: str, start: int, end: int) -> tuple[int, str]:
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


def _is_name(words: str) -> bool:
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


def _is_plural(words: str) -> bool:
    head = re.split(r"\s(?:of|from|in|at|for|on|such as)\s", words, maxsplit=1)[0]
    return grammar.IS_PLURAL.search(head) is not None


def _speaks(words: str) -> bool:
    """Whether a name is that of somebody, or of some body, that can make a claim."""
    rest = grammar.COMMON_WORD.sub("", words, count=1) if grammar.COMMON_WORD.match(words) else words
    head = re.split(r"\s(?:of|from|in|at|for|on|by|to)\s", rest, maxsplit=1)[0]
    return re.search(r"(?:\A|\s)[A-Z]", head) is not None or grammar.AGENT.search(words) is not None


def _name_after(sentence: str, start: int) -> tuple[int, int] | None:
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
    return (start, start + len(words)) if _is_name(words) else None


def _tail(sentence: str, verb: re.Match[str]) -> int | None:
    """Where the attribution ends whose verb may stand behind its claim: "..., officials said on Monday.", or None."""
    if not grammar.TAIL_VERB.match(verb[0]):
        return None
    end = verb.end()
    if verb[0] in ("told", "tells"):
        recipient = grammar.RECIPIENT.match(sentence, end)
        if recipient is None:
            return None
        end = recipient.end()
    end = _after_adjuncts(sentence, end)
    if not grammar.ENDS.match(sentence, end):
        rest = grammar.PREPOSITION.match(sentence, end)
        stop = re.compile(r"[,;:“\"]|\.?\s*\Z").search(sentence, end, end + 80)
        if (
            not rest
            or not stop
            or grammar.LOOKS_FINITE.search(sentence, end, stop.start())
            or grammar.THAT.match(sentence, end)
        ):
            return None
        end = stop.start()
    return end if grammar.ENDS.match(sentence, end) else None


def _after_adjuncts(sentence: str, place: int) -> int:
    """Where the words about when and where something was said end, if they start at `place`."""
    for _ in range(3):
        adjunct = grammar.ADJUNCT.match(sentence, place)
        space = place + 1 if sentence[place : place + 1].isspace() else place
        time = TIME.match(sentence, space)
        if adjunct:
            place = adjunct.end()
        elif time and space > place and sentence[time.end() : time.end() + 1] not in ("'", "’", "-"):
            place = time.end()
        else:
            break
    return place


def _complement(sentence: str, verb: re.Match[str]) -> int | None:
    """Where what the verb reports starts, or None where it reports nothing that can be told from its other words."""
    word = verb[0]
    that = grammar.THAT.match(sentence, verb.end())
    if that:
        between = that["between"]
        # "Reports to a board that meets" is no speech, "stressed in Oslo that" is.
        led = (
            re.match(r"\s(?:in|on|at|during|after|before)\s", between)
            if verb["with_that"]
            else grammar.PREPOSITION.match(between)
        )
        if (
            not between.strip()
            or led
            or word in ("told", "tells")
            or (_after_adjuncts(sentence, verb.end()) >= that.end("between"))
        ):
            return that.end()
    if word in ("accused", "accuses"):
        of = sentence.find(" of ", verb.end(), verb.end() + _MAX_NAME)
        return of + 4 if of >= 0 else None
    place = verb.end()
    if word in ("told", "tells"):
        recipient = grammar.RECIPIENT.match(sentence, place)
        if recipient is None:
            return None
        place = recipient.end()
        if re.match(r"\s(?:to|about|of|not to|how|why|and)\b", sentence[place:]):
            return None
    place = _after_adjuncts(sentence, place)
    spoken = re.compile(r"\s*[,:]?\s?(?=[“\"])|\s*:\s").match(sentence, place)
    if spoken:
        return spoken.end()
    if grammar.PREPOSITION.match(sentence, place):
        # "said in Paris, where he lives": only a comma and a quotation, or a colon, end this for sure.
        opened = re.compile(r"[^;“”\"]{0,120}?[,:]\s(?=[“\"])").match(sentence, place)
        if opened:
            return opened.end()
        warned = re.match(r"\s(?:of|about|against)\s", sentence[place : place + 9]) if word in ("warned", "warns") else None
        return place + warned.end() if warned else None
    if verb["with_that"] or (verb["plural"] and word in ("report", "show", "note", "suggest", "estimate", "claim")):
        return None
    if sentence[place : place + 1] == ",":
        return None
    following = re.match(r"\s(?:nothing|little|so|by|goodbye|yes|no)\b[^\w]*", sentence[place : place + 12])
    return None if following else place


def _scope_end(sentence: str, start: int) -> int:
    """Where the words that start at `start`, and that somebody says, end."""
    while start < len(sentence) and sentence[start].isspace():
        start += 1
    if sentence[start : start + 1] in ("“", '"'):
        close = re.compile(r"[”\"]").search(sentence, start + 1)
        if close and (sentence[close.start() - 1] in ",.!?;" or sentence[close.end() : close.end() + 1] in (",", ".", ";")):
            return close.end()
    stop = grammar.SCOPE_END.search(sentence, start)
    return stop.start() if stop else len(sentence)


def _claim_start(sentence: str, end: int) -> int:
    """Where the clause starts that ends at `end`."""
    start = 0
    for stop in grammar.CLAIM_BREAK.finditer(sentence, 0, max(0, end - 2)):
        start = stop.end()
    return start


def _is_claim(words: str) -> bool:
    """Whether words before an attribution are a clause or a quotation and not an adverb: "In June, officials said"."""
    if "”" in words or words.count('"') > 1:
        return True
    start, conjunction = _without_lead(words, 0, len(words))
    rest = words[start:]
    if grammar.STARTS_BADLY.match(rest) and "," not in rest.rstrip(", "):
        return False
    return not conjunction and (grammar.LOOKS_FINITE.search(rest) is not None or len(rest.split()) > 6)


def _around(sentence: str, name: tuple[int, int], start: int, end: int) -> Iterator[_Attribution]:
    """The attributions of a name at sentence[start:end] that is put behind its claim, or into it between two commas."""
    before = sentence[:start].rstrip()
    comma = re.compile(r",[”\"]?\s").match(sentence, end)
    quoted_next = comma is not None and sentence[comma.end() : comma.end() + 1] in ("“", '"')
    quoted_before = before.endswith(("”", '"'))
    behind = (before.endswith((",", "?", "!")) or sentence[start : start + 9].lower() == "according") and _is_claim(before)
    behind = quoted_before or (behind and not quoted_next and not grammar.INTO.search(before))
    if behind:
        yield _Attribution(name, _claim_start(sentence, start), start)
    if comma and (not behind or quoted_next or (not quoted_before and grammar.RESUMES.match(sentence, comma.end()))):
        yield _Attribution(name, comma.end(), _scope_end(sentence, comma.end()))


def _resolved(masked: str, sentences: Sequence[tuple[int, int]], name: tuple[int, int] | None) -> tuple[int, int] | None:
    """The name itself, or for a pronoun the name of the speaker it takes up, where only one comes into question."""
    if name is None or not grammar.PRONOUN.fullmatch(masked[slice(*name)]):
        return name
    pronoun = masked[slice(*name)].lower()
    if pronoun not in ("he", "she", "it", "they"):
        return None
    place = next((i for i, s in enumerate(sentences) if s[0] <= name[0] and name[1] <= s[1]), None)
    if place is None:
        return None
    for i in range(place, max(-1, place - 1 - _SENTENCES_BACK), -1):
        earlier = [_shifted(a, sentences[i][0]).name for a in _attributions(masked[slice(*sentences[i])])]
        for other in sorted({o for o in earlier if o and o[1] <= name[0]}, reverse=True):
            words = masked[slice(*other)]
            if grammar.PRONOUN.fullmatch(words):
                if words.lower() != pronoun:
                    return None
                continue
            return other if _takes_up(pronoun, words, masked[other[1] : name[0]]) else None
    return None


def _takes_up(pronoun: str, words: str, between: str) -> bool:
    """Whether a pronoun can stand for the words, with nobody else in the text between the two."""
    # "Officials" and "two miners" are many, "Jones" and "the historian Ada Jones" are not.
    plural = (
        _is_plural(words)
        and (words[:1].islower() or grammar.AGENT.search(words) is not None)
        and not grammar.ENDS_NAMED.search(words)
    )
    body = grammar.IS_BODY.search(words) is not None
    if pronoun == "they":
        fits = _is_plural(words)
    elif pronoun == "it":
        fits = body and not plural
    else:
        fits = not body and not plural and (re.search(r"[A-Z]", words) is not None or grammar.AGENT.search(words) is not None)
        title = re.match(r"(Mr|Sir|Lord|Mrs|Ms|Miss|Lady)\b", words)
        if title and (title[1] in ("Mr", "Sir", "Lord")) != (pronoun == "he"):
            return False
    if not fits:
        return False
    for other in re.finditer(rf"(?<![\w.“\"])({grammar.NAME_WORDS})", between):
        sentence_start = re.search(r"(?:[.!?][”\"]?\s+|\n\s*|^\s*)\Z", between[: other.start()]) is not None
        if any(part in words for part in other[1].split() if len(part) > 2):
            continue
        if TIME.fullmatch(other[1]) or re.search(r"\b(?:in|at|near|from|of|on|the|to)\s\Z", between[: other.start()]):
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
