"""`sakuga restore`: read the flags, run the job, show it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Group, Parameter

from sakuga.cli.exits import Exit, UsageError

MODEL = Group("Model", sort_key=1)
PICTURES = Group("Pictures", sort_key=2)
VIDEOS = Group("Videos", sort_key=3)
FILES = Group("Files", sort_key=0)

Precision = Literal["auto", "fp32", "bf16", "fp16"]
Format = Literal["png", "webp", "avif", "jpeg", "tiff"]
Deinterlace = Literal["auto", "off", "bwdif", "telecine"]
Reuse = Literal["off", "exact", "near"]
Codec = Literal["x264", "x265", "av1", "ffv1", "prores", "nvenc"]


def restore(
    *paths: Path,
    out: Annotated[Path, Parameter(group=FILES)] = Path("restored"),
    overwrite: Annotated[bool, Parameter(group=FILES, negative="", show_default=False)] = False,
    json: Annotated[bool, Parameter(group=FILES, negative="", show_default=False)] = False,
    model: Annotated[str | None, Parameter(group=MODEL)] = None,
    fast: Annotated[bool, Parameter(group=MODEL, negative="", show_default=False)] = False,
    scale: Annotated[float | None, Parameter(group=MODEL)] = None,
    device: Annotated[str, Parameter(group=MODEL)] = "auto",
    precision: Annotated[Precision, Parameter(group=MODEL)] = "auto",
    tile: Annotated[int | None, Parameter(group=MODEL)] = None,
    color_lock: Annotated[bool, Parameter(group=MODEL)] = True,
    strength: Annotated[float, Parameter(group=MODEL)] = 1.0,
    keep_grain: Annotated[bool, Parameter(group=MODEL, negative="", show_default=False)] = False,
    reuse: Annotated[Reuse, Parameter(group=VIDEOS)] = "near",
    format: Annotated[Format | None, Parameter(group=PICTURES)] = None,  # noqa: A002
    quality: Annotated[int | None, Parameter(group=PICTURES)] = None,
    codec: Annotated[Codec, Parameter(group=VIDEOS)] = "x264",
    crf: Annotated[float | None, Parameter(group=VIDEOS)] = None,
    depth: Annotated[int | None, Parameter(group=VIDEOS)] = None,
    preset: Annotated[str | None, Parameter(group=VIDEOS)] = None,
    start: Annotated[str | None, Parameter(group=VIDEOS)] = None,
    end: Annotated[str | None, Parameter(group=VIDEOS)] = None,
    deinterlace: Annotated[Deinterlace, Parameter(group=VIDEOS)] = "auto",
    letterbox: Annotated[bool, Parameter(group=VIDEOS)] = True,
    square_pixels: Annotated[bool, Parameter(group=VIDEOS, negative="", show_default=False)] = False,
    workers: Annotated[int | None, Parameter(group=VIDEOS)] = None,
    cluster: Annotated[str | None, Parameter(group=VIDEOS)] = None,
) -> int:
    """Restore pictures and videos: cleaner, sharper, larger.

    Parameters
    ----------
    paths
        Files, folders (with all that is in them) and globs; pictures and videos may be mixed.
    out
        Folder for the results, in which a folder's tree is mirrored; or the file itself for a single source.
    overwrite
        Make results again that are there already; without it they are skipped.
    json
        Tell what happens as one JSON object per line on stdout.
    model
        A name of `sakuga models list`, or a .pth, .safetensors or .onnx file; without it the source decides.
    fast
        Take a small network instead, which is much faster; videos become twice as large without --scale.
    scale
        Output side / input side, any number; without it the model's own.
    device
        auto, cpu, cuda, cuda:1, mps, xpu, gpu (Intel) or npu.
    precision
        Arithmetic of the network; a reduced one is used only if it passes a check against fp32.
    tile
        Longest side of a tile in pixels of the source; without it what the memory allows.
    color_lock
        Keep the colours of the source, which networks change a little.
    strength
        Share of the network's result, 0 to 1; the rest is a plain resample of the source.
    keep_grain
        Add again the fine noise that the network took away.
    reuse
        What is not restored again: off nothing, exact what is equal to the bit, near what only codec noise
        changed, which also takes the flicker out of held drawings.
    format
        Format of the pictures; without it each keeps its own.
    quality
        1 to 100, for JPEG, WebP and AVIF.
    codec
        Encoder of the videos.
    crf
        Quality of the encoder, lower is better; without it the codec's good default.
    depth
        Bits per channel, 8 or 10; without it as the source.
    preset
        Speed of the encoder, in its own words, such as slow or 6.
    start
        Begin at this time of the video, such as 1:02:03.5 or 90 (seconds).
    end
        End at this time of the video.
    deinterlace
        What is done about fields; auto looks at the pictures and leaves whole ones alone.
    letterbox
        Keep black bars from the network, and put them back.
    square_pixels
        Resample videos with oblong pixels to square ones; without it they keep their shape.
    workers
        Processes that share the work on a video; without it one, or with --cluster what that has.
    cluster
        Restore videos on a Ray cluster: local for one on this machine, auto or host:port.
    """
    if not paths:
        raise UsageError("Name at least one picture, video, folder or glob to restore.")

    from sakuga.cli.report import reporter
    from sakuga.errors import InputError
    from sakuga.media.codecs import Encoding
    from sakuga.media.span import Span, seconds
    from sakuga.restore import job
    from sakuga.restore.settings import RestoreSettings
    from sakuga.restore.treatment import Treatment

    try:
        settings = RestoreSettings(
            model=model,
            fast=fast,
            device=device,
            precision=precision,
            tile=tile,
            scale=scale,
            color_lock=color_lock,
            reuse=reuse,
            format=format,
            quality=quality,
            encoding=Encoding(codec=codec, crf=crf, depth=depth, preset=preset),
            treatment=Treatment(
                deinterlace=deinterlace,
                letterbox=letterbox,
                square_pixels=square_pixels,
                strength=strength,
                keep_grain=keep_grain,
                span=Span(
                    seconds(start, "--start") if start else Fraction(0),
                    seconds(end, "--end") if end else None,
                ),
            ),
            workers=workers,
            cluster=cluster,
            overwrite=overwrite,
        )
    except InputError as error:
        raise UsageError(str(error)) from None
    with reporter(json=json) as report:
        results = job.restore(paths, out, settings=settings, on_event=report)
    return Exit.FAILED if any(result.state == "failed" for result in results) else Exit.OK
