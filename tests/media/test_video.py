"""Reading videos: what is known of them, their frames and times, and files that are none."""

import os
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import clips
from sakuga.errors import InputError
from sakuga.media.colour import Matrix, Range
from sakuga.media.video import is_video, open_video

GOP = ("-c:v", "libx264", "-g", "12", "-pix_fmt", "yuv420p")


def pts_of(path):
    return [frame.pts for frame in open_video(path).frames()]


@pytest.mark.parametrize("name", ["a.mkv", "A.MP4", "b.m2ts", "旅.webm", "c.RMVB", "d.vob"])
def test_a_videos_suffix_is_known(name):
    assert is_video(Path(name))


@pytest.mark.parametrize("name", ["a.png", "mkv", "b.mkv.txt", "c"])
def test_other_suffixes_are_not(name):
    assert not is_video(Path(name))


def test_everything_is_known_of_a_video(tmp_path):
    info = open_video(clips.make_vfr_mkv(tmp_path / "アニメ 01.mkv")).info
    assert (info.width, info.height, info.depth, info.chroma) == (160, 120, 8, "420")
    assert info.rate == pytest.approx(Fraction(17, 1792) * 1000, rel=0.02)
    assert info.duration == pytest.approx(1.793, abs=0.05)
    assert (info.codec, info.rotation, info.sar, info.interlaced) == ("h264", 0, 1, False)
    assert info.others == (
        'audio: aac, jpn, "Original"',
        'audio: flac, ger, "Kommentar"',
        'subtitle: ass, eng, "Signs & Songs"',
        "subtitle: subrip, ger",
        'attachment: application/x-truetype-font, "Testfont.ttf"',
        'cover art: png, "cover.png"',
    )


def test_frames_keep_their_own_times(tmp_path):
    video = open_video(clips.make_vfr_mkv(tmp_path / "a.mkv"))
    for _ in range(2):
        frames = list(video.frames())
        assert [frame.pts for frame in frames] == list(clips.VFR_MILLISECONDS)
        assert {frame.time_base for frame in frames} == {Fraction(1, 1000)}
        assert video.decoded == len(frames)
    assert video.warnings == []


def test_pixels_are_those_of_the_source(tmp_path):
    drawn = clips.moving(5)
    path = clips.make_clip(tmp_path / "a.mkv", drawn, 24, ("-c:v", "ffv1", "-pix_fmt", "bgr0"))
    for frame, expected in zip(open_video(path).frames(), drawn, strict=True):
        assert (frame.pixels == expected).all()


@pytest.mark.parametrize(
    ("options", "depth", "chroma", "dtype"),
    [
        (("-c:v", "libx264", "-pix_fmt", "yuv420p"), 8, "420", np.uint8),
        (("-c:v", "libx264", "-pix_fmt", "yuv420p10le"), 10, "420", np.uint16),
        (("-c:v", "libx264", "-pix_fmt", "yuv444p"), 8, "444", np.uint8),
        (("-c:v", "ffv1", "-pix_fmt", "gray"), 8, "400", np.uint8),
        (("-c:v", "prores_ks", "-pix_fmt", "yuv422p10le"), 10, "422", np.uint16),
        (("-c:v", "ffv1", "-pix_fmt", "yuv420p12le"), 12, "420", np.uint16),
        (("-c:v", "ffv1", "-pix_fmt", "yuv411p"), 8, "411", np.uint8),
        (("-c:v", "ffv1", "-pix_fmt", "gbrp10le"), 10, "rgb", np.uint16),
        (("-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-q:v", "2"), 8, "420", np.uint8),
        (
            ("-c:v", "libvpx-vp9", "-pix_fmt", "yuva420p", "-crf", "8", "-b:v", "0", "-cpu-used", "8"),
            8,
            "420",
            np.uint8,
        ),
    ],
)
def test_many_pixel_formats(tmp_path, options, depth, chroma, dtype):
    drawn = clips.moving(3)
    video = open_video(clips.make_clip(tmp_path / "a.mkv", drawn, 24, options))
    assert (video.info.depth, video.info.chroma) == (depth, chroma)
    frames = list(video.frames())
    assert {frame.pixels.dtype for frame in frames} == {np.dtype(dtype)}
    luma = np.array([0.299, 0.587, 0.114])
    for frame, expected in zip(frames, drawn, strict=True):
        got = frame.pixels / np.iinfo(dtype).max * 255 @ luma
        assert np.abs(got - expected @ luma).mean() < 3


@pytest.mark.parametrize(("width", "height"), [(853, 479), (33, 17), (16, 2)])
def test_odd_sizes(tmp_path, width, height):
    path = clips.make_clip(
        tmp_path / "a.mkv", clips.moving(2, width, height), 24, ("-c:v", "ffv1", "-pix_fmt", "yuv420p")
    )
    assert next(open_video(path).frames()).pixels.shape == (height, width, 3)


