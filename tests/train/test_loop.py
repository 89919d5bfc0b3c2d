"""The loop: steps as a plain restatement makes them, resuming to the bit, and what no number does to it."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch.nn import functional as F

from learned import Squares, recipe
from sakuga.errors import InputError, SakugaError
from sakuga.losses.grid import grid_loss
from sakuga.losses.perceptual import Perceptual
from sakuga.models.features import FEATURES
from sakuga.train import networks, state
from sakuga.train.events import Noted, Saved, Stepped
from sakuga.train.loop import NEWEST, Loop
from sakuga.train.machine import Machine
from sakuga.train.order import Order
from sakuga.train.trainer import Trainer

GAN = {"critic": "patch", "game": "lsgan", "adversarial_weight": 0.2}


@pytest.fixture(scope="module")
def machine():
    return Machine(device="cpu")


def weights(loop):
    return {name: tensor.clone() for name, tensor in loop.trainer.learned.state_dict().items()}


def batch(side=8, scale=4, real=True):
    torch.manual_seed(9)
    lq = torch.rand(2, 3, side, side)
    target = F.interpolate(lq, scale_factor=float(scale))
    return {"lq": lq, "target": 0.9 * target, "real": 0.8 * target}


def test_steps_without_a_critic_are_plain_adam(machine):
    told = recipe(schedule={"halve_every": 2, "clip": 0.5, "ema": 0.9})
    torch.manual_seed(4)
    trainer = Trainer(told, machine)
    torch.manual_seed(4)
    plain = networks.build(told.model)
    average = {name: value.clone() for name, value in plain.state_dict().items()}
    optimiser = torch.optim.Adam(plain.parameters(), lr=1e-3, betas=(0.9, 0.99))
    data = batch()
    for step in range(4):
        taught = trainer.step(data, step)
        for group in optimiser.param_groups:
            group["lr"] = 1e-3 if step < 2 else 5e-4
        optimiser.zero_grad()
        loss = (plain(data["lq"]) - data["target"]).abs().mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(plain.parameters(), 0.5)
        optimiser.step()
        for name, value in plain.state_dict().items():
            average[name] = 0.9 * average[name] + 0.1 * value
        assert float(taught.losses["total"]) == pytest.approx(loss.item(), rel=1e-6)
    for name, value in plain.state_dict().items():
        torch.testing.assert_close(trainer.network.state_dict()[name], value)
        torch.testing.assert_close(trainer.learned.state_dict()[name], average[name])


def all_of(pictures, _step):
    return pictures


def through_a_window(pictures, step):
    """A square of 40 of 64 pixels."""
    top, left = [(18, 14), (12, 3)][step]
    return pictures[..., top : top + 40, left : left + 40]


@pytest.mark.parametrize(("side", "seen"), [(0, all_of), (40, through_a_window)])
def test_steps_with_a_critic_are_plain_turns(machine, side, seen):
    """Network first, against a critic at rest; then the critic, which takes GT for real and not pseudo-GT."""
    losses = GAN | {"perceptual": {"vgg19-imagenet": 0.5}, "window": side}
    told = recipe(losses=losses, schedule={"critic_rate": 2e-3})
    spec = FEATURES["vgg19-imagenet"]
    torch.manual_seed(1)
    view = Perceptual(spec.build(spec.taps), spec.taps, spec.normal)
    torch.manual_seed(4)
    trainer = Trainer(told, machine, {"vgg19-imagenet": view})
    torch.manual_seed(4)
    plain = networks.build(told.model)
    from sakuga.models.critics import CRITICS

    critic = CRITICS["patch"]()
    by_network = torch.optim.Adam(plain.parameters(), lr=1e-3, betas=(0.9, 0.99))
    by_critic = torch.optim.Adam(critic.parameters(), lr=2e-3, betas=(0.9, 0.99))
    data = batch(16)
    for step in range(2):
        taught = trainer.step(data, step)
        by_network.zero_grad()
        result = plain(data["lq"])
        part, target, real = (seen(each, step) for each in (result, data["target"], data["real"]))
        loss = F.l1_loss(result, data["target"]) + 0.5 * view(part, target)
        loss = loss + 0.2 * (critic(part)[0] - 1).square().mean()
        loss.backward()
        by_network.step()
        by_critic.zero_grad()
        against = (critic(real)[0] - 1).square().mean() + critic(part.detach())[0].square().mean()
        against.backward()
        by_critic.step()
        assert float(taught.losses["total"]) == pytest.approx(loss.item(), rel=1e-5)
        assert float(taught.losses["critic"]) == pytest.approx(against.item(), rel=1e-5)
    for name, value in plain.state_dict().items():
        torch.testing.assert_close(trainer.network.state_dict()[name], value)
    for name, value in critic.state_dict().items():
        torch.testing.assert_close(trainer.critic.state_dict()[name], value)


def test_perceptual_losses_look_through_a_window_elsewhere_in_each_step(machine):
    """The same of result and target, and the pixel loss still sees everything."""
    seen = []

    class View(torch.nn.Module):
        def forward(self, result, target):
            seen.append((result.detach().clone(), target))
            return 0 * result.mean()

    told = recipe(losses={"perceptual": {"vgg19-imagenet": 0.5}, "window": 12})
    trainer = Trainer(told, machine, {"vgg19-imagenet": View()})
    data = batch()
    for step, (top, left) in enumerate([(15, 11), (10, 2), (5, 14)]):
        with torch.no_grad():
            whole = trainer.network(data["lq"])
        taught = trainer.step(data, step)
        loss = F.l1_loss(whole, data["target"])
        assert float(taught.losses["pixel"]) == pytest.approx(loss.item(), rel=1e-6)
        for part, all_of_it in zip(seen[-1], (whole, data["target"]), strict=True):
            torch.testing.assert_close(part, all_of_it[..., top : top + 12, left : left + 12])


def test_a_grid_is_one_of_the_losses(machine):
    told = recipe(losses={"grid": 3})
    trainer, data = Trainer(told, machine), batch()
    with torch.no_grad():
        whole = trainer.network(data["lq"])
    losses = trainer.step(data, 0).losses
    wanted = 3 * grid_loss(whole, data["target"])
    assert float(losses["grid"]) == pytest.approx(wanted.item(), rel=1e-5)
    assert float(losses["total"]) == pytest.approx(float(losses["pixel"] + losses["grid"]), rel=1e-6)


CHANCY = {"network": "grl", "options": {"depths": (2,), "drop": 0.5}}
"""Its training draws which blocks to leave out."""


@pytest.mark.parametrize(
    "changes",
    [
        {
            "losses": GAN,
            "data": {"crops": 2},
            "schedule": {"ema": 0.9, "steps": 12},
            "run": {"save_every": 3},
        },
        CHANCY | {"schedule": {"steps": 8}, "run": {"save_every": 4}},
    ],
    ids=["with a critic and an average", "with chance"],
)
def test_stopped_and_gone_on_is_the_same_to_the_bit(changes, machine, tmp_path):
    told = recipe(**changes)
    half = told.schedule.steps // 2
    samples = Squares(side=16 if told.losses.critic else 8)
    straight = Loop(told, tmp_path / "straight", samples, machine)
    straight.run()
    Loop(told, tmp_path / "halves", samples, machine).run(until=half)
    torch.manual_seed(99)
    second = Loop(told, tmp_path / "halves", samples, machine)
    assert second.step == half
    second.run()
    assert second.step == straight.step == told.schedule.steps
    one, two = weights(straight), weights(second)
    assert all(torch.equal(one[name], two[name]) for name in one)
    first, again = (state.read(tmp_path / name / NEWEST).content for name in ("straight", "halves"))
    assert str(first["optimiser"]) == str(again["optimiser"])


def test_killed_it_goes_on_from_what_is_whole(tmp_path):
    """-9 in the middle of a step; the same command ends with the weights of a run without a break."""
    script = Path(__file__).with_name("killed.py")
    for _ in range(3):
        subprocess.run([sys.executable, script, tmp_path / "killed", "17"], check=False)
    subprocess.run([sys.executable, script, tmp_path / "killed"], check=True)
    subprocess.run([sys.executable, script, tmp_path / "whole"], check=True)
    one, two = (state.read(tmp_path / name / NEWEST).content["network"] for name in ("killed", "whole"))
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_what_is_no_number_leads_back_and_slower(machine, tmp_path):
    samples, events = Squares(), []
    told = recipe(schedule={"steps": 30})
    order = Order(len(samples), 2, 0)
    samples.poisoned = {order.step(14)[0]}
    loop = Loop(told, tmp_path, samples, machine, on_event=events.append)
    loop.run()
    (note,) = [event.sentence for event in events if isinstance(event, Noted)]
    assert note == "A loss of step 15 is no number: back to step 10, at 0.5 times the recipe's rate."
    assert loop.step == 30
    assert all(torch.isfinite(tensor).all() for tensor in weights(loop).values())
    assert [event.rate for event in events if isinstance(event, Stepped)][-1] == pytest.approx(5e-4)


def test_what_never_becomes_a_number_ends(machine, tmp_path):
    class Sick(Squares):
        def __getitem__(self, number):
            self.poisoned = {number}
            return super().__getitem__(number)

    with pytest.raises(SakugaError, match=r"begin with a lower schedule\.rate than 0\.001"):
        Loop(recipe(), tmp_path, Sick(), machine).run()


def test_events_tell_losses_and_checkpoints(machine, tmp_path):
    events = []
    Loop(
        recipe(losses=GAN, schedule={"steps": 10}),
        tmp_path,
        Squares(side=16),
        machine,
        on_event=events.append,
    ).run()
    stepped = [event for event in events if isinstance(event, Stepped)]
    assert [event.step for event in stepped] == [5, 10]
    assert set(stepped[0].losses) == {"pixel", "adversarial", "total", "critic"}
    assert 0 <= stepped[0].waiting <= 1
    assert [event.step for event in events if isinstance(event, Saved)] == [10]


def test_another_recipe_in_the_same_folder_is_refused(machine, tmp_path):
    samples = Squares()
    Loop(recipe(schedule={"steps": 10}), tmp_path, samples, machine).run()
    with pytest.raises(InputError, match="learned with another losses"):
        Loop(recipe(losses={"pixel": "l2"}), tmp_path, samples, machine)
    Loop(recipe(schedule={"steps": 12}), tmp_path, samples, machine).run()
    (tmp_path / NEWEST).write_bytes(b"half")
    with pytest.raises(InputError, match="could not be read as a checkpoint"):
        Loop(recipe(), tmp_path, samples, machine)


def test_two_processes_learn_what_one_does(tmp_path):
    """The same global batch over gloo: losses within 1e-5."""
    script = Path(__file__).with_name("parallel.py")
    one = subprocess.run([sys.executable, script, "1"], capture_output=True, text=True, check=True).stdout
    two = subprocess.run([sys.executable, script, "2"], capture_output=True, text=True, check=True).stdout
    curves = [[float(value) for value in text.split()] for text in (one, two)]
    assert len(curves[0]) == 10
    assert curves[1] == pytest.approx(curves[0], abs=1e-5)


@pytest.mark.parametrize(("count", "batch", "together"), [(7, 3, 1), (8, 4, 2), (5, 16, 1), (12, 5, 4)])
def test_every_epoch_sees_all_samples_once(count, batch, together):
    order = Order(count, batch, 3, together=together)
    flat = [number for step in range(4 * count) for number in order.step(step)]
    for epoch in range(3):
        assert sorted(flat[epoch * count : (epoch + 1) * count]) == [epoch * count + i for i in range(count)]
    assert flat[:count] != [n - count for n in flat[count : 2 * count]]
    shares = [next(iter(Order(count, batch, 3, 2, p, 2, together))) for p in range(2)]
    assert sorted(shares[0] + shares[1]) == sorted(order.step(2))


def test_a_network_is_compiled_where_the_recipe_says_so(machine):
    for wanted in (False, True):
        trainer = Trainer(recipe(run={"compile": wanted}), machine)
        assert (trainer.network._compiled_call_impl is not None) is wanted
