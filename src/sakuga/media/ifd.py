"""Image file directories: the tagged lists that both EXIF and TIFF are made of."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator
    from mmap import mmap

SHORT, LONG, RATIONAL, UNDEFINED, LONG8 = 3, 4, 5, 7, 16
EXIF_IFD, GPS_IFD = 34665, 34853
ORIENTATION, X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT = 274, 282, 283, 296
PIXEL_WIDTH, PIXEL_HEIGHT = 40962, 40963

_SIZES = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
    17: 8,
    18: 8,
}
_WORDS = {5: 4, 10: 4}
_ORDERS: dict[bytes, Literal["<", ">"]] = {b"II": "<", b"MM": ">"}
_INTEGERS = {
    1: "u1",
    3: "<u2",
    4: "<u4",
    6: "i1",
    8: "<i2",
    9: "<i4",
    13: "<u4",
    16: "<u8",
    17: "<i8",
    18: "<u8",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One tagged value; its bytes are little-endian whatever the file's order was."""

    kind: int
    count: int
    value: bytes

    def integers(self) -> tuple[int, ...]:
        """The values of an integer tag; empty for other kinds."""
        kind = _INTEGERS.get(self.kind)
        return tuple(int(v) for v in np.frombuffer(self.value, kind)) if kind else ()

    def ratio(self) -> float:
        """The first value of a rational tag; 0 where it has none."""
        if self.kind != RATIONAL or not self.count:
            return 0.0
        above, below = struct.unpack("<II", self.value[:8])
        return above / below if below else 0.0


Directory = dict[int, Entry]


def shorts(*values: int) -> Entry:
    """A tag of 16-bit integers."""
    return Entry(SHORT, len(values), struct.pack(f"<{len(values)}H", *values))


def longs(*values: int) -> Entry:
    """A tag of 32-bit integers, or of 64-bit ones where a value needs them."""
    deep = max(values) >= 2**32
    return Entry(
        LONG8 if deep else LONG, len(values), struct.pack(f"<{len(values)}{'Q' if deep else 'I'}", *values)
    )


def ratios(*values: tuple[int, int]) -> Entry:
    """A tag of fractions."""
    return Entry(RATIONAL, len(values), b"".join(struct.pack("<II", *value) for value in values))


def raw(value: bytes, kind: int = UNDEFINED) -> Entry:
    """A tag of bytes."""
    return Entry(kind, len(value), value)


@dataclass(frozen=True, slots=True)
class Structure:
    """A TIFF structure in memory: a whole TIFF file, or the EXIF block of another format."""

    data: bytes | mmap
    order: Literal["<", ">"]
    """`<` little-endian or `>` big-endian."""
    big: bool
    """BigTIFF: 64-bit offsets."""
    first: int
    """Offset of the first directory."""

    def directory(self, offset: int) -> tuple[Directory, int]:
        """The directory at `offset`, and the offset of the next one (0 after the last).

        Entries of unknown kinds are left out. Raises ValueError where it reaches past the end.
        """
        entries = {tag: self._entry(kind, count, at) for tag, kind, count, at in self.places(offset)}
        count_size, entry_size, word = (8, 20, "Q") if self.big else (2, 12, "I")
        end = offset + count_size + self._count(offset) * entry_size
        return entries, self._unpack(word, end)[0]

    def directories(self) -> Iterator[Directory]:
        """All directories in the order of the file."""
        offset, seen = self.first, set[int]()
        while offset and offset not in seen:
            seen.add(offset)
            directory, offset = self.directory(offset)
            yield directory

    def places(self, offset: int) -> Iterator[tuple[int, int, int, int]]:
        """Tag, kind, count, and the offset of the value field, of each entry of known kind."""
        start, size, form, field = (8, 20, "HHQ", 12) if self.big else (2, 12, "HHI", 8)
        for number in range(self._count(offset)):
            at = offset + start + number * size
            tag, kind, count = self._unpack(form, at)
            if kind in _SIZES:
                yield tag, kind, count, at + field

    def _count(self, offset: int) -> int:
        return self._unpack("Q" if self.big else "H", offset)[0]

    def _entry(self, kind: int, count: int, at: int) -> Entry:
        size = _SIZES[kind] * count
        if size > (8 if self.big else 4):
            at = self._unpack("Q" if self.big else "I", at)[0]
        value = bytes(self.data[at : at + size])
        if len(value) < size:
            raise ValueError("a tag reaches past the end")
        return Entry(kind, count, value if self.order == "<" else _swapped(value, kind))

    def _unpack(self, form: str, at: int) -> tuple[int, ...]:
        form = self.order + form
        part = self.data[at : at + struct.calcsize(form)]
        if len(part) < struct.calcsize(form):
            raise ValueError("a directory reaches past the end")
        return struct.unpack(form, part)


def _swapped(value: bytes, kind: int) -> bytes:
    word = _WORDS.get(kind, _SIZES[kind])
    return np.frombuffer(value, f">u{word}").astype(f"<u{word}").tobytes()


def structure(data: bytes | mmap) -> Structure | None:
    """The structure that starts at the head of `data`; None where there is none."""
    order = _ORDERS.get(bytes(data[:2]))
    if order is None or len(data) < 8:
        return None
    version, first = struct.unpack(order + "HI", data[2:8])
    if version == 43 and len(data) >= 16:
        return Structure(data, order, True, struct.unpack(order + "Q", data[8:16])[0])
    return Structure(data, order, False, first) if version == 42 else None


def serialised(directory: Directory, at: int, big: bool = False, following: int = 0) -> bytes:
    """The bytes of a little-endian directory that will stand at offset `at`, its long values behind it."""
    head, tail, pointer, room = b"", b"", *(("<Q", 8) if big else ("<I", 4))
    start = at + (8 + 20 * len(directory) + 8 if big else 2 + 12 * len(directory) + 4)
    for tag, entry in sorted(directory.items()):
        value = entry.value
        if len(value) > room:
            tail += b"\0" * (len(tail) % 2)
            value, tail = struct.pack(pointer, start + len(tail)), tail + value
        head += struct.pack("<HHQ" if big else "<HHI", tag, entry.kind, entry.count) + value.ljust(
            room, b"\0"
        )
    count = struct.pack("<Q" if big else "<H", len(directory))
    return count + head + struct.pack(pointer, following) + tail + b"\0" * (len(tail) % 2)


def nested(
    main: Directory, below: dict[int, Directory], at: int, big: bool = False, following: int = 0
) -> bytes:
    """A directory at offset `at` with sub-directories behind it, each pointed to by its tag in `main`."""
    pointers = {tag: longs(0) for tag in below}
    end = at + len(serialised(main | pointers, at, big))
    bodies = b""
    for tag, directory in below.items():
        pointers[tag] = longs(end + len(bodies))
        bodies += serialised(directory, end + len(bodies), big)
    return serialised(main | pointers, at, big, following) + bodies
