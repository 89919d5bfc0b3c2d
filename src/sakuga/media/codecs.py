"""The video codecs that results can be written in, and the containers that hold them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from sakuga.errors import InputError
from sakuga.media.hdr import Hdr

CodecName = Literal["x264", "x265", "av1", "ffv1", "prores", "nvenc"]


@dataclass(frozen=True, slots=True)
class Codec:
    """One encoder of FFmpeg with what we know of it."""

    encoder: str
    """FFmpeg's name of the encoder."""
    codec: str
    """FFmpeg's name of what it produces."""
    formats: Mapping[tuple[str, int], str]
    """(chroma, depth) -> FFmpeg pixel format."""
    crf: float | None
    """Default quality, lower is better; None where there is none to choose."""
    quality: str = "crf"
    """The option that takes the quality."""
    best: float = 0
    worst: float = 51
    presets: tuple[str, ...] = ()
    """From fast to slow; empty where there are none."""
    preset: str | None = None
    options: Mapping[str, str] = field(default_factory=dict[str, str])
    parameters: str | None = None
    """The option that takes the encoder's own `name=value:name=value` settings."""
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    """Such settings."""
    hdr: Callable[[Hdr], dict[str, str]] | None = None
    """Turns mastering metadata into such settings; None where the encoder cannot write them."""
    odd: bool = False
    """Whether subsampled chroma may belong to an odd width or height."""
    intra: bool = False
    """Whether each frame stands alone."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a video is encoded; raises InputError where codec, quality, depth and preset do not match."""

    codec: CodecName = "x264"
    crf: float | None = None
    """Quality, lower is better; None = the codec's default, at which results do not look compressed."""
    depth: int | None = None
    """Bits per sample, 8 or 10; None = the source's."""
    preset: str | None = None
    """Speed against size, in the encoder's own words; None = the codec's default."""
    cores: int | None = None
    """That the encoder is set for, since its bytes depend on their number; None = those of this machine."""

    def __post_init__(self) -> None:
        if self.codec not in CODECS:
            raise InputError(f"--codec {self.codec} is unknown; choose {', '.join(get_args(CodecName))}.")
        codec = CODECS[self.codec]
        if self.crf is not None:
            self._check_crf(codec, self.crf)
        if self.preset is not None and self.preset not in codec.presets:
            choice = f"choose {', '.join(codec.presets)}" if codec.presets else "leave --preset out"
            raise InputError(f"--preset {self.preset} does not exist for {self.codec}; {choice}.")
        depths = sorted({depth for _, depth in codec.formats})
        if self.depth is not None and self.depth not in depths:
            raise InputError(
                f"--depth {self.depth} does not exist for {self.codec}; choose {_either(depths)}."
            )

    def _check_crf(self, codec: Codec, crf: float) -> None:
        if codec.crf is None:
            raise InputError(f"--crf means nothing to {self.codec}, whose quality is fixed; leave it out.")
        if not (math.isfinite(crf) and codec.best <= crf <= codec.worst):
            raise InputError(f"--crf {crf:g} is outside {codec.best:g}..{codec.worst:g} of {self.codec}.")


@dataclass(frozen=True, slots=True)
class Muxer:
    """One container format to write."""

    format: str
    """FFmpeg's name of it."""
    codecs: frozenset[str]
    """Codecs of ours that its players expect in it."""
    options: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def name(self) -> str:
        """What people call it."""
        return _NAMES[self.format]


_NAMES = {"matroska": "Matroska", "webm": "WebM", "mp4": "MP4", "mov": "QuickTime"}


def _planar(depths: tuple[int, ...], *chromas: str) -> dict[tuple[str, int], str]:
    return {(c, d): f"yuv{c}p" + (f"{d}le" if d > 8 else "") for c in chromas for d in depths}


_SPEEDS = (
    "ultrafast",
    "superfast",
    "veryfast",
    "faster",
    "fast",
    "medium",
    "slow",
    "slower",
    "veryslow",
    "placebo",
)


def _x264_hdr(hdr: Hdr) -> dict[str, str]:
    renamed = {"master-display": "mastering-display", "max-cll": "cll"}
    return {renamed[name]: value for name, value in hdr.x26x().items()}


