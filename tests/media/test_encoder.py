"""Writing videos: what went in comes out, in the same places, and nothing half-done ever shows."""

import itertools
import re
import subprocess
from fractions import Fraction

import av
import imageio_ffmpeg
import numpy as np
import psutil
import pytest

import clips
from bars import HEIGHT, PATCH, WIDTH, bars, inner, to_yuv
from sakuga.errors import DeviceError, InputError, OutputError, VerifyError
from sakuga.media.codecs import CODECS, Encoding, container_for
from sakuga.media.colour import Matrix, Range
from sakuga.media.video import open_video
from writing import create_video

AVC = ("-c:v", "libx264", "-g", "12", "-bf", "3", "-pix_fmt", "yuv420p", "-crf", "12")
SOFTWARE = sorted(set(CODECS) - {"nvenc"})


def identity(source, target, encoding=Encoding("ffv1"), scale=1):  # noqa: B008
    """Read and write, each pixel repeated `scale` times."""
    video = open_video(source)
    with create_video(target, video, video.info.width * scale, video.info.height * scale, encoding) as writer:
        for frame in video.frames():
            writer.write(frame.pixels.repeat(scale, 0).repeat(scale, 1), frame)
    assert video.warnings == []
    return writer


def write(target, video, frames):
    with create_video(target, video, video.info.width, video.info.height, Encoding()) as writer:
        for frame in frames:
            writer.write(frame.pixels, frame)


def hashes(path, *maps):
    """Stream, times, size and hash of all copied packets, by the independent FFmpeg."""
    chosen = [word for chosen in maps for word in ("-map", chosen)]
    listed = clips.ffmpeg("-copyts", "-i", path, *chosen, "-c", "copy", "-copyts", "-f", "framemd5", "-")
    rows = (line.replace(" ", "").split(",") for line in listed.splitlines() if line[0] != "#")
    return [(stream, dts, pts, size, digest) for stream, dts, pts, _, size, digest, *_ in rows]


