"""Questions that their passage does not answer, made from those that it does.

Two kinds. A *near miss* pairs a question with another context that shares its rare words but not its answer: what the
reader meets whenever retrieval is wrong. A *changed* question keeps its context but asks something else of it, in the
manners of SQuAD 2.0 (Rajpurkar et al. 2018, table 2): a word is replaced by one of the same shape that the context does
not hold ("How many singers were sent?" for "How many troops were sent?"), a name or number by another one of the context,
a word by its opposite, or the question is negated.
"""

from __future__ import annotations

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
from tokenizers import Tokenizer

from index.models import DEFAULT_EMBEDDER, model_folder
from qa.questions import Question

_WORD = re.compile(r"\w+(?:[-'’]\w+)*")
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
# Replacements drawn for a word, of which the likest is taken, short of what may be its synonym.
_CHOICES = 12
_SYNONYM = 0.5
_AUXILIARY = re.compile(r"\b(did|does|do|was|were|is|are|has|had|can|could|will|would|should)\b", re.IGNORECASE)


def _words(text: str) -> list[str]:
    return _WORD.findall(text)


def _shape(word: str, first: bool) -> str:
    """A coarse stand-in for the part of speech: digits, a name, a plural, a verb form or another word."""
    if any(character.isdigit() for character in word):
        return f"digits{len(word)}"
    if word[0].isupper() and not first:
        return "name"
    for ending in ("ing", "ed", "ly", "s"):
        if word.endswith(ending):
            return ending
    return "word"


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


def changed_questions(questions: Sequence[Question], count: int, seed: int) -> list[Question]:
    """`count` questions beside their own context, changed so that it does not answer them."""
    chooser = random.Random(seed)
    pool = _replacements(questions)
    candidates = [q for q in questions if q.answers]
    made: list[Question] = []
    for question in chooser.sample(candidates, min(len(candidates), 4 * count)):
        if len(made) == count:
            break
        kind = chooser.random()
        if kind < 0.25:
            text = _opposed(question, chooser) or _replaced(question, pool, chooser)
        elif kind < 0.35:
            text = _negated(question)
        elif kind < 0.6:
            text = _with_neighbouring_name(question, chooser)
        else:
            text = _replaced(question, pool, chooser)
        if text is not None:
            made.append(replace(question, text=text, start=None, end=None, answers=(), id=f"{question.id}~changed"))
    return made


def _opposed(question: Question, chooser: random.Random) -> str | None:
    """The question with one word replaced by its opposite."""
    matches = [match for match in _WORD.finditer(question.text) if match.group().lower() in _OPPOSITE]
    return _substituted(question.text, match := chooser.choice(matches), _OPPOSITE[match.group().lower()]) if matches else None


def _negated(question: Question) -> str | None:
    """The question with "n't" at its first auxiliary verb, which needs no parse to find its place."""
    match = _AUXILIARY.search(question.text)
    if match is None or " not " in question.text or "n't" in question.text:
        return None
    verb = match.group()
    short = {"will": "won't", "can": "can't"}.get(verb.lower(), f"{verb}n't")
    return _substituted(question.text, match, short.capitalize() if verb[0].isupper() else short)


def _with_neighbouring_name(question: Question, chooser: random.Random) -> str | None:
    """The question with a name or number replaced by another one of its context that neither it nor its answer holds."""
    taken = {w.lower() for text in (question.text, *question.answers) for w in _words(text)}
    context = [
        match.group()
        for match in _WORD.finditer(question.context)
        if match.group().lower() not in taken | _FUNCTION_WORDS and _inside_sentence(question.context, match.start())
    ]
    matches = [
        (match, [word for word in context if _shape(word, first=False) == shape])
        for position, match in enumerate(_WORD.finditer(question.text))
        if (shape := _shape(match.group(), first=position == 0)) == "name" or shape.startswith("digits")
    ]
    matches = [pair for pair in matches if pair[1]]
    if not matches:
        return None
    match, others = chooser.choice(matches)
    return _substituted(question.text, match, chooser.choice(others))


def _inside_sentence(text: str, start: int) -> bool:
    """Whether a capital at this place is a name's, not a sentence's first letter."""
    return re.search(r"[\w,;:]\s$", text[max(0, start - 2) : start]) is not None


def _replaced(question: Question, pool: dict[tuple[str, str], list[str]], chooser: random.Random) -> str | None:
    """The question with a word that it shares with its context replaced by one of the same shape that the context lacks."""
    context_words = {w.lower() for w in _words(question.context)}
    answer_words = {w.lower() for answer in question.answers for w in _words(answer)}
    shared = [
        (match, shape)
        for position, match in enumerate(_WORD.finditer(question.text))
        if match.group().lower() in context_words - _FUNCTION_WORDS - answer_words
        and pool.get((question.dataset, shape := _shape(match.group(), first=position == 0)))
    ]
    if not shared:
        return None
    # Names and numbers are what retrieval confuses most, so they are changed first when there are any.
    specific = [pair for pair in shared if pair[1] == "name" or pair[1].startswith("digits")]
    match, shape = chooser.choice(specific if specific and chooser.random() < 0.6 else shared)
    others = [
        word
        for word in chooser.choices(pool[question.dataset, shape], k=_CHOICES)
        if word.lower() not in context_words
        and word.lower()[:4] != match.group().lower()[:4]
        and _likeness(match.group(), word) < _SYNONYM
    ]
    return _substituted(question.text, match, max(others, key=lambda word: _likeness(match.group(), word))) if others else None


@cache
def _word_vectors() -> dict[str, npt.NDArray[np.float32]]:
    """Unit vectors of the words that the embedder knows as one token: its input embeddings."""
    folder = model_folder(DEFAULT_EMBEDDER)
    rows = load_file(folder / "model.safetensors")["embeddings.word_embeddings.weight"].astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True).clip(1e-9)
    vocabulary = Tokenizer.from_file(str(folder / "tokenizer.json")).get_vocab()
    return {word: rows[number] for word, number in vocabulary.items()}


def _likeness(one: str, other: str) -> float:
    """Cosine of two words' vectors, 0 where one has none: a word that could stand in the same place is the harder one."""
    vectors = _word_vectors()
    first, second = vectors.get(one.lower()), vectors.get(other.lower())
    return 0.0 if first is None or second is None else float(first @ second)


def _substituted(text: str, match: re.Match[str], new: str) -> str:
    return text[: match.start()] + new + text[match.end() :]


def _replacements(questions: Iterable[Question]) -> dict[tuple[str, str], list[str]]:
    """Words of questions by data set and shape, as often as they occur, so that a replacement is as usual as the word."""
    pool: dict[tuple[str, str], list[str]] = defaultdict(list)
    for question in questions:
        for position, word in enumerate(_words(question.text)):
            if word.lower() not in _FUNCTION_WORDS:
                pool[question.dataset, _shape(word, first=position == 0)].append(word)
    return pool
