"""`sakuga prepare`: cut pictures into aligned triples for training."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from sakuga.cli.degrade import Preset
from sakuga.cli.exits import Exit, UsageError

if TYPE_CHECKING:
    from sakuga.train.tiles import Cut

SHEET = 24
"""Triples that a sheet shows."""
BESIDE = 3
"""Of them in a row."""


def prepare(
    source: Path,
    /,
    *,
    out: Path = Path("prepared"),
    preset: Preset = "apisr",
    scale: int = 4,
    crop: int = 256,
    grid: Literal["cover", "released"] = "cover",
    height: int = 720,
    teacher: str | None = None,
    background: Literal["sharpened", "original"] = "sharpened",
    seed: int = 0,
    epoch: int = 0,
    limit: int | None = None,
    sheet: Annotated[bool, Parameter(negative="", show_default=False)] = False,
    workers: int = 1,
) -> int:
    """Cut pictures into triples of LQ, GT and pseudo-GT, in folders lq, gt and pseudo_gt.

    Parameters
    ----------
    source
        A manifest.jsonl, as `sakuga curate` writes it, or a folder of pictures.
    out
        Folder for the triples.
    preset
        Which of the published ways to degrade.
    scale
        Side of GT / side of LQ.
    crop
        Side of a GT patch.
    grid
        cover reaches every pixel; released leaves out what its grid does not reach, as APISR's scripts did.
    height
        Rows that taller pictures are reduced to; 0 leaves all as they are.
    teacher
        A model whose results of LQ are cut as well, in a folder teacher, for distillation.
    background
        All that is no line in pseudo-GT: sharpened a little, or original.
    seed
        With the same seed the same picture comes out the same.
    epoch
        Another number degrades in another way.
    limit
        Triples in all; without it every picture is cut.
    sheet
        Write sheet.png, too: GT, pseudo-GT and LQ side by side.
    workers
        Processes.
    """
    from sakuga.cli import output
    from sakuga.errors import InputError
    from sakuga.train import notes
    from sakuga.train.pairs import Making
    from sakuga.train.prepare import prepare as cut
    from sakuga.train.tiles import Preparing

    try:
        making = Making(preset=preset, scale=scale, crop=crop, background=background, seed=seed)
        how = Preparing(making, grid, height or None, epoch, teacher or "")
        cuts = list(_watched(cut(source, out, how, limit=limit, workers=workers)))
    except InputError as error:
        raise UsageError(str(error)) from None
    if sheet:
        _sheet([name for each in cuts for name in each.names], out)
    count = sum(len(note["tiles"]) for note in notes.gathered(out))
    output.say(f"{count} triples in {out}.")
    return Exit.FAILED if any(each.failed for each in cuts) else Exit.OK


def _watched(cuts: Iterable[Cut]) -> Iterator[Cut]:
    """Each told as it comes."""
    from sakuga.cli import output

    for each in cuts:
        if each.sentence:
            output.complain(each.sentence)
        else:
            output.note(f"done: {each.entry.file}, {len(each.names)} triple{'s' * (len(each.names) != 1)}")
        yield each


def _sheet(names: list[str], out: Path) -> None:
    """From all over the set, some in a row."""
    from sakuga.cli import output
    from sakuga.media.plain import read_rgb, write_rgb
    from sakuga.media.sheet import Row, sheet

    count = min(SHEET, len(names))
    chosen = [names[index * len(names) // count] for index in range(count)]
    rows = [
        Row(
            [read_rgb(out / part / name) for name in some for part in ("gt", "pseudo_gt", "lq")],
            ", ".join(some),
        )
        for some in (chosen[first : first + BESIDE] for first in range(0, count, BESIDE))
    ]
    if rows:
        write_rgb(out / "sheet.png", sheet(rows))
        output.note(f"sheet: {out / 'sheet.png'} (GT, pseudo-GT, LQ)")
