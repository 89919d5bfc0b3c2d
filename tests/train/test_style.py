"""Teaching a generator a style: steps as a plain restatement makes them, and resuming to the bit."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn import functional as F

import scenes
from sakuga.errors import InputError, WeightsError
from sakuga.models.stylegan2 import StyleGAN2
from sakuga.models.stylegan2_critic import StyleGAN2Critic
from sakuga.train import networks
from sakuga.train.drawings import Drawings
from sakuga.train.loop import NEWEST, Loop
from sakuga.train.machine import Machine
from sakuga.train.recipe import Recipe, from_json, to_json
from sakuga.train.run import samples_of
from sakuga.train.style_trainer import StyleTrainer, learning

SIZE, THIN = 8, 1 / 128


class Means(torch.nn.Module):
    """A quick encoder: mean colours of the picture's quarters."""

    def forward(self, x):
        return F.adaptive_avg_pool2d(x, 2).flatten(1)


def recipe(**changes):
    told = {
        "name": "style",
        "model": {"network": "stylegan2", "scale": 1, "options": {"size": SIZE, "multiplier": THIN}},
        "data": {"kind": "stylegan", "crop": SIZE, "batch": 2, "workers": 0},
        "losses": {"critic": "stylegan2", "adversarial_weight": 1.0, "pixel_weight": 0.0},
        "adaptation": {"blocks": 1, "side": 4, "patches": 3, "penalty_every": 2},
        "schedule": {"steps": 4, "rate": 2e-3, "betas": [0.0, 0.99], "ema": 0.9},
        "run": {"save_every": 100, "log_every": 100, "seed": 7},
    }
    for part, values in changes.items():
        told[part] = {**told[part], **values}
    return from_json(json.dumps(told), "here")


@pytest.fixture(scope="module")
def machine():
    return Machine(device="cpu")


@pytest.fixture
def quick(monkeypatch):
    """Runs of whole recipes look through Means."""
    monkeypatch.setattr("sakuga.train.style_trainer.encoder_of", lambda _: Means())


def batch():
    return {"drawing": torch.rand(2, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(1))}


def test_only_the_last_resolutions_learn():
    with torch.device("meta"):
        network = StyleGAN2()
    learning(network, 3)
    learned = {name for name, each in network.named_parameters() if each.requires_grad}
    assert sum(each.numel() for each in network.parameters() if each.requires_grad) == 8_510_863
    assert {name.split(".")[0] for name in learned} == {"convs", "to_rgbs"}
    assert {int(name.split(".")[1]) for name in learned if name.startswith("convs")} == set(range(6, 12))
    assert {int(name.split(".")[1]) for name in learned if name.startswith("to_rgbs")} == {3, 4, 5}
    with pytest.raises(InputError, match="has 6 that can learn"):
        learning(network, 7)


def test_steps_are_a_plain_restatement(machine):
    told = recipe()
    torch.manual_seed(4)
    trainer = StyleTrainer(told, machine, encoder=Means())
    torch.manual_seed(4)
    plain = networks.build(told.model)
    source, critic, look = copy.deepcopy(plain), StyleGAN2Critic(SIZE, THIN), Means()
    learns = [each for name, each in plain.named_parameters() if name.startswith(("convs.", "to_rgbs."))]
    by_network = torch.optim.Adam(learns, lr=2e-3 * 0.8, betas=(0.0, 0.99**0.8))
    by_critic = torch.optim.Adam(critic.parameters(), lr=2e-3 * 2 / 3, betas=(0.0, 0.99 ** (2 / 3)))
    drawings = 2 * batch()["drawing"] - 1
    for step in range(2):
        taught = trainer.step(batch(), step)
        chance = torch.Generator().manual_seed(7 * 1_000_003 + step)
        styles, noise = drawn(source, chance)
        by_critic.zero_grad()
        loss = F.softplus(critic(plain(styles, noise).detach())).mean() + F.softplus(-critic(drawings)).mean()
        total = loss
        if step == 0:
            real = drawings.clone().requires_grad_()
            (slope,) = torch.autograd.grad(critic(real).sum(), real, create_graph=True)
            total = loss + 10 / 2 * 2 * slope.pow(2).sum((1, 2, 3)).mean()
        total.backward()
        by_critic.step()
        styles, noise = drawn(source, chance)
        by_network.zero_grad()
        made, before = plain(styles, noise), source(styles, noise).detach()
        one, other = (made + 1) / 2, (before + 1) / 2
        terms = F.softplus(-critic(made)).mean()
        terms = terms + (1 - F.cosine_similarity(look(one), look(other))).mean()
        corners = torch.randint(SIZE - 4 + 1, (3, 2), generator=chance).tolist()
        for top, left in corners:
            query, key = (
                F.normalize(look(each[..., top : top + 4, left : left + 4]), dim=-1) for each in (one, other)
            )
            scores = query @ key.T
            own = scores.diagonal().clone()
            others = scores.masked_fill(torch.eye(2, dtype=torch.bool), -10.0)
            terms = terms + 0.05 / 3 * (torch.cat([own[:, None], others], 1).logsumexp(1) - own).mean()
        terms.backward()
        by_network.step()
        assert float(taught.losses["critic"]) == pytest.approx(loss.item(), rel=1e-4)
        assert float(taught.losses["total"]) == pytest.approx(terms.item(), rel=1e-4)
    for name, value in plain.state_dict().items():
        torch.testing.assert_close(trainer.network.state_dict()[name], value, atol=2e-5, rtol=1e-4)
    for name, value in source.state_dict().items():
        assert (trainer.source.state_dict()[name] == value).all()
        if not name.startswith(("convs.", "to_rgbs.")):
            assert (trainer.network.state_dict()[name] == value).all()


