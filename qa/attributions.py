"""The attributions of one sentence: who answers for which stretch of it ("Officials said", "said Ada Lund", "according to")."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from qa import reporting_grammar as grammar
from qa.subjects import is_name, is_plural, name_after, speaks, subject_of, without_lead
from qa.time_words import TIME

# In code points.
_MAX_SENTENCE = 7_000
_MAX_NAME = 160
# No real sentence has as many reporting verbs.
_MAX_VERBS = 40


@dataclass(frozen=True)
class Attribution:
    """Who answers for sentence[start:end]: the offsets of the name, or None where somebody does and it cannot be told who."""

    name: tuple[int, int] | None
    start: int
    end: int


def attributions(sentence: str) -> Iterator[Attribution]:
    """All attributions of a sentence whose quotations are masked."""
    if len(sentence) > _MAX_SENTENCE:
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


def _by_phrase(sentence: str, inversions: Mapping[int, tuple[int, int]]) -> Iterator[Attribution]:
    """According to X; in X's view; was reported by X; “...,” said X."""
    for match in grammar.ACCORDING.finditer(sentence):
        name = name_after(sentence, match.end())
        if name is None:
            continue
        apart = not sentence[: match.start()].strip("“\"' ") or sentence[: match.start()].endswith((", ", ",\n", "” ", '" '))
        if not speaks(sentence[slice(*name)]) and not (apart and grammar.COMMON_WORD.match(sentence, *name)):
            # "The stones are sorted according to size".
            continue
        if not grammar.LEADING.sub("", sentence[: match.start()].lstrip("“\"' ")).strip(" ,"):
            start = sentence.find(",", name[1], name[1] + _MAX_NAME) + 1
            if start:
                apposition = grammar.APPOSITION.match(sentence, start + 1)
                if apposition and not grammar.LOOKS_FINITE.search(apposition[0]):
                    start = apposition.end()
                yield Attribution(name, start, _scope_end(sentence, start))
        elif sentence[: match.start()].endswith((", ", ",\n", "” ", '" ')) or grammar.ENDS.fullmatch(sentence, name[1]):
            yield from _around(sentence, name, match.start(), name[1])
        elif sentence[name[1] : name[1] + 1] == ")":
            yield Attribution(name, sentence.rfind("(", 0, match.start()) + 1, match.start())
    for match in grammar.WITH_SAYING.finditer(sentence):
        if is_name(match["name"]) and speaks(match["name"]):
            yield Attribution(match.span("name"), match.end(), _scope_end(sentence, match.end()))
    for match in grammar.VIEW.finditer(sentence):
        if is_name(match["name"]):
            yield Attribution(match.span("name"), match.end(), _scope_end(sentence, match.end()))
    for match in grammar.PASSIVE.finditer(sentence):
        name = name_after(sentence, match.end())
        if name is not None:
            start, end = (_claim_start(sentence, match.start()), match.start()) if not match["put"] else match.span("put")
            yield Attribution(name, start, end)
    for verb, name in inversions.items():
        yield from _around(sentence, name, verb, name[1])


def _inversions(sentence: str) -> dict[int, tuple[int, int]]:
    """Where verbs start that stand between what was said and their subject, with the subject: “It rained,” said Ada Lund."""
    found = {}
    for match in grammar.INVERTED.finditer(sentence):
        name = name_after(sentence, match.end())
        if name is None or not grammar.NAMED.match(sentence, name[1]):
            continue
        # Only "said" is sure to have its subject behind it: ", wrote the music" has not.
        quoted = sentence[: match.start() + 1].endswith(("”", '"', "”,", '",'))
        if quoted or (match["verb"] in ("said", "says", "reports", "reported") and _is_claim(sentence[: match.start()])):
            found[match.start("verb")] = name
    return found


def _by_verb(sentence: str, after: int, verb: re.Match[str], known: tuple[int, int] | None) -> Iterator[Attribution]:
    """The attributions of one reporting verb. after: where the one before it ends; known: its name."""
    start = _complement(sentence, verb)
    if verb["participle"]:
        if start is not None and known and sentence[: verb.start()].rstrip().endswith(","):
            yield Attribution(known, start, _scope_end(sentence, start))
        return
    if known and start is not None and sentence[: verb.start()].endswith((" and ", " and also ", " and then ")):
        # "Ada said it rained and added that the dam held": the same subject, unless the verb belongs to what she said.
        if sentence[verb.end() : start].endswith("that") or verb[0] == "told":
            yield Attribution(known, start, _scope_end(sentence, start))
        return
    subject = subject_of(sentence, after, verb.start())
    if subject is None:
        return
    name, led_by = subject
    words = sentence[slice(*name)] if name else ""
    pronoun = grammar.PRONOUN.fullmatch(words) is not None
    if verb["plural"] and not (pronoun and words.lower() in ("they", "we", "i")) and not (is_plural(words) and speaks(words)):
        return
    # "The plan announced by", "a man believed to be".
    unspoken = grammar.NO_SPEECH.match(sentence, verb.end()) and not grammar.INFINITIVE.match(sentence, verb.start())
    if led_by in ("if", "unless") or unspoken:
        return
    tail = _tail(sentence, verb)
    if tail is not None and led_by in ("", "as") and name is not None:
        yield from _around(sentence, name, name[0] - (len("as ") if led_by else 0), tail)
        return
    if start is None:
        return
    if (
        (verb["of_object"] or verb["say"] in grammar.OBJECT)
        and not (pronoun or speaks(words))
        and not sentence[verb.end() : start].endswith("that")
    ):
        return
    end = _scope_end(sentence, start)
    gapped = grammar.GAPPED.match(sentence, start) if start == verb.end() else None
    if gapped or (led_by == "who" and (gapped := grammar.GAPPED.search(sentence, start, end))):
        following = grammar.GAPPED.search(sentence, gapped.end(), end)
        end = following.start() if following else end
    deed = grammar.NEXT_DEED.search(sentence, start, end)
    if deed and not grammar.LOOKS_FINITE.search(sentence, start, deed.start()):
        end = deed.start()
    if verb[0] in grammar.CALLED:
        end = re.compile(r"[”\"]|\Z").search(sentence, start + 1).end()  # type: ignore[union-attr]
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
    yield Attribution(name, start, end)


