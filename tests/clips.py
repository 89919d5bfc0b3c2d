"""Small videos for tests, made by an FFmpeg that is not the one under test."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

VFR_MILLISECONDS = (
    0,
    42,
    83,
    125,
    250,
    292,
    500,
    542,
    583,
    750,
    792,
    1000,
    1042,
    1250,
    1292,
    1333,
    1500,
    1792,
)
"""When the frames of `make_vfr_mkv` are shown."""
FONT = bytes(range(256)) * 20
"""The bytes of the font attached by `make_vfr_mkv`."""

_ASS = """[Script Info]
ScriptType: v4.00+
[V4+ Styles]
Format: Name, Fontname, Fontsize
Style: Default,Testfont,20
[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:00.20,0:00:00.90,Default,,0,0,0,,{\\i1}Good morning
Dialogue: 0,0:00:01.00,0:00:01.70,Default,,0,0,0,,おはよう
"""
_SRT = "1\n00:00:00,200 --> 00:00:00,900\nGuten Morgen\n\n2\n00:00:01,000 --> 00:00:01,700\nGute Nacht\n"
_CHAPTERS = """;FFMETADATA1
title=Whole film
artist=Studio Ünicode
[CHAPTER]
TIMEBASE=1/1000
START=0
END=900
title=Opening
[CHAPTER]
TIMEBASE=1/1000
START=900
END=1800
title=第一話
"""


def ffmpeg(*arguments: str | Path) -> str:
    """Run the independent FFmpeg and give what it wrote to standard output."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-v", "error", "-nostdin", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout.decode(errors="replace")


def make_clip(
    path: Path,
    frames: Iterable[NDArray[np.uint8]],
    rate: Fraction | int = 24,
    options: Sequence[str] = ("-c:v", "libx264", "-crf", "4", "-pix_fmt", "yuv444p"),
) -> Path:
    """Encode RGB frames of shape (height, width, 3), uint8, at a constant rate; `options` are FFmpeg's."""
    pictures = [np.ascontiguousarray(frame, np.uint8) for frame in frames]
    height, width = pictures[0].shape[:2]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgb24"]
    command += ["-s", f"{width}x{height}", "-r", str(rate), "-i", "-", *options, str(path)]
    done = subprocess.run(
        command, input=b"".join(p.tobytes() for p in pictures), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return path


def moving(count: int, width: int = 160, height: int = 120, seed: int = 0) -> list[NDArray[np.uint8]]:
    """Flat drawn shapes that move by a pixel or two per frame over a gradient."""
    rng = np.random.default_rng(seed)
    colours, starts = rng.integers(0, 256, (6, 3)), rng.integers(0, (height // 2, width // 2), (6, 2))
    ground = np.linspace((40, 60, 90), (200, 180, 150), height)[:, None].repeat(width, 1)
    frames: list[NDArray[np.uint8]] = []
    for index in range(count):
        frame = ground.copy()
        for step, (colour, (y, x)) in enumerate(zip(colours, starts, strict=True)):
            at = (x + index * (step % 3)) % (width - width // 5)
            frame[y : y + height // 4, at : at + width // 5] = colour
        frames.append(frame.astype(np.uint8))
    return frames


def make_vfr_mkv(path: Path) -> Path:
    """A Matroska file with everything: variable rate, two audio, two subtitles, a font, a cover, chapters."""
    folder = path.parent / f"{path.stem}.parts"
    folder.mkdir(parents=True)
    video = _vfr(folder / "video.mkv")
    (folder / "a.ass").write_text(_ASS, encoding="utf-8")
    (folder / "b.srt").write_text(_SRT, encoding="utf-8")
    (folder / "chapters.txt").write_text(_CHAPTERS, encoding="utf-8")
    (folder / "Testfont.ttf").write_bytes(FONT)
    ffmpeg("-f", "lavfi", "-i", "color=red:s=32x32", "-frames:v", "1", folder / "cover.png")
    ffmpeg(
        *("-i", video, "-f", "lavfi", "-i", "sine=440:d=1.8", "-f", "lavfi", "-i", "sine=660:d=1.8"),
        *("-i", folder / "a.ass", "-i", folder / "b.srt", "-i", folder / "chapters.txt"),
        *("-map", "1:a", "-map", "0:v", "-map", "2:a", "-map", "3:s", "-map", "4:s", "-map_metadata", "5"),
        *("-c:v", "copy", "-c:a:0", "aac", "-c:a:1", "flac", "-c:s:0", "ass", "-c:s:1", "srt"),
        *("-metadata:s:v:0", "title=Picture", "-metadata:s:v:0", "language=jpn"),
        *("-metadata:s:a:0", "language=jpn", "-metadata:s:a:0", "title=Original"),
        *("-metadata:s:a:1", "language=ger", "-metadata:s:a:1", "title=Kommentar"),
        *("-metadata:s:s:0", "language=eng", "-metadata:s:s:0", "title=Signs & Songs"),
        *("-metadata:s:s:1", "language=ger"),
        *("-disposition:a:0", "default", "-disposition:a:1", "comment", "-disposition:s:0", "default+forced"),
        *("-disposition:s:1", "hearing_impaired", "-default_mode", "passthrough"),
        *("-attach", folder / "Testfont.ttf", "-metadata:s:t:0", "mimetype=application/x-truetype-font"),
        *("-attach", folder / "cover.png", "-metadata:s:t:1", "mimetype=image/png"),
        path,
    )  # fmt: skip
    return path


def _vfr(path: Path) -> Path:
    """Video alone, each frame at its own time, with reordered frames."""
    even = make_clip(path.with_name("even.mkv"), moving(len(VFR_MILLISECONDS)), 1000)
    times = "+".join(f"eq(N,{i})*{at}" for i, at in enumerate(VFR_MILLISECONDS))
    ffmpeg(
        *("-i", even, "-vf", f"settb=1/1000,setpts='{times}'", "-fps_mode", "passthrough"),
        *("-enc_time_base", "1/1000"),
        *("-c:v", "libx264", "-bf", "3", "-g", "12", "-crf", "10", "-pix_fmt", "yuv420p", path),
    )  # fmt: skip
    return path
