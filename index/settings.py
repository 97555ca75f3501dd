"""Every setting of Quoth, read from the environment (QUOTH_...) and overridden by keyword.

It stands in the lowest room because all rooms read it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from index.errors import QuothError
from index.models import DEFAULT_EMBEDDER

# What a table's columns can hold, and what any part of a file may say of itself; "id" tells it from the others of its file.
FIELDS = ("text", "title", "published", "author", "language", "url", "id")


class Settings(BaseSettings):
    """One frozen object; an environment variable QUOTH_<NAME> sets what no keyword gives."""

    model_config = SettingsConfigDict(env_prefix="QUOTH_", frozen=True, extra="forbid")

    # Where the index lies.
    index_dir: Path = Path(".quoth")
    # A sentence-transformers name or path; the default is the model that the package of this name carries.
    embedder: str = DEFAULT_EMBEDDER
    # The longest passage, in tokens of the embedder (its own limit is 256).
    passage_tokens: int = Field(default=200, ge=16, le=4096)
    # How much of a passage the next one repeats, in tokens of the embedder.
    overlap_tokens: int = Field(default=40, ge=0, le=1024)
    # A transformers name or path of an extractive question-answering model; empty for the one that Quoth ships.
    reader: str = ""
    # How many passages are found for a question; those near the first one are read.
    top_k: int = Field(default=8, ge=1, le=100)
    # Which column of a table holds what, as "text=body,title=headline"; what is not named is told by the usual names.
    columns: Annotated[dict[str, str] | None, NoDecode] = None
    # Whether `index add` may fetch from addresses inside a network; otherwise only from public ones.
    private_addresses: bool = False
    # The address that the chat listens on.
    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=0, le=65535)
    # Whether the library page only shows the articles.
    read_only: bool = False

    @field_validator("columns", mode="before")
    @classmethod
    def _named_columns(cls, given: object) -> object:
        if not isinstance(given, str):
            return given
        columns = {}
        for pair in filter(str.strip, given.split(",")):
            field, equals, column = (part.strip() for part in pair.partition("="))
            if not (field in FIELDS and equals and column):
                raise ValueError(f"give FIELD=COLUMN with commas between them, FIELD one of {', '.join(FIELDS)}")
            columns[field] = column
        return columns


def read_settings(**given: Any) -> Settings:
    """The settings of the environment, overridden by keyword. Raises QuothError where a value cannot be used."""
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = "QUOTH_" + str(first["loc"][0]).upper()
        raise QuothError(f"{name} cannot be {first['input']!r}: {first['msg'].lower()}.") from None
