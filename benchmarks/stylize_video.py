"""Stylized videos: how much tones tremble with frozen statistics, and that a film comes out complete.

    python benchmarks/stylize_video.py flicker ../shared/data/photos/kodak_05.jpg [--size 480x320]
    python benchmarks/stylize_video.py complete ../shared/data/photos/kodak_05.jpg [--seconds 5]

The photo is panned over by 4 pixels a frame, and a bright ball enters. Weights are seeded, or of --model.
`flicker` stylizes each frame for itself, then with the statistics of the first, then with coherence too:
- flicker: `metrics.flicker` of the pan made still again, in the part of the scene that is far from the ball
  and the sides of the frame: closer than 93 pixels the network sees them, whatever its statistics are;
- warp error: `metrics.warp` of whole frames, what the network makes near the ball included.
Both once as the photo is and once with grain that is new in each frame. `complete` sends a film with sound,
subtitles, a font and chapters through `sakuga stylize` and compares all but the pixels with its source; it
takes a small generator of the same kind. Both exit with 1 where docs/stylize.md would not be true.
"""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import torch

from sakuga.engine.engine import Engine, open_engine
from sakuga.engine.shots import ByShot
from sakuga.media.frames import Pixels
from sakuga.media.picture import open_picture
from sakuga.metrics.flicker import flicker
from sakuga.metrics.warp import warp_error
from sakuga.models.catalog import CATALOG, SCENE
from sakuga.models.load import Model, load
from sakuga.stylize.coherence import USUAL, Coherent
from stylize import drawn, seeded

STEP = 4
"""Pixels of the pan in each frame; the ball has four times as many."""
BALL = 60
REACH = 93
GRAIN = 2.0
TICK = Fraction(1, 1000)


def scene(photo: Path) -> Pixels:
    with open_picture(photo) as picture:
        return next(iter(picture)).pixels


def pan(photo: Pixels, width: int, height: int, count: int, grain: float = 0) -> Iterator[Pixels]:
    """Frames (height, width, 3): the photo moves to the left, and a ball with it, faster, at the top."""
    wide = photo[:height]
    while wide.shape[1] < width + STEP * count:
        wide = np.concatenate([wide, wide[:, ::-1]], 1)
    for index in range(count):
        frame = np.ascontiguousarray(wide[:, STEP * index : STEP * index + width])
        cv2.circle(frame, (width - 4 * STEP * index, 10), BALL, (255, 252, 235), -1, cv2.LINE_AA)
        noise = np.random.default_rng(index).normal(0, grain, frame.shape) if grain else 0
        yield np.rint(frame + noise).clip(0, 255).astype(np.uint8)


def registered(frames: Iterable[Pixels], count: int) -> Iterator[Pixels]:
    """The pan made still again: of each frame the part of the scene that is far from ball and sides."""
    for index, frame in enumerate(frames):
        left = REACH + STEP * (count - 1 - index)
        yield frame[10 + BALL + REACH :, left : left + frame.shape[1] - 2 * REACH - STEP * (count - 1)]


class Given:
    """An engine that gives what another has made."""

    window, identity = 1, ""

    def __init__(self, results: list[Pixels]) -> None:
        self._results = results

    def clip(self, frames: Iterable[Pixels]) -> Iterator[Pixels]:
        return (result for result, _ in zip(self._results, frames, strict=True))


def measured(results: list[Pixels], frames: list[Pixels]) -> tuple[float, float]:
    count = len(frames)
    still = zip(registered(results, count), registered(frames, count), strict=True)
    return flicker(still), warp_error(zip(results, frames, strict=True))


def trembling(engine: Engine, photo: Pixels, size: tuple[int, int], count: int) -> int:
    print("| | grain | flicker | warp error |\n|---|---|---|---|")
    factors: list[float] = []
    for grain in (0, GRAIN):
        frames = list(pan(photo, *size, count, grain))
        kinds = {"each frame for itself": [drawn(engine, frame) for frame in frames]}
        kinds["frozen statistics"] = list(ByShot(engine).clip(frames))
        kinds[f"and coherence {USUAL:g}"] = list(
            Coherent(Given(kinds["frozen statistics"]), USUAL).clip(frames)
        )
        found = {name: measured(results, frames) for name, results in kinds.items()}
        for name, (still, moving) in {"the source": measured(frames, frames), **found}.items():
            print(f"| {name} | {grain:g} | {still:.2f} | {moving:.2f} |", flush=True)
        each, frozen, coherent = found.values()
        factors.append(each[0] / max(frozen[0], 0.01) if not grain else frozen[1] / coherent[1])
    print(f"{factors[0]:.1f} times less flicker with frozen statistics, of tones alone;")
    print(f"{factors[1]:.1f} times less warp error with coherence, where there is grain.")
    return int(factors[0] < 3 or factors[1] < 1)


