"""Example articles, claims and replies, and hostile text, for the tests of the page."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from index.articles import Article
from qa.reply import Claim, Place, Reply, RetrievedPassage, Words

TEXT = "Talks began in May. Officials said that between 10 and 12 people came. Nobody said who paid."
HOSTILE = [
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "\"'><b onmouseover='alert(1)'>",
    "<!-- --><!DOCTYPE html><?php ?>&lt;&amp;&#60;&",
    "**bold** [link](javascript:alert(1)) `code` $x$ ${alert(1)} {{value}} @children",
    "\r\n\t\N{RIGHT-TO-LEFT OVERRIDE}é\N{COMBINING ACUTE ACCENT}\N{FAMILY}",
]
# Any text without NUL, which HTML cannot hold, and with what breaks out of HTML more often than chance would bring it.
foreign = st.one_of(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    st.lists(st.sampled_from([*HOSTILE, "<", ">", '"', "'", "&", "a"])).map("".join),
)
words = foreign.filter(bool)


def article(text: str = TEXT, source: str = "/news/talks.txt", title: str = "Talks") -> Article:
    return Article("0" * 16, source, title, text, "2025-05-01", None, "en", "0" * 64)


def claim(text: str, *, of: Article | None = None, said_by: str | None = None, **given: Any) -> Claim:
    """The claim that `text` makes in the article, the whole article being its sentence; `given` are other fields."""
    of = of or article()
    start = of.text.index(text)
    place = Place(of.source, start, start + len(text))
    fields: dict[str, Any] = {
        "text": text,
        "confidence": 0.9,
        "article": of.source,
        "title": of.title,
        "start": start,
        "end": place.end,
        "quote": of.text,
        "quote_start": 0,
        "quote_end": len(of.text),
        "said_by": None if said_by is None else found(said_by, of),
        "published": of.published,
        "page": None,
        "when": None,
        "stance": None,
        "support": (place,),
        "sources": 1,
    }
    return Claim(**fields | given)


def found(text: str, of: Article) -> Words:
    start = of.text.index(text)
    return Words(text, start, start + len(text))


def passage(start: int, end: int, *, of: Article | None = None) -> RetrievedPassage:
    of = of or article()
    return RetrievedPassage(of.source, of.title, start, end, of.text[start:end], 0.5, 3.25, rank=1)


def reply(answer: Claim | None, *, question: str = "How many came?", **given: Any) -> Reply:
    """A reply with one passage, the whole article; `given` are other fields."""
    fields: dict[str, Any] = {
        "question": question,
        "resolved_question": question,
        "status": "no_answer" if answer is None else "answered",
        "reason": "The articles come near this, but none says how many." if answer is None else "",
        "confidence": 0.9,
        "answer": answer,
        "alternatives": (),
        "conflict": False,
        "not_disclosed": None,
        "related": True,
        "passages": (passage(0, len(TEXT)),),
        "timings_ms": {"total": 120.0},
    }
    return Reply(**fields | given)
