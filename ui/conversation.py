"""The conversation as HTML: what was asked, of which articles, and what came of it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import uuid4

from index.search import Filters
from qa.reply import Reply, RetrievedPassage, Turn
from ui.answer import claims_of, passages_html, reply_html
from ui.keep import citation_markdown, citation_text, question_link
from ui.render import counted, escape

# How many questions are offered at a time.
SUGGESTED = 4


@dataclass(frozen=True)
class Failure:
    """The one sentence that says why a question brought no reply."""

    message: str


@dataclass(frozen=True)
class Exchange:
    """A question as it was typed, the articles it was asked of, and what came of it. id: by which a vote names it."""

    question: str
    outcome: Reply | Failure
    filters: Filters = field(default_factory=Filters)
    id: str = field(default_factory=lambda: uuid4().hex)


@dataclass(frozen=True)
class Pending:
    """A question being read: how far it is, and the passages once they are found."""

    question: str
    doing: str
    resolved_question: str = ""
    passages: Sequence[RetrievedPassage] = ()


def history_of(exchanges: Sequence[Exchange]) -> list[Turn]:
    """The conversation as `Assistant.ask` takes it: each question as it was read."""
    replies = [exchange.outcome for exchange in exchanges if isinstance(exchange.outcome, Reply)]
    return [Turn(reply.resolved_question, reply.answer.text if reply.answer else "") for reply in replies]


def quotes_of(exchanges: Sequence[Exchange], at: int, source: str) -> list[tuple[int, str]]:
    """What the reply at this place of the conversation shows of an article: offsets in it and the words from there on.

    The claims' sentences too, since "Who said that?" finds other passages than the answer whose speaker it asks for.
    """
    outcome = exchanges[at].outcome if 0 <= at < len(exchanges) else None
    if not isinstance(outcome, Reply):
        return []
    found = [(passage.start, passage.text) for passage in outcome.passages if passage.article == source]
    return found + [(claim.quote_start, claim.quote) for claim in claims_of(outcome) if claim.article == source]


def exchange_html(exchange: Exchange, at: int) -> str:
    """One question and what came of it; `at` is its place in the conversation."""
    if isinstance(exchange.outcome, Failure):
        failed = f'<div class="answer failure"><p role="alert">{escape(exchange.outcome.message)}</p></div>'
        return _turn(exchange.question, _narrowed_html(exchange.filters) + failed)
    reply = exchange.outcome
    read_as = _resolved_html(exchange.question, reply.resolved_question)
    return _turn(
        exchange.question, read_as + _narrowed_html(exchange.filters) + reply_html(reply) + _tools_html(exchange, reply, at)
    )


def _resolved_html(question: str, resolved: str) -> str:
    if not resolved or _plain(resolved) == _plain(question):
        return ""
    return (
        f'<p class="resolved">read as: <span dir="auto">{escape(resolved)}</span> '
        f'<button type="button" class="quiet" data-edit="{escape(resolved)}">Edit and ask again</button></p>'
    )


def _narrowed_html(filters: Filters) -> str:
    parts = [
        f"of {escape(filters.source)}" if filters.source else "",
        f"from {escape(filters.published_from)}" if filters.published_from else "",
        f"to {escape(filters.published_to)}" if filters.published_to else "",
    ]
    said = " ".join(filter(None, parts))
    return f'<p class="narrowed" dir="auto">asked only {said}</p>' if said else ""


def _plain(question: str) -> str:
    """The question without what nobody sees: the form of its letters and how much space is where."""
    return " ".join(unicodedata.normalize("NFC", question).split())


def _turn(question: str, rest: str) -> str:
    return f'<section class="turn"><h2 class="question" dir="auto">{escape(question)}</h2>{rest}</section>'


def _tools_html(exchange: Exchange, reply: Reply, at: int) -> str:
    """What one can do with an answer: keep it, and say whether it is right."""
    link = escape(question_link(reply.resolved_question, exchange.filters))
    copies = [("Copy", citation_text(reply)), ("Copy as Markdown", citation_markdown(reply))] if reply.answer else []
    buttons = "".join(
        f'<button type="button" class="quiet" data-copy="{escape(text)}">{label}</button>' for label, text in copies
    )
    asked = "Is this right?" if reply.answer else "Is it right that they do not say?"
    hint = "What is right, in the articles' words (optional)"
    return (
        f'<div class="tools">{buttons}<button type="button" class="quiet" data-link="{link}">Copy link</button>'
        f'<span class="votes" role="group" aria-label="{asked}"><span>{asked}</span>'
        f'<button type="button" class="quiet" data-vote="up" data-turn="{at}" aria-pressed="false">Yes</button>'
        f'<button type="button" class="quiet" data-vote="down" data-turn="{at}" aria-pressed="false">No</button></span>'
        f'<form class="note" data-turn="{at}" hidden><label>{hint} '
        '<input name="note" maxlength="2000" autocomplete="off"></label>'
        f'<button type="submit" class="quiet">Send note</button></form></div>'
    )


def pending_html(pending: Pending) -> str:
    """The question being read, with what is happening and the passages as soon as there are any."""
    found = passages_html(pending.passages, f"{counted(len(pending.passages), 'passage')} found", unfolded=True)
    return _turn(
        pending.question,
        _resolved_html(pending.question, pending.resolved_question)
        + f'<p class="pending" role="status"><span class="doing">{escape(pending.doing)}</span>'
        f'<button type="button" class="quiet stop">Stop</button></p>{found}',
    )


def conversation_html(exchanges: Sequence[Exchange], pending: Pending | None = None) -> str:
    """The whole conversation, with the question being read at its end."""
    parts = [exchange_html(exchange, at) for at, exchange in enumerate(exchanges)]
    if pending is not None:
        parts.append(pending_html(pending))
    # A log speaks each addition to a screen reader, and only the addition.
    return f'<div class="conversation" role="log" aria-label="Conversation">{"".join(parts)}</div>'


def suggestions_html(suggested: Sequence[str], exchanges: Sequence[Exchange]) -> str:
    """Questions to ask next that were not asked yet, each a button that asks it."""
    asked = {_plain(exchange.question) for exchange in exchanges}
    buttons = "".join(
        f'<li><button type="button" class="example" dir="auto" data-ask="{escape(question)}">{escape(question)}</button></li>'
        for question in [question for question in suggested if _plain(question) not in asked][:SUGGESTED]
    )
    heading = "You could ask next:" if exchanges else "For example:"
    return f'<div class="examples"><p>{heading}</p><ul>{buttons}</ul></div>' if buttons else ""
