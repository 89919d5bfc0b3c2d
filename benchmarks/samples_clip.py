"""The sample clip: five seconds of limited animation with sound, subtitles and chapters."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from numpy.typing import NDArray
from PIL import Image

from drawings import Drawings

RATE = Fraction(24000, 1001)
SAMPLE_RATE = 48_000
SIZE = (320, 240)
PRODUCTION = (640, 480)
"""Drawings are composed at twice the size, then scaled down."""
CHORDS = (
    (261.63, 329.63, 392.00),
    (220.00, 261.63, 329.63),
    (174.61, 261.63, 349.23),
    (196.00, 293.66, 392.00),
)
"""C, A minor, F, G; hertz."""
SUBTITLES = """1
00:00:00,250 --> 00:00:02,500
A castle in the clouds?

2
00:00:02,900 --> 00:00:04,700
No. It's only a house.
"""


@dataclass(frozen=True, slots=True)
class Shot:
    """One drawing of a character over one painting."""

    title: str
    painting: Image.Image
    """RGB, as tall as the production frame and at least as wide."""
    faces: Sequence[tuple[Image.Image, int]]
    """RGBA drawings, each with the frames it is held: multiples of three, as cheap animation is."""
    at: tuple[int, int]
    pan: float
    """Production pixels that the painting moves to the left at each frame."""

    @property
    def length(self) -> int:
        """Frames of the shot."""
        return sum(held for _, held in self.faces)

    def frames(self) -> Iterator[Image.Image]:
        """Every frame at `SIZE`; the character breathes by a pixel on threes, the painting pans on ones."""
        drawn = [face for face, held in self.faces for _ in range(held)]
        for number, face in enumerate(drawn):
            left = self.pan * number
            window = (left, 0, left + PRODUCTION[0], PRODUCTION[1])
            frame = self.painting.transform(
                PRODUCTION, Image.Transform.EXTENT, window, Image.Resampling.BICUBIC
            )
            sway = (0, 1, 2, 1)[number // 3 % 4] if self.pan else 0
            frame.paste(face, (self.at[0], self.at[1] + sway), face)
            yield frame.resize(SIZE, Image.Resampling.BICUBIC)


def faces(
    drawings: Drawings, name: str, height: int, script: Sequence[tuple[str, int]]
) -> list[tuple[Image.Image, int]]:
    """The drawings of `script` (face, frames held), all scaled to one `height`."""
    opened = {face: drawings.character(name, face) for face, _ in script}
    scaled = {
        face: drawing.resize(
            (round(drawing.width * height / drawing.height), height), Image.Resampling.LANCZOS
        )
        for face, drawing in opened.items()
    }
    return [(scaled[face], held) for face, held in script]


def shots(drawings: Drawings) -> list[Shot]:
    """A pan with a lively face, then, after a hard cut, a still shot that ends in a hold."""
    castle = drawings.open("paintings/pcart_2015_05_27_user_manual_by_David_Revoy.webp").crop(
        (740, 40, 1800, 800)
    )
    house = drawings.open("comics/pepper_carrot_e09p01.avif").crop((46, 66, 946, 716))
    talking = [
        ("normal", 6),
        ("surprised", 9),
        ("normal", 3),
        ("puzzled", 12),
        ("normal", 3),
        ("happy", 15),
        ("smug", 12),
    ]
    quiet = [("normal", 9), ("relaxed", 3), ("normal", 6), ("sigh", 9), ("normal", 33)]
    return [
        Shot(
            "The castle",
            castle.resize((round(castle.width * PRODUCTION[1] / castle.height), PRODUCTION[1])),
            faces(drawings, "reimu", 820, talking),
            (10, 24),
            0.45,
        ),
        Shot("The house", house.resize(PRODUCTION), faces(drawings, "youmu", 740, quiet), (150, 40), 0.0),
    ]


def melody(seconds: float) -> NDArray[np.float32]:
    """Plucked broken chords, shape (2, samples), range -1 to 1."""
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    sound = np.zeros((2, time.size))
    notes = [pitch for chord in CHORDS for pitch in (*chord, chord[1] * 2)]
    for number, pitch in enumerate(notes):
        since = time - number * seconds / len(notes)
        pluck = np.where(since >= 0, np.exp(-3.5 * since) * np.minimum(since * 200, 1), 0)
        voice = sum(np.sin(2 * np.pi * pitch * k * since) / k**2 for k in (1, 2, 3)) * pluck * 0.2
        side = 0.3 + 0.4 * (number % 4) / 3
        sound += np.stack((voice * (1 - side), voice * side))
    return (sound * np.clip((seconds - time) * 8, 0, 1)).astype(np.float32)


def video_packets(stream: av.VideoStream, pictures: Iterator[Image.Image]) -> Iterator[av.Packet]:
    """H.264 packets of `pictures`, converted to BT.601 limited range as SD video is."""
    for number, picture in enumerate(pictures):
        frame = av.VideoFrame.from_image(picture).reformat(
            format="yuv420p", dst_colorspace=Colorspace.ITU601, dst_color_range=ColorRange.MPEG
        )
        frame.pts, frame.time_base = number, 1 / RATE
        yield from stream.encode(frame)
    yield from stream.encode(None)


def audio_packets(stream: av.AudioStream, sound: NDArray[np.float32]) -> Iterator[av.Packet]:
    """AAC packets of `sound`, shape (2, samples)."""
    for start in range(0, sound.shape[1], 1024):
        block = np.ascontiguousarray(sound[:, start : start + 1024])
        frame = av.AudioFrame.from_ndarray(block, "fltp", "stereo")
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, start, Fraction(1, SAMPLE_RATE)
        yield from stream.encode(frame)
    yield from stream.encode(None)


def video_stream(out: av.container.OutputContainer) -> av.VideoStream:
    """A low-rate H.264 stream, one thread so that it comes out the same each time."""
    options = {"preset": "slow", "threads": "1", "maxrate": "400k", "bufsize": "500k"}
    stream = out.add_stream("libx264", RATE, options=options)
    stream.width, stream.height, stream.pix_fmt, stream.bit_rate = *SIZE, "yuv420p", 250_000
    context = stream.codec_context
    context.color_primaries, context.color_trc = ColorPrimaries.SMPTE170M, ColorTrc.SMPTE170M
    context.colorspace, context.color_range = Colorspace.ITU601, ColorRange.MPEG
    return stream


def chapters(scenes: Sequence[Shot]) -> list[dict[str, object]]:
    """One chapter for each shot, in milliseconds."""
    ends = np.cumsum([scene.length for scene in scenes]) * 1000 / float(RATE)
    starts = (0, *ends[:-1])
    return [
        {
            "id": n,
            "start": round(a),
            "end": round(b),
            "time_base": Fraction(1, 1000),
            "metadata": {"title": scene.title},
        }
        for n, (scene, a, b) in enumerate(zip(scenes, starts, ends, strict=True), 1)
    ]


def clip(drawings: Drawings, path: Path) -> None:
    """Two shots at 240p and 250 kb/s: a pan with faces held on threes, a cut, then a hold; stereo AAC."""
    scenes = shots(drawings)
    seconds = float(sum(scene.length for scene in scenes) / RATE)
    with av.open(path, "w") as out, av.open(io.BytesIO(SUBTITLES.encode()), format="srt") as texts:
        video = video_stream(out)
        audio = out.add_stream("aac", SAMPLE_RATE, layout="stereo", bit_rate=96_000)
        subtitle = out.add_stream_from_template(texts.streams.subtitles[0])
        audio.metadata["language"], subtitle.metadata["language"] = "jpn", "eng"
        out.metadata["title"] = "The castle and the house"
        out.set_chapters(chapters(scenes))
        pictures = (frame for scene in scenes for frame in scene.frames())
        packets = [*video_packets(video, pictures), *audio_packets(audio, melody(seconds))]
        for packet in texts.demux():
            if packet.size:
                packet.stream = subtitle
                packets.append(packet)
        for packet in sorted(packets, key=lambda p: p.dts * p.time_base):
            out.mux(packet)
