"""A reply as HTML: the claims with their sentences, why there is none, and the passages that were found."""

from __future__ import annotations

from collections.abc import Sequence

from qa.reply import Claim, Place, Reply, RetrievedPassage
from ui.render import cited, confidence_words, counted, escape, file_name, marked, open_button

# What the sentence does with the words, where it does not simply hold them to be so.
STANCES = {
    "denied": "denied in this sentence",
    "negated": "this sentence says it is not so",
    "conditional": "only on a condition, in this sentence",
}
# How many related passages are shown at once where there is no answer.
RELATED_SHOWN = 3


def claims_of(reply: Reply) -> list[Claim]:
    """All claims of a reply in the order of their numbers, from 1."""
    beside = [reply.not_disclosed] if reply.not_disclosed else []
    return [*([reply.answer] if reply.answer else []), *reply.alternatives, *beside]


def places_of(claims: Sequence[Claim]) -> list[Place]:
    """Where the claims' words stand, each claim's own place before those that say the same."""
    return [place for claim in claims for place in (_own_place(claim), *claim.support)]


def _own_place(claim: Claim) -> Place:
    return Place(claim.article, claim.start, claim.end)


def claim_html(claim: Claim, number: int, claimed: Sequence[Place], *, large: bool = False, sentence_only: bool = False) -> str:
    """A claim: its number and words, the sentence with the words marked, who says it and when, where, and how sure Quoth is.

    claimed: the places of all claims of the reply, which are marked too where the article is opened. sentence_only: the claim
    is a sentence that says that the thing is not disclosed. It has no words of its own, and what the page says of a confidence
    is true of answers only.
    """
    opener = open_button(str(number), _own_place(claim), claimed, number=number)
    words = "" if sentence_only else f'<p class="words" dir="auto">{escape(claim.text)}</p>'
    sure = "" if sentence_only else _confidence_html(claim.confidence)
    stance = f'<p class="stance">{STANCES[claim.stance]}</p>' if claim.stance else ""
    said_by = f'<span>said by <b dir="auto">{escape(claim.said_by.text)}</b></span>' if claim.said_by else ""
    when = f'<span>when: <b dir="auto">{escape(claim.when.text)}</b></span>' if claim.when else ""
    published = f"<span>published <b>{escape(claim.published[:10])}</b></span>" if claim.published else ""
    page = f"<span>page <b>{claim.page}</b></span>" if claim.page else ""
    return (
        f'<div class="claim{" large" if large else ""}"><div class="head">{opener}{words}</div>{stance}'
        f'<blockquote dir="auto">{marked(claim.quote, [(claim.start, claim.end)], claim.quote_start)}</blockquote>'
        f'<p class="facts">{said_by}{when}{sure}</p>'
        f'<p class="facts">{cited(claim.title, _own_place(claim), claimed)}{page}{published}{_sources_html(claim)}</p>'
        f"{_support_html(claim, claimed)}</div>"
    )


def _confidence_html(confidence: float) -> str:
    per_cent = int(confidence * 100)
    meaning = f"Of 100 answers that Quoth is as sure of as this one, about {per_cent} are right, measured on test questions."
    return f'<span class="confidence" title="{meaning}">{confidence_words(confidence)}</span>'


def _sources_html(claim: Claim) -> str:
    if claim.sources < 2:
        return ""
    meaning = "Articles that say the same; copies of one article count once"
    return f'<span class="sources" title="{meaning}">in {claim.sources} independent articles</span>'


def _support_html(claim: Claim, claimed: Sequence[Place]) -> str:
    """The other places that say the same, those of the claim's own article by number; its own place is the first."""
    here = 1
    buttons = []
    for place in claim.support:
        if place == _own_place(claim):
            continue
        here += place.article == claim.article
        label = f"place {here}" if place.article == claim.article else file_name(place.article)
        buttons.append(open_button(label, place, claimed))
    return f'<p class="facts"><span>also said in</span>{"".join(buttons)}</p>' if buttons else ""


