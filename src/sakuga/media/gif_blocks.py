"""What the blocks of a GIF file say, and whether all of them are there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mmap import mmap

_IMAGE, _EXTENSION, _END = 0x2C, 0x21, 0x3B
_CONTROL, _COMMENT, _APPLICATION = 0xF9, 0xFE, 0xFF


@dataclass(slots=True)
class Contents:
    """What the blocks say; the pixels are not decoded."""

    images: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    """Start and end of the LZW data of each image."""
    plays: int = 1
    """How often the animation is shown; 0 for ever."""
    comment: bytes = b""


def contents(data: mmap | bytes) -> Contents:
    """Walk over all blocks; ValueError, in words that end a sentence, where the end is missing."""
    found = Contents()
    try:
        at = 13 + _table_size(data[10])
        while (kind := data[at]) != _END:
            at = _WALKERS.get(kind, _skip)(found, data, at + 1)
    except IndexError:
        raise ValueError("it is cut short") from None
    if not found.images:
        raise ValueError("it holds no picture")
    return found


def _table_size(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _image(found: Contents, data: mmap | bytes, at: int) -> int:
    start = at + 9 + _table_size(data[at + 8])
    end = _behind_sub_blocks(data, start + 1)
    found.images.append((start, end))
    return end


def _extension(found: Contents, data: mmap | bytes, at: int) -> int:
    label, end = data[at], _behind_sub_blocks(data, at + 1)
    if (
        label == _APPLICATION
        and data[at + 2 : at + 13] == b"NETSCAPE2.0"
        and data[at + 13 : at + 15] == b"\3\1"
    ):
        repeats = int.from_bytes(data[at + 15 : at + 17], "little")
        found.plays = repeats + 1 if repeats else 0
    elif label == _COMMENT:
        found.comment = _joined(data, at + 1)
    return end


def _skip(_found: Contents, _data: mmap | bytes, at: int) -> int:
    """Stray bytes between blocks are passed over, as all viewers do."""
    return at


def _behind_sub_blocks(data: mmap | bytes, at: int) -> int:
    while size := data[at]:
        at += size + 1
    return at + 1


def _joined(data: mmap | bytes, at: int) -> bytes:
    text = b""
    while size := data[at]:
        text += data[at + 1 : at + 1 + size]
        at += size + 1
    return text


_WALKERS = {_IMAGE: _image, _EXTENSION: _extension}
