"""How good a reader's spans are in the right passage, and how well their margins tell what has an answer."""

from __future__ import annotations

from collections.abc import Sequence

from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]

from index.passages import Passage
from qa.evaluation.metrics import exact_match, f1, mean
from qa.questions import Question
from qa.reader import Reader, Span


def spans_in_contexts(reader: Reader, questions: Sequence[Question]) -> list[list[Span]]:
    """Each question's spans in its own context, best first."""
    passages = [Passage(question.id, 0, len(question.context), question.context) for question in questions]
    return reader.read([question.text for question in questions], passages)


def quality(questions: Sequence[Question], spans: Sequence[Sequence[Span]]) -> dict[str, float]:
    """Exact match and F1 of the answerable questions' best spans, in per cent, and the area under the curve that tells these
    questions from the others by the margin (1 where there are no others).

    Where contexts hold other answers too, also the share of these, in per cent, that some span holds a part of which is more
    likely than no answer.
    """
    best = [(found[0].text, found[0].margin) if found else ("", 0.0) for found in spans]
    answered = [(text, q.answers) for q, (text, _) in zip(questions, best, strict=True) if q.answers]
    has_answer = [bool(question.answers) for question in questions]
    area = roc_auc_score(has_answer, [margin for _, margin in best]) if len(set(has_answer)) == 2 else 1.0
    figures = {
        "em": round(100 * mean([exact_match(text, answers) for text, answers in answered]), 1),
        "f1": round(100 * mean([f1(text, answers) for text, answers in answered]), 1),
        "area": round(float(area), 3),
    }
    others = [
        any(span.margin > 0 and span.start < end and start < span.end for span in found)
        for question, found in zip(questions, spans, strict=True)
        for start, end in question.others
    ]
    return figures | ({"others": round(100 * mean(others), 1)} if others else {})
