"""The training loop: warm-up, a constant learning rate, a linear cool-down, and a running average of the weights.

Everything is decided by the seed and the number of examples, so that a run can stop at any moment and go on from its last
checkpoint to the same end.
"""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import PreTrainedModel

from index.precision import computes_in_bfloat16
from qa.training.examples import Example
from qa.windows import pad

# How much of what is wanted goes to the other answers of a window that holds several.
OTHERS_SHARE = 0.4


@dataclass(frozen=True)
class Recipe:
    """What decides a run, kept beside its checkpoint.

    examples: windows seen in all. batch: windows a step. learning_rate: the constant one. warm_up, cool_down: parts of the
    run. average: decay of the running average of the weights, a step. seed: order of the examples and dropout.
    """

    examples: int
    batch: int = 16
    learning_rate: float = 1.5e-4
    weight_decay: float = 0.01
    warm_up: float = 0.04
    cool_down: float = 0.35
    average: float = 0.995
    seed: int = 7

    @property
    def steps(self) -> int:
        return self.examples // self.batch

    def rate(self, step: int) -> float:
        """The learning rate of a step counted from 0."""
        rising = min(1.0, (step + 1) / max(1, self.warm_up * self.steps))
        falling = min(1.0, (self.steps - step) / max(1, self.cool_down * self.steps))
        return self.learning_rate * min(rising, falling)


def batches(examples: Sequence[Example], recipe: Recipe) -> Iterator[list[Example]]:
    """The run's batches: passes over the examples, each in a new order, windows of like length together to save padding."""
    chooser = random.Random(recipe.seed)
    made = 0
    while True:
        order = list(examples)
        chooser.shuffle(order)
        for first in range(0, len(order), 40 * recipe.batch):
            block = sorted(order[first : first + 40 * recipe.batch], key=lambda example: len(example.window.input_ids))
            cut = [block[i : i + recipe.batch] for i in range(0, len(block), recipe.batch)]
            chooser.shuffle(cut)
            for batch in cut:
                if made == recipe.steps:
                    return
                made += 1
                yield batch


def span_loss(start_scores: Tensor, end_scores: Tensor, allowed: Tensor, starts: Tensor, ends: Tensor) -> Tensor:
    """Mean cross entropy of the start and of the end position, over the passage's tokens and the first one.

    All are (windows, tokens); starts and ends say how much each position is wanted and sum to 1. BERT's formulation (Devlin
    et al. 2019, 4.3), there for one wanted position each.
    """
    floor = torch.finfo(torch.float32).min
    start_scores = start_scores.float().masked_fill(~allowed, floor)
    end_scores = end_scores.float().masked_fill(~allowed, floor)
    loss = torch.nn.functional.cross_entropy(start_scores, starts) + torch.nn.functional.cross_entropy(end_scores, ends)
    return loss / 2


def train(
    model: PreTrainedModel,
    examples: Sequence[Example],
    recipe: Recipe,
    run: Path,
    *,
    pad_token_id: int,
    checkpoint_every: float = 300.0,
    report: Callable[[int, float, float], None] | None = None,
) -> dict[str, Tensor]:
    """Trains and returns the averaged weights, which the last checkpoint holds too.

    Goes on from the checkpoint in `run` when there is one of the same recipe.

    checkpoint_every: seconds between checkpoints. Raises ValueError for a checkpoint of another recipe.
    """
    optimizer = torch.optim.AdamW(_groups(model, recipe), lr=recipe.learning_rate, fused=True)
    average = {name: value.detach().clone() for name, value in model.state_dict().items()}
    done = _resume(run, recipe, model, optimizer, average)
    model.train()
    saved, recent = time.monotonic(), 0.0
    for step, batch in enumerate(batches(examples, recipe)):
        if step < done:
            continue
        # Anew for every step, so that a run that goes on draws the same dropout as one that was never stopped.
        torch.manual_seed(recipe.seed * 1_000_000 + step)
        for group in optimizer.param_groups:
            group["lr"] = recipe.rate(step)
        loss = _step_loss(model, batch, pad_token_id)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        # A short run's average would remember the untrained start, so the decay grows towards its value.
        decay = min(recipe.average, (step + 1) / (step + 10))
        with torch.no_grad():
            for name, value in model.state_dict().items():
                average[name].lerp_(value, 1 - decay) if value.is_floating_point() else average[name].copy_(value)
        recent = loss.item() if step == done else 0.98 * recent + 0.02 * loss.item()
        if report is not None and step % 20 == 0:
            report(step, recent, recipe.rate(step))
        if time.monotonic() - saved > checkpoint_every:
            _save(run, recipe, step + 1, model, optimizer, average)
            saved = time.monotonic()
    _save(run, recipe, recipe.steps, model, optimizer, average)
    return average


