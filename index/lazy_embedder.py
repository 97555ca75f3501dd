"""An embedder that is loaded when it is needed: that takes seconds, and a sync that finds nothing new needs only its name."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from index.embedder import Embedder, Floats, load_embedder
from index.models import model_folder, weights_sha256


class LazyEmbedder:
    """The Embedder of this name, known by its weights' hash at once and loaded by what asks for more.

    Raises ModelError where there is none: when it is made, or where it cannot be loaded, when it is first used.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.sha256 = weights_sha256(model_folder(name))

    @cached_property
    def _loaded(self) -> Embedder:
        return load_embedder(self.name)

    @property
    def dimension(self) -> int:
        return self._loaded.dimension

    @property
    def max_tokens(self) -> int:
        return self._loaded.max_tokens

    def encode(self, texts: Sequence[str]) -> Floats:
        """(texts, dimension) unit vectors."""
        return self._loaded.encode(texts)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """The length of each text in tokens, special ones not counted."""
        return self._loaded.count_tokens(texts)
