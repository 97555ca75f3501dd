from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.reply import Place
from tests.ui.examples import foreign
from tests.ui.page import by_class, parse, text_of, texts
from ui.render import confidence_words, counted, escape, file_name, marked, open_button


@given(foreign)
def test_escaped_text_reads_back_as_itself(text: str) -> None:
    assert text_of(parse(escape(text))) == text
    [element] = parse(f'<p title="{escape(text)}"></p>')
    assert element.attrib == {"title": text}


def test_what_a_page_cannot_hold_is_replaced() -> None:
    assert escape("a\0b\ud800c") == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c"
    # A browser reads a bare CR as LF; Python's parser, by which the other tests read, does not.
    assert escape("\r") == "&#13;"


@given(foreign, st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60))), st.integers(0, 5))
def test_marks_cover_the_spans_and_nothing_else(text: str, spans: list[tuple[int, int]], offset: int) -> None:
    root = parse(marked(text, spans, offset))
    assert text_of(root) == text
    assert {element.tag for element in root.iter()} <= {"div", "mark"}
    inside = [(start, end) for start, end in spans if offset <= start < end <= offset + len(text)]
    covered = {at for start, end in inside for at in range(start - offset, end - offset)}
    assert "".join(texts(root, "mark")) == "".join(text[at] for at in sorted(covered))


@given(
    foreign,
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60))),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60))),
)
def test_lesser_marks_cover_the_rest_of_their_spans(
    text: str, spans: list[tuple[int, int]], also: list[tuple[int, int]]
) -> None:
    root = parse(marked(text, spans, also=also))
    assert text_of(root) == text

    def covered(spans: list[tuple[int, int]]) -> set[int]:
        return {at for start, end in spans if 0 <= start < end <= len(text) for at in range(start, end)}

    weak = "".join(text_of(element) for element in by_class(root, "also"))
    assert weak == "".join(text[at] for at in sorted(covered(also) - covered(spans)))
    strong = [element for element in root.iter("mark") if not element.get("class")]
    assert "".join(map(text_of, strong)) == "".join(text[at] for at in sorted(covered(spans)))


def test_a_lesser_mark_is_parted_by_a_mark_in_it() -> None:
    root = parse(marked("abcdefgh", [(3, 5)], also=[(1, 7)]))
    assert texts(root, "mark") == ["bc", "de", "fg"]
    assert [text_of(element) for element in by_class(root, "also")] == ["bc", "fg"]


def test_a_button_names_the_other_places_in_its_article_once() -> None:
    place = Place("/a.txt", 1, 2)
    others = [place, Place("/a.txt", 30, 40), Place("/b.txt", 5, 6), Place("/a.txt", 30, 40), Place("/a.txt", 7, 9)]
    [button] = parse(open_button("Talks", place, others)).iter("button")
    assert button.get("data-also") == "30-40 7-9"
    [numbered] = parse(open_button("2", place, number=2)).iter("button")
    assert numbered.get("aria-label") == "Claim 2: open the article at these words"


@pytest.mark.parametrize(("number", "said"), [(0, "0 articles"), (1, "1 article"), (2000, "2,000 articles")])
def test_counts_in_words(number: int, said: str) -> None:
    assert counted(number, "article") == said


def test_overlapping_spans_share_a_mark_and_touching_ones_do_not() -> None:
    assert texts(parse(marked("abcdefgh", [(2, 5), (0, 2), (4, 6)])), "mark") == ["ab", "cdef"]


@pytest.mark.parametrize(
    ("confidence", "said"),
    [
        (1.0, "high confidence, 100 %"),
        (0.999, "high confidence, 99 %"),
        (0.5, "fair confidence, 50 %"),
        (0.0, "low confidence, 0 %"),
    ],
)
def test_confidence_in_words(confidence: float, said: str) -> None:
    assert confidence_words(confidence) == said


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("/a/b c.txt", "b c.txt"),
        ("C:\\news\\a.md", "a.md"),
        ("https://example.org/", "https://example.org/"),
        ("https://example.org/x/y%20z.html#top", "y z.html"),
        ("/a/100%25.txt", "100%25.txt"),
    ],
)
def test_file_names(source: str, name: str) -> None:
    assert file_name(source) == name