def shown(path):
    """What the independent FFmpeg says of a file."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-i", str(path)]
    return subprocess.run(command, capture_output=True, check=False).stderr.decode(errors="replace")


def times(path, stream=0):
    with av.open(str(path)) as container:
        chosen = container.streams.video[stream]
        return sorted(float(p.pts * p.time_base) for p in container.demux(chosen) if p.size)


def layout(path):
    """All streams with their tags, but for what only describes how they were encoded."""
    with av.open(str(path)) as container:
        return [
            (
                stream.type,
                stream.codec_context.codec.canonical_name
                if stream.codec_context and stream.type != "video"
                else None,
                {k: v for k, v in stream.metadata.items() if k not in ("ENCODER", "DURATION")},
                int(stream.disposition),
                getattr(stream, "data", None),
            )
            for stream in container.streams
        ], [(c["start"] * c["time_base"], c["metadata"]) for c in container.chapters()]


@pytest.fixture(scope="module")
def rich(tmp_path_factory):
    """A variable-rate Matroska file with two audio, two subtitles, a font, a cover and chapters."""
    return clips.make_vfr_mkv(tmp_path_factory.mktemp("rich") / "第１話.mkv")


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """24 frames of H.264 with sound in MP4."""
    folder = tmp_path_factory.mktemp("plain")
    picture = clips.make_clip(folder / "picture.mkv", clips.moving(24), 24, AVC)
    path = folder / "plain.mp4"
    clips.ffmpeg("-i", picture, "-f", "lavfi", "-i", "sine=d=1", "-c:v", "copy", "-c:a", "aac", path)
    return path


def test_everything_in_a_matroska_file_survives(rich, tmp_path):
    target = tmp_path / "出力.mkv"
    writer = identity(rich, target, Encoding(), scale=2)
    assert (writer.dropped, writer.notes) == ([], [])
    assert times(target) == times(rich) == [ms / 1000 for ms in clips.VFR_MILLISECONDS]
    assert layout(target) == layout(rich)
    assert [kind for kind, *_ in layout(target)[0]] == [
        "audio", "video", "audio", "subtitle", "subtitle", "attachment", "video",
    ]  # fmt: skip
    assert hashes(target, "0:a", "0:s", "0:v:1") == hashes(rich, "0:a", "0:s", "0:v:1")
    with av.open(str(target)) as container:
        assert container.metadata["title"] == "Whole film"
        assert container.metadata["ARTIST"] == "Studio Ünicode"
        assert container.streams.attachments[0].data == clips.FONT
        assert container.duration == av.open(str(rich)).duration
    assert [path.name for path in tmp_path.iterdir()] == ["出力.mkv"]


def test_frames_come_back(rich, tmp_path):
    identity(rich, tmp_path / "a.mkv")
    for before, after in zip(open_video(rich).frames(), open_video(tmp_path / "a.mkv").frames(), strict=True):
        assert (before.pts, before.time_base) == (after.pts, after.time_base)
        assert np.abs(before.pixels.astype(int) - after.pixels)[8:-8, 8:-8].mean() < 0.5


@pytest.mark.parametrize("codec", SOFTWARE)
def test_every_codec_writes_a_file_that_decodes(plain, tmp_path, codec, capfd):
    target = tmp_path / f"a{container_for(plain, Encoding(codec))}"
    writer = identity(plain, target, Encoding(codec))
    assert writer.dropped == []
    assert times(target) == pytest.approx([i / 24 for i in range(24)], abs=1 / 1900)
    frames = clips.ffmpeg("-i", target, "-f", "framecrc", "-").splitlines()
    assert len([line for line in frames if line.startswith("0,")]) == 24
    decoded = list(open_video(target).frames())
    for before, after in zip(open_video(plain).frames(), decoded, strict=True):
        peak = np.iinfo(after.pixels.dtype).max
        assert np.abs(before.pixels / 255 - after.pixels / peak).mean() < 0.02
    assert tuple(capfd.readouterr()) == ("", "")


@pytest.mark.parametrize("codec", ["x264", "x265", "av1", "ffv1"])
def test_ten_bits_stay_ten(tmp_path, codec):
    options = ("-c:v", "ffv1", "-pix_fmt", "yuv420p10le")
    source = clips.make_clip(tmp_path / "a.mkv", clips.moving(4), 24, options)
    identity(source, tmp_path / "b.mkv", Encoding(codec))
    info = open_video(tmp_path / "b.mkv").info
    assert (info.depth, info.chroma) == (10, "420")
    identity(source, tmp_path / "c.mkv", Encoding("x264", depth=8, crf=30, preset="ultrafast"))
    assert open_video(tmp_path / "c.mkv").info.depth == 8


BARS = list(
    itertools.product((Matrix.BT709, Matrix.SMPTE170M, Matrix.BT2020), (Range.LIMITED, Range.FULL), (8, 10))
)
TAGS = {Matrix.BT709: "bt709", Matrix.SMPTE170M: "smpte170m", Matrix.BT2020: "bt2020nc"}


@pytest.mark.parametrize("codec", ["ffv1", "x264"])
@pytest.mark.parametrize(("matrix", "range_", "depth"), BARS)
def test_colour_bars_come_back(tmp_path, matrix, range_, depth, codec):
    """Bars by the standard's formula; the independent FFmpeg wraps them, and unwraps what became of them."""
    codes = [np.rint(c).clip(0, (1 << depth) - 1) for c in to_yuv(bars(), matrix, range_, depth)]
    before = [codes[0], *(chroma[::2, ::2] for chroma in codes[1:])]
    wrap(tmp_path / "a.mkv", before, TAGS[matrix], "pc" if range_ is Range.FULL else "tv", depth)
    identity(tmp_path / "a.mkv", tmp_path / "b.mkv", Encoding(codec, crf=0 if codec == "x264" else None))
    said = re.search(r"Video: .*", shown(tmp_path / "b.mkv"))[0]
    assert TAGS[matrix] in said
    assert ("(pc, " if range_ is Range.FULL else "(tv, ") in said
    for first, second in zip(before, unwrap(tmp_path / "b.mkv", depth), strict=True):
        step = HEIGHT // first.shape[0]
        assert np.abs(first - second)[inner()[::step, ::step]].max() <= 2 << (depth - 8)
    first, second = (next(open_video(tmp_path / name).frames()).pixels for name in ("a.mkv", "b.mkv"))
    apart = np.abs(first.astype(int) - second) / np.iinfo(first.dtype).max * 255
    patches, ramps = inner(), inner()
    patches[3 * PATCH :], ramps[: 3 * PATCH] = False, False
    assert apart[patches].max() <= 2
    assert apart[ramps].max() <= 3
    # Eight-bit YUV alone strays from the bars by up to 3: full-range blue is half a code beyond its end.
    assert np.abs(second / np.iinfo(second.dtype).max - bars())[patches].max() * 255 < 3.1


