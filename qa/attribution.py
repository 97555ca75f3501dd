"""Who makes a claim, when it places it, and whether its sentence denies it: what a careful reader would ask of a quote."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace

from index.articles import Article
from index.sentences import sentence_around, split_sentences
from qa.reply import Claim, Place, Words
from qa.speakers import speaker
from qa.stance import stance
from qa.time_words import time_words


def attributed(claim: Claim, article: Article) -> Claim:
    """The claim with its speaker, its time, its page and its stance, read from the article that it stands in."""
    quote = article.text[claim.quote_start : claim.quote_end]
    start, end = claim.start - claim.quote_start, claim.end - claim.quote_start
    return replace(
        claim,
        published=article.published,
        page=bisect_right(article.pages, claim.start) or None,
        said_by=_words(article.text, speaker(article.text, claim.start, claim.end), 0),
        when=_words(article.text, time_words(quote, start, end), claim.quote_start),
        stance=stance(quote, start, end),
    )


def speaker_claim(claim: Claim, article: Article) -> Claim:
    """Who says the claim, as a claim of its own with its own sentence: the answer to "Who said that?".

    Raises ValueError for a claim without a speaker.
    """
    if claim.said_by is None:
        raise ValueError("The claim has no speaker.")
    start, end = claim.said_by.start, claim.said_by.end
    # A sentence stands within its line, and an article may be long.
    first = article.text.rfind("\n", 0, start) + 1
    last = article.text.find("\n", end)
    line = article.text[first : last if last >= 0 else None]
    quote_start, quote_end = sentence_around(split_sentences(line), start - first, end - first)
    return replace(
        claim,
        text=claim.said_by.text,
        start=start,
        end=end,
        page=bisect_right(article.pages, start) or None,
        quote=line[quote_start:quote_end],
        quote_start=first + quote_start,
        quote_end=first + quote_end,
        said_by=None,
        when=None,
        stance=None,
        support=(Place(claim.article, start, end),),
        sources=1,
    )


def reported_part(claim: Claim) -> str:
    """What the claim's sentence says that its speaker said, as far as it follows "that"; else the whole sentence."""
    start = claim.start - claim.quote_start
    _, that, rest = claim.quote[:start].rpartition(" that ")
    return (rest + claim.quote[start:] if that else claim.quote).strip(' .“”"')


def _words(text: str, found: tuple[int, int] | None, offset: int) -> Words | None:
    if found is None:
        return None
    start, end = found[0] + offset, found[1] + offset
    return Words(text[start:end], start, end)
