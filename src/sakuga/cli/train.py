"""`sakuga train`: follow a recipe. `sakuga export`: make a model of what was learned."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from sakuga.cli import output
from sakuga.cli.exits import UsageError

if TYPE_CHECKING:
    from sakuga.train.cost import Cost
    from sakuga.train.events import Event
    from sakuga.train.recipe import Recipe

SHEET = "dry-run.png"


def train(
    recipe: Path,
    /,
    *,
    out: Path = Path("trained"),
    set: Annotated[list[str] | None, Parameter(negative="")] = None,  # noqa: A002
    device: Literal["auto", "cpu"] = "auto",
    dry_run: Annotated[bool, Parameter(negative="", show_default=False)] = False,
) -> None:
    """Train a network by a recipe; the same command goes on where it was stopped.

    Parameters
    ----------
    recipe
        A TOML file, such as those in recipes/.
    out
        Folder for checkpoints, curves and pictures.
    set
        Change a value of the recipe, as key=value, such as schedule.steps=500; may be given often.
    device
        auto takes a GPU where there is one.
    dry_run
        Learn nothing: write dry-run.png, which shows what the network will see, and tell what the run will
        take in time and memory.
    """
    demand()
    from sakuga.errors import InputError
    from sakuga.train.recipe import read
    from sakuga.train.run import train

    try:
        told = read(recipe, set or [])
    except InputError as error:
        raise UsageError(str(error)) from None
    if dry_run:
        _rehearse(told, out, device)
        return
    path = train(told, out, device=device, on_event=show)
    output.say(f"{path}: `sakuga export {path} --out {told.name}.safetensors` makes a model of it.")


def export(checkpoint: Path, /, *, out: Path, half: bool = False) -> None:
    """Make a model of a checkpoint, which `--model` of `sakuga restore` or `sakuga stylize` takes.

    Parameters
    ----------
    checkpoint
        What `sakuga train` wrote.
    out
        A file that ends in .safetensors or .onnx. Where an adapter has learned, a .safetensors holds that
        alone, for `sakuga stylize --adapter`.
    half
        Keep weights as 16 bits, in a file half as large.
    """
    demand()
    from sakuga.train.export import export

    spec = export(checkpoint, out, half=half)
    output.say(f"{out}: {spec.network}, {spec.scale}x.")


def _rehearse(recipe: Recipe, out: Path, device: str) -> None:
    from sakuga.cli.words import counted
    from sakuga.media.plain import write_rgb
    from sakuga.train.rehearsal import rehearse

    made = rehearse(recipe, device=device, on_event=show)
    write_rgb(out / SHEET, made.sheet)
    samples = counted(made.samples, "sample")
    output.say(f"{out / SHEET}: what the network will see first; an epoch has {samples}.")
    for line in _costs(made.cost, recipe):
        output.say(line)


def _costs(cost: Cost, recipe: Recipe) -> Iterator[str]:
    from sakuga.cli.words import counted

    steps, workers = recipe.schedule.steps, recipe.data.workers
    yield (
        f"A step: {cost.computing:.3g} s of computing; its data {cost.data:.3g} s with"
        f" {counted(workers, 'worker')}; together {cost.step:.3g} s, {cost.waiting:.0%} of it waiting."
    )
    if cost.validation:
        yield f"A validation: {cost.validation:.3g} s, every {recipe.run.validate_every} steps."
    yield f"{counted(steps, 'step')}: {cost.hours:.3g} h."
    parts = [f"{cost.memory / 1e9:.2f} GB here"]
    parts += [f"{cost.workers / workers / 1e9:.2f} GB in each worker"] if workers else []
    parts += [f"{cost.device / 1e9:.2f} GB on the GPU"] if cost.device is not None else []
    yield f"Memory: {', '.join(parts)}."


def demand() -> None:
    """Raises UsageError where what training needs is not installed."""
    import importlib.util

    if importlib.util.find_spec("accelerate") is None:
        raise UsageError('Training needs more packages: python -m pip install "sakuga[train]".')


def show(event: Event) -> None:
    """A line for each event."""
    from sakuga.train.events import Began, Noted, Saved, Stepped, Validated

    match event:
        case Began():
            output.note(
                f"{event.parameters:,} parameters on {event.device}, steps {event.step} to {event.steps}."
            )
        case Noted():
            output.note(event.sentence)
        case Stepped():
            losses = ", ".join(f"{name} {value:.4g}" for name, value in event.losses.items())
            speed = f"{event.samples:.1f} samples/s, {event.waiting:.0%} waiting"
            output.note(f"step {event.step}: {losses}; rate {event.rate:.2g}; {speed}")
        case Validated():
            output.note(f"step {event.step}: " + ", ".join(f"{n} {v:.3f}" for n, v in event.values.items()))
        case Saved():
            output.note(f"saved: {event.path}")
