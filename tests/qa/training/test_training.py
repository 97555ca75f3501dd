"""A run of training can stop at any moment and goes on to the same end; what it ends with is a reader."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from transformers import AutoModelForQuestionAnswering, PreTrainedModel, PreTrainedTokenizerBase

from index.passages import Passage
from qa.packing import unpack
from qa.reader import load_reader
from qa.training.base import begin_with
from qa.training.examples import Example
from qa.training.export import export
from qa.training.train import OTHERS_SHARE, Recipe, batches, freeze, minutes_left, span_loss, train, wanted
from qa.windows import Window

# With a batch of 2, 26 steps.
RECIPE = Recipe(examples=52, batch=2, learning_rate=1e-2, seed=3)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """So small a model is slower in several threads, above all where others compute too."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


class StoppedError(Exception):
    """Somebody pulled the plug."""


def window(number: int, tokens: int) -> Window:
    ids = np.arange(tokens, dtype=np.int64) * 7 + 1000 + number
    in_passage = np.array([2 < position < tokens - 1 for position in range(tokens)])
    return Window(number, ids, in_passage.astype(np.int64), np.zeros((tokens, 2), dtype=np.int64), in_passage)


EXAMPLES = [Example(window(number, 6 + number % 5), *((0, 0) if number % 3 == 0 else (3, 4))) for number in range(9)]


@pytest.fixture
def fresh(tiny_reader_folder: Path) -> Callable[[float], PreTrainedModel]:
    def load(dropout: float = 0.0) -> PreTrainedModel:
        model = AutoModelForQuestionAnswering.from_pretrained(
            tiny_reader_folder, hidden_dropout_prob=dropout, attention_probs_dropout_prob=dropout, dtype=torch.float32
        )
        assert isinstance(model, PreTrainedModel)
        return model

    return load


def assert_equal(one: dict[str, Tensor], other: dict[str, Tensor]) -> None:
    assert one.keys() == other.keys()
    for name, value in one.items():
        torch.testing.assert_close(value, other[name], rtol=0, atol=1e-6, msg=name)


@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_a_run_that_was_stopped_ends_like_one_that_was_not(
    fresh: Callable[[float], PreTrainedModel], tmp_path: Path, dropout: float
) -> None:
    whole = fresh(dropout)
    expected = train(whole, EXAMPLES, RECIPE, tmp_path / "whole", pad_token_id=0)

    def stop(step: int, _loss: float, _rate: float) -> None:
        if step == 20:
            raise StoppedError

    with pytest.raises(StoppedError):
        train(fresh(dropout), EXAMPLES, RECIPE, tmp_path / "run", pad_token_id=0, checkpoint_every=-1.0, report=stop)
    steps: list[int] = []
    resumed = fresh(dropout)
    # What was drawn in between must not matter.
    torch.rand(5)
    average = train(
        resumed, EXAMPLES, RECIPE, tmp_path / "run", pad_token_id=0, report=lambda step, _loss, _rate: steps.append(step)
    )
    assert steps == [20]
    assert_equal(average, expected)
    assert_equal(dict(resumed.state_dict()), dict(whole.state_dict()))


def test_what_is_frozen_stays_as_it_was_and_the_rest_goes_on_from_its_checkpoint(
    fresh: Callable[[float], PreTrainedModel], tmp_path: Path
) -> None:
    def frozen() -> PreTrainedModel:
        model = fresh(0.0)
        freeze(model, 1)
        return model

    before = dict(fresh(0.0).state_dict())
    average = train(frozen(), EXAMPLES, RECIPE, tmp_path / "whole", pad_token_id=0)
    changed = {name for name, value in average.items() if not torch.equal(value, before[name])}
    assert changed == {"qa_outputs.weight", "qa_outputs.bias"}

    def stop(step: int, _loss: float, _rate: float) -> None:
        if step == 20:
            raise StoppedError

    with pytest.raises(StoppedError):
        train(frozen(), EXAMPLES, RECIPE, tmp_path / "run", pad_token_id=0, checkpoint_every=-1.0, report=stop)
    assert_equal(train(frozen(), EXAMPLES, RECIPE, tmp_path / "run", pad_token_id=0), average)


