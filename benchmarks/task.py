"""What a system is given to index and to ask, as every system's own process reads it.

Needs the standard library and numpy only, because the peers' environment has none of Quoth's other libraries for sure.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypedDict

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
PASSAGES_NAME = "passages.jsonl"
VECTORS_NAME = "vectors.npy"
QUESTION_VECTORS_NAME = "questions.npy"

Ask = Callable[[str], str]


class Row(TypedDict):
    """A line of passages.jsonl."""

    id: str
    text: str


@dataclass(frozen=True)
class Task:
    """corpus: a folder as `benchmarks.corpus` writes it. embedded: how many of its passages, the first ones, the system embeds
    itself; the others come with vectors. folder: where the system keeps its index. embedder, reader: folders of models, for
    peers. top_k: how many passages a peer reads. first: a question asked before the others; questions: asked by each number
    of askers in turn."""

    system: str
    corpus: str
    embedded: int
    folder: str
    embedder: str
    reader: str
    top_k: int
    first: str
    questions: Sequence[str]
    askers: Sequence[int]

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Task:
        return cls(**json.loads(path.read_text(encoding="utf-8")))

    def passages(self) -> Iterator[Row]:
        """All passages, in order."""
        with (Path(self.corpus) / PASSAGES_NAME).open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)

    def given_vectors(self) -> Floats:
        """The unit vectors (passages - embedded, dimension) of those that the system does not embed, read as they are used."""
        vectors: Floats = np.load(Path(self.corpus) / VECTORS_NAME, mmap_mode="r")
        generated_embedded = self.embedded - (sum(1 for _ in self.passages()) - len(vectors))
        return vectors[generated_embedded:]


def disk_bytes(folder: Path) -> int:
    """What the files under a folder hold."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def peak_bytes() -> int:
    """The most memory that this process has held so far (resident, shared pages counted)."""
    status = Path("/proc/self/status")
    if status.exists():
        # Not getrusage: on Linux it begins with the peak of the process that started this one.
        [line] = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
        return 1024 * int(line.split()[1])
    import resource

    # In bytes on macOS, which has no /proc.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
