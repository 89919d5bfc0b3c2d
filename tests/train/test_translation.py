"""Scene translation: steps as a plain restatement makes them, epochs, resuming to the bit, and models."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional as F

import scenes
from sakuga.errors import InputError
from sakuga.losses.hard_nce import curriculum, hard_nce, hardness
from sakuga.losses.patch_nce import patch_nce
from sakuga.losses.relation import relation
from sakuga.media.plain import read_rgb, write_rgb
from sakuga.models.identify import identify
from sakuga.models.patch_heads import PatchHeads
from sakuga.models.scene_critic import SceneCritic
from sakuga.models.translator import LAYERS, Translator
from sakuga.stylize.job import stylize
from sakuga.stylize.settings import StylizeSettings
from sakuga.train import networks, state
from sakuga.train.aims import Translation
from sakuga.train.events import Noted, Validated
from sakuga.train.export import export
from sakuga.train.lookout import channels_of, layers_of
from sakuga.train.loop import NEWEST, Loop
from sakuga.train.machine import Machine
from sakuga.train.order import Order
from sakuga.train.recipe import Data, Losses, Network, Recipe, Run, Schedule
from sakuga.train.run import samples_of, train
from sakuga.train.translation import SceneTrainer, begin, paired_share
from scenes import photo

SIDE = 32
NAMES = ("photo", "drawing", "pair_photo", "pair_drawing")


@pytest.fixture(scope="module")
def machine():
    return Machine(device="cpu")


def recipe(losses=None, translation=None, schedule=None, run=None, batch=2, model=None):
    options = {"channels": 4, "blocks": 2}
    return Recipe(
        name="scene",
        model=Network(**({"network": "translator", "scale": 1, "options": options} | (model or {}))),
        data=Data(kind="scenes", batch=batch, crop=SIDE, workers=0),
        losses=Losses(
            **({"critic": "scene", "adversarial_weight": 1.0, "pixel_weight": 0.0} | (losses or {}))
        ),
        translation=Translation(**({"critic": 4, "width": 8, "places": 300} | (translation or {}))),
        schedule=Schedule(
            **({"steps": 6, "rate": 1e-3, "betas": (0.5, 0.999), "epochs": 3, "steady": 1} | (schedule or {}))
        ),
        run=Run(**({"log_every": 2, "save_every": 2, "seed": 4} | (run or {}))),
    )


class Scenery:
    """Samples out of their number alone; `poisoned` ones hold what is no number, once."""

    def __init__(self):
        self.poisoned = set()

    def __len__(self):
        return 8

    def __getitem__(self, number):
        chance = np.random.default_rng(number)
        made = {name: chance.random((3, SIDE, SIDE), np.float32) for name in NAMES}
        if number in self.poisoned:
            self.poisoned.discard(number)
            made["photo"] *= np.float32("nan")
        return made


def batch(names=NAMES, count=2):
    return {name: torch.stack([torch.from_numpy(Scenery()[n][name]) for n in range(count)]) for name in names}


class Plain:
    """The same written down with one picture after the other and nothing shared."""

    def __init__(self, told):
        self.told = told
        aims = told.translation
        layers = layers_of(2)
        self.layers = layers
        # All parts in the order in which they are built.
        self.network = begin(Translator(4, 2))
        self.heads = begin(PatchHeads(channels_of(4, layers), aims.width))
        self.critic = begin(SceneCritic(3, aims.critic))
        self.style = begin(PatchHeads(channels_of(4, layers), aims.width))
        self.pair_critic = begin(SceneCritic(6, aims.critic))
        parts = (self.network, self.heads, self.critic, self.style, self.pair_critic)
        self.adam = [torch.optim.Adam(part.parameters(), betas=told.schedule.betas) for part in parts]

    def step(self, data, step):
        aims, game = self.told.translation, self.told.losses.adversarial_weight
        x, y, xp, yp = (2 * data[name] - 1 for name in NAMES)
        epoch = 1 + step * 3 // 6
        for optimiser in self.adam:
            optimiser.param_groups[0]["lr"] = 1e-3 * (1, 2 / 3, 1 / 3)[epoch - 1]
        g, d, dp = self.network.translate, self.critic, self.pair_critic
        fake, fake_pair = g(x), g(xp)
        self._critic(d, self.adam[2], y, fake.detach())
        self._critic(dp, self.adam[4], torch.cat((xp, yp), 1), torch.cat((xp, fake_pair.detach()), 1))
        chance = torch.Generator().manual_seed(1_000_003 * 4 + step)
        sizes = [layer.shape[2] * layer.shape[3] for layer in self.network.features(x, self.layers)]
        unpaired, pairs = ([torch.randperm(n, generator=chance)[:300] for n in sizes] for _ in range(2))
        qx, kx = self._vectors(self.heads, fake, x, unpaired)
        gamma = curriculum(epoch, 3, *aims.gamma)
        hard = self._mean(hard_nce(q, k, hardness(k, gamma)) for q, k in zip(qx, kx, strict=True))
        if aims.identity:
            qy, ky = self._vectors(self.heads, g(y), y, unpaired)
            hard = (
                hard + self._mean(hard_nce(q, k, hardness(k, gamma)) for q, k in zip(qy, ky, strict=True))
            ) / 2
        loss = game * (d(fake)[0] - 1).square().mean() + aims.contrast * hard
        loss = loss + aims.relation * self._mean(relation(q, k) for q, k in zip(qx, kx, strict=True))
        qp, kp = self._vectors(self.style, fake_pair, yp, pairs)
        style = self._mean(patch_nce(q, k).mean() for q, k in zip(qp, kp, strict=True))
        fooled = (dp(torch.cat((xp, fake_pair), 1))[0] - 1).square().mean()
        weight = aims.style**2 if aims.style_squared else aims.style
        pixel = self.told.losses.pixel_weight * F.l1_loss(fake_pair, yp) / 2
        share = math.cos(math.pi / 2 * (epoch - 1) / 3) if aims.paired_decay == "cosine" else 1
        loss = loss + share * (game * fooled + weight * style + pixel)
        for optimiser in self.adam:
            optimiser.zero_grad()
        loss.backward()
        for index in (0, 1, 3):
            self.adam[index].step()
        return loss.item()

    def _critic(self, critic, optimiser, real, made):
        optimiser.zero_grad()
        loss = 0.5 * ((critic(real)[0] - 1).square().mean() + critic(made)[0].square().mean())
        loss.backward()
        optimiser.step()

    def _vectors(self, heads, made, given, places):
        queries = heads(self.network.features(made, self.layers), places)
        return queries, [k.detach() for k in heads(self.network.features(given, self.layers), places)]

    def _mean(self, values):
        return torch.stack(list(values)).mean()


@pytest.mark.parametrize(
    ("translation", "losses"),
    [
        ({}, {}),
        (
            {"identity": False, "style_squared": False, "paired_decay": "constant", "gamma": (2.0, 0.5)},
            {"pixel_weight": 3.0, "adversarial_weight": 0.5},
        ),
    ],
    ids=["as the paper", "as can be chosen"],
)
def test_steps_are_those_of_a_plain_restatement(translation, losses, machine):
    told = recipe(losses, translation)
    torch.manual_seed(4)
    trainer = SceneTrainer(told, machine)
    torch.manual_seed(4)
    plain = Plain(told)
    for step in (0, 2, 5):
        taught = trainer.step(batch(), step)
        assert float(taught.losses["total"]) == pytest.approx(plain.step(batch(), step), rel=1e-4)
    theirs = (plain.network, plain.heads, plain.critic, plain.style, plain.pair_critic)
    ours = (trainer.translator, trainer.heads, trainer.critic, trainer.style_heads, trainer.pair_critic)
    for mine, other in zip(ours, theirs, strict=True):
        for name, value in other.state_dict().items():
            # Biases before a normalisation have no gradient but rounding, of which Adam makes whole steps.
            if value.ndim == 1:
                continue
            close = (mine.state_dict()[name] - value).abs() < 2e-5
            assert close.float().mean() > 0.97, name


def test_without_pairs_only_unpaired_pictures_teach(machine):
    trainer = SceneTrainer(recipe(), machine)
    before = [parameter.clone() for parameter in trainer.pair_critic.parameters()]
    taught = trainer.step(batch(("photo", "drawing"), 3), 0)
    assert set(taught.losses) == {"critic", "game", "relation", "contrast", "total"}
    assert all(torch.equal(a, b) for a, b in zip(before, trainer.pair_critic.parameters(), strict=True))
    assert taught.result.shape == (3, 3, SIDE, SIDE)


def test_an_adapter_begins_as_its_network_and_learns_alone(machine, tmp_path):
    start = scenes.save(tmp_path / "base.pth", blocks=2)
    told = recipe(model={"learns": "adapter", "start": str(start)}, schedule={"ema": 0.9, "clip": 1.0})
    trainer, base = SceneTrainer(told, machine), scenes.network(blocks=2)
    x = torch.rand(1, 3, 16, 24)
    assert torch.equal(trainer.learned(x), base(x))
    adapter = set(trainer.translator.adapter())
    assert sum(len(group["params"]) for group in trainer.optimiser.param_groups) == len(adapter)
    critic = [parameter.clone() for parameter in trainer.critic.parameters()]
    for step in range(3):
        trainer.step(batch(("photo", "drawing")), step)
    assert not any(torch.equal(a, b) for a, b in zip(critic, trainer.critic.parameters(), strict=True))
    for network in (trainer.translator, trainer.learned):
        state, begun = network.state_dict(), base.state_dict()
        assert set(state) == adapter | set(begun)
        assert all(torch.equal(state[name], value) for name, value in begun.items())
        assert all(state[name].unique().numel() > 1 for name in adapter)


def test_an_adapter_needs_its_network_and_five_drawings(tmp_path):
    for name, count in (("photos", 1), ("drawings", 4)):
        for number in range(count):
            write_rgb(tmp_path / name / f"{number}.png", photo(32, 32))
    told = recipe(model={"learns": "adapter"})
    told = replace(
        told, data=replace(told.data, photos=str(tmp_path / "photos"), drawings=str(tmp_path / "drawings"))
    )
    with pytest.raises(InputError, match=r"--set model\.start=FILE"):
        samples_of(told)
    told = replace(told, model=replace(told.model, start="base.pth"))
    with pytest.raises(InputError, match=r"drawings holds too few drawings \(4\)"):
        samples_of(told)
    write_rgb(tmp_path / "drawings" / "4.png", photo(32, 32))
    assert len(samples_of(told)) == 5
    with pytest.raises(InputError, match="which compact has none of"):
        networks.build(Network(network="compact", learns="adapter"))


def test_layers_of_smaller_generators_are_within_their_blocks():
    assert layers_of(9) == LAYERS
    assert (layers_of(4), layers_of(1)) == ((0, 4, 8, 12, 15), (0, 4, 8, 12))
    for blocks in (1, 3, 9):
        seen = Translator(4, blocks).features(torch.rand(1, 3, 16, 16), layers_of(blocks))
        assert tuple(layer.shape[1] for layer in seen) == channels_of(4, layers_of(blocks))


def test_pairs_fade_along_a_cosine_or_stay():
    assert paired_share(1, 20, "cosine") == 1
    assert paired_share(11, 20, "cosine") == pytest.approx(math.sqrt(0.5))
    assert paired_share(20, 20, "cosine") == pytest.approx(0.0785, abs=1e-4)
    assert {paired_share(epoch, 20, "constant") for epoch in range(1, 21)} == {1.0}
    assert Translation(style=0.05).style_weight == pytest.approx(0.0025)
    assert Translation(style=0.05, style_squared=False).style_weight == 0.05


def test_rates_are_those_of_twenty_epochs():
    schedule = Schedule(steps=2000, rate=1.0, epochs=20, steady=10)
    shares = [schedule.share(100 * epoch) for epoch in range(20)]
    assert shares == pytest.approx([1] * 10 + [1 - n / 11 for n in range(1, 11)])
    assert [schedule.epoch(step) for step in (0, 99, 100, 1999, 2500)] == [1, 1, 2, 20, 20]
    assert Schedule(steps=10, rate=1.0).share(9) == 1


@pytest.mark.parametrize("learns", ["all", "adapter"])
def test_stopped_and_gone_on_is_the_same_to_the_bit(learns, machine, tmp_path):
    told = recipe(schedule={"ema": 0.9, "clip": 1.0}, run={"save_every": 3}, model={"learns": learns})
    straight = Loop(told, tmp_path / "straight", Scenery(), machine)
    straight.run()
    Loop(told, tmp_path / "halves", Scenery(), machine).run(until=3)
    torch.manual_seed(99)
    Loop(told, tmp_path / "halves", Scenery(), machine).run()
    one, two = (state.read(tmp_path / name / NEWEST).content for name in ("straight", "halves"))
    parts = set(straight.trainer.parts)
    assert {"average", "heads", "style_heads", "critic", "pair_critic", "pair_optimiser"} <= parts
    assert all(str(one[name]) == str(two[name]) for name in parts)


def test_what_is_no_number_leads_back(machine, tmp_path):
    samples, events = Scenery(), []
    told = recipe(schedule={"steps": 8})
    samples.poisoned = {Order(len(samples), 2, 4).step(4)[0]}
    loop = Loop(told, tmp_path, samples, machine, on_event=events.append)
    loop.run()
    (note,) = [event.sentence for event in events if isinstance(event, Noted)]
    assert note.startswith("A loss of step 5 is no number: back to step 4, at 0.5 times")
    assert all(torch.isfinite(value).all() for value in loop.trainer.learned.state_dict().values())


class Half(Machine):
    """As of run.precision bf16, of which accelerate allows one choice a process."""

    def autocast(self):
        return torch.autocast("cpu", torch.bfloat16)


def test_reduced_arithmetic_teaches_the_same_way(machine):
    told = []
    for one in (machine, Half(device="cpu")):
        torch.manual_seed(4)
        told.append(SceneTrainer(recipe(), one).step(batch(), 0).losses)
    full, half = told
    for name, value in full.items():
        assert half[name].dtype == torch.float32
        assert float(half[name]) == pytest.approx(float(value), rel=0.05, abs=0.01), name
    assert float(half["total"]) != float(full["total"])


def test_from_photos_and_drawings_to_a_stylized_photo(tmp_path):
    """The commands are those of docs/scenes.md, which run as they stand."""
    picture, folders = photo(42, 61), {name: tmp_path / name for name in ("photos", "drawings", "pairs")}
    for folder in (folders["photos"], folders["pairs"] / "photo"):
        write_rgb(folder / "a.png", picture)
    for folder in (folders["drawings"], folders["pairs"] / "anime"):
        write_rgb(folder / "a.png", 255 - picture)
    told = recipe(schedule={"steps": 2})
    named = {name: str(path) for name, path in folders.items()}
    told = replace(told, data=replace(told.data, **named, validation=named["photos"]))
    events = []
    newest = train(told, tmp_path / "trained", device="cpu", on_event=events.append)
    (checked,) = [event for event in events if isinstance(event, Validated)]
    assert set(checked.values) == {"line-match", "region-match", "niqe"}
    assert [strip.shape for strip in checked.strips] == [(40, 2 * 60, 3)]
    assert list((tmp_path / "trained" / "strips").glob("*.png"))
    with pytest.raises(InputError, match="learned with another schedule"):
        train(replace(told, schedule=replace(told.schedule, steps=4)), tmp_path / "trained", device="cpu")
    made = {}
    for name in ("scene.safetensors", "scene.onnx"):
        spec = export(newest, tmp_path / name)
        assert (spec.purpose, spec.pooled, spec.halo) == ("stylize", True, 40)
        assert identify(tmp_path / name).network == "translator"
        settings = StylizeSettings(model=str(tmp_path / name), precision="fp32", device="cpu")
        (done,) = stylize([folders["photos"] / "a.png"], tmp_path / f"{name}.png", settings=settings)
        assert done.state == "done", done
        made[name] = read_rgb(tmp_path / f"{name}.png").astype(int)
    one, other = made.values()
    assert one.shape == picture.shape
    assert np.abs(one - other).max() <= 1


def test_from_an_adapter_that_learned_to_a_stylized_photo(machine, tmp_path):
    """On its network the small file gives what the whole one does: another picture than without it."""
    start = scenes.save(tmp_path / "base.pth", blocks=2)
    told = recipe(model={"learns": "adapter", "start": str(start)}, schedule={"rate": 0.1, "steps": 2})
    Loop(told, tmp_path / "trained", Scenery(), machine).run()
    style, whole = tmp_path / "style.safetensors", tmp_path / "whole.onnx"
    for path in (style, whole):
        assert export(tmp_path / "trained" / NEWEST, path).options["adapted"]
    assert style.stat().st_size < 10_000
    write_rgb(tmp_path / "a.png", photo(42, 61))
    made = []
    for model, adapter in ((start, style), (whole, None), (start, None)):
        settings = StylizeSettings(model=str(model), adapter=adapter, precision="fp32", device="cpu")
        (done,) = stylize([tmp_path / "a.png"], tmp_path / f"{len(made)}.png", settings=settings)
        assert done.state == "done", done
        made.append(read_rgb(done.destination).astype(int))
    assert np.abs(made[0] - made[1]).max() <= 1
    assert np.abs(made[0] - made[2]).max() > 10


def test_two_recipes_of_one_run_are_told_apart_by_their_aims(machine, tmp_path):
    told = recipe(schedule={"steps": 1})
    Loop(told, tmp_path, Scenery(), machine).run()
    with pytest.raises(InputError, match="another translation"):
        Loop(replace(told, translation=Translation(critic=4, width=8)), tmp_path, Scenery(), machine)
