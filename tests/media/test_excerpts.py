"""Excerpts are the frames that decoding the whole gives, from places spread over the file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from film import film, pictures
from sakuga.media.excerpts import Weight, excerpts
from sakuga.media.video import open_video

SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.fixture(scope="module")
def long(tmp_path_factory):
    path = tmp_path_factory.mktemp("film") / "long.mkv"
    return film(path, pictures(150, 64, 48), options={"g": "30"})


def test_excerpts_are_the_very_frames_of_the_whole(long):
    with open_video(long) as video:
        whole = {frame.pts: frame.pixels for frame in video.frames()}
        places = list(map(list, excerpts(video, 4, 5)))
    assert [len(run) for run in places] == [5] * 4
    for run in places:
        assert [frame.pts - run[0].pts for frame in run] == [0, 40, 80, 120, 160]
        for frame in run:
            assert np.array_equal(frame.pixels, whole[frame.pts])
    starts = [run[0].pts for run in places]
    assert starts == pytest.approx([650, 2150, 3650, 5150], abs=100)


def test_a_short_video_comes_whole(long):
    with open_video(long) as video:
        (run,) = map(list, excerpts(video, 10, 20))
    assert len(run) == 150


def test_a_damaged_place_stops_no_other(long, tmp_path):
    data = bytearray(long.read_bytes())
    data[len(data) // 3 : len(data) // 3 + 400] = bytes(400)
    hurt = tmp_path / "hurt.mkv"
    hurt.write_bytes(data)
    with open_video(hurt) as video:
        assert sum(len(list(run)) == 5 for run in excerpts(video, 4, 5)) >= 3


def test_the_weight_of_sound_is_told():
    weight = Weight()
    with open_video(SAMPLES / "clip.mkv") as video:
        for run in excerpts(video, 12, 40, weight):
            list(run)
    sound = weight.others / (weight.video + weight.others)
    assert weight.video + weight.others == pytest.approx((SAMPLES / "clip.mkv").stat().st_size, rel=0.1)
    assert 0.2 < sound < 0.6
