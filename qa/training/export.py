"""A run's averaged weights as a folder that Quoth ships: packed weights, configuration, tokenizer."""

from __future__ import annotations

import shutil
from pathlib import Path

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from qa.packing import pack
from qa.training.train import averaged_weights


def export(run: Path, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, folder: Path) -> None:
    """Writes the last checkpoint of `run` to `folder` in place of the weights there; what else lies there, such as a model
    card, stays.

    Raises FileNotFoundError where the run has no checkpoint.
    """
    weights = {name: value.numpy() for name, value in averaged_weights(run).items()}
    fresh = folder.with_name(folder.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    pack(weights, fresh)
    model.config.save_pretrained(fresh)
    tokenizer.save_pretrained(fresh)
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.safetensors"):
        path.unlink()
    for path in fresh.iterdir():
        path.replace(folder / path.name)
    fresh.rmdir()
