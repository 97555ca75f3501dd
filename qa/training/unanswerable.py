"""Questions that their passage does not answer, made from those that it does.

Three kinds. A *near miss* pairs a question with another context that shares its rare words but not its answer: what the
reader meets whenever retrieval is wrong. A *bereft* question keeps its context but for the sentences of its answer: what
the reader meets where an article is about the thing and does not tell. A *changed* question keeps its context but asks
something else of it, in the manners of SQuAD 2.0 (Rajpurkar et al. 2018, table 2): a word is replaced by one of the same
shape that the context does not hold ("How many singers were sent?" for "How many troops were sent?") or that it holds
elsewhere ("How many officials were sent?"), a name or number by another one of the context or by the answer itself ("Whom
did the king serve?" for "Whom did the duke serve?"), a word by its opposite, or the question is negated.

A reader could learn to refuse what sounds made up. So contexts are *altered* too: the word is replaced in the context instead
of in the question, which stays as a person asked it and has no answer any more; or in both, which sound made up alike, and
the answer stands (the counterfactual pairs of Kaushik et al. 2020, made by rule).
"""

from __future__ import annotations

import calendar
import math
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file
from textblob.en import tag
from tokenizers import Tokenizer

from index.models import DEFAULT_EMBEDDER, model_folder
from index.sentences import split_sentences
from qa.questions import Question

_WORD = re.compile(r"\w+(?:[-'’]\w+)*")
_TOKEN = re.compile(rf"{_WORD.pattern}|[^\w\s]")
_FUNCTION_WORDS = frozenset(
    """a about after all also am an and any are as at be because been before being between both but by can could did do
    does doing during each else for from further get had has have he her here hers him his how i if in into is it its
    just kind like made make many me more most much my name no not now of off on once one only or other our out over own
    part re same she should so some such than that the their them then there these they thing things this those through
    time to too type under until up us used very was we were what when where which while who whom whose why will with
    would you your""".split()
)

_OPPOSITES = [
    (pair.partition("/")[0], pair.partition("/")[2])
    for pair in """
    first/last before/after more/fewer most/least more/less largest/smallest larger/smaller biggest/smallest bigger/smaller
    highest/lowest higher/lower high/low oldest/youngest older/younger old/new earliest/latest earlier/later early/late
    longest/shortest longer/shorter long/short best/worst better/worse good/bad major/minor majority/minority
    increase/decrease increased/decreased increases/decreases increasing/decreasing rise/fall rose/fell rising/falling
    gain/lose gained/lost won/lost win/lose begin/end began/ended started/stopped start/stop opened/closed open/close
    enter/leave entered/left arrive/depart arrived/departed accepted/rejected accept/reject allowed/forbidden allow/forbid
    supported/opposed support/oppose supporters/opponents agreed/refused approved/denied created/destroyed create/destroy
    built/demolished bought/sold buy/sell borrowed/lent hired/fired include/exclude included/excluded including/excluding
    strong/weak stronger/weaker strengthened/weakened rich/poor fast/slow faster/slower hot/cold north/south northern/southern
    east/west eastern/western upper/lower above/below inside/outside internal/external domestic/foreign public/private
    male/female men/women man/woman boys/girls father/mother son/daughter brother/sister husband/wife king/queen
    ancient/modern common/rare popular/unpopular successful/unsuccessful legal/illegal possible/impossible likely/unlikely
    known/unknown with/without always/never often/rarely friend/enemy attack/defend attacked/defended victory/defeat
    positive/negative maximum/minimum advantage/disadvantage cause/prevent caused/prevented easy/difficult full/empty
    innocent/guilty life/death alive/dead born/buried peace/war present/absent success/failure true/false
    """.split()
]
_OPPOSITE = dict(_OPPOSITES) | {second: first for first, second in reversed(_OPPOSITES)}
# The manners of changing a question, with how often each is tried first.
_MANNERS = {"opposite": 0.15, "negation": 0.07, "neighbouring name": 0.2, "answer": 0.13, "neighbour": 0.2, "stranger": 0.25}
_NAME = re.compile(r"\b[A-Z](?:\.|[\w’-]*)(?:(?: (?:of|the|de|von|van))* [A-Z](?:\.|[\w’-]*))*")
_MONTHS = frozenset(calendar.month_name[1:])
_NUMBER = re.compile(r"\b\d[\d,.]*\d|\b\d\b")
# Replacements drawn for a word, of which the likest is taken, short of what may be its synonym.
_CHOICES = 12
_SYNONYM = 0.5
_AUXILIARY = re.compile(r"\b(did|does|do|was|were|is|are|has|had|can|could|will|would|should)\b", re.IGNORECASE)


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _tagged(text: str) -> list[tuple[re.Match[str], str]]:
    """The words of a text with their part of speech in Penn's tags, past forms of verbs as one."""
    tokens = list(_TOKEN.finditer(text))
    # The tagger takes a slash for its own mark.
    tags = tag(" ".join(token.group().replace("/", ",") for token in tokens), tokenize=False)
    return [
        (token, "VBD" if penn == "VBN" else penn.partition("-")[0])
        for token, (_, penn) in zip(tokens, tags, strict=True)
        if token.group()[0].isalnum()
    ]


