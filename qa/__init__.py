"""Question in, quoted answer out. Uses index; knows nothing of web pages."""

from index.search import Filters
from qa.assistant import Assistant
from qa.reply import Claim, Reply, Turn

__all__ = ["Assistant", "Claim", "Filters", "Reply", "Turn"]
