"""Rich Text Format."""

from __future__ import annotations

import contextlib
import re

from index.formats.document import Document, UnusableError, iso_date, names, without_ending
from index.formats.html import tidy

_HEAD = 64 * 1024  # where the document says of itself what it is, in characters
_CODE_PAGE = re.compile(r"\\ansicpg(\d{1,5})")
_FACT = r"\{\\%s\s([^{}]{0,500})\}"
_CREATED = re.compile(r"\{\\creatim\\yr(\d{4})\\mo(\d{1,2})\\dy(\d{1,2})")


def read_rtf(data: bytes) -> Document:
    """Raises UnusableError; also anything that the parser raises on a damaged file."""
    from striprtf.striprtf import rtf_to_text

    if not data.lstrip()[:5].startswith(b"{\\rtf"):
        raise UnusableError("is damaged or no .rtf file")
    text = data.decode("latin-1")
    code_page = _CODE_PAGE.search(text, 0, _HEAD)
    # The format is ASCII; what else stands in it is in the document's code page.
    with contextlib.suppress(LookupError):
        text = data.decode(f"cp{code_page[1]}" if code_page else "cp1252", errors="replace")

    def plain(rich: str) -> str:
        return str(rtf_to_text(rich, errors="replace"))  # type: ignore[no-untyped-call]

    def fact(name: str) -> str:
        found = re.compile(_FACT % name).search(text, 0, _HEAD)
        return plain(r"{\rtf1 " + found[1] + "}").strip() if found else ""

    created = _CREATED.search(text, 0, _HEAD)
    return Document(
        tidy(plain(text)),
        title=without_ending(fact("title"), ".rtf"),
        published=iso_date("-".join(part.zfill(2) for part in created.groups())) if created else None,
        author=names(fact("author")),
    )