def _step_loss(model: PreTrainedModel, batch: Sequence[Example], pad_token_id: int) -> Tensor:
    padded = pad([example.window for example in batch], pad_token_id)
    inputs = {
        "input_ids": torch.from_numpy(padded.input_ids),
        "attention_mask": torch.from_numpy(padded.attention_mask),
    }
    if getattr(model.config, "type_vocab_size", 0) > 1:
        inputs["token_type_ids"] = torch.from_numpy(padded.token_type_ids)
    allowed = torch.from_numpy(padded.in_passage)
    allowed[:, 0] = True
    # Elsewhere 16-bit products are emulated, several times slower than 32-bit ones.
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=computes_in_bfloat16()):
        scores = model(**inputs)
    starts, ends = wanted(batch, allowed.shape[1])
    return span_loss(scores.start_logits, scores.end_logits, allowed, starts, ends)


def wanted(batch: Sequence[Example], tokens: int) -> tuple[Tensor, Tensor]:
    """How much each position is wanted as the start and as the end, each (windows, tokens).

    Of several answers the usual one is wanted most, so that no span from the start of one to the end of another scores as
    high as it does.
    """
    starts, ends = torch.zeros(len(batch), tokens), torch.zeros(len(batch), tokens)
    for row, example in enumerate(batch):
        share = OTHERS_SHARE / len(example.others) if example.others else 0.0
        starts[row, example.start] = ends[row, example.end] = 1 - share * len(example.others)
        for first, last in example.others:
            starts[row, first] += share
            ends[row, last] += share
    return starts, ends


def freeze(model: PreTrainedModel, layers: int) -> None:
    """Leaves all below the transformer's layer of this number, counted from 0, as it is: what was learnt there hardly changes
    later, and a step takes a quarter less time for three layers of eight."""
    model.base_model.requires_grad_(False)
    model.base_model.get_submodule("encoder.layer")[layers:].requires_grad_(True)  # type: ignore[index]


def _groups(model: PreTrainedModel, recipe: Recipe) -> list[dict[str, Any]]:
    """Weight decay for matrices only, as is usual for transformers."""
    trained = [p for p in model.parameters() if p.requires_grad]
    matrices = [p for p in trained if p.ndim > 1]
    others = [p for p in trained if p.ndim <= 1]
    return [{"params": matrices, "weight_decay": recipe.weight_decay}, {"params": others, "weight_decay": 0.0}]


def _save(
    run: Path,
    recipe: Recipe,
    step: int,
    model: PreTrainedModel,
    optimizer: torch.optim.Optimizer,
    average: dict[str, Tensor],
) -> None:
    """Writes the whole state beside the last one and puts it in its place in one move."""
    run.mkdir(parents=True, exist_ok=True)
    names = [name for name, _ in model.named_parameters()]
    order = {id(parameter): name for name, parameter in model.named_parameters()}
    tensors = {f"model.{name}": value.contiguous() for name, value in model.state_dict().items()}
    tensors |= {f"average.{name}": value for name, value in average.items()}
    for parameter, state in optimizer.state.items():
        name = order[id(parameter)]
        tensors[f"first.{name}"], tensors[f"second.{name}"] = state["exp_avg"], state["exp_avg_sq"]
    about = {"step": str(step), "recipe": json.dumps(asdict(recipe)), "parameters": str(len(names))}
    save_file(tensors, run / "checkpoint.new", metadata=about)
    (run / "checkpoint.new").replace(run / "checkpoint.safetensors")


def _resume(
    run: Path,
    recipe: Recipe,
    model: PreTrainedModel,
    optimizer: torch.optim.Optimizer,
    average: dict[str, Tensor],
) -> int:
    """Loads the checkpoint of `run` into the model, the optimizer and the average; returns the steps already done."""
    path = run / "checkpoint.safetensors"
    if not path.exists():
        return 0
    with safe_open(path, framework="pt") as opened:
        about = opened.metadata()
    # A run may be made longer or shorter on the way: up to its cool-down every step is the same.
    if json.loads(about["recipe"]) | {"examples": recipe.examples} != asdict(recipe):
        raise ValueError(f"{path} was made by another recipe ({about['recipe']}); name another run folder to start anew.")
    tensors, step = load_file(path), int(about["step"])
    model.load_state_dict({name[6:]: value for name, value in tensors.items() if name.startswith("model.")})
    for name in average:
        average[name].copy_(tensors[f"average.{name}"])
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            optimizer.state[parameter] = {
                "step": torch.tensor(float(step)),
                "exp_avg": tensors[f"first.{name}"],
                "exp_avg_sq": tensors[f"second.{name}"],
            }
    return step


def averaged_weights(run: Path) -> dict[str, Tensor]:
    """The averaged weights of a run's last checkpoint. Raises FileNotFoundError where it has none."""
    tensors = load_file(run / "checkpoint.safetensors")
    return {name.removeprefix("average."): value for name, value in tensors.items() if name.startswith("average.")}


def minutes_left(step: int, steps: int, seconds: float, done: int) -> float:
    """Minutes to the end of a run that did `step - done` of its steps in so many seconds."""
    return math.inf if step <= done else (steps - step) * seconds / (step - done) / 60
