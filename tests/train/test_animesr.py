"""AnimeSR's recipes: their numbers, one step of each as plain code makes it, and runs that end and go on."""

import re
from pathlib import Path

import pytest
import torch
from torch.nn import functional as F

from learned import recipe as small
from moving import clip_folder
from sakuga.losses.perceptual import Perceptual
from sakuga.models import features
from sakuga.models.critics import CRITICS
from sakuga.models.features import FEATURES
from sakuga.train import networks, recipe, state
from sakuga.train.export import export
from sakuga.train.loop import Loop
from sakuga.train.machine import Machine
from sakuga.train.run import samples_of, train
from sakuga.train.trainer import Trainer

RECIPES = Path(__file__).parents[2] / "recipes"
NAMES = ("step1-l1", "step1-gan", "lbo-l1", "lbo-gan", "final")
VGG = "vgg19-imagenet"
TAPS = {"conv1_2": 0.1, "conv2_2": 0.1, "conv3_4": 1.0, "conv4_4": 1.0, "conv5_4": 1.0}

# Steps, rate, when it is halved, EMA, batch, frames, kind, critic.
NUMBERS = {
    "step1-l1": (300_000, 2e-4, 0, 0.999, 16, 15, "clips", ""),
    "step1-gan": (300_000, 1e-4, 0, 0.999, 16, 15, "clips", "multi-scale"),
    "lbo-l1": (100_000, 2e-4, 50_000, 0, 16, 1, "frames", ""),
    "lbo-gan": (100_000, 1e-4, 50_000, 0, 16, 1, "frames", "multi-scale"),
    "final": (300_000, 1e-4, 0, 0.999, 16, 15, "clips", "multi-scale"),
}
RELEASED = {
    "step1-l1": [("data", "target", "sharpened")],
    "step1-gan": [],
    "lbo-l1": [("losses", "pixel", "l1+l2"), ("data", "batch", 64)],
    "lbo-gan": [("losses", "critic", "patch"), ("data", "batch", 64)],
    "final": [("data", "operators", ("lbo-1.safetensors",))],
}
"""What the variants that the comments of a recipe tell change."""


def told(name, *changes):
    return recipe.read(RECIPES / f"animesr-{name}.toml", changes)


@pytest.fixture(scope="module")
def machine():
    return Machine(device="cpu")


@pytest.mark.parametrize("name", NAMES)
def test_numbers_are_the_papers(name):
    one = told(name)
    schedule, data, losses = one.schedule, one.data, one.losses
    assert (
        schedule.steps,
        schedule.rate,
        schedule.halve_every,
        schedule.ema,
        data.batch,
        data.frames,
        data.kind,
        losses.critic,
    ) == NUMBERS[name]
    assert (schedule.betas, schedule.clip, schedule.critic_rate) == ((0.9, 0.99), 0, 0)
    assert (data.crop, data.target, data.real, losses.pixel, losses.pixel_weight) == (
        256,
        "gt",
        "gt",
        "l1",
        1,
    )
    if losses.critic:
        assert (losses.perceptual, losses.game, losses.adversarial_weight) == ({VGG: 1.0}, "lsgan", 1.0)
        assert FEATURES[VGG].taps == TAPS
    else:
        assert not losses.perceptual
    assert (one.run.precision, one.run.seed, one.run.save_every) == ("fp32", 0, 5000)
    assert len(data.operators) == (3 if name == "final" else 0)
    assert data.preset == ("animesr" if data.kind == "clips" else "apisr")


@pytest.mark.parametrize("name", NAMES)
def test_variants_in_comments_are_the_released_codes(name):
    _, *comments = (RECIPES / f"animesr-{name}.toml").read_text().splitlines()
    text = " ".join(line.lstrip("# ") for line in comments if line.startswith("#"))
    changes = [
        quoted or plain
        for quoted, plain in re.findall(r"--set (?:'([^']+)'|([^\s,:]+?)[.,:]?(?:\s|$))", text)
    ]
    assert len(changes) == len(RELEASED[name])
    one = told(name, *changes)
    for part, field, value in RELEASED[name]:
        assert getattr(getattr(one, part), field) == value


def batch(one):
    """Of one recipe's shapes, small: a critic of three scales needs 96 pixels."""
    torch.manual_seed(9)
    if one.model.network == "lbo":
        lq = torch.rand(1, 3, 192, 192)
        return {"lq": lq, "target": 0.9 * lq[..., ::2, ::2], "real": 0.8 * lq[..., ::2, ::2]}
    lq = torch.rand(1, 2, 3, 24, 24)
    large = lq.repeat_interleave(4, -1).repeat_interleave(4, -2)
    return {"lq": lq, "target": 0.9 * large, "real": 0.8 * large}


TINY = ("model.options={channels=8,blocks=[2,1,1]}",)


