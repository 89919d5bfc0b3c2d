"""`sakuga compare`: the figure of a paper, the same parts of several pictures side by side."""

from __future__ import annotations

from pathlib import Path

from sakuga.cli.exits import UsageError


def compare(
    *pictures: Path,
    out: Path = Path("figure.png"),
    crop: list[str] | None = None,
    labels: str | None = None,
    zoom: int | None = None,
    font: Path | None = None,
) -> None:
    """Draw the same parts of several pictures side by side, with labels.

    Parameters
    ----------
    pictures
        Pictures of one content, such as a source and what several models made of it; sizes may differ.
    out
        The figure.
    crop
        x,y,width,height in pixels of the largest picture; repeat it for more rows. Without it all of them.
    labels
        What stands below each, with commas between them; without it the names of the files.
    zoom
        Side of a drawn pixel of the largest picture; without it as large as fits about 2000 pixels.
    font
        A .ttf, .otf or .ttc file; without it one of this machine's that has all letters.
    """
    from sakuga.cli import output
    from sakuga.errors import InputError
    from sakuga.evaluate.figure import Crop, compare
    from sakuga.evaluate.lettering import letters
    from sakuga.media.formats import by_suffix

    if len(pictures) < 2:
        raise UsageError("Name at least two pictures to compare.")
    if by_suffix(out) is None:
        raise UsageError(f"--out {out}: the figure is a picture, such as figure.png.")
    names = [name.strip() for name in labels.split(",")] if labels else [path.stem for path in pictures]
    if len(names) != len(pictures):
        raise UsageError(f"--labels has {len(names)} labels for {len(pictures)} pictures.")
    try:
        crops = [Crop.parsed(each) for each in crop or []]
        size = compare(
            pictures, out, crops=crops, labels=names, zoom=zoom, font=letters("".join(names), font)
        )
    except InputError as error:
        raise UsageError(str(error)) from None
    output.say(f"{out}: {size[0]}x{size[1]}.")
