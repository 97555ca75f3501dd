"""Plain text and Markdown, and the character sets of both."""

from __future__ import annotations

import codecs
import re

from index.formats.document import Document, UnusableError, iso_date, language_code, names, web_address

# What is enough to tell a character set by: detection takes far longer than decoding.
_SAMPLE = 256 * 1024  # bytes
# Only the encodings that texts are really in: Python knows others that take quadratic time or are not encodings of text.
# In this order where a text could be in several of them.
_ENCODINGS = (
    "cp1252 cp1250 cp1251 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 iso8859_2 iso8859_5 iso8859_7 iso8859_15 koi8_r koi8_u "
    "cp437 cp850 cp852 cp866 mac_roman mac_cyrillic tis_620 gb18030 big5 big5hkscs cp949 euc_kr shift_jis cp932 euc_jp "
    "iso2022_jp utf_16_le utf_16_be"
).split()
# Bytes that are in no text of one byte a character.
_CONTROLS = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f]")

# In code points; the YAML reader takes quadratic time on what is nested.
_MAX_FRONT_MATTER = 4 * 1024
_ATX_HEADING = re.compile(r" {0,3}#{1,6}[ \t]")
_SETEXT_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)\s*")


def decode(data: bytes) -> str:
    """The text in the character set that its first bytes name, in UTF-8, or in the one that it seems to be in.

    Raises UnusableError where it is no text.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _checked(_decode_as(data, "UTF-16"))
    reason = "is binary (holds NUL characters)"
    if b"\0" not in data:
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            reason = f"is not UTF-8 text (byte 0x{data[error.start]:02x} at offset {error.start})"
        if (mended := _mended(data)) is not None:
            return mended
    encoding = detect(data)
    if encoding is None:
        raise UnusableError(reason)
    return _checked(data.decode(encoding, errors="replace"))


def _mended(data: bytes) -> str | None:
    """Text that is UTF-8 but for a few bytes, with U+FFFD for those, or None.

    In other character sets, characters of several bytes come about by chance, far more seldom than bytes that are in none.
    """
    text = data.decode(errors="replace")
    faults = text.count("\ufffd")
    proofs = len(text) - len(text.encode("ascii", errors="ignore")) - faults
    return text if proofs > faults else None


def detect(data: bytes) -> str | None:
    """The Python name of the character set that bytes which are no UTF-8 seem to be in, or None."""
    from charset_normalizer import from_bytes

    sample = data[:_SAMPLE]
    wide = b"\0" in sample
    if not wide and _CONTROLS.search(sample) and b"\x1b" not in sample:
        return None
    # What has NUL characters is UTF-16 or no text; what has none is nothing but Latin script in it.
    candidates = [name for name in _ENCODINGS if name.startswith("utf_16") == wide]
    matches = from_bytes(sample, cp_isolation=candidates, preemptive_behaviour=False)
    if (best := matches.best()) is None:
        return None
    alike = {
        name
        for match in matches
        if (match.chaos, match.coherence) == (best.chaos, best.coherence)
        for name in match.could_be_from_charset
    }
    return min(alike | {best.encoding}, key=lambda name: candidates.index(name) if name in candidates else len(candidates))


def _decode_as(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        place = f"byte 0x{data[error.start]:02x} at offset {error.start}"
        raise UnusableError(f"is not {encoding} text ({place})") from error


def _checked(text: str) -> str:
    if "\0" in text:
        raise UnusableError("is binary (holds NUL characters)")
    return text


def read_text(data: bytes) -> Document:
    """Raises UnusableError."""
    return Document(decode(data))


def read_markdown(data: bytes) -> Document:
    """The whole text as it stands, with what its front matter says. Raises UnusableError."""
    text = decode(data).removeprefix("\ufeff").replace("\r\n", "\n")
    facts = _front_matter(text)
    return Document(
        text,
        title=facts.get("title") or _markdown_title(text) or "",
        published=iso_date(facts.get("date") or facts.get("published")),
        author=names(facts.get("author") or facts.get("authors")),
        language=language_code(facts.get("lang") or facts.get("language")),
        url=web_address(facts.get("canonical_url") or facts.get("canonicalurl") or facts.get("url")),
    )


def _front_matter(text: str) -> dict[str, str]:
    """The fields of a YAML header that are one value or a list of some, as text, by names in lower case."""
    head = text[:_MAX_FRONT_MATTER]
    end = head.find("\n---", 3)
    if not re.match(r"---[ \t]*\n", head) or end < 0:
        return {}
    import yaml  # type: ignore[import-untyped]

    try:
        # BaseLoader makes nothing but texts, lists and mappings: no dates, no objects.
        found = yaml.load(head[4:end], Loader=yaml.BaseLoader)  # noqa: S506
    except (yaml.YAMLError, RecursionError, ValueError):
        return {}
    facts = {}
    for name, value in found.items() if isinstance(found, dict) else ():
        values = value if isinstance(value, list) else [value]
        if isinstance(name, str) and values and all(isinstance(each, str) for each in values):
            facts[name.lower()] = ", ".join(values).strip()
    return facts


def _markdown_title(text: str) -> str | None:
    """The first heading, outside of front matter and fenced code; None if there is none."""
    lines = text.split("\n")
    hidden_until = "---" if lines[0].rstrip() == "---" else ""
    for number, line in enumerate(lines[1:] if hidden_until else lines, 1 if hidden_until else 0):
        stripped = line.strip()
        if hidden_until:
            hidden_until = "" if stripped.startswith(hidden_until) else hidden_until
        elif stripped.startswith(("```", "~~~")):
            hidden_until = stripped[:3]
        elif _ATX_HEADING.match(line) and stripped.strip("# \t"):
            return stripped.strip("# \t")
        elif stripped and number + 1 < len(lines) and _SETEXT_UNDERLINE.fullmatch(lines[number + 1]):
            return stripped
    return None
