"""Encoded packets of one stretch of video in a file that tells by itself whether it is whole."""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_MAGIC = b"sakuga segment 1\n"
_SPAN = struct.Struct("<qqq")
_RECORD = struct.Struct("<qqqIB")
_HASH = 32
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Span:
    """Which frames of a source a segment holds."""

    first: int
    """Number of its first frame in display order, from 0."""
    count: int
    pts: int
    """Of its first frame, as the source has it."""


@dataclass(frozen=True, slots=True)
class StoredPacket:
    """One encoded picture, its times in the time base of the source."""

    pts: int
    dts: int
    duration: int
    key: bool
    size: int
    """Bytes of the payload."""


class SegmentFile:
    """Writes packets; `close()` adds the checksum that makes the file whole."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._hash = hashlib.sha256()
        self._write(_MAGIC)

    def add(self, pts: int, dts: int, duration: int, key: bool, payload: bytes) -> None:
        """Append one packet."""
        self._write(_RECORD.pack(pts, dts, duration, len(payload), key) + payload)

    def close(self, span: Span) -> None:
        """Finish the file and wait until the disk holds it."""
        self._write(_SPAN.pack(span.first, span.count, span.pts))
        self._file.write(self._hash.digest())
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def abandon(self) -> None:
        """Let go of the file, which stays without its checksum."""
        self._file.close()

    def _write(self, data: bytes) -> None:
        self._hash.update(data)
        self._file.write(data)


def span_of(path: Path) -> Span | None:
    """What a segment file holds; None unless it is whole, to the last bit."""
    try:
        with path.open("rb") as file:
            return _span(file) if _is_whole(file) else None
    except OSError:
        return None


def entries(path: Path) -> Iterator[StoredPacket]:
    """The packets of a whole file in decoding order, without their payloads."""
    with path.open("rb") as file:
        for entry in _records(file):
            file.seek(entry.size, os.SEEK_CUR)
            yield entry


def payloads(path: Path) -> Iterator[tuple[StoredPacket, bytes]]:
    """The packets of a whole file in decoding order."""
    with path.open("rb") as file:
        for entry in _records(file):
            yield entry, file.read(entry.size)


def _records(file: BinaryIO) -> Iterator[StoredPacket]:
    end = file.seek(-_HASH - _SPAN.size, os.SEEK_END)
    file.seek(len(_MAGIC))
    while file.tell() < end:
        pts, dts, duration, size, key = _RECORD.unpack(file.read(_RECORD.size))
        yield StoredPacket(pts, dts, duration, bool(key), size)


def _span(file: BinaryIO) -> Span:
    file.seek(-_HASH - _SPAN.size, os.SEEK_END)
    return Span(*_SPAN.unpack(file.read(_SPAN.size)))


def _is_whole(file: BinaryIO) -> bool:
    left = os.fstat(file.fileno()).st_size - _HASH
    if left < len(_MAGIC) + _SPAN.size or file.read(len(_MAGIC)) != _MAGIC:
        return False
    file.seek(0)
    digest = hashlib.sha256()
    while left:
        chunk = file.read(min(_CHUNK, left))
        digest.update(chunk)
        left -= len(chunk)
    return file.read() == digest.digest()
