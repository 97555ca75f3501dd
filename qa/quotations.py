"""Quotations in an article's text: where they stand, and the text with their words hidden."""

from __future__ import annotations

import re
from collections.abc import Sequence


def find_quotations(page: str) -> list[tuple[int, int]]:
    """Start and end of every quotation, with its marks, in order. One that runs over paragraphs, each of which opens it anew,
    is one; a mark that is never closed opens nothing."""
    found: list[tuple[int, int]] = []
    opened: int | None = None
    for mark in re.finditer(r"[“”\"\n]", page):
        at = mark.start()
        if mark[0] == "\n":
            if opened is not None and not re.compile(r"\s*[“\"]").match(page, at):
                wrapped = not page[at + 1 : at + 2].isspace() and page[at + 1 : at + 2].islower()
                opened = opened if wrapped else None
            continue
        before, following = page[at - 1 : at], page[at + 1 : at + 2]
        new_line = not page[page.rfind("\n", 0, at) + 1 : at].strip() if at - page.rfind("\n", 0, at) < 20 else False
        if mark[0] == '"':
            opens = (not before or before.isspace() or before in "([—–-/‘'") and (bool(following.strip()) or opened is None)
        else:
            opens = mark[0] == "“"
        if opens and opened is None:
            opened = at
        elif opens and new_line:
            continue
        elif opens and mark[0] == "“":
            opened = at
        elif opened is not None:
            if at - opened > 1:
                found.append((opened, at + 1))
            opened = None
    return found


def hide_quotations(page: str, found: Sequence[tuple[int, int]]) -> str:
    """The page with the words of its quotations hidden: one run of letters each, with the stop at its end."""
    parts: list[str] = []
    done = 0
    for start, end in found:
        inside = page[start + 1 : end - 1]
        stop = inside.rstrip()[-1:] if inside.rstrip()[-1:] in (".", ",", "!", "?", ";", "…") else ""
        letter = "q" if inside.lstrip()[:1].islower() else "Q"
        parts += [page[done : start + 1], letter * (len(inside) - len(stop)), stop, page[end - 1]]
        done = end
    parts.append(page[done:])
    return "".join(parts)
