"""Words of others as a terminal may get them: no article and no name may move its cursor, clear it or turn lines round."""

from __future__ import annotations

import re

# C0 but for tabs and line ends, DEL, C1, and what turns the direction of the text behind it.
_COMMAND = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def shown(text: str) -> str:
    """The text with U+FFFD in the place of each character that a terminal obeys; offsets stay as they are.

    >>> shown("3,000\\x1b[5D9,000")
    '3,000\N{REPLACEMENT CHARACTER}[5D9,000'
    """
    return _COMMAND.sub("\N{REPLACEMENT CHARACTER}", text)


def shown_in_line(text: str) -> str:
    """The same for names and titles, which could break a line or a column: of a ZIP's members any may hold line ends."""
    return re.sub(r"[\n\t]", "\N{REPLACEMENT CHARACTER}", shown(text))