def _tail(sentence: str, verb: re.Match[str]) -> int | None:
    """Where the attribution ends whose verb may stand behind its claim: "..., officials said on Monday.", or None."""
    if not grammar.TAIL_VERB.match(verb[0]):
        return None
    end = _after_adjuncts(sentence, verb.end())
    whom = verb[0] in ("told", "tells")
    if whom or not grammar.ENDS.match(sentence, end):
        rest = grammar.WHOM if whom else grammar.PREPOSITION
        stop = re.compile(r"[,;:“\"]|\.?\s*\Z").search(sentence, end, end + 80)
        if (
            not rest.match(sentence, end)
            or not stop
            or stop[0] in '“"'
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
    word, place = verb[0], verb.end()
    if verb["of_object"]:
        object_of = next(pattern for words, pattern in grammar.OF_OBJECT.items() if word in words.split("|"))
        found = object_of.match(sentence, place)
        return found.end() if found else None
    that = _after_that(sentence, verb)
    if that is not None:
        return that
    infinitive = grammar.INFINITIVE.match(sentence, verb.start())
    if infinitive:
        return infinitive.end()
    if word in ("told", "tells"):
        recipient = grammar.RECIPIENT.match(sentence, place) or grammar.LISTENERS.match(sentence, place)
        if recipient is None:
            return None
        place = recipient.end()
        if grammar.NOT_TOLD.match(sentence, place):
            return None
    place = _after_adjuncts(sentence, place)
    spoken = grammar.QUOTED_NEXT.match(sentence, place)
    if spoken:
        return spoken.end()
    preposition = grammar.PREPOSITION.match(sentence, place)
    if preposition and not grammar.HEDGED.match(sentence, place + 1):
        # "said in Paris, where he lives": only a comma and a quotation end this for sure.
        found = grammar.QUOTED_LATER.match(sentence, place) or (
            grammar.WARNED_OF.match(sentence, place) if word in ("warned", "warns") else None
        )
        return found.end() if found else None
    if verb["with_that"] or word in grammar.ALSO_NOUNS:
        return place if grammar.CLAUSE.match(sentence, place) and word not in grammar.SEEING else None
    if sentence[place : place + 1] == "," or grammar.NOTHING_SAID.match(sentence, place):
        return None
    return place


def _after_that(sentence: str, verb: re.Match[str]) -> int | None:
    """Where the verb's words behind "that" start, if it has any."""
    that = grammar.THAT.match(sentence, verb.end())
    if that is None:
        return None
    between = that["between"]
    # "Reports to a board that meets" is no speech, "stressed in Oslo that" is.
    led = (grammar.WHEN_OR_WHERE if verb["with_that"] else grammar.PREPOSITION).match(between)
    certain = not between.strip() or led or verb[0] in ("told", "tells")
    return that.end() if certain or _after_adjuncts(sentence, verb.end()) >= that.end("between") else None


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
    start, conjunction = without_lead(words, 0, len(words))
    rest = words[start:]
    if grammar.STARTS_BADLY.match(rest) and not grammar.HEDGED.match(rest) and "," not in rest.rstrip(", "):
        return False
    return not conjunction and (grammar.LOOKS_FINITE.search(rest) is not None or len(rest.split()) > 6)


def _around(sentence: str, name: tuple[int, int], start: int, end: int) -> Iterator[Attribution]:
    """The attributions of a name at sentence[start:end] that is put behind its claim, or into it between two commas."""
    before = sentence[:start].rstrip()
    comma = re.compile(r",[”\"]?\s").match(sentence, end)
    quoted_next = comma is not None and sentence[comma.end() : comma.end() + 1] in ("“", '"')
    quoted_before = before.endswith(("”", '"'))
    behind = (before.endswith((",", "?", "!")) or sentence[start : start + 9].lower() == "according") and _is_claim(before)
    behind = quoted_before or (behind and not quoted_next and not grammar.INTO.search(before))
    if behind:
        yield Attribution(name, _claim_start(sentence, start), start)
    if comma and (not behind or quoted_next or (not quoted_before and grammar.RESUMES.match(sentence, comma.end()))):
        yield Attribution(name, comma.end(), _scope_end(sentence, comma.end()))
