"""Where pairs come from: two generators, folders, and a pipeline that draws over photos."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

import generators
import scenes
from sakuga.errors import InputError, ModelError, WeightsError
from sakuga.models.generators import between, read
from sakuga.models.stylegan2 import StyleGAN2
from sakuga.pairs.diffusion import DiffusionPairs, Drawing, opened
from sakuga.pairs.folder import FolderPairs, parts_of
from sakuga.pairs.stylegan import StyleGANPairs


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return generators.both(tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="module")
def networks(files):
    return tuple(map(read, files))


@pytest.fixture(scope="module")
def source(files):
    return StyleGANPairs(*files, 9)


def test_the_average_is_read_beside_what_training_leaves(files, networks):
    assert (networks[0].size, networks[0].multiplier) == (8, generators.THIN)
    kept = torch.load(files[0], weights_only=False)["g_ema"]
    assert kept.keys() == networks[0].state_dict().keys()
    assert all((kept[name] == tensor).all() for name, tensor in networks[0].state_dict().items())


def test_other_files_are_refused(tmp_path):
    with pytest.raises(WeightsError, match="no file"):
        read(tmp_path / "none.pt")
    torch.save({"g_ema": {"a": torch.zeros(1)}}, tmp_path / "other.pt")
    with pytest.raises(WeightsError, match=r"other\.pt holds no generator"):
        read(tmp_path / "other.pt")


def test_weights_between_two_generators(networks):
    one, other = networks
    half = between(one, other, 0.5).state_dict()
    for name, tensor in half.items():
        mean = (one.state_dict()[name] + other.state_dict()[name]) / 2
        torch.testing.assert_close(tensor, mean)
    with torch.device("meta"), pytest.raises(WeightsError, match="different shapes"):
        between(one, StyleGAN2(16), 0.5)


def test_both_pictures_are_of_one_style_and_one_noise(files, source):
    # Of one generator twice, all that could differ is the noise.
    same = StyleGANPairs(files[0], files[0], 9)
    for index in range(2):
        pair, alike = source.pair(index), same.pair(index)
        assert pair.photo.shape == pair.anime.shape == (8, 8, 3)
        assert (alike.photo == alike.anime).all()
        assert (pair.photo == alike.photo).all()
        assert (pair.photo != pair.anime).any()


def test_a_number_gives_the_same_pair_and_another_another(files, source):
    again = StyleGANPairs(*files, 2, seed=1)
    assert (source.pair(1).anime == source.pair(1).anime).all()
    assert (source.pair(0).photo != source.pair(1).photo).any()
    assert (again.pair(1).photo != source.pair(1).photo).any()


def test_degrees_are_between_the_photo_and_the_drawing(files, source):
    graded = StyleGANPairs(*files, 2, degrees=(0.0, 0.5, 1.0))
    assert [graded.name(index) for index in range(4)] == [
        "000000-0000",
        "000000-0500",
        "000000-1000",
        "000001-0000",
    ]
    none, half, whole = (graded.pair(index) for index in range(3))
    assert (none.photo == none.anime).all()
    assert (none.photo == whole.photo).all()
    away = [np.abs(each.anime.astype(int) - each.photo).mean() for each in (none, half, whole)]
    assert away[0] < away[1] < away[2]
    assert (source.pair(0).anime == whole.anime).all()


@pytest.mark.parametrize(
    ("wrong", "flag"),
    [
        ({"count": 0}, "--count"),
        ({"truncation": 1.5}, "--truncation"),
        ({"degrees": (1, 1)}, "--degrees 1,1"),
    ],
)
def test_numbers_that_cannot_be_name_the_flag(files, wrong, flag):
    with pytest.raises(InputError, match=flag):
        StyleGANPairs(*files, **{"count": 1, **wrong})


def saved(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


def test_pictures_of_two_folders_go_together_by_name(tmp_path):
    photo = scenes.photo(16, 20)
    saved(tmp_path / "trainA" / "丘 1.jpg", photo)
    saved(tmp_path / "trainA" / "sub" / "b.png", photo)
    saved(tmp_path / "trainA" / "alone.png", photo)
    saved(tmp_path / "trainB" / "丘 1.png", photo[::-1])
    saved(tmp_path / "trainB" / "sub" / "b.webp", photo[:8])
    source = FolderPairs(*parts_of(tmp_path))
    assert [source.name(index) for index in range(len(source))] == ["sub/b", "丘 1"]
    assert (source.pair(1).anime == photo[::-1]).all()
    with pytest.raises(InputError, match="of one size"):
        source.pair(0)
    assert parts_of(tmp_path / "trainA") is None
    with pytest.raises(InputError, match="No picture"):
        FolderPairs(tmp_path / "trainA" / "sub", tmp_path / "none")


class Negative:
    """A stand-in for a pipeline of diffusers: it inverts, and gives another size."""

    def __init__(self):
        self.seeds = []

    def __call__(self, *, prompt, image, strength, guidance_scale, generator):
        assert (prompt, strength, guidance_scale) == ("fields", 0.25, 7.0)
        self.seeds.append(generator.initial_seed())
        return SimpleNamespace(images=[Image.fromarray(255 - np.asarray(image)).resize((8, 8), 0)])


def test_a_pipeline_draws_over_each_photo(tmp_path):
    for name in ("a.png", "b.jpg"):
        saved(tmp_path / name, np.full((19, 25, 3), 40, np.uint8))
    pipeline = Negative()
    source = DiffusionPairs(tmp_path, pipeline, "mine", Drawing(prompt="fields", strength=0.25, seed=4))
    assert [source.name(index) for index in range(len(source))] == ["a", "b"]
    pairs = [source.pair(index) for index in (0, 1, 0)]
    assert pairs[0].photo.shape == pairs[0].anime.shape == (16, 24, 3)
    assert (pairs[0].anime == 215).all()
    assert pipeline.seeds[0] == pipeline.seeds[2] != pipeline.seeds[1]
    assert pairs[0].told["seed"] == pipeline.seeds[0]
    assert source.told["prompt"] == "fields"


def test_what_goes_wrong_with_diffusion_is_a_sentence(tmp_path, monkeypatch):
    saved(tmp_path / "a.png", scenes.photo(16, 16))
    saved(tmp_path / "small.png", scenes.photo(5, 16))

    def broken(**_):
        raise RuntimeError("out of memory")

    source = DiffusionPairs(tmp_path, broken, "mine", Drawing())
    with pytest.raises(ModelError, match="mine could not draw over a photo: out of memory"):
        source.pair(0)
    with pytest.raises(InputError, match="16x5"):
        source.pair(1)
    with pytest.raises(InputError, match="no photo"):
        DiffusionPairs(
            saved(tmp_path / "n" / "x.txt.png", scenes.photo(8, 8)).parent / "none", broken, "", Drawing()
        )
    monkeypatch.setitem(__import__("sys").modules, "diffusers", None)
    with pytest.raises(ModelError, match="pip install diffusers"):
        opened(tmp_path)
    with pytest.raises(InputError, match="--redraw"):
        Drawing(strength=0)


def test_a_local_model_is_opened_by_diffusers_alone(tmp_path, monkeypatch):
    asked = []

    class Auto:
        @staticmethod
        def from_pretrained(path, **how):
            asked.append((path, how))
            if path.endswith("bad"):
                raise OSError("no model_index.json")
            return SimpleNamespace(set_progress_bar_config=lambda disable: None, to=lambda device: device)

    monkeypatch.setitem(
        __import__("sys").modules, "diffusers", SimpleNamespace(AutoPipelineForImage2Image=Auto)
    )
    with pytest.raises(ModelError, match="no such folder"):
        opened(tmp_path / "none")
    (tmp_path / "bad").mkdir()
    with pytest.raises(ModelError, match="model_index"):
        opened(tmp_path / "bad")
    assert opened(tmp_path, "cpu") == "cpu"
    assert asked[-1] == (str(tmp_path), {"local_files_only": True})