def near_misses(questions: Sequence[Question], count: int, seed: int) -> list[Question]:
    """`count` questions, each with the context of another one that has most of its rare words (by summed inverse document
    frequency, among contexts of the same data set) and none of its answers."""
    chooser = random.Random(seed)
    contexts = sorted({(q.dataset, q.context) for q in questions})
    holders: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, (dataset, context) in enumerate(contexts):
        for word in {w.lower() for w in _words(context)} - _FUNCTION_WORDS:
            holders[dataset, word].append(number)
    made: list[Question] = []
    candidates = [q for q in questions if q.answers]
    for question in chooser.sample(candidates, min(len(candidates), 2 * count)):
        if len(made) == count:
            break
        scores: dict[int, float] = defaultdict(float)
        for word in {w.lower() for w in _words(question.text)} - _FUNCTION_WORDS:
            numbers = holders.get((question.dataset, word), [])
            for number in numbers if len(numbers) <= 2000 else []:
                scores[number] += math.log(1 + len(contexts) / len(numbers))
        best = sorted(scores, key=lambda number: (-scores[number], number))[:4]
        lowered = [answer.lower() for answer in question.answers]
        fitting = [
            contexts[number][1]
            for number in best
            if contexts[number][1] != question.context and not any(a in contexts[number][1].lower() for a in lowered)
        ]
        if fitting:
            made.append(
                replace(
                    question,
                    context=chooser.choice(fitting),
                    start=None,
                    end=None,
                    answers=(),
                    id=f"{question.id}~near",
                )
            )
    return made


def bereft_questions(questions: Sequence[Question], count: int, seed: int) -> list[Question]:
    """`count` questions, each with its own context without the sentences that its answer stands in; at least two sentences
    are left, and none of them holds the answer's words."""
    chooser = random.Random(seed)
    candidates = [q for q in questions if q.start is not None and q.end is not None]
    made: list[Question] = []
    for question in chooser.sample(candidates, min(len(candidates), 2 * count)):
        if len(made) == count:
            break
        left = [
            question.context[start:end].strip()
            for start, end in split_sentences(question.context)
            if end <= (question.start or 0) or start >= (question.end or 0)
        ]
        context = " ".join(left)
        if len(left) >= 2 and not any(answer.lower() in context.lower() for answer in question.answers):
            made.append(replace(question, context=context, start=None, end=None, answers=(), id=f"{question.id}~bereft"))
    return made


def changed_questions(questions: Sequence[Question], count: int, seed: int) -> list[Question]:
    """`count` questions beside their own context, changed so that it does not answer them."""
    chooser = random.Random(seed)
    pool = _replacements(questions)
    candidates = [q for q in questions if q.answers]
    made: list[Question] = []
    for question in chooser.sample(candidates, min(len(candidates), 4 * count)):
        if len(made) == count:
            break
        [manner] = chooser.choices(list(_MANNERS), list(_MANNERS.values()))
        text = _changed(question, manner, pool, chooser)
        if text is not None:
            made.append(replace(question, text=text, start=None, end=None, answers=(), id=f"{question.id}~{manner}"))
    return made


