"""Why there is no answer, in one plain sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.search import Hit
from qa.names import names_and_years
from qa.words import stems, telling_stems

# A passage whose inner product with the question is below this, and that shares neither a name nor this part of the telling
# words with it, is about something else.
NEAR = 0.3
_SHARED = 0.5

_COUNTED = re.compile(
    r"\bhow (?:many|much)\b((?: (?!(?:did|do|does|was|were|is|are|has|have|had|can|will|would)\b)[\w’'-]+){0,3})", re.I
)
_ASKED = re.compile(r"\b(who|whom|whose|when|where|why|how (?:long|old|far|often|big|large|tall|fast|much|many))\b", re.I)


def bears_on(question: str, hits: Sequence[Hit], missing: Sequence[str]) -> bool:
    """Whether any passage found is about what the question is about: near in meaning, or holding its names or words."""
    if any(hit.dense_score >= NEAR for hit in hits) or len(missing) < len(names_and_years(question)):
        return True
    wanted = telling_stems(question)
    return bool(wanted) and any(len(wanted & stems(hit.passage.text)) >= _SHARED * len(wanted) for hit in hits)


def reason(question: str, hits: Sequence[Hit], missing: Sequence[str]) -> str:
    """Why the question has no answer. missing: those of its names and years that no passage mentions."""
    if not hits:
        return "There is no article to ask."
    mentioned = [name for name in names_and_years(question) if name not in missing]
    if missing:
        mention = f"The articles mention {_list(mentioned)}, but none of them" if mentioned else "None of the articles"
        return f"{mention} mentions {_list(missing, 'or')}."
    if not bears_on(question, hits, missing):
        return "Nothing in the articles bears on this question."
    subject = f"The articles mention {_list(mentioned)}" if mentioned else "The articles come near this"
    return f"{subject}, but none {_what_is_missing(question)}."


def _what_is_missing(question: str) -> str:
    counted = _COUNTED.search(question)
    if counted is not None:
        much = "how much" if "much" in counted[0].lower() else "how many"
        return f"says {much}{counted[1]}"
    asked = _ASKED.search(question)
    return f"says {asked[1].lower()}" if asked else "answers the question"


def _list(names: Sequence[str], last: str = "and") -> str:
    return f" {last} ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
