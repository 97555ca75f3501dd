"""Follow-up questions: what is left unsaid in a conversation, said again, by rules and without a model.

Every rule first asks whether a question leans on the conversation at all. One that stands alone comes back as it is, since a
needless change loses an answer that a search for the plain question would have found. What is added are words of earlier
questions and answers only. Which name a pronoun means is guessed from shape: who-questions are answered by persons,
where-questions by places, and the subject of the last question comes before its other names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from qa import question_grammar as grammar
from qa.reply import Turn

# What is looked at, in code points and turns. A longer question says enough by itself.
_MAX_QUESTION, _MAX_ANSWER, _MAX_TURNS = 400, 200, 6
_MAX_RESOLVED = 1500
# A longer answer, in words, is no name or quantity that could take the place of a question word.
_MAX_ANSWER_WORDS = 12

# How much nearer turns, and names that were spoken of in several, are preferred, and how much a name in an answer counts
# beside one in a question: tuned on half of CANARD's conversations (Elgohary et al. 2019), the half for which
# qa.evaluation.follow_ups.is_reported is false.
_PER_TURN, _PER_MENTION, _IN_ANSWER = 0.4, 0.5, 0.5

_FRAGMENT = re.compile(r"(?:(?:and |but )?(?:what|how) about|and|or|but)\b[\s,]{1,3}(?P<rest>\S.*)", re.I | re.S)
# "How many tanks?"
_PHRASE = re.compile(r"(?:how many|how much|which|what kind of) (?!won\b|lost\b|came\b)((?![^\W_]*ed\b)[^\W\d_]+)", re.I)
_GAP = re.compile(r"\bhow many(?: more| others)?(?= (?:is|are|was|were|did|do|have|has|had|will)\b| [^\W_]+ed\b)", re.I)
# "This year" is the present one, and "this article" the one being read.
_NOW = frozenset("year week month century season article page document text conversation way kind type sort".split())
_KEPT_PREPOSITIONS = frozenset("in at near during between against from".split())

_Edit = tuple[int, int, str]


def resolve(question: str, history: Sequence[Turn], quote: str = "") -> str:
    """The question as it would be asked without the conversation; one that stands alone comes back unchanged.

    history: the earlier turns, oldest first, with questions as they were resolved. quote: the sentence that the last answer
    stands in; "Who said that?" is then asked about it. Time and length do not grow with the length of the turns.
    """
    turns = [
        Turn(_cut(turn.question, _MAX_QUESTION), _cut(turn.answer, _MAX_ANSWER))
        for turn in reversed(history[-_MAX_TURNS:])
        if turn.question[:_MAX_QUESTION].strip()
    ]
    if not turns or len(question) > _MAX_QUESTION or not grammar.words_of(question):
        return question
    resolved = _resolved(question, turns, _cut(quote, _MAX_QUESTION))
    return resolved if len(resolved) <= _MAX_RESOLVED else question


def asks_about_answer(question: str) -> Literal["source", "circumstance"] | None:
    """Whether the question is about the last answer itself.

    "source": who says it ("Who said that?", "According to whom?"). "circumstance": a question word alone, or with no more than
    "that" ("When?", "Why was that?"). None: neither.
    """
    bare = _bare(question) if len(question) <= _MAX_QUESTION else ""
    if grammar.ASKS_SOURCE.fullmatch(bare):
        return "source"
    return "circumstance" if grammar.ASKS_CIRCUMSTANCE.fullmatch(bare) else None


def _resolved(question: str, turns: Sequence[Turn], quote: str) -> str:
    """As `resolve`, for turns that are cut and the newest first."""
    bare = _bare(question)
    source = grammar.ASKS_SOURCE.fullmatch(bare)
    if source is not None and (quote or turns[0].answer):
        return _ask_source(source["verb"] or source["noting"] or "said", turns[0], quote)
    circumstance = grammar.ASKS_CIRCUMSTANCE.fullmatch(bare)
    if circumstance is not None:
        return _ask_again(circumstance["word"], turns[0])
    noun, parts = _PHRASE.fullmatch(bare), grammar.parse(turns[0].question)
    if noun and parts and parts.auxiliary and parts.phrase[:3].lower() != "who" and grammar.is_content(noun[1].lower()):
        return _asked(bare[:1].upper() + bare[1:], parts.auxiliary, parts.rest)
    fragment = _FRAGMENT.fullmatch(" ".join(question.split()).rstrip(" ?!."))
    if fragment is not None and _is_fragment(fragment["rest"]):
        return _substitute(fragment["rest"], turns)
    return _complete(question, turns)


def _cut(text: str, most: int) -> str:
    """The start of a text up to a word's end, with single spaces."""
    text = " ".join(text[: 2 * most].split())
    return text if len(text) <= most else text[:most].rpartition(" ")[0]