def _changed(question: Question, manner: str, pool: dict[tuple[str, str], list[str]], chooser: random.Random) -> str | None:
    """The question changed in this manner; None where it gives no occasion for it."""
    match manner:
        case "opposite":
            return _opposed(question, chooser)
        case "negation":
            return _negated(question)
        case "neighbouring name":
            return _with_other_name(question, _names(question.context), chooser)
        case "answer":
            return _with_other_name(question, [name for a in question.answers for name in _names(f", {a}")], chooser)
        case "neighbour":
            return _with_neighbour(question, chooser)
        case _:
            return _replaced(question, pool, chooser)


def _opposed(question: Question, chooser: random.Random) -> str | None:
    """The question with one word replaced by its opposite."""
    matches = [match for match in _WORD.finditer(question.text) if match.group() in _OPPOSITE]
    return _substituted(question.text, match := chooser.choice(matches), _OPPOSITE[match.group()]) if matches else None


def _negated(question: Question) -> str | None:
    """The question with "n't" at its first auxiliary verb, which needs no parse to find its place."""
    match = _AUXILIARY.search(question.text)
    if match is None or " not " in question.text or "n't" in question.text:
        return None
    verb = match.group()
    short = {"will": "won't", "can": "can't"}.get(verb.lower(), f"{verb}n't")
    return _substituted(question.text, match, short.capitalize() if verb[0].isupper() else short)


