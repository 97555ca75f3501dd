"""Replies and articles as HTML, every word that is not ours escaped.

Questions, articles and file names come from anywhere, so nothing here goes through Markdown, nothing is searched for,
and every foreign text passes `escape`. Marks are placed by offsets alone.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from index.articles import Article
from qa.reply import Claim, Place, Reply, RetrievedPassage

# The lowest confidence (0 to 1) that each word stands for.
CONFIDENCE_WORDS = ((0.8, "high"), (0.5, "fair"), (0.0, "low"))
# How much of an article is shown on each side of the place, in code points: a browser chokes on a book in one line.
SHOWN_AROUND = 200_000

_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Failure:
    """A question that brought no reply, and the one sentence that says why."""

    question: str
    message: str


def escape(text: str) -> str:
    """`text` as HTML that a browser shows as exactly `text`, fit for an element or a quoted attribute.

    HTML has no NUL and UTF-8 no lone surrogate, so U+FFFD stands for both; a bare CR would be read as LF.
    """
    text = _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text.replace("\0", "\N{REPLACEMENT CHARACTER}"))
    return html.escape(text, quote=True).replace("\r", "&#13;")


def marked(text: str, spans: Iterable[tuple[int, int]], offset: int = 0) -> str:
    """`text` escaped, with `spans` in <mark>; `offset` is where `text` begins in the article that the spans count in.

    Spans that overlap share one mark, so that marks never nest. A span that is not wholly in `text` is left out.
    """
    parts: list[str] = []
    done = 0
    inside = [(start - offset, end - offset) for start, end in spans if offset <= start < end <= offset + len(text)]
    for start, end in _merged(inside):
        parts += [escape(text[done:start]), "<mark>", escape(text[start:end]), "</mark>"]
        done = end
    return "".join([*parts, escape(text[done:])])


def _merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans in order, those that overlap made one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def confidence_words(confidence: float) -> str:
    """Confidence as a word and a per cent, rounded down: nearly sure is not sure."""
    word = next(word for least, word in CONFIDENCE_WORDS if confidence >= least)
    return f"{word} confidence, {int(confidence * 100)} %"


def file_name(source: str) -> str:
    """The last part of a path or URL, by which a person knows the article."""
    path = unquote(urlsplit(source).path) if re.match(r"https?://", source) else source
    return re.split(r"[/\\]", path.rstrip("/\\"))[-1] or source


def open_button(label: str, article: str, start: int, end: int) -> str:
    """A button that opens `article` (its source) at start..end.

    `page.js` sends its data to the server, which looks the article up in the index and nowhere else.
    """
    return (
        f'<button type="button" class="open" dir="auto" title="Open the article at this place"'
        f' data-article="{escape(article)}" data-start="{start}" data-end="{end}">{escape(label)}</button>'
    )


def _cited(title: str, article: str, start: int, end: int) -> str:
    """Where it stands: the title, which opens the article there, and the name of the file."""
    name = f'<span class="file" dir="auto" title="{escape(article)}">{escape(file_name(article))}</span>'
    return f"<cite>{open_button(title or file_name(article), article, start, end)}</cite>{name}"


def claim_html(claim: Claim, *, large: bool = False, sentence_only: bool = False) -> str:
    """A claim: its words, the sentence with the words marked, who says it, where, and how sure Quoth is."""
    words = "" if sentence_only else f'<p class="words" dir="auto">{escape(claim.text)}</p>'
    said_by = f'<span>said by <b dir="auto">{escape(claim.said_by.text)}</b></span>' if claim.said_by else ""
    return (
        f'<div class="claim{" large" if large else ""}">{words}'
        f'<blockquote dir="auto">{marked(claim.quote, [(claim.start, claim.end)], claim.quote_start)}</blockquote>'
        f'<p class="facts">{said_by}<span class="confidence">{confidence_words(claim.confidence)}</span>'
        f"{_cited(claim.title, claim.article, claim.start, claim.end)}</p>{_support_html(claim)}</div>"
    )


def _support_html(claim: Claim) -> str:
    """The other places that say the same, those of the claim's own article by number; its own place is the first."""
    here = 1
    buttons = []
    for place in claim.support:
        if place == Place(claim.article, claim.start, claim.end):
            continue
        here += place.article == claim.article
        label = f"place {here}" if place.article == claim.article else file_name(place.article)
        buttons.append(open_button(label, place.article, place.start, place.end))
    return f'<p class="facts"><span>also said in</span>{"".join(buttons)}</p>' if buttons else ""


def _alternatives_html(reply: Reply) -> str:
    if not reply.alternatives:
        return ""
    note = '<p class="conflict">The articles give different answers.</p>' if reply.conflict else ""
    claims = "".join(f"<li>{claim_html(claim)}</li>" for claim in reply.alternatives)
    return f'<section class="others"><h3>Other answers in the articles</h3>{note}<ul>{claims}</ul></section>'


