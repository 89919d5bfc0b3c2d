"""Everything that enlarges four times and is judged: bicubic, the catalog's networks, others', and ours."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np

import quality_ncnn
from sakuga.engine import colour
from sakuga.engine.frame_engine import FrameEngine
from sakuga.errors import SakugaError
from sakuga.media.plain import Rgb
from sakuga.models.catalog import CATALOG
from sakuga.restore.opening import open_engine
from sakuga.restore.settings import Precision, RestoreSettings
from sakuga.train.measures import enlarged

SCALE = 4
CEL, LITE, FAST = "cel-4x", "lite-4x", "realesr-animevideov3"
THEIRS = (FAST, "realesrgan-anime-6b", "animesr-v2")
EVERY = ("bicubic", *(each.name for each in quality_ncnn.NETWORKS), *THEIRS)
"""All that ours are compared with."""
OURS = (CEL, LITE)
Whose = Literal["theirs", "ours"]


@dataclass(frozen=True, slots=True)
class Network:
    """One of them, ready to run."""

    name: str
    whose: Whose
    restore: Callable[[Rgb], Rgb]
    """(h, w, 3) to (4h, 4w, 3)."""
    runtime: str
    """What runs it, and in which precision."""
    identity: str
    """Everything that decides its pixels."""
    weights: Mapping[str, str] = field(default_factory=dict[str, str])
    """Name of each file -> sha256."""

    @property
    def key(self) -> str:
        """Its name and a hash of its weights and of what runs it: results of other weights are elsewhere."""
        plain = re.sub(r"[^\w.-]+", "-", self.name)
        return f"{plain}-{hashlib.sha256(self.identity.encode()).hexdigest()[:12]}"


def opened(
    ours: Mapping[str, Path], names: Sequence[str], notes: list[str], precision: Precision = "auto"
) -> Iterator[Network]:
    """Those of `names`, or all; ours by name and file. What cannot be had is told in `notes`."""
    ways: dict[str, Callable[[], Network]] = {"bicubic": _bicubic}
    ways |= {each.name: lambda each=each: _ncnn(each) for each in quality_ncnn.NETWORKS}
    models: dict[str, tuple[str, Whose]] = {name: (name, "theirs") for name in THEIRS}
    models |= {name: (name, "ours") for name in OURS if name in CATALOG}
    models |= {name: (str(path), "ours") for name, path in ours.items()}
    ways |= {name: partial(_engine, name, *model, precision) for name, model in models.items()}
    if unknown := set(names) - set(ways):
        raise SystemExit(
            f"--networks: there is no {', '.join(sorted(unknown))}; there are {', '.join(ways)}."
        )
    if quality_ncnn.missing():
        notes.append(
            "waifu2x and Real-CUGAN are left out: `python -m pip install ncnn` brings what runs them."
        )
        ways = {name: way for name, way in ways.items() if name not in quality_ncnn.NAMES}
    for name, way in ways.items():
        if not names or name in names:
            try:
                yield way()
            except SakugaError as error:
                notes.append(f"{name} is left out: {error}")


def _bicubic() -> Network:
    def restore(lq: Rgb) -> Rgb:
        return enlarged(lq, (SCALE * lq.shape[0], SCALE * lq.shape[1]))

    return Network("bicubic", "theirs", restore, "OpenCV", "bicubic of OpenCV")


def _engine(name: str, model: str, whose: Whose, precision: Precision) -> Network:
    """As `sakuga restore` runs it on a CPU."""
    settings = RestoreSettings(model=model, device="cpu", scale=SCALE, precision=precision)
    engine: FrameEngine = open_engine(settings)

    def restore(lq: Rgb) -> Rgb:
        return np.concatenate(list(engine.picture(lq)))

    report = engine.report
    runtime = f"{report.backend}, {report.precision}"
    return Network(name, whose, restore, runtime, engine.identity, report.weights)


def _ncnn(published: quality_ncnn.Published) -> Network:
    """With the source's colours, which `sakuga restore` keeps for every network."""
    network = quality_ncnn.Ncnn(published)

    def restore(lq: Rgb) -> Rgb:
        return colour.lock(network(lq), lq, colour.Drift())

    identity = f"{published} {network.runtime} locked"
    return Network(published.name, "theirs", restore, network.runtime, identity, network.weights)
