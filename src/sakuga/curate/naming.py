"""What the files of a set are called: after their video, told apart where videos share a name."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Sequence

from sakuga.media.container import clock
from sakuga.media.sources import Source

_LONGEST = 180
"""Bytes of a stem: file systems take 255 for a whole name."""


def stems(sources: Sequence[Source]) -> list[str]:
    """A name for each video that no other has, whatever its order: its own, or with its folders before it."""
    plain = [_shortened(printable(source.path.stem)) for source in sources]
    count = Counter(map(_key, plain))
    longer = [
        stem if count[_key(stem)] == 1 else _shortened(_with_folders(source))
        for stem, source in zip(plain, sources, strict=True)
    ]
    count = Counter(map(_key, longer))
    return [
        stem if count[_key(stem)] == 1 else f"{stem} {_digest(str(source.path))}"
        for stem, source in zip(longer, sources, strict=True)
    ]


def moment(seconds: float) -> str:
    """A time as a file's name can hold it: 1-02-03.400."""
    return clock(seconds).replace(":", "-")


def _with_folders(source: Source) -> str:
    """Folders below the one that was named, or the one it stands in; and the suffix, which may differ."""
    parents = source.place.parent.parts or (source.path.resolve().parent.name,)
    return printable(" ".join((*parents, source.path.name.replace(".", " "))))


def printable(name: str) -> str:
    """The same name, with a mark in place of bytes that are no text."""
    return name.encode(errors="surrogateescape").decode(errors="replace")


def _shortened(stem: str) -> str:
    if len(stem.encode()) <= _LONGEST:
        return stem
    return f"{stem.encode()[:_LONGEST].decode(errors='ignore')} {_digest(stem)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:8]


def _key(stem: str) -> str:
    """Equal for names that some file system takes for one."""
    return unicodedata.normalize("NFC", stem).casefold()
