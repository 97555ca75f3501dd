"""Character sets are told from the bytes, and what is no text is told from text."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.formats.document import UnusableError
from index.formats.html import decode_html
from index.formats.text import decode

ENGLISH = "The mayor said “the bridge will be closed until spring” – repairs cost £2 million, and the café stays open."
FRENCH = "Le maire a déclaré que l’hôtel serait rénové avant l’été, où près de deux cents élèves sont attendus."
GERMAN = "Die Straße über den Fluß wurde für größere Züge gesperrt, sagte der Bürgermeister am Montag."
RUSSIAN = "Мэр заявил, что мост через реку будет закрыт до весны. Ремонт обойдётся в два миллиона рублей."
JAPANESE = "市長は、橋は春まで閉鎖されると述べた。修理には二百万円かかる見込みである。住民は驚かなかった。"
CHINESE = "市长表示,这座桥将关闭到春天。修理费用预计为两百万元。居民们并不感到惊讶。"
KOREAN = "시장은 다리가 봄까지 폐쇄될 것이라고 말했다. 수리에는 이백만 원이 들 것으로 예상된다."


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        *((ENGLISH, encoding) for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252")),
        (FRENCH, "cp1252"),
        (GERMAN, "iso-8859-1"),
        (GERMAN, "cp850"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8_r"),
        (RUSSIAN, "cp866"),
        (RUSSIAN, "utf-16-be"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
        (CHINESE, "gb18030"),
        (KOREAN, "euc_kr"),
    ],
)
def test_a_text_in_each_character_set(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)).removeprefix("\ufeff") == text


def test_utf_8_with_a_fault_is_not_taken_for_something_else() -> None:
    assert decode(FRENCH.encode() + b"\x92" + RUSSIAN.encode()) == f"{FRENCH}\ufffd{RUSSIAN}"
    assert decode(ENGLISH.encode()[:-50] + b"\xe2\x80") == f"{ENGLISH.encode()[:-50].decode()}\ufffd"


def test_a_page_is_in_what_it_declares_where_it_is_not_utf_8() -> None:
    page = '<meta charset="windows-1251"><p>мэр'
    assert decode_html(page.encode("cp1251")) == page
    assert decode_html(page.encode()) == page
    # what takes quadratic time or is none is not believed
    for name in ("punycode", "zlib", "no-such", "utf-7"):
        assert "f\u00fcr" in decode_html(f'<meta charset="{name}"><p>Größere Züge für'.encode("cp1252"))


@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_a_reason(data: bytes) -> None:
    with contextlib.suppress(UnusableError):
        assert "\0" not in decode(data)


@given(st.text(st.characters(exclude_characters="\0", codec="utf-8")))
def test_utf_8_is_always_itself(text: str) -> None:
    if not text.encode().startswith((b"\xff\xfe", b"\xfe\xff")):
        assert decode(text.encode()) == text
