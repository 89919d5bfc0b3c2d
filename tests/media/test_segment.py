"""Segments: whole or not there, the same bytes for the same pictures, and times that fit together."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import clips
from sakuga.media.assembly import assemble, decoding_times
from sakuga.media.codecs import CODECS, Encoding
from sakuga.media.encoder import SegmentWriter
from sakuga.media.segment import Span, entries, payloads, span_of
from sakuga.media.video import open_video

YUV = ("-c:v", "ffv1", "-pix_fmt", "yuv420p")
SOFTWARE = sorted(set(CODECS) - {"nvenc"})


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """60 frames with sound."""
    folder = tmp_path_factory.mktemp("plain")
    picture = clips.make_clip(folder / "p.mkv", clips.moving(60, 64, 48), 24, YUV)
    clips.ffmpeg("-i", picture, "-f", "lavfi", "-i", "sine=d=2", "-c:v", "copy", folder / "a.mkv")
    return folder / "a.mkv"


def write(path, video, first, count, encoding=Encoding()):  # noqa: B008
    frames = list(video.frames())[first : first + count]
    with SegmentWriter(path, first, video.info, (64, 48), encoding, path.with_suffix(".mkv")) as writer:
        for frame in frames:
            writer.write(frame.pixels, frame)
    return path


def test_a_segment_knows_whether_it_is_whole(plain, tmp_path):
    video = open_video(plain)
    path = write(tmp_path / "a.segment", video, 20, 7)
    third = list(video.frames())[20].pts
    assert span_of(path) == Span(20, 7, third)
    assert sorted(entry.pts for entry in entries(path)) == [frame.pts for frame in video.frames()][20:27]
    assert [len(payload) for _, payload in payloads(path)] == [entry.size for entry in entries(path)]
    assert next(entries(path)).key
    content = path.read_bytes()
    for end in (0, 1, 40, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:end])
        assert span_of(path) is None
    for place in range(0, len(content), 97):
        path.write_bytes(content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :])
        assert span_of(path) is None
    assert span_of(tmp_path / "none") is None


def test_an_error_leaves_no_segment(plain, tmp_path):
    video = open_video(plain)
    writer = SegmentWriter(tmp_path / "a.segment", 0, video.info, (64, 48), Encoding(), tmp_path / "a.mkv")

    def interrupted():
        with writer:
            for frame in video.frames():
                writer.write(frame.pixels, frame)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("codec", SOFTWARE)
def test_the_same_pictures_give_the_same_bytes(plain, tmp_path, codec):
    video, encoding = open_video(plain), Encoding(codec)
    made = {write(tmp_path / "a.segment", video, 0, 60, encoding).read_bytes() for _ in range(3)}
    assert len(made) == 1


@pytest.mark.parametrize("codec", SOFTWARE)
def test_segments_become_one_film(plain, tmp_path, codec):
    video, encoding = open_video(plain), Encoding(codec)
    parts = [
        write(tmp_path / f"{first}.segment", video, first, count, encoding)
        for first, count in ((0, 25), (25, 1), (26, 30), (56, 4))
    ]
    results = []
    for name in "ab":
        told = assemble(tmp_path / f"{name}.mkv", video, (64, 48), encoding, parts)
        assert len(told) == (codec == "prores")
        results.append((tmp_path / f"{name}.mkv").read_bytes())
    assert results[0] == results[1]
    made = open_video(tmp_path / "a.mkv")
    times = [(f.pts - video.info.origin) * f.time_base for f in video.frames()]
    frames = list(made.frames())
    assert [float(f.pts * f.time_base) for f in frames] == pytest.approx([float(t) for t in times], abs=1e-3)
    assert made.warnings == []
    for before, after in zip(video.frames(), frames, strict=True):
        levels = after.pixels / np.iinfo(after.pixels.dtype).max * 255
        assert abs(before.pixels - levels).mean() < 4
    listed = clips.ffmpeg("-i", tmp_path / "a.mkv", "-map", "0:v", "-f", "framemd5", "-")
    assert len([line for line in listed.splitlines() if line[0] != "#"]) == 60


@given(st.lists(st.lists(st.integers(1, 50), min_size=1, max_size=9), min_size=1, max_size=6), st.randoms())
def test_decoding_times_rise_and_come_before_their_pictures(stretches, chance):
    shown, now = [], 0
    for steps in stretches:
        times = []
        for step in steps:
            now += step
            times.append(now)
        chance.shuffle(times)
        shown += times
    decoded = decoding_times(shown)
    assert all(a < b for a, b in itertools.pairwise(decoded))
    assert all(a <= b for a, b in zip(decoded, shown, strict=True))
