"""Every codec, on films and on pictures alone: what goes in comes out, only worse, and always the same."""

import subprocess
import sys
from hashlib import sha256

import cv2
import imageio_ffmpeg
import numpy as np
import pytest

from sakuga.degrade.codecs import CODECS, compress
from sakuga.degrade.films import ENCODERS, Encoder, Settings
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

    @pytest.mark.parametrize("size", [(1, 1), (1, 7), (7, 9), (17, 33), (33, 700)])
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


@pytest.mark.parametrize("name", CODECS)
def test_large_pictures_of_odd_sides_come_back(name):
    frame = np.ascontiguousarray(cv2.resize(drawing(), (1283, 721))[None])
    back = compress(frame, name, at(name, 0.6)).frames
    assert back.shape == frame.shape
    assert psnr(back, frame) > 24


@pytest.mark.parametrize("name", MOVING)
def test_films_are_smaller_than_their_pictures(name):
    frames = np.stack([drawing()] * 4)
    alone, together = (compress(frames, name, at(name, 0.5), together=t).size for t in (False, True))
    assert together < 0.6 * alone


@pytest.mark.parametrize("name", CODECS)
def test_other_processes_give_the_same_in_silence(name):
    code = (
        "import numpy as np, hashlib; from sakuga.degrade.codecs import compress;"
        "x = np.random.default_rng(3).integers(0, 256, (2, 64, 80, 3), np.uint8);"
        f"print(hashlib.sha256(compress(x, {name!r}, {at(name, 0.6)}, together=True).frames).hexdigest())"
    )
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    x = np.random.default_rng(3).integers(0, 256, (2, 64, 80, 3), np.uint8)
    here = sha256(compress(x, name, at(name, 0.6), together=True).frames).hexdigest()
    assert there.stdout.strip() == here
    assert not there.stderr, "encoders like to talk"


PROGRAM = {
    "mpeg2": (16, "-c:v mpeg2video -qscale:v 16", {}),
    "mpeg4": (16, "-c:v mpeg4 -qscale:v 16", {}),
    "h264": (30, "-c:v libx264 -crf 30 -preset medium", {}),
    "h264 fast": (23, "-c:v libx264 -crf 23 -preset fast", {"preset": "fast"}),
    "h264 baseline": (18.5, "-c:v libx264 -crf 18.5 -profile:v baseline", {"profile": "baseline"}),
    "h265": (34, "-c:v libx265 -crf 34 -preset medium -x265-params log-level=error", {}),
    "h265 fast": (
        28,
        "-c:v libx265 -crf 28 -preset faster -x265-params log-level=error",
        {"preset": "faster"},
    ),
    "vp9": (40, "-c:v libvpx-vp9 -crf 40 -b:v 0 -deadline good -cpu-used 4", {}),
}
"""Options of FFmpeg's program that are the same as ours."""


@pytest.mark.parametrize(("line", "count"), [(line, 1) for line in PROGRAM] + [("mpeg2", 6), ("mpeg4", 6)])
def test_pixels_are_those_of_the_program(line, count, tmp_path):
    quality, options, settings = PROGRAM[line]
    frames = film(count)
    for number, frame in enumerate(frames):
        cv2.imwrite(str(tmp_path / f"{number}.png"), frame[..., ::-1])
    program = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y"]
    coded = [*options.split(), "-pix_fmt", "yuv420p", "-threads", "1", "film.mkv"]
    subprocess.run([*program, "-i", "%d.png", *coded], check=True, cwd=tmp_path)
    subprocess.run([*program, "-i", "film.mkv", "back%d.png"], check=True, cwd=tmp_path)
    theirs = np.stack([cv2.imread(str(tmp_path / f"back{n + 1}.png"))[..., ::-1] for n in range(count)])
    ours = compress(frames, line.split()[0], quality, together=True, settings=Settings(**settings)).frames
    assert np.array_equal(ours, theirs)


