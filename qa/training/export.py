"""The averaged weights of runs as a folder that Quoth ships: packed weights, configuration, tokenizer."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from qa.packing import pack
from qa.training.train import averaged_weights


def export(runs: Sequence[Path], model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, folder: Path) -> None:
    """Writes the last checkpoints of `runs` to `folder` in place of the weights there; what else lies there, such as a model
    card, stays. Of several runs that began alike the mean is written (Wortsman et al. 2022).

    Raises FileNotFoundError where a run has no checkpoint.
    """
    found = [averaged_weights(run) for run in runs]
    weights = {name: torch.stack([each[name] for each in found]).mean(dim=0).numpy() for name in found[0]}
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