def _bare(question: str) -> str:
    """A short question without the marks around it and the "and" before it; the patterns above are matched against it."""
    return grammar.without_lead(" ".join(question.split()).strip(" ?!.,;:-–—…\"'“”"))


def _asked(*parts: str) -> str:
    return " ".join(filter(None, parts)) + "?"


def _short(answer: str) -> str:
    words = answer.strip(" .,;:").split()
    return " ".join(words) if len(words) <= _MAX_ANSWER_WORDS else ""


def _ask_source(verb: str, turn: Turn, quote: str) -> str:
    """Who says what the quote says, or else the answer, which is put in whole words only where word order allows it."""
    verb = "said" if verb.lower().startswith(("told", "say")) else verb.lower()
    parts, answer = grammar.parse(turn.question), _short(turn.answer)
    claim = grammar.uncapitalised((quote or turn.answer).rstrip(" .?!…"))
    if not quote and answer and parts and not parts.inverted:
        claim = _asked(grammar.answer_phrase(parts, answer), parts.auxiliary, parts.rest).rstrip("?")
    elif not quote and answer:
        claim = f"the answer to “{turn.question}” is {answer}"
    return f"Who {verb} that {claim}?"


def _ask_again(word: str, turn: Turn) -> str:
    """The last question with another question word."""
    word = word[:1].upper() + word[1:].lower()
    kind, parts, answer = word.lower(), grammar.parse(turn.question), _short(turn.answer)
    if parts is None or kind in ("why not", "how come", "how old"):
        return f"{word}: {grammar.uncapitalised(turn.question)}"
    if kind in ("how many", "how much"):
        if parts.phrase.lower().startswith(kind):
            return turn.question
        thing = "" if parts.adjunct or not parts.phrase or re.search(r"\d", answer) else answer
        return _asked(word, thing, parts.auxiliary, parts.rest)
    if kind in ("who", "whom"):
        # "Was anyone hurt?"
        return _asked(word, parts.auxiliary, re.sub(r"\A(?:any|some)(?:one|body)\s", "", parts.rest))
    thing = grammar.answer_phrase(parts, answer)
    if parts.inverted:
        has_object = parts.phrase and not parts.adjunct and answer
        return _asked(word, parts.auxiliary, grammar.with_object(parts.rest, thing) if has_object else parts.rest)
    return _asked(word, parts.auxiliary or "was it that", thing, parts.rest)


def _is_fragment(text: str) -> bool:
    words = grammar.words_of(text)
    # As written, since May is a month.
    asks = any(word.text in grammar.AUXILIARIES | grammar.WH for word in words)
    return len(words) <= 8 and any(word.is_content for word in words) and not asks


def _substitute(part: str, turns: Sequence[Turn]) -> str:
    """The last question with a part of the same shape replaced: a year, a name, the thing that was counted; else added."""
    part = _with_pronouns(part, turns)[0] or part
    question = turns[0].question.rstrip(" ?!.")
    words, spans = grammar.words_of(part), grammar.words_of(question)
    preposition = words[0].lower if words[0].lower in grammar.PREPOSITIONS else ""
    core = part[words[1].start :] if preposition and len(words) > 1 else part
    if (year := grammar.DATE.fullmatch(core)) and (old := list(grammar.DATE.finditer(question))):
        return f"{question[: old[-1].start()]}{year[0]}{question[old[-1].end() :]}?"
    names = grammar.names_of(question)
    if preposition:
        names = [name for name in names if preposition in [w.lower for w in spans[max(0, name.first - 2) : name.first]]]
    if grammar.names_of(core) and names:
        name = names[-1]
        start = spans[name.first].start
        end = start + len(name.text)
        # One "the" is enough.
        if core.lower().startswith("the ") and name.before == "the":
            start = spans[name.first - 1].start
        return f"{question[:start]}{core}{question[end:]}?"
    counted = re.match(r"((?:how many|how much|which|what) )([^\W_]+)(?= )", question, re.I)
    plain = re.sub(r"\Athe ", "", core, flags=re.I)
    if counted and not preposition and core.islower() and len(plain.split()) <= 2 and grammar.is_content(counted[2].lower()):
        return f"{counted[1]}{plain}{question[counted.end() :]}?"
    joint = "" if preposition else "in " if grammar.DATE.fullmatch(core) else "for "
    return f"{question} {joint}{part}?"


