"""`sakuga evaluate`: measure results, alone or against originals, into a table with intervals."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from sakuga.cli import output
from sakuga.cli.exits import Exit, UsageError

if TYPE_CHECKING:
    from sakuga.evaluate.evaluation import Evaluation
    from sakuga.evaluate.summary import Summary

ProtocolName = Literal["plain", "frames", "animesr", "avc-reallq"]


def evaluate(
    folder: Path,
    /,
    *,
    reference: Path | None = None,
    metrics: str = "niqe",
    protocol: ProtocolName = "plain",
    crop_border: int = 0,
    model: str | None = None,
    json: Path | None = None,
    csv: Path | None = None,
    latex: Path | None = None,
) -> Exit:
    """Measure pictures and videos: mean and 95 % interval of each measure.

    Parameters
    ----------
    folder
        Results: a folder (with all that is in it) or one file.
    reference
        Originals of the same size, or sources of the same or a smaller one: a folder or one file. They are
        paired by name. For fid and kid, a folder of pictures that look as results should.
    metrics
        Measures, with commas between them.
    protocol
        What a clip is, which of its frames are looked at, and what the mean is of.
    crop_border
        Pixels to leave out on each side.
    model
        What made the results: a name that `sakuga models list` shows, or a file of weights. Its sha256 goes
        into each row.
    json
        File for all values, with everything that they depend on.
    csv
        File for one line a value, for spreadsheets.
    latex
        File for the table as a paper has it, ending in .tex.
    """
    _check({"--json": (json, ".json"), "--csv": (csv, ".csv"), "--latex": (latex, ".tex")})

    from sakuga.errors import InputError
    from sakuga.evaluate import tables
    from sakuga.evaluate.evaluation import Asked
    from sakuga.evaluate.evaluation import evaluate as measured

    names = tuple(dict.fromkeys(name.strip() for name in metrics.split(",") if name.strip()))
    try:
        asked = Asked(names, protocol, crop_border, model)
        made = measured(folder, reference, asked, _tell)
    except InputError as error:
        raise UsageError(str(error)) from None
    _show(made)
    for path in (json, csv, latex):
        if path is not None:
            tables.write(path, made)
            output.note(f"written: {path}")
    return Exit.FAILED if made.problems else Exit.OK


def _check(files: dict[str, tuple[Path | None, str]]) -> None:
    for flag, (path, suffix) in files.items():
        if path is not None and path.suffix.lower() != suffix:
            raise UsageError(f"{flag} {path}: the file ends in {suffix}.")


def _tell(number: int, count: int, name: str) -> None:
    output.note(f"[{number}/{count}] {name}")


def _show(made: Evaluation) -> None:
    import io

    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from sakuga.metrics.table import MEASURES

    table = Table("measure", "better", "mean", "95 % interval", "values", "unit", box=SIMPLE_HEAD)
    for name, told in made.summaries.items():
        cells = name, MEASURES[name].better, _number(told.mean), _interval(told), str(told.count)
        table.add_row(*map(Text, (*cells, MEASURES[name].unit)))
    text = io.StringIO()
    Console(file=text, width=100).print(table)
    output.say("\n".join(line.rstrip() for line in text.getvalue().strip("\n").splitlines()))
    for note in made.notes:
        output.note(f"note: {note}")
    for problem in made.problems:
        output.complain(problem)


def _interval(told: Summary) -> str:
    if told.low is None or told.high is None:
        return "-"
    return f"{_number(told.low)} to {_number(told.high)}"


def _number(value: float) -> str:
    return "-" if value != value else f"{value:.4f}"
