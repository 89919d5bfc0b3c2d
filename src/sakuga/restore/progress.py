"""How far one video is, frame by frame, whoever restores it."""

from __future__ import annotations

from sakuga.media.events import Count, OnCount


class Progress:
    """Adds up the frames of one video and tells each sum."""

    def __init__(self, total: int | None, on_count: OnCount) -> None:
        self._total, self._on_count = total, on_count
        self._kept = self._done = 0

    def begin(self, kept: int) -> None:
        """Count anew, from the frames that are there already."""
        self._kept = self._done = kept

    def tell(self, bottleneck: str, *, done: int = 0, kept: int = 0, others: int = 0) -> None:
        """`done` more frames are restored and `kept` more were there; `others` are under way elsewhere."""
        self._kept += kept
        self._done += done + kept
        self._on_count(Count(self._done + others, self._total, "frames", bottleneck, self._kept))
