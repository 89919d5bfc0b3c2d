"""`sakuga degrade`: make clean pictures bad as the real world does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from sakuga.cli.exits import UsageError

if TYPE_CHECKING:
    from sakuga.media.batch import Made
    from sakuga.media.plain import Rgb

Preset = Literal[
    "apisr", "apisr-ordered", "high-order", "random-order", "animesr", "broadcast", "web", "mixed"
]

SHEET = 24
"""Pictures that a sheet shows."""
SIDE = 384
"""Pixels of a clean picture that a sheet shows."""


def degrade(
    *images: Path,
    out: Path = Path("degraded"),
    preset: Preset = "apisr",
    seed: int = 0,
    scale: int = 4,
    sheet: Annotated[bool, Parameter(negative="", show_default=False)] = False,
    redo: str | None = None,
    workers: int = 1,
    overwrite: Annotated[bool, Parameter(negative="", show_default=False)] = False,
) -> int:
    """Degrade pictures: a smaller, worse PNG of each, and how it came about in draws.jsonl.

    Parameters
    ----------
    images
        Pictures, folders (with all that is in them) and globs.
    out
        Folder for the results, in which a folder's tree is mirrored.
    preset
        Which of the published ways to degrade.
    seed
        With the same seed the same picture comes out the same.
    scale
        Side of the picture / side of the result.
    sheet
        Write sheet.png, too: clean pictures beside what became of them.
    redo
        Make only this one again, by its line in draws.jsonl of the folder --out, as `file` names it there.
    workers
        Processes.
    overwrite
        Make results again that are there already; without it they are skipped.
    """
    from sakuga.errors import InputError

    if redo is not None:
        return _redo(out, redo)
    if not images:
        raise UsageError("Name at least one picture, folder or glob to degrade.")

    from sakuga.cli.batches import ended, watched
    from sakuga.degrade.folder import degrade_folder

    try:
        results = degrade_folder(
            images, out, preset=preset, seed=seed, scale=scale, workers=workers, overwrite=overwrite
        )
        made = list(watched(results))
    except InputError as error:
        raise UsageError(str(error)) from None
    if sheet:
        _sheet(made, out)
    return ended(made)


def _redo(out: Path, file: str) -> int:
    from sakuga.cli import output
    from sakuga.degrade.folder import DRAWS, redo
    from sakuga.media.plain import write_rgb

    write_rgb(out / file, redo(out / DRAWS, file))
    output.say(f"{out / file}")
    return 0


def _sheet(made: list[Made], out: Path) -> None:
    from sakuga.cli import output
    from sakuga.degrade.folder import DRAWS, draws_of
    from sakuga.degrade.wording import in_words
    from sakuga.media.plain import write_rgb
    from sakuga.media.sheet import Row, sheet

    draws = draws_of(out / DRAWS) if (out / DRAWS).exists() else {}
    known = {each.destination.relative_to(out).as_posix(): each for each in made if each.destination}
    shown = [file for file, each in known.items() if each.state != "failed" and file in draws][:SHEET]
    rows = [
        Row(_pair(known[file], draws[file]["scale"]), f"{file}: {in_words(draws[file]['steps'])}")
        for file in shown
    ]
    if rows:
        write_rgb(out / "sheet.png", sheet(rows))
        output.note(f"sheet: {out / 'sheet.png'}")


def _pair(made: Made, scale: int) -> tuple[Rgb, Rgb]:
    """The middle of a picture, clean and degraded."""
    from sakuga.media.plain import read_rgb

    assert made.destination is not None, "what is done has a place"
    small = read_rgb(made.destination)
    height, width = (min(SIDE // scale, side) for side in small.shape[:2])
    top, left = (small.shape[0] - height) // 2, (small.shape[1] - width) // 2
    clean = read_rgb(made.source)
    part = clean[top * scale : (top + height) * scale, left * scale : (left + width) * scale]
    return part, small[top : top + height, left : left + width]
