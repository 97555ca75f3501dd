"""What all parts of the page are made of: text escaped, words marked by offsets, buttons that open an article.

Questions, articles and file names come from anywhere, so nothing here goes through Markdown, nothing is searched for,
and every foreign text passes `escape`. Marks are placed by offsets alone.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from urllib.parse import unquote, urlsplit

from qa.reply import Place

# The lowest confidence (0 to 1) that each word stands for.
CONFIDENCE_WORDS = ((0.8, "high"), (0.5, "fair"), (0.0, "low"))

_SURROGATE = re.compile("[\ud800-\udfff]")

Spans = Iterable[tuple[int, int]]


def escape(text: str) -> str:
    """`text` as HTML that a browser shows as exactly `text`, fit for an element or a quoted attribute.

    HTML has no NUL and UTF-8 no lone surrogate, so U+FFFD stands for both; a bare CR would be read as LF.
    """
    text = _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text.replace("\0", "\N{REPLACEMENT CHARACTER}"))
    return html.escape(text, quote=True).replace("\r", "&#13;")


def marked(text: str, spans: Spans, offset: int = 0, *, also: Spans = ()) -> str:
    """`text` escaped, with `spans` in <mark>; `offset` is where `text` begins in the article that the spans count in.

    also: spans that are marked less. Spans that overlap share one mark, so that marks never nest; where the two kinds overlap
    the first has the words. A span that is not wholly in `text` is left out.
    """
    strong = _merged(_within(text, spans, offset))
    weak = [part for span in _merged(_within(text, also, offset)) for part in _outside(span, strong)]
    opening = dict.fromkeys(weak, '<mark class="also">') | dict.fromkeys(strong, "<mark>")
    parts: list[str] = []
    done = 0
    for start, end in sorted(opening):
        parts += [escape(text[done:start]), opening[start, end], escape(text[start:end]), "</mark>"]
        done = end
    return "".join([*parts, escape(text[done:])])


def _within(text: str, spans: Spans, offset: int) -> list[tuple[int, int]]:
    return [(start - offset, end - offset) for start, end in spans if offset <= start < end <= offset + len(text)]


def _merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans in order, those that overlap made one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _outside(span: tuple[int, int], others: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The parts of the span that no other one covers; the others are in order and do not overlap."""
    parts = []
    start, last = span
    for other_start, other_end in others:
        if other_end > start and other_start < last:
            if other_start > start:
                parts.append((start, other_start))
            start = other_end
    return [*parts, (start, last)] if start < last else parts


def confidence_words(confidence: float) -> str:
    """Confidence as a word and a per cent, rounded down: nearly sure is not sure."""
    word = next(word for least, word in CONFIDENCE_WORDS if confidence >= least)
    return f"{word} confidence, {int(confidence * 100)} %"


def file_name(source: str) -> str:
    """The last part of a path or URL, by which a person knows the article."""
    path = unquote(urlsplit(source).path) if re.match(r"https?://", source) else source
    return re.split(r"[/\\]", path.rstrip("/\\"))[-1] or source


def counted(number: int, noun: str) -> str:
    """ "1 passage", "2,000 passages"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def open_button(label: str, place: Place, claimed: Sequence[Place] = (), *, number: int | None = None) -> str:
    """A button that opens the place's article there, with the other places claimed in it marked too.

    number: the claim's, where the button is that number. `page.js` sends its data to the server, which looks the article up
    in the index and nowhere else.
    """
    others = dict.fromkeys(other for other in claimed if other.article == place.article and other != place)
    also = " ".join(f"{other.start}-{other.end}" for other in others)
    what = "Open the article at this place" if number is None else f"Claim {number}: open the article at these words"
    label_of_number = "" if number is None else f' aria-label="{what}"'
    return (
        f'<button type="button" class="open{"" if number is None else " number"}" dir="auto" title="{what}"{label_of_number}'
        f' data-article="{escape(place.article)}" data-start="{place.start}" data-end="{place.end}" data-also="{also}">'
        f"{escape(label)}</button>"
    )


def cited(title: str, place: Place, claimed: Sequence[Place] = ()) -> str:
    """Where it stands: the title, which opens the article there, and the name of the file."""
    name = f'<span class="file" dir="auto" title="{escape(place.article)}">{escape(file_name(place.article))}</span>'
    return f"<cite>{open_button(title or file_name(place.article), place, claimed)}</cite>{name}"
