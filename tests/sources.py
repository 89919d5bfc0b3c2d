"""Sources of every kind of container, made by an FFmpeg that is not the one under test, one line each."""

from __future__ import annotations

import re
import shlex
import struct
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import imageio_ffmpeg

import clips
from sakuga.media.codecs import Encoding

FAST = Encoding(preset="ultrafast")
_TONE = "-f lavfi -i sine=440:r=48000:d=2"
_SRT = "1\n00:00:00,200 --> 00:00:00,900\nGuten Morgen\n\n2\n00:00:01,000 --> 00:00:01,700\nおやすみ\n\n"
_ASS = (
    "[Script Info]\nScriptType: v4.00+\n[V4+ Styles]\nFormat: Name, Fontname\nStyle: Default,Testfont\n"
    "[Events]\nFormat: Layer, Start, End, Style, Text\n"
    "Dialogue: 0,0:00:00.20,0:00:00.90,Default,{\\i1}おはよう\n"
)
_CHAPTERS = (
    ";FFMETADATA1\ntitle=映画 Nr. 1\nartist=Studio Ünicode\n"
    "[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=900\ntitle=Opening\n"
    "[CHAPTER]\nTIMEBASE=1/1000\nSTART=900\nEND=1900\ntitle=第一話\n"
)
FONT = b"\0\1\0\0" + bytes(range(256)) * 20


@dataclass(frozen=True)
class Source:
    """How one file is made, and what its result must tell."""

    suffix: str
    words: str = ""
    """FFmpeg's arguments, in the folder of the parts; TONE is two seconds of sound."""
    told: tuple[str, ...] = ()
    """Words of each sentence about what the result holds otherwise or not at all, in any order."""
    lost: tuple[str, ...] = ()
    """Codecs of the streams that the result lacks."""
    encoding: Encoding = FAST
    after: Callable[[Path, Path], None] | None = None
    """Makes or changes the file, given its path and the folder of the parts."""


def make(source: Source, name: str, parts: Path, folder: Path) -> Path:
    """The file, in `folder`."""
    path = folder / f"{name}{source.suffix}"
    if source.words:
        run(parts, *shlex.split(source.words.replace("TONE", _TONE)), path)
    if source.after:
        source.after(path, parts)
    return path


def run(folder: Path, *arguments: object) -> None:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-v", "error", "-nostdin", *map(str, arguments)]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")


def make_parts(folder: Path) -> Path:
    """The films, texts, titles and pictures that sources are made of."""
    avc = ("-c:v", "libx264", "-preset", "fast", "-bf", "3", "-g", "12", "-pix_fmt", "yuv420p", "-crf", "14")
    clips.make_clip(folder / "raw.mkv", clips.moving(48, 64, 48), 24, ("-c:v", "ffv1", "-pix_fmt", "yuv420p"))
    clips.make_clip(folder / "film.mkv", clips.moving(48, 64, 48), 24, avc)
    clips.make_clip(folder / "slow.mkv", clips.moving(280, 64, 48), 2, avc)
    (folder / "a.srt").write_text(_SRT, encoding="utf-8")
    (folder / "a.ass").write_text(_ASS, encoding="utf-8")
    (folder / "chapters.txt").write_text(_CHAPTERS, encoding="utf-8")
    (folder / "a.sup").write_bytes(blu_ray_titles([(0.2, 0.9), (1.0, 1.7)]))
    (folder / "late.sup").write_bytes(blu_ray_titles([(0.2, 3.9), (6.0, 6.5)]))
    (folder / "Font.ttf").write_bytes(FONT)
    run(folder, "-f", "lavfi", "-i", "color=red:s=32x32", "-frames:v", "1", "cover.png")
    run(folder, "-f", "lavfi", "-i", "color=blue:s=32x32", "-frames:v", "1", "cover.jpg")
    return folder


def blu_ray_titles(shown: list[tuple[float, float]]) -> bytes:
    """A Presentation Graphics stream: a bar of 16 x 8 pixels, from one time to another, again and again."""
    window = struct.pack(">BBHHHH", 1, 0, 8, 32, 16, 8)
    rows = b"".join(bytes([0, 0x80 | 16, 1, 0, 0]) for _ in range(8))
    bar = struct.pack(">HBB", 0, 0, 0xC0) + (len(rows) + 4).to_bytes(3) + struct.pack(">HH", 16, 8) + rows
    made = b""
    for number, (begin, end) in enumerate(shown):
        composed = struct.pack(">HHBHBBBB", 64, 48, 0x10, 2 * number, 0x80, 0, 0, 1)
        cleared = struct.pack(">HHBHBBBB", 64, 48, 0x10, 2 * number + 1, 0, 0, 0, 0)
        placed = composed + struct.pack(">HBBHH", 0, 0, 0, 8, 32)
        palette = bytes([0, 0, 1, 235, 128, 128, 255])
        pieces = [(0x16, placed), (0x17, window), (0x14, palette), (0x15, bar), (0x80, b"")]
        made += _set(begin, pieces) + _set(end, [(0x16, cleared), (0x17, window), (0x80, b"")])
    return made


