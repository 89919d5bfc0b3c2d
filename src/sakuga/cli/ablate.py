"""`sakuga ablate`: variants of one recipe, trained and judged alike, as a table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from sakuga.cli import output
from sakuga.cli.exits import UsageError
from sakuga.cli.train import demand, show


def ablate(
    *recipes: Path,
    table: str,
    out: Path = Path("ablated"),
    set: Annotated[list[str] | None, Parameter(negative="")] = None,  # noqa: A002
    sets: Path | None = None,
    only: str | None = None,
    device: Literal["auto", "cpu"] = "auto",
) -> None:
    """Train variants of a recipe in turn and compare them; the same command goes on where it was stopped.

    Parameters
    ----------
    recipes
        One recipe, or one for each stage: every stage begins with what the one before has learned.
    table
        data, degradation or losses, as beside the recipe in ablate/, or a TOML file of that form.
    out
        Folder for the variants, and for the table as Markdown, CSV and JSON.
    set
        Change a value in all stages of all variants, as key=value, such as schedule.steps=500; may be given
        often. data.validation is what they are judged on.
    sets
        Folder with a set of pictures for each variant, for tables that compare sets.
    only
        Names of variants, with commas between them.
    device
        auto takes a GPU where there is one.
    """
    demand()
    if not recipes:
        raise UsageError("Name at least one recipe, such as recipes/apisr-grl-1.toml.")
    from sakuga.errors import InputError
    from sakuga.train import findings, variants
    from sakuga.train.ablation import ablate

    try:
        told = variants.read(table, recipes[0])
        told = told.only([name.strip() for name in only.split(",")]) if only else told
        made = ablate(recipes, told, out, changes=set or [], sets=sets, device=device, on_event=show)
    except InputError as error:
        raise UsageError(str(error)) from None
    output.say(findings.markdown(made).rstrip())
    for path in findings.write(out, made):
        output.note(f"written: {path}")
