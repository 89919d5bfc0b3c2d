"""Films for tests: any timing, any colour description, and all that Matroska carries beside its pictures."""

from __future__ import annotations

import io
from fractions import Fraction

import av
import numpy as np

TICK = Fraction(1, 1000)
FONT = b"\x00\x01\x00\x00" + bytes(range(256)) * 8
TALK = "1\n00:00:00,100 --> 00:00:00,900\n{}\n\n2\n00:00:01,000 --> 00:00:01,500\n二\n\n"


def pictures(count, width, height, seed=0):
    """`count` frames (height, width, 3) that move: a bright square on a drifting gradient."""
    y, x = np.mgrid[:height, :width]
    for index in range(count):
        shade = (x * 3 + y * 2 + index * 4 + seed) % 256
        picture = np.stack([shade, shade[::-1], 255 - shade], -1).astype(np.uint8)
        side = max(2, height // 4)
        left = index * 2 % max(1, width - side)
        picture[height // 4 : height // 4 + side, left : left + side] = 240
        yield picture


def film(path, frames, times=None, codec="libx264", pix_fmt="yuv420p", options=None, tracks=False, **colour):
    """Write `frames` (arrays, or ready av.VideoFrame) at `times` in milliseconds; all tracks if `tracks`."""
    frames = [it if isinstance(it, av.VideoFrame) else av.VideoFrame.from_ndarray(it) for it in frames]
    times = list(times) if times is not None else [index * 40 for index in range(len(frames))]
    with av.open(path, "w") as out:
        video = out.add_stream(codec, 25, options=options or {})
        video.width, video.height, video.pix_fmt = frames[0].width, frames[0].height, pix_fmt
        video.time_base = video.codec_context.time_base = TICK
        for name, value in colour.items():
            setattr(video.codec_context, name, value)
        rest = list(_tracks(out, times[-1] / 1000)) if tracks else []
        for frame, time in zip(frames, times, strict=True):
            frame = frame if frame.format.name == pix_fmt else frame.reformat(format=pix_fmt)
            frame.pts, frame.time_base = time, TICK
            for name, value in colour.items():
                setattr(frame, name, value)
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
        for stream, packets in rest:
            for packet in packets:
                packet.stream = stream
                out.mux(packet)
    return path


def _tracks(out, seconds):
    out.metadata["title"] = "映画"
    audio = [
        (out.add_stream(codec, 48000, layout="stereo"), language)
        for codec, language in (("flac", "jpn"), ("aac", "eng"))
    ]
    texts = [av.open(io.BytesIO(TALK.format(words).encode()), format="srt") for words in ("一つ", "one")]
    subtitles = [out.add_stream_from_template(text.streams[0]) for text in texts]
    for stream, language in (*audio, *zip(subtitles, ("jpn", "eng"), strict=True)):
        stream.metadata.update(language=language, title=f"in {language}")
    out.add_attachment("Font.ttf", "application/x-truetype-font", FONT)
    half = int(seconds * 500)
    edges = ((0, half, "A"), (half, 2 * half, "B"))
    out.set_chapters(
        [
            {"id": index, "start": a, "end": b, "time_base": TICK, "metadata": {"title": title}}
            for index, (a, b, title) in enumerate(edges)
        ]
    )
    for stream, _ in audio:
        yield stream, _sound(stream, seconds)
    for stream, text in zip(subtitles, texts, strict=True):
        yield stream, [packet for packet in text.demux() if packet.size]


def _sound(stream, seconds):
    tone = np.sin(np.arange(int(seconds * 48000)) / 20) * 8000
    frame = av.AudioFrame.from_ndarray(np.repeat(tone, 2)[None].astype(np.int16), "s16", "stereo")
    frame.sample_rate, frame.pts = 48000, 0
    context = stream.codec_context
    resampler = av.AudioResampler(context.format, "stereo", 48000, context.frame_size or 4096)
    for piece in (*resampler.resample(frame), *resampler.resample(None)):
        yield from stream.encode(piece)
    yield from stream.encode(None)


def timeline(path):
    """Presentation times of all video frames, in seconds."""
    with av.open(path) as container:
        return [Fraction(frame.pts) * frame.time_base for frame in container.decode(video=0)]


def streams(path):
    """Kind, codec, language and title of each stream; the fonts' bytes; chapters; the title."""
    with av.open(path) as container:
        listed = [
            (
                stream.type,
                stream.codec_context.name if stream.codec_context else None,
                stream.metadata.get("language"),
                stream.metadata.get("title"),
            )
            for stream in container.streams
        ]
        fonts = [stream.data for stream in container.streams if stream.type == "attachment"]
        chapters = [
            (c["start"] * c["time_base"], c["end"] * c["time_base"], c["metadata"].get("title"))
            for c in container.chapters()
        ]
        return listed, fonts, chapters, container.metadata.get("title")


def packets(path):
    """Bytes and times of all packets of each stream but the video."""
    with av.open(path) as container:
        held = {}
        for packet in container.demux():
            if packet.size and packet.stream.type in ("audio", "subtitle"):
                time = Fraction(packet.pts) * packet.time_base
                held.setdefault(packet.stream_index, []).append((time, bytes(packet)))
        return [held[index] for index in sorted(held)]
