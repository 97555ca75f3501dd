"""The articles as pictures: when they were published, and the terms that stand out. Drawn by matplotlib, as SVG."""

from __future__ import annotations

import base64
import io
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from threading import Lock

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from index.catalog import Catalog, change_number
from ui.render import counted, escape

TERMS = 20
# More is sampled evenly: terms of a thousand articles are those of ten thousand, and the page does not wait.
MOST_READ = 2000
# Code points of an article that are read for its terms.
READ_OF_EACH = 20_000
# Ink and bars for light and for dark.
# Inches. Narrow, so that the words in it can still be read on a phone.
WIDTH = 4.2
INKS = {"light": ("#21201d", "#1c5d66"), "dark": ("#e9e6df", "#86c7cf")}

# matplotlib's settings are the process's.
_drawing = Lock()
_drawn: dict[str, tuple[int, str]] = {}


def pictures_html(catalog: Catalog) -> str:
    """Both pictures, each for light and dark, drawn anew when the articles have changed."""
    with catalog.reading() as connection:
        change = change_number(connection)
        published = [row[0] for row in connection.execute("SELECT published FROM articles")]
        step = max(1, -(-len(published) // MOST_READ))
        rows = connection.execute(
            "SELECT substr(text, 1, ?) FROM articles WHERE rowid % ? = 0 ORDER BY source", (READ_OF_EACH, step)
        )
        key = str(catalog.path.absolute())
        with _drawing:
            if _drawn.get(key, (None, ""))[0] != change:
                _drawn[key] = change, _draw(published, [text for (text,) in rows])
            return _drawn[key][1]


def _draw(published: Sequence[str | None], texts: Sequence[str]) -> str:
    bins = timeline([day for day in published if day])
    undated = sum(day is None for day in published)
    parts = []
    if bins:
        caption = f"Articles by {bins[0][1]}" + (f"; {counted(undated, 'article')} without a date" if undated else "")
        said = ", ".join(f"{start}: {count}" for start, _, count in bins if count)
        parts.append(_figure_html(caption, said, lambda kind: _timeline_svg(bins, kind)))
    else:
        parts.append('<p class="facts">No article has a date, so there is no timeline.</p>')
    terms = standout_terms(texts)
    if terms:
        said = ", ".join(term for term, _ in terms)
        parts.append(_figure_html("Terms that stand out (TF-IDF)", said, lambda kind: _terms_svg(terms, kind)))
    return f'<section class="pictures" aria-label="The articles in pictures">{"".join(parts)}</section>'


def timeline(published: Sequence[str]) -> list[tuple[str, str, int]]:
    """(start, unit, articles) of each day, month or year from the first to the last, so that there are few; sorted."""
    days = sorted(day for written in published if (day := _day(written)) is not None)
    if not days:
        return []
    span = (days[-1] - days[0]).days
    if span <= 45:
        names = [(days[0] + timedelta(n)).isoformat() for n in range(span + 1)]
        length, unit = 10, "day"
    elif span <= 5 * 365:
        names = sorted({(days[0] + timedelta(n)).isoformat()[:7] for n in range(span + 1)})
        length, unit = 7, "month"
    else:
        names = [f"{year:04}" for year in range(days[0].year, days[-1].year + 1)]
        length, unit = 4, "year"
    counts = Counter(day.isoformat()[:length] for day in days)
    return [(name, unit, counts[name]) for name in names]


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written[:10])
    except ValueError:
        return None


def standout_terms(texts: Sequence[str], count: int = TERMS) -> list[tuple[str, float]]:
    """The terms of the greatest squared TF-IDF (Spärck Jones 1972), averaged over the articles, best first.

    The squares of an article's weights sum to 1, so the mean is the share that a term has of all articles. Not squared, words
    that are a little in all of them would come first.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-untyped]

    words = r"\b[^\W\d_]{3,30}\b"
    vectorizer = TfidfVectorizer(stop_words="english", sublinear_tf=True, token_pattern=words, max_features=20_000)
    try:
        weights = vectorizer.fit_transform(texts).power(2).mean(axis=0).A1
    except ValueError:
        # No term at all.
        return []
    terms = vectorizer.get_feature_names_out()
    best = sorted(range(len(terms)), key=lambda at: (-weights[at], terms[at]))[:count]
    return [(str(terms[at]), float(weights[at])) for at in best]


def _timeline_svg(bins: Sequence[tuple[str, str, int]], kind: str) -> bytes:
    ink, bar = INKS[kind]
    figure = Figure(figsize=(WIDTH, 2.2), layout="constrained")
    axes = figure.subplots()
    axes.bar(range(len(bins)), [count for _, _, count in bins], color=bar, width=0.8)
    every = max(1, -(-len(bins) // 6))
    axes.set_xticks(range(0, len(bins), every), [name for name, _, _ in bins[::every]])
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_ylabel("articles", color=ink)
    return _svg(figure, ink)


def _terms_svg(terms: Sequence[tuple[str, float]], kind: str) -> bytes:
    ink, bar = INKS[kind]
    figure = Figure(figsize=(WIDTH, 0.6 + 0.2 * len(terms)), layout="constrained")
    axes = figure.subplots()
    axes.barh(range(len(terms)), [weight for _, weight in terms], color=bar, height=0.7)
    axes.set_yticks(range(len(terms)), [term for term, _ in terms])
    axes.invert_yaxis()
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.set_xlabel("share of the articles’ weight", color=ink)
    return _svg(figure, ink)


def _svg(figure: Figure, ink: str) -> bytes:
    for axes in figure.axes:
        axes.tick_params(colors=ink, length=0)
        for name, spine in axes.spines.items():
            spine.set_visible(name in ("left", "bottom"))
            spine.set_color(ink)
    written = io.BytesIO()
    figure.savefig(written, format="svg", transparent=True, metadata={"Date": None})
    return written.getvalue()


def _figure_html(caption: str, said: str, draw: Callable[[str], bytes]) -> str:
    images = []
    # Words come from articles: none is mathematics. Text as paths, so that the picture needs no font.
    with mpl.rc_context({"text.parse_math": False, "svg.fonttype": "path", "svg.hashsalt": "quoth", "font.size": 9}):
        for kind in INKS:
            encoded = base64.b64encode(draw(kind)).decode()
            images.append(
                f'<img class="on_{kind}" src="data:image/svg+xml;base64,{encoded}" alt="{escape(caption)}: {escape(said)}">'
            )
    return f"<figure>{''.join(images)}<figcaption>{escape(caption)}</figcaption></figure>"
