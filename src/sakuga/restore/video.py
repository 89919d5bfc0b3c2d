"""Restore one video."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sakuga.engine.video import Hands, VideoOutcome, redraw_video
from sakuga.media.codecs import Encoding
from sakuga.media.events import OnCount, ignore
from sakuga.restore.treatment import Treatment

if TYPE_CHECKING:
    from collections.abc import Callable

    from sakuga.engine.frame_engine import FrameEngine

_USUAL = Treatment()


def restore_video(
    engine: FrameEngine,
    source: Path,
    destination: Path,
    encoding: Encoding,
    *,
    treatment: Treatment = _USUAL,
    hands: Hands | None = None,
    on_count: OnCount = ignore,
    on_note: Callable[[str], None] = lambda _: None,
) -> VideoOutcome:
    """Restore the video `source` into `destination`, with the usual treatment; see `engine.video`."""
    return redraw_video(
        engine,
        source,
        destination,
        encoding,
        treatment=treatment,
        hands=hands,
        on_count=on_count,
        on_note=on_note,
    )
