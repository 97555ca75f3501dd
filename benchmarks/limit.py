"""How close the reader and the embedder come to the processor's own limit.

    python -m benchmarks.limit [--threads 2]

Prints JSON: multiply-adds a second of each model over passages of 200 tokens (padding not counted), of a large product of
32-bit matrices, and the share of the peak, cores x clock x multiply-adds a cycle, of the instructions that the model uses.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Annotated

import torch
import typer
from transformers import AutoConfig

from benchmarks.results import cpu_name
from index.embedder import load_embedder
from index.models import DEFAULT_EMBEDDER, model_folder
from index.passages import Passage
from index.precision import computes_in_bfloat16
from qa.eight_bits import EightBits
from qa.reader import load_reader

TOKENS = 200
_ROUNDS = 5
_SIDE = 2048
# Multiply-adds a cycle and core where units are 256 bits wide, as in AMD's cores up to Zen 4: two units of 8 floats, of 16
# floats of 16 bits, or of 32 whole numbers of 8 bits in two steps. Wider units have shares half as great.
_FLOATS, _BFLOATS, _EIGHT_BITS = 16, 32, 32


def main(threads: Annotated[int, typer.Option(help="Processor threads, one a core.")] = 2) -> None:
    torch.set_num_threads(threads)
    clock = _clock()
    print(json.dumps({"cpu": cpu_name(), "threads": threads, "clock_ghz": round(clock / 1e9, 2)}))
    left, right = torch.rand(_SIDE, _SIDE), torch.rand(_SIDE, _SIDE)
    _report("a product of 2048 x 2048 in 32 bits", _SIDE**3, lambda: left @ right, threads * clock * _FLOATS)

    reader = load_reader()
    eight = any(isinstance(layer, EightBits) for layer in reader.model.modules())
    a_cycle = _BFLOATS if computes_in_bfloat16() else _EIGHT_BITS if eight else _FLOATS
    question = "Who counted the ships that called there?"
    asked = len(reader.tokenizer(question)["input_ids"]) + 2
    passages = [Passage(str(number), 0, len(text), text) for number, text in enumerate(_texts(8))]
    _report(
        "the reader, 8 passages",
        8 * multiply_adds(reader.model.config, TOKENS + asked),
        lambda: reader.read([question] * 8, passages),
        threads * clock * a_cycle,
    )

    embedder = load_embedder(DEFAULT_EMBEDDER)
    config = AutoConfig.from_pretrained(model_folder(DEFAULT_EMBEDDER))
    texts = _texts(64)
    a_cycle = _BFLOATS if computes_in_bfloat16() else _FLOATS
    _report(
        "the embedder, 64 passages",
        64 * multiply_adds(config, TOKENS + 2),
        lambda: embedder.encode(texts),
        threads * clock * a_cycle,
    )


def multiply_adds(config: object, tokens: int) -> int:
    """Those of a transformer's layers for one text: four square projections and two to and from the inner width a token, and
    the attention of every token to every token, twice."""
    layers, width, inner = (int(getattr(config, name)) for name in ("num_hidden_layers", "hidden_size", "intermediate_size"))
    return layers * (tokens * (4 * width * width + 2 * width * inner) + 2 * tokens * tokens * width)


def _texts(count: int) -> list[str]:
    """Of TOKENS tokens each: words that both tokenizers have whole."""
    words = ["ships", "called", "there", "last", "year", "and", "were", "counted", "at", "the"]
    return [" ".join(words[(number + place) % len(words)] for place in range(TOKENS)) for number in range(count)]


def _report(name: str, count: int, work: Callable[[], object], peak: float) -> None:
    work()
    took = []
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        work()
        took.append(time.perf_counter() - started)
    reached = count / median(took)
    print(json.dumps({"what": name, "billion_a_second": round(reached / 1e9, 1), "share_of_peak": round(reached / peak, 2)}))


def _clock() -> float:
    """Cycles a second, as Linux tells them of the first core now."""
    found = re.search(r"cpu MHz\s*:\s*([\d.]+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    if found is None:
        raise SystemExit("/proc/cpuinfo does not tell the processor's clock, without which its limit is not known.")
    return 1e6 * float(found.group(1))


if __name__ == "__main__":
    typer.run(main)
