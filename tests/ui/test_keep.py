from __future__ import annotations

import json
import re

from hypothesis import given

from index.search import Filters
from tests.ui.examples import article, claim, foreign, reply
from ui.conversation import Exchange, Failure
from ui.keep import (
    citation,
    citation_markdown,
    citation_text,
    conversation_json,
    conversation_markdown,
    markdown,
    question_link,
)

SHORT = article("Ann said it rained in May.", "/news/rain_log.txt", "Rain")


def test_a_citation_names_speaker_title_date_and_place() -> None:
    answered = reply(claim("in May", of=SHORT, said_by="Ann"))
    assert citation_text(answered) == (
        "in May\n“Ann said it rained in May.”\n— Ann, Rain, 2025-05-01, /news/rain_log.txt, characters 19 to 25"
    )


def test_a_citation_in_markdown_has_the_words_bold_in_their_sentence() -> None:
    answered = reply(claim("in May", of=SHORT, published=None))
    assert citation_markdown(answered) == (
        "> Ann said it rained **in May**\\.\n>\n> — Rain, \\/news\\/rain\\_log\\.txt, characters 19 to 25"
    )


def test_a_citation_names_the_page() -> None:
    assert citation(claim("in May", of=SHORT, page=3)) == "Rain, 2025-05-01, /news/rain_log.txt, page 3, characters 19 to 25"


def test_without_an_answer_there_is_nothing_to_cite() -> None:
    assert (citation_text(reply(None)), citation_markdown(reply(None))) == ("", "")


def test_a_sentence_that_says_it_is_not_disclosed_is_cited_as_a_whole() -> None:
    hidden = reply(claim("Ann said it rained in May.", of=SHORT), status="not_disclosed")
    assert citation_text(hidden).startswith("“Ann said")


@given(foreign)
def test_markdown_keeps_the_text_on_one_line_with_every_mark_escaped(text: str) -> None:
    written = markdown(text)
    assert re.sub(r"\\(.)", r"\1", written) == re.sub(r"\s", " ", text)
    assert len(written.splitlines()) <= 1
    assert not re.search(r"(?<!\\)(?:\\\\)*[<>`*_\[\]#|]", written)


@given(foreign)
def test_a_link_reads_back_as_the_question(text: str) -> None:
    from urllib.parse import parse_qsl

    link = question_link(text, Filters("/a b/", "2025-01-01", None))
    expected = {"q": text, "source": "/a b/", "from": "2025-01-01"}
    assert dict(parse_qsl(link.removeprefix("?"))) == {name: value for name, value in expected.items() if value}
    assert re.fullmatch(r"[!-~]*", link)


def test_a_conversation_in_json_has_the_replies_with_all_offsets() -> None:
    answered = reply(claim("in May", of=SHORT))
    rows = json.loads(
        conversation_json([Exchange("When?", answered, Filters("/news/")), Exchange("Why?", Failure("It broke."), Filters())])
    )
    assert [row["question"] for row in rows] == ["When?", "Why?"]
    assert rows[0]["reply"] == json.loads(json.dumps(answered.to_dict()))
    assert rows[0]["filters"]["source"] == "/news/"
    assert rows[1]["error"] == "It broke."


def test_a_conversation_in_markdown_has_every_claim() -> None:
    answered = reply(
        claim("in May", of=SHORT),
        resolved_question="When did it rain?",
        alternatives=(claim("rained", of=SHORT),),
        not_disclosed=claim("Ann said it rained in May.", of=SHORT),
    )
    text = conversation_markdown(
        [Exchange("When?", answered), Exchange("Who?", reply(None)), Exchange("X", Failure("It broke."))]
    )
    assert text.startswith("# A conversation with Quoth\n\n## When?\n\nRead as: When did it rain?\n\n**in May**\n\n> Ann said")
    assert "Or: **rained**" in text
    assert "not disclosed:" in text
    assert "The articles do not say. The articles come near this, but none says how many\\." in text
    assert text.endswith("## X\n\nIt broke\\.\n")
