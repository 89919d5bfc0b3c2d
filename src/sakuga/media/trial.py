"""Whether a codec works on this machine: a few frames are encoded in memory and decoded again."""

from __future__ import annotations

import io
from fractions import Fraction

import av
import av.error
import numpy as np
from numpy.typing import NDArray

from sakuga.media.codecs import CODECS, Codec, CodecName
from sakuga.media.container import encode, typed

SIZE = (192, 256)
"""(height, width) of the trial's frames: hardware encoders refuse smaller ones."""
FRAMES = 3


def fault(name: CodecName) -> str | None:
    """What is wrong with the codec `name`, in FFmpeg's words; None where it gives back what it was given."""
    memory = io.BytesIO()
    try:
        _write(memory, CODECS[name])
        memory.seek(0)
        with av.open(memory, "r") as container:
            found = sum(1 for _ in container.decode(container.streams.video[0]))
    except (av.error.FFmpegError, OSError, ValueError, RuntimeError) as error:
        return getattr(error, "strerror", None) or str(error) or type(error).__name__
    return None if found == FRAMES else f"{found} of {FRAMES} frames came back"


def _write(memory: io.BytesIO, codec: Codec) -> None:
    height, width = SIZE
    with av.open(memory, "w", format="matroska") as output:
        stream = typed(output).add_stream(codec.encoder, Fraction(24), _options(codec))
        chroma = "420" if ("420", 8) in codec.formats else "422"
        depth = min(depth for kind, depth in codec.formats if kind == chroma)
        stream.width, stream.height, stream.pix_fmt = width, height, codec.formats[chroma, depth]
        for index in range(FRAMES):
            typed(output).mux(encode(stream, av.VideoFrame.from_ndarray(_picture(index), format="rgb24")))
        typed(output).mux(encode(stream, None))


def _options(codec: Codec) -> dict[str, str]:
    """The codec's own, at its fastest preset."""
    options = dict(codec.options)
    if codec.presets:
        options["preset"] = codec.presets[0]
    if codec.parameters and codec.settings:
        options[codec.parameters] = ":".join(f"{key}={value}" for key, value in codec.settings.items())
    return options


def _picture(index: int) -> NDArray[np.uint8]:
    height, width = SIZE
    y, x = np.mgrid[:height, :width]
    return np.stack([(x + 8 * index) % 256, y, (x + y) % 256], -1).astype(np.uint8)
