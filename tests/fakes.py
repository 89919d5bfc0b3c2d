"""Stand-ins for the engine that need no network: they return their input, as large as asked."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np


class NearestEngine:
    """Each output pixel is the nearest input pixel; at scale 1 it is the identity.

    It hands out pictures in bands of `rows`, so that journeys cannot rely on one height.
    """

    def __init__(self, scale=1.0, rows=7, change=lambda pixels: pixels):
        self.scale, self.rows, self.change = scale, rows, change
        self.report = SimpleNamespace(
            model="nearest",
            device="nowhere",
            backend="NumPy",
            precision="fp32",
            tile=None,
            drift=0.0,
            reused=0.0,
            weights={},
            notes=(),
        )
        self.pictures, self.frames, self.held = 0, 0, 0

    @property
    def window(self):
        return 1

    @property
    def identity(self):
        return f"nearest {self.scale}"

    def tile(self, width, height):
        return height, width

    def settle(self, width, height, tile):
        assert tile == (height, width)

    def size(self, width, height):
        return max(1, round(width * self.scale)), max(1, round(height * self.scale))

    def picture(self, pixels):
        assert pixels.shape[2] == 3
        self.pictures += 1
        whole = self.enlarged(pixels)
        for top in range(0, len(whole), self.rows):
            yield whole[top : top + self.rows]

    def clip(self, frames):
        for frame in frames:
            self.frames += 1
            yield self.enlarged(frame)

    def enlarged(self, pixels):
        width, height = self.size(pixels.shape[1], pixels.shape[0])
        rows = np.arange(height) * pixels.shape[0] // height
        columns = np.arange(width) * pixels.shape[1] // width
        return np.ascontiguousarray(self.change(pixels)[rows][:, columns])


class LookingAheadEngine(NearestEngine):
    """Like the true one with a window of three: it takes frame n + 1 before it gives frame n."""

    @property
    def window(self):
        return 3

    def clip(self, frames):
        waiting = None
        for frame in frames:
            if waiting is not None:
                yield waiting
            waiting = self.enlarged(frame)
        if waiting is not None:
            yield waiting
