"""Questions are held out by their context, made unanswerable without an answer, and labelled where the answer stands."""

from __future__ import annotations

import gzip
import json
import random
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from transformers import PreTrainedTokenizerBase

from index.errors import QuothError
from qa.questions import HELD_OUT_ONE_IN, Question, is_held_out, read_questions
from qa.training.examples import MAX_LENGTH, SHARES, label, mixture, shortened
from qa.training.unanswerable import altered_contexts, bereft_questions, changed_questions, near_misses

DATA = Path(__file__).parents[3] / "../shared/data"
TOWNS = "Ostwick Bergen Hallin Torvik Marsund Kelda Quarne Lisvold Drammar Skelby Norrvik Fentham".split()
MAKERS = "Ada Bo Carin Dag Eskil Freja Gro Hedda Ivar Jorun Kaia Leif".split()


def question(number: int, **changes: object) -> Question:
    town, maker, year = TOWNS[number % 12], MAKERS[number // 12 % 12], 1700 + number
    context = f"The harbour of {town} was built by {maker} Lind in {year}. Its lighthouse burned {number} lamps."
    start = context.index(str(year))
    values: dict[str, object] = {
        "id": str(number),
        "dataset": "towns",
        "title": town,
        "context": context,
        "text": f"In which year was the harbour of {town} built by {maker} Lind?",
        "start": start,
        "end": start + 4,
        "answers": (str(year),),
    }
    return Question(**(values | changes))  # type: ignore[arg-type]


QUESTIONS = [question(number) for number in range(120)]


def test_near_misses_have_another_context_without_the_answer() -> None:
    by_id = {q.id: q for q in QUESTIONS}
    made = near_misses(QUESTIONS, 40, seed=1)
    assert len(made) == 40
    contexts = {q.context for q in QUESTIONS}
    for miss in made:
        original = by_id[miss.id.removesuffix("~near")]
        assert (miss.start, miss.end, miss.answers) == (None, None, ())
        assert miss.text == original.text
        assert miss.context in contexts - {original.context}
        assert not any(answer.lower() in miss.context.lower() for answer in original.answers)
        # It is near: it shares the rarest words, the town or the maker.
        assert original.title in miss.context or original.text.split(" by ")[1].split()[0] in miss.context
    assert len({miss.id for miss in made}) == 40
    assert near_misses(QUESTIONS, 40, seed=1) == made != near_misses(QUESTIONS, 40, seed=2)


def test_near_misses_stay_within_a_data_set_and_need_another_context() -> None:
    assert near_misses([question(1), question(13, dataset="other")], 2, seed=1) == []


def test_a_context_that_holds_the_answer_too_is_no_near_miss() -> None:
    asked, other = question(1), question(13)
    holding = question(13, context=f"{other.context} In {asked.answers[0]} it was sold.")
    assert [made.id for made in near_misses([asked, other], 2, seed=1)].count("1~near") == 1
    assert "1~near" not in [made.id for made in near_misses([asked, holding], 2, seed=1)]


def test_a_bereft_question_keeps_its_context_without_the_answer() -> None:
    context = "One came. Two left in 1930. Three sank in 1931. Four burned. In 1930 five were sold."
    start = context.index("1931")
    asked = question(1, text="When did three sink?", context=context, start=start, end=start + 4, answers=("1931",))
    [made] = bereft_questions([asked], 3, seed=1)
    assert made.context == "One came. Two left in 1930. Four burned. In 1930 five were sold."
    assert (made.text, made.start, made.end, made.answers) == (asked.text, None, None, ())


@pytest.mark.parametrize("context", ["Three sank in 1931. Four burned.", "One. Three sank in 1931. Two. It was sold in 1931."])
def test_a_question_stays_whole_where_the_answer_would_be_left_or_hardly_anything(context: str) -> None:
    start = context.index("1931")
    asked = question(1, context=context, start=start, end=start + 4, answers=("1931",))
    assert bereft_questions([asked], 3, seed=1) == []


def test_a_changed_question_has_one_word_or_name_replaced() -> None:
    by_id = {q.id: q for q in QUESTIONS}
    made = changed_questions(QUESTIONS, 40, seed=1)
    assert len(made) == 40
    for changed in made:
        original_id, _, manner = changed.id.rpartition("~")
        original = by_id[original_id]
        assert (changed.start, changed.end, changed.answers, changed.context) == (None, None, (), original.context)
        [(old, new)] = replaced(original.text, changed.text)
        held = {word.strip(".").lower() for word in original.context.split()}
        match manner:
            case "negation":
                assert (old, new) == ("was", "wasn't")
            case "opposite":
                assert (old, new) == ("built", "demolished")
            case "stranger":
                assert set(old.lower().split()) & held
                assert not set(new.lower().split()) & held
            case "neighbouring name" | "neighbour":
                assert set(new.lower().split()) <= held
                assert old[0].isupper() == new[0].isupper()
                assert new not in original.answers
    assert changed_questions(QUESTIONS, 40, seed=1) == made


def replaced(before: str, after: str) -> list[tuple[str, str]]:
    """The runs of words in which two texts differ."""
    old, new = before.rstrip("?").split(), after.rstrip("?").split()
    codes = SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes()
    return [(" ".join(old[i:j]), " ".join(new[k:m])) for code, i, j, k, m in codes if code != "equal"]


def test_an_altered_context_lacks_a_word_of_the_question_or_has_it_replaced_in_both() -> None:
    by_id = {q.id: q for q in QUESTIONS}
    made = altered_contexts(QUESTIONS, 60, seed=1)
    assert len(made) == 60
    manners = set()
    for altered in made:
        original_id, _, manner = altered.id.rpartition("~")
        original = by_id[original_id]
        manners.add(manner)
        [(old, new)] = replaced(original.context.replace(".", ""), altered.context.replace(".", ""))
        assert old in original.text
        assert old not in altered.context
        if manner == "context":
            assert (altered.text, altered.start, altered.end, altered.answers) == (original.text, None, None, ())
        else:
            assert replaced(original.text, altered.text) == [(old, new)]
            assert altered.answers == original.answers
            assert altered.context[altered.start : altered.end] == original.answers[0]
    assert manners == {"context", "both"}
    assert altered_contexts(QUESTIONS, 60, seed=1) == made


def test_a_word_is_replaced_wherever_it_stands_unless_it_is_part_of_the_answer() -> None:
    context = "Ships came. The ships' crews and every shipyard left; by ships came Ola Berg."
    start = context.index("Ola Berg")
    asked = question(1, text="Who came by ships?", context=context, start=start, end=start + 8, answers=("Ola Berg",))
    others = [replace(q, text=q.text.replace("harbour", "harbours")) for q in QUESTIONS]
    made = [q for seed in range(40) for q in altered_contexts([asked, *others], 110, seed) if "Ola Berg" in q.context]
    assert all("every shipyard left" in q.context for q in made)
    assert {q.context for q in made if "ships" not in q.context.lower()} == {
        "Harbours came. The harbours' crews and every shipyard left; by harbours came Ola Berg."
    }
    part = replace(asked, start=context.index("by ships"), end=start - 6, answers=("by ships",))
    kept = [q for seed in range(40) for q in altered_contexts([part, *others], 110, seed) if "Ola Berg" in q.context]
    assert kept
    assert all("by ships" in q.context for q in kept)


def test_every_manner_of_changing_a_question_is_used() -> None:
    context = (
        "The harbour was built before the war by Mara Lind, and Ola Berg paid. "
        "The largest ship left first, the smaller boat in 1931."
    )
    start = context.index("Ola Berg")
    asked = [
        question(
            number, id=str(number), context=context, text="Whom did the largest ship of Mara Lind leave first?", start=start
        )
        for number in range(120)
    ]
    asked = [replace(q, end=start + 8, answers=("Ola Berg",)) for q in asked]
    made = {
        q.id.rpartition("~")[2]: q.text for q in changed_questions([*asked, *QUESTIONS], 200, seed=2) if q.context == context
    }
    assert made["opposite"] in (
        "Whom did the smallest ship of Mara Lind leave first?",
        "Whom did the largest ship of Mara Lind enter first?",
        "Whom did the largest ship of Mara Lind leave last?",
    )
    assert made["negation"] == "Whom didn't the largest ship of Mara Lind leave first?"
    assert made["answer"] == made["neighbouring name"] == "Whom did the largest ship of Ola Berg leave first?"
    assert made["neighbour"] in [
        f"Whom did the largest {noun} of Mara Lind leave first?" for noun in ("boat", "harbour", "war")
    ]
    assert "stranger" in made


words = st.sampled_from(
    "Ostwick 10,000 soldiers’ were Café e\u0301t\u00e9 naïve 👩\u200d🚀 船は Привет (1931) U.S. “an act”".split()
)


@st.composite
def answered(draw: st.DrawFn) -> Question:
    pieces = draw(st.lists(words, min_size=1, max_size=60))
    if draw(st.booleans()):
        pieces = draw(st.integers(0, 900)) * ["harbour"] + pieces + draw(st.integers(0, 900)) * ["ship"]
    first = draw(st.integers(0, len(pieces) - 1))
    last = draw(st.integers(first, min(first + 8, len(pieces) - 1)))
    start = len(" ".join(pieces[:first])) + (first > 0)
    text = " ".join(pieces[first : last + 1])
    return question(1, context=" ".join(pieces), start=start, end=start + len(text), answers=(text,))


def test_a_shortened_question_keeps_its_answer_and_whole_sentences() -> None:
    context = "One came. Two left. Three sank in 1931. Four burned. Five were sold. Six stayed."
    asked = question(1, context=context, start=context.index("1931"), end=context.index("1931") + 4, answers=("1931",))
    seen = {shortened(asked, random.Random(seed)) for seed in range(40)}
    assert {made.context for made in seen} == {
        " ".join(f"{sentence}." for sentence in context.rstrip(".").split(". ")[first:last])
        for first in (0, 1, 2)
        for last in (3, 4, 5)
    }
    assert all(made.context[made.start : made.end] == "1931" for made in seen)


@given(answered(), st.integers(0, 9))
def test_a_shortened_question_is_a_part_of_the_whole_one(asked: Question, seed: int) -> None:
    made = shortened(asked, random.Random(seed))
    assert made.context in asked.context
    assert made.context[made.start : made.end] == asked.answers[0]


def test_unanswerable_questions_are_not_made_from_unanswerable_ones() -> None:
    unanswerable = [question(number, start=None, end=None, answers=()) for number in range(20)]
    assert near_misses(unanswerable, 5, seed=1) == changed_questions(unanswerable, 5, seed=1) == []
    assert bereft_questions(unanswerable, 5, seed=1) == []


@given(st.lists(answered(), min_size=1, max_size=3))
@example([question(1, context="harbour " * 2000 + "Ostwick" + " ship" * 2000, start=16000, end=16007, answers=("Ostwick",))])
@settings(deadline=None, max_examples=60)
def test_labels_are_the_tokens_of_the_answer(tokenizer: PreTrainedTokenizerBase, questions: list[Question]) -> None:
    examples = label(tokenizer, questions, seed=1)
    for number, asked in enumerate(questions):
        own = [made for made in examples if made.window.pair == number]
        # One window with the answer, and at most one without it.
        [found] = [made for made in own if made.start > 0]
        assert len(own) <= 2
        window = found.window
        assert len(window.input_ids) <= MAX_LENGTH
        assert window.in_passage[found.start : found.end + 1].all()
        assert asked.start is not None
        assert asked.end is not None
        start, end = int(window.offsets[found.start, 0]), int(window.offsets[found.end, 1])
        assert asked.context[start:end] == asked.answers[0]
        assert (start, end) == (asked.start, asked.end)
        for other in own:
            if other.start == 0:
                assert other.end == 0
                held = other.window.offsets[other.window.in_passage]
                assert not ((held[:, 1] > asked.start) & (held[:, 0] < asked.end)).any()


def test_a_window_with_a_part_of_the_answer_is_left_out(tokenizer: PreTrainedTokenizerBase) -> None:
    # Longer than what windows share, so that every window's end cuts it or holds none of it.
    context = "ship " * 200 + "harbour " * 250 + "ship " * 200
    answer = ("harbour " * 250).strip()
    for made in label(tokenizer, [question(1, context=context, start=1000, end=1000 + len(answer), answers=(answer,))], seed=1):
        held = made.window.offsets[made.window.in_passage]
        inside = (held[:, 1] > 1000) & (held[:, 0] < 1000 + len(answer))
        assert inside.sum() == (250 if made.start > 0 else 0)


def test_an_answer_inside_a_word_is_labelled_by_the_whole_token(tokenizer: PreTrainedTokenizerBase) -> None:
    context = "Two troops came."
    [made] = label(tokenizer, [question(1, context=context, start=4, end=9, answers=("troop",))], seed=1)
    assert made.start == made.end
    assert made.window.offsets[made.start].tolist() == [4, 10]


def test_other_answers_are_labelled_beside_the_usual_one(tokenizer: PreTrainedTokenizerBase) -> None:
    context = "Police count 12 dead, the union at least 40. " + "ship " * 400
    asked = question(1, context=context, start=13, end=15, answers=("12",), others=((32, 43),))
    beside, without = label(tokenizer, [asked], seed=1)
    offsets = beside.window.offsets
    assert [context[offsets[first, 0] : offsets[last, 1]] for first, last in beside.others] == ["at least 40"]
    assert context[offsets[beside.start, 0] : offsets[beside.end, 1]] == "12"
    assert (without.start, without.end, without.others) == (0, 0, ())


def test_a_question_without_an_answer_points_at_the_first_token(tokenizer: PreTrainedTokenizerBase) -> None:
    asked = [question(number, start=None, end=None, answers=(), context="ship " * 100 * number) for number in (1, 20)]
    made = label(tokenizer, asked, seed=1)
    assert [(found.window.pair, found.start, found.end) for found in made] == [(0, 0, 0), (1, 0, 0)]


def test_one_context_in_forty_is_held_out_by_its_own_text() -> None:
    held_out = sum(is_held_out(f"Context {number}") for number in range(8000))
    assert held_out == pytest.approx(8000 / HELD_OUT_ONE_IN, rel=0.25)
    assert is_held_out("\ud800") in (True, False)


def write(path: Path, questions: list[Question]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as lines:
        for q in questions:
            answers = [{"text": text, "answer_start": q.context.index(text)} for text in q.answers]
            row = {"id": q.id, "dataset": q.dataset, "title": q.title, "context": q.context}
            lines.write(json.dumps(row | {"question": f" {q.text} ", "answers": answers}) + "\n")


def test_the_mixture_keeps_to_its_shares_and_holds_out_whole_contexts(tmp_path: Path) -> None:
    for name in SHARES:
        write(tmp_path / f"{name}.jsonl.gz", [question(number, dataset=name, id=f"{name}{number}") for number in range(120)])
    mixed = mixture(tmp_path, seed=1)
    trained = [q for q in QUESTIONS if not is_held_out(q.context)]
    assert 0 < len(trained) < len(QUESTIONS)
    by_id = {q.id: q for q in QUESTIONS}
    assert not any(is_held_out(by_id[q.id.partition("~")[0].lstrip("abcdefghijklmnopqrstuvwxyz_")].context) for q in mixed)
    for name, share in SHARES.items():
        assert sum(q.dataset == name and "~" not in q.id for q in mixed) == round(share * len(trained))
    assert any(q.id.endswith("~near") for q in mixed)
    assert any(q.id.endswith("~stranger") for q in mixed)
    assert any(q.start is not None and q.context not in {q.context for q in trained} for q in mixed)
    assert mixture(tmp_path, seed=1) == mixed != mixture(tmp_path, seed=2)


def test_further_questions_are_taken_whole(tmp_path: Path) -> None:
    for name in SHARES:
        write(tmp_path / f"{name}.jsonl.gz", [question(number, dataset=name) for number in range(12)])
    further = [question(number, dataset="further") for number in range(30)]
    mixed = mixture(tmp_path, seed=1, further=[*further, *further])
    assert sorted(q.id for q in mixed if q.dataset == "further" and "~" not in q.id) == sorted(2 * [q.id for q in further])
    assert {q.context for q in mixed if q.dataset == "further" and "~" not in q.id} == {q.context for q in further}


def test_a_missing_file_of_questions_is_said(tmp_path: Path) -> None:
    with pytest.raises(QuothError, match="no file of questions"):
        mixture(tmp_path, seed=1)


@pytest.mark.skipif(not DATA.is_dir(), reason=f"{DATA} is not here")
@pytest.mark.parametrize("name", ["squad_train_part", "qed_natural_questions", "covidqa"])
def test_the_answers_of_the_question_files_are_where_they_say(name: str) -> None:
    path = DATA / "train" / f"{name}.jsonl.gz"
    for number, asked in enumerate(read_questions(path)):
        if asked.start is not None:
            assert asked.context[asked.start : asked.end] in asked.answers
        if number == 2000:
            break
