"""The frames that one step sees: a true window, clamped at the ends of every shot."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sakuga.media.frames import Pixels


@dataclass(frozen=True, slots=True)
class Step:
    frames: tuple[Pixels, ...]
    """The window: (current,), or (previous, current, next)."""
    fresh: bool
    """Whether a shot begins here, so that no state may be carried into it."""


def steps(
    frames: Iterable[Pixels], window: int, starts_shot: Callable[[Pixels], bool] | None
) -> Iterator[Step]:
    """One step per frame, in order, looking at most one frame ahead; no cuts where nothing finds them.

    At a cut both the state and the window end: measured on AnimeSR v2, a window that reaches over a cut harms
    the last frame before it as much as the first after it.
    """
    if window == 1:
        yield from (Step((frame,), starts_shot is not None and starts_shot(frame)) for frame in frames)
        return
    previous: Pixels | None = None
    current: Pixels | None = None
    for following in frames:
        cut = starts_shot is not None and starts_shot(following)
        if current is not None:
            yield _step(previous, current, None if cut else following)
            previous = None if cut else current
        current = following
    if current is not None:
        yield _step(previous, current, None)


def _step(previous: Pixels | None, current: Pixels, following: Pixels | None) -> Step:
    window = (
        current if previous is None else previous,
        current,
        current if following is None else following,
    )
    return Step(window, previous is None)
