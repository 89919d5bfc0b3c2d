"""`sakuga pairs`: photos and drawings of the same, made or found, and of them those worth learning from."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Group, Parameter

from sakuga.cli.exits import Exit, UsageError

if TYPE_CHECKING:
    from sakuga.pairs.diffusion import Drawing
    from sakuga.pairs.job import Judged
    from sakuga.pairs.source import PairSource

MAKING = Group("Making", sort_key=1)
DRAWING = Group("Drawing", sort_key=2)
SELECTION = Group("Selection", sort_key=3)
Criterion = Literal["agreement", "released"]


def pairs(
    *sources: Path,
    out: Path = Path("pairs"),
    count: Annotated[int, Parameter(group=MAKING)] = 1000,
    seed: Annotated[int, Parameter(group=MAKING)] = 0,
    truncation: Annotated[float, Parameter(group=MAKING)] = 0.7,
    degrees: Annotated[str, Parameter(group=MAKING)] = "1",
    device: Annotated[str, Parameter(group=MAKING)] = "auto",
    diffusion: Annotated[Path | None, Parameter(group=DRAWING)] = None,
    prompt: Annotated[str, Parameter(group=DRAWING)] = "anime background art, painted scenery",
    redraw: Annotated[float, Parameter(group=DRAWING)] = 0.5,
    guidance: Annotated[float, Parameter(group=DRAWING)] = 7.0,
    segmenter: Annotated[Path | None, Parameter(group=SELECTION)] = None,
    criterion: Annotated[Criterion, Parameter(group=SELECTION)] = "agreement",
    agreement: Annotated[float, Parameter(group=SELECTION)] = 0.3,
    kinds: Annotated[int, Parameter(group=SELECTION)] = 2,
    shift: Annotated[float, Parameter(group=SELECTION)] = 4.0,
    alike: Annotated[int, Parameter(group=SELECTION)] = 4,
) -> int:
    """Make pairs of a photo and a drawing, and keep those in which both show the same.

    Parameters
    ----------
    sources
        Two files of StyleGAN2 generators, before and after one learned the style; a folder of pairs, or two
        folders; or a folder of photos, with --diffusion.
    out
        Folder for the pairs.
    count
        Styles that the generators draw; each becomes a pair for each degree.
    seed
        With the same seed the same pairs come out.
    truncation
        How far styles stay from the mean one, 0 to 1.
    degrees
        How much of the style drawings have, 0 to 1, with commas between them.
    device
        auto, cpu, cuda, mps or xpu, for generators and diffusion.
    diffusion
        Folder with a model of diffusers that draws over the photos.
    prompt
        What it is told to draw.
    redraw
        How much of a photo it draws anew, up to 1.
    guidance
        How much the prompt counts.
    segmenter
        An .onnx for semantic segmentation; without it clusters of colour and place, which know no things.
    criterion
        agreement of segmentations, or the cross entropy that Scenimefy's code looked at.
    agreement
        Least agreement that a pair needs, 0 to 1.
    kinds
        Fewest kinds of places that its photo shows.
    shift
        Farthest that edges may move on average, in pixels at 256 rows.
    alike
        Bits up to which a photo is a near duplicate of one before; -1 keeps all.
    """
    from sakuga.errors import InputError
    from sakuga.pairs.diffusion import Drawing
    from sakuga.pairs.job import make_pairs
    from sakuga.pairs.segmenter import Clusters, Graph
    from sakuga.pairs.selection import Selection

    try:
        bars = Selection(criterion=criterion, agreement=agreement, kinds=kinds, shift=shift, alike=alike)
        if diffusion is not None:
            source = _drawn(
                sources,
                diffusion,
                Drawing(prompt=prompt, strength=redraw, guidance=guidance, seed=seed),
                device,
            )
        elif len(sources) == 2 and all(path.is_file() for path in sources):
            source = _generated(sources, count, seed, truncation, degrees, device)
        else:
            source = _found(sources)
        return _made(make_pairs(source, out, bars, Graph(segmenter) if segmenter else Clusters()), out)
    except InputError as error:
        raise UsageError(str(error)) from None


def _generated(
    files: tuple[Path, ...], count: int, seed: int, truncation: float, degrees: str, device: str
) -> PairSource:
    try:
        shares = [float(part) for part in degrees.split(",") if part.strip()]
    except ValueError:
        raise UsageError(
            f"--degrees {degrees}: write numbers with commas between them, such as 0.5,1."
        ) from None
    if importlib.util.find_spec("torch") is None:
        raise UsageError('StyleGAN needs PyTorch: python -m pip install "sakuga[torch]".')
    from sakuga.engine.device import for_torch
    from sakuga.pairs.stylegan import StyleGANPairs

    photo, anime = files
    return StyleGANPairs(
        photo, anime, count, seed=seed, truncation=truncation, degrees=shares, device=for_torch(device)
    )


def _found(folders: tuple[Path, ...]) -> PairSource:
    from sakuga.pairs.folder import FolderPairs, parts_of

    two = parts_of(folders[0]) if len(folders) == 1 else folders
    if two is None or len(two) != 2 or not all(folder.is_dir() for folder in two):
        raise UsageError(
            "Name two files of StyleGAN2 generators, a folder that holds `photo` and `anime` (or trainA and "
            "trainB), two folders of pictures, or a folder of photos and --diffusion."
        )
    return FolderPairs(*two)


def _drawn(folders: tuple[Path, ...], model: Path, how: Drawing, device: str) -> PairSource:
    from sakuga.pairs.diffusion import DiffusionPairs, opened

    if len(folders) != 1 or not folders[0].is_dir():
        raise UsageError("With --diffusion, name one folder of photos.")
    return DiffusionPairs(folders[0], opened(model, device), model.name, how)


def _made(judged: Iterable[Judged], out: Path) -> int:
    """Each told as it comes; then the count."""
    from sakuga.cli import output

    kept = left = failed = 0
    for each in judged:
        failed, kept, left = failed + each.failed, kept + (not each.why), left + bool(each.why)
        if each.failed:
            output.complain(each.why)
        elif each.new:
            output.note(f"left out: {each.name}: {each.why}" if each.why else f"kept: {each.name}")
    output.say(f"{kept} pairs in {out}; {left - failed} left out, {failed} failed.")
    return Exit.FAILED if failed else Exit.OK
