"""What can go wrong, each said in one sentence that names the thing, the reason and the way out."""

from __future__ import annotations


class QuothError(Exception):
    """Any failure that a user can mend; its text is meant to be shown as it is."""


class NoUsableIndexError(QuothError):
    """There is no index at the place named, or it is damaged or of another format."""


class BindingError(NoUsableIndexError):
    """The index was made by another model, or with other passage settings, than those in use."""


class ModelError(QuothError):
    """A model cannot be loaded, or its weights are not what they should be."""


class BusyError(QuothError):
    """Another process is changing the index."""
