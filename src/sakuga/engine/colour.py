"""Keep the source's colours: networks drift in brightness and hue, and only their detail is wanted."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sakuga.media.frames import Pixels

SIGMA = 8.0
"""Low-resolution pixels over which colour is compared; what is finer than about three of these is detail."""
REACH = 24
"""Where the Gaussian is cut off: three sigma."""
AT_ONCE = 64
"""Low-resolution rows that are corrected at one time: the correction is float, the picture may be huge."""

_DEPTHS = {0xFF: cv2.CV_8U, 0xFFFF: cv2.CV_16U}
"""White -> OpenCV's word for the type, to which it rounds and clips in one pass: a third of NumPy's time."""

Levels = NDArray[np.float32]


@dataclass
class Drift:
    """What the lock has taken away from a network so far, in 8-bit levels."""

    total: float = 0.0
    rows: int = 0

    @property
    def mean(self) -> float:
        """Mean absolute correction, 0 before anything was restored."""
        return self.total / self.rows if self.rows else 0.0


def lock(pixels: Pixels, source: Pixels, drift: Drift) -> Pixels:
    """`pixels` (s*h, s*w, 3) with the low frequencies of `source` (h, w, 3), both of one depth."""
    return np.concatenate(list(lock_bands([pixels], source, drift)))


def lock_bands(bands: Iterable[Pixels], source: Pixels, drift: Drift) -> Iterator[Pixels]:
    """The same for a picture that comes in bands, of whole low-resolution rows each, from top to bottom.

    A row waits until all that its correction depends on has come, so that bands give what the whole gives.
    """
    waiting = _Waiting(source)
    for band in bands:
        waiting.add(band)
        while ready := waiting.ready():
            yield waiting.corrected(min(ready, AT_ONCE), drift)


class _Waiting:
    """Rows that have come and are not corrected yet, and the differences that the next ones need."""

    def __init__(self, source: Pixels) -> None:
        self._source = source
        self._bands: deque[Pixels] = deque()
        self._come = self._gone = 0
        self._differences: Levels = np.zeros((0, source.shape[1], 3), np.float32)
        self._first = 0

    def add(self, band: Pixels) -> None:
        width = self._source.shape[1]
        rows = len(band) * width // band.shape[1]
        mean = cv2.resize(band, (width, rows), interpolation=cv2.INTER_AREA)
        came = self._source[self._come : self._come + rows]
        difference = np.subtract(came, np.asarray(mean), dtype=np.float32)
        self._differences = np.concatenate([self._differences, difference])
        self._bands.append(band)
        self._come += rows

    def ready(self) -> int:
        """Low-resolution rows that can be corrected now."""
        whole = self._come == len(self._source)
        return (self._come if whole else max(self._gone, self._come - REACH - 1)) - self._gone

    def corrected(self, rows: int, drift: Drift) -> Pixels:
        scale = self._bands[0].shape[1] // self._source.shape[1]
        band = self._taken(rows * scale)
        correction = self._correction(rows, scale)
        white = int(np.iinfo(band.dtype).max)
        drift.total += float(np.abs(correction[::scale, ::scale]).mean()) * rows * 255 / white
        drift.rows += rows
        self._gone += rows
        self._forget()
        return np.asarray(cv2.add(band, correction, dtype=_DEPTHS[white]), band.dtype)

    def _taken(self, rows: int) -> Pixels:
        """The next `rows` of what waits."""
        parts: list[Pixels] = []
        while rows:
            band = self._bands.popleft()
            parts.append(band[:rows])
            if len(band) > rows:
                self._bands.appendleft(band[rows:])
            rows -= len(parts[-1])
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _correction(self, rows: int, scale: int) -> Levels:
        """Blurred differences for the next `rows`, enlarged; one more row on each side for the bilinear."""
        top = self._gone - self._first
        seen = self._differences[: top + rows + REACH + 1]
        side = 2 * REACH + 1
        smooth = cv2.GaussianBlur(seen, (side, side), SIGMA, borderType=cv2.BORDER_REFLECT)
        before, after = min(top, 1), min(len(smooth) - top - rows, 1)
        part = smooth[top - before : top + rows + after]
        size = part.shape[1] * scale, part.shape[0] * scale
        large = cv2.resize(part, size, interpolation=cv2.INTER_LINEAR)
        return np.asarray(large, np.float32)[before * scale : (before + rows) * scale]

    def _forget(self) -> None:
        keep = max(0, self._gone - REACH - 1 - self._first)
        self._differences, self._first = self._differences[keep:], self._first + keep
