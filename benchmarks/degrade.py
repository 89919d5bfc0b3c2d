"""How fast pictures are degraded on one core, ours against the released methods, in one process and in turn.

    python benchmarks/degrade.py [../shared/data] [--parts codecs,apisr] [--draws 9] [--runs 3]

codecs: the second compression of APISR with its codecs, probabilities, qualities and presets, on what a 720p
drawing is there (320x180) and on 1280x720; floats to floats. The released method writes PNG files and calls
FFmpeg's program twice for each picture (benchmarks/released.py).

apisr: all of the preset on 1280x720, the same samples for both sides; the released method's other steps are
PyTorch's on a processor (benchmarks/released_steps.py). Ten times as many draws, as samples differ much.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from drawings import Drawings
from released import RELEASED
from released_steps import released
from sakuga.degrade.clip import Clip, stream, to_clip, to_frames
from sakuga.degrade.codecs import compress
from sakuga.degrade.films import Settings
from sakuga.degrade.pipeline import apply, draw
from sakuga.degrade.presets import PRESETS as PIPELINES

PICTURES = tuple(f"comics/pepper_carrot_e{episode:02}p02.avif" for episode in (3, 6, 11, 14, 20))
SIZES = ((320, 180), (1280, 720))
CHANCES = {
    "jpeg": (0.06, 20, 95),
    "webp": (0.10, 20, 95),
    "avif": (0.10, 20, 95),
    "mpeg2": (0.12, 8, 31),
    "mpeg4": (0.12, 8, 31),
    "h264": (0.30, 23, 38),
    "h265": (0.20, 28, 42),
}
"""Probability, and the qualities that are drawn evenly."""
PRESETS = {"slow": 0.05, "medium": 0.35, "fast": 0.30, "faster": 0.20, "superfast": 0.10}


@dataclass(frozen=True, slots=True)
class Options:
    data: Path
    draws: int
    runs: int


def pictures(root: Path, size: tuple[int, int]) -> list[Clip]:
    """Drawn pictures (H, W, 3) of 16:9."""
    drawings, made = Drawings(root), []
    for name in PICTURES:
        page = drawings.open(name)
        box = (0, 60, page.width, 60 + page.width * 9 // 16)
        made.append(to_clip(np.asarray(page.resize(size, Image.Resampling.LANCZOS, box))))
    return made


def busy() -> float:
    """Seconds of a core's work for this process and its children, whatever else the machine does."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in both)


def taken(work: Callable[[], object]) -> float:
    start = busy()
    work()
    return busy() - start


def ours(codec: str, picture: Clip, quality: int, preset: str) -> Clip:
    settings = Settings(preset=preset if codec in ("h264", "h265") else None)
    return to_clip(compress(to_frames(picture[None]), codec, quality, settings=settings).frames)


def seconds(codec: str, chosen: list[Clip], options: Options) -> tuple[float, float]:
    """Of a picture by this codec, ours and theirs: mean over draws of the median over runs."""
    _, low, high = CHANCES[codec]
    chance, own, their = stream(1, list(CHANCES).index(codec)), [], []
    with tempfile.TemporaryDirectory() as folder:
        for draw in range(options.draws):
            picture, quality = chosen[draw % len(chosen)], int(chance.integers(low, high + 1))
            preset = str(chance.choice(list(PRESETS), p=list(PRESETS.values())))
            times: list[tuple[float, float]] = []
            for _ in range(options.runs):
                mine = taken(lambda: ours(codec, picture, quality, preset))  # noqa: B023
                other = taken(lambda: RELEASED[codec](picture, Path(folder), quality, preset))  # noqa: B023
                times.append((mine, other))
            for all_, each in zip((own, their), zip(*times, strict=True), strict=True):
                all_.append(statistics.median(each))
    return statistics.mean(own), statistics.mean(their)


def codecs(options: Options) -> Iterator[str]:
    """Rows per size and codec, and how many pictures a second a mixture of all takes."""
    yield "| size | codec | share | ours, ms | released, ms | times as fast |\n|---|---|---|---|---|---|"
    for size in SIZES:
        chosen, sums = pictures(options.data, size), np.zeros(2)
        for codec, (share, _, _) in CHANCES.items():
            pair = np.array(seconds(codec, chosen, options))
            sums += share * pair
            yield _row(size, codec, f"{share:.2f}", pair)
        yield _row(size, "all", "1.00", sums)
        yield f"| | pictures a second | | {1 / sums[0]:.1f} | {1 / sums[1]:.1f} | |"


def _row(size: tuple[int, int], name: str, share: str, pair: np.ndarray) -> str:
    own, their = 1000 * pair
    return f"| {size[0]}x{size[1]} | {name} | {share} | {own:.1f} | {their:.1f} | {their / own:.1f} |"


OPERATORS = ("blur", "resize", "gaussian", "poisson", "codec", "round")


def apisr(options: Options) -> Iterator[str]:
    """What a picture takes, step by step and in all: means over samples."""
    torch.set_num_threads(1)
    chosen, preset = pictures(options.data, SIZES[1]), PIPELINES["apisr"]
    own, their = (dict.fromkeys(OPERATORS, 0.0) for _ in range(2))
    count = 10 * options.draws
    with tempfile.TemporaryDirectory() as folder:
        for index in range(count):
            picture = chosen[index % len(chosen)][None]
            for step in draw(preset, stream(1, index), picture.shape[1:3]):
                other = lambda: released((step,), picture, Path(folder))  # noqa: B023, E731
                mine = lambda: apply((step,), picture)  # noqa: B023, E731
                their[step.operator] += taken(other) / count
                own[step.operator] += taken(mine) / count
                picture = mine()
    yield "| step of `apisr` on 1280x720 | ours, ms | released, ms | times as fast |\n|---|---|---|---|"
    for name in OPERATORS:
        yield _line(name, own[name], their[name])
    yield _line("all", sum(own.values()), sum(their.values()))
    yield f"| pictures a second | {1 / sum(own.values()):.1f} | {1 / sum(their.values()):.2f} | |"


def _line(name: str, own: float, their: float) -> str:
    return f"| {name} | {1000 * own:.1f} | {1000 * their:.1f} | {their / own if own else 0:.1f} |"


PARTS: dict[str, Callable[[Options], Iterator[str]]] = {"codecs": codecs, "apisr": apisr}


def main() -> None:
    """Print the parts that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    parser.add_argument("--parts", default=",".join(PARTS))
    parser.add_argument("--draws", type=int, default=9)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    # Children inherit it, so that FFmpeg's program has one core, too.
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    for part in given.parts.split(","):
        for line in PARTS[part](Options(given.data, given.draws, given.runs)):
            print(line, flush=True)


if __name__ == "__main__":
    main()
