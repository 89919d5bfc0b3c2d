"""The display size is put into a Matroska file in place, exact where whole numbers allow it."""

from fractions import Fraction

import av
from hypothesis import given
from hypothesis import strategies as st

import clips
from sakuga.media import matroska


def reserved(path, title=""):
    """A one-frame file with room kept for the display size."""
    with av.open(str(path), "w") as output:
        video = output.add_stream("ffv1", 25)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        video.metadata["title"] = matroska.RESERVED + title
        output.mux(video.encode(av.VideoFrame(64, 48, "yuv420p")))
        output.mux(video.encode(None))
    return path


def test_the_room_is_used_and_the_title_set_right(tmp_path):
    path = reserved(tmp_path / "a.mkv", "Bild")
    size = path.stat().st_size
    assert matroska.set_aspect(path, 64, 48, Fraction(8, 9))
    assert path.stat().st_size == size
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        assert (video.sample_aspect_ratio, video.metadata["title"]) == (Fraction(8, 9), "Bild")
        assert sum(1 for _ in container.decode(video)) == 1
    assert clips.ffmpeg("-xerror", "-err_detect", "explode", "-i", path, "-f", "framecrc", "-")


def test_a_track_without_a_title_gets_none(tmp_path):
    path = reserved(tmp_path / "a.mkv")
    assert matroska.set_aspect(path, 64, 48, Fraction(2))
    with av.open(str(path)) as container:
        assert "title" not in container.streams.video[0].metadata


def test_a_file_without_room_is_left_alone(tmp_path):
    path = clips.make_clip(tmp_path / "a.mkv", clips.moving(1))
    before = path.read_bytes()
    assert not matroska.set_aspect(path, 160, 120, Fraction(8, 9))
    assert path.read_bytes() == before


@given(st.integers(16, 8192), st.integers(16, 8192), st.fractions(Fraction(1, 4), 4, max_denominator=2000))
def test_any_shape_is_met(width, height, sar):
    shown = matroska.display_size(width, height, sar)
    true = Fraction(width, height) * sar
    assert abs(Fraction(*shown) / true - 1) <= Fraction(1, 2) / (width * sar)
    assert shown[1] < 2 * height
