"""A part of a film: frames, sound, text and chapters of that part, at their own distance from its start."""

from fractions import Fraction

import av
import numpy as np
import pytest

import clips
from fakes import NearestEngine
from fields import fielded, luma_psnr, telecined
from film import film, pictures, streams, timeline
from sakuga.errors import InputError
from sakuga.media.codecs import Encoding
from sakuga.media.span import Span, seconds
from sakuga.media.video import open_video
from sakuga.restore.treatment import Treatment
from sakuga.restore.video import restore_video

GOP = ("-c:v", "libx264", "-g", "24", "-bf", "3", "-crf", "12", "-pix_fmt", "yuv420p")
FAST = Encoding(preset="ultrafast")


@pytest.mark.parametrize(
    ("code", "time"),
    [
        ("90", 90),
        ("1:30", 90),
        ("1:02:03.5", 3723.5),
        ("0", 0),
        (".25", 0.25),
        ("00:00:01.", 1),
        ("2:90", 210),
    ],
)
def test_time_codes(code, time):
    assert seconds(code, "--start") == time


@pytest.mark.parametrize("code", ["", "abc", "1:2:3:4", "-5", "1,5", "1:-2", "nan", "1h"])
def test_what_is_no_time_is_refused(code):
    with pytest.raises(InputError, match="--end"):
        seconds(code, "--end")


def test_a_span_that_ends_before_it_starts_is_refused():
    with pytest.raises(InputError, match="--end"):
        Span(Fraction(3), Fraction(3))


def part(source, result, start, end=None):
    span = Span(Fraction(start), None if end is None else Fraction(end))
    return restore_video(NearestEngine(), source, result, FAST, treatment=Treatment(span=span))


@pytest.mark.parametrize("suffix", [".mkv", ".mp4", ".ts", ".mpg", ".avi", ".mov"])
@pytest.mark.parametrize(("start", "end"), [("2.5", "4.25"), ("0", "1.5"), ("3.75", None), ("0.5", "9")])
def test_the_frames_are_those_of_the_span(tmp_path, suffix, start, end):
    options = ("-c:v", "mpeg2video", "-q:v", "2") if suffix == ".mpg" else GOP
    path = clips.make_clip(tmp_path / f"a{suffix}", clips.moving(120), 24, options)
    with open_video(path) as video:
        everything = [(f.pts * f.time_base - video.info.origin, f.pixels) for f in video.frames()]
    span = Span(Fraction(start), None if end is None else Fraction(end))
    wanted = [
        (t, p)
        for t, p in everything
        if (t >= span.start or not span.start) and (span.end is None or t < span.end)
    ]
    with open_video(path, span=span) as video:
        frames = list(video.frames())
        assert video.decoded == len(frames) == len(wanted)
        assert video.warnings == []
        for frame, (time, pixels) in zip(frames, wanted, strict=True):
            assert frame.pts * frame.time_base - video.info.origin == time - span.start
            assert np.array_equal(frame.pixels, pixels)
        assert video.info.frames == pytest.approx(len(frames), abs=4)
        assert video.info.duration == pytest.approx(len(frames) / 24, abs=0.2)


def spans(path, kind):
    """Begin and end of the packets of each stream of one kind, in seconds."""
    with av.open(path) as container:
        held = {stream.index: [] for stream in container.streams if stream.type == kind}
        for packet in container.demux():
            if packet.size and packet.stream_index in held:
                begin = packet.pts * packet.time_base
                held[packet.stream_index].append((begin, begin + (packet.duration or 0) * packet.time_base))
        return list(held.values())


