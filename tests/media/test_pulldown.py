"""Film that is shown for three fields and two in turn comes back evenly; all else keeps its times."""

from fractions import Fraction
from itertools import pairwise

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

import clips
from fakes import NearestEngine
from fields import interlaced, luma_psnr, telecined
from reader import read
from sakuga.media.codecs import Encoding
from sakuga.media.fields import fields_of
from sakuga.media.pulldown import PARTS, evened, pulled
from sakuga.media.span import Span
from sakuga.media.timeline import Placed
from sakuga.media.video import open_video
from sakuga.restore.treatment import Treatment
from sakuga.restore.video import restore_video
from soft import FIELD, Reel, film, spool, without_times

FILM = 5 * FIELD / 2
FIELDS = ("-vf", "scale=interl=1,setfield=tff", "-flags", "+ildct+ilme")
DISCS = [(".mkv", None), (".vob", "vob"), (".ts", None)]


@pytest.fixture(scope="module")
def drawn():
    return clips.moving(120, 320, 192, seed=3)


def frames_of(path, deinterlace="auto", span=Span()):  # noqa: B008
    with open_video(path, deinterlace, span) as video:
        frames = list(video.frames())
        return video, frames, [frame.pts * frame.time_base for frame in frames]


def steps(times):
    return [float((after - this) / FILM) for this, after in pairwise(times)]


@pytest.mark.parametrize(("suffix", "container"), DISCS)
def test_film_comes_back_evenly_each_picture_once(tmp_path, drawn, suffix, container):
    path = tmp_path / f"a{suffix}"
    shown = spool(path, film(drawn[:60]), container=container)
    assert fields_of(path).pulled > 0.9
    video, frames, times = frames_of(path)
    assert len(frames) == video.decoded == 60
    assert min(luma_psnr(f.pixels, known) for f, known in zip(frames, drawn, strict=False)) > 35
    # The edges have no neighbour to be even with; FFmpeg tells the last picture of a disc a field early.
    assert steps(times[1:-2]) == pytest.approx([1] * 56, abs=0.01)
    assert [float(time) for time in times[:-1]] == pytest.approx([float(at) for at in shown[:-1]], abs=0.009)
    assert video.info.rate == Fraction(24000, 1001)
    (sentence,) = video.warnings
    assert "soft 3:2 pulldown" in sentence
    assert "23.976" in sentence


def test_a_disc_that_times_few_pictures(tmp_path, drawn):
    path = tmp_path / "a.vob"
    spool(path, film(drawn[:60]), container="vob")
    without_times(path, 6)
    _, frames, times = frames_of(path)
    assert len(frames) == 60
    assert steps(times[1:-2]) == pytest.approx([1] * 56, abs=0.001)


@pytest.mark.parametrize(("suffix", "container"), DISCS)
@pytest.mark.parametrize("between", ["whole", "interlaced", "telecined"])
def test_video_between_film_keeps_its_times(tmp_path, drawn, suffix, container, between):
    pictures, options = {
        "whole": (drawn[40:60], ()),
        "interlaced": (interlaced(drawn[40:80], "tff"), FIELDS),
        "telecined": (telecined(drawn[40:56]), FIELDS),
    }[between]
    path = tmp_path / f"a{suffix}"
    reels = film(drawn[:40]), Reel(pictures, None, options), film(drawn[80:])
    shown = spool(path, *reels, container=container)
    video, frames, times = frames_of(path)
    assert len(frames) == len(shown) == 100
    assert [float(time) for time in times[41:59]] == pytest.approx(
        [float(at) for at in shown[41:59]], abs=0.001
    )
    for part in (slice(1, 39), slice(61, -2)):
        assert steps(times[part]) == pytest.approx([1] * (len(times[part]) - 1), abs=0.01)
        assert max(abs(a - b) for a, b in zip(times[part], shown[part], strict=True)) < FIELD / 2
    assert "in part" in video.warnings[0]
    assert min(luma_psnr(f.pixels, known) for f, known in zip(frames[:39], drawn, strict=False)) > 35
    assert min(luma_psnr(f.pixels, known) for f, known in zip(frames[61:], drawn[81:], strict=False)) > 35


