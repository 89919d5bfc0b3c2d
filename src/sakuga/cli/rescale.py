"""`sakuga rescale`: pseudo-HR of a real clip at many factors, a page to choose one, and its pairs."""

from __future__ import annotations

from pathlib import Path

from sakuga.cli import output
from sakuga.cli.exits import UsageError


def rescale(
    clip: Path,
    /,
    *,
    model: str = "animesr-v2",
    out: Path = Path("rescaled"),
    factors: str = "1,0.9,0.8,0.7,0.6,0.5,0.4,0.3",
    choose: float | None = None,
    runs: int = 200,
    looks: int = 3,
    device: str = "auto",
) -> None:
    """Restore a real clip from smaller frames, to find clean pictures to learn its own damage from.

    Parameters
    ----------
    clip
        A real, damaged clip: a video, or a folder of frames.
    model
        A name that `sakuga models list` shows, or a file of weights.
    out
        Folder for the page, and for the pairs of each factor.
    factors
        Which to compare, with commas between them.
    choose
        Go on from rescale.html, on which the factors can be compared, and write all pairs of this one, as
        recipes with data.kind = "frames" read them.
    runs
        Runs of 11 frames that the pairs come from, at most, from all over the clip.
    looks
        How many of them the page shows.
    device
        What the network runs on: auto, cpu, cuda, cuda:1, mps or xpu.
    """
    from sakuga.engine.engine import open_engine
    from sakuga.errors import InputError
    from sakuga.models.load import load
    from sakuga.train.excerpt import Reel
    from sakuga.train.rescale import Rescaling, begin, demand_factor, folder_of, pairs
    from sakuga.train.survey import PAGE, survey

    try:
        told = Rescaling(factors=_numbers(factors), runs=runs, looks=looks)
        if choose is not None:
            demand_factor(choose, "--choose")
        reel = Reel.of(clip, runs)
    except InputError as error:
        raise UsageError(str(error)) from None
    if reel.sentence:
        output.note(reel.sentence)
    engine = open_engine(load(model), device=device, reuse="off")
    begin(out, reel, engine, runs)
    if choose is not None:
        count = pairs(reel, engine, out, choose, output.note)
        output.say(
            f"{count} pairs in {folder_of(out, choose)}, for --set data.manifest={folder_of(out, choose)}."
        )
        return
    best = survey(reel, engine, out, told, output.note, model).order[0]
    output.say(
        f"{out / PAGE}: {best.factor:g} ranks first; look, then give --choose FACTOR with this command."
    )


def _numbers(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(",") if part.strip())
    except ValueError:
        raise UsageError(
            f"--factors {text}: write numbers with commas between them, such as 1,0.5."
        ) from None
