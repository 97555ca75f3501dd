"""The FAISS index for more passages than can be compared one by one in an instant.

Vectors stand in inverted lists around the centres of a k-means clustering, and a question looks at the lists next to it only
(Sivic and Zisserman 2003; Jégou, Douze and Schmid 2011); each component takes eight bits. How many lists are looked at is
decided when the index is made, by how much of what an exact search finds is found.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from index.embedder import Floats

# Of the 10 nearest passages so many shall be found, on average.
RECALL = 0.98
_NEAREST = 10
# How many questions measure it, and how near each is to the passage that it is made from: about as near as people's are.
_PROBES = 200
_PROBE_NEARNESS = 0.6
# Vectors a centre that the clustering sees; FAISS asks for 39 at least.
_SAMPLE = 40

Chunks = Iterable[tuple[npt.NDArray[np.int64], Floats]]


@dataclass(frozen=True)
class Approximate:
    """index: a faiss.IndexIVF over ids, of which FAISS's own stubs know too little. recall: the share of the 10 nearest that it
    finds, measured."""

    index: Any
    recall: float


def lists_for(count: int) -> int:
    """How many lists so many vectors stand in: as many as make the centres and the lists cost about the same."""
    return round(2 * math.sqrt(count))


def build(chunks: Callable[[], Chunks], count: int, dimension: int) -> Approximate:
    """The index of `count` unit vectors, which `chunks` gives as (ids (n,), rows (n, dimension)); it is called twice, so that
    no more than a chunk has to be in memory."""
    chance = np.random.default_rng(count)
    lists = lists_for(count)
    wanted = np.sort(chance.choice(count, size=min(count, lists * _SAMPLE), replace=False))
    sample = np.empty((len(wanted), dimension), dtype=np.float32)
    seen = 0
    for _, rows in chunks():
        first, last = np.searchsorted(wanted, [seen, seen + len(rows)])
        sample[first:last] = rows[wanted[first:last] - seen]
        seen += len(rows)
    questions = _probes(sample[chance.permutation(len(sample))[:_PROBES]], chance)
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension), dimension, lists, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    )
    index.train(sample)
    del sample
    nearest: list[tuple[Floats, npt.NDArray[np.int64]]] = []
    for ids, rows in chunks():
        index.add_with_ids(rows, ids)
        scores = questions @ rows.T
        best = np.argsort(-scores, axis=1)[:, :_NEAREST]
        nearest.append((np.take_along_axis(scores, best, axis=1), ids[best]))
    scores, ids = (np.concatenate(parts, axis=1) for parts in zip(*nearest, strict=True))
    exact = np.take_along_axis(ids, np.argsort(-scores, axis=1)[:, :_NEAREST], axis=1)
    recall = 0.0
    for probes in (*(2**power for power in range(lists.bit_length()) if 2**power < lists), lists):
        index.nprobe = probes
        _, found = index.search(questions, _NEAREST)
        recall = float(np.mean([np.isin(right, got).mean() for right, got in zip(exact, found, strict=True)]))
        if recall >= RECALL:
            break
    return Approximate(index, recall)


def ids_of(index: Any) -> npt.NDArray[np.int64]:
    """The ids (n,) in all lists, in no order."""
    lists = index.invlists
    parts = [
        faiss.rev_swig_ptr(lists.get_ids(number), lists.list_size(number)).copy()
        for number in range(index.nlist)
        if lists.list_size(number)
    ]
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)


def _probes(rows: Floats, chance: np.random.Generator) -> Floats:
    """Unit vectors at _PROBE_NEARNESS from these."""
    aside = chance.standard_normal(rows.shape).astype(np.float32)
    aside -= (aside * rows).sum(axis=1, keepdims=True) * rows
    aside /= np.linalg.norm(aside, axis=1, keepdims=True)
    return np.ascontiguousarray(_PROBE_NEARNESS * rows + (1 - _PROBE_NEARNESS**2) ** 0.5 * aside, dtype=np.float32)