def wrap(path, planes, matrix, range_, depth):
    form = "yuv420p" if depth == 8 else "yuv420p10le"
    raw = path.with_suffix(".yuv")
    raw.write_bytes(b"".join(plane.astype("u1" if depth == 8 else "<u2").tobytes() for plane in planes) * 2)
    tags = f"setparams=colorspace={matrix}:range={range_}:color_primaries=bt709:color_trc=bt709"
    clips.ffmpeg(
        *("-f", "rawvideo", "-pix_fmt", form, "-s", f"{WIDTH}x{HEIGHT}", "-i", raw, "-vf", tags),
        *("-color_range", range_, "-colorspace", matrix, "-c:v", "ffv1", path),
    )  # fmt: skip


def unwrap(path, depth):
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path), "-frames:v", "1"]
    data = subprocess.run([*command, "-f", "rawvideo", "-"], capture_output=True, check=True).stdout
    values = np.frombuffer(data, "u1" if depth == 8 else "<u2").astype(float)
    luma, cb, cr = np.split(values, [WIDTH * HEIGHT, WIDTH * HEIGHT * 5 // 4])
    return luma.reshape(HEIGHT, WIDTH), *(c.reshape(HEIGHT // 2, WIDTH // 2) for c in (cb, cr))


def test_a_guess_of_the_matrix_is_written_down(tmp_path):
    """480 lines are taken as BT.601; four times as many must not be taken as BT.709 afterwards."""
    source = clips.make_clip(tmp_path / "a.mkv", clips.moving(2, 320, 240), 24, AVC)
    assert open_video(source).info.colour.guessed
    identity(source, tmp_path / "b.mkv", Encoding(), scale=4)
    after = open_video(tmp_path / "b.mkv").info.colour
    assert (int(after.matrix), after.primaries, after.guessed) == (6, 6, False)


@pytest.mark.parametrize("size", [(161, 119), (162, 119), (161, 120)])
@pytest.mark.parametrize("codec", SOFTWARE)
def test_odd_sizes_stay_odd(tmp_path, codec, size):
    source = clips.make_clip(
        tmp_path / "a.mkv", clips.moving(3, *size), 24, ("-c:v", "ffv1", "-pix_fmt", "yuv420p")
    )
    writer = identity(source, tmp_path / "b.mkv", Encoding(codec))
    assert f"{size[0]}x{size[1]}" in shown(tmp_path / "b.mkv")
    pixels = [frame.pixels for frame in open_video(tmp_path / "b.mkv").frames()]
    assert {p.shape for p in pixels} == {(size[1], size[0], 3)}
    assert bool(writer.notes) == (codec in ("x264", "x265", "prores"))


@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
@pytest.mark.parametrize("codec", ["x264", "x265", "av1"])
@pytest.mark.parametrize("sar", [Fraction(8, 9), Fraction(64, 45), Fraction(1)])
def test_the_shape_of_samples_is_kept(tmp_path, codec, suffix, sar):
    filters = f"setsar={sar.numerator}/{sar.denominator}"
    source = clips.make_clip(
        tmp_path / "a.mkv", clips.moving(3), 24, (*AVC, "-vf", filters, "-metadata:s:v", "title=T")
    )
    assert open_video(source).info.sar == sar
    target = tmp_path / f"b{suffix}"
    identity(source, target, Encoding(codec), scale=2)
    assert open_video(target).info.sar == sar
    assert sar == 1 or f"SAR {sar.numerator}:{sar.denominator}" in shown(target)
    with av.open(str(target)) as container:
        tags = container.streams.video[0].metadata
    assert (tags.get("title") or tags.get("name")) == "T"


@pytest.mark.parametrize("degrees", [90, -90, 180])
@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_rotation_is_kept(plain, tmp_path, degrees, suffix):
    clips.ffmpeg("-display_rotation", str(degrees), "-i", plain, "-c", "copy", tmp_path / "a.mp4")
    before = open_video(tmp_path / "a.mp4").info.rotation
    assert abs(before) == abs(degrees)
    identity(tmp_path / "a.mp4", tmp_path / f"b{suffix}", Encoding(), scale=2)
    after = open_video(tmp_path / f"b{suffix}").info
    assert (after.rotation, after.width, after.height) == (before, 320, 240)


def test_hdr_stays_hdr(tmp_path):
    master = "G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,50)"
    colour = "colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:chromaloc=2"
    settings = f"log-level=none:{colour}:master-display={master}:max-cll=1000,400"
    options = ("-c:v", "libx265", "-pix_fmt", "yuv420p10le", "-x265-params", settings)
    source = clips.make_clip(tmp_path / "a.mkv", clips.moving(3), 24, options)
    before = open_video(source).info
    assert before.hdr is not None
    assert before.colour.siting == "topleft"
    for codec in ("x264", "x265", "av1"):
        writer = identity(source, tmp_path / f"{codec}.mkv", Encoding(codec))
        after = open_video(tmp_path / f"{codec}.mkv").info
        assert (after.depth, int(after.colour.matrix), after.colour.primaries, after.colour.transfer) == (
            10,
            9,
            9,
            16,
        )
        assert after.hdr.light == before.hdr.light
        numbers = [(*it.hdr.primaries, *it.hdr.luminance) for it in (before, after)]
        assert [float(n) for n in numbers[0]] == pytest.approx([float(n) for n in numbers[1]], rel=2e-3)
        assert writer.dropped == []
    assert "HDR" in identity(source, tmp_path / "ffv1.mkv").dropped[0]


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_mp4_with_all_that_it_holds(rich, tmp_path, suffix):
    parts = rich.parent / f"{rich.stem}.parts"
    picture = clips.make_clip(tmp_path / "p.mkv", clips.moving(40), 24, AVC)
    clips.ffmpeg(
        *("-i", picture, "-f", "lavfi", "-i", "sine=d=1.6", "-i", parts / "b.srt", "-i", parts / "cover.png"),
        *("-i", parts / "chapters.txt", "-map_metadata", "4", "-map", "0:v", "-map", "1:a", "-map", "1:a"),
        *("-map", "2:s", "-map", "3:v", "-c:v", "copy", "-c:a:0", "aac", "-c:a:1", "ac3", "-c:s", "mov_text"),
        *("-disposition:v:1", "attached_pic", "-timecode", "01:02:03:04", tmp_path / "a.mp4"),
    )  # fmt: skip
    target = tmp_path / f"b{suffix}"
    writer = identity(tmp_path / "a.mp4", target, Encoding())
    lost = {".mp4": [], ".mov": ["cover art"], ".mkv": ["mov_text"]}[suffix]
    assert len(writer.dropped) == len(lost)
    assert all(word in sentence for word, sentence in zip(lost, writer.dropped, strict=True))
    assert times(target) == pytest.approx(times(tmp_path / "a.mp4"), abs=1 / 1900)
    assert layout(target)[1] == layout(tmp_path / "a.mp4")[1]
    assert [row[-1] for row in hashes(target, "0:a")] == [
        row[-1] for row in hashes(tmp_path / "a.mp4", "0:a")
    ]
    assert "timecode" in shown(target).lower()


def test_what_mp4_cannot_hold_is_named(rich, tmp_path):
    writer = identity(rich, tmp_path / "a.mp4", Encoding())
    assert [re.findall("ass|subrip|Testfont", sentence) for sentence in writer.dropped] == [
        ["ass"],
        ["subrip"],
        ["Testfont"],
    ]
    kinds = [kind for kind, *_ in layout(tmp_path / "a.mp4")[0] if kind != "data"]
    assert kinds == ["audio", "video", "audio", "video"]


def test_sound_that_begins_before_zero_stays_in_step(plain, tmp_path):
    """MP4's AAC warms up before zero; in Matroska the picture must not move for it."""
    identity(plain, tmp_path / "a.mkv", Encoding())
    assert times(tmp_path / "a.mkv")[0] == 0
    with av.open(str(tmp_path / "a.mkv")) as container:
        first = next(container.demux(audio=0))
        assert float(first.pts * first.time_base) == pytest.approx(-1024 / 44100, abs=0.002)


@pytest.mark.parametrize("suffix", [".ts", ".avi", ".flv", ".mpg", ".mov", ".webm", ".mkv"])
def test_containers_old_and_new_become_files_in_step(tmp_path, suffix):
    video = {
        ".mpg": ("-c:v", "mpeg2video", "-q:v", "3"),
        ".webm": ("-c:v", "libvpx-vp9", "-crf", "20", "-b:v", "0", "-cpu-used", "8", "-pix_fmt", "yuv420p"),
        ".avi": ("-c:v", "mpeg4", "-q:v", "3", "-bf", "2"),
    }.get(suffix, AVC)
    audio = {".webm": "libopus", ".mpg": "mp2", ".avi": "libmp3lame"}.get(suffix, "aac")
    picture = clips.make_clip(tmp_path / "p.mkv", clips.moving(30), 25)
    source = tmp_path / f"a{suffix}"
    clips.ffmpeg("-i", picture, "-f", "lavfi", "-i", "sine=d=1.2:r=48000", *video, "-c:a", audio, source)
    target = tmp_path / f"b{container_for(source, Encoding())}"
    writer = identity(source, target, Encoding())
    assert writer.dropped == []
    before, after = (starts(path) for path in (source, target))
    assert after[1] - after[0] == pytest.approx(before[1] - before[0], abs=0.0021)
    frames = list(open_video(source).frames())
    span = (frames[-1].pts - frames[0].pts) * frames[0].time_base
    assert times(target)[-1] - times(target)[0] == pytest.approx(float(span), abs=1 / 900)
    assert len(times(target)) == len(frames)


def starts(path):
    """When picture and sound begin, in seconds."""
    with av.open(str(path)) as container:
        found = {}
        for packet in container.demux():
            stamp = packet.pts if packet.pts is not None else packet.dts
            if stamp is not None:
                kind = packet.stream.type
                found[kind] = min(found.get(kind, 1e9), float(stamp * packet.time_base))
    return found["video"], found["audio"]


@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
def test_a_second_video_stream_is_copied(tmp_path, suffix):
    picture = clips.make_clip(tmp_path / "p.mkv", clips.moving(30), 24, AVC)
    clips.ffmpeg("-i", picture, "-i", picture, "-map", "0", "-map", "1", "-c", "copy", tmp_path / "a.mkv")
    identity(tmp_path / "a.mkv", tmp_path / f"b{suffix}", Encoding())
    assert times(tmp_path / f"b{suffix}", 1) == pytest.approx(times(tmp_path / "a.mkv", 1), abs=1 / 5000)
    decoded = [
        clips.ffmpeg("-i", tmp_path / n, "-map", "0:v:1", "-f", "framehash", "-")
        for n in ("a.mkv", f"b{suffix}")
    ]
    pictures = [[row.split(",")[-1] for row in text.splitlines() if row[0] != "#"] for text in decoded]
    assert pictures[0] == pictures[1]


@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
def test_a_late_beginning_stays_late(tmp_path, suffix):
    source = clips.make_clip(tmp_path / "a.mkv", clips.moving(12), 24, (*AVC, "-output_ts_offset", "5.3"))
    identity(source, tmp_path / f"b{suffix}", Encoding())
    assert times(tmp_path / f"b{suffix}")[0] == pytest.approx(5.3, abs=0.001)


def test_transparency_is_named(tmp_path):
    options = ("-c:v", "ffv1", "-pix_fmt", "yuva420p")
    writer = identity(clips.make_clip(tmp_path / "a.mkv", clips.moving(2), 24, options), tmp_path / "b.mkv")
    assert "transparency" in writer.dropped[0]


def test_rgb_is_lossless_in_ffv1(tmp_path):
    drawn = clips.moving(3)
    source = clips.make_clip(tmp_path / "a.mkv", drawn, 24, ("-c:v", "ffv1", "-pix_fmt", "bgr0"))
    identity(source, tmp_path / "b.mkv")
    for frame, expected in zip(open_video(tmp_path / "b.mkv").frames(), drawn, strict=True):
        assert (frame.pixels == expected).all()
    writer = identity(source, tmp_path / "c.mkv", Encoding(crf=4))
    assert "RGB" in writer.notes[0]
    first = next(open_video(tmp_path / "c.mkv").frames()).pixels
    assert np.abs(first.astype(int) - drawn[0]).mean() < 2


def test_nvenc_without_its_gpu_says_so(plain, tmp_path):
    try:
        av.codec.CodecContext.create("hevc_nvenc", "w").open()
    except av.error.FFmpegError:
        with pytest.raises(DeviceError, match="nvenc"):
            identity(plain, tmp_path / "a.mp4", Encoding("nvenc"))
        assert list(tmp_path.iterdir()) == []
    else:
        identity(plain, tmp_path / "a.mp4", Encoding("nvenc"))


def test_an_interruption_leaves_nothing(plain, tmp_path):
    old = tmp_path / "a.mp4"
    old.write_bytes(b"old")
    video = open_video(plain)

    def interrupted():
        yield from itertools.islice(video.frames(), 5)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(old, video, interrupted())
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]
    assert old.read_bytes() == b"old"


@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
def test_a_full_disk_is_a_sentence(tmp_path, suffix):
    resource = pytest.importorskip("resource")
    noise = np.random.default_rng(0).integers(0, 256, (24, 120, 160, 3)).astype(np.uint8)
    source = clips.make_clip(tmp_path / "a.mkv", noise, 24, ("-c:v", "ffv1"))
    (tmp_path / "out").mkdir()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, before[1]))
    try:
        with pytest.raises(OutputError, match=rf"b{suffix} could not be written"):
            identity(source, tmp_path / "out" / f"b{suffix}", Encoding(crf=0))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_lost_frame_is_found_out(plain, tmp_path):
    """The file is not given its name, but hours of work are not thrown away either."""
    video = open_video(plain)
    some = (frame for index, frame in enumerate(video.frames()) if index != 7)
    with pytest.raises(VerifyError, match="23 of the source's 24"):
        write(tmp_path / "a.mp4", video, some)
    assert [path.name for path in tmp_path.iterdir()] == ["a.unverified.mp4"]
    assert len(times(tmp_path / "a.unverified.mp4")) == 23


def test_the_source_is_never_its_own_output(plain):
    video = open_video(plain)
    with pytest.raises(InputError, match="source itself"), create_video(plain, video, 160, 120, Encoding()):
        pass


def test_the_other_streams_of_a_source_that_breaks_off(tmp_path, plain):
    clips.ffmpeg("-i", plain, "-c", "copy", "-movflags", "+faststart", tmp_path / "a.mp4")
    path = tmp_path / "a.mp4"
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    video = open_video(path)
    write(tmp_path / "b.mp4", video, video.frames())
    assert video.cut_off
    assert 8 < len(times(tmp_path / "b.mp4")) < 24


def test_memory_stays_flat(tmp_path):
    """Sound and picture of any length pass through in step; nothing piles up."""
    picture = clips.make_clip(tmp_path / "p.mkv", clips.moving(25, 64, 48), 25, AVC)
    clips.ffmpeg(
        *("-stream_loop", "79", "-i", picture, "-f", "lavfi", "-i", "sine=d=80"),
        *("-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "pcm_s16le", tmp_path / "a.mkv"),
    )  # fmt: skip
    video, process, used = open_video(tmp_path / "a.mkv"), psutil.Process(), []
    with create_video(tmp_path / "b.mkv", video, 64, 48, Encoding(preset="ultrafast")) as writer:
        for index, frame in enumerate(video.frames()):
            writer.write(frame.pixels, frame)
            if index in (400, 1999):
                used.append(process.memory_info().rss)
    assert len(used) == 2
    assert used[1] - used[0] < 6 << 20
