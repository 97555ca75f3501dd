"""Which articles are copies of one story."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.syndication import MAX_COMPARED, copies

STORY = """Harbour workers in Ostmark ended a strike of nine days on Friday after the port agreed to raise wages.
The union said its members would return to the docks on Monday morning. "We have what we asked for," said its chair, Ada Berg.
The port, the second largest of the country, handles some 40,000 containers a month. About 30 ships were still waiting in the
bay on Friday evening, according to the harbour master. Clearing them will take until the end of next week, he said.
Shops in the capital had begun to run out of fruit and coffee. The government had refused to step in, and called the strike a
matter between the port and its workers. Economists put the damage at 20 million crowns a day."""
OTHER = """The strike at the port of Ostmark is over. After nine days, employers gave way and will pay dock workers six per cent
more from January. Ada Berg, who leads the union, spoke of a great day for everybody who works with their hands.
For the shippers the trouble is not at an end: thirty vessels lie at anchor off the coast, and cranes can only unload five of
them in a day. "It will be a hard week," said Dag Holm, the harbour master. In the capital, greengrocers hope for bananas by
Wednesday. Ministers, who had kept out of the dispute, welcomed the agreement and thanked both sides for their patience."""
BOILERPLATE = """This newspaper is published by the Ostmark Press Company. All rights are reserved, and no part may be printed
again without the consent of the publisher. Write to the editors at the address below if you find an error in this article."""
CHINESE = """港口工人周五结束了为期九天的罢工，港口同意提高工资。工会表示成员将于周一上午返回码头。
大约三十艘船仍在海湾等待，港务长说清理需要到下周末。"""
OTHER_CHINESE = """奥斯特马克港的罢工已经结束。雇主让步，从一月起将工资提高百分之六。
对航运公司来说麻烦还没有完，三十艘船停泊在海岸外，起重机每天只能卸五艘。"""


@pytest.mark.parametrize(
    "copy",
    [
        STORY,
        STORY.replace("\n", " "),
        STORY.replace("\n", "\n\n").upper(),
        STORY.replace('"', "”").replace(" ", "\u00a0"),
        "DOCKERS GO BACK TO WORK\nBy our correspondent\n\n" + STORY,
        STORY + "\n\n" + BOILERPLATE,
        STORY.replace("strike", "walkout").replace("Friday", "Saturday"),
        STORY[: len(STORY) * 2 // 3],
    ],
    ids=["exact", "unwrapped", "upper case", "quotes and spaces", "headline", "paragraph", "words", "cut"],
)
def test_copies_of_a_story(copy: str) -> None:
    assert copies([STORY, copy]) == [0, 0]
    assert copies([copy, STORY]) == [0, 0]


@pytest.mark.parametrize(
    "other",
    [
        OTHER,
        OTHER + "\n" + STORY.split("\n")[1],
        STORY.split("\n")[1],
        "",
        BOILERPLATE,
    ],
    ids=["same event", "with a quotation", "only a quotation", "empty", "boilerplate"],
)
def test_other_stories(other: str) -> None:
    assert copies([STORY, other]) == [0, 1]
    assert copies([other, STORY]) == [0, 1]


def test_a_shared_paragraph_makes_no_copies() -> None:
    assert copies([STORY + "\n" + BOILERPLATE, OTHER + "\n" + BOILERPLATE]) == [0, 1]


def test_text_without_spaces() -> None:
    assert copies([CHINESE, OTHER_CHINESE, "标题\n" + CHINESE.replace("，", "、")]) == [0, 1, 0]


def test_the_first_text_gives_the_group_its_number() -> None:
    assert copies([]) == []
    assert copies(["", STORY, OTHER, STORY + "!", "", OTHER.title(), "Yes", "yes."]) == [0, 1, 2, 1, 0, 2, 6, 6]


def test_long_texts_are_compared_by_how_they_start() -> None:
    numbers = " ".join(str(number) for number in range(1_500_000))
    assert len(numbers) > 10_000_000
    assert copies([numbers, numbers[5:], "start " * 10 + numbers[: 2 * MAX_COMPARED], STORY + numbers[::-1]]) == [0, 0, 0, 3]


@settings(deadline=None)
@given(st.lists(st.text(alphabet="ab 港\n", max_size=30) | st.sampled_from([STORY, OTHER, STORY + OTHER, ""]), max_size=8))
def test_groups_are_named_by_an_original_that_comes_first(texts: list[str]) -> None:
    first = copies(texts)
    assert len(first) == len(texts)
    assert all(original <= at and first[original] == original for at, original in enumerate(first))
    originals = sorted(set(first))
    assert copies([texts[at] for at in originals]) == list(range(len(originals)))


@settings(deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=5))
def test_every_text_is_a_copy_of_itself(texts: list[str]) -> None:
    first = copies(texts)
    assert copies([*texts, *texts]) == first + first
