"""Texts to unit vectors, by any sentence-transformers model."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from index.errors import ModelError
from index.models import model_folder, weights_sha256
from index.precision import computes_in_bfloat16

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Floats = npt.NDArray[np.float32]
# So many texts are passages to be indexed, and are worth 16-bit floats on processors that multiply them. Questions, which come
# one by one, are embedded in 32 bits: to shorten the weights anew takes longer than such a text.
_MANY = 16


class Embedder(Protocol):
    """What turns texts into vectors. name, sha256 (of the weights) and dimension bind an index to it; max_tokens is the
    longest text it reads whole, special tokens not counted."""

    @property
    def name(self) -> str: ...

    @property
    def sha256(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    @property
    def max_tokens(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> Floats:
        """(texts, dimension) unit vectors."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The length of each text in tokens, special ones not counted."""
        ...


class SentenceTransformerEmbedder:
    """An Embedder made of a sentence-transformers model (Reimers and Gurevych 2019)."""

    def __init__(self, name: str, sha256: str, model: SentenceTransformer) -> None:
        self.name = name
        self.sha256 = sha256
        self._model = model
        self._lock = Lock()
        dimension, limit = model.get_embedding_dimension(), model.max_seq_length
        if dimension is None or limit is None:
            raise ModelError(f"The model {name} does not say its dimension or its longest input; choose another embedder.")
        self.dimension = dimension
        self.max_tokens = limit - 2
        # Counting must see a text whole; the model's own tokenizer would stop at its limit.
        self._tokenizer = model.tokenizer.backend_tokenizer.from_str(model.tokenizer.backend_tokenizer.to_str())
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    def encode(self, texts: Sequence[str]) -> Floats:
        """(texts, dimension) unit vectors."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        import torch

        hasty = len(texts) >= _MANY and computes_in_bfloat16()
        # One at a time: a fast tokenizer cannot be shared by threads, and the model uses all cores anyway.
        with self._lock, torch.autocast("cpu", dtype=torch.bfloat16, enabled=hasty):
            vectors = self._model.encode(
                [text.encode(errors="replace").decode() for text in texts],  # a lone surrogate is no text to a tokenizer
                batch_size=32,
                normalize_embeddings=True,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
        return np.ascontiguousarray(vectors, dtype=np.float32)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The length of each text in tokens, special ones not counted."""
        return [len(encoding.ids) for encoding in self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)]


def load_embedder(name: str) -> SentenceTransformerEmbedder:
    """The embedder of this name: the default's package, a folder, or a hub name. Raises ModelError where it cannot be had."""
    folder = model_folder(name)
    from sentence_transformers import SentenceTransformer
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        model = SentenceTransformer(str(folder), device="cpu", local_files_only=True, trust_remote_code=False)
    except Exception as error:  # a loader given a damaged or foreign folder may raise anything
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ModelError(f"The embedder {name} cannot be loaded ({reason}); name a sentence-transformers model.") from error
    return SentenceTransformerEmbedder(name, weights_sha256(folder), model)
