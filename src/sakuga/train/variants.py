"""The variants of an ablation: what each changes in one base, read from a TOML file."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from sakuga.errors import InputError
from sakuga.train import recipe as recipes
from sakuga.train.recipe import Recipe

FOLDER = "ablate"
"""Of shipped tables, beside the recipes."""
SETS = "{sets}"
"""In a change or a command: the folder that the user keeps sets of pictures in."""

_RULES = ConfigDict(extra="forbid", strict=True)


@dataclass(frozen=True, slots=True, kw_only=True, config=_RULES)
class Variant:
    """One row."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    """Of its folder."""
    label: str
    set: tuple[str, ...] = ()
    """Changes to every stage, as --set takes them."""
    last: tuple[str, ...] = ()
    """Changes to the last stage only."""
    make: str = ""
    """How the pictures that it learns from are made."""
    note: str = ""
    """A sentence on what stands in for the paper's own."""
    paper: Mapping[str, float] = field(default_factory=dict[str, float])
    """What the paper found, at its size and on its clips."""

    def recipes(self, stages: Sequence[Path], changes: Sequence[str], sets: Path | None) -> list[Recipe]:
        """The base's stages with the user's changes, then with its own. Raises InputError."""
        made: list[Recipe] = []
        for number, path in enumerate(stages, start=1):
            own = [*self.set, *(self.last if number == len(stages) else ())]
            told = recipes.read(path, [*changes, *(self._placed(each, sets) for each in own)])
            made.append(replace(told, data=replace(told.data, validation="")))
        self._demand_set(made[0], sets)
        return made

    def _placed(self, change: str, sets: Path | None) -> str:
        if SETS in change and sets is None:
            raise InputError(f"{self.label} learns from a set of its own: --sets FOLDER; in it, {self.make}.")
        return change.replace(SETS, str(sets))

    def _demand_set(self, told: Recipe, sets: Path | None) -> None:
        own = any(change.startswith(("data.manifest", "data.preset")) for change in self.set)
        if own and told.data.prepared:
            raise InputError(
                f"{self.label} differs in pictures or their degradation, and data.prepared has both already;"
                " use data.manifest."
            )
        if self.make and not Path(told.data.manifest).exists():
            make = self.make.replace(SETS, str(sets))
            raise InputError(f"{self.label}: there is no {told.data.manifest}; to have it, {make}.")


@dataclass(frozen=True, slots=True, kw_only=True, config=_RULES)
class Table:
    """An ablation."""

    title: str
    source: str
    held: tuple[str, ...]
    """Presets by which held-out pictures are degraded; results are judged on each."""
    variant: tuple[Variant, ...]

    def only(self, names: Sequence[str]) -> Table:
        """Without the other variants. Raises InputError for a name that there is not."""
        known = [each.name for each in self.variant]
        for name in names:
            if name not in known:
                raise InputError(f"There is no variant {name}; there are {', '.join(known)}.")
        return replace(self, variant=tuple(each for each in self.variant if each.name in names))


_ADAPTER = TypeAdapter(Table)


def read(name: str, base: Path) -> Table:
    """The table in the TOML file `name`, or the one of that name beside the recipe `base`.

    Raises InputError, naming the file.
    """
    path = Path(name) if name.endswith(".toml") else base.parent / FOLDER / f"{name}.toml"
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        return _ADAPTER.validate_json(json.dumps(told, default=str))
    except OSError as error:
        known = ", ".join(sorted(other.stem for other in path.parent.glob("*.toml")))
        hint = f" There are {known}." if known else ""
        raise InputError(f"--table {name}: {path} could not be read: {error.strerror}.{hint}") from error
    except ValidationError as error:
        first = cast("Any", error.errors()[0])
        raise InputError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}.") from error
    except ValueError as error:
        raise InputError(f"{path} is no TOML: {error}.") from error