def test_a_run_begins_with_a_reader_in_packed_weights(
    fresh: Callable[[float], PreTrainedModel], tokenizer: PreTrainedTokenizerBase, tmp_path: Path
) -> None:
    train(fresh(0.0), EXAMPLES, RECIPE, tmp_path / "run", pad_token_id=0)
    export([tmp_path / "run"], fresh(0.0), tokenizer, tmp_path / "reader")
    model, _ = begin_with(str(tmp_path / "reader"), layers=1)
    assert_equal(dict(model.state_dict()), {n: torch.from_numpy(w) for n, w in unpack(tmp_path / "reader").items()})


def test_training_lowers_the_loss(fresh: Callable[[float], PreTrainedModel], tmp_path: Path) -> None:
    losses: list[float] = []
    recipe = Recipe(examples=82, batch=2, learning_rate=1e-2)
    train(fresh(0.0), EXAMPLES, recipe, tmp_path, pad_token_id=0, report=lambda _step, loss, _rate: losses.append(loss))
    assert len(losses) == 3
    assert losses[-1] < 0.8 * losses[0]


def test_a_run_that_is_done_stays_as_it_is(fresh: Callable[[float], PreTrainedModel], tmp_path: Path) -> None:
    first = train(fresh(0.0), EXAMPLES, RECIPE, tmp_path, pad_token_id=0)
    again = train(fresh(0.0), EXAMPLES, RECIPE, tmp_path, pad_token_id=0)
    assert_equal(again, first)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkpoint.safetensors"]


def test_a_checkpoint_of_another_recipe_is_refused(fresh: Callable[[float], PreTrainedModel], tmp_path: Path) -> None:
    train(fresh(0.0), EXAMPLES, Recipe(examples=4, batch=2), tmp_path, pad_token_id=0)
    before = (tmp_path / "checkpoint.safetensors").read_bytes()
    with pytest.raises(ValueError, match="another recipe"):
        train(fresh(0.0), EXAMPLES, Recipe(examples=4, batch=2, seed=8), tmp_path, pad_token_id=0)
    assert (tmp_path / "checkpoint.safetensors").read_bytes() == before


def test_what_is_exported_is_the_average_as_a_reader_that_loads(
    fresh: Callable[[float], PreTrainedModel], tokenizer: PreTrainedTokenizerBase, tmp_path: Path
) -> None:
    average = train(fresh(0.0), EXAMPLES, RECIPE, tmp_path / "run", pad_token_id=0)
    folder = tmp_path / "reader"
    folder.mkdir()
    (folder / "README.md").write_text("A model card.")
    (folder / "model.safetensors").write_text("An older reader's.")
    export([tmp_path / "run"], fresh(0.0), tokenizer, folder)
    weights = unpack(folder)
    assert weights.keys() == average.keys()
    for name, weight in weights.items():
        # This small model's rows are no whole groups, so that all is in half precision; packing has tests of its own.
        assert torch.equal(torch.from_numpy(weight).half(), average[name].half())
    assert (folder / "README.md").read_text() == "A model card."
    assert not list(tmp_path.glob("*.new"))
    assert not (folder / "model.safetensors").exists()
    [spans] = load_reader(str(folder)).read(["Who?"], [Passage("a" * 16, 0, 14, "Mara built it.")])
    assert spans


def test_of_several_runs_the_mean_is_exported(
    fresh: Callable[[float], PreTrainedModel], tokenizer: PreTrainedTokenizerBase, tmp_path: Path
) -> None:
    runs = [tmp_path / "one", tmp_path / "other"]
    one, other = (
        train(fresh(0.0), EXAMPLES, replace(RECIPE, seed=seed), run, pad_token_id=0)
        for seed, run in zip((7, 8), runs, strict=True)
    )
    assert not torch.equal(one["qa_outputs.weight"], other["qa_outputs.weight"])
    export(runs, fresh(0.0), tokenizer, tmp_path / "reader")
    for name, weight in unpack(tmp_path / "reader").items():
        assert torch.equal(torch.from_numpy(weight).half(), ((one[name] + other[name]) / 2).half())


