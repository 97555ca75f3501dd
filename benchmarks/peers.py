"""The peers' environment, and the models as peers load them: Quoth's reader as plain safetensors."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from safetensors.numpy import save_file
from transformers.models.auto.modeling_auto import MODEL_FOR_QUESTION_ANSWERING_MAPPING_NAMES

from index.models import weights_sha256
from qa.packing import PATTERN, unpack
from qa.reader import SHIPPED_READER

REQUIREMENTS = Path(__file__).with_name("peers.txt")


def peers_python(folder: Path) -> Path:
    """The Python of the peers' environment, which is made in `folder` unless it is there with these requirements."""
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    made = folder / "made-with.txt"
    wanted = REQUIREMENTS.read_text(encoding="utf-8")
    if python.exists() and made.exists() and made.read_text(encoding="utf-8") == wanted:
        return python
    venv.create(folder, with_pip=True)
    torch = next(line for line in wanted.splitlines() if line.startswith("torch=="))
    for what in ([torch], ["-r", str(REQUIREMENTS)]):
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *what], check=True)  # noqa: S603
    made.write_text(wanted, encoding="utf-8")
    return python


def plain_reader(folder: Path) -> Path:
    """A folder under `folder` with the weights that Quoth ships, in 32 bits, as any library loads them."""
    plain = folder / f"reader-{weights_sha256(SHIPPED_READER)[:12]}"
    weights = plain / "model.safetensors"
    if not weights.exists():
        shutil.copytree(SHIPPED_READER, plain, ignore=shutil.ignore_patterns(PATTERN, "README.md"), dirs_exist_ok=True)
        # The configuration is the base model's, and names what that was made for.
        config = json.loads((plain / "config.json").read_text(encoding="utf-8"))
        config["architectures"] = [MODEL_FOR_QUESTION_ANSWERING_MAPPING_NAMES[config["model_type"]]]
        (plain / "config.json").write_text(json.dumps(config), encoding="utf-8")
        new = weights.with_suffix(".new")
        save_file(unpack(SHIPPED_READER), new, metadata={"format": "pt"})
        new.replace(weights)
    return plain
