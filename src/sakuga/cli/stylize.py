"""`sakuga stylize`: read the flags, run the job, show it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Group, Parameter

from sakuga.cli.exits import Exit, UsageError
from sakuga.models.catalog import SCENE

MODEL = Group("Model", sort_key=1)
VIDEOS = Group("Videos", sort_key=4)
STYLE = Group("Style", sort_key=2)
PICTURES = Group("Pictures", sort_key=3)
FILES = Group("Files", sort_key=0)

Precision = Literal["auto", "fp32", "bf16", "fp16"]
Protect = Literal["off", "text"]
Format = Literal["png", "webp", "avif", "jpeg", "tiff"]
Deinterlace = Literal["auto", "off", "bwdif", "telecine"]
Codec = Literal["x264", "x265", "av1", "ffv1", "prores", "nvenc"]


def stylize(
    *paths: Path,
    out: Annotated[Path, Parameter(group=FILES)] = Path("stylized"),
    overwrite: Annotated[bool, Parameter(group=FILES, negative="", show_default=False)] = False,
    json: Annotated[bool, Parameter(group=FILES, negative="", show_default=False)] = False,
    model: Annotated[str, Parameter(group=MODEL)] = SCENE,
    adapter: Annotated[Path | None, Parameter(group=MODEL)] = None,
    device: Annotated[str, Parameter(group=MODEL)] = "auto",
    precision: Annotated[Precision, Parameter(group=MODEL)] = "auto",
    tile: Annotated[int | None, Parameter(group=MODEL)] = None,
    strength: Annotated[float, Parameter(group=STYLE)] = 1.0,
    color_strength: Annotated[float | None, Parameter(group=STYLE)] = None,
    texture_strength: Annotated[float | None, Parameter(group=STYLE)] = None,
    reference: Annotated[Path | None, Parameter(group=STYLE)] = None,
    protect: Annotated[Protect, Parameter(group=STYLE)] = "off",
    masks: Annotated[Path | None, Parameter(group=STYLE)] = None,
    format: Annotated[Format | None, Parameter(group=PICTURES)] = None,  # noqa: A002
    quality: Annotated[int | None, Parameter(group=PICTURES)] = None,
    coherence: Annotated[float, Parameter(group=VIDEOS)] = 0.6,
    codec: Annotated[Codec, Parameter(group=VIDEOS)] = "x264",
    crf: Annotated[float | None, Parameter(group=VIDEOS)] = None,
    depth: Annotated[int | None, Parameter(group=VIDEOS)] = None,
    preset: Annotated[str | None, Parameter(group=VIDEOS)] = None,
    start: Annotated[str | None, Parameter(group=VIDEOS)] = None,
    end: Annotated[str | None, Parameter(group=VIDEOS)] = None,
    deinterlace: Annotated[Deinterlace, Parameter(group=VIDEOS)] = "auto",
    letterbox: Annotated[bool, Parameter(group=VIDEOS)] = True,
) -> int:
    """Make anime scenes of photos and videos.

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
    adapter
        A style of its own for the model, a .safetensors that `sakuga export` wrote.
    device
        auto, cpu, cuda, cuda:1, mps, xpu, gpu (Intel) or npu.
    precision
        Arithmetic of the network; a reduced one is used only if it passes a check against fp32.
    tile
        Longest side of a tile in pixels; without it pictures go through whole.
    strength
        How much of the style: 0 is the photo, 1 what the network makes, up to 2 overdone.
    color_strength
        The same of tones and colours alone; without it as --strength.
    texture_strength
        The same of strokes and grain alone; without it as --strength.
    reference
        A picture whose colours the results take, sky from sky and ground from ground.
    protect
        What of the photo is looked for and kept readable: text, or off.
    masks
        Folder of grey pictures, each of its photo's name and size: white, such as a face, is kept readable.
    format
        Format of the pictures; without it each keeps its own.
    quality
        1 to 100, for JPEG, WebP and AVIF.
    coherence
        Share of the last frame that the next takes over where it shows the same, 0 to 0.9; against flicker.
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
    """
    if not paths:
        raise UsageError("Name at least one picture, video, folder or glob to stylize.")

    from sakuga.cli.report import reporter
    from sakuga.errors import InputError
    from sakuga.media.codecs import Encoding
    from sakuga.media.span import Span, seconds
    from sakuga.stylize import job
    from sakuga.stylize.settings import StylizeSettings
    from sakuga.stylize.treatment import Treatment

    try:
        settings = StylizeSettings(
            model=model,
            adapter=adapter,
            device=device,
            precision=precision,
            tile=tile,
            strength=strength,
            color_strength=color_strength,
            texture_strength=texture_strength,
            reference=reference,
            protect=protect,
            masks=masks,
            format=format,
            quality=quality,
            encoding=Encoding(codec=codec, crf=crf, depth=depth, preset=preset),
            treatment=Treatment(
                coherence=coherence,
                deinterlace=deinterlace,
                letterbox=letterbox,
                span=Span(
                    seconds(start, "--start") if start else Fraction(0),
                    seconds(end, "--end") if end else None,
                ),
            ),
            overwrite=overwrite,
        )
    except InputError as error:
        raise UsageError(str(error)) from None
    with reporter(json=json) as report:
        results = job.stylize(paths, out, settings=settings, on_event=report)
    return Exit.FAILED if any(result.state == "failed" for result in results) else Exit.OK
