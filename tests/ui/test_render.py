from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.articles import Article
from qa.reply import Claim, Place, Reply, RetrievedPassage, Words
from tests.ui.page import by_class, one, parse, shape, text_of, texts
from ui.render import (
    SHOWN_AROUND,
    Failure,
    confidence_words,
    conversation_html,
    escape,
    examples_html,
    file_name,
    marked,
    passage_html,
    reply_html,
    source_html,
    turn_html,
)

TEXT = "Talks began in May. Officials said that between 10 and 12 people came. Nobody said who paid."
HOSTILE = [
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "\"'><b onmouseover='alert(1)'>",
    "<!-- --><!DOCTYPE html><?php ?>&lt;&amp;&#60;&",
    "**bold** [link](javascript:alert(1)) `code` $x$ ${alert(1)} {{value}} @children",
    "\r\n\t\N{RIGHT-TO-LEFT OVERRIDE}é\N{COMBINING ACUTE ACCENT}\N{FAMILY}",
]
# Any text without NUL, which HTML cannot hold, and with what breaks out of HTML more often than chance would bring it.
foreign = st.one_of(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    st.lists(st.sampled_from([*HOSTILE, "<", ">", '"', "'", "&", "a"])).map("".join),
)
words = foreign.filter(bool)


def article(text: str = TEXT, source: str = "/news/talks.txt", title: str = "Talks") -> Article:
    return Article("0" * 16, source, title, text, "2025-05-01", None, "en", "0" * 64)


def claim(text: str, *, of: Article | None = None, said_by: str | None = None, confidence: float = 0.9) -> Claim:
    """The claim that `text` makes in the article, the whole article being its sentence."""
    of = of or article()
    start = of.text.index(text)
    speaker = None
    if said_by is not None:
        speaker = Words(said_by, of.text.index(said_by), of.text.index(said_by) + len(said_by))
    place = Place(of.source, start, start + len(text))
    return Claim(text, confidence, of.source, of.title, start, place.end, of.text, 0, len(of.text), speaker, support=(place,))


def passage(start: int, end: int, *, of: Article | None = None) -> RetrievedPassage:
    of = of or article()
    return RetrievedPassage(of.source, of.title, start, end, of.text[start:end], 0.5, 3.25, rank=1)


def reply(answer: Claim | None, *, question: str = "How many came?") -> Reply:
    status = "no_answer" if answer is None else "answered"
    passages = (passage(0, len(TEXT)),)
    return Reply(question, question, status, 0.9, answer, (), False, passages, {"total": 120.0})  # type: ignore[arg-type]


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


def test_overlapping_spans_share_a_mark_and_touching_ones_do_not() -> None:
    assert texts(parse(marked("abcdefgh", [(2, 5), (0, 2), (4, 6)])), "mark") == ["ab", "cdef"]


@given(words, foreign, foreign, foreign, foreign)
def test_no_foreign_text_becomes_an_element(inner: str, before: str, after: str, question: str, title: str) -> None:
    def turn(inner: str, before: str, after: str, question: str, source: str) -> str:
        first = "One sentence before it. "
        of = article(first + before + inner + after, source, source)
        place = Place(of.source, len(first + before), len(first + before + inner))
        said = Claim(
            inner, 0.9, of.source, of.title, place.start, place.end, before + inner + after, len(first), len(of.text),
            Words(inner, place.start, place.end), (place, replace(place, article=source + "2")),
        )  # fmt: skip
        answered = replace(
            reply(said, question=question),
            resolved_question=question + "?",
            alternatives=(said,),
            passages=(passage(4, len(of.text), of=of),),
        )
        return turn_html(answered)

    root = parse(turn(inner, before, after, question, "/" + title))
    assert shape(root) == shape(parse(turn("x", "y", "z", "q", "/t")))
    assert text_of(one(root, "question")) == question
    assert texts(root, "blockquote") == [before + inner + after] * 2
    assert [text_of(element) for element in by_class(root, "words")] == [inner] * 2
    # In both sentences and in the passage.
    assert texts(root, "mark") == [inner] * 3
    assert {element.get("data-article") for element in by_class(root, "open")} == {"/" + title, "/" + title + "2"}


@given(foreign, foreign)
def test_failures_examples_and_articles_are_text(text: str, other: str) -> None:
    root = parse(turn_html(Failure(text, other)))
    assert shape(root) == shape(parse(turn_html(Failure("", ""))))
    assert text_of(one(root, "question")) == text
    assert text_of(one(root, "failure")) == other

    example = one(parse(examples_html([text])), "example")
    assert (text_of(example), example.get("data-ask")) == (text, text)

    root = parse(source_html(article(text, "/" + other, other), 0, 0))
    assert text_of(one(root, "text")) == text
    assert texts(root, "h2") == [other]


def test_an_answer_shows_its_words_sentence_speaker_place_and_confidence() -> None:
    root = parse(reply_html(reply(claim("between 10 and 12 people", said_by="Officials", confidence=0.876))))
    assert text_of(one(root, "words")) == "between 10 and 12 people"
    [quote] = root.iter("blockquote")
    assert (text_of(quote), texts(quote, "mark")) == (TEXT, ["between 10 and 12 people"])
    assert "said by Officials" in text_of(root)
    assert text_of(one(root, "confidence")) == "high confidence, 87 %"
    cited = one(one(root, "claim"), "open")
    assert text_of(cited) == "Talks"
    assert TEXT[int(cited.get("data-start", "")) : int(cited.get("data-end", ""))] == "between 10 and 12 people"
    assert "talks.txt" in text_of(one(root, "claim"))
    assert texts(root, "summary") == ["1 passage read in 0.12 s"]


