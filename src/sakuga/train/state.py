"""Everything that a run must remember to go on as if nothing had happened: one file, whole or not there."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from torch import nn

from sakuga.errors import InputError
from sakuga.media.atomic import replacing
from sakuga.train import recipe as recipes
from sakuga.train.machine import Machine
from sakuga.train.recipe import Recipe
from sakuga.train.teacher import Teacher

FORM = 1
"""Of the file; a checkpoint of another form is refused."""
SUFFIX = ".sakuga-train"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A run after `step` steps."""

    step: int
    recipe: Recipe
    content: dict[str, Any]


def capture(trainer: Teacher, machine: Machine, recipe: Recipe, step: int) -> dict[str, Any]:
    """Weights, average, optimisers, chance, recipe and position after `step` steps, as plain values."""
    content: dict[str, Any] = {
        "form": FORM,
        "step": step,
        "recipe": recipes.to_json(recipe),
        "slowdown": trainer.slowdown,
        "chance": torch.get_rng_state(),
        "chance_of_device": _device_chance(machine),
        "scaler": None if machine.scaler is None else machine.scaler.state_dict(),
    }
    return content | {name: _state(part, machine) for name, part in trainer.parts.items()}


def write(path: Path, content: dict[str, Any]) -> None:
    """Write a captured state; raises OutputError."""
    with replacing(path) as partial:
        torch.save(content, partial)


def read(path: Path) -> Checkpoint:
    """Read a checkpoint. Raises InputError, naming the file, where it is none or damaged."""
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
        form, step, text = content["form"], content["step"], content["recipe"]
    except FileNotFoundError as error:
        raise InputError(f"There is no checkpoint {path}.") from error
    except Exception as error:  # torch's failures on foreign bytes have no common base
        raise InputError(f"{path} could not be read as a checkpoint; is it one, and whole?") from error
    if form != FORM:
        raise InputError(f"{path} is a checkpoint of form {form}; this sakuga reads form {FORM}.")
    return Checkpoint(step, recipes.from_json(text, str(path)), content)


def restore(content: dict[str, Any], trainer: Teacher, machine: Machine) -> None:
    """Bring `trainer`, and all chance, to where `content` was captured."""
    for name, part in trainer.parts.items():
        _load(part, content[name], machine)
    trainer.slowdown = content["slowdown"]
    torch.set_rng_state(content["chance"])
    if content["chance_of_device"] is not None and machine.device.type == "cuda":
        torch.cuda.set_rng_state(content["chance_of_device"], machine.device)
    if content["scaler"] is not None and machine.scaler is not None:
        machine.scaler.load_state_dict(content["scaler"])


def copied(content: dict[str, Any]) -> dict[str, Any]:
    """The same with tensors of its own, which learning goes on without."""
    buffer = io.BytesIO()
    torch.save(content, buffer)
    buffer.seek(0)
    return torch.load(buffer, map_location="cpu", weights_only=True)


def _state(part: Any, machine: Machine) -> Any:  # noqa: ANN401
    return machine.bare(part).state_dict() if isinstance(part, nn.Module) else part.state_dict()


def _load(part: Any, state: Any, machine: Machine) -> None:  # noqa: ANN401
    (machine.bare(part) if isinstance(part, nn.Module) else part).load_state_dict(state)


def _device_chance(machine: Machine) -> Any:  # noqa: ANN401
    if machine.device.type != "cuda":
        return None
    return cast("Any", torch.cuda).get_rng_state(machine.device)
