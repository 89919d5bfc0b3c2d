"""Which reference belongs to which result: by name, whatever programs add to it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from sakuga.evaluate.clips import Clip

_ADDED = re.compile(
    r"(?:[-_. ](?:x\d{1,2}|\d{1,2}x|sr|hr|hq|gt|lr|lq|out|result|restored|enhanced|upscaled|degraded))+$",
    re.IGNORECASE,
)
"""Endings that say what was done to a picture, not which it is, such as those of `a_4x.png` or `a_LQ.png`."""


def pair(results: Sequence[Clip], references: Sequence[Clip]) -> tuple[list[tuple[Clip, Clip]], list[str]]:
    """Each result with its reference, and a sentence for each one without.

    Exact names go before names without their endings; the suffix of the file does not matter.
    """
    exact, loose = ({key(each): each for each in references} for key in (_exact, _loose))
    doubled = _doubled(references)
    pairs: list[tuple[Clip, Clip]] = []
    problems: list[str] = []
    for result in results:
        key = _loose(result)
        found = exact.get(_exact(result)) or (None if key in doubled else loose.get(key))
        if found:
            pairs.append((result, found))
        elif key in doubled:
            problems.append(f"{result.name} has more than one reference of its name; name one exactly as it.")
        else:
            problems.append(f"{result.name} has no reference of its name; it is left out.")
    return pairs, [*problems, *_unused(pairs, references)]


def _unused(pairs: Sequence[tuple[Clip, Clip]], references: Sequence[Clip]) -> Iterator[str]:
    used = {id(reference) for _, reference in pairs}
    for reference in references:
        if id(reference) not in used:
            yield f"There is no result for the reference {reference.name}."


def _doubled(references: Sequence[Clip]) -> set[str]:
    seen: set[str] = set()
    return {key for key in map(_loose, references) if key in seen or seen.add(key)}


def _exact(clip: Clip) -> str:
    """Its place without the file's suffix; composed, as systems differ in how they write accents."""
    place = PurePosixPath(unicodedata.normalize("NFC", clip.name))
    return place.as_posix() if clip.kind == "folder" else place.with_suffix("").as_posix()


def _loose(clip: Clip) -> str:
    return _ADDED.sub("", _exact(clip))
