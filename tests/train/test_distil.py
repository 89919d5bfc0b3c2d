"""Distillation: what another network makes of LQ is cut beside it, and can be learned from."""

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from learned import recipe
from sakuga.errors import InputError, UnknownModel
from sakuga.media.plain import read_rgb, write_rgb
from sakuga.models.compact import Compact
from sakuga.models.metadata import spec_to_json
from sakuga.models.spec import FileSource, ModelSpec
from sakuga.train.feed import Feed, order_of
from sakuga.train.machine import Machine
from sakuga.train.pairs import PARTS, Making, Prepared
from sakuga.train.prepare import prepare
from sakuga.train.run import samples_of
from sakuga.train.tiles import Preparing
from trained import drawing

MAKING = Making(crop=64, seed=3)
CRITIC = {"critic": "patch"}


@pytest.fixture
def teacher(tmp_path):
    """A network that enlarges each pixel to a square."""
    options = {"convs": 1, "channels": 8, "scale": 4}
    network = Compact(**options)
    torch.nn.init.zeros_(network.body[-1].weight)
    path = tmp_path / "squares.safetensors"
    spec = ModelSpec("squares", "compact", 4, FileSource(path), options=options, halo=3)
    save_file(network.state_dict(), path, metadata={"sakuga": spec_to_json(spec)})
    return str(path)


@pytest.fixture
def stills(tmp_path):
    write_rgb(tmp_path / "stills" / "a.png", drawing(0))
    return tmp_path / "stills"


def test_patches_are_those_that_the_teacher_makes_of_whole_lq(stills, teacher, tmp_path):
    out = tmp_path / "out"
    (cut,) = prepare(stills, out, Preparing(MAKING, teacher=teacher))
    for name in cut.names:
        lq, taught = (read_rgb(out / part / name).astype(int) for part in ("lq", "teacher"))
        assert np.abs(taught - lq.repeat(4, 0).repeat(4, 1)).max() <= 1
    taught = Prepared.of(out, augment=0, parts=(*PARTS, "teacher"))[0]
    assert set(taught) == {"lq", "gt", "pseudo_gt", "teacher"}
    assert set(Prepared.of(out)[0]) == {"lq", "gt", "pseudo_gt"}


def test_a_patch_that_is_gone_is_made_again(stills, teacher, tmp_path):
    def run():
        return list(prepare(stills, tmp_path / "out", Preparing(MAKING, teacher=teacher)))

    (cut,) = run()
    path = tmp_path / "out" / "teacher" / cut.names[0]
    before = path.read_bytes()
    path.unlink()
    run()
    assert path.read_bytes() == before


def test_a_set_has_one_teacher_or_none(stills, teacher, tmp_path):
    list(prepare(stills, tmp_path / "out", Preparing(MAKING)))
    with pytest.raises(InputError, match="was begun with teacher None"):
        list(prepare(stills, tmp_path / "out", Preparing(MAKING, teacher=teacher)))
    with pytest.raises(InputError, match=r"same pictures in lq, gt, pseudo_gt, teacher"):
        Prepared.of(tmp_path / "out", parts=(*PARTS, "teacher"))


@pytest.mark.parametrize(
    ("name", "error", "sentence"),
    [("scenimefy", InputError, "--teacher scenimefy does not restore"), ("nobody", UnknownModel, "no model")],
)
def test_a_teacher_restores(name, error, sentence, stills, tmp_path, monkeypatch):
    monkeypatch.setattr("sakuga.models.weights.fetch", lambda *_: pytest.fail("nothing needs to be fetched"))
    with pytest.raises(error, match=sentence):
        list(prepare(stills, tmp_path / "out", Preparing(MAKING, teacher=name)))
    assert not (tmp_path / "out").exists()


def test_results_are_compared_with_the_teachers(stills, teacher, tmp_path):
    list(prepare(stills, tmp_path / "out", Preparing(MAKING, teacher=teacher)))
    told = recipe(data={"prepared": str(tmp_path / "out"), "target": "teacher"})
    samples, machine = samples_of(told), Machine(device="cpu")
    order = order_of(told, samples, machine, 0)
    batch = next(Feed(samples, order, told.data, machine.device))
    wanted = torch.as_tensor(np.stack([samples[number]["teacher"] for number in next(iter(order))]))
    assert torch.equal(batch["target"], wanted)


def test_a_critic_can_take_the_teachers_pictures_for_real(stills, teacher, tmp_path):
    list(prepare(stills, tmp_path / "out", Preparing(MAKING, teacher=teacher)))
    told = recipe(data={"prepared": str(tmp_path / "out"), "real": "teacher"}, losses=CRITIC)
    samples, machine = samples_of(told), Machine(device="cpu")
    order = order_of(told, samples, machine, 0)
    batch = next(Feed(samples, order, told.data, machine.device))
    numbers = next(iter(order))
    for name, part in {"target": "pseudo_gt", "real": "teacher"}.items():
        wanted = torch.as_tensor(np.stack([samples[number][part] for number in numbers]))
        assert torch.equal(batch[name], wanted)


@pytest.mark.parametrize(("data", "losses"), [({"target": "teacher"}, {}), ({"real": "teacher"}, CRITIC)])
def test_without_a_prepared_set_there_is_no_teacher(data, losses):
    (field,) = data
    with pytest.raises(
        InputError, match=rf"data\.{field} is teacher, which needs .*sakuga prepare --teacher"
    ):
        samples_of(recipe(data=data, losses=losses))


def test_clips_have_no_teacher():
    told = recipe("animesr", data={"kind": "clips", "target": "gt", "real": "teacher"}, losses=CRITIC)
    with pytest.raises(InputError, match=r"data\.real is teacher, which clips do not have"):
        samples_of(told)
