"""Descriptions of shots: plain data, in which every layer stands where it has to."""

import json
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.compose.library import Actor, Library, Plate
from sakuga.compose.motion import held
from sakuga.compose.plan import Planner
from sakuga.compose.settings import Settings
from sakuga.compose.styles import STYLES

PLATES = tuple(Plate(f"plate{n}.png", (0, 0, 500 + 40 * n, 900 + 90 * n)) for n in range(9))
FLATS = (Plate("flat.png", (0, 0, 720, 1280)), Plate("cel.png", (0, 0, 1530, 2400)))
ACTORS = tuple(
    Actor(f"work{n // 2}", (f"{n}__a.webp", f"{n}__b.webp"), (3, 2, 950 + 20 * n, 600)) for n in range(6)
)
LIBRARY = Library(PLATES, FLATS, ACTORS)


@cache
def planner(**told):
    return Planner(LIBRARY, Settings(**told))


numbers = st.integers(0, 100_000)
settings = st.fixed_dictionaries(
    {
        "size": st.sampled_from([(720, 1280), (540, 960), (405, 720), (480, 640), (700, 500)]),
        "frames": st.sampled_from([1, 2, 15, 60]),
        "seed": st.integers(0, 2),
    }
)


@given(numbers, settings)
def test_layers_cover_what_they_have_to(number, told):
    shot = planner(**told).shot(number)
    height, width = shot.size
    for frame in range(shot.first, shot.first + shot.count):
        down, right = shot.camera.shift(frame, shot.length, shot.backdrop.depth)
        top, left = shot.backdrop.at[0] - down, shot.backdrop.at[1] - right
        assert 0 <= top <= shot.backdrop.size[0] - height
        assert 0 <= left <= shot.backdrop.size[1] - width
        for figure in shot.figures:
            down, _ = shot.camera.shift(frame, shot.length, figure.depth)
            steps = held(frame, figure.hold) - shot.length // 2
            knees = figure.at[0] + figure.size[0] + down + steps * figure.pace[0]
            assert knees >= height, "where a drawing ends is never seen"


@given(numbers, settings)
def test_descriptions_are_plain_data_and_stay_the_same(number, told):
    shot = planner(**told).shot(number)
    assert Planner(LIBRARY, Settings(**told)).shot(number) == shot
    assert json.loads(json.dumps(shot.told))["style"] == shot.style
    assert len({figure.files[0].split("__")[0] for figure in shot.figures}) == len(shot.figures)


@given(numbers, settings)
def test_enlarging_has_its_limits(number, told):
    shot = planner(**told).shot(number)
    if shot.backdrop.file:
        factor = shot.backdrop.size[0] / shot.backdrop.box[2]
        assert factor <= STYLES[shot.style].enlarged + 0.01
        assert factor < 1.16 or shot.backdrop.blur > 0
    assert all(figure.size[0] / figure.box[2] < 1.11 for figure in shot.figures)


def test_all_that_can_happen_does():
    shots = [planner().shot(number) for number in range(600)]
    assert {shot.style for shot in shots} == set(STYLES)
    assert {figure.hold for shot in shots for figure in shot.figures} == {1, 2, 3}
    assert {len(shot.figures) for shot in shots} == {0, 1, 2, 3}
    assert {each.kind for shot in shots for each in shot.lettering} == {"subtitle", "sign", "credit", "title"}
    assert 0.15 < np.mean([shot.grain > 0 for shot in shots]) < 0.35
    assert any(figure.blur for shot in shots for figure in shot.figures)
    assert all(shot.fade is None or shot.fade.most <= 0.75 for shot in shots)
    paces = np.array([shot.camera.pace for shot in shots])
    assert (paces[:, 1] > 2).any()
    assert (paces[:, 1] < -2).any()
    assert (paces == 0).all(1).any()


@pytest.mark.parametrize(
    ("library", "styles"),
    [
        (Library(PLATES, (), ()), {"view"}),
        (Library((), FLATS, ()), {"cartoon"}),
        (Library((), (), ACTORS), {"reaction"}),
    ],
)
def test_a_library_may_lack_kinds(library, styles):
    shots = [Planner(library, Settings(size=(405, 720))).shot(number) for number in range(40)]
    assert {shot.style for shot in shots} == styles