def complete(photo: Pixels, seconds: float) -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source, weights = folder / "film.mkv", folder / "small.pth"
        filmed(source, list(pan(photo, 256, 144, round(seconds * 24))), seconds)
        torch.save(seeded(8, 3).state_dict(), weights)
        command = [sys.executable, "-m", "sakuga.cli", "stylize", str(source), "--model", str(weights)]
        began = time.monotonic()
        code = subprocess.run([*command, "--out", str(folder / "out")], check=False).returncode
        print(f"{time.monotonic() - began:.0f} s")
        if code:
            return code
        before, after = told(source), told(folder / "out" / "film.mkv")
    for what in before:
        print(f"{what}: {'equal' if before[what] == after[what] else 'NOT EQUAL'}")
    print(f"{len(before['times of frames'])} frames, {len(before['streams'])} streams")
    return int(before != after)


def filmed(path: Path, frames: list[Pixels], seconds: float) -> None:
    """A film with sound, subtitles, a font and chapters; every fourth frame is shown twice as long."""
    with av.open(path, "w") as out:
        video = out.add_stream("libx264", 24, options={"crf": "18"})
        video.width, video.height, video.pix_fmt = frames[0].shape[1], frames[0].shape[0], "yuv420p"
        video.time_base = video.codec_context.time_base = TICK
        sound = out.add_stream("flac", 48000, layout="stereo")
        text = av.open(io.BytesIO(b"1\n00:00:00,500 --> 00:00:02,000\nA ball.\n\n"), format="srt")
        words = out.add_stream_from_template(text.streams[0])
        words.metadata.update(language="eng", title="signs")
        out.add_attachment("Font.ttf", "application/x-truetype-font", bytes(range(256)) * 8)
        half = round(500 * seconds)
        edges = ((0, half, "one"), (half, 2 * half, "two"))
        out.set_chapters(
            [
                {"id": i, "start": a, "end": b, "time_base": TICK, "metadata": {"title": t}}
                for i, (a, b, t) in enumerate(edges)
            ]
        )
        tone = (np.sin(np.arange(round(48000 * seconds)) / 20) * 8000).astype(np.int16)
        heard = av.AudioFrame.from_ndarray(np.repeat(tone, 2)[None], "s16", "stereo")
        heard.sample_rate, heard.pts = 48000, 0
        out.mux([*sound.encode(heard), *sound.encode(None)])
        for packet in text.demux():
            if packet.size:
                packet.stream = words
                out.mux(packet)
        for index, pixels in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(pixels, "rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = round((index + index // 4 % 2 * 0.5) * 1000 / 24), TICK
            out.mux(video.encode(frame))
        out.mux(video.encode(None))


def told(path: Path) -> dict[str, list[object]]:
    """All of a film but its pixels."""
    with av.open(path) as container:
        streams: list[object] = [
            (s.type, s.metadata.get("language"), s.metadata.get("title")) for s in container.streams
        ]
        fonts: list[object] = [s.data for s in container.streams if s.type == "attachment"]
        chapters: list[object] = [
            (c["start"] * c["time_base"], c["metadata"].get("title")) for c in container.chapters()
        ]
        times: list[object] = [frame.time for frame in container.decode(video=0)]
    with av.open(path) as container:
        packets: list[object] = [
            (packet.stream.type, packet.pts, bytes(packet))
            for packet in container.demux()
            if packet.size and packet.stream.type in ("audio", "subtitle")
        ]
    return {
        "times of frames": times,
        "streams": streams,
        "sound and subtitles, byte for byte": packets,
        "fonts": fonts,
        "chapters": chapters,
    }


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("what", choices=("flicker", "complete"))
    arguments.add_argument("photo", type=Path)
    arguments.add_argument("--model", type=Path, default=None)
    arguments.add_argument("--size", default="480x320", help="WIDTHxHEIGHT")
    arguments.add_argument("--frames", type=int, default=8)
    arguments.add_argument("--seconds", type=float, default=5)
    given = arguments.parse_args()
    photo = scene(given.photo)
    if given.what == "complete":
        return complete(photo, given.seconds)
    model = load(given.model) if given.model else Model(CATALOG[SCENE], seeded(), None)
    engine = open_engine(model, device="cpu", precision="fp32", color_lock=False, reuse="off", cuts=False)
    width, height = map(int, given.size.split("x"))
    return trembling(engine, photo, (width, height), given.frames)


if __name__ == "__main__":
    raise SystemExit(main())
