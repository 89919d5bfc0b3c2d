"""What an FFmpeg that is not the one under test reads from a file: all of it, by one run of the program."""

from __future__ import annotations

import re
import subprocess
import tempfile
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import imageio_ffmpeg

_MARKS = (
    *("default", "forced", "comment", "original", "dub", "hearing impaired", "visual impaired"),
    *("clean effects", "attached pic", "captions", "descriptions"),
)
_OF_ENCODER = re.compile(
    "encoder|duration|vendor_id|handler_name|cpb |audio service|service_|metadata|side data"
)
_OF_FILE = re.compile("creation_time|encoder|major_brand|minor_version|compatible_brands")
_STREAM = re.compile(r"  (?:  )?Stream #0:\d+(?:\[\w+\])?(?:\((\S+)\))?: (\w+): (\w+)(.*)")
_CHAPTER = re.compile(r"Chapter #0:\d+: start (\S+), end (\S+)\n(?:      Metadata:\n        title +: (.*))?")
_WIDELY = ("-analyzeduration", "9G", "-probesize", "9G")
_PASSING = ("-fps_mode", "passthrough", "-enc_time_base", "demux")
# The second input is silence, so that there is some sound to hash in any case.
_OUTPUTS = (
    *(
        "-map",
        "0",
        "-map",
        "-0:t?",
        "-c",
        "copy",
        "-copy_unknown",
        "-copyinkf",
        "-f",
        "framemd5",
        "told.packets",
    ),
    *("-map", "0:V:0", *_PASSING, "-f", "framemd5", "told.pictures"),
    *("-map", "1", "-map", "0:a?", "-c:a", "pcm_s24le", "-f", "streamhash", "-hash", "md5", "told.sound"),
    *("-map", "1", "-map", "0:a?", "-c:a", "pcm_s24le", "-f", "framemd5", "told.heard"),
)


class Packet(NamedTuple):
    """One packet, or one decoded picture."""

    time: Fraction
    """Seconds."""
    duration: Fraction
    size: int
    digest: str


@dataclass
class Track:
    """One stream."""

    kind: str
    codec: str
    language: str | None
    line: str
    """All that FFmpeg says of it: pixel format, colours, shape of the samples..."""
    tags: dict[str, str] = field(default_factory=dict)
    packets: list[Packet] = field(default_factory=list)
    """Those that hold anything."""
    sound: str = ""
    """Hash of what it decodes to, at 24 bits."""
    heard: Fraction = Fraction(0)
    """When that begins, in seconds."""

    @property
    def marks(self) -> set[str]:
        return {mark for mark in _MARKS if f"({mark})" in self.line}

    @property
    def is_film(self) -> bool:
        return self.kind == "Video" and "attached pic" not in self.marks


@dataclass
class Reading:
    """A whole file."""

    clocked: bool
    """Whether its times are those of a broadcast or a disc, which begin anywhere."""
    start: Fraction
    length: float
    """Seconds, by its header."""
    tags: dict[str, str]
    chapters: list[tuple[str, str, str]]
    tracks: list[Track]
    shown: list[Fraction]
    """When each picture of the main video is shown, in seconds."""
    attachments: list[tuple[str, bytes]]


def read(path: Path) -> Reading:
    """Copy every packet, decode sound and main video, unpack the attachments."""
    with tempfile.TemporaryDirectory() as place:
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostdin", *_WIDELY, "-copyts"]
        command += [
            "-dump_attachment:t",
            "",
            "-i",
            str(path.resolve()),
            "-f",
            "lavfi",
            "-i",
            "anullsrc=d=0.1",
        ]
        done = subprocess.run([*command, *_OUTPUTS], cwd=place, capture_output=True, check=False)
        said = done.stderr.decode(errors="replace")
        assert done.returncode == 0, said
        return _reading(said[: said.index("\nInput #1")], Path(place))


def _reading(header: str, folder: Path) -> Reading:
    start = re.search(r"start: (-?[\d.]+)", header)
    length = re.search(r"Duration: (\d+):(\d+):([\d.]+)", header)
    assert length, header
    tracks = _tracks(header)
    packets, hashes = _rows(folder / "told.packets"), (folder / "told.sound").read_text().splitlines()[1:]
    for index, track in enumerate(track for track in tracks if track.kind != "Attachment"):
        track.packets = packets.get(index, [])
    heard = _rows(folder / "told.heard")
    sounds = (track for track in tracks if track.kind == "Audio")
    for index, (track, row) in enumerate(zip(sounds, hashes, strict=True), 1):
        track.sound, track.heard = row.partition("=")[2], heard[index][0].time
    return Reading(
        "#0, mpeg" in header,
        Fraction(start[1]) if start else Fraction(0),
        sum(float(part) * unit for part, unit in zip(length.groups(), (3600, 60, 1), strict=True)),
        {key: value for key, value in _tags(header.partition("  Duration:")[0]) if not _OF_FILE.match(key)},
        _CHAPTER.findall(header),
        tracks,
        [packet.time for packet in _rows(folder / "told.pictures").get(0, [])],
        sorted((it.name, it.read_bytes()) for it in folder.iterdir() if not it.name.startswith("told.")),
    )


def _tracks(header: str) -> list[Track]:
    found: list[tuple[int, Track]] = []
    for part in re.split(r"\n(?=  (?:  )?Stream #)", header)[1:]:
        line, _, rest = part.partition("\n")
        match = _STREAM.match(line)
        assert match, line
        language = None if match[1] == "und" else match[1]
        tags = {key: value for key, value in _tags(rest) if not _OF_ENCODER.match(key)}
        number = re.search(r"#0:(\d+)", line)
        found.append((int(number[1]) if number else 0, Track(match[2], match[3], language, match[4], tags)))
    return [track for _, track in sorted(found, key=lambda pair: pair[0])]


def _tags(lines: str) -> list[tuple[str, str]]:
    pairs = re.findall(r"^ {4,}(\S.*?) *: (.*)$", lines, re.M)
    return [("title" if key == "name" else key.lower(), value) for key, value in pairs]


def _rows(path: Path) -> dict[int, list[Packet]]:
    ticks: dict[int, Fraction] = {}
    rows: dict[int, list[Packet]] = {}
    for line in path.read_text().splitlines():
        if match := re.match(r"#tb (\d+): (\d+/\d+)", line):
            ticks[int(match[1])] = Fraction(match[2])
        elif not line.startswith("#"):
            index, _, time, duration, size, digest = (cell.strip() for cell in line.split(",")[:6])
            tick = ticks[int(index)]
            if int(size):
                packet = Packet(int(time) * tick, int(duration) * tick, int(size), digest)
                rows.setdefault(int(index), []).append(packet)
    return rows
