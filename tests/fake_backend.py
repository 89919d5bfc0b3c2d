"""A backend in NumPy: nearest enlargement, a running mean as state, and a memory of a size one can choose."""

from dataclasses import dataclass, field

import numpy as np

from sakuga.errors import OutOfMemory


@dataclass
class FakeBackend:
    scale: int = 2
    recurrent: bool = False
    memory: int = 10**9
    """Low-resolution pixels of the largest tile that runs."""
    claimed: int = 10**9
    """Pixels of the largest tile that it believes to run."""
    precisions: tuple[str, ...] = ("fp32",)
    broken: dict[str, int] = field(default_factory=dict)
    """Precision -> steps after which its pictures are black."""
    fixed: tuple[int, int] | None = None
    name: str = "Fake"
    device: str = "nowhere"
    tiles: list[tuple[int, int]] = field(default_factory=list)

    def compile(self, height, width, depth, precision):
        steps = 0

        def program(frames, state):
            nonlocal steps
            size = frames[0].shape[:2]
            if size[0] * size[1] > self.memory:
                raise OutOfMemory("too large")
            assert (height, width) in ((0, 0), size)
            assert all(frame.shape == (*size, 3) for frame in frames)
            self.tiles.append(size)
            current = frames[len(frames) // 2]
            after = None
            if self.recurrent:
                state = self.state(*size) if state is None else state
                assert state.shape == (1, 1, *size)
                after = (state + current[..., 0]) / 2
                current = np.repeat(after[0, 0, :, :, None], 3, 2).astype(current.dtype)
            steps += 1
            if steps > self.broken.get(precision, 10**9):
                current = np.zeros_like(current)
            return current.repeat(self.scale, 0).repeat(self.scale, 1), after

        return program

    def state(self, height, width):
        return np.zeros((1, 1, height, width), np.float32)

    def room(self):
        return self.claimed
