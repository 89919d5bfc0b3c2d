"""`sakuga inspect`: measure one file, and suggest how to restore it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from sakuga.cli import output

if TYPE_CHECKING:
    from sakuga.restore.advice import Advice
    from sakuga.restore.estimate import Estimate
    from sakuga.restore.inspection import Look


def inspect(
    file: Path,
    /,
    *,
    model: str | None = None,
    device: str = "auto",
    quick: Annotated[bool, Parameter(negative="", show_default=False)] = False,
    json: Annotated[bool, Parameter(negative="", show_default=False)] = False,
) -> None:
    """Measure a picture or video, and suggest a command with its time and size.

    Parameters
    ----------
    file
        A picture or a video.
    model
        The model to reckon with; without it the one that `sakuga restore` takes.
    device
        As for `sakuga restore`.
    quick
        Measure only; run no network, so tell no time and size.
    json
        All as one JSON object on stdout.
    """
    from sakuga.restore.advice import advise, hastened
    from sakuga.restore.inspection import inspect

    look = inspect(file)
    advice = advise(look.found, model)
    cost, why = (None, "") if quick else _cost(look, advice, device)
    if cost:
        advice = hastened(advice, look.found, cost)
    if json:
        output.say(_json(look, advice, cost, why))
        return
    from sakuga.cli.findings import lines

    for line in lines(look.found, advice, cost, why):
        output.say(line)


def _cost(look: Look, advice: Advice, device: str) -> tuple[Estimate | None, str]:
    """The estimate, or the sentence that says why there is none."""
    from sakuga.errors import SakugaError
    from sakuga.media.codecs import Encoding
    from sakuga.restore.estimate import estimate
    from sakuga.restore.opening import open_engine
    from sakuga.restore.settings import RestoreSettings

    encoding = Encoding(codec=advice.codec)
    settings = RestoreSettings(model=advice.model, device=device, scale=advice.scale, encoding=encoding)
    try:
        return estimate(open_engine(settings), look, encoding), ""
    except SakugaError as error:
        return None, str(error)


def _json(look: Look, advice: Advice, cost: Estimate | None, why: str) -> str:
    from dataclasses import asdict
    from json import dumps

    told: dict[str, Any] = {"file": asdict(look.found), "advice": asdict(advice)}
    told["estimate"] = asdict(cost) if cost else None
    return dumps(told | ({"no_estimate": why} if why else {}), default=str)
