"""Question in, quoted answer out. Uses index; knows nothing of web pages."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from index.search import Filters
    from qa.assistant import Assistant
    from qa.reply import Claim, Reply, Turn

__all__ = ["Assistant", "Claim", "Filters", "Reply", "Turn"]

_ROOMS = {"Assistant": "qa.assistant", "Claim": "qa.reply", "Filters": "index.search", "Reply": "qa.reply", "Turn": "qa.reply"}


def __getattr__(name: str) -> Any:
    """Imports what is asked for when it is (PEP 562): the help of the command line needs none of it."""
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_ROOMS[name]), name)
