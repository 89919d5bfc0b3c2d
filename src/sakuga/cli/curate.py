"""`sakuga curate`: read the flags, choose pictures, clips or scenes of videos, or apply a review."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Group, Parameter

from sakuga.cli.exits import Exit, UsageError

FILES = Group("Files", sort_key=0)
PICTURES = Group("Pictures", sort_key=1)
CLIPS = Group("Clips", sort_key=2)
SCENES = Group("Scenes", sort_key=3)

Score = Literal["complexity", "ic9600", "niqe", "random"]
Selection = Literal["paper", "released"]
Rescale = Literal["none", "720"]


def curate(
    *videos: Path,
    out: Annotated[Path, Parameter(group=FILES)] = Path("curated"),
    licence: Annotated[str, Parameter(group=FILES)] = "",
    review: Annotated[Path | None, Parameter(group=FILES)] = None,
    workers: Annotated[int | None, Parameter(group=FILES)] = None,
    cluster: Annotated[str | None, Parameter(group=FILES)] = None,
    count: Annotated[int | None, Parameter(group=FILES)] = None,
    score: Annotated[Score, Parameter(group=PICTURES)] = "complexity",
    weights: Annotated[Path | None, Parameter(group=PICTURES)] = None,
    device: Annotated[str, Parameter(group=PICTURES)] = "auto",
    selection: Annotated[Selection, Parameter(group=PICTURES)] = "paper",
    rescale: Annotated[Rescale, Parameter(group=PICTURES)] = "none",
    crop: Annotated[bool, Parameter(group=PICTURES)] = True,
    keep_flat: Annotated[bool, Parameter(group=PICTURES, negative="", show_default=False)] = False,
    keep_alike: Annotated[bool, Parameter(group=PICTURES, negative="", show_default=False)] = False,
    seed: Annotated[int, Parameter(group=PICTURES)] = 0,
    clips: Annotated[bool, Parameter(group=CLIPS, negative="", show_default=False)] = False,
    length: Annotated[int, Parameter(group=CLIPS)] = 100,
    across_shots: Annotated[bool, Parameter(group=CLIPS, negative="", show_default=False)] = False,
    frames: Annotated[bool, Parameter(group=CLIPS, negative="", show_default=False)] = False,
    scenes: Annotated[bool, Parameter(group=SCENES, negative="", show_default=False)] = False,
    frame_list: Annotated[Path | None, Parameter(group=SCENES)] = None,
    side: Annotated[int | None, Parameter(group=SCENES)] = None,
    keep_text: Annotated[bool, Parameter(group=SCENES, negative="", show_default=False)] = False,
) -> int:
    """Choose pictures, clips or scenes of videos to learn from, with a manifest that says whence each is.

    Parameters
    ----------
    videos
        Videos, folders (with all that is in them) and globs.
    out
        Folder of the set.
    licence
        Goes into every line of the manifest, such as CC-BY-4.0.
    review
        Apply decisions that were saved from review.html; with it name no video.
    workers
        Processes; each takes a video of its own; without it one, or with --cluster one for each core.
    cluster
        Work on a Ray cluster: local for one on this machine, auto or host:port.
    count
        Pictures, clips or frames for scenes of one video; without it what the selection says, one clip, all.
    score
        What the best pictures are: complexity (of our own, needs no weights), ic9600, niqe or random.
    weights
        The ck.pth of IC9600.
    device
        What IC9600 runs on: auto, cpu, cuda, cuda:1, mps or xpu.
    selection
        paper takes the 10 best of a video; released takes 16 or 24 out of 8 stretches, as APISR's code does.
    rescale
        720 brings pictures with more rows back to 720 of them.
    crop
        Cut black bars off.
    keep_flat
        Keep pictures of one shade, such as black ones.
    keep_alike
        Keep near duplicates.
    seed
        Of the score random.
    clips
        Choose clips with motion, as AnimeSR's were, in place of pictures.
    length
        Frames of a clip.
    across_shots
        Let a clip go on in the next shot that moves.
    frames
        Write the frames of clips, too; without it the manifest tells where they are.
    scenes
        Cut three squares from a frame of each shot, for training of scenes, in place of pictures.
    frame_list
        Cut them from the frames that this file lists: film.mkv, 240 or film.mkv, 1:02:03.5 a line, or JSON.
    side
        Rows that larger squares are brought down to; without it they are as high as the film.
    keep_text
        Keep frames with lines of text, such as credits and subtitles.
    """
    if review is not None:
        return _review(review, out, videos)
    if not videos:
        raise UsageError("Name at least one video, folder or glob to curate.")

    from sakuga.cli.curations import Curations
    from sakuga.curate.clipping import curate_clips
    from sakuga.curate.clips import ClipSettings
    from sakuga.curate.pictures import curate
    from sakuga.curate.scenes import curate_scenes
    from sakuga.curate.settings import CurateSettings, SceneSettings
    from sakuga.errors import InputError

    if clips and scenes:
        raise UsageError("--clips and --scenes are two kinds of sets; choose one.")
    of_clips = {"length": length != 100, "across_shots": across_shots, "frames": frames}
    of_scenes = {"frame_list": frame_list is not None, "side": side is not None, "keep_text": keep_text}
    _demand("clips", clips, of_clips)
    _demand("scenes", scenes, of_scenes)
    of_pictures = {"score": score != "complexity", "selection": selection != "paper"}
    of_pictures |= {"weights": weights is not None, "rescale": rescale != "none"}
    if clips:
        _refuse("clips", of_pictures | {"keep-flat": keep_flat, "keep-alike": keep_alike})
    if scenes:
        _refuse("scenes", of_pictures)
    try:
        if clips:
            wanted = ClipSettings(
                count=1 if count is None else count,
                length=length,
                across_shots=across_shots,
                frames=frames,
                licence=licence,
                workers=workers,
                cluster=cluster,
            )
        elif scenes:
            wanted = SceneSettings(
                frame_list=frame_list,
                side=side,
                count=count,
                crop=crop,
                keep_flat=keep_flat,
                keep_alike=keep_alike,
                keep_text=keep_text,
                licence=licence,
                workers=workers,
                cluster=cluster,
            )
        else:
            wanted = CurateSettings(
                score=score,
                weights=weights,
                device=device,
                selection=selection,
                count=count,
                crop=crop,
                keep_flat=keep_flat,
                keep_alike=keep_alike,
                rescale=rescale,
                licence=licence,
                seed=seed,
                workers=workers,
                cluster=cluster,
            )
    except InputError as error:
        raise UsageError(str(error)) from None
    with Curations() as report:
        if isinstance(wanted, ClipSettings):
            results = curate_clips(videos, out, settings=wanted, on_event=report)
        elif isinstance(wanted, SceneSettings):
            results = curate_scenes(videos, out, settings=wanted, on_event=report)
        else:
            results = curate(videos, out, settings=wanted, on_event=report)
    return Exit.FAILED if any(result.state == "failed" for result in results) else Exit.OK


def _demand(kind: str, chosen: bool, given: Mapping[str, bool]) -> None:
    """Refuse what means something for one kind alone."""
    for name, told in given.items():
        if told and not chosen:
            raise UsageError(f"--{name.replace('_', '-')} is for {kind}; say --{kind}, too.")


_INSTEAD = {
    "clips": "--clips takes what moves most, as it is",
    "scenes": (
        "--scenes takes a frame of each shot or of a --frame-list, and --side makes its squares smaller"
    ),
}


def _refuse(kind: str, given: Mapping[str, bool]) -> None:
    """Refuse with another kind what means something for pictures alone."""
    for name, told in given.items():
        if told:
            raise UsageError(f"--{name} is for pictures; {_INSTEAD[kind]}.")


def _review(decisions: Path, out: Path, videos: tuple[Path, ...]) -> int:
    if videos:
        raise UsageError("--review applies decisions to a set that is there; name no video with it.")

    from sakuga.cli import output
    from sakuga.curate.review import review

    done = review(decisions, out)
    output.say(f"{done.rejected} rejected, {done.restored} taken back, {done.pictures} in {out}.")
    return Exit.OK
