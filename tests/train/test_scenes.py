"""Photos, drawings and pairs: the same place of both of a pair, any size, the same sample for a number."""

import numpy as np
import pytest

from sakuga.errors import InputError
from sakuga.media import manifest
from sakuga.media.plain import write_rgb
from sakuga.train.recipe import Data
from sakuga.train.scenes import Scenes, paired

SIZES = [(40, 60), (61, 33), (9, 120), (1, 5)]


def marked(size, seed):
    """A picture whose every pixel tells where it is."""
    y, x = np.mgrid[: size[0], : size[1]]
    return np.stack([y * 2 % 256, x * 2 % 256, np.full(size, 40 * seed)], -1).astype(np.uint8)


@pytest.fixture
def folder(tmp_path):
    for index, size in enumerate(SIZES):
        picture = marked(size, index)
        write_rgb(tmp_path / "photos" / f"{index}.png", picture)
        write_rgb(tmp_path / "pairs" / "photo" / "夏" / f"{index}.png", picture)
        write_rgb(tmp_path / "pairs" / "anime" / "夏" / f"{index}.webp", 255 - picture)
    for index in range(7):
        write_rgb(tmp_path / "drawings" / f"{index}.png", marked((50, 50), index % 6))
    (tmp_path / "pairs" / "manifest.jsonl").write_text('{"file": "photo/gone.png"}\n')
    return tmp_path


def scenes(folder, **changes):
    names = {name: str(folder / name) for name in ("photos", "drawings", "pairs")}
    return Scenes.of(Data(kind="scenes", **{"crop": 16, "zoom": 2.0, **names, **changes}), 3)


def test_both_of_a_pair_show_the_same_place(folder):
    made, mirrored = scenes(folder), set()
    for number in range(24):
        sample = made[number]
        assert set(sample) == {"photo", "drawing", "pair_photo", "pair_drawing"}
        for planes in sample.values():
            assert planes.shape == (3, 16, 16)
            assert planes.dtype == np.float32
            assert planes.flags.c_contiguous
        np.testing.assert_allclose(sample["pair_photo"] + sample["pair_drawing"], 1, atol=1.5 / 255)
        mirrored |= {bool(sample["drawing"][1, 0, 0] > sample["drawing"][1, 0, -1])}
    assert mirrored == {True, False}


def test_a_number_is_a_sample_and_a_seed_another(folder):
    one, two = scenes(folder), scenes(folder)
    for number in (0, 6, 500):
        assert all(np.array_equal(one[number][name], two[number][name]) for name in one[number])
    assert not np.array_equal(one[0]["drawing"], one[7]["drawing"])
    with pytest.raises(IndexError):
        one[-1]


def test_an_epoch_sees_all_of_both(folder):
    made = scenes(folder)
    assert len(made) == 7
    drawings = [made._taken(made.drawings, number, 1) for number in range(7)]
    photos = [made._taken(made.photos, number, 0) for number in range(8)]
    assert sorted(drawings) == sorted(made.drawings)
    assert sorted(photos[:4]) == sorted(photos[4:]) == sorted(made.photos)


def test_a_manifest_says_which_and_pairs_are_no_must(folder):
    manifest.write(folder / "chosen.jsonl", [{"file": "drawings/2.png"}])
    made = scenes(folder, drawings=str(folder / "chosen.jsonl"), pairs="")
    assert [path.name for path in made.drawings] == ["2.png"]
    assert set(made[0]) == {"photo", "drawing"}


def test_zoom_is_how_near_a_patch_may_come(folder):
    near = {
        scenes(folder, zoom=4.0)._patch([folder / "drawings/5.png"], np.random.default_rng(n))[0].std()
        for n in range(9)
    }
    whole = {
        scenes(folder, zoom=1.0)._patch([folder / "drawings/5.png"], np.random.default_rng(n))[0].std()
        for n in range(9)
    }
    assert len({round(float(each), 4) for each in whole}) == 1
    assert len({round(float(each), 4) for each in near}) > 3


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda at: (at / "pairs/anime/夏/1.webp").unlink(), "夏/1 is not in both of them"),
        (lambda at: write_rgb(at / "pairs/photo/夏/1.jpg", marked((9, 9), 0)), "holds 1.* and 1.*; keep one"),
        (lambda at: write_rgb(at / "pairs/anime/夏/1.webp", marked((61, 34), 0)), "33x61.* 34x61; a pair"),
        (lambda at: (at / "photos/0.png").write_bytes(b"no"), r"0\.png"),
    ],
)
def test_what_is_not_fit_is_named(folder, change, sentence):
    change(folder)
    with pytest.raises(InputError, match=sentence):
        scenes(folder)


def test_what_is_missing_is_named(folder):
    (folder / "none").mkdir()
    with pytest.raises(InputError, match="they are empty or missing"):
        paired(folder / "none")
    with pytest.raises(InputError, match="holds no picture"):
        scenes(folder, photos=str(folder / "none"))
    for name in ("photos", "drawings"):
        with pytest.raises(InputError, match=rf"--set data\.{name}=FOLDER"):
            scenes(folder, **{name: ""})
