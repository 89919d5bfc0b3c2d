"""`sakuga lines`: pseudo-GT, pictures with the lines as crisp as they were drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from sakuga.cli.exits import UsageError


def lines(
    *images: Path,
    out: Path = Path("pseudo-gt"),
    map: Annotated[bool, Parameter(negative="", show_default=False)] = False,  # noqa: A002
    background: Literal["sharpened", "original"] = "sharpened",
    seed: int = 0,
    workers: int = 1,
    overwrite: Annotated[bool, Parameter(negative="", show_default=False)] = False,
) -> int:
    """Enhance drawn lines: a PNG of each picture for a network to learn from.

    Parameters
    ----------
    images
        Pictures, folders (with all that is in them) and globs.
    out
        Folder for the results, in which a folder's tree is mirrored.
    map
        Write what counts as a line, too, black on white, as NAME.map.png.
    background
        All that is no line: sharpened a little, as the released weights were trained, or original, as in the
        paper.
    seed
        With the same seed the same picture comes out the same.
    workers
        Processes.
    overwrite
        Make results again that are there already; without it they are skipped.
    """
    if not images:
        raise UsageError("Name at least one picture, folder or glob.")

    from sakuga.cli.batches import ended, watched
    from sakuga.degrade.enhancing import enhance_folder
    from sakuga.errors import InputError

    try:
        results = enhance_folder(
            images,
            out,
            background=background,
            seed=seed,
            map=map,
            workers=workers,
            overwrite=overwrite,
        )
        return ended(list(watched(results)))
    except InputError as error:
        raise UsageError(str(error)) from None
