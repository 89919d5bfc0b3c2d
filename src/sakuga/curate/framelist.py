"""Lists that say which frames of which videos are wanted: lines of text, or JSON as Scenimefy published it.

Source: `frameList.json` of Scenimefy's data set is one object of {film: [frame numbers]}. Its films are
called a little otherwise beside it (`Your name` for `Your Name`), hence the last way to find a video.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import cast

from sakuga.errors import InputError
from sakuga.media.sources import Problem, Source
from sakuga.media.span import seconds

HEADINGS = frozenset({"frame", "time"})
"""Last cells of a first line that names its columns."""
_LONGEST = 12
"""Digits of a frame's number."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One frame."""

    where: str
    """Words for where it stands: `list.csv, line 3`."""
    video: str
    """As the list calls it."""
    number: int | None
    """From 0, in display order; None where its time is told."""
    time: Fraction | None
    """Seconds on the clock that players show."""


def read(path: Path) -> list[Wanted]:
    """All that a list asks for. Raises InputError, naming file and line, for what is none."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"--frame-list {path} could not be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"--frame-list {path} is no list of frames: it is not UTF-8.") from error
    found = list(_of_json(path, text) if text.lstrip().startswith("{") else _of_lines(path, text))
    if not found:
        raise InputError(f"--frame-list {path} asks for no frame.")
    return found


def _of_lines(path: Path, text: str) -> Iterator[Wanted]:
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        where, mark = f"{path}, line {number}", max(",;\t", key=line.rfind)
        try:
            *name, moment = next(csv.reader([line], delimiter=mark, strict=True))
        except csv.Error as error:
            raise InputError(f"{where}: it cannot be read ({error}).") from error
        if number == 1 and moment.strip().casefold() in HEADINGS:
            continue
        if not (video := mark.join(name).strip()):
            raise InputError(f"{where}: write a video and a frame or time, such as film.mkv, 240.")
        yield _wanted(where, video, moment)


def _of_json(path: Path, text: str) -> Iterator[Wanted]:
    try:
        told = cast("dict[str, object]", json.loads(text))
    except (RecursionError, ValueError) as error:
        line = f", line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise InputError(f"{path}{line}: it is no JSON ({error}).") from error
    for video, moments in told.items():
        if not isinstance(moments, list):
            raise InputError(f"{path}, {video}: write a list of frames, such as [240, 260].")
        for moment in cast("list[object]", moments):
            yield _wanted(f"{path}, {video}", video, str(moment))


def _wanted(where: str, video: str, moment: str) -> Wanted:
    """A whole number is a frame's, all else is a time."""
    moment = moment.strip()
    if re.fullmatch(rf"[0-9]{{1,{_LONGEST}}}", moment):
        return Wanted(where, video, int(moment), None)
    try:
        if not moment.isdigit():
            return Wanted(where, video, None, seconds(moment, where))
    except InputError:
        pass
    raise InputError(f"{where}: {moment[:40]} is neither a frame such as 240 nor a time such as 1:02:03.5.")


Way = Callable[[Source], Iterable[str]]
_WAYS: Sequence[Way] = (
    lambda source: (str(source.path), source.place.as_posix()),
    lambda source: (source.path.name,),
    lambda source: (source.path.stem,),
)
"""What a list may call a video; the first that fits any decides."""


def shared_out(
    wanted: Sequence[Wanted], sources: Sequence[Source]
) -> tuple[Mapping[Path, Sequence[Wanted]], list[Problem]]:
    """What is wanted of each video, and a problem for each name of none. Raises InputError for one of two."""
    by_name: dict[str, list[Wanted]] = {}
    for each in wanted:
        by_name.setdefault(each.video, []).append(each)
    shares: dict[Path, list[Wanted]] = {}
    problems: list[Problem] = []
    for name, asked in by_name.items():
        found = _called(name, sources)
        if len(found) > 1:
            raise InputError(
                f"{asked[0].where}: {name} may be {found[0].path} or {found[1].path}; write its folder, too."
            )
        if found:
            shares.setdefault(found[0].path, []).extend(asked)
        else:
            count = "1 frame of it is" if len(asked) == 1 else f"{len(asked)} frames of it are"
            sentence = f"{asked[0].where}: no video that was named is called {name}; {count} left out."
            problems.append(Problem(Path(name), sentence))
    return shares, problems


def _called(name: str, sources: Sequence[Source]) -> list[Source]:
    for way in _WAYS:
        if found := [source for source in sources if name in way(source)]:
            return found
    plain = _letters(name)
    return [it for it in sources if plain and plain in (_letters(it.path.stem), _letters(it.path.name))]


def _letters(name: str) -> str:
    """Without what people write in several ways: case, blanks and signs."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", name).casefold()))


def digest(shares: Mapping[Path, Sequence[Wanted]]) -> str:
    """Equal for what asks for the same frames, however it is written."""
    told = sorted(
        repr((str(path), each.number, str(each.time))) for path, share in shares.items() for each in share
    )
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]
