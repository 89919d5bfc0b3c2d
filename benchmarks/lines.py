"""Time line enhancement of 720p drawings, and its work on the line map against plain per-pixel code.

    python benchmarks/lines.py [../shared/data] [--runs 5]

One process, one core: OpenCV keeps to one thread. The plain side is the released method: breadth-first
search with a list as queue, then three of eight neighbours counted pixel by pixel, in Python. Both give the
same map.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

import cv2
import numpy as np

from sakuga.degrade.lines import LineMap, enhance, found, grown, sharpened, without_specks
from sakuga.media.plain import read_rgb

DRAWINGS = ("scenes/question_bg_club.webp", "cels", "comics")


def drawings(root: Path) -> list[np.ndarray]:
    """A scene, a cel and a page at 1280 x 720."""
    paths = [root / name for name in DRAWINGS]
    files = [path if path.is_file() else sorted(path.iterdir())[0] for path in paths]
    return [
        np.asarray(cv2.resize(read_rgb(file), (1280, 720), interpolation=cv2.INTER_AREA)) for file in files
    ]


def raw_map(picture: np.ndarray) -> LineMap:
    """Lines with their specks."""
    light = picture.astype(np.float32)
    grey = cv2.cvtColor(sharpened(sharpened(sharpened(light))), cv2.COLOR_RGB2GRAY)
    narrow, wide = cv2.GaussianBlur(grey, (7, 7), 0.6), cv2.GaussianBlur(grey, (13, 13), 1.5)
    return found(np.asarray(narrow - np.float32(0.975) * wide))


def plain(lines: LineMap, least: int) -> LineMap:
    kept, seen = np.zeros_like(lines), np.zeros(lines.shape, bool)
    height, width = lines.shape
    for y in range(height):
        for x in range(width):
            if not lines[y, x] or seen[y, x]:
                continue
            queue, members = [(y, x)], []
            seen[y, x] = True
            while queue:
                member = queue.pop(0)
                members.append(member)
                for dy in (-1, 0, 1):
                    for dx in (-1, 0, 1):
                        v, u = member[0] + dy, member[1] + dx
                        if 0 <= v < height and 0 <= u < width and lines[v, u] and not seen[v, u]:
                            seen[v, u] = True
                            queue.append((v, u))
            if len(members) >= least:
                for member in members:
                    kept[member] = 1
    return kept


def plain_grown(lines: LineMap) -> LineMap:
    done, (height, width) = lines.copy(), lines.shape
    for y in range(height):
        for x in range(width):
            if not lines[y, x]:
                count = 0
                for dy in (-1, 0, 1):
                    for dx in (-1, 0, 1):
                        v, u = y + dy, x + dx
                        if 0 <= v < height and 0 <= u < width and lines[v, u]:
                            count += 1
                done[y, x] = count >= 3
    return done


def timed(call: object, runs: int) -> float:
    """Median seconds."""
    taken: list[float] = []
    for _ in range(runs):
        start = time.perf_counter()
        call()  # type: ignore[operator]
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    arguments.add_argument("--runs", type=int, default=5)
    given = arguments.parse_args()
    cv2.setNumThreads(1)
    print(
        "| drawing | lines | whole, ms | map: ours, ms | plain, s | times as fast | search alone | same map |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for name, picture in zip(DRAWINGS, drawings(given.data), strict=True):
        lines = raw_map(picture)
        whole = timed(lambda picture=picture: enhance(picture), given.runs)
        search = timed(lambda lines=lines: without_specks(lines), given.runs)
        ours = timed(lambda lines=lines: grown(without_specks(lines)), given.runs)
        start = time.perf_counter()
        filtered = plain(lines, 32)
        searched = time.perf_counter() - start
        theirs = plain_grown(filtered)
        slow = time.perf_counter() - start
        same = np.array_equal(theirs, grown(without_specks(lines)))
        print(
            f"| {name} | {lines.mean():.1%} | {whole * 1e3:.0f} | {ours * 1e3:.1f} | {slow:.2f} "
            f"| {slow / ours:.0f} | {searched / search:.0f} | {'yes' if same else 'NO'} |"
        )


if __name__ == "__main__":
    main()
