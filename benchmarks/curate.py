"""Time curation against what it replaces: every I picture written as PNG by FFmpeg, scored by a script.

    python benchmarks/curate.py [../shared/data] [--minutes 10] [--runs 1]

Both sides use the same score (complexity) and the same rule, with near duplicates and flat pictures kept, so
that the same pictures must come out; both write the chosen ones as PNG. The film is made first: 1280x720,
cuts, holds, pans, x264 veryfast. At the end it is curated three times more, once on two processes: the
selection must stay the same.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import cv2
import imageio_ffmpeg
import numpy as np

from episode import encoded, shots
from sakuga.curate import folder
from sakuga.curate.pictures import curate
from sakuga.curate.settings import CurateSettings
from sakuga.metrics.complexity import complexity
from sakuga.metrics.luma import small


def plain(video: Path, room: Path, selection: str, minutes: int) -> list[int]:
    """The places of the chosen pictures among all I pictures, the way of the released code."""
    program = imageio_ffmpeg.get_ffmpeg_exe()
    flags = "accurate_rnd+full_chroma_int+full_chroma_inp+bitexact"
    command = [
        program,
        "-v",
        "error",
        "-i",
        str(video),
        "-vf",
        r"select='eq(pict_type\,I)'",
        "-fps_mode",
        "vfr",
    ]
    command += ["-sws_flags", f"bicubic+{flags}", "-pix_fmt", "rgb24", str(room / "image-%06d.png")]
    subprocess.run(command, check=True)
    files = sorted(room.glob("image-*.png"))
    if selection == "paper":
        chosen = ranked(files, range(len(files)))[-10:]
    else:
        unit, keep = len(files) // 8, (16 if minutes <= 30 else 24) // 8
        groups = (range(unit * part, unit * (part + 1), 5) for part in range(8))
        chosen = [index for group in groups for index in ranked(files, group)[-keep:]]
    for index in chosen:
        shutil.copy(files[index], room / f"chosen-{index:06}.png")
    return sorted(chosen)


def ranked(files: list[Path], members: range) -> list[int]:
    scores = {i: score(files[i]) for i in members}
    return sorted(members, key=lambda index: scores[index])


def score(file: Path) -> float:
    return complexity(small(np.asarray(cv2.cvtColor(cv2.imread(str(file)), cv2.COLOR_BGR2RGB))))


def ours(video: Path, out: Path, selection: str, workers: int = 1) -> list[int]:
    settings = CurateSettings(
        selection=selection, keep_flat=True, keep_alike=True, crop=False, workers=workers
    )
    (result,) = curate([video], out, settings=settings)
    if result.state == "failed":
        raise SystemExit(result.sentence)
    times = [facts["pts"] for facts in folder.lines(out)]
    return sorted(times)


def all_times(video: Path) -> list[int]:
    from sakuga.media.intra import IntraFile

    return sorted(picture.pts for picture in IntraFile(video).pictures())


def spent() -> tuple[float, float]:
    """Seconds on the clock, and of all cores by this process and its children."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return time.perf_counter(), sum(each.ru_utime + each.ru_stime for each in used)


def compare(video: Path, selection: str, minutes: int, runs: int) -> str:
    times = all_times(video)
    taken: dict[str, list[tuple[float, float]]] = {"plain": [], "ours": []}
    found: dict[str, list[int]] = {}
    for _ in range(runs):
        for side in taken:
            with tempfile.TemporaryDirectory() as room:
                start = spent()
                if side == "plain":
                    found[side] = [times[index] for index in plain(video, Path(room), selection, minutes)]
                else:
                    found[side] = ours(video, Path(room) / "set", selection)
                end = spent()
                taken[side].append((end[0] - start[0], end[1] - start[1]))
    (wall, cpu), (our_wall, our_cpu) = (
        map(statistics.median, zip(*each, strict=True)) for each in taken.values()
    )
    same = "the same" if found["plain"] == found["ours"] else f"DIFFERENT {found}"
    return (
        f"| {selection} | {len(times)} | {len(found['ours'])} | {wall:.1f} / {our_wall:.1f} |"
        f" {wall / our_wall:.1f} | {cpu:.1f} / {our_cpu:.1f} | {cpu / our_cpu:.1f} | {same} |"
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("data", type=Path, nargs="?", default=Path("../shared/data"))
    arguments.add_argument("--minutes", type=float, default=10)
    arguments.add_argument("--runs", type=int, default=1)
    arguments.add_argument("--video", type=Path, help="one that is there, in place of the film")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as room:
        video = given.video
        if video is None:
            start, video = time.perf_counter(), Path(room) / "film.mkv"
            encoded(shots(given.data, 60 * given.minutes), video, preset="veryfast")
            print(f"film: {video.stat().st_size / 1e6:.0f} MB, made in {time.perf_counter() - start:.0f} s")
        print(
            "| selection | I pictures | chosen | PNG / sakuga, s | faster | CPU time, s | less | pictures |"
        )
        print("|---|---|---|---|---|---|---|---|")
        for selection in ("paper", "released"):
            print(compare(video, selection, int(given.minutes), given.runs), flush=True)
        sets = [ours(video, Path(room) / f"set{n}", "paper", workers) for n, workers in enumerate((1, 2, 1))]
        print(
            f"selection again, and on two processes: {'the same' if sets[0] == sets[1] == sets[2] else sets}"
        )


if __name__ == "__main__":
    main()