def test_sound_text_and_chapters_follow(tmp_path):
    source = film(tmp_path / "a.mkv", pictures(50, 64, 48), tracks=True)
    result = tmp_path / "b.mkv"
    outcome = part(source, result, "0.5", "1.2")
    assert outcome.frames == 17
    assert outcome.warnings == ()
    assert timeline(result) == [pytest.approx(t - Fraction(1, 2)) for t in timeline(source)[13:30]]
    for old, new in zip(spans(source, "audio"), spans(result, "audio"), strict=True):
        inside = [begin - Fraction(1, 2) for begin, _ in old if 0.5 <= begin < 1.2]
        assert [begin for begin, _ in new] == [pytest.approx(begin, abs=0.0015) for begin in inside]
    # Lines from 0.1 to 0.9 and from 1.0 to 1.5 reach over both edges.
    for lines in spans(result, "subtitle"):
        assert [tuple(map(float, line)) for line in lines] == [
            pytest.approx((0, 0.4), abs=0.002),
            pytest.approx((0.5, 0.7), abs=0.002),
        ]
    listed, fonts, chapters, title = streams(result)
    assert (listed, fonts, title) == tuple(streams(source)[index] for index in (0, 1, 3))
    assert [(float(a), float(b), name) for a, b, name in chapters] == [
        (0, pytest.approx(0.48), "A"),
        (pytest.approx(0.48), pytest.approx(0.7), "B"),
    ]


def hashes(path, stream, *options):
    """Of the decoded pictures of a video, by an independent FFmpeg that passes no damage over."""
    strict = ("-xerror", "-err_detect", "explode", "-i", path, "-map", stream, *options)
    listed = clips.ffmpeg(*strict, "-fps_mode", "passthrough", "-f", "framemd5", "-").splitlines()
    return [row.split(",")[-1].strip() for row in listed if row[0] != "#"]


@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
def test_a_second_video_begins_at_a_key_frame_and_ends_whole(tmp_path, suffix):
    one = clips.make_clip(tmp_path / "one.mkv", clips.moving(72), 24, GOP)
    opened = ("-x264-params", "open-gop=1:scenecut=0:keyint=12:b-adapt=0", *GOP)
    two = clips.make_clip(tmp_path / "two.mkv", clips.moving(72, seed=5), 24, opened)
    both = tmp_path / f"both{suffix}"
    clips.ffmpeg("-i", one, "-i", two, "-map", "0", "-map", "1", "-c", "copy", both)
    outcome = part(both, tmp_path / f"b{suffix}", "0.75", "2.25")
    assert outcome.frames == 36
    (told,) = outcome.warnings
    assert "begins 0.25 s late" in told
    copied, every = hashes(tmp_path / f"b{suffix}", "0:v:1"), hashes(both, "0:v:1")
    assert copied[:30] == every[24:54]
    assert set(copied) <= set(every)
    found = sorted(begin for begin, _ in spans(tmp_path / f"b{suffix}", "video")[1])
    assert [float(time) for time in found[:30]] == pytest.approx([(n + 6) / 24 for n in range(30)], abs=0.001)
    assert "No key frame" in part(both, tmp_path / f"c{suffix}", "2.7").warnings[0]


def test_a_span_behind_the_end_is_refused(tmp_path):
    source = clips.make_clip(tmp_path / "a.mkv", clips.moving(24), 24, GOP)
    with pytest.raises(InputError, match="--start"):
        part(source, tmp_path / "b.mkv", "5")
    assert not (tmp_path / "b.mkv").exists()


def test_damage_outside_the_span_does_not_matter(tmp_path):
    path = clips.make_clip(tmp_path / "a.mkv", clips.moving(96, seed=3), 24, (*GOP, "-crf", "4"))
    data = bytearray(path.read_bytes())
    data[len(data) // 6 : len(data) // 6 + 2000] = bytes(2000)
    path.write_bytes(data)
    with open_video(path, span=Span(Fraction(2), Fraction(3))) as video:
        assert len(list(video.frames())) == 24
        assert video.warnings == []


def test_a_part_of_telecined_film(tmp_path):
    moments = clips.moving(120, 320, 240, seed=3)
    path = fielded(tmp_path / "a.mpg", telecined(moments), codec="mpeg2")
    with open_video(path, "auto", Span(Fraction(2), Fraction(4))) as video:
        frames = list(video.frames())
        assert len(frames) == pytest.approx(48, abs=1)
        best = [int(np.argmax([luma_psnr(f.pixels, known) for known in moments])) for f in frames[1:]]
        assert best == list(range(best[0], best[0] + len(best)))
        assert best[0] == pytest.approx(49, abs=2)
        assert min(luma_psnr(f.pixels, moments[at]) for f, at in zip(frames[1:], best, strict=True)) > 35
