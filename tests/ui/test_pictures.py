from __future__ import annotations

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.build import build, open_or_create
from index.catalog import Catalog
from tests.conftest import HashingEmbedder
from tests.ui.page import one, parse, text_of
from ui.pictures import pictures_html, standout_terms, timeline


def test_a_timeline_of_few_days_has_every_day() -> None:
    bins = timeline(["2025-03-02", "2025-02-28T10:00:00", "2025-03-02", "no date"])
    assert bins == [("2025-02-28", "day", 1), ("2025-03-01", "day", 0), ("2025-03-02", "day", 2)]


def test_a_longer_timeline_has_months_or_years() -> None:
    assert timeline(["2024-11-30", "2025-01-31"]) == [("2024-11", "month", 1), ("2024-12", "month", 0), ("2025-01", "month", 1)]
    assert [name for name, _, _ in timeline(["2018-05-01", "2025-01-31"])] == [str(year) for year in range(2018, 2026)]
    assert timeline([]) == []


@given(st.lists(st.dates().map(str), max_size=20))
def test_a_timeline_counts_every_article_once(days: list[str]) -> None:
    bins = timeline(days)
    assert sum(count for _, _, count in bins) == len(days)
    assert [name for name, _, _ in bins] == sorted({name for name, _, _ in bins})


def test_terms_that_stand_out_are_neither_frequent_everywhere_nor_stop_words() -> None:
    texts = ["The harbour and the weather", "The harbour harbour and the weather", "The glacier and the weather"]
    terms = [term for term, _ in standout_terms(texts)]
    assert terms == ["harbour", "weather", "glacier"]
    assert standout_terms(["the 12 34", ""]) == []


def test_what_a_few_articles_are_about_stands_out_before_what_is_a_little_in_all() -> None:
    few = [f"harbour harbour harbour ships {'weather' if n % 2 else 'people'} again" for n in range(3)]
    others = [f"{word} city people year" for word in ("glacier", "bridge", "school", "forest", "museum", "river")]
    assert standout_terms([*few, *others])[0][0] == "harbour"


@pytest.fixture
def catalog(tmp_path: Path, embedder: HashingEmbedder) -> Catalog:
    (tmp_path / "a.md").write_text("# $harbour$ <b>\n\nThe harbour of Nowhere has a lighthouse.\n", encoding="utf-8")
    catalog = open_or_create(tmp_path / "index", embedder, 200, 40)
    assert not build(catalog, [tmp_path / "a.md"], embedder).failed
    return catalog


def test_pictures_name_what_they_show_and_are_drawn_anew_when_the_articles_change(
    catalog: Catalog, embedder: HashingEmbedder, tmp_path: Path
) -> None:
    root = parse(pictures_html(catalog))
    light, dark = root.iter("img")
    assert light.get("alt") == dark.get("alt")
    assert "harbour" in light.get("alt", "")
    for image in (light, dark):
        kind, _, encoded = image.get("src", "").partition(",")
        assert kind == "data:image/svg+xml;base64"
        assert b"<svg" in base64.b64decode(encoded)
    assert "No article has a date" in text_of(one(root, "pictures"))
    assert pictures_html(catalog) is pictures_html(catalog)
    (tmp_path / "b.txt").write_text("A glacier.\n", encoding="utf-8")
    build(catalog, [tmp_path / "b.txt"], embedder, only_add=True)
    assert "glacier" in pictures_html(catalog)