def test_without_a_checkpoint_nothing_is_exported(
    fresh: Callable[[float], PreTrainedModel], tokenizer: PreTrainedTokenizerBase, tmp_path: Path
) -> None:
    with pytest.raises(FileNotFoundError):
        export([tmp_path / "run"], fresh(0.0), tokenizer, tmp_path / "reader")
    assert not (tmp_path / "reader").exists()


def test_the_loss_is_the_mean_cross_entropy_over_what_is_allowed() -> None:
    allowed = torch.tensor([[True, False, True, True], [True, True, False, False]])
    start_scores = torch.tensor([[1.0, 99.0, 2.0, 0.0], [0.5, 0.0, 99.0, 99.0]])
    end_scores = torch.tensor([[0.0, 99.0, 1.0, 3.0], [2.0, -1.0, 99.0, 99.0]])

    def surprise(scores: list[float], right: int) -> float:
        return math.log(sum(map(math.exp, scores))) - scores[right]

    expected = (surprise([1, 2, 0], 1) + surprise([0.5, 0], 0) + surprise([0, 1, 3], 2) + surprise([2, -1], 0)) / 4
    starts, ends = wanted([Example(window(0, 4), 2, 3), Example(window(1, 4), 0, 0)], 4)
    loss = span_loss(start_scores, end_scores, allowed, starts, ends)
    assert loss.item() == pytest.approx(expected, rel=1e-5)


def test_of_several_answers_the_usual_one_is_wanted_most() -> None:
    starts, ends = wanted([Example(window(0, 9), 3, 4, ((5, 5), (7, 8)))], 9)
    assert starts[0].tolist() == pytest.approx([0, 0, 0, 1 - OTHERS_SHARE, 0, OTHERS_SHARE / 2, 0, OTHERS_SHARE / 2, 0])
    assert ends[0].tolist() == pytest.approx([0, 0, 0, 0, 1 - OTHERS_SHARE, OTHERS_SHARE / 2, 0, 0, OTHERS_SHARE / 2])


def test_a_reader_that_is_trained_on_several_answers_finds_them_all(
    fresh: Callable[[float], PreTrainedModel], tmp_path: Path
) -> None:
    model = fresh(0.0)
    several = replace(EXAMPLES[1], others=((5, 5),))
    train(model, [several], Recipe(examples=400, batch=2, learning_rate=1e-2), tmp_path, pad_token_id=0)
    scores = model(input_ids=torch.from_numpy(several.window.input_ids)[None])
    assert sorted(scores.start_logits[0].topk(2).indices.tolist()) == [3, 5]
    assert sorted(scores.end_logits[0].topk(2).indices.tolist()) == [4, 5]


def test_the_rate_rises_stays_and_falls() -> None:
    recipe = Recipe(examples=1600, batch=16, learning_rate=1.0, warm_up=0.1, cool_down=0.4)
    assert recipe.steps == 100
    rates = [recipe.rate(step) for step in range(100)]
    assert rates[:11] == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.0])
    assert rates[10:61] == pytest.approx([1.0] * 51)
    assert rates[61:] == pytest.approx([(100 - step) / 40 for step in range(61, 100)])
    assert rates[-1] > 0
    assert all(0 < Recipe(examples=16).rate(step) <= Recipe.learning_rate for step in range(1))


def test_every_pass_takes_each_example_once_in_a_new_order() -> None:
    recipe = Recipe(examples=36, batch=2)
    taken = [example.window.pair for batch in batches(EXAMPLES, recipe) for example in batch]
    again = [example.window.pair for batch in batches(EXAMPLES, recipe) for example in batch]
    # 9 examples make 5 batches a pass, the last one of a single example; 18 steps are three passes and three batches.
    assert taken == again
    passes = [taken[:9], taken[9:18], taken[18:27]]
    assert all(sorted(one) == list(range(9)) for one in passes)
    assert passes[0] != passes[1]
    assert len(list(batches(EXAMPLES, recipe))) == recipe.steps == 18
    other = list(islice(batches(EXAMPLES, Recipe(examples=36, batch=2, seed=8)), 18))
    assert [example.window.pair for batch in other for example in batch] != taken


def test_the_time_left_counts_from_where_the_run_went_on() -> None:
    assert minutes_left(step=30, steps=90, seconds=120.0, done=10) == pytest.approx(6.0)
    assert minutes_left(step=10, steps=90, seconds=0.0, done=10) == math.inf
