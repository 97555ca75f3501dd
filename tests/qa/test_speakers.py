from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.speakers import speaker
from qa.values import normal_form

# Short texts as in the news with their speakers: the rules were tuned with those of "tuned" in view, "kept" is for figures.
GOLD = json.loads((Path(__file__).parents[1] / "gold" / "speakers.json").read_text(encoding="utf-8"))

# (article, words of it, who says them)
SAID = [
    (
        "Intelligence officials from Norway, Chile, and Ghana said that up to 900 miners had left.",
        "900 miners",
        "Intelligence officials from Norway, Chile, and Ghana",
    ),
    ("However, last month, Norway's coast guard estimated that 300 boats were lost.", "300 boats", "Norway's coast guard"),
    ("The Norwegian coast guard also indicated that 12 boats sank.", "12 boats", "The Norwegian coast guard"),
    ("Harbour spokesman Nils Berg stated that the port was shut.", "the port", "Harbour spokesman Nils Berg"),
    ("Forty people had died, police said.", "Forty people", "police"),
    ("Forty people had died, said Ada Lund, a professor at Oslo.", "Forty people", "Ada Lund"),
    ("Forty people had died, according to the ministry.", "Forty people", "the ministry"),
    ("According to Ada Lund, an analyst at Orkla, the mine employs 40 people.", "40 people", "Ada Lund"),
    ("In Lund's view, the mine is worth $4 million.", "$4 million", "Lund"),
    ("The council's report says the bridge was built in 1950.", "1950", "The council's report"),
    ("The bridge was closed in May, as reported by the Bergen Times.", "May", "the Bergen Times"),
    ("Data from the weather office show that rainfall doubled.", "rainfall", "Data from the weather office"),
    ("The company announced 300 job cuts.", "300", "The company"),
    ("Ada said the road was open, while Bo said the tunnel was shut.", "the tunnel", "Bo"),
    ("Ada said the road was open, while Bo said the tunnel was shut.", "the road", "Ada"),
    ("According to Ada, 40 ships left; Bo denies it.", "40 ships", "Ada"),
    ("Ada said that Bo told Cem that 40 ships had left.", "40 ships", "Bo"),
    ("The minister denied that 40 ships had left.", "40 ships", "The minister"),
    ("Ada Lund said the mine was safe. She said 40 people worked there.", "40 people", "Ada Lund"),
    ("“We lost 40 ships,” Ada Lund said. “The harbour is empty.”", "The harbour", "Ada Lund"),
    ("“We lost 40 ships,” Ada Lund said, “and the harbour is empty.”", "the harbour", "Ada Lund"),
    ("“We lost 40 ships. The harbour is empty,” said Ada Lund.", "40 ships", "Ada Lund"),
    (
        "Ada Lund said: “We lost 40 ships.\n“The harbour is empty.\n“We go home in May.”\nThe town has a school.",
        "in May",
        "Ada Lund",
    ),
    ('"We lost 40 ships," Ada Lund said.', "40 ships", "Ada Lund"),
    ("The ministry said on Monday that 40 ships had left.", "40 ships", "The ministry"),
    ("Ada told reporters the mine had 40 workers.", "40 workers", "Ada"),
    ("The mine, officials said, employs 40 people.", "40 people", "officials"),
    ("As Ada Lund reported in May, 40 lorries left.", "40 lorries", "Ada Lund"),
    ("“The mayor said 40 ships had left,” Ada Lund said.", "40 ships", "The mayor"),
    ("“I said 40 ships had left,” Ada Lund explained.", "40 ships", "Ada Lund"),
    ("Kyiv accused Moscow of shelling 40 towns.", "40 towns", "Kyiv"),
    ("Ada Lund, the mayor of Oslo, said the tunnel was shut.", "the tunnel", "Ada Lund"),
    ("Ada Lund, who runs the mine, said the tunnel was shut.", "the tunnel", "Ada Lund"),
    ("Fighting resumed and officials said 40 houses burned.", "40 houses", "officials"),
    ("Police said 40 houses burned, adding that a school was lost.", "a school", "Police"),
    ("Mr Berg was quoted as saying that 40 houses burned.", "40 houses", "Mr Berg"),
    ("The deaths were confirmed by the ministry.", "The deaths", "the ministry"),
    ("“We lost 40 ships.\n“The harbour is empty,” Ada Lund said.", "40 ships", "Ada Lund"),
    ("“We lost 40 ships,” Ada Lund said. “The harbour is empty.\n“We go home in May.”", "in May", "Ada Lund"),
    ("“We lost 40 ships,” Ada Lund said.\n“The harbour is empty,” Bo Dahl said.", "40 ships", "Ada Lund"),
    ("“We lost 40 ships,” Ada Lund said.\n“The harbour is empty,” Bo Dahl said.", "The harbour", "Bo Dahl"),
    ("Ada Lund told MPs that Sir Bo Dahl would lead it. She said it could take 18 months.", "18 months", "Ada Lund"),
    ("Results are expected on Thursday, its chairwoman, Ada Lund, said.", "Thursday", "its chairwoman, Ada Lund"),
    (
        "Its spokesman, Bo Dahl, dismissed the claim as “a fairy tale.”",
        "a fairy tale",
        "Its spokesman, Bo Dahl",
    ),
    ("Police identified the suspect as Cem Kaya, 23.", "Cem Kaya", "Police"),
    ("The harbour office said the port was shut. It added that 40 ships were waiting.", "40 ships", "The harbour office"),
    ("Miners said the shaft was wet. They said 40 pumps had failed.", "40 pumps", "Miners"),
    (
        "Forty pumps failed, according to officials from Norway, Chile, and Ghana.",
        "Forty pumps",
        "officials from Norway, Chile, and Ghana",
    ),
    (
        "According to officials from Norway, Chile, and Ghana, 40 pumps failed.",
        "40 pumps",
        "officials from Norway, Chile, and Ghana",
    ),
    ("The bank on Tuesday reported a loss of $3 million.", "$3 million", "The bank"),
    ("Trade, Ada Lund wrote in a letter to the council, fell by 40%.", "40%", "Ada Lund"),
    ("Ada Lund, Bo Dahl and Cem Kaya said that 40 pumps had failed.", "40 pumps", "Ada Lund, Bo Dahl and Cem Kaya"),
    (
        "Meanwhile, on Friday, the union's president, Bo Dahl, told the Bergen Times that 40 pumps had failed.",
        "40 pumps",
        "the union's president, Bo Dahl",
    ),
    ("Officials say 40 pumps failed.", "40 pumps", "Officials"),
    ("In the union's opinion, the shaft needs 40 pumps.", "40 pumps", "the union"),
    ("Bo denied stealing 40 pumps.", "40 pumps", "Bo"),
    ("The shaft, which police said was flooded in 1990, needs pumps.", "1990", "police"),
    ("The council reports the shaft will need 40 pumps.", "40 pumps", "The council"),
    ("Bo Dahl told the crowd, “The shaft needs 40 pumps.”", "40 pumps", "Bo Dahl"),
    ("Ada Lund described the mine as “a trap.”", "a trap", "Ada Lund"),
    ("Bo Dahl, a once celebrated miner, said the shaft needs 40 pumps.", "40 pumps", "Bo Dahl"),
    ("The bank said that it expects 40 pumps to fail.", "40 pumps", "The bank"),
    ("The quake (of 6.1 according to the weather office) killed nobody.", "6.1", "the weather office"),
    ("The strike goes on, with the union saying that 40 pumps have failed.", "40 pumps", "the union"),
    ("“The shaft needs 40 pumps”, argued Bo Dahl.", "40 pumps", "Bo Dahl"),
    ("“He said 40 ships had left,” Ada Lund said.", "40 ships", "Ada Lund"),
]

