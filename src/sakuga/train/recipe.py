"""A recipe: everything that decides what a training run learns, read from one TOML file.

Every field has a default or must be given; what is unknown or cannot be is refused with a sentence.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, cast, get_type_hints

from pydantic import Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from sakuga.errors import InputError
from sakuga.train.adaptation import Adaptation
from sakuga.train.aims import Translation
from sakuga.train.rules import RULES, Arithmetic, Count, Option, Weight


@dataclass(frozen=True, slots=True, kw_only=True, config=RULES)
class Network:
    """What learns."""

    network: Literal["grl", "rrdb", "compact", "dat", "animesr", "lbo", "translator", "stylegan2"]
    scale: Annotated[int, Field(ge=1)] = 4
    """Output side / input side; of lbo, which makes pictures smaller, input side / output side."""
    options: Mapping[str, Option] = field(default_factory=dict[str, Option])
    """Hyper-parameters, passed to the network's builder by name."""
    start: str = ""
    """A file of weights to begin with, such as stage 1's export; empty for none."""
    learns: Literal["all", "adapter"] = "all"
    """All weights, or only the scales and shifts that a translator gets beside those of `start`."""

    @property
    def built(self) -> Mapping[str, Option]:
        """The options that the network is built with."""
        return {**self.options, "adapted": True} if self.learns == "adapter" else self.options

    def without_start(self) -> Network:
        """The same from scratch."""
        return replace(self, start="")


@dataclass(frozen=True, slots=True, kw_only=True, config=RULES)
class Data:
    """What it learns from."""

    kind: Literal["pictures", "clips", "frames", "scenes", "stylegan"] = "pictures"
    """Pictures, clips of consecutive frames, frames and their LQ that are there already (for lbo), or photos
    and drawings (for translator); or drawings alone (for stylegan2)."""
    manifest: str = ""
    """A manifest.jsonl, or a folder of pictures, degraded on the fly; of frames the folder of pairs."""
    prepared: str = ""
    """A folder that `sakuga prepare` made, instead of a manifest."""
    photos: str = ""
    """With scenes: a manifest.jsonl or folder of photos."""
    drawings: str = ""
    """With scenes: a manifest.jsonl or folder of drawings, of other things."""
    pairs: str = ""
    """With scenes: a folder with `photo` and `anime`, which hold the same names; empty for none."""
    zoom: Annotated[float, Field(ge=1)] = 1.0
    """With scenes: a patch is a square of a picture, as large as fits or down to 1/zoom of that."""
    preset: str = "apisr"
    """The degradation, by its name."""
    operators: tuple[str, ...] = ()
    """Files of learnable operators; each sample draws one of them for its whole clip."""
    target: Literal["pseudo_gt", "gt", "sharpened", "teacher"] = "pseudo_gt"
    """What results are compared with: pseudo-GT, GT, GT sharpened as AnimeSR's first step does, or what
    another network made of LQ (`sakuga prepare --teacher`)."""
    real: Literal["gt", "pseudo_gt", "teacher"] = "gt"
    """What a critic takes for real."""
    crop: Count = 256
    """Side of a GT patch; with frames that of a pseudo-HR patch."""
    crops: Count = 1
    """Patches cut out of one picture."""
    frames: Count = 1
    """Frames of a clip; the gradient goes back through all of them."""
    batch: Count = 32
    """Patches of one step, over all processes."""
    workers: Annotated[int, Field(ge=0)] = 4
    """Processes that prepare patches, for each process that learns."""
    validation: str = ""
    """A manifest.jsonl or folder that is held out; empty for no validation."""

    @property
    def target_part(self) -> str:
        """Of a sample, what results are compared with."""
        return self.target if self.target in ("gt", "teacher") else "pseudo_gt"


@dataclass(frozen=True, slots=True, kw_only=True, config=RULES)
class Losses:
    """What it is told to be sorry for."""

    pixel: Literal["l1", "charbonnier", "l2", "l1+l2"] = "l1"
    pixel_weight: Weight = 1.0
    perceptual: Mapping[str, Weight] = field(default_factory=dict[str, Weight])
    """Name in models.features.FEATURES -> weight; two of them make the twin loss."""
    detached: tuple[str, ...] = ()
    """Those of them without a gradient, as in the released APISR."""
    unbalanced: tuple[str, ...] = ()
    """Those of them whose layers weigh as those of VGG-19 do, before APISR balances them."""
    window: Annotated[int, Field(ge=0)] = 0
    """Side of the square that perceptual losses and critic look at, elsewhere in each step, 0 for all. It
    costs less, and the strides of their networks cannot become a grid in what a network with a pixel shuffle
    draws."""
    grid: Weight = 0.0
    """Of what repeats every four pixels, which perceptual losses make and do not see."""
    critic: Literal["", "patch", "multi-scale", "unet", "scene", "stylegan2"] = ""
    """Empty for no adversary."""
    game: Literal["lsgan", "vanilla"] = "lsgan"
    adversarial_weight: Weight = 0.2


