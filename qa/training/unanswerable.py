"""Questions that their passage does not answer, made from those that it does.

Two kinds. A *near miss* pairs a question with another context that shares its rare words but not its answer: what the
reader meets whenever retrieval is wrong. A *changed* question keeps its context but has one of the words it shares with
it replaced by a word of the same shape that the context does not hold, in the manner of SQuAD 2.0 (Rajpurkar et al.
2018): "How many troops were sent?" becomes "How many singers were sent?".
"""

from __future__ import annotations

import math
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from qa.training.questions import Question

_WORD = re.compile(r"\w+(?:[-'’]\w+)*")
_FUNCTION_WORDS = frozenset(
    """a about after all also am an and any are as at be because been before being between both but by can could did do
    does doing during each else for from further get had has have he her here hers him his how i if in into is it its
    just kind like made make many me more most much my name no not now of off on once one only or other our out over own
    part re same she should so some such than that the their them then there these they thing things this those through
    time to too type under until up us used very was we were what when where which while who whom whose why will with
    would you your""".split()
)


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
    """`count` questions beside their own context with one shared word replaced by one that the context does not hold."""
    chooser = random.Random(seed)
    pool = _replacements(questions)
    candidates = [q for q in questions if q.answers]
    made: list[Question] = []
    for question in chooser.sample(candidates, min(len(candidates), 3 * count)):
        if len(made) == count:
            break
        context_words = {w.lower() for w in _words(question.context)}
        answer_words = {w.lower() for answer in question.answers for w in _words(answer)}
        matches = list(_WORD.finditer(question.text))
        shared = [
            (match, _shape(match.group(), first=position == 0))
            for position, match in enumerate(matches)
            if match.group().lower() in context_words - _FUNCTION_WORDS - answer_words
        ]
        shared = [(match, shape) for match, shape in shared if pool.get((question.dataset, shape))]
        if not shared:
            continue
        # Names and numbers are what retrieval confuses most, so they are changed first when there are any.
        specific = [pair for pair in shared if pair[1] == "name" or pair[1].startswith("digits")]
        match, shape = chooser.choice(specific if specific and chooser.random() < 0.6 else shared)
        new = chooser.choice(pool[question.dataset, shape])
        if new.lower() in context_words or new.lower()[:4] == match.group().lower()[:4]:
            continue
        text = question.text[: match.start()] + new + question.text[match.end() :]
        made.append(replace(question, text=text, start=None, end=None, answers=(), id=f"{question.id}~changed"))
    return made


def _replacements(questions: Iterable[Question]) -> dict[tuple[str, str], list[str]]:
    """Words of questions by data set and shape, as often as they occur, so that a replacement is as usual as the word."""
    pool: dict[tuple[str, str], list[str]] = defaultdict(list)
    for question in questions:
        for position, word in enumerate(_words(question.text)):
            if word.lower() not in _FUNCTION_WORDS:
                pool[question.dataset, _shape(word, first=position == 0)].append(word)
    return pool
