"""How good a reader's best spans are in the right passage, and how well their margins tell what has an answer."""

from __future__ import annotations

from collections.abc import Sequence

from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]

from index.passages import Passage
from qa.evaluation.metrics import exact_match, f1, mean
from qa.questions import Question
from qa.reader import Reader


def best_spans(reader: Reader, questions: Sequence[Question]) -> list[tuple[str, float]]:
    """Each question's best span in its own context and its margin."""
    passages = [Passage(question.id, 0, len(question.context), question.context) for question in questions]
    read = reader.read([question.text for question in questions], passages)
    return [(spans[0].text, spans[0].margin) if spans else ("", 0.0) for spans in read]


def quality(questions: Sequence[Question], spans: Sequence[tuple[str, float]]) -> dict[str, float]:
    """Exact match and F1 of the answerable questions' best spans, in per cent, and the area under the curve that tells these
    questions from the others by the margin (1 where there are no others)."""
    answered = [(text, q.answers) for q, (text, _) in zip(questions, spans, strict=True) if q.answers]
    has_answer = [bool(question.answers) for question in questions]
    area = roc_auc_score(has_answer, [margin for _, margin in spans]) if len(set(has_answer)) == 2 else 1.0
    return {
        "em": round(100 * mean([exact_match(text, answers) for text, answers in answered]), 1),
        "f1": round(100 * mean([f1(text, answers) for text, answers in answered]), 1),
        "area": round(float(area), 3),
    }