def test_off_only_tells(tmp_path, drawn):
    shown = spool(tmp_path / "a.ts", film(drawn[:40]))
    video, _, times = frames_of(tmp_path / "a.ts", "off")
    assert [float(time) for time in times] == pytest.approx([float(at) for at in shown], abs=0.0001)
    assert "--deinterlace off" in video.warnings[0]
    assert video.info.time_base == Fraction(1, 90000)
    plain = open_video(tmp_path / "a.ts")
    assert [frame.pts for frame in plain.frames()] == [round(at * 90000) for at in shown]
    assert plain.warnings == []


def test_asked_to_undo_telecine_no_picture_of_soft_film_is_dropped(tmp_path, drawn):
    spool(tmp_path / "a.mkv", film(drawn[:40]))
    assert len(frames_of(tmp_path / "a.mkv", "telecine")[1]) == 40


def test_a_part_of_soft_film(tmp_path, drawn):
    spool(tmp_path / "a.vob", film(drawn[:60]), container="vob")
    _, frames, times = frames_of(tmp_path / "a.vob", span=Span(Fraction(1), Fraction(2)))
    assert len(frames) == 24
    assert steps(times) == pytest.approx([1] * 23, abs=0.001)


def test_the_whole_way_sound_stays_in_step(tmp_path, drawn):
    """The independent FFmpeg reads 24000/1001 pictures a second, each where the disc shows it."""
    shown = spool(tmp_path / "film.mkv", film(drawn[:60]))
    source, result = tmp_path / "a.mkv", tmp_path / "b.mkv"
    tone = ("-f", "lavfi", "-i", f"sine=d={float(shown[-1])}")
    clips.ffmpeg("-i", tmp_path / "film.mkv", *tone, "-c:v", "copy", "-c:a", "flac", "-copyts", source)
    restore_video(NearestEngine(), source, result, Encoding(preset="ultrafast"), treatment=Treatment())
    before, after = read(source), read(result)
    sound = [next(track for track in it.tracks if track.kind == "Audio") for it in (before, after)]
    assert sound[1].packets == sound[0].packets
    assert "23.98 fps" in next(track.line for track in after.tracks if track.kind == "Video")
    assert len(after.shown) == 60
    assert max(abs(a - b) for a, b in zip(after.shown, shown, strict=True)) < FIELD / 2
    assert steps(after.shown[1:-1]) == pytest.approx([1] * 57, abs=0.04)


def placed(times):
    return [Placed(av.VideoFrame(16, 16, "gray"), time, 1) for time in times]


@given(st.lists(st.integers(2, 3), min_size=3, max_size=60))
def test_no_picture_moves_far_and_all_stay_in_order(fields):
    """Whatever the order of twos and threes; the clock's ticks are fields."""
    times = [sum(fields[:index]) * 1001 for index in range(len(fields) + 1)]
    made = list(evened(placed(times), Fraction(1, 60000)))
    moved = [each.pts - PARTS * time for each, time in zip(made, times, strict=True)]
    assert max(map(abs, moved)) <= 1001
    assert all(before.pts + before.duration == after.pts for before, after in pairwise(made))
    assert all(each.duration > 0 for each in made)


@given(st.lists(st.integers(1, 400), min_size=2, max_size=40))
def test_other_rhythms_are_left_alone(gaps):
    """Milliseconds; none of them is two fields beside three."""
    times = [sum(gaps[:index]) for index in range(len(gaps) + 1)]
    if not pulled([time / 1000 for time in times])[0]:
        made = list(evened(placed(times), Fraction(1, 1000)))
        assert [each.pts for each in made] == [PARTS * time for time in times]
