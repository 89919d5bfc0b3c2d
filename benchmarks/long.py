"""Restore a long video, and measure the memory and the temporary disk that it takes all along.

    python benchmarks/long.py [--frames 20000] [--limit 64]

A small film with sound is made on the fly: shots of 30 to 140 frames, drawings on twos and threes, holds. It
goes the whole way, through the engine with reuse, on a network that only enlarges. Exits with 1 where the
memory of the last three quarters is more than --limit MB above that of the first, or the work folder and the
result together ever hold more than twice the bytes of the result.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count, islice
from pathlib import Path

import av
import numpy as np
import psutil
from torch import nn

from sakuga.engine.engine import Engine, open_engine
from sakuga.media.codecs import Encoding
from sakuga.media.events import Count
from sakuga.models.load import Model
from sakuga.models.spec import ModelSpec, WheelSource
from sakuga.restore.video import restore_video

SIZE = (96, 64)
RATE = 24
SOUND = 48000
PAUSE = 0.05
"""Seconds between two looks at memory and disk."""
QUARTERS = ("25 %", "50 %", "75 %", "100 %", "joining")


def drawings() -> Iterator[np.ndarray]:
    """Frames (64, 96, 3) without end: each shot a background of its own, and a figure on ones to threes."""
    for shot in count():
        rng = np.random.default_rng(shot)
        background = rng.integers(0, 256, (8, 12, 3), np.uint8).repeat(8, 0).repeat(8, 1)
        hold = int(rng.integers(1, 4)) if shot % 3 else 1000
        for index in range(int(rng.integers(30, 140))):
            frame = background.copy()
            left = 4 * (index // hold) % 72
            frame[20:44, left : left + 24] = rng.integers(0, 256, 3) if index == 0 else 230
            yield frame


def sound(stream: av.AudioStream, seconds: float) -> Iterator[av.Packet]:
    """A tone, second by second."""
    tone = (np.sin(np.arange(SOUND) / 20) * 8000).astype(np.int16)[None]
    resampler = av.AudioResampler(stream.codec_context.format, "mono", SOUND, stream.codec_context.frame_size)
    for second in range(int(seconds)):
        frame = av.AudioFrame.from_ndarray(tone, "s16", "mono")
        frame.sample_rate, frame.pts = SOUND, second * SOUND
        for piece in resampler.resample(frame):
            yield from stream.encode(piece)
    yield from stream.encode(None)


def film(path: Path, frames: int) -> Path:
    """`frames` of them, with sound, sound and pictures written in turn."""
    with av.open(path, "w") as out:
        video = out.add_stream("libx264", RATE, options={"preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = *SIZE, "yuv420p"
        audio = out.add_stream("aac", SOUND, layout="mono")
        tones, heard = sound(audio, frames / RATE), Fraction(0)
        for index, picture in enumerate(islice(drawings(), frames)):
            out.mux(video.encode(av.VideoFrame.from_ndarray(picture)))
            while heard <= Fraction(index, RATE) and (packet := next(tones, None)):
                heard = (packet.pts or 0) * packet.time_base
                out.mux(packet)
        out.mux(video.encode(None))
        for packet in tones:
            out.mux(packet)
    return path


def engine() -> Engine:
    """A network that repeats pixels, on the processor, as any other is run."""
    spec = ModelSpec("nearest", "compact", 2, WheelSource("none", {}), halo=4, half=())
    return open_engine(Model(spec, nn.Upsample(scale_factor=2.0), None), device="cpu")


@dataclass
class Watch:
    """Looks at this process and at the folder of the result, again and again, from a thread of its own."""

    folder: Path
    total: int
    done: int = 0
    memory: dict[str, int] = field(default_factory=dict)
    """Most bytes in each quarter, and while the result is put together."""
    disk: int = 0
    """Most bytes in the folder."""
    over: bool = False

    def note(self, progress: Count) -> None:
        self.done = progress.done

    def run(self) -> None:
        process = psutil.Process()
        while not self.over:
            quarter = QUARTERS[4 * self.done // self.total]
            self.memory[quarter] = max(self.memory.get(quarter, 0), process.memory_info().rss)
            self.disk = max(self.disk, held(self.folder))
            time.sleep(PAUSE)


def held(folder: Path) -> int:
    """Bytes of all files under `folder`, some of which may be on their way out."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:
            continue
    return total


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--frames", type=int, default=20_000)
    arguments.add_argument("--limit", type=float, default=64.0)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source = film(Path(folder) / "long.mkv", given.frames)
        result = Path(folder) / "out" / "long.mkv"
        result.parent.mkdir()
        watch, ready = Watch(result.parent, given.frames), engine()
        thread = threading.Thread(target=watch.run)
        thread.start()
        began = time.monotonic()
        try:
            outcome = restore_video(ready, source, result, Encoding(preset="ultrafast"), on_count=watch.note)
        finally:
            watch.over = True
            thread.join()
        size, seconds = result.stat().st_size, time.monotonic() - began
    for quarter, peak in watch.memory.items():
        print(f"{quarter:>8}: {peak / 1e6:.0f} MB")
    growth = max(watch.memory.values()) - watch.memory[QUARTERS[0]]
    print(
        f"{outcome.frames} frames in {seconds:.0f} s, {ready.report.reused:.0%} reused; "
        f"memory grew by {growth / 1e6:.1f} MB, {growth / given.frames:.0f} bytes a frame; "
        f"disk {watch.disk / size:.2f} times the result's {size / 1e6:.1f} MB"
    )
    whole = outcome.frames == given.frames
    return int(not whole or growth > given.limit * 1e6 or watch.disk > 2 * size)


if __name__ == "__main__":
    raise SystemExit(main())