def _set(time: float, pieces: list[tuple[int, bytes]]) -> bytes:
    """Only the first segment has the time when it is shown; those after it are to be decoded before."""
    made = b""
    for number, (kind, payload) in enumerate(pieces):
        shown, decoded = time - 0.03 * (number > 0), time - 0.05 + number * 0.001
        clocks = (round(at * 90000) for at in (shown, decoded))
        made += b"PG" + struct.pack(">IIBH", *clocks, kind, len(payload)) + payload
    return made


def copied_from(start: str) -> Callable[[Path, Path], None]:
    """Leave out what comes before this time without encoding anything anew, as people cut recordings."""

    def cut(path: Path, parts: Path) -> None:
        whole = path.rename(path.with_stem("whole"))
        run(parts, "-ss", start, "-i", whole.resolve(), "-c", "copy", path.resolve())

    return cut


def cut_before(block: int, count: int) -> Callable[[Path, Path], None]:
    """Take the first `count` blocks of so many bytes off, as a recording that begins anywhere."""
    return lambda path, _: (path.write_bytes(path.read_bytes()[block * count :]), None)[1]


def packed(path: Path, parts: Path) -> None:
    """DivX's packed bitstream: a chunk of two pictures, then one of none."""
    run(parts, "-i", "raw.mkv", "-c:v", "mpeg4", "-bf", "1", "-g", "12", "-q:v", "3", "unpacked.avi")
    with av.open(str(parts / "unpacked.avi")) as plain, av.open(str(path), "w", format="avi") as output:
        stream = output.add_stream_from_template(plain.streams.video[0], opaque=True)
        found = [(bytes(packet), packet.is_keyframe) for packet in plain.demux() if packet.size]
        chunks: list[tuple[bytes, bool]] = []
        for (data, key), (after, _) in zip(found, [*found[1:], (b"", False)], strict=True):
            if _kind(data) != 2:
                both = after and _kind(after) == 2
                chunks += [(data + after, key), (b"\0\0\1\xb6\x50\x4f", False)] if both else [(data, key)]
        for number, (data, key) in enumerate(chunks):
            packet = av.Packet(data)
            packet.stream, packet.time_base, packet.is_keyframe = stream, Fraction(1, 24), key
            packet.pts = packet.dts = number
            output.mux(packet)
    mark = re.compile(rb"Lavc[\d.]+")
    path.write_bytes(mark.sub(lambda it: b"DivX503b" + b"1" * (len(it[0]) - 9) + b"p", path.read_bytes()))


def _kind(data: bytes) -> int:
    """0 for a picture that stands alone, 1 for one that refers back, 2 for one that refers both ways."""
    return data[data.index(b"\0\0\1\xb6") + 4] >> 6


def taken_from_avi(path: Path, parts: Path) -> None:
    """A Matroska track in the manner of AVI, which tells when packets come, not when pictures are shown."""
    packed(parts / "packed.avi", parts)
    with av.open(str(parts / "packed.avi")) as plain, av.open(str(path), "w") as output:
        old = plain.streams.video[0]
        stream = output.add_stream_from_template(old, opaque=True)
        private = old.codec_context.extradata or b""
        head = struct.pack("<IiiHH4s20x", 40 + len(private), old.width, old.height, 1, 24, b"XVID")
        stream.codec_context.extradata = head + private
        for packet in plain.demux():
            if packet.size:
                packet.stream, packet.pts = stream, packet.dts
                output.mux(packet)
    path.write_bytes(path.read_bytes().replace(b"V_MPEG4/ISO/ASP", b"V_MS/VFW/FOURCC"))


def with_telemetry(path: Path, parts: Path) -> None:
    """A broadcast with a stream of data that no container of ours takes."""
    with av.open(str(parts / "film.mkv")) as plain, av.open(str(path), "w") as output:
        video = output.add_stream_from_template(plain.streams.video[0], opaque=True)
        data = output.add_data_stream("klv")
        data.time_base = Fraction(1, 90000)
        for packet in plain.demux():
            if packet.size:
                packet.stream = video
                output.mux(packet)
        for number in range(5):
            packet = av.Packet(b"\x06\x0e\x2b\x34" + bytes([number] * 20))
            packet.stream, packet.time_base, packet.pts = data, Fraction(1, 90000), 9000 * number
            packet.dts = packet.pts
            output.mux(packet)
