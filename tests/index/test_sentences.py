"""Where sentences start and end, and that nothing of a text is lost between them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.articles import normalise
from index.sentences import is_heading, sentence_around, split_sentences

SEEDS = Path(__file__).parents[2] / "seeds"

# What people write and what they paste, mixed: sentence parts, breaks, marks of all kinds, scripts, and anything else.
PARTS = [
    "The U.S. sent 3.5 million",
    "Mr. J. K. Smith said",
    "“Why?”",
    "he asked.",
    "It ended at 5 p.m.",
    "今天很好。",
    "「はい。」",
    "هل هذا سؤال؟",
    "यह वाक्य है।",
    "e\u0301\u0316",
    "👩‍👩‍👧",
    "# Heading",
    "- item",
    "1. one",
    "====",
    "...",
    "!",
    "\"'",
    "[12]",
    "\n",
    "\n\n",
    "\t",
    "\u00a0",
    "\u2028",
    " ",
    "word " * 15,
    "x" * 130,
]
texts = st.lists(st.sampled_from(PARTS) | st.text(max_size=6), max_size=30).map(" ".join) | st.lists(
    st.sampled_from(PARTS) | st.text(max_size=6), max_size=30
).map("".join)


def sentences_of(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@given(texts)
def test_spans_are_in_order_and_hold_every_character_that_is_not_blank(text: str) -> None:
    covered = [False] * len(text)
    before = 0
    for start, end in split_sentences(text):
        assert before <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        covered[start:end] = [True] * (end - start)
        before = end
    assert all(held or character.isspace() for held, character in zip(covered, text, strict=True))


@given(texts)
def test_no_sentence_reaches_over_a_blank_line(text: str) -> None:
    for sentence in sentences_of(text):
        assert not any(not line.strip() for line in sentence.split("\n")[1:-1])


@given(texts, st.data())
def test_sentence_around_is_the_smallest_run_that_holds_the_span(text: str, data: st.DataObject) -> None:
    spans = split_sentences(text)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    runs = [
        (first[0], last[1])
        for number, first in enumerate(spans)
        for last in spans[number:]
        if first[0] <= start and end <= last[1]
    ]
    if not runs:
        with pytest.raises(ValueError, match="no sentences hold"):
            sentence_around(spans, start, end)
    else:
        assert sentence_around(spans, start, end) == max(runs, key=lambda run: (run[0], -run[1]))


def test_sentence_around_refuses_what_is_no_span() -> None:
    with pytest.raises(ValueError, match="from 5 to 2"):
        sentence_around([(0, 10)], 5, 2)
    with pytest.raises(ValueError, match="no sentences"):
        sentence_around([], 0, 0)


def test_sentence_around_of_no_characters_is_the_sentence_that_begins_there() -> None:
    assert sentence_around([(0, 3), (3, 6)], 3, 3) == (3, 6)


def test_sentence_around_gives_one_sentence_and_several() -> None:
    text = "One is here. Two is there. Three."
    spans = split_sentences(text)
    assert text[slice(*sentence_around(spans, 14, 16))] == "Two is there."
    assert text[slice(*sentence_around(spans, 5, 16))] == "One is here. Two is there."


@pytest.mark.parametrize(
    "marked",
    [
        "He lives in the U.S.|The weather is fine.",
        "The U.S. President spoke.|In the U.K.|However, it rained.",
        "The U.S. 5th Fleet sailed.",
        "U.S.-brokered talks failed.|South Korea and the U.S. fear it.",
        "J. K. Rowling met Dr. Smith and Mrs. Jones.|They spoke.",
        "Gen. Lee and Lt. Col. Sgt. Park met Kim Jr. in St. Louis.|He left.",
        "On Jan. 5 it rose by 3.5 percent vs. 2.1 in Dec. 2023.|It fell.",
        "No. 5 is alive.|No.|He left.|See Fig. 3 and pp. 4.|Done.",
        "It began at 5 p.m. Monday.|It ended at 6 a.m.|Police left.",
        "Apple Inc. reported a loss.|It was bought by Foo Ltd.|The price is unknown.",
        "Fruit, e.g. Apples, i.e. Red ones, etc. are sold.|Yes.",
        "He waited...|Then he left.|He waited … and left.",
        "What?!|No!!|Yes.",
        "“Stop!” he said.|“Why?” John Smith asked.|He left.",
        "He said, “I am here.”|She was not.|(He left.)|'Yes.'|\"No.\"|End.",
        "It holds.[1][23]|So does this.[4]",
        "« Bonjour. »|Il part.|„Gut.“|Er geht.",
        "See example.com or version 2.0.1 for it.|Go.",
        "今天天气很好。|我们去公园！|好吗？|好。",
        "「はい。」と言った。|次です。",
        "हाँ।|यह वाक्य है।|هل هذا سؤال؟|نعم.",
        "1. First thing.|Second thing.",
        "He was born in 1985.|2024 was good.",
        "She is in the U.S.|“We are too,” he said.",
        "He left. iPhone",
    ],
)
def test_examples_in_a_line(marked: str) -> None:
    expected = marked.split("|")
    assert sentences_of(marked.replace("|", "" if marked[0] in "今「" else " ")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A title of it\nThe text is here.\nMore of it.", ["A title of it", "The text is here.", "More of it."]),
        ("# A title\ntext here\n\nmore", ["# A title", "text here", "more"]),
        (
            "A line in sentence case to which the next word would still have fitted\n"
            "Somebody wanted it to end there, as the width of this longer line shows to us all.",
            [
                "A line in sentence case to which the next word would still have fitted",
                "Somebody wanted it to end there, as the width of this longer line shows to us all.",
            ],
        ),
        ("Apples\nPears\nPlums", ["Apples", "Pears", "Plums"]),
        ("- one\n- two\n* three", ["- one", "- two", "* three"]),
        ("Title\n=====\nText.", ["Title", "=====", "Text."]),
        (
            "This is a paragraph that somebody has wrapped by hand at some seventy\n"
            "characters in a line. It has two sentences, of which one was met by Mr.\n"
            "Smith as well, and ends here.\n",
            [
                "This is a paragraph that somebody has wrapped by hand at some seventy\ncharacters in a line.",
                "It has two sentences, of which one was met by Mr.\nSmith as well, and ends here.",
            ],
        ),
        (
            "A line that is long enough to have been wrapped, but it ends with a stop.\nand goes on.",
            ["A line that is long enough to have been wrapped, but it ends with a stop.", "and goes on."],
        ),
        (
            "Putin Expresses Gratitude to North Korea for Sending Troops to Ukraine\nThe president thanked them on Monday.",
            ["Putin Expresses Gratitude to North Korea for Sending Troops to Ukraine", "The president thanked them on Monday."],
        ),
    ],
)
def test_examples_over_lines(text: str, expected: list[str]) -> None:
    assert sentences_of(text) == expected


def test_the_seed_article() -> None:
    text = normalise(next(SEEDS.glob("000_*.txt")).read_text(encoding="utf-8"))
    sentences = sentences_of(text)
    assert sentences[0] == text.split("\n", 1)[0]
    assert not any("\n" in sentence for sentence in sentences)
    # None of its lines that are whole sentences is broken at an abbreviation.
    for whole in (
        "Intelligence officials from the U.S., South Korea, and Ukraine reported that North Korea deployed between 10,000 and "
        "12,000 soldiers to Russia last fall, marking its first major involvement in an armed conflict since the Korean War in "
        "the early 1950s.",
        "The South Korean military also indicated that North Korea sent about 3,000 additional troops to Russia earlier this "
        "year.",
        "Neither North Korea nor Russia revealed the number of North Korean soldiers sent to Russia or the number of "
        "casualties incurred.",
        "U.S. President Donald Trump said Saturday he doubts Putin wants to end the war.",
        "Just a day before, Trump had said Ukraine and Russia were “very close to a deal.”",
        "The two countries, considered adversaries of the U.S., have grown significantly closer in recent years.",
    ):
        assert whole in sentences
    assert len(sentences) == 26


@pytest.mark.parametrize("unit", ["a", ".", "\n", " ", '"', '."', "=", "x.x", "中"])
def test_ten_megabytes_of_one_thing(unit: str) -> None:
    text = unit * (10_000_000 // len(unit))
    assert split_sentences(text) == ([(0, len(text))] if text.strip() else [])


@pytest.mark.parametrize(("unit", "count"), [("A. ", 1), ("Mr. ", 1), ("Yes! ", 100_000), ("a\n", 100_000)])
def test_very_many_small_things(unit: str, count: int) -> None:
    assert len(split_sentences(unit * 100_000)) == count


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("# Results", True),
        ("What we know so far", True),
        ("Ingredients:", True),
        ("It ended.", False),
        ("It ended.”[3]", False),
        ("and then,", False),
        ("- an item", False),
        ("two\nlines", False),
        ("word " * 40, False),
    ],
)
def test_is_heading(line: str, expected: bool) -> None:
    assert is_heading(line) is expected