def _complete(question: str, turns: Sequence[Turn]) -> str:
    """The question with its pronouns replaced and, where it still says too little, the topic of the conversation behind it."""
    text, vague = _with_pronouns(question, turns)
    if not text:
        text = _with_counted(question, turns[0])
        if text or _says_little(question, vague=vague):
            text = _with_topic(text or question, turns, with_answer=vague)
    if not text or text == question:
        return question
    text = grammar.without_lead(text)
    return text[:1].upper() + text[1:]


def _with_pronouns(question: str, turns: Sequence[Turn]) -> tuple[str, bool]:
    """The question with what its pronouns stand for, "" where none was replaced; and whether one is left that says nothing."""
    words, names = grammar.words_of(question), grammar.names_of(question)
    edits: list[_Edit] = []
    taken = [name.text for name in names]
    done: set[grammar.Kind] = set()
    vague = False
    for at, word in enumerate(words):
        pronoun = word.lower.removesuffix("'s")
        kind = grammar.STANDS_FOR.get(pronoun)
        if pronoun in ("this", "that", "these", "those", "then", "the"):
            points, edit = _demonstrative(question, words, at, turns)
            vague = vague or points
            edits += [edit] if edit else []
        if kind is None or kind in done or not grammar.points_back(question, words, names, at):
            continue
        meant = _antecedent(kind, turns, taken)
        if not meant:
            vague = True
            continue
        done.add(kind)
        taken.append(meant)
        if kind == "place" and words[at - 1].lower not in grammar.PREPOSITIONS:
            meant = f"in {meant}"
        possessive = pronoun in grammar.POSSESSIVES and (pronoun != "her" or any(w.is_content for w in words[at + 1 : at + 2]))
        ending = ("'" if meant.endswith("s") else "'s") if possessive else word.lower[len(pronoun) :]
        edits.append((word.start, word.end, meant + ending))
    text = question
    for start, end, new in reversed(edits):
        text = text[:start] + new + text[end:]
    return (text if edits else ""), vague


def _demonstrative(question: str, words: Sequence[grammar.Word], at: int, turns: Sequence[Turn]) -> tuple[bool, _Edit | None]:
    """Whether "this", "then" or even "the" points at an earlier turn, and its replacement where the words meant are known."""
    word = words[at].lower.removesuffix("'s")
    before = words[at - 1].lower if at else ""
    following = words[at + 1] if at + 1 < len(words) else None
    ends = following is None or re.match(r"\s*[?.!,;]", question[words[at].end :]) is not None
    noun = following if following is not None and following.is_content and not ends else None
    alone = {
        "then": not ends or not any(other.lower in grammar.WH | grammar.AUXILIARIES for other in words),
        "this": following is not None and following.lower in _NOW,
        "that": not (ends or (noun and before in grammar.PREPOSITIONS)),
        "the": noun is None or not _is_known(question, words, at + 1, turns),
    }
    if alone.get(word):
        return False, None
    end = noun.end if noun else words[at].end
    if word == "then" or (noun and noun.lower in grammar.TIMES):
        found = next((m[0] for turn in turns[:2] for m in grammar.DATE.finditer(f"{turn.answer} {turn.question}")), "")
        joint = "" if before in grammar.PREPOSITIONS else "in " if grammar.YEAR.fullmatch(found) else "on "
        return True, ((words[at].start, end, joint + found) if found else None)
    fuller = _fuller(noun.lower, turns) if noun else ""
    return True, ((words[at].start, end, fuller) if fuller else None)


def _is_known(question: str, words: Sequence[grammar.Word], at: int, turns: Sequence[Turn]) -> bool:
    """Whether the noun words[at] was spoken of before and stands alone in a short question without names."""
    alone = at + 1 == len(words) or words[at + 1].lower in grammar.PREPOSITIONS.union(grammar.AUXILIARIES) - {"of"}
    if not alone or grammar.names_of(question) or sum(word.is_content for word in words) > 3:
        return False
    said = " ".join(f"{turn.question} {turn.answer}" for turn in turns[:3])
    return any(words[at].lower == word.lower for word in grammar.words_of(said))


def _fuller(noun: str, turns: Sequence[Turn]) -> str:
    """The noun as it stood behind an article in an earlier turn with words that say more of it, "" where it did not."""
    for turn in turns:
        for text in (turn.answer, turn.question):
            words = grammar.words_of(text)
            for at, word in enumerate(words):
                start = at
                while word.lower == noun and start and at - start < 4 and words[start - 1].is_content:
                    start -= 1
                if 0 < start < at and words[start - 1].lower in ("the", "a", "an"):
                    return f"the {text[words[start].start : word.end]}"
    return ""


