"""Training pairs: aligned, the same wherever they are made, from folders and from manifests."""

import json
import pickle

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils.data import DataLoader

from sakuga.errors import InputError
from sakuga.media.plain import write_rgb
from sakuga.train.pairs import Making, Pairs, Prepared
from sakuga.train.prepare import Preparing, conclude, prepare, rescaled

MAKING = Making(crop=64, seed=3)


def drawing(seed, size=(96, 128)):
    chance = np.random.default_rng(seed)
    canvas = np.full((*size, 3), 220, np.uint8)
    for _ in range(12):
        centre = tuple(int(v) for v in chance.integers(0, size[::-1]))
        colour = tuple(int(v) for v in chance.integers(0, 256, 3))
        cv2.circle(canvas, centre, int(chance.integers(6, 30)), colour, -1, cv2.LINE_AA)
        cv2.circle(canvas, centre, int(chance.integers(6, 30)), (20, 20, 20), 2, cv2.LINE_AA)
    return canvas


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


def same(one, other):
    return all(np.array_equal(one[name], other[name]) for name in one)


def test_numbers_decide_and_epochs_differ(folder):
    pairs, again = Pairs.of(folder, MAKING), Pairs.of(folder, MAKING)
    order = [5, 0, 4, 4, 1]
    assert all(same(pairs[n], again[n]) for n in order)
    assert same(pickle.loads(pickle.dumps(pairs))[2], pairs[2])
    assert not same(pairs[0], pairs[3])
    assert not same(pairs[0], Pairs.of(folder, Making(crop=64, seed=4))[0])


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_workers_give_what_one_process_gives(folder, start):
    pairs = Pairs.of(folder, Making(crop=64, seed=3, crops=2))
    assert len(pairs) == 6
    loader = DataLoader(
        pairs, batch_sampler=[[0, 1, 7], [2, 3, 4]], num_workers=2, multiprocessing_context=start
    )
    for batch, numbers in zip(loader, ([0, 1, 7], [2, 3, 4]), strict=True):
        for place, number in enumerate(numbers):
            assert same({name: tensor[place].numpy() for name, tensor in batch.items()}, pairs[number])


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
    pairs = Pairs.of(folder, MAKING)
    with pytest.raises(InputError, match=r"small\.png is smaller than a patch of 64 pixels"):
        [pairs[number] for number in range(4)]
    (folder / "broken.png").write_bytes(b"no picture")
    with pytest.raises(InputError, match=r"broken\.png could not be read"):
        Pairs.of(folder, MAKING)
    with pytest.raises(InputError, match="no multiple of the scale"):
        Making(crop=66)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="holds no picture"):
        Pairs.of(tmp_path / "empty", MAKING)


class TestPrepare:
    def cut(self, folder, out, limit=None, workers=1, **changes):
        how = Preparing(MAKING, **changes)
        cuts = list(prepare(folder, out, how, limit=limit, workers=workers))
        return cuts, conclude(out)

    def files(self, out):
        return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*.png")}

    def test_triples_have_one_name_and_cover_everything(self, folder, tmp_path):
        cuts, count = self.cut(folder, tmp_path / "out")
        assert count == sum(len(cut.names) for cut in cuts) == 3 * 2 * 2
        names = {
            part: {p.name for p in (tmp_path / "out" / part).iterdir()} for part in ("lq", "gt", "pseudo_gt")
        }
        assert names["lq"] == names["gt"] == names["pseudo_gt"]
        prepared = Prepared.of(tmp_path / "out", augment=0)
        assert len(prepared) == 12
        whole = drawing(0)
        for name in cuts[0].names:
            top, left = map(int, name.removesuffix(".png").split("_")[-2:])
            patch = prepared[prepared.names.index(name)]["gt"]
            assert np.array_equal(
                patch.transpose(1, 2, 0), whole[top : top + 64, left : left + 64] / np.float32(255)
            )
        lines = (tmp_path / "out" / "pairs.jsonl").read_text("utf-8").splitlines()
        assert len(lines) == 3
        assert json.loads(lines[0])["steps"]

    def test_it_goes_on_and_workers_make_no_difference(self, folder, tmp_path):
        self.cut(folder, tmp_path / "one")
        self.cut(folder, tmp_path / "two", workers=2)
        _, first = self.cut(folder, tmp_path / "three", limit=1)
        assert first == 4
        before = {p: p.stat().st_mtime_ns for p in (tmp_path / "three").rglob("*.png")}
        self.cut(folder, tmp_path / "three")
        assert self.files(tmp_path / "one") == self.files(tmp_path / "two") == self.files(tmp_path / "three")
        assert all(path.stat().st_mtime_ns == time for path, time in before.items())

    def test_a_set_is_made_in_one_way(self, folder, tmp_path):
        self.cut(folder, tmp_path / "out")
        with pytest.raises(InputError, match="begun with other settings"):
            self.cut(folder, tmp_path / "out", epoch=1)

    def test_damage_and_small_ones_are_told_and_the_rest_is_done(self, folder, tmp_path):
        (folder / "a.png").write_bytes(b"no picture")
        write_rgb(folder / "b.png", drawing(1, (40, 200)))
        cuts, count = self.cut(folder, tmp_path / "out")
        assert count == 12
        assert [(cut.failed, bool(cut.sentence)) for cut in cuts[:2]] == [(True, True), (False, True)]

    def test_missing_files_are_named(self, folder, tmp_path):
        self.cut(folder, tmp_path / "out")
        gone = next((tmp_path / "out" / "gt").iterdir())
        gone.unlink()
        with pytest.raises(InputError, match="is not in all of them"):
            Prepared.of(tmp_path / "out")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((1080, 1920), (720, 1280)),
        ((1080, 1916), (720, 1277)),
        ((720, 500), (720, 500)),
        ((480, 640), (480, 640)),
    ],
)
def test_rescaling_cuts_the_width_as_released(before, after):
    assert rescaled(np.zeros((*before, 3), np.uint8), 720).shape[:2] == after
    assert rescaled(np.zeros((*before, 3), np.uint8), None).shape[:2] == before