def test_speed_profile_and_distance_of_intra_pictures_are_heard():
    frames = film()
    usual = compress(frames, "h264", 30, together=True)
    for settings in (Settings(preset="superfast"), Settings(profile="baseline"), Settings(gop=1)):
        assert compress(frames, "h264", 30, together=True, settings=settings).size != usual.size


@pytest.mark.parametrize("name", ["mpeg2", "mpeg4"])
def test_a_rate_is_kept(name):
    busy = np.random.default_rng(4).integers(0, 256, (50, 96, 128, 3), np.uint8)
    for rate in (1000, 2000):
        bits = 8 * compress(busy, name, 8, together=True, settings=Settings(rate=rate)).size / 1000
        assert 2 * rate < bits < 2 * rate + 1835, "two seconds, and what a DVD player's buffer holds"


@pytest.mark.parametrize("name", ["mpeg2", "mpeg4"])
def test_fields_of_two_moments_keep_their_colours_apart(name):
    red, blue = np.full((2, 64, 64, 3), (200, 30, 30), np.uint8), np.uint8((30, 30, 200))
    red[:, 1::2] = blue
    woven, mixed = (
        compress(red, name, 2, together=True, settings=Settings(interlaced=way)).frames
        for way in (True, False)
    )
    assert psnr(woven, red) > 35
    assert psnr(mixed, red) < 20


def test_what_cannot_be_is_a_sentence():
    with pytest.raises(InputError, match=r"There is no codec 'divx'; there are jpeg, .+\."):
        compress(film(), "divx", 3)
    with pytest.raises(InputError, match="h264 has no crf 70; it is a number from 0 to 51"):
        compress(film(), "h264", 70)
    with pytest.raises(
        CodecError, match=r"The codec h264 failed on 1 frames of 128x96 at crf 30 and preset hurried: .+\."
    ):
        compress(film(1), "h264", 30, settings=Settings(preset="hurried"))
    with pytest.raises(CodecError, match=r"The codec webp failed on 1 frames of 17000x1 at quality 30: .+\."):
        compress(np.zeros((1, 1, 17000, 3), np.uint8), "webp", 30)
    for frames in (film(1)[:0], film(1).astype(np.float32), film(1)[0], film(1)[..., :1]):
        with pytest.raises(
            InputError, match=r"Codecs take frames \(N, H, W, 3\) of 8 bits, at least one; not .+"
        ):
            compress(frames, "jpeg", 30)
    with pytest.raises(CodecError, match="preset 99"):
        compress(film(1), "vp9", 30, settings=Settings(preset="99"))
    assert issubclass(CodecError, SakugaError)


@pytest.mark.parametrize(
    "wrong",
    [{"profile": "tall"}, {"effort": 7}, {"rate": 0}, {"rate": -5}, {"gop": 0}, {"gop": 1.5}],
    ids=str,
)
def test_settings_that_no_codec_takes_are_sentences(wrong):
    with pytest.raises(InputError, match=rf"A codec's {next(iter(wrong))} is .+, not .+\."):
        Settings(**wrong)


@pytest.mark.parametrize("decoder", ["vp9", "rawvideo"])
def test_what_does_not_come_back_is_an_error(decoder, monkeypatch):
    """A decoder that takes nothing of it, or gives too many or too few pictures."""
    broken = Encoder("mpeg2video", decoder, ENCODERS["mpeg2"].options)
    monkeypatch.setitem(ENCODERS, "mpeg2", broken)
    with pytest.raises(CodecError, match=r"The codec mpeg2 failed on 4 frames of 128x96 at qscale 8: .+\."):
        compress(film(), "mpeg2", 8, together=True)


def test_frames_that_are_lost_are_an_error(monkeypatch):
    few = Encoder(
        "mpeg2video",
        "mpeg2video",
        lambda quality, settings: {"skip_threshold": "1", "skip_factor": "9999999"},
    )
    monkeypatch.setitem(ENCODERS, "mpeg2", few)
    with pytest.raises(CodecError, match=r"at qscale 8: . frames came back\."):
        compress(np.stack([drawing()] * 4), "mpeg2", 8, together=True)