def _with_other_name(question: Question, names: Sequence[str], chooser: random.Random) -> str | None:
    """The question with a name or number replaced by another one of these, which has no word in common with it."""
    taken = {word.lower() for word in _words(question.text)}
    others = [name for name in names if not taken & {word.lower() for word in _words(name)}]
    matches = [
        (match, fitting)
        for match in (*_NAME.finditer(question.text), *_NUMBER.finditer(question.text))
        if match.start() > 0 and (fitting := [name for name in others if _kind(name) == _kind(match.group())])
    ]
    if not matches:
        return None
    match, fitting = chooser.choice(matches)
    drawn = chooser.sample(fitting, min(_CHOICES // 3, len(fitting)))
    return _substituted(question.text, match, max(drawn, key=lambda name: _likeness(match.group(), name)))


def _kind(name: str) -> str:
    """What may stand for one another: months, numbers of as many digits (a year for a year), other names."""
    return "month" if name in _MONTHS else f"digits{len(name)}" if name[0].isdigit() else "name"


def _names(text: str) -> list[str]:
    """The names and numbers of a text, as often as they stand in it."""
    names = [match.group() for match in _NAME.finditer(text) if _inside_sentence(text, match.start())]
    return names + [match.group() for match in _NUMBER.finditer(text)]


def _with_neighbour(question: Question, chooser: random.Random) -> str | None:
    """The question with a word that it shares with its context replaced by another word of the context, of several of the
    same part of speech the likest: all its words then stand there, but not together."""
    context = [(match.group(), part) for match, part in _tagged(question.context) if match.group().islower()]
    held = {word for word, _ in context}
    taken = {w.lower()[:4] for text in (question.text, *question.answers) for w in _words(text)}
    shared = [pair for pair in _tagged(question.text)[1:] if pair[0].group() in held - _FUNCTION_WORDS]
    if not shared:
        return None
    match, part = chooser.choice(shared)
    others = {word for word, other in context if other == part and word[:4] not in taken and word not in _FUNCTION_WORDS}
    likest = _likest(match.group(), chooser.sample(sorted(others), min(_CHOICES // 2, len(others))))
    return None if likest is None else _substituted(question.text, match, likest)


def _likest(word: str, others: Sequence[str]) -> str | None:
    """The one of these words that is likest to it, short of what may be its synonym."""
    fitting = [other for other in others if _likeness(word, other) < _SYNONYM]
    return max(fitting, key=lambda other: _likeness(word, other), default=None)


def _inside_sentence(text: str, start: int) -> bool:
    """Whether a capital at this place is a name's, not a sentence's first letter."""
    return re.search(r"[\w,;:]\s$", text[max(0, start - 2) : start]) is not None


def altered_contexts(questions: Sequence[Question], count: int, seed: int) -> list[Question]:
    """`count` questions whose context has a word of theirs replaced throughout by one that it lacks: half of them with the
    question as it was, which the context then does not answer, half with the word replaced in the question too."""
    chooser = random.Random(seed)
    pool = _replacements(questions)
    candidates = [q for q in questions if q.start is not None and q.end is not None]
    made: list[Question] = []
    for question in chooser.sample(candidates, min(len(candidates), 4 * count)):
        if len(made) == count:
            break
        stranger = _stranger(question, pool, chooser)
        altered = stranger and _with_other_context(question, stranger[0].group(), stranger[1])
        if not stranger or altered is None:
            continue
        if chooser.random() < 0.5:
            made.append(replace(altered, start=None, end=None, answers=(), id=f"{question.id}~context"))
        else:
            made.append(replace(altered, text=_substituted(question.text, *stranger), id=f"{question.id}~both"))
    return made


def _with_other_context(question: Question, word: str, new: str) -> Question | None:
    """The question with another context, its answer where it stands there; None where the word is part of the answer."""
    occurrence = re.compile(rf"(?<!\w)(?<!\w[-'’]){re.escape(word)}(?!\w|[-'’]\w)", re.IGNORECASE)

    def other(text: str) -> str:
        return occurrence.sub(lambda match: new.capitalize() if match.group()[0].isupper() else new, text)

    first, last = question.start or 0, question.end or 0
    before, answer, after = question.context[:first], question.context[first:last], question.context[last:]
    if other(answer) != answer:
        return None
    start = len(other(before))
    return replace(
        question, context=other(before) + answer + other(after), start=start, end=start + len(answer), answers=(answer,)
    )


def _replaced(question: Question, pool: dict[tuple[str, str], list[str]], chooser: random.Random) -> str | None:
    """The question with a word that it shares with its context replaced by one of the same kind that the context lacks."""
    stranger = _stranger(question, pool, chooser)
    return stranger and _substituted(question.text, *stranger)


def _stranger(
    question: Question, pool: dict[tuple[str, str], list[str]], chooser: random.Random
) -> tuple[re.Match[str], str] | None:
    """A word that the question shares with its context, and one of the same kind that the context lacks."""
    context_words = {w.lower() for w in _words(question.context)}
    answer_words = {w.lower() for answer in question.answers for w in _words(answer)}
    shared = [
        (match, part)
        for match, part in _tagged(question.text)[1:]
        if match.group().lower() in context_words - _FUNCTION_WORDS - answer_words and (question.dataset, part) in pool
    ]
    if not shared:
        return None
    # Names and numbers are what retrieval confuses most, so they are changed first when there are any.
    specific = [pair for pair in shared if pair[1] in ("NNP", "CD")]
    match, part = chooser.choice(specific if specific and chooser.random() < 0.5 else shared)
    drawn = [
        word
        for word in chooser.choices(pool[question.dataset, part], k=_CHOICES)
        if word.lower() not in context_words and word.lower()[:4] != match.group().lower()[:4]
    ]
    likest = _likest(match.group(), drawn)
    return None if likest is None else (match, likest)


@cache
def _word_vectors() -> dict[str, npt.NDArray[np.float32]]:
    """Unit vectors of the words that the embedder knows as one token: its input embeddings."""
    folder = model_folder(DEFAULT_EMBEDDER)
    rows = load_file(folder / "model.safetensors")["embeddings.word_embeddings.weight"].astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True).clip(1e-9)
    vocabulary = Tokenizer.from_file(str(folder / "tokenizer.json")).get_vocab()
    return {word: rows[number] for word, number in vocabulary.items()}


def _likeness(one: str, other: str) -> float:
    """Cosine of two words' vectors (a name's last), 0 where one has none: what could stand in the same place is harder."""
    vectors = _word_vectors()
    first, second = vectors.get(one.lower().rpartition(" ")[2]), vectors.get(other.lower().rpartition(" ")[2])
    return 0.0 if first is None or second is None else float(first @ second)


def _substituted(text: str, match: re.Match[str], new: str) -> str:
    return text[: match.start()] + new + text[match.end() :]


def _replacements(questions: Iterable[Question]) -> dict[tuple[str, str], list[str]]:
    """Words of questions by data set and part of speech, as often as they occur, so that a replacement is as usual as the
    word."""
    pool: dict[tuple[str, str], list[str]] = defaultdict(list)
    for question in questions:
        for match, part in _tagged(question.text)[1:]:
            if match.group().lower() not in _FUNCTION_WORDS:
                pool[question.dataset, part].append(match.group())
    return pool
