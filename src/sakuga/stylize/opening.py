"""The engine that settings ask for, its weights fetched where they are not here yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sakuga.errors import ModelError
from sakuga.media.events import Fetching, OnEvent, Warned, ignore
from sakuga.models.catalog import SCENE
from sakuga.stylize.settings import StylizeSettings

if TYPE_CHECKING:
    from sakuga.engine.frame_engine import FrameEngine
    from sakuga.models.spec import ModelSpec

OpenEngine = Callable[[StylizeSettings, OnEvent], "FrameEngine"]


def open_engine(settings: StylizeSettings, on_event: OnEvent = ignore) -> FrameEngine:
    """An engine whose clips are single shots; `on_event` hears of what is fetched, and of its licence.

    Raises ModelError for a model that is none to stylize with or that --adapter is not for, and as
    `engine.open_engine`. A licence that forbids commercial use is told each time.
    """
    from sakuga.engine.engine import open_engine
    from sakuga.models.load import demand_torch, load

    def fetching(what: str, done: int, total: int | None) -> None:
        on_event(Fetching(what, done, total))

    model = load(settings.model, fetching)
    _demand_style(model.spec)
    if settings.adapter is not None:
        demand_torch(settings.adapter)
        from sakuga.models.adapter import adapted

        model = adapted(model, settings.adapter)
    if "non-commercial" in model.spec.licence:
        on_event(Warned(f"{model.spec.name}: {model.spec.licence}."))
    return open_engine(
        model,
        device=settings.device,
        precision=settings.precision,
        tile=settings.tile,
        color_lock=False,
        reuse="off",
        cuts=False,
    )


def _demand_style(spec: ModelSpec) -> None:
    """Files of unknown networks are tried where they keep the size."""
    if spec.purpose == "stylize" or (spec.network == "onnx" and spec.scale == 1):
        return
    raise ModelError(
        f"--model {spec.name} is for `sakuga restore`: it keeps what a picture looks like. To stylize, "
        f"choose {SCENE} or a network of its kind."
    )
