"""A run's averaged weights as a folder that Quoth ships: half-precision safetensors, configuration, tokenizer."""

from __future__ import annotations

import shutil
from pathlib import Path

from safetensors.torch import load_file
from transformers import PreTrainedModel, PreTrainedTokenizerBase


def export(run: Path, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, folder: Path) -> None:
    """Writes the last checkpoint of `run` to `folder`; what else lies there, such as a model card, stays.

    Half precision loses less than the third decimal of a score, and halves what every clone downloads. Raises
    FileNotFoundError where the run has no checkpoint.
    """
    tensors = load_file(run / "checkpoint.safetensors")
    model.load_state_dict({name[8:]: value for name, value in tensors.items() if name.startswith("average.")})
    fresh = folder.with_name(folder.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    model.half().save_pretrained(fresh)  # type: ignore[no-untyped-call]
    tokenizer.save_pretrained(fresh)
    folder.mkdir(parents=True, exist_ok=True)
    for path in fresh.iterdir():
        path.replace(folder / path.name)
    fresh.rmdir()