@dataclass(frozen=True, slots=True, kw_only=True, config=RULES)
class Schedule:
    """How it learns: Adam, whose rate is halved now and then."""

    steps: Count
    rate: Annotated[float, Field(gt=0)]
    critic_rate: Weight = 0.0
    """0 for the same as `rate`."""
    betas: tuple[float, float] = (0.9, 0.99)
    halve_every: Annotated[int, Field(ge=0)] = 0
    """Steps; 0 for never."""
    epochs: Annotated[int, Field(ge=0)] = 0
    """Equal parts of all steps, from one to the next of which rate and weights can change; 0 for none."""
    steady: Annotated[int, Field(ge=0)] = 0
    """Epochs before the rate falls, in a line that ends at 0 after the last epoch; 0 for no fall."""
    ema: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Decay of the running average of the weights, which is then what is exported; 0 for none."""
    clip: Weight = 0.0
    """Largest norm of the network's gradient; 0 for any."""

    def share(self, step: int) -> float:
        """Of the first rate, what holds at `step`, which counts from 0."""
        halved = 0.5 ** (step // self.halve_every) if self.halve_every else 1.0
        return halved * self._fallen(self.epoch(step))

    def epoch(self, step: int) -> int:
        """That `step` is in, counted from 1; what goes on past the last step is in the last epoch."""
        return min(1 + step * self.epochs // self.steps, max(1, self.epochs))

    def _fallen(self, epoch: int) -> float:
        """As CUT's: n falling epochs have 1 - 1/(n + 1), 1 - 2/(n + 1), ..."""
        falling = self.epochs - self.steady
        return 1 - max(0, epoch - self.steady) / (falling + 1) if self.steady and falling > 0 else 1.0


@dataclass(frozen=True, slots=True, kw_only=True, config=RULES)
class Run:
    """How it is run; of these, only seed and precision change what is learned."""

    seed: Annotated[int, Field(ge=0)] = 0
    precision: Arithmetic = "fp32"
    """Of the arithmetic in forward and backward passes; weights stay fp32."""
    compile: bool = False
    """Whether torch.compile is given the network."""
    channels_last: bool = False
    """Whether a network of pictures or clips keeps the channels of a pixel together: on a CPU convolutions
    then learn faster."""
    log_every: Count = 100
    validate_every: Count = 5000
    save_every: Count = 5000


@dataclass(frozen=True, slots=True, kw_only=True, config=RULES)
class Recipe:
    """One stage of training."""

    name: str
    model: Network
    data: Data
    losses: Losses = field(default_factory=Losses)
    translation: Translation = field(default_factory=Translation)
    """With scenes."""
    adaptation: Adaptation = field(default_factory=Adaptation)
    """With stylegan."""
    schedule: Schedule
    run: Run = field(default_factory=Run)
    licence: str = "unknown"
    """Of the weights that come out."""
    credit: str = ""
    note: str = ""
    """One sentence on what the model is for."""


_ADAPTER = TypeAdapter(Recipe)


def read(path: Path, changes: Sequence[str] = ()) -> Recipe:
    """The recipe in the TOML file `path`, with `changes` such as `schedule.steps=500` made to it.

    Paths inside it are taken as they stand. Raises InputError, naming the file or the change.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path} could not be read: {error.strerror}.") from error
    except ValueError as error:
        raise InputError(f"{path} is no TOML: {error}.") from error
    for change in changes:
        _change(table, change)
    return from_json(json.dumps(table, default=str), str(path))


def to_json(recipe: Recipe) -> str:
    """All of it, as checkpoints keep it."""
    return _ADAPTER.dump_json(recipe).decode()


def from_json(text: str, where: str) -> Recipe:
    """The recipe that `text` spells; `where` names its origin. Raises InputError."""
    try:
        return _ADAPTER.validate_json(text)
    except ValidationError as error:
        raise InputError(f"{where}: {_sentence(cast('Any', error.errors()[0]))}") from error


def _change(table: dict[str, Any], change: str) -> None:
    key, equals, value = change.partition("=")
    if not equals or not key.strip():
        raise InputError(f"--set {change}: write it as key=value, such as schedule.steps=500.")
    *parents, last = key.strip().split(".")
    for parent in parents:
        inner = table.setdefault(parent, {})
        if not isinstance(inner, dict):
            raise InputError(f"--set {change}: {parent} is a value, not a table.")
        table = cast("dict[str, Any]", inner)
    table[last] = _value(value.strip())


def _value(text: str) -> object:
    """As TOML would read it; what it would not read is text."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except ValueError:
        return text


def _sentence(error: Mapping[str, Any]) -> str:
    """One complaint of pydantic's, with what would have been right."""
    place = ".".join(map(str, error["loc"]))
    if error["type"] != "unexpected_keyword_argument":
        said = str(error["msg"]).removeprefix("Input should be ")
        missing = error["type"].startswith("missing")
        return f"{place} is missing." if missing else f"{place} is {error['input']!r}; it should be {said}."
    part = list(get_type_hints(_part(error["loc"][:-1])))
    near = get_close_matches(str(error["loc"][-1]), part, 1)
    right = ".".join([*map(str, error["loc"][:-1]), *near])
    hint = f"did you mean {right}? There are" if near else "there are"
    return f"there is no {place}; {hint} {', '.join(part)}."


def _part(place: Sequence[str | int]) -> type:
    """The class that stands at `place` in a recipe."""
    part: type = Recipe
    for name in place:
        part = get_type_hints(part)[str(name)]
    return part