def _alternatives_html(reply: Reply, claimed: Sequence[Place]) -> str:
    if not reply.alternatives:
        return ""
    note = '<p class="conflict">The articles give different answers.</p>' if reply.conflict else ""
    items = "".join(f"<li>{claim_html(claim, n, claimed)}</li>" for n, claim in enumerate(reply.alternatives, start=2))
    return f'<section class="others"><h3>Other answers in the articles</h3>{note}<ol>{items}</ol></section>'


def _not_disclosed_html(reply: Reply, claimed: Sequence[Place]) -> str:
    """The sentence beside an answer that says that the thing is not known."""
    if reply.not_disclosed is None:
        return ""
    sentence = claim_html(reply.not_disclosed, 2 + len(reply.alternatives), claimed, sentence_only=True)
    return f'<section class="others undisclosed"><h3>But an article says that this is not disclosed</h3>{sentence}</section>'


def passage_html(passage: RetrievedPassage, claimed: Sequence[Place]) -> str:
    """A passage that was found, with the claims' words in it marked."""
    spans = [(place.start, place.end) for place in claimed if place.article == passage.article]
    place = Place(passage.article, passage.start, passage.end)
    return (
        f'<li class="passage"><p class="text" dir="auto">{marked(passage.text, spans, passage.start)}</p>'
        f'<p class="facts">{cited(passage.title, place, claimed)}'
        f'<span title="How near it is in meaning, -1 to 1">meaning {passage.dense_score:.2f}</span>'
        f'<span title="BM25: how many of the rarer words it shares">words {passage.lexical_score:.1f}</span></p></li>'
    )


def passages_html(
    passages: Sequence[RetrievedPassage], summary: str, claimed: Sequence[Place] = (), *, unfolded: bool = False
) -> str:
    """The passages under a line that folds them."""
    if not passages:
        return ""
    items = "".join(passage_html(passage, claimed) for passage in passages)
    return f'<details class="passages"{" open" if unfolded else ""}><summary>{summary}</summary><ol>{items}</ol></details>'


def _no_answer_html(reply: Reply) -> str:
    """Two ways of not telling: nothing bears on the question, or something does and does not answer it."""
    # It is 1 where no answer was weighed, as for a name that no passage mentions: that is a rule, and nobody measured it.
    per_cent = int(reply.confidence * 100)
    sure = f'<p class="sure">{per_cent} % sure that they do not</p>' if reply.confidence < 1 else ""
    said = f'<p class="verdict">The articles do not say.</p><p class="why">{escape(reply.reason)}</p>{sure}'
    if not reply.related:
        return said + passages_html(
            reply.passages, f"The {counted(len(reply.passages), 'passage')} looked at, all of something else"
        )
    first, rest = reply.passages[:RELATED_SHOWN], reply.passages[RELATED_SHOWN:]
    return (
        said
        + passages_html(first, f"Related, but not an answer: {counted(len(first), 'passage')}", unfolded=True)
        + passages_html(rest, f"{counted(len(rest), 'more passage')}")
    )


def reply_html(reply: Reply) -> str:
    """The answer, whatever it is, without the question."""
    if reply.answer is None:
        return f'<div class="answer no_answer">{_no_answer_html(reply)}</div>'
    # A sentence that says that a thing is not disclosed is the answer as a whole; its words by themselves are none.
    hidden = reply.status == "not_disclosed"
    verdict = '<p class="verdict">The articles say that this is not disclosed.</p>' if hidden else ""
    claimed = places_of(claims_of(reply))
    found = f"{counted(len(reply.passages), 'passage')} found, {reply.timings_ms.get('total', 0) / 1000:.2f} s in all"
    return (
        f'<div class="answer {reply.status}">{verdict}'
        f"{claim_html(reply.answer, 1, claimed, large=True, sentence_only=hidden)}"
        f"{_alternatives_html(reply, claimed)}{_not_disclosed_html(reply, claimed)}"
        f"{passages_html(reply.passages, found, claimed)}</div>"
    )
