"""Every codec, on films and on pictures alone: what goes in comes out, only worse, and always the same."""

import subprocess
import sys
from hashlib import sha256

import cv2
import imageio_ffmpeg
import numpy as np
import pytest

from sakuga.degrade.codecs import CODECS, compress
from sakuga.degrade.films import Settings
from sakuga.errors import CodecError, InputError, SakugaError

MOVING = [name for name, codec in CODECS.items() if codec.moving]


def drawing(height=96, width=128, shift=0):
    picture = np.full((height, width, 3), (230, 210, 190), np.uint8)
    cv2.circle(picture, (width // 2 + shift, height // 2), height // 3, (90, 140, 220), -1)
    cv2.circle(picture, (width // 2 + shift, height // 2), height // 3, (20, 10, 30), 2)
    cv2.line(picture, (4, 8), (width - 6, height - 9), (20, 10, 30), 1, cv2.LINE_AA)
    return picture


def film(count=4):
    return np.stack([drawing(shift=2 * n) for n in range(count)])


def psnr(a, b):
    return 10 * np.log10(255**2 / np.mean((a.astype(float) - b) ** 2))


def at(name, share):
    """The quality that lies at a share of the way from best to worst."""
    codec = CODECS[name]
    return round(codec.best + (codec.worst - codec.best) * share)


@pytest.mark.parametrize("together", [False, True], ids=["alone", "together"])
@pytest.mark.parametrize("name", CODECS)
class TestEveryCodec:
    def test_gets_worse_and_smaller(self, name, together):
        frames = film()
        steps = [compress(frames, name, at(name, share), together=together) for share in (0.1, 0.5, 0.9)]
        quality, size = [psnr(step.frames, frames) for step in steps], [step.size for step in steps]
        assert quality[0] > quality[1] > quality[2] > 15
        assert quality[0] > 30
        assert size[0] > size[1] > size[2] > 0

    @pytest.mark.parametrize("size", [(1, 1), (1, 7), (7, 9), (17, 33), (95, 127)])
    def test_takes_any_size(self, name, together, size):
        frames = np.random.default_rng(1).integers(0, 256, (3, *size, 3), np.uint8)
        back = compress(frames, name, at(name, 0.4), together=together).frames
        assert back.shape == frames.shape
        assert back.dtype == np.uint8

    @pytest.mark.parametrize("level", [0, 90, 255])
    def test_leaves_grey_grey(self, name, together, level):
        frames = np.full((2, 48, 64, 3), level, np.uint8)
        back = compress(frames, name, at(name, 0.5), together=together).frames
        assert np.abs(back.astype(int) - level).max() <= 4

    def test_repeats_itself_whatever_came_before(self, name, together):
        frames = film()
        first = compress(frames, name, at(name, 0.5), together=together)
        compress(np.random.default_rng(2).integers(0, 256, (2, 50, 70, 3), np.uint8), name, at(name, 0.2))
        again = compress(frames, name, at(name, 0.5), together=together)
        assert np.array_equal(first.frames, again.frames)
        assert first.size == again.size


@pytest.mark.parametrize("name", CODECS)
def test_one_frame_is_a_film_of_one(name):
    frame = film(1)
    alone, together = (compress(frame, name, at(name, 0.5), together=t).frames for t in (False, True))
    assert np.array_equal(alone, together)


@pytest.mark.parametrize("name", MOVING)
def test_films_are_smaller_than_their_pictures(name):
    frames = np.stack([drawing()] * 4)
    alone, together = (compress(frames, name, at(name, 0.5), together=t).size for t in (False, True))
    assert together < 0.6 * alone


@pytest.mark.parametrize("name", CODECS)
def test_other_processes_give_the_same(name):
    code = (
        "import numpy as np, hashlib; from sakuga.degrade.codecs import compress;"
        "x = np.random.default_rng(3).integers(0, 256, (2, 64, 80, 3), np.uint8);"
        f"print(hashlib.sha256(compress(x, {name!r}, {at(name, 0.6)}, together=True).frames).hexdigest())"
    )
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    x = np.random.default_rng(3).integers(0, 256, (2, 64, 80, 3), np.uint8)
    here = sha256(compress(x, name, at(name, 0.6), together=True).frames).hexdigest()
    assert there.strip() == here


RELEASED = {
    "mpeg2": ("mpeg2video", 16, ["-qscale:v", "16"], True),
    "mpeg4": ("mpeg4", 16, ["-qscale:v", "16"], True),
    "h264": ("libx264", 30, ["-crf", "30", "-preset", "medium"], True),
    "h265": ("libx265", 34, ["-crf", "34", "-preset", "medium", "-x265-params", "log-level=error"], False),
    "vp9": ("libvpx-vp9", 40, ["-crf", "40", "-b:v", "0", "-deadline", "good", "-cpu-used", "4"], True),
}
"""FFmpeg's program with the same settings, and whether its pixels are ours: its x265 has more threads."""


@pytest.mark.parametrize("name", RELEASED)
def test_single_pictures_are_those_of_the_program(name, tmp_path):
    encoder, quality, options, equal = RELEASED[name]
    picture = drawing()
    cv2.imwrite(str(tmp_path / "1.png"), picture[..., ::-1])
    program = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y"]
    there = tmp_path / "there.mp4"
    pixels = ["-pix_fmt", "yuv420p"]
    subprocess.run(
        [*program, "-i", tmp_path / "1.png", "-c:v", encoder, *options, *pixels, there], check=True
    )
    subprocess.run([*program, "-i", there, tmp_path / "back.png"], check=True)
    theirs = cv2.imread(str(tmp_path / "back.png"))[..., ::-1]
    ours = compress(picture[None], name, quality).frames[0]
    if equal:
        assert np.array_equal(ours, theirs)
    assert abs(psnr(ours, picture) - psnr(theirs, picture)) < 0.3


def test_speed_profile_rate_and_fields_are_heard():
    frames = film()
    usual = compress(frames, "h264", 30, together=True)
    for settings in (Settings(preset="superfast"), Settings(profile="baseline"), Settings(gop=1)):
        assert compress(frames, "h264", 30, together=True, settings=settings).size != usual.size
    busy = np.random.default_rng(4).integers(0, 256, (12, 96, 128, 3), np.uint8)
    slow, quick = (compress(busy, "mpeg2", 8, together=True, settings=Settings(rate=r)) for r in (500, 4000))
    assert slow.size < 0.7 * quick.size
    fields = compress(frames, "mpeg2", 8, together=True, settings=Settings(interlaced=True))
    assert psnr(fields.frames, frames) > 25


def test_what_cannot_be_is_a_sentence():
    with pytest.raises(InputError, match=r"There is no codec 'divx'; there are jpeg, .+\."):
        compress(film(), "divx", 3)
    with pytest.raises(InputError, match="h264 has no crf 70; it is a number from 0 to 51"):
        compress(film(), "h264", 70)
    with pytest.raises(CodecError, match=r"The codec h264 failed on 1 frames of 128x96: .+"):
        compress(film(1), "h264", 30, settings=Settings(preset="hurried"))
    assert issubclass(CodecError, SakugaError)