@pytest.mark.parametrize(
    ("tags", "matrix", "range_", "guessed"),
    [
        ((), Matrix.SMPTE170M, Range.LIMITED, True),
        (("-colorspace", "bt709", "-color_range", "tv"), Matrix.BT709, Range.LIMITED, False),
        (("-colorspace", "bt2020nc", "-color_range", "pc"), Matrix.BT2020, Range.FULL, False),
    ],
)
def test_colour_is_read_or_guessed(tmp_path, tags, matrix, range_, guessed):
    plain = clips.make_clip(tmp_path / "plain.mkv", clips.moving(2), 24, GOP)
    filters = "setparams=" + ":".join(
        f"{name}={value}" for name, value in zip(("colorspace", "range"), tags[1::2], strict=False)
    )
    clips.ffmpeg("-i", plain, *(("-vf", filters) if tags else ()), *GOP, *tags, tmp_path / "a.mkv")
    colour = open_video(tmp_path / "a.mkv").info.colour
    assert (colour.matrix, colour.range, colour.guessed) == (matrix, range_, guessed)


@pytest.mark.parametrize("siting", ["left", "center", "topleft"])
def test_chroma_siting_is_read(tmp_path, siting):
    options = (
        *GOP,
        "-chroma_sample_location",
        siting,
        "-x264-params",
        f"chromaloc={['left', 'center', 'topleft'].index(siting)}",
    )
    colour = open_video(clips.make_clip(tmp_path / "a.mkv", clips.moving(2), 24, options)).info.colour
    # The centre cannot be told from silence; silence means left, as with every codec since MPEG-2.
    assert colour.siting == ("left" if siting == "center" else siting)


def test_broadcast_time_starts_anywhere(tmp_path):
    path = clips.make_clip(tmp_path / "a.ts", clips.moving(12), 25, (*GOP, "-output_ts_offset", "3600"))
    video = open_video(path)
    assert float(video.info.origin) == pytest.approx(3601.4, abs=0.2)
    frames = list(video.frames())
    assert float(frames[0].pts * frames[0].time_base - video.info.origin) == pytest.approx(0, abs=0.1)
    assert len(frames) == 12


def test_interlace_is_told(tmp_path):
    options = ("-c:v", "mpeg2video", "-flags", "+ildct+ilme", "-vf", "setfield=tff")
    video = open_video(clips.make_clip(tmp_path / "a.mkv", clips.moving(4), 25, options))
    assert video.info.interlaced
    list(video.frames())
    assert "interlaced" in video.warnings[0]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("text.mp4", b"hello, this is text\n" * 40, "no known video format"),
        ("zero.mkv", b"", "empty"),
        ("junk.avi", bytes(range(251)) * 40, "is not a video|no video stream"),
        ("half.mp4", b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41\0\0\0\x08free", "moov"),
        ("talk.mkv", b"1\n00:00:00,200 --> 00:00:00,900\nGuten Morgen\n", "no video stream"),
    ],
)
def test_what_is_no_video_is_named(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=words) as caught:
        open_video(tmp_path / name)
    assert str(tmp_path / name) in str(caught.value)


def test_a_picture_a_folder_and_nothing_are_no_videos(tmp_path):
    clips.ffmpeg("-f", "lavfi", "-i", "color=s=32x32", "-frames:v", "1", tmp_path / "a.png")
    (tmp_path / "a.png").rename(tmp_path / "a.mkv")
    with pytest.raises(InputError, match="picture"):
        open_video(tmp_path / "a.mkv")
    with pytest.raises(InputError, match="folder"):
        open_video(tmp_path)
    with pytest.raises(InputError, match="does not exist"):
        open_video(tmp_path / "none.mkv")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_named(tmp_path):
    path = clips.make_clip(tmp_path / "a.mkv", clips.moving(2))
    path.chmod(0)
    with pytest.raises(InputError, match="permission"):
        open_video(path)


def test_sound_alone_is_no_video(tmp_path):
    clips.ffmpeg("-f", "lavfi", "-i", "sine=d=0.2", tmp_path / "a.mp4")
    with pytest.raises(InputError, match="no video stream"):
        open_video(tmp_path / "a.mp4")


@pytest.mark.parametrize("options", [GOP, (*GOP, "-movflags", "+faststart")])
@pytest.mark.parametrize("suffix", [".mkv", ".mp4", ".avi"])
def test_a_truncated_video(tmp_path, suffix, options):
    path = clips.make_clip(tmp_path / f"a{suffix}", clips.moving(72), 24, options)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    if suffix == ".mp4" and "+faststart" not in options:
        with pytest.raises(InputError, match="moov"):
            open_video(path)
        return
    video = open_video(path)
    count = sum(1 for _ in video.frames())
    assert 10 < count < 50
    assert video.cut_off in video.warnings
    assert str(path) in video.cut_off


def test_a_damaged_place_is_told_and_passed(tmp_path):
    path = clips.make_clip(tmp_path / "a.mkv", clips.moving(96, seed=3), 24, (*GOP, "-crf", "4"))
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 2000] = bytes(2000)
    path.write_bytes(data)
    video = open_video(path)
    times = [frame.pts for frame in video.frames()]
    assert times[-1] == pts_of_last(96)
    assert times == sorted(set(times))
    assert "damaged" in video.warnings[0]


def pts_of_last(count):
    return round((count - 1) * 1000 / 24)


def test_a_jump_in_time_is_refused(tmp_path):
    parts = [
        clips.make_clip(
            tmp_path / f"{offset}.ts", clips.moving(24), 24, (*GOP, "-output_ts_offset", offset)
        ).read_bytes()
        for offset in ("100", "10")
    ]
    glued = tmp_path / "glued.ts"
    glued.write_bytes(b"".join(parts))
    with pytest.raises(InputError, match="jumps in time"):
        list(open_video(glued).frames())
