"""`sakuga restore`: read the flags, run the job, show it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Group, Parameter

from sakuga.cli.exits import Exit, UsageError
from sakuga.models.catalog import DEFAULT

MODEL = Group("Model", sort_key=1)
PICTURES = Group("Pictures", sort_key=2)
VIDEOS = Group("Videos", sort_key=3)
FILES = Group("Files", sort_key=0)

Precision = Literal["auto", "fp32", "bf16", "fp16"]
Format = Literal["png", "webp", "avif", "jpeg", "tiff"]
Reuse = Literal["off", "exact", "near"]
Codec = Literal["x264", "x265", "av1", "ffv1", "prores", "nvenc"]


def restore(
    *paths: Path,
    out: Annotated[Path, Parameter(group=FILES)] = Path("restored"),
    overwrite: Annotated[bool, Parameter(group=FILES, negative="", show_default=False)] = False,
    json: Annotated[bool, Parameter(group=FILES, negative="", show_default=False)] = False,
    model: Annotated[str, Parameter(group=MODEL)] = DEFAULT,
    scale: Annotated[float | None, Parameter(group=MODEL)] = None,
    device: Annotated[str, Parameter(group=MODEL)] = "auto",
    precision: Annotated[Precision, Parameter(group=MODEL)] = "auto",
    tile: Annotated[int | None, Parameter(group=MODEL)] = None,
    color_lock: Annotated[bool, Parameter(group=MODEL)] = True,
    reuse: Annotated[Reuse, Parameter(group=VIDEOS)] = "near",
    format: Annotated[Format | None, Parameter(group=PICTURES)] = None,  # noqa: A002
    quality: Annotated[int | None, Parameter(group=PICTURES)] = None,
    codec: Annotated[Codec, Parameter(group=VIDEOS)] = "x264",
    crf: Annotated[float | None, Parameter(group=VIDEOS)] = None,
    depth: Annotated[int | None, Parameter(group=VIDEOS)] = None,
    preset: Annotated[str | None, Parameter(group=VIDEOS)] = None,
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
        A name that `sakuga models list` shows, or a .pth, .safetensors or .onnx file.
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
    """
    if not paths:
        raise UsageError("Name at least one picture, video, folder or glob to restore.")

    from sakuga.cli.report import reporter
    from sakuga.errors import InputError
    from sakuga.media.codecs import Encoding
    from sakuga.restore import job
    from sakuga.restore.settings import RestoreSettings

    try:
        settings = RestoreSettings(
            model=model,
            device=device,
            precision=precision,
            tile=tile,
            scale=scale,
            color_lock=color_lock,
            reuse=reuse,
            format=format,
            quality=quality,
            encoding=Encoding(codec=codec, crf=crf, depth=depth, preset=preset),
            overwrite=overwrite,
        )
    except InputError as error:
        raise UsageError(str(error)) from None
    with reporter(json=json) as report:
        results = job.restore(paths, out, settings=settings, on_event=report)
    return Exit.FAILED if any(result.state == "failed" for result in results) else Exit.OK
