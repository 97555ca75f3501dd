"""Weights in six bits: how a reader of 80 million parameters ships in 60 megabytes.

Every matrix is cut along its rows into groups of GROUP weights; a group is stored as one half-precision scale, the greatest
magnitude in it by 31, and a whole number from -31 to 31 for each weight: symmetric round-to-nearest quantisation, as in
Dettmers and Zettlemoyer 2023. Four such numbers, plus 32, fill three bytes. Other tensors are stored in half precision. The
files are plain safetensors: NAME.packed and NAME.scales for a matrix, NAME for what is not packed.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file, save_file

GROUP = 64
# A repository takes no file beyond this size, in bytes.
MAX_FILE = 48_000_000
PATTERN = "packed-*.safetensors"

Weights = Mapping[str, npt.NDArray[np.float32]]


def pack(weights: Weights, folder: Path) -> None:
    """Writes the weights to files of MAX_FILE bytes at most, in the tensors' order; matrices whose rows are no multiple of
    GROUP stay in half precision."""
    parts: list[dict[str, npt.NDArray[np.generic]]] = [{}]
    room = MAX_FILE
    for name, weight in weights.items():
        tensors: dict[str, npt.NDArray[np.generic]]
        if weight.ndim == 2 and weight.shape[1] % GROUP == 0:
            packed, scales = _pack_matrix(weight)
            tensors = {f"{name}.packed": packed, f"{name}.scales": scales}
        else:
            tensors = {name: weight.astype(np.float16)}
        size = sum(tensor.nbytes for tensor in tensors.values())
        if size > room and parts[-1]:
            parts.append({})
            room = MAX_FILE
        parts[-1] |= tensors
        room -= size
    folder.mkdir(parents=True, exist_ok=True)
    for number, tensors in enumerate(parts, start=1):
        save_file(tensors, folder / PATTERN.replace("*", str(number)))


def unpack(folder: Path) -> dict[str, npt.NDArray[np.float32]]:
    """The weights that `pack` wrote to this folder, each off by half a step of its group at most.

    Raises KeyError or ValueError for files that are not what `pack` writes.
    """
    tensors: dict[str, npt.NDArray[np.generic]] = {}
    for path in sorted(folder.glob(PATTERN)):
        tensors |= load_file(path)
    weights = {}
    for name, tensor in tensors.items():
        if name.endswith(".packed"):
            bare = name.removesuffix(".packed")
            weights[bare] = _unpack_matrix(tensor.astype(np.uint8, copy=False), tensors[f"{bare}.scales"])
        elif not name.endswith(".scales"):
            weights[name] = tensor.astype(np.float32)
    return weights


def _pack_matrix(weight: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float16]]:
    rows, columns = weight.shape
    groups = weight.reshape(rows, columns // GROUP, GROUP).astype(np.float32)
    scales = (np.abs(groups).max(axis=2) / 31).astype(np.float16)
    steps = np.where(scales == 0, 1, scales).astype(np.float32)[:, :, None]
    numbers = (np.clip(np.rint(groups / steps), -31, 31) + 32).astype(np.uint8).reshape(-1, 4)
    one, two, three, four = numbers.T
    packed = np.stack([one << 2 | two >> 4, (two & 15) << 4 | three >> 2, (three & 3) << 6 | four], axis=1)
    return packed.reshape(rows, columns * 3 // 4), scales


def _unpack_matrix(packed: npt.NDArray[np.uint8], scales: npt.NDArray[np.generic]) -> npt.NDArray[np.float32]:
    rows, count = scales.shape
    first, second, third = packed.reshape(-1, 3).T
    numbers = np.empty((len(first), 4), dtype=np.int8)
    numbers[:, 0] = first >> 2
    numbers[:, 1] = (first & 3) << 4 | second >> 4
    numbers[:, 2] = (second & 15) << 2 | third >> 6
    numbers[:, 3] = third & 63
    numbers -= 32
    groups = numbers.reshape(rows, count, GROUP).astype(np.float32)
    groups *= scales.astype(np.float32)[:, :, None]
    return groups.reshape(rows, count * GROUP)