CODECS: Mapping[str, Codec] = {
    "x264": Codec(
        encoder="libx264",
        codec="h264",
        formats=_planar((8, 10), "420", "422", "444"),
        crf=16,
        presets=_SPEEDS,
        preset="medium",
        # Mode 3 gives dark flat areas more bits: that is where banding of drawn pictures shows.
        options={"aq-mode": "3"},
        parameters="x264-params",
        hdr=_x264_hdr,
    ),
    "x265": Codec(
        encoder="libx265",
        codec="hevc",
        formats=_planar((8, 10, 12), "420", "422", "444"),
        crf=18,
        presets=_SPEEDS,
        preset="medium",
        parameters="x265-params",
        settings={"log-level": "none", "aq-mode": "3", "hdr10-opt": "0"},
        hdr=Hdr.x26x,
    ),
    "av1": Codec(
        encoder="libsvtav1",
        codec="av1",
        formats=_planar((8, 10), "420"),
        crf=20,
        best=1,
        worst=63,
        presets=tuple(str(speed) for speed in range(13, -1, -1)),
        preset="6",
        parameters="svtav1-params",
        hdr=Hdr.svt,
        odd=True,
    ),
    "ffv1": Codec(
        encoder="ffv1",
        codec="ffv1",
        formats=_planar((8, 10, 12, 16), "420", "422", "444")
        | _planar((8,), "440", "411", "410")
        | {("rgb", 8): "bgr0"}
        | {("rgb", depth): f"gbrp{depth}le" for depth in (10, 12, 16)},
        crf=None,
        options={"level": "3", "slicecrc": "1"},
        odd=True,
        intra=True,
    ),
    "prores": Codec(
        encoder="prores_ks",
        codec="prores",
        formats=_planar((10,), "422", "444"),
        crf=None,
        options={"vendor": "apl0"},
        odd=True,
        intra=True,
    ),
    "nvenc": Codec(
        encoder="hevc_nvenc",
        codec="hevc",
        formats={
            ("420", 8): "yuv420p",
            ("420", 10): "p010le",
            ("444", 8): "yuv444p",
            ("444", 10): "yuv444p16le",
        },
        crf=18,
        quality="cq",
        best=1,
        presets=("p1", "p2", "p3", "p4", "p5", "p6", "p7"),
        preset="p5",
        options={"rc": "vbr", "tune": "hq", "spatial-aq": "1"},
    ),
}
"""Adding a codec is adding an entry."""

# Times stay as they are: audio may begin a moment before zero, where its decoder warms up.
_MATROSKA = {"default_mode": "passthrough", "avoid_negative_ts": "disabled"}
_QUICKTIME = frozenset({"h264", "hevc", "prores"})
_MPEG4 = frozenset({"h264", "hevc", "av1"})
CONTAINERS: Mapping[str, Muxer] = {
    ".mkv": Muxer("matroska", frozenset(codec.codec for codec in CODECS.values()), _MATROSKA),
    ".webm": Muxer("webm", frozenset({"av1"}), _MATROSKA),
    ".mp4": Muxer("mp4", _MPEG4),
    ".m4v": Muxer("mp4", _MPEG4),
    ".mov": Muxer("mov", _QUICKTIME),
}
"""Suffix of the file to write -> container."""

_NEAREST = {
    "420": ("420", "422", "444"),
    "422": ("422", "444", "420"),
    "444": ("444", "422", "420"),
    "440": ("440", "444", "422", "420"),
    "411": ("411", "422", "444", "420"),
    "410": ("410", "420", "422", "444"),
    "400": ("420", "422", "444"),
    "rgb": ("rgb", "444", "422", "420"),
}
_STEPS = {"420": (2, 2), "422": (2, 1), "411": (4, 1), "410": (4, 4), "440": (1, 2)}


def container_for(source: Path, encoding: Encoding) -> str:
    """The suffix of the output: the source's own where that container takes the codec, else .mkv.

    Matroska takes every codec and nearly every other stream; ProRes out of an MP4 goes to .mov.
    """
    suffix, codec = source.suffix.lower(), CODECS[encoding.codec].codec
    if suffix in CONTAINERS and codec in CONTAINERS[suffix].codecs:
        return suffix
    return ".mov" if codec == "prores" and suffix in (".mp4", ".m4v") else ".mkv"


def muxer_for(path: Path, encoding: Encoding) -> Muxer:
    """The container that `path` names; raises InputError unless it is one of ours that holds the codec."""
    muxer = CONTAINERS.get(path.suffix.lower())
    if muxer is None:
        raise InputError(f"{path} cannot be written: video goes into {_either(list(CONTAINERS))} files.")
    if CODECS[encoding.codec].codec not in muxer.codecs:
        raise InputError(
            f"{path} cannot hold --codec {encoding.codec}; name it .mkv, which holds every codec."
        )
    return muxer


def layout_for(encoding: Encoding, chroma: str, depth: int, width: int, height: int) -> tuple[str, int]:
    """The chroma and depth nearest to a source's that the encoder takes at this size."""
    codec = CODECS[encoding.codec]
    for candidate in _NEAREST[chroma]:
        depths = sorted(d for c, d in codec.formats if c == candidate)
        if encoding.depth is not None:
            depths = [d for d in depths if d == encoding.depth]
        if depths and (codec.odd or _fits(candidate, width, height)):
            return candidate, next((d for d in depths if d >= depth), depths[-1])
    raise InputError(
        f"--codec {encoding.codec} cannot hold pictures of {width}x{height}; choose x264 or ffv1."
    )


def _fits(chroma: str, width: int, height: int) -> bool:
    across, down = _STEPS.get(chroma, (1, 1))
    return width % across == 0 and height % down == 0


def _either(choices: list[str] | list[int]) -> str:
    *first, last = map(str, choices)
    return f"{', '.join(first)} or {last}" if first else last
