"""What did not change is not restored again, and what did is restored as if all were."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_backend import FakeBackend
from sakuga.engine.engine import Engine
from sakuga.engine.reuse import BUDGET, SEEN, WARM_UP, Reuse, Saved
from sakuga.media.blocks import block_means
from sakuga.models.spec import FileSource, ModelSpec

RNG = np.random.default_rng(11)


def spec(**changes):
    known = {"name": "fake", "network": "onnx", "scale": 2, "source": FileSource(Path("fake"))}
    return ModelSpec(**(known | {"halo": 8, "half": ()} | changes))


def run(mode, clip, **changes):
    """The results and the tiles that were run."""
    recurrent = bool(changes.get("recurrent"))
    backend = FakeBackend(recurrent=recurrent)
    engine = Engine(spec(**changes), backend, "auto", None, None, color_lock=False, reuse=mode)
    return list(engine.clip(clip)), backend.tiles, engine.report


def drawing(height=96, width=128, seed=0):
    blocks = np.random.default_rng(seed).integers(30, 220, (height // 16, width // 16, 3), np.uint8)
    return blocks.repeat(16, 0).repeat(16, 1)


def noisy(frame):
    """As x264 leaves a held drawing: a mean square of 0.1 from frame to frame, in few places."""
    flecks = RNG.integers(-2, 3, frame.shape[:2]) * (RNG.random(frame.shape[:2]) < 0.02)
    return (frame + flecks[..., None]).astype(np.uint8)


def left(frame, committed):
    """Mean square of the largest change of a channel."""
    change = np.abs(frame.astype(np.float32) - committed).max(2)
    return float(block_means(change * change).mean())


def with_mouth(frame, opened):
    changed = frame.copy()
    changed[40:56, 48:72] = (230, 40, 60) if opened else (20, 20, 30)
    return changed


@given(st.lists(st.integers(0, 3), min_size=1, max_size=12), st.booleans())
def test_exact_changes_not_one_bit(drawings, recurrent):
    clip = [drawing(seed=n) for n in drawings]
    extra = {"window": 3, "recurrent": True} if recurrent else {}
    full, _, _ = run("off", clip, **extra)
    exact, tiles, report = run("exact", clip, **extra)
    np.testing.assert_array_equal(exact, full)
    repeats = sum(a == b for a, b in pairwise(drawings))
    assert len(tiles) == len(clip) - (0 if recurrent else repeats)
    assert report.reused == pytest.approx(0 if recurrent else repeats / len(clip))


def test_a_held_drawing_with_codec_noise_is_run_once_and_does_not_flicker():
    results, tiles, report = run("near", [noisy(drawing()) for _ in range(12)])
    assert len(tiles) == 1
    assert all((frame == results[0]).all() for frame in results)
    assert report.reused == pytest.approx(11 / 12)


def test_a_mouth_that_moves_is_run_alone_and_comes_out_as_from_the_whole():
    clip = [with_mouth(drawing(), n // 3 % 2) for n in range(12)]
    full, _, _ = run("off", clip)
    near, tiles, _ = run("near", clip)
    np.testing.assert_array_equal(near, full)
    assert len(tiles) == 4
    assert all(h * w < 96 * 128 / 2 for h, w in tiles[1:])


@pytest.mark.parametrize("length", [60, 240])
def test_a_slow_fade_does_not_creep_away(length):
    clip = [np.clip(drawing() * (n / length), 0, 255).astype(np.uint8) for n in range(length + 1)]
    near, tiles, _ = run("near", clip)
    worst = max(left(frame[::2, ::2], source) for frame, source in zip(near, clip, strict=True))
    assert worst <= BUDGET
    assert (len(tiles) < len(clip)) == (length > 60)


@given(st.integers(0, 2**32), st.integers(9, 70), st.integers(9, 70), st.floats(0, 3))
def test_what_is_not_run_again_stays_within_the_budget(seed, height, width, strength):
    random = np.random.default_rng(seed)
    reuse = Reuse("near", spec(), Saved(), regions=True)
    frame = random.integers(0, 256, (height, width, 3)).astype(np.float32)
    for number in range(6):
        frame = np.clip(frame + random.normal(0, strength * random.random(), frame.shape), 0, 255)
        shown = frame.astype(np.uint8)
        reuse.todo(shown, fresh=number == 0)
        assert left(shown, reuse.committed) <= BUDGET


def test_a_new_shot_starts_afresh():
    clip = [noisy(drawing(seed=n // 4)) for n in range(8)]
    near, tiles, _ = run("near", clip)
    assert len(tiles) == 2
    assert np.abs(near[4].astype(int) - clip[4].repeat(2, 0).repeat(2, 1)).max() == 0


def test_a_recurrent_network_warms_up_before_anything_is_reused():
    _, tiles, _ = run("near", [drawing()] * 12, window=3, recurrent=True)
    assert tiles == [(96, 128)] * WARM_UP


def test_the_state_of_what_stands_still_is_kept():
    clip = [with_mouth(drawing(), n // 4 % 2) for n in range(24)]
    full, _, _ = run("off", clip, window=3, recurrent=True)
    near, tiles, _ = run("near", clip, window=3, recurrent=True)
    assert len({tile for tile in tiles if tile != (96, 128)}) >= 1
    background = np.s_[:, :40]
    assert all(
        np.abs(a[background].astype(int) - b[background]).max() <= 8
        for a, b in zip(near[5:], full[5:], strict=True)
    )


def test_a_region_that_does_not_fit_into_memory_is_run_in_tiles():
    clip = [with_mouth(drawing(), n // 3 % 2) for n in range(12)]
    full, _, _ = run("off", clip)
    backend = FakeBackend(memory=48 * 48)
    engine = Engine(spec(), backend, "auto", 48, None, color_lock=False, reuse="near")
    np.testing.assert_array_equal(list(engine.clip(clip)), full)


def test_constant_motion_is_run_whole():
    clip = [np.roll(drawing(), 5 * n, 1) for n in range(6)]
    _, tiles, report = run("near", clip)
    assert tiles == [(96, 128)] * 6
    assert report.reused == 0


def test_networks_that_see_the_whole_frame_are_never_run_on_parts():
    clip = [with_mouth(drawing(), n // 3 % 2) for n in range(6)]
    _, tiles, _ = run("near", clip, exact=False)
    assert set(tiles) == {(96, 128)}


@given(
    st.integers(9, 160),
    st.integers(9, 160),
    st.integers(0, 30),
    st.sampled_from([1, 4, 8]),
    st.lists(st.tuples(st.floats(0, 0.95), st.floats(0, 0.95)), min_size=1, max_size=6),
)
def test_regions_cover_every_change_and_see_their_halo(height, width, halo, multiple, places):
    reuse = Reuse("near", spec(halo=halo, multiple=multiple), Saved(), regions=True)
    before = np.zeros((height, width, 3), np.uint8)
    after = before.copy()
    for y, x in places:
        after[int(y * height), int(x * width)] = 255
        after[int(y * height) : int(y * height) + 9, int(x * width) : int(x * width) + 9] = 255
    assert reuse.todo(before, fresh=True) is None
    regions = reuse.todo(after, fresh=False)
    kept = np.zeros((height, width), bool)
    for region in regions if regions is not None else []:
        for span, side in ((region.rows, height), (region.columns, width)):
            length = -(-side // multiple) * multiple
            assert 0 <= span.start <= span.first < span.last <= span.stop <= length
            assert span.start % multiple == 0
            assert span.stop % multiple == 0
            assert span.first - span.start >= halo * SEEN or span.start == 0
            assert span.stop - span.last >= halo * SEEN or span.stop == length
        kept[region.rows.kept, region.columns.kept] = True
    assert regions is None or kept[(after != before).any(2)].all()
    np.testing.assert_array_equal(reuse.committed, after)
