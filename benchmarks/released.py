"""The second compression of APISR as it was released: picture files, and FFmpeg's program twice a picture.

Written from the facts (encoders, options, files), not from the released code. AVIF is Pillow's here as there
is no wheel of pillow-heif that writes it any more.
"""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import cv2
import imageio_ffmpeg
import numpy as np
from PIL import Image

from sakuga.degrade.clip import Clip, Frames, to_frames

Way = Callable[[Clip, Path, int, str], Clip]
"""A picture (H, W, 3), a folder to work in, a quality and a preset."""
VIDEO = {
    "mpeg2": ["-c:v", "mpeg2video", "-qscale:v"],
    "mpeg4": ["-c:v", "libxvid", "-qscale:v"],
    "h264": ["-c:v", "libx264", "-crf"],
    "h265": ["-c:v", "libx265", "-x265-params", "log-level=error", "-crf"],
}


def _write(path: Path, picture: Clip) -> None:
    cv2.imwrite(str(path), _rounded(picture))


def _rounded(picture: Clip) -> Frames:
    return to_frames(picture[None])[0, ..., ::-1]


def _read(path: Path) -> Clip:
    return cv2.imread(str(path))[..., ::-1].astype(np.float32) / 255


def _film(codec: str) -> Way:
    def way(picture: Clip, folder: Path, quality: int, preset: str) -> Clip:
        program = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y"]
        speed = ["-preset", preset] if codec in ("h264", "h265") else []
        _write(folder / "1.png", picture)
        encode = ["-i", "%d.png", *VIDEO[codec], str(quality), *speed, "-pix_fmt", "yuv420p", "film.mp4"]
        subprocess.run([*program, *encode], check=True, cwd=folder)
        subprocess.run([*program, "-i", "film.mp4", "back%d.png"], check=True, cwd=folder)
        return _read(folder / "back1.png")

    return way


def _jpeg(picture: Clip, folder: Path, quality: int, preset: str) -> Clip:
    del preset
    _, coded = cv2.imencode(".jpg", _rounded(picture), [cv2.IMWRITE_JPEG_QUALITY, quality])
    cv2.imwrite(str(folder / "back.png"), cv2.imdecode(coded, cv2.IMREAD_COLOR))
    return _read(folder / "back.png")


def _webp(picture: Clip, folder: Path, quality: int, preset: str) -> Clip:
    del preset
    image = Image.fromarray((np.clip(picture, 0, 1) * 255).astype(np.uint8))
    image.save(folder / "back.webp", quality=quality, method=4)
    return _read(folder / "back.webp")


def _avif(picture: Clip, folder: Path, quality: int, preset: str) -> Clip:
    del preset
    image, coded = Image.fromarray((np.clip(picture, 0, 1) * 255).astype(np.uint8)), io.BytesIO()
    image.save(coded, "AVIF", quality=quality, subsampling="4:2:0", max_threads=1)
    cv2.imwrite(str(folder / "back.png"), np.asarray(Image.open(coded).convert("RGB"))[..., ::-1])
    return _read(folder / "back.png")


RELEASED: Mapping[str, Way] = {"jpeg": _jpeg, "webp": _webp, "avif": _avif} | {
    codec: _film(codec) for codec in VIDEO
}