def passage_html(passage: RetrievedPassage, claims: Sequence[Claim]) -> str:
    """A passage with its scores, the words of those claims marked that it holds."""
    spans = [
        (place.start, place.end)
        for claim in claims
        for place in (Place(claim.article, claim.start, claim.end), *claim.support)
        if place.article == passage.article
    ]
    return (
        f'<li class="passage"><p class="text" dir="auto">{marked(passage.text, spans, passage.start)}</p>'
        f'<p class="facts">{_cited(passage.title, passage.article, passage.start, passage.end)}'
        f'<span title="How near it is in meaning, -1 to 1">meaning {passage.dense_score:.2f}</span>'
        f'<span title="BM25: how many of the rarer words it shares">words {passage.lexical_score:.1f}</span></p></li>'
    )


def _passages_html(reply: Reply, summary: str) -> str:
    if not reply.passages:
        return ""
    claims = [*([reply.answer] if reply.answer else []), *reply.alternatives]
    passages = "".join(passage_html(passage, claims) for passage in reply.passages)
    return f'<details class="passages"><summary>{summary}</summary><ol>{passages}</ol></details>'


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _no_answer_html(reply: Reply) -> str:
    """Two ways of not telling: nothing bears on the question, or something does and does not answer it."""
    why = (
        "None of the passages nearest to the question answers it."
        if reply.passages
        else "Nothing in them bears on this question."
    )
    passages = _passages_html(reply, f"{_count(len(reply.passages), 'passage')}: related, not an answer")
    return f'<p class="verdict">The articles do not say.</p><p class="why">{why}</p>{passages}'


def reply_html(reply: Reply) -> str:
    """The answer, whatever it is, without the question."""
    if reply.answer is None:
        return f'<div class="answer no_answer">{_no_answer_html(reply)}</div>'
    # A sentence that says that a thing is not disclosed is the answer as a whole; its words by themselves are none.
    hidden = reply.status == "not_disclosed"
    verdict = '<p class="verdict">The articles say this is not disclosed.</p>' if hidden else ""
    read = f"{_count(len(reply.passages), 'passage')} read in {reply.timings_ms.get('total', 0) / 1000:.2f} s"
    return (
        f'<div class="answer {reply.status}">{verdict}{claim_html(reply.answer, large=True, sentence_only=hidden)}'
        f"{_alternatives_html(reply)}{_passages_html(reply, read)}</div>"
    )


def turn_html(turn: Reply | Failure) -> str:
    """One question and what came of it."""
    if isinstance(turn, Failure):
        return _turn(turn.question, f'<div class="answer failure"><p role="alert">{escape(turn.message)}</p></div>')
    resolved = (
        f'<p class="resolved">read as: <span dir="auto">{escape(turn.resolved_question)}</span></p>'
        if _plain(turn.resolved_question) != _plain(turn.question)
        else ""
    )
    return _turn(turn.question, resolved + reply_html(turn))


def _plain(question: str) -> str:
    """The question without what nobody sees: the form of its letters and how much space is where."""
    return " ".join(unicodedata.normalize("NFC", question).split())


def _turn(question: str, rest: str) -> str:
    return f'<section class="turn"><h2 class="question" dir="auto">{escape(question)}</h2>{rest}</section>'


def conversation_html(turns: Sequence[Reply | Failure], pending: str | None = None, *, examples: Sequence[str]) -> str:
    """The whole conversation; `pending` is a question being read, `examples` are offered where nothing was asked yet."""
    parts = [turn_html(turn) for turn in turns]
    if pending is not None:
        parts.append(_turn(pending, '<p class="pending">Reading the articles</p>'))
    # A log speaks each addition to a screen reader, and only the addition.
    body = "".join(parts) or examples_html(examples)
    return f'<div class="conversation" role="log" aria-label="Conversation">{body}</div>'


def examples_html(examples: Sequence[str]) -> str:
    """Questions to begin with, each a button that asks it."""
    if not examples:
        return ""
    buttons = "".join(
        f'<li><button type="button" class="example" dir="auto" data-ask="{escape(question)}">{escape(question)}</button></li>'
        for question in examples
    )
    return f'<div class="examples"><p>For example:</p><ul>{buttons}</ul></div>'


def source_html(article: Article | None, start: int, end: int) -> str:
    """The article with start..end marked, for the panel beside the chat; None for one that is not in the index."""
    if article is None:
        return _panel("No such article", "", "<p>It is not in the index (any more).</p>")
    facts = [file_name(article.source), article.author, article.published]
    first, last = max(0, start - SHOWN_AROUND), min(len(article.text), end + SHOWN_AROUND)
    before = f'<p class="cut">{first:,} characters before this are not shown.</p>' if first else ""
    after = f'<p class="cut">{len(article.text) - last:,} characters after this are not shown.</p>'
    text = f'<div class="text" dir="auto">{marked(article.text[first:last], [(start, end)], first)}</div>'
    return _panel(
        article.title,
        " · ".join(escape(fact) for fact in facts if fact),
        before + text + (after if last < len(article.text) else ""),
    )


def _panel(title: str, facts: str, body: str) -> str:
    """`facts` and `body` are HTML already; `title` is not. The heading takes the focus when the panel opens."""
    return (
        f'<section class="source" aria-label="Source"><header><h2 tabindex="-1" dir="auto">{escape(title)}</h2>'
        f'<button type="button" class="close">Close</button><p class="facts" dir="auto">{facts}</p></header>'
        f"{body}</section>"
    )
