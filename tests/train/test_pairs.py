"""Training pairs: aligned, the same wherever they are made, from folders and from manifests."""

import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sakuga.errors import InputError
from sakuga.media.plain import write_rgb
from sakuga.train.pairs import Making, Pairs, Prepared
from trained import drawing
from workers import compared, same

MAKING = Making(crop=64, seed=3)


@pytest.fixture
def folder(tmp_path):
    for seed in range(3):
        write_rgb(tmp_path / "stills" / f"絵 {seed}.png", drawing(seed))
    return tmp_path / "stills"


def test_a_pair_is_three_patches_of_one_place(folder):
    pairs = Pairs.of(folder, MAKING)
    assert len(pairs) == 3
    for number in range(6):
        pair = pairs[number]
        assert {name: array.shape for name, array in pair.items()} == {
            "lq": (3, 16, 16),
            "gt": (3, 64, 64),
            "pseudo_gt": (3, 64, 64),
        }
        assert all(array.dtype == np.float32 and array.flags.c_contiguous for array in pair.values())
        assert all(0 <= array.min() <= array.max() <= 1 for array in pair.values())
        assert np.corrcoef(pair["gt"].ravel(), pair["pseudo_gt"].ravel())[0, 1] > 0.9


def shifted(a, b, dy, dx):
    """Correlation of two grey patches of which the second is moved."""
    inner = slice(4, -4)
    moved = np.roll(b, (dy, dx), (0, 1))
    return np.corrcoef(a[inner, inner].ravel(), moved[inner, inner].ravel())[0, 1]


def test_lq_lies_over_gt(folder):
    """Over many pairs, the reduced GT fits LQ best where it is."""
    pairs = Pairs.of(folder, MAKING)
    moves = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    score = dict.fromkeys(moves, 0.0)
    for number in range(24):
        pair = pairs[number]
        small = cv2.resize(pair["gt"].mean(0), (16, 16), interpolation=cv2.INTER_AREA)
        for move in moves:
            score[move] += shifted(small, pair["lq"].mean(0), *move)
    assert max(score, key=score.get) == (0, 0)


def test_numbers_decide_and_epochs_differ(folder):
    pairs, again = Pairs.of(folder, MAKING), Pairs.of(folder, MAKING)
    order = [5, 0, 4, 4, 1]
    assert all(same(pairs[n], again[n]) for n in order)
    assert same(pickle.loads(pickle.dumps(pairs))[2], pairs[2])
    assert not same(pairs[0], pairs[3])
    assert not same(pairs[0], Pairs.of(folder, Making(crop=64, seed=4))[0])


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_workers_give_what_one_process_gives(folder, start):
    """In a fresh process: a fork beside the threads of earlier tests may inherit a lock that none opens."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert pool.submit(compared, folder, start).result() == [True] * 6


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    path = tmp_path_factory.mktemp("alone") / "one.png"
    write_rgb(path, drawing(9))
    return Pairs.of(path.parent, MAKING)


@settings(max_examples=15)
@given(number=st.integers(0, 10**9))
def test_every_number_gives_a_pair(alone, number):
    assert alone[number]["lq"].shape == (3, 16, 16)


def test_what_cannot_be_learned_from_is_named(folder, tmp_path):
    write_rgb(folder / "small.png", drawing(1, (40, 200)))
    with pytest.raises(InputError, match=r"small\.png is 200x40; 64 rows and columns are needed"):
        Pairs.of(folder, MAKING)
    (folder / "broken.png").write_bytes(b"no picture")
    with pytest.raises(InputError, match=r"broken\.png could not be read"):
        Pairs.of(folder, MAKING)
    with pytest.raises(InputError, match="no multiple of the scale"):
        Making(crop=66)
    for wrong in ({"crop": 0}, {"scale": 0}, {"crops": 0}, {"seed": -1}, {"augment": 2}, {"preset": "apsir"}):
        with pytest.raises(InputError, match=str(*wrong)):
            Making(**wrong)
    write_rgb(tmp_path / "clip" / "film" / "0.png", drawing(1))
    (tmp_path / "clip" / "manifest.jsonl").write_text('{"file": "film"}')
    with pytest.raises(InputError, match="is a clip"):
        Pairs.of(tmp_path / "clip", MAKING)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="holds no picture"):
        Pairs.of(tmp_path / "empty", MAKING)


def test_every_pixel_has_its_turn(tmp_path):
    """Also those that are too many for sides that are multiples of 8."""
    rows, columns = np.mgrid[:65, :74]
    numbered = np.stack([rows * 3, columns * 3, np.zeros_like(rows)], -1).astype(np.uint8)
    write_rgb(tmp_path / "numbered.png", numbered)
    pairs = Pairs.of(tmp_path, Making(crop=64, crops=2, pseudo_gt=False, augment=0))
    seen = np.zeros((65, 74), bool)
    for number in range(120):
        patch = np.rint(pairs[number]["gt"] * 85).astype(int)
        seen[patch[0], patch[1]] = True
    assert seen.all()


def test_there_is_no_number_before_the_first(folder):
    with pytest.raises(IndexError):
        Pairs.of(folder, MAKING)[-1]


def test_prepared_patches_are_those_on_disk_without_leftovers(tmp_path):
    for part, side in (("lq", 16), ("gt", 64), ("pseudo_gt", 64)):
        write_rgb(tmp_path / part / "a.png", drawing(1, (side, side)))
    (tmp_path / "gt" / ".b.1234.partial.png").write_bytes(b"a run was killed")
    prepared = Prepared.of(tmp_path, augment=0)
    assert prepared.names == ("a.png",)
    assert prepared[5]["lq"].shape == (3, 16, 16)
    assert np.array_equal(np.rint(prepared[0]["gt"] * 255).transpose(1, 2, 0), drawing(1, (64, 64)))
    (tmp_path / "gt" / "a.png").rename(tmp_path / "gt" / "c.png")
    with pytest.raises(InputError, match="is not in all of them"):
        Prepared.of(tmp_path)