def drawn(source, chance):
    z = torch.randn(2, 2, 512, generator=chance)
    first, second = (source.map(each).detach()[:, None].repeat(1, source.latents, 1) for each in z)
    turn = int(torch.randint(1, source.latents, (), generator=chance))
    if float(torch.rand((), generator=chance)) < 0.9:
        first[:, turn:] = second[:, turn:]
    return first, source.draw_noise(chance)


def samples(folder, count=3):
    for number in range(count):
        Image.fromarray(np.roll(scenes.photo(24, 30), number, 1)).save(folder / f"{number}.png")
    return Drawings([folder / f"{number}.png" for number in range(count)], SIZE, 1.5, 0)


def test_a_run_goes_on_to_the_bit(tmp_path, machine, quick):
    given, told = samples(tmp_path), recipe()
    whole = Loop(told, tmp_path / "whole", given, machine)
    whole.run()
    broken = Loop(told, tmp_path / "broken", given, machine)
    broken.run(until=2)
    broken.save()
    again = Loop(told, tmp_path / "broken", given, machine)
    assert again.step == 2
    again.run()
    for part in ("network", "average", "critic", "source"):
        one, other = (getattr(loop.trainer, part).state_dict() for loop in (whole, again))
        assert all((one[name] == tensor).all() for name, tensor in other.items()), part
    assert (tmp_path / "broken" / NEWEST).is_file()


def test_what_cannot_be_is_a_sentence(tmp_path, machine):
    with pytest.raises(InputError, match="no drawings to learn the style of"):
        samples_of(recipe())
    samples(tmp_path)
    with pytest.raises(InputError, match=r"data\.crop is 16, and the generator draws 8"):
        samples_of(recipe(data={"drawings": str(tmp_path), "crop": 16}))
    with pytest.raises(InputError, match="pictures have 8 pixels"):
        StyleTrainer(recipe(adaptation={"side": 9}), machine, encoder=Means())
    with pytest.raises(InputError, match="there is no clip"):
        StyleTrainer(recipe(adaptation={"encoder": "clip"}), machine)
    found = samples_of(recipe(data={"drawings": str(tmp_path)}))
    assert len(found) == 3
    assert found[1]["drawing"].shape == (3, SIZE, SIZE)


def test_a_recipe_comes_back_as_it_went():
    told = recipe()
    assert isinstance(told, Recipe)
    assert from_json(to_json(told), "here") == told


def test_a_critic_beside_the_generator_is_begun_with(tmp_path, machine):
    network, critic = StyleGAN2(SIZE, THIN), StyleGAN2Critic(SIZE, THIN)
    torch.save({"g_ema": network.state_dict(), "d": critic.state_dict()}, tmp_path / "both.pt")
    torch.save({"g_ema": network.state_dict()}, tmp_path / "alone.pt")
    other = StyleGAN2Critic(SIZE, 2 * THIN).state_dict()
    torch.save({"g_ema": network.state_dict(), "d": other}, tmp_path / "wrong.pt")
    trainers = {
        name: StyleTrainer(recipe(model={"start": str(tmp_path / name)}), machine, encoder=Means())
        for name in ("both.pt", "alone.pt")
    }
    begun = {name: each.critic.state_dict()["convs.0.0.weight"] for name, each in trainers.items()}
    wanted = critic.state_dict()["convs.0.0.weight"]
    assert (begun["both.pt"] == wanted).all()
    assert (begun["alone.pt"] != wanted).any()
    assert (trainers["alone.pt"].source.state_dict()["input.input"] == network.input.input).all()
    with pytest.raises(WeightsError, match="does not fit the generator"):
        StyleTrainer(recipe(model={"start": str(tmp_path / "wrong.pt")}), machine, encoder=Means())
