"""What is kept of a run: curves as CSV, the same and pictures for TensorBoard."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import torch.utils.tensorboard

from sakuga.media.plain import write_rgb
from sakuga.train.events import Event, Stepped, Validated

CURVES = "curves.csv"


class Log:
    """Takes events; `curves.csv` has a row for each value: step, name, value."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        path = folder / CURVES
        fresh = not path.exists()
        self._file = path.open("a", newline="", encoding="utf-8")
        self._rows: Any = csv.writer(self._file)
        if fresh:
            self._rows.writerow(("step", "name", "value"))
        board: Any = torch.utils.tensorboard.SummaryWriter
        self._board = board(str(folder / "tensorboard"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._board.close()

    def __call__(self, event: Event) -> None:
        """Keep what has a place in a curve."""
        if isinstance(event, Stepped):
            more = {"rate": event.rate, "samples per second": event.samples, "waiting": event.waiting}
            self._keep(event.step, {f"loss {name}": value for name, value in event.losses.items()} | more)
        elif isinstance(event, Validated):
            self._keep(event.step, event.values)
            for index, strip in enumerate(event.strips):
                write_rgb(self._folder / "strips" / f"{event.step:07}-{index}.png", strip)
                self._board.add_image(f"{event.parts}/{index}", strip, event.step, dataformats="HWC")

    def _keep(self, step: int, values: Mapping[str, float]) -> None:
        for name, value in values.items():
            self._rows.writerow((step, name, f"{value:.6g}"))
            self._board.add_scalar(name, value, step)
        self._file.flush()
