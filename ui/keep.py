"""Answers to keep: with their citation as plain text and Markdown, as a link, and the whole conversation as a file."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from index.search import Filters
from qa.reply import Claim, Reply

if TYPE_CHECKING:
    from ui.conversation import Exchange

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&$^=:@\"'/])")


def citation(claim: Claim) -> str:
    """Who says it, in which article, of which date, and where in it, by its page too if it has any."""
    said_by = claim.said_by.text if claim.said_by else ""
    page = f"page {claim.page}, " if claim.page else ""
    where = f"{claim.article}, {page}characters {claim.start} to {claim.end}"
    return ", ".join(_one_line(part) for part in (said_by, claim.title, (claim.published or "")[:10], where) if part)


def citation_text(reply: Reply) -> str:
    """The answer with its sentence and citation; "" where there is none."""
    if reply.answer is None:
        return ""
    words = "" if reply.status == "not_disclosed" else f"{_one_line(reply.answer.text)}\n"
    return f"{words}“{_one_line(reply.answer.quote)}”\n— {citation(reply.answer)}"


def citation_markdown(reply: Reply) -> str:
    """The same as Markdown: the sentence as a quote, its words bold; "" where there is none."""
    return _claim_markdown(reply.answer) if reply.answer else ""


def _claim_markdown(claim: Claim) -> str:
    first, last = claim.start - claim.quote_start, claim.end - claim.quote_start
    parts = [markdown(part) for part in (claim.quote[:first], claim.quote[first:last], claim.quote[last:])]
    return f"> {parts[0]}**{parts[1]}**{parts[2]}\n>\n> — {markdown(citation(claim))}"


def markdown(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    return _MARKDOWN.sub(r"\\\1", _one_line(text))


def _one_line(text: str) -> str:
    return re.sub(r"\s", " ", text)


def question_link(question: str, filters: Filters) -> str:
    """The query of the address that asks this again, "?q=..."."""
    given = {"q": question, "source": filters.source, "from": filters.published_from, "to": filters.published_to}
    return "?" + urlencode({name: value for name, value in given.items() if value}, errors="replace")


def conversation_markdown(exchanges: Sequence[Exchange]) -> str:
    """All questions with all claims, to read."""
    return "\n\n".join(["# A conversation with Quoth", *(_exchange_markdown(exchange) for exchange in exchanges)]) + "\n"


def _exchange_markdown(exchange: Exchange) -> str:
    outcome = exchange.outcome
    parts = [f"## {markdown(exchange.question)}"]
    if not isinstance(outcome, Reply):
        return "\n\n".join([*parts, markdown(outcome.message)])
    if outcome.resolved_question != exchange.question:
        parts.append(f"Read as: {markdown(outcome.resolved_question)}")
    if outcome.answer is None:
        parts.append(f"The articles do not say. {markdown(outcome.reason)}")
    elif outcome.status == "not_disclosed":
        parts += ["The articles say that this is not disclosed:", _claim_markdown(outcome.answer)]
    else:
        parts += [f"**{markdown(outcome.answer.text)}**", _claim_markdown(outcome.answer)]
    for claim in outcome.alternatives:
        parts += [f"Or: **{markdown(claim.text)}**", _claim_markdown(claim)]
    if outcome.not_disclosed is not None:
        parts += ["But an article says that this is not disclosed:", _claim_markdown(outcome.not_disclosed)]
    return "\n\n".join(parts)


def conversation_json(exchanges: Sequence[Exchange]) -> str:
    """All questions with their whole replies, all offsets among them."""
    rows = [
        {"question": exchange.question, "filters": asdict(exchange.filters)}
        | (
            {"reply": exchange.outcome.to_dict()}
            if isinstance(exchange.outcome, Reply)
            else {"error": exchange.outcome.message}
        )
        for exchange in exchanges
    ]
    return json.dumps(rows, ensure_ascii=False, indent=1)
