"""How many bytes frames take in a codec, by encoding them in memory."""

from __future__ import annotations

import io
from collections.abc import Sequence

import av
from av.packet import Packet
from av.stream import Stream

from sakuga.media.codecs import CODECS, Codec, Encoding, layout_for
from sakuga.media.colour import Colour, FromRgb, Matrix, Range
from sakuga.media.container import encode, typed
from sakuga.media.frames import Pixels
from sakuga.media.probe import VideoInfo

_COLOUR = Colour(Matrix.BT709, Range.LIMITED)


def packet_sizes(frames: Sequence[Pixels], info: VideoInfo, encoding: Encoding) -> list[int]:
    """Bytes of each packet, a keyframe's first, that `frames` (H, W, 3) of one clip become.

    info: of the source, whose chroma and depth the encoder is given where it takes them. Raises
    av.error.FFmpegError or ValueError where the encoder does not work here.
    """
    height, width = frames[0].shape[:2]
    codec = CODECS[encoding.codec]
    chroma, depth = layout_for(encoding, info.chroma, info.depth, width, height)
    with av.open(io.BytesIO(), "w", format="matroska") as output:
        stream = typed(output).add_stream(codec.encoder, info.rate, _options(codec, encoding))
        stream.width, stream.height, stream.pix_fmt = width, height, codec.formats[chroma, depth]
        stream.codec_context.time_base = stream.time_base = info.time_base
        stream.codec_context.gop_size = 1 if codec.intra else 1000
        convert = FromRgb(_COLOUR, codec.formats[chroma, depth])
        packets: list[Packet[Stream]] = []
        for index, frame in enumerate(frames):
            picture = convert(frame)
            picture.pts, picture.time_base = round(index / (info.rate * info.time_base)), info.time_base
            packets += encode(stream, picture)
        packets += encode(stream, None)
        return [packet.size for packet in packets]


def _options(codec: Codec, encoding: Encoding) -> dict[str, str]:
    options = dict(codec.options)
    if codec.crf is not None:
        options[codec.quality] = f"{codec.crf if encoding.crf is None else encoding.crf:g}"
    if preset := encoding.preset or codec.preset:
        options["preset"] = preset
    if codec.parameters and codec.settings:
        options[codec.parameters] = ":".join(f"{name}={value}" for name, value in codec.settings.items())
    return options
