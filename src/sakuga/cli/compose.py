"""`sakuga compose`: stills and shots as a studio would make them, out of openly licensed drawings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from sakuga.cli.exits import Exit, UsageError

if TYPE_CHECKING:
    from sakuga.compose.job import Composed

Split = Literal["train", "val", "test"]


def compose(
    drawings: Path,
    /,
    *,
    out: Path = Path("composed"),
    count: int = 100,
    frames: int = 1,
    size: str = "1280x720",
    split: Split = "train",
    allow_test: Annotated[bool, Parameter(negative="", show_default=False)] = False,
    photos: Annotated[bool, Parameter(negative="", show_default=False)] = False,
    without: str | None = None,
    seed: int = 0,
    workers: int = 1,
) -> int:
    """Compose stills or shots of drawings: figures over backgrounds, with light, weather, lettering and pans.

    Parameters
    ----------
    drawings
        A folder with manifest.csv: file, kind, work, split, author, licence, source.
    out
        Folder for the pictures.
    count
        Pictures or shots in all.
    frames
        Of each shot, a folder of frames; 1 makes stills.
    size
        Width and height of every frame.
    split
        Whose drawings are used.
    allow_test
        Let --split be test, whose drawings are for final numbers only.
    photos
        Let photos be backgrounds, too.
    without
        Effects that are left out, with commas between them, such as grain,lettering.
    seed
        With the same seed the same pictures come out.
    workers
        Processes.
    """
    from sakuga.compose.job import Source
    from sakuga.compose.job import compose as made
    from sakuga.compose.settings import Settings
    from sakuga.errors import InputError

    if split == "test" and not allow_test:
        raise UsageError(
            "--split test is for final numbers only; if that is what it is for, add --allow-test."
        )
    names = tuple(sorted({name.strip() for name in (without or "").split(",")} - {""}))
    try:
        settings = Settings(seed=seed, size=_size(size), frames=frames, without=names)
        source = Source(root=drawings, split=split, photos=photos)
        return _told(made(source, out, settings, count, workers=workers), out)
    except InputError as error:
        raise UsageError(str(error)) from None


def _size(text: str) -> tuple[int, int]:
    """(height, width)."""
    found = re.fullmatch(r"(\d{1,5})x(\d{1,5})", text)
    if not found:
        raise UsageError(f"--size {text}: write width and height as in 1280x720.")
    return int(found[2]), int(found[1])


def _told(composed: Iterable[Composed], out: Path) -> int:
    """Each as it comes; then the count."""
    from sakuga.cli import output

    there = failed = 0
    for each in composed:
        there, failed = there + (not each.why), failed + bool(each.why)
        if each.why:
            output.complain(each.why)
        elif each.new:
            output.note(f"done: {each.path}")
    output.say(f"{there} in {out}; {failed} failed.")
    return Exit.FAILED if failed else Exit.OK
