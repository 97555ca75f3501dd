"""A packed or plain tar as a stream that tarfile can do no harm with: it believes what an archive says of its members."""

from __future__ import annotations

import bz2
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from index.formats.document import UnusableError

MAX_HEADER = 2**15  # bytes that come before a member
MAX_PACKED = 100_000  # parts of a file packed by gzip, bzip2 or xz

_PIECE = 2**16
_XZ_MEMORY = 2**28  # bytes; what its strongest setting needs is a quarter


class Tape:
    """What tarfile reads: forwards only, of headers no more than MAX_HEADER at once, and a budget is told of all of it."""

    def __init__(self, pieces: Iterator[bytes], take_from_budget: Callable[[int], None]) -> None:
        self._pieces, self._take_from_budget = pieces, take_from_budget
        self._piece, self._at, self._place = b"", 0, 0
        self._header: int | None = None

    def start_header(self) -> None:
        self._header = MAX_HEADER

    def start_content(self) -> None:
        self._header = None

    def tell(self) -> int:
        return self._place

    def read(self, size: int) -> bytes:
        if self._header is not None:
            self._header -= size
        if self._header is not None and self._header < 0:
            raise UnusableError(f"describes a file in more than {MAX_HEADER // 2**10} KiB")
        return b"".join(self._take(size))

    def seek(self, place: int) -> None:
        if place < self._place:
            raise UnusableError("is damaged (it leads back to what was read)")
        for _ in self._take(place - self._place):
            pass

    def _take(self, size: int) -> Iterator[bytes]:
        while size > 0:
            if self._at == len(self._piece):
                self._piece, self._at = next(self._pieces, b""), 0
                self._take_from_budget(len(self._piece))
                if not self._piece:
                    return
            taken = self._piece[self._at : self._at + size]
            self._at += len(taken)
            self._place += len(taken)
            size -= len(taken)
            yield taken


class Content(io.RawIOBase):
    """What a member of an archive holds, as a stream: so many bytes of what `read` gives."""

    def __init__(self, read: Callable[[int], bytes], size: int) -> None:
        self._read = read
        self._left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        data = self._read(min(len(buffer), self._left))
        self._left -= len(data)
        buffer[: len(data)] = data
        return len(data)


def unpacked(stream: BinaryIO) -> Iterator[bytes]:
    """The content of a file that gzip, bzip2, xz or nothing has packed, in pieces."""
    kinds: dict[bytes, Callable[[], Any]] = {
        b"\x1f\x8b": lambda: zlib.decompressobj(31),
        b"BZh": bz2.BZ2Decompressor,
        b"\xfd7zXZ": lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY),
    }
    data = stream.read(_PIECE)
    new = next((kind for magic, kind in kinds.items() if data.startswith(magic)), None)
    if new is None:
        while data:
            yield data
            data = stream.read(_PIECE)
        return
    unpacker, packed = new(), 1
    while True:
        piece = unpacker.decompress(data, _PIECE)
        if piece:
            yield piece
        if unpacker.eof:
            # Several may follow one another, and zeros the last.
            data = unpacker.unused_data or stream.read(_PIECE)
            while data and not data.strip(b"\0"):
                data = stream.read(_PIECE)
            if not data:
                return
            packed += 1
            if packed > MAX_PACKED:
                raise UnusableError(f"is packed in more than {MAX_PACKED:,} parts")
            unpacker = new()
            continue
        # zlib hands back what it has not used, the others keep it; what it has not given out, all of them keep.
        data = getattr(unpacker, "unconsumed_tail", b"")
        if not data and len(piece) < _PIECE:
            data = stream.read(_PIECE)
            if not data:
                raise EOFError
