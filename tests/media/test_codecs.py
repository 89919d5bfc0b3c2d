"""What can be asked of the encoders, and what is chosen where nothing is asked."""

from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.errors import InputError
from sakuga.media.codecs import CODECS, CONTAINERS, Encoding, container_for, layout_for, muxer_for

CHROMAS = ["420", "422", "444", "440", "411", "410", "400", "rgb"]


@pytest.mark.parametrize("name", CODECS)
def test_every_entry_is_one_that_ffmpeg_has(name):
    codec = CODECS[name]
    encoder = av.codec.Codec(codec.encoder, "w")
    assert encoder.canonical_name == codec.codec
    takes = {pixel_format.name for pixel_format in encoder.video_formats}
    assert set(codec.formats.values()) <= takes


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"codec": "h264"}, "--codec h264"),
        ({"crf": 99}, "--crf 99"),
        ({"crf": float("nan")}, "--crf nan"),
        ({"codec": "ffv1", "crf": 10}, "--crf means nothing"),
        ({"codec": "prores", "depth": 8}, "--depth 8"),
        ({"codec": "av1", "depth": 12}, "8 or 10"),
        ({"preset": "quick"}, "veryfast"),
        ({"codec": "ffv1", "preset": "slow"}, "leave --preset out"),
    ],
)
def test_what_does_not_go_together_is_refused_at_once(settings, words):
    with pytest.raises(InputError, match=words):
        Encoding(**settings)


@pytest.mark.parametrize(
    ("source", "codec", "suffix"),
    [
        ("a.mkv", "x264", ".mkv"),
        ("a.MP4", "x265", ".mp4"),
        ("a.m4v", "av1", ".m4v"),
        ("a.mov", "x264", ".mov"),
        ("a.mov", "av1", ".mkv"),
        ("a.mp4", "prores", ".mov"),
        ("a.mp4", "ffv1", ".mkv"),
        ("a.webm", "av1", ".webm"),
        ("a.webm", "x264", ".mkv"),
        ("a.avi", "x264", ".mkv"),
        ("a.ts", "nvenc", ".mkv"),
    ],
)
def test_the_container_stays_where_it_can(source, codec, suffix):
    assert container_for(Path(source), Encoding(codec)) == suffix


@given(
    st.sampled_from(sorted(CODECS)), st.sampled_from([".mkv", ".mp4", ".mov", ".webm", ".avi", ".rmvb", ""])
)
def test_the_chosen_container_always_takes_the_codec(codec, suffix):
    chosen = container_for(Path("film" + suffix), Encoding(codec))
    assert CODECS[codec].codec in muxer_for(Path("film" + chosen), Encoding(codec)).codecs


@pytest.mark.parametrize(
    ("name", "codec"), [("a.avi", "x264"), ("a", "x264"), ("a.mp4", "ffv1"), ("a.webm", "x264")]
)
def test_a_container_that_cannot_be_written_is_refused(name, codec):
    with pytest.raises(InputError, match=name):
        muxer_for(Path(name), Encoding(codec))


@given(
    st.sampled_from(sorted(CODECS)),
    st.sampled_from(CHROMAS),
    st.sampled_from([8, 9, 10, 12, 14, 16]),
    st.integers(1, 64),
    st.integers(1, 64),
)
def test_a_layout_is_found_for_every_picture(codec, chroma, depth, width, height):
    try:
        chosen, bits = layout_for(Encoding(codec), chroma, depth, width, height)
    except InputError:
        assert not CODECS[codec].odd
        return
    assert (chosen, bits) in CODECS[codec].formats
    deepest = max(d for c, d in CODECS[codec].formats if c == chosen)
    assert bits >= min(depth, deepest)
    if (chroma, depth) in CODECS[codec].formats and width % 4 == height % 4 == 0:
        assert (chosen, bits) == (chroma, depth)


@given(st.sampled_from(["x264", "x265", "ffv1", "av1", "prores"]), st.integers(1, 64), st.integers(1, 64))
def test_no_size_is_refused_but_by_hardware(codec, width, height):
    assert layout_for(Encoding(codec), "420", 8, width, height)


def test_a_depth_that_is_asked_for_is_given():
    assert layout_for(Encoding("x264", depth=10), "420", 8, 64, 64) == ("420", 10)
    assert layout_for(Encoding("x264", depth=8), "420", 10, 64, 64) == ("420", 8)


def test_containers_name_muxers_that_ffmpeg_has():
    assert {muxer.format for muxer in CONTAINERS.values()} <= av.formats_available
