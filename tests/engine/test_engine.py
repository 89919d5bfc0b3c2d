"""The engine's promises, on a backend whose faults can be chosen."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_backend import FakeBackend
from sakuga.engine.engine import Engine
from sakuga.engine.runner import least_tile
from sakuga.errors import InputError, OutOfMemory
from sakuga.models.spec import FileSource, ModelSpec


def engine(backend, *, tile=None, scale=None, wanted="auto", color_lock=True, reuse="off", **spec):
    known = {"name": "fake", "network": "onnx", "scale": backend.scale, "source": FileSource(Path("fake"))}
    if backend.recurrent:
        known |= {"window": 3, "recurrent": True}
    return Engine(
        ModelSpec(**(known | {"halo": 4, "half": ()} | spec)), backend, wanted, tile, scale, color_lock
    )


def noise(height, width, depth="u1", seed=0):
    top = np.iinfo(depth).max
    return np.random.default_rng(seed).integers(0, top + 1, (height, width, 3), depth)


def enlarged(frame, scale=2):
    return frame.repeat(scale, 0).repeat(scale, 1)


@given(
    st.integers(1, 90),
    st.integers(1, 90),
    st.sampled_from([None, 32, 48]),
    st.sampled_from([1, 4, 8]),
    st.booleans(),
    st.sampled_from(["u1", "u2"]),
)
def test_any_size_any_tile_any_depth(height, width, tile, multiple, exact, depth):
    picture = noise(height, width, depth)
    small = engine(FakeBackend(), tile=tile, multiple=multiple, exact=exact)
    result = np.concatenate(list(small.picture(picture)))
    np.testing.assert_array_equal(result, enlarged(picture))
    assert small.size(width, height) == (2 * width, 2 * height)


@given(st.integers(1, 60), st.integers(1, 60), st.floats(0.2, 5))
def test_any_scale(height, width, scale):
    some = engine(FakeBackend(), scale=scale)
    result = np.concatenate(list(some.picture(noise(height, width))))
    assert result.shape[1::-1] == some.size(width, height)


@pytest.mark.parametrize("exact", [True, False])
def test_a_tile_that_does_not_fit_is_halved_until_it_does_and_no_row_is_lost(exact):
    backend = FakeBackend(memory=1500)
    some = engine(backend, exact=exact)
    picture = noise(100, 120)
    result = np.concatenate(list(some.picture(picture)))
    np.testing.assert_array_equal(result, enlarged(picture))
    assert all(h * w <= 1500 for h, w in backend.tiles)
    assert any("did not fit" in note for note in some.report.notes)


def test_memory_that_runs_out_in_the_middle_of_a_picture_costs_no_row_twice():
    backend = FakeBackend()
    some = engine(backend, tile=40)
    picture = noise(120, 40)
    bands = some.picture(picture)
    first = next(bands)
    backend.memory = 900
    rest = np.concatenate(list(bands))
    np.testing.assert_array_equal(np.concatenate([first, rest]), enlarged(picture))


def test_memory_that_never_suffices_is_an_error_not_a_loop():
    some = engine(FakeBackend(memory=10))
    with pytest.raises(OutOfMemory):
        list(some.picture(noise(64, 64)))


def test_a_recurrent_clip_survives_memory_running_out_between_frames():
    clip = [noise(64, 64, seed=i // 2) for i in range(6)]
    whole = list(engine(FakeBackend(recurrent=True)).clip(clip))
    backend = FakeBackend(recurrent=True)
    results = []
    for i, frame in enumerate(engine(backend).clip(clip)):
        results.append(frame)
        backend.memory = 1200 if i == 2 else backend.memory
    np.testing.assert_array_equal(results, whole)
    assert min(backend.tiles) < (64, 64)


def test_the_state_is_carried_within_a_shot_and_reset_at_a_cut():
    dark, bright = np.full((32, 32, 3), 20, np.uint8), np.full((32, 32, 3), 240, np.uint8)
    results = list(engine(FakeBackend(recurrent=True), color_lock=False).clip([dark, dark, bright, bright]))
    assert [int(frame[0, 0, 0]) for frame in results] == [10, 15, 120, 180]


def test_tiles_are_chosen_from_the_room_that_the_backend_reports():
    backend = FakeBackend(claimed=40 * 40)
    list(engine(backend).picture(noise(100, 100)))
    assert backend.tiles
    assert all(h * w <= 40 * 40 for h, w in backend.tiles)


def test_a_network_of_one_fixed_size_takes_any_picture():
    backend = FakeBackend(fixed=(32, 32))
    for size in ((10, 50), (32, 32), (90, 70)):
        picture = noise(*size)
        np.testing.assert_array_equal(
            np.concatenate(list(engine(backend).picture(picture))), enlarged(picture)
        )
    assert set(backend.tiles) == {(32, 32)}


def test_a_precision_that_breaks_from_the_start_is_not_used():
    some = engine(FakeBackend(precisions=("bf16", "fp32"), broken={"bf16": 0}), half=("bf16",))
    assert some.report.precision == "fp32"
    assert "self-check" in some.report.notes[0]


def test_black_frames_of_a_reduced_precision_never_leave():
    backend = FakeBackend(precisions=("bf16", "fp32"), broken={"bf16": 2})
    some = engine(backend, half=("bf16",))
    assert some.report.precision == "bf16"
    clip = [noise(24, 24, seed=i) for i in range(5)]
    results = list(some.clip(clip))
    np.testing.assert_array_equal(results, [enlarged(frame) for frame in clip])
    assert some.report.precision == "fp32"
    assert "broken picture" in some.report.notes[-1]


def test_asking_for_a_precision_that_is_not_there_says_so_and_runs():
    some = engine(FakeBackend(), wanted="fp16")
    assert some.report.precision == "fp32"
    assert "fp16" in some.report.notes[0]


def test_an_unknown_precision_names_the_choices():
    with pytest.raises(InputError, match=r"--precision fp8.*bf16"):
        engine(FakeBackend(), wanted="fp8")


def test_the_colours_of_the_source_are_kept_and_the_drift_is_told():
    some = engine(FakeBackend(recurrent=True))
    grey = np.full((32, 32, 3), 100, np.uint8)
    assert all((frame == 100).all() for frame in some.clip([grey] * 3))
    assert some.report.drift > 10


def test_clip_is_lazy():
    taken = []

    def source():
        for i in range(10):
            taken.append(i)
            yield noise(8, 8)

    next(engine(FakeBackend()).clip(source()))
    assert len(taken) == 1


def test_least_tile_leaves_room_between_its_halos():
    spec = engine(FakeBackend(), halo=28, multiple=8)._spec
    assert least_tile(spec) > 2 * 32


def test_a_dark_frame_that_comes_out_black_is_no_fault():
    dark = noise(24, 24) // 100
    some = engine(FakeBackend(broken={"fp32": 0}), color_lock=False)
    assert all((frame == 0).all() for frame in some.clip([dark] * 3))