# (article, words of it that nobody in it says, or nobody that can be told)
UNSAID = [
    ("Harbour spokesman Nils Berg stated that the port was shut.", "Nils Berg"),
    ("Forty people had died, said Ada Lund, a professor at Oslo.", "a professor at Oslo"),
    ("According to Ada Lund, an analyst at Orkla, the mine employs 40 people.", "an analyst at Orkla"),
    ("Putin, who said little, arrived with 40 aides.", "40 aides"),
    ("The mine opened in 1950 and employs 40 people.", "40 people"),
    ("He said 40 people worked there.", "40 people"),
    ("Ada Lund said the mine was safe. Eva Dahl left for Oslo. She said 40 people worked there.", "40 people"),
    ("Ada Lund said: “We lost 40 ships.\n“The harbour is empty.\n“We go home in May.”\nThe town has a school.", "a school"),
    ("The United States sent 40 ships.", "40 ships"),
    ("Insurance claims rose 40% in May.", "40%"),
    ("The plan announced on Monday would cut 300 jobs.", "300"),
    ("It is said to hold 40 ships.", "40 ships"),
    ("She was told that 40 ships had left.", "40 ships"),
    ("The firm did not say whether 40 ships had left.", "40 ships"),
    ("The ministry said on Monday that 40 ships had left.", "Monday"),
    ("Ada told reporters the mine had 40 workers.", "reporters"),
    ("After police said the road was open, 40 lorries left.", "40 lorries"),
    ("The ministry said the road was open, but 40 lorries were stuck.", "40 lorries"),
    ("Ada Lund described the mine, “Old Trap”, to the council.", "Old Trap"),
    ("Ada Lund called the boat “Nora”.", "Nora"),
    ("The ministry said the plan was “dead.” It was written in 1990.", "1990"),
    ("The blast claimed 40 lives.", "40"),
    ("In June, the ministry said 40 houses burned.", "In June"),
    ("If police say 40 houses burned, the mayor will resign.", "40 houses"),
    ("Ada said Bo, who was born in 1950, had left the town.", "1950"),
    ("“We lost 40 ships.”\nThe town has a school.", "40 ships"),
    ('The "Old Crown" inn has 40 rooms.', "Old Crown"),
    ("Police found 40 coins. It was later claimed that Bo had stolen them.", "Bo"),
    ("Mr Berg said the shaft was wet. She said 40 pumps had failed.", "40 pumps"),
    ("The stones are sorted according to size, and 40 are kept.", "40"),
    ("The council will announce 40 new homes.", "40 new homes"),
    ("Bo called for an end of a row that has seen two firms claim to own 40 pumps.", "40 pumps"),
    ("The warden told the boys the rules and locked 40 doors.", "40 doors"),
    ("The minister put his name at 11:40 under the law.", "11:40"),
    ("Officials who said the road was safe were wrong about 40 bridges.", "40 bridges"),
    ("Ada Lund, whose father said he was born in Oslo, paid 40 crowns.", "40 crowns"),
    ("Ada Lund said nothing and bought 40 pumps.", "40 pumps"),
    ("Ada Lund, the mayor who said 40 pumps had failed, resigned on Monday.", "Monday"),
    ("The harbour has 40 berths; its owner says that trade is slow.", "40 berths"),
    ("“Trade is slow,” the owner said, standing beside 40 barrels.", "40 barrels"),
    ("The United States reports to the council that meets in 1990.", "1990"),
]

