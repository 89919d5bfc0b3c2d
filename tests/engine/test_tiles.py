from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.engine import tiles

MULTIPLES = st.sampled_from([1, 2, 4, 8])


@st.composite
def cuttings(draw):
    multiple = draw(MULTIPLES)
    halo = draw(st.integers(0, 40))
    length = draw(st.integers(1, 60)) * multiple
    least = 2 * tiles.round_up(halo, multiple) + multiple
    tile = least + draw(st.integers(0, 40)) * multiple
    return length, tile, halo, multiple


@given(cuttings(), st.booleans())
def test_kept_parts_are_the_frame_and_each_sees_its_halo(cutting, even):
    length, tile, halo, multiple = cutting
    spans = tiles.spans(length, tile, halo, multiple, even)
    assert even or len(spans) == 1 or spans[0].stop == tile
    assert [spans[0].first, *(s.last for s in spans)] == [0, *(s.first for s in spans[1:]), length]
    for span in spans:
        assert 0 <= span.start <= span.first < span.last <= span.stop <= length
        assert span.start % multiple == 0
        assert span.stop - span.start == spans[0].stop - spans[0].start <= max(tile, 1)
        assert span.first - span.start >= halo or span.first == 0
        assert span.stop - span.last >= halo or span.last == length


@given(cuttings())
def test_no_tile_is_spared_by_making_them_larger(cutting):
    length, tile, halo, multiple = cutting
    spans = tiles.spans(length, tile, halo, multiple)
    assert all(b.start > a.start for a, b in pairwise(spans))


@pytest.mark.parametrize("join", [tiles.bands, tiles.feathered_bands])
@given(
    rows=cuttings(), columns=st.integers(1, 90), scale=st.integers(1, 4), depth=st.sampled_from(["u1", "u2"])
)
def test_split_then_join_is_identity(join, rows, columns, scale, depth):
    length, tile, halo, multiple = rows
    plan = tiles.plan(length, columns * multiple, (tile, tile), halo, multiple)
    top = np.iinfo(depth).max
    frame = np.random.default_rng(0).integers(0, top + 1, (length, columns * multiple, 3), depth)
    result = frame.repeat(scale, 0).repeat(scale, 1)

    def run(row, column):
        return frame[row.seen, column.seen].repeat(scale, 0).repeat(scale, 1)

    bands = list(join(plan, scale, run))
    assert [first for first, _ in bands] == [0, *np.cumsum([len(band) for _, band in bands])[:-1]]
    np.testing.assert_array_equal(np.concatenate([band for _, band in bands]), result)


@pytest.mark.parametrize("join", [tiles.bands, tiles.feathered_bands])
@given(rows=cuttings(), part=st.floats(0, 1))
def test_going_on_gives_the_rows_that_are_missing(join, rows, part):
    length, tile, halo, multiple = rows
    plan = tiles.plan(length, length, (tile, tile), halo, multiple)
    frame = np.random.default_rng(1).integers(0, 256, (length, length, 3), "u1")

    def run(row, column):
        return frame[row.seen, column.seen]

    done = int(part * (length - 1))
    bands = list(join(plan, 1, run, done))
    assert bands[0][0] <= done
    rest = np.concatenate([band for _, band in bands])[done - bands[0][0] :]
    np.testing.assert_array_equal(rest, frame[done:])


def test_feathering_leaves_no_step_where_tiles_disagree():
    plan = tiles.plan(8, 256, (8, 96), 32, 1)
    offsets = {span.start: 40 * i for i, span in enumerate(plan.columns)}

    def run(row, column):
        return np.full((8, column.stop - column.start, 3), offsets[column.start], np.uint8)

    feathered = next(tiles.feathered_bands(plan, 1, run))[1].astype(int)
    placed = next(tiles.bands(plan, 1, run))[1].astype(int)
    assert np.abs(np.diff(placed, axis=1)).max() == 40
    assert np.abs(np.diff(feathered, axis=1)).max() <= 3


def test_a_tile_of_halo_alone_is_refused():
    with pytest.raises(ValueError, match="nothing between two halos"):
        tiles.spans(100, 32, 16, 4)
