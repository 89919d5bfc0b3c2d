"""What of a source's names, languages, marks, tags and chapters its result lacks, read back from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from av.container import InputContainer

from sakuga.media.container import tags_of
from sakuga.media.verify import Tally, tracks


def lost(
    name: str, result: InputContainer, kept: Sequence[Tally], tags: Mapping[str, str], chapters: int
) -> Iterator[str]:
    """Sentences; `name` is that of the container's kind.

    kept: the streams that were written; tags: those of the source as a whole; chapters: how many it has.
    """
    found = tracks(Tally.of(stream) for stream in result.streams)
    for want, got in zip(tracks(kept), found, strict=True):
        if gone := [mark for mark in want.marks if mark not in got.marks]:
            yield f"{name} cannot keep {_listed(gone)} of {want.label}."
    # QuickTime keeps a timecode with a track.
    there = {key for holder in (result, *result.streams) for key in tags_of(holder)}
    if gone := sorted({key.lower() for key in tags} - there):
        yield f"{name} cannot keep the tag{'s' * (len(gone) > 1)} {_listed(gone)}."
    if len(result.chapters()) < chapters:
        yield f"{name} cannot keep {chapters - len(result.chapters())} of {chapters} chapters."


def _listed(words: list[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