WORDS = (
    'said says told that , . “ ” " ; : and but who which while according to the ministry Ada Lund in 2009 on Monday 40 if '
    "denied ( ) \n he they it police announced adding data from view's show claims also not — « Ärzte 𝒜"
).split(" ")


def _speaker(text: str, words: str) -> str | None:
    start = text.index(words)
    found = speaker(text, start, start + len(words))
    return None if found is None else text[slice(*found)]


def _holds(one: str, other: str) -> bool:
    return f" {normal_form(other)} " in f" {normal_form(one)} "


@pytest.mark.parametrize(("text", "words", "who"), SAID)
def test_the_one_who_says_it_is_named(text: str, words: str, who: str) -> None:
    assert _speaker(text, words) == who


@pytest.mark.parametrize(("text", "words"), UNSAID)
def test_what_nobody_says_has_no_speaker(text: str, words: str) -> None:
    assert _speaker(text, words) is None


# A little below what is measured. A wrong speaker costs more than a missing one.
@pytest.mark.parametrize(("half", "precision", "recall"), [("tuned", 0.97, 0.95), ("kept", 0.9, 0.7)])
def test_precision_and_recall_on_sentences_as_in_the_news(half: str, precision: float, recall: float) -> None:
    shown = [_speaker(row["article"], row["words"]) for row in GOLD[half]]
    named = [row["said_by"] for row in GOLD[half]]
    right = sum(
        who is not None and name is not None and (_holds(name, who) or _holds(who, name))
        for who, name in zip(shown, named, strict=True)
    )
    assert right >= precision * sum(who is not None for who in shown)
    assert right >= recall * sum(name is not None for name in named)


def test_offsets_count_in_the_whole_article() -> None:
    text = "A line of nothing much.\n" * 1_000 + "Ada Lund said that 40 ships had left.\n" + "Another line.\n" * 1_000
    start = text.index("40 ships")
    assert speaker(text, start, start + len("40 ships")) == (text.index("Ada Lund"), text.index("Ada Lund") + len("Ada Lund"))


def test_a_name_that_stands_twice_is_the_one_beside_the_claim() -> None:
    text = "Ada Lund came by boat. Ada Lund said that 40 ships had left."
    start = text.index("40 ships")
    assert speaker(text, start, start + 8) == (text.rindex("Ada Lund"), text.rindex("Ada Lund") + len("Ada Lund"))


def test_a_pronoun_gives_way_to_the_words_that_it_takes_up() -> None:
    text = "Ada Lund said the mine was safe.\nThe lamps are new.\nShe added that 40 people worked there."
    start = text.index("40 people")
    assert speaker(text, start, start + 9) == (0, len("Ada Lund"))


@pytest.mark.parametrize("text", ["“", '"' * 3_000, "said " * 1_000, "Ada said, " * 900, "“ " * 3_000, "," * 9_000])
def test_strange_articles_are_read_without_a_fault(text: str) -> None:
    for start in (0, len(text) // 2, len(text) - 1):
        found = speaker(text, start, start + 1)
        assert found is None or 0 <= found[0] < found[1] <= len(text)


@pytest.mark.parametrize(("start", "end"), [(0, 0), (-1, 2), (3, 2), (0, 99), (3, 4)])
def test_a_span_that_holds_no_words_has_no_speaker(start: int, end: int) -> None:
    assert speaker("Ada said it.", start, end) is None


@settings(deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join)), st.data())
def test_a_speaker_is_words_of_the_article_beside_the_span(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    found = speaker(text, start, end)
    if found is not None:
        assert 0 <= found[0] < found[1] <= len(text)
        assert found[1] <= start or end <= found[0]
        assert text[slice(*found)] == text[slice(*found)].strip() != ""