def test_words_are_marked_where_they_are_and_not_where_they_look_alike() -> None:
    twice = article("one and one")
    second = replace(claim("one", of=twice), start=8, end=11)
    [quote] = parse(reply_html(reply(second))).iter("blockquote")
    assert (quote.text, texts(quote, "mark")) == ("one and ", ["one"])


def test_other_answers_and_whether_they_conflict() -> None:
    answered = replace(reply(claim("May")), alternatives=(claim("between 10 and 12 people"),))
    section = one(parse(reply_html(answered)), "others")
    assert texts(section, "h3") == ["Other answers in the articles"]
    assert [text_of(element) for element in by_class(section, "words")] == ["between 10 and 12 people"]
    assert not by_class(section, "conflict")
    section = one(parse(reply_html(replace(answered, conflict=True))), "others")
    assert text_of(one(section, "conflict")) == "The articles give different answers."


def test_every_other_place_of_a_claim_can_be_opened() -> None:
    said = claim("May")
    said = replace(
        said, support=(*said.support, Place(said.article, 30, 33), Place("https://example.org/a%20b.html?x=1", 4, 7))
    )
    buttons = by_class(one(parse(reply_html(reply(said))), "claim"), "open")
    opened = [(text_of(button), button.get("data-start")) for button in buttons]
    assert opened == [("Talks", "15"), ("place 2", "30"), ("a b.html", "4")]


def test_not_disclosed_is_the_sentence_that_says_so() -> None:
    sentence = claim("Nobody said who paid.")
    root = parse(reply_html(replace(reply(sentence), status="not_disclosed")))
    assert text_of(one(root, "verdict")) == "The articles say this is not disclosed."
    assert texts(one(root, "claim"), "mark") == ["Nobody said who paid."]
    assert not by_class(root, "words")


@pytest.mark.parametrize(
    ("passages", "why"),
    [
        ((), "Nothing in them bears on this question."),
        ((passage(0, 19),), "None of the passages nearest to the question answers it."),
    ],
)
def test_no_answer_says_so_and_why(passages: tuple[RetrievedPassage, ...], why: str) -> None:
    root = parse(reply_html(replace(reply(None), passages=passages)))
    assert text_of(one(root, "verdict")) == "The articles do not say."
    assert text_of(one(root, "why")) == why
    assert not by_class(root, "claim")
    assert texts(root, "summary") == ["1 passage: related, not an answer"] * len(passages)
    assert not list(root.iter("mark"))


def test_passages_mark_only_claims_of_their_article_that_they_hold() -> None:
    held, elsewhere = claim("Officials"), replace(claim("said"), article="/other.txt", support=())
    # The passage ends within "between 10 and 12 people".
    item = parse(passage_html(passage(20, 50), [held, elsewhere, claim("between 10 and 12 people")]))
    assert texts(item, "mark") == ["Officials"]
    assert text_of(one(item, "text")) == TEXT[20:50]
    assert "meaning 0.50" in text_of(item)


def test_a_question_read_otherwise_than_typed_is_shown() -> None:
    followed = replace(reply(claim("May")), question="When?", resolved_question="When did talks begin?")
    assert text_of(one(parse(turn_html(followed)), "resolved")) == "read as: When did talks begin?"
    assert not by_class(parse(turn_html(replace(followed, question=" When did talks begin? "))), "resolved")


def test_a_conversation_is_its_turns_and_the_question_being_read() -> None:
    root = parse(conversation_html([reply(claim("May")), Failure("Why?", "It broke.")], "Who?", examples=["When?"]))
    assert [text_of(element) for element in by_class(root, "question")] == ["How many came?", "Why?", "Who?"]
    assert text_of(one(by_class(root, "turn")[-1], "pending")) == "Reading the articles"
    assert not by_class(root, "example")
    assert len(by_class(parse(conversation_html([], examples=["When?"])), "example")) == 1


def test_an_opened_article_is_whole_and_marked_at_the_place() -> None:
    root = parse(source_html(article(), 15, 18))
    assert text_of(one(root, "text")) == TEXT
    assert texts(root, "mark") == ["May"]
    assert text_of(one(root, "facts")) == "talks.txt · 2025-05-01"


def test_of_a_huge_article_the_surroundings_of_the_place_are_shown_and_the_rest_is_counted() -> None:
    huge = article("a" * 300_000 + "here" + "b" * 300_000)
    root = parse(source_html(huge, 300_000, 300_004))
    assert texts(root, "mark") == ["here"]
    assert text_of(one(root, "text")) == "a" * SHOWN_AROUND + "here" + "b" * SHOWN_AROUND
    assert [text_of(cut).split()[0] for cut in by_class(root, "cut")] == ["100,000", "100,000"]


@pytest.mark.parametrize(("start", "end"), [(-5, 3), (10**9, 10**9 + 1), (8, 2), (-(10**9), -1)])
def test_a_place_that_is_none_marks_nothing(start: int, end: int) -> None:
    assert not list(parse(source_html(article(), start, end)).iter("mark"))


def test_an_article_that_is_gone_is_said() -> None:
    assert "not in the index" in text_of(parse(source_html(None, 0, 1)))


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