def _antecedent(kind: grammar.Kind, turns: Sequence[Turn], taken: Sequence[str]) -> str:
    """The words of earlier turns that a pronoun stands for, "" where none fit."""
    best, best_score = "", 0.0
    for distance, turn in enumerate(turns):
        for text, fit in _candidates(kind, turn):
            again = sum(text in other.question for other in turns[distance + 1 :])
            score = fit - _PER_TURN * distance + _PER_MENTION * again if fit > 0 else 0.0
            if score > best_score and text not in taken:
                best, best_score = text, score
    return best


def _candidates(kind: grammar.Kind, turn: Turn) -> Iterator[tuple[str, float]]:
    """The names and noun phrases of a turn and how well each fits, the likelier of equals first."""
    parts, answer = grammar.parse(turn.question), _short(turn.answer)
    asked = parts.phrase.lower().split()[:1] if parts else []
    in_answer = grammar.names_of(answer or turn.answer)
    if answer and asked and in_answer and len(in_answer[0].text) + 8 > len(answer):
        # The answer is that name, and the question word says of which kind it is.
        fit = grammar.fits(in_answer[0], kind)
        if asked[0] in ("who", "whom"):
            fit += 2.5 if kind == "person" and fit else 0.0
        elif asked[0] == "where":
            fit = {"place": 4.0, "thing": 2.0}.get(kind, 0.0)
        yield in_answer[0].whole, fit
    elif answer and asked and asked[0] in ("what", "which") and not in_answer and len(answer.split()) <= 4:
        plural = grammar.PLURAL.search(answer.lower()) is not None and not re.search(r"\d", answer)
        if plural or answer.lower().startswith(("a ", "an ", "the ")):
            yield "the " + re.sub(r"\A(?:an?|the) ", "", answer, flags=re.I), 2.6 if plural == (kind == "group") else 0.0
    for position, name in enumerate(grammar.names_of(turn.question)):
        fit = grammar.fits(name, kind)
        yield name.whole, fit + (0.5 if not position and fit else 0.0)
    if kind in ("group", "thing"):
        for phrase, plural in grammar.noun_phrases(turn.question):
            yield phrase, 2.2 if plural == (kind == "group") else 0.0
    for name in in_answer:
        yield name.whole, _IN_ANSWER * grammar.fits(name, kind)


def _with_counted(question: str, turn: Turn) -> str:
    """The question ("how many were injured") with the noun last counted; "" where it names its own."""
    gap, counted = _GAP.search(question), re.search(r"\b(?:how many|which) ([^\W_]+)", turn.question, re.I)
    if gap is None or counted is None or not grammar.is_content(counted[1].lower()):
        return ""
    return f"{question[: gap.start() + len('how many')]} {counted[1]}{question[gap.end() :]}"


def _says_little(question: str, *, vague: bool) -> bool:
    """Whether a question has too few words of its own to be searched for; vague: whether it points at an earlier turn."""
    lowered = [word.lower for word in grammar.words_of(question)]
    content = [word for word in lowered if grammar.is_content(word)]
    if grammar.names_of(question):
        return False
    asks = lowered[0] in grammar.WH | grammar.AUXILIARIES or (lowered[0] in ("and", "but", "so", "any") and bool(content))
    # "What is inflation?"
    defines = lowered[0] in ("what", "who") and len(lowered) > 2 and lowered[1] in grammar.BE and lowered[2:] == content
    again = any(word in ("else", "also", "too", "again", "next", "other") for word in lowered)
    return len(content) <= 4 if vague else asks and not defines and len(content) <= (3 if again else 1)


def _with_topic(question: str, turns: Sequence[Turn], *, with_answer: bool) -> str:
    """The question with the names of the last turn that has any behind it, or else with the last noun of the last question."""
    known, body = question.lower(), question.rstrip(" ?!.")
    for turn in turns:
        answer = _short(turn.answer)
        answered = grammar.names_of(answer) if len(answer.split()) <= 5 else []
        asked = grammar.names_of(turn.question)
        added: list[str] = []
        for name in (*answered, *asked) if with_answer else asked or answered:
            if name.text.lower() not in known:
                known += " " + name.text.lower()
                joint = name.before if name.before in _KEPT_PREPOSITIONS else "about"
                added.append(f"{joint} {name.whole}")
        if added:
            added += [f"in {year}" for year in grammar.YEAR.findall(turn.question) if year not in known]
            return f"{body} {' '.join(added[:3])}?"
    nouns = [phrase for phrase, _ in grammar.noun_phrases(turns[0].question)]
    return f"{body} about {nouns[-1]}?" if nouns and nouns[-1].split()[-1].lower() not in known else question
