"""The engine that settings ask for, its weights fetched where they are not here yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sakuga.errors import ModelError
from sakuga.media.events import Fetching, OnEvent, ignore
from sakuga.restore.settings import RestoreSettings

if TYPE_CHECKING:
    from sakuga.engine.frame_engine import FrameEngine

OpenEngine = Callable[[RestoreSettings, OnEvent], "FrameEngine"]


def open_engine(settings: RestoreSettings, on_event: OnEvent = ignore) -> FrameEngine:
    """Of settings that name their model; `on_event` hears of what is fetched.

    Raises ModelError, WeightsError, DeviceError or InputError.
    """
    from sakuga.engine.engine import open_engine
    from sakuga.models.load import load

    def fetching(what: str, done: int, total: int | None) -> None:
        on_event(Fetching(what, done, total))

    assert settings.model is not None, "a model is chosen for a kind of source before it is opened"
    model = load(settings.model, fetching)
    if model.spec.purpose != "restore":
        raise ModelError(f"--model {settings.model} makes other pictures of photos: use `sakuga stylize`.")
    return open_engine(
        model,
        device=settings.device,
        precision=settings.precision,
        tile=settings.tile,
        scale=settings.scale,
        color_lock=settings.color_lock,
        reuse=settings.reuse,
        workers=settings.workers or 1,
    )