@pytest.mark.parametrize("name", NAMES)
def test_one_step_is_a_plain_one(name, machine):
    one = told(name, *(TINY if "lbo" not in name else ()))
    data = batch(one)
    torch.manual_seed(1)
    views = {n: Perceptual(FEATURES[n].build(TAPS), TAPS, FEATURES[n].normal) for n in one.losses.perceptual}
    torch.manual_seed(4)
    trainer = Trainer(one, machine, views)
    torch.manual_seed(4)
    plain = networks.build(one.model)
    before = {name: value.clone() for name, value in plain.state_dict().items()}
    rate = NUMBERS[name][1]
    result = plain(data["lq"])
    loss = (result - data["target"]).abs().mean()
    if one.losses.critic:
        loss = loss + perceptual(views[VGG].network, result, data["target"])
        critic = CRITICS["multi-scale"]()
        by_critic = torch.optim.Adam(critic.parameters(), lr=rate, betas=(0.9, 0.99))
        loss = loss + squares(critic(frames(result)), 1)
    by_network = torch.optim.Adam(plain.parameters(), lr=rate, betas=(0.9, 0.99))
    loss.backward()
    by_network.step()
    taught = trainer.step(data, 0)
    assert float(taught.losses["total"]) == pytest.approx(loss.item(), rel=1e-5)
    for key, value in plain.state_dict().items():
        torch.testing.assert_close(trainer.network.state_dict()[key], value)
        kept = NUMBERS[name][3]
        torch.testing.assert_close(trainer.learned.state_dict()[key], kept * before[key] + (1 - kept) * value)
    if one.losses.critic:
        by_critic.zero_grad()
        against = squares(critic(frames(data["real"])), 1) + squares(critic(frames(result.detach())), 0)
        against.backward()
        by_critic.step()
        assert float(taught.losses["critic"]) == pytest.approx(against.item(), rel=1e-5)
        for key, value in critic.state_dict().items():
            torch.testing.assert_close(trainer.critic.state_dict()[key], value)


def frames(pictures):
    return pictures.reshape(-1, *pictures.shape[-3:])


def squares(scores, aim):
    """Mean over scales of the mean square."""
    return sum((each - aim).square().mean() for each in scores) / len(scores)


def perceptual(network, result, target):
    mean, deviation = (torch.tensor(v).view(3, 1, 1) for v in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    seen, wanted = (network((frames(each) - mean) / deviation) for each in (result, target))
    return sum(weight * F.l1_loss(seen[tap], wanted[tap]) for tap, weight in TAPS.items())


def test_stopped_and_gone_on_is_the_same_to_the_bit(machine, tmp_path):
    """40 steps against 20 and 20, on clips that are degraded on the way."""
    clip_folder(tmp_path / "clips")
    one = small(
        "animesr",
        options={"channels": 4, "blocks": (1, 1, 1)},
        data={"kind": "clips", "preset": "animesr", "target": "gt", "crop": 32, "frames": 3},
        schedule={"ema": 0.9},
        run={"save_every": 20},
    )
    one = recipe.from_json(recipe.to_json(one).replace('"none"', f'"{tmp_path / "clips"}"'), "here")
    straight = Loop(one, tmp_path / "straight", samples_of(one), machine)
    straight.run()
    Loop(one, tmp_path / "halves", samples_of(one), machine).run(until=20)
    torch.manual_seed(99)
    second = Loop(one, tmp_path / "halves", samples_of(one), machine)
    assert second.step == 20
    second.run()
    for part in ("learned", "network"):
        first, again = (getattr(loop.trainer, part).state_dict() for loop in (straight, second))
        assert all(torch.equal(first[key], again[key]) for key in first)


class Halves:
    """Pairs for an operator, out of their number alone."""

    def __len__(self):
        return 4

    def __getitem__(self, number):
        torch.manual_seed(number)
        large = torch.rand(3, 192, 192).numpy()
        return {"lq": large, "gt": large[:, ::2, ::2].copy(), "pseudo_gt": large[:, ::2, ::2].copy()}


SMOKE = ("data.workers=0", "data.batch=1", "schedule.steps=1", "data.crop=96", "data.frames=2")


def test_the_recipes_lead_from_one_to_the_next(tmp_path, machine, monkeypatch):
    """Step 1, an operator, and the last step, as their commands say it, one update each."""
    monkeypatch.setattr(features, "load", lambda spec, _: spec.build(spec.taps))
    clip_folder(tmp_path / "clips", (112, 128))
    clips = f"data.manifest={tmp_path / 'clips'}"
    events = []

    def run(name, *changes):
        one = told(name, *SMOKE, *changes)
        folder, file = tmp_path / name, tmp_path / f"{name}.safetensors"
        if one.model.network == "lbo":
            Loop(one, folder, Halves(), machine, views=views(one)).run()
            export(folder / "newest.sakuga-train", file)
        else:
            export(train(one, folder, device="cpu", on_event=events.append), file)
        return str(file)

    first = run("step1-l1", clips, *TINY)
    second = run("step1-gan", clips, *TINY, f"model.start={first}")
    operator = run("lbo-gan", f"model.start={run('lbo-l1')}")
    last = run("final", clips, *TINY, f"model.start={first}", f'data.operators=["{operator}"]')
    assert len({Path(name).read_bytes() for name in (first, second, operator, last)}) == 4
    assert state.read(tmp_path / "final" / "newest.sakuga-train").recipe.data.operators == (operator,)


def views(one):
    from sakuga.train.views import opened

    return opened(one.losses, lambda _: None)
