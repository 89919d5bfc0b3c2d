"""Old sources through the whole journey: what comes out is progressive, in time, and told."""

from fractions import Fraction

import av
import numpy as np
import pytest

import clips
from fakes import LookingAheadEngine, NearestEngine
from fields import fielded, interlaced, luma_psnr, telecined
from film import timeline
from sakuga.media.codecs import Encoding
from sakuga.media.fields import fields_of
from sakuga.media.video import open_video
from sakuga.restore.treatment import Treatment
from sakuga.restore.video import restore_video

FINE = Encoding(crf=6, preset="ultrafast")
FILM = Fraction(24000, 1001)


@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
@pytest.mark.parametrize("codec", ["mpeg2", "h264"])
def test_telecined_film_becomes_film(tmp_path, codec, suffix):
    film = clips.moving(60, 320, 240, seed=3)
    source = fielded(tmp_path / ("a.mpg" if codec == "mpeg2" else "a.mkv"), telecined(film), codec=codec)
    result = tmp_path / f"b{suffix}"
    outcome = restore_video(LookingAheadEngine(), source, result, FINE)
    assert outcome.frames == 60
    assert "3:2" in outcome.warnings[0]
    times = timeline(result)
    assert [t - times[0] for t in times] == [pytest.approx(i / FILM, abs=0.002) for i in range(60)]
    with open_video(result) as video:
        assert not video.info.interlaced
        assert float(video.info.rate) == pytest.approx(float(FILM), rel=0.002)
        for frame, known in zip(video.frames(), film, strict=True):
            assert luma_psnr(frame.pixels, known) > 35


def test_interlaced_video_becomes_progressive_with_its_sound(tmp_path):
    moments = clips.moving(80, 320, 240, seed=3)
    silent = fielded(tmp_path / "silent.mkv", interlaced(moments, "tff"), codec="h264")
    source = tmp_path / "a.mkv"
    clips.ffmpeg("-i", silent, "-f", "lavfi", "-i", "sine=d=1.3", "-c:v", "copy", "-c:a", "flac", source)
    outcome = restore_video(NearestEngine(), source, tmp_path / "b.mkv", FINE)
    assert "bwdif" in outcome.warnings[0]
    assert timeline(tmp_path / "b.mkv") == timeline(source)
    assert fields_of(tmp_path / "b.mkv").scan == "progressive"
    with open_video(tmp_path / "b.mkv") as video:
        assert [kind.split(":")[0] for kind in video.info.others] == ["audio"]


def test_off_leaves_combs_and_says_so(tmp_path):
    moments = clips.moving(60, 320, 240, seed=3)
    source = fielded(tmp_path / "a.mpg", interlaced(moments, "tff"))
    treatment = Treatment(deinterlace="off")
    outcome = restore_video(NearestEngine(), source, tmp_path / "b.mkv", FINE, treatment=treatment)
    assert "combs" in outcome.warnings[0]
    assert fields_of(tmp_path / "b.mkv").scan == "interlaced"


MASTER = "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1)"
HDR = {"hdr10": ("smpte2084", 16, f":{MASTER}:max-cll=1000,400"), "hlg": ("arib-std-b67", 18, "")}


@pytest.mark.parametrize("kind", HDR)
def test_hdr_keeps_its_depth_and_its_metadata(tmp_path, kind):
    name, transfer, parameters = HDR[kind]
    drawn = clips.moving(6, 192, 108)
    parameters = f"log-level=none:crf=6:colorprim=bt2020:transfer={name}:colormatrix=bt2020nc{parameters}"
    codec = ("-c:v", "libx265", "-pix_fmt", "yuv420p10le", "-x265-params", parameters)
    source = clips.make_clip(tmp_path / "a.mkv", drawn, 24, ("-vf", "scale=out_color_matrix=bt2020", *codec))
    seen = set()
    engine = NearestEngine(2, change=lambda pixels: seen.add(pixels.dtype.name) or pixels)
    restore_video(engine, source, tmp_path / "b.mkv", Encoding(codec="x265", crf=6, preset="ultrafast"))
    assert seen == {"uint16"}
    with open_video(source) as before, open_video(tmp_path / "b.mkv") as after:
        assert after.info.depth == before.info.depth == 10
        colour = after.info.colour
        assert (colour.primaries, colour.transfer, colour.matrix) == (9, transfer, 9)
        assert after.info.hdr == before.info.hdr
        assert (after.info.hdr is not None) == (kind == "hdr10")
        for a, b in zip(before.frames(), after.frames(), strict=True):
            assert np.abs(a.pixels.astype(float) - b.pixels[::2, ::2]).mean() / 257 < 3


@pytest.mark.parametrize("degrees", [90, 180])
def test_rotation_is_kept(tmp_path, degrees):
    plain = clips.make_clip(tmp_path / "plain.mp4", clips.moving(5), 24)
    source = tmp_path / "a.mp4"
    clips.ffmpeg("-display_rotation", str(degrees), "-i", plain, "-c", "copy", source)
    restore_video(NearestEngine(2), source, tmp_path / "b.mp4", FINE)
    with av.open(tmp_path / "b.mp4") as result, av.open(source) as before:
        frames = [next(container.decode(video=0)) for container in (before, result)]
        assert frames[0].rotation == frames[1].rotation != 0
        assert (frames[1].width, frames[1].height) == (320, 240)
