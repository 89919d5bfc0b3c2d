"""What goes into a restoration beside the pictures comes out of it, stream by stream, in any container."""

import re
import subprocess
from fractions import Fraction

import imageio_ffmpeg
import pytest

import clips
from fakes import NearestEngine
from reader import read
from sakuga.media.codecs import Encoding, container_for
from sakuga.media.span import Span
from sakuga.restore.treatment import Treatment
from sakuga.restore.video import restore_video
from sources import (
    FAST,
    Source,
    copied_from,
    cut_before,
    make,
    make_parts,
    packed,
    taken_from_avi,
    with_telemetry,
)

M2V = "-c:v mpeg2video -bf 2 -g 9 -q:v 3"
HDR = "setparams=color_primaries=bt2020:color_trc={}:colorspace=bt2020nc"
AV1 = Encoding("av1", preset="12")
SOURCES = {
    "variable rate": Source(".mkv", after=lambda path, _: (clips.make_vfr_mkv(path), None)[1]),
    "all that Matroska holds": Source(
        ".mkv",
        "-i film.mkv TONE TONE TONE -i a.ass -i a.srt -i a.sup -i a.sup -i chapters.txt -map 1 -map 0 -map 2"
        " -map 3 -map 4 -map 5 -map 6 -map 7 -map_metadata 8 -c:v copy -c:a:0 aac -c:a:1 flac -c:a:2 ac3"
        " -c:s copy -c:s:3 dvdsub -metadata:s:a:0 language=jpn -metadata:s:a:1 title='Kommentar ü'"
        " -metadata:s:v language=jpn -metadata:s:v title=画 -disposition:a:1 comment"
        " -disposition:a:2 original+dub -disposition:s:0 default+forced -disposition:s:1 hearing_impaired"
        " -metadata:s:s:2 language=ger"
        " -attach Font.ttf -metadata:s:t:0 mimetype=font/ttf -attach chapters.txt -metadata:s:t:1"
        " mimetype=text/plain -attach cover.png -metadata:s:t:2 mimetype=image/png -attach cover.jpg"
        " -metadata:s:t:3 mimetype=image/jpeg -default_mode passthrough",
    ),
    "all that MP4 holds": Source(
        ".mp4",
        "-i film.mkv TONE TONE -i a.srt -i cover.jpg -i cover.png -i chapters.txt -map 0 -map 1 -map 2 -map 3"
        " -map 4 -map 5 -map_metadata 6 -c:v copy -c:a:0 aac -c:a:1 ac3 -c:s mov_text"
        " -disposition:v:1 attached_pic -disposition:v:2 attached_pic -metadata:s:s:0 title=字幕"
        " -metadata:s:a:1 title=Kommentar -metadata:s:a:1 language=ger -disposition:a:0 default+original"
        " -disposition:a:1 comment -disposition:s:0 forced -timecode 01:02:03:04",
    ),
    "a tag of one's own in MP4": Source(
        ".mp4", "-i film.mkv -c copy -movflags use_metadata_tags -metadata mykey=x", told=("tag mykey",)
    ),
    "edit list, sound late": Source(
        ".mp4", "-i film.mkv -itsoffset 0.7 TONE -map 0 -map 1 -c:v copy -c:a aac"
    ),
    "edit list, picture late": Source(
        ".mp4", "-itsoffset 0.5 -i film.mkv TONE -map 0 -map 1 -c:v copy -c:a aac"
    ),
    "edit list inside a group of pictures": Source(
        ".mov",
        "-i film.mkv TONE -map 0 -map 1 -c:v copy -c:a aac",
        after=copied_from("0.7"),
    ),
    "fragments": Source(
        ".mp4", "-i film.mkv TONE -c:v copy -c:a aac -movflags frag_keyframe+empty_moov+negative_cts_offsets"
    ),
    "sound before zero": Source(
        ".mkv",
        "-itsoffset 0.5 -i film.mkv -itsoffset -0.3 TONE -c:v copy -c:a ac3 -avoid_negative_ts disabled"
        " -copyts",
    ),
    "open group of pictures": Source(
        ".mkv",
        "-i raw.mkv -c:v libx264 -x264-params open-gop=1:keyint=8:min-keyint=8:bframes=3:scenecut=0",
        after=copied_from("0.5"),
    ),
    "leading pictures without reference": Source(
        ".ts",
        "-i raw.mkv -c:v libx265 -x265-params log-level=0:open-gop=1:keyint=8:min-keyint=8:bframes=3",
        after=copied_from("0.5"),
    ),
    "4:4:4, 10 bits": Source(".mkv", "-i raw.mkv -c:v libx265 -x265-params log-level=0 -pix_fmt yuv444p10le"),
    "4:2:2, 10 bits": Source(".mp4", "-i raw.mkv -c:v libx264 -pix_fmt yuv422p10le"),
    "4:4:4": Source(".mp4", "-i raw.mkv -c:v libx264 -pix_fmt yuv444p -vf setsar=64/45"),
    "HLG": Source(
        ".mp4",
        f"-i raw.mkv -c:v libx265 -x265-params log-level=0 -pix_fmt yuv420p10le"
        f" -vf {HDR.format('arib-std-b67')}",
    ),
    "two videos in Matroska": Source(
        ".mkv",
        "-i film.mkv -i slow.mkv TONE -map 0 -map 1 -map 2 -c copy -c:a libopus -metadata:s:v:1 title=Board",
    ),
    "two videos in MP4": Source(
        ".mp4",
        "-i film.mkv -display_rotation 90 -i film.mkv TONE -map 0 -map 1 -map 2 -c copy -c:a aac"
        " -metadata:s:v:1 title=Board -metadata:s:v:1 language=jpn",
    ),
    "turned": Source(".mp4", "-display_rotation 90 -i film.mkv -c copy"),
    "mirrored": Source(".mkv", "-display_hflip -display_rotation 90 -i film.mkv -c copy"),
    "titles before the first picture": Source(
        ".mkv", "-itsoffset 1.5 -i film.mkv TONE -i a.srt -map 0 -map 1 -map 2 -c:v copy -c:a flac -c:s srt"
    ),
    "sound longer than the picture": Source(
        ".mkv", "-i film.mkv -f lavfi -i sine=d=4 -i a.srt -map 0 -map 1 -map 2 -c:v copy -c:a aac -c:s srt"
    ),
    "sound shorter than the picture": Source(".mp4", "-i film.mkv -f lavfi -i sine=d=0.5 -c:v copy -c:a aac"),
    "sound after minutes": Source(".mp4", "-i slow.mkv -itsoffset 130 TONE -map 0 -map 1 -c:v copy -c:a aac"),
    "sound and titles after minutes in a broadcast": Source(
        ".ts",
        "-i slow.mkv -itsoffset 130 TONE -itsoffset 130 -i a.sup -map 0 -map 1 -map 2 -c:v copy -c:a ac3"
        " -c:s dvbsub",
    ),
    "titles of the second chapter of a DVD": Source(
        ".vob",
        "-stream_loop 17 -i raw.mkv -itsoffset 34 TONE -itsoffset 34 -i late.sup -map 0 -map 1 -map 2 -t 42"
        f" {M2V} -q:v 20 -c:a ac3 -c:s dvdsub -f vob",
    ),
    "DVD": Source(
        ".vob",
        f"-i raw.mkv TONE TONE TONE TONE -i a.sup -map 0 -map 1 -map 2 -map 3 -map 4 -map 5 {M2V}"
        " -c:a:0 ac3 -c:a:1 mp2 -c:a:2 pcm_dvd -c:a:3 pcm_dvd -sample_fmt:a:3 s32 -c:s dvdsub -f vob"
        " -aspect 16:9",
        told=("pcm_dvd; it is stored decoded, as pcm_s16le", "pcm_dvd; it is stored decoded, as pcm_s24le"),
    ),
    "DVD with navigation": Source(
        ".mpg",
        f"-i raw.mkv TONE {M2V} -c:a dca -strict -2 -f dvd",
        told=("dvd_nav_packet",),
        lost=("dvd_nav_packet",),
    ),
    "DVD from its middle": Source(
        ".vob", f"-i raw.mkv TONE {M2V} -c:a ac3 -f vob", after=cut_before(2048, 9)
    ),
    "MPEG-1": Source(".mpg", "-i raw.mkv -itsoffset 0.8 TONE -map 0 -map 1 -c:v mpeg1video -c:a mp2 -f mpeg"),
    "two programs": Source(
        ".ts",
        f"-i film.mkv -i raw.mkv TONE TONE -map 0 -map 1 -map 2 -map 3 {M2V} -c:v:0 copy -c:a:0 aac"
        " -c:a:1 mp2 -program title=One:st=0:st=2 -program title=Zwei:st=1:st=3 -metadata:s:a:0 language=jpn"
        " -disposition:a:1 clean_effects -output_ts_offset 7200",
        told=('the mark "clean effects" of audio: mp2',),
    ),
    "a clock that runs over": Source(".ts", "-i film.mkv TONE -c:v copy -c:a ac3 -output_ts_offset 95441"),
    "a broadcast from its middle": Source(
        ".ts", f"-i raw.mkv TONE {M2V} -c:a ac3", after=cut_before(188, 60)
    ),
    "telemetry": Source(".ts", told=("data: klv",), lost=("klv",), after=with_telemetry),
    "Blu-ray": Source(
        ".m2ts",
        "-i film.mkv TONE TONE TONE -i a.sup -map 0 -map 1 -map 2 -map 3 -map 4 -c:v copy -c:a:0 pcm_bluray"
        " -c:a:1 dca -c:a:2 eac3 -c:s copy -strict -2 -metadata:s:a:0 language=jpn",
        told=("pcm_bluray, jpn; it is stored decoded, as pcm_s16le",),
    ),
    "AVI": Source(".avi", "-i raw.mkv TONE -c:v mpeg4 -bf 2 -g 12 -c:a libmp3lame -q:a 4 -vf setsar=8/9"),
    "AVI, pictures held by empty chunks": Source(
        ".avi",
        "-i film.mkv TONE -vf 'select=mod(n\\,3)' -fps_mode passthrough -enc_time_base 1/24 -c:v mpeg4 -bf 2"
        " -c:a libmp3lame",
    ),
    "AVI, packed pictures": Source(".avi", after=packed),
    "AVI, H.264": Source(".avi", "-i raw.mkv -c:v libx264 -bf 3"),
    "AVI, raw": Source(".avi", "-i raw.mkv TONE -c:v rawvideo -c:a pcm_s24le"),
    "AVI, ADPCM": Source(
        ".avi",
        "-i raw.mkv TONE -c:v mpeg4 -c:a adpcm_ms",
        told=("adpcm_ms; it is stored decoded, as pcm_s16le",),
    ),
    "DV": Source(".avi", "-i raw.mkv TONE -target pal-dv -c:a pcm_s16le", told=("flagged as interlaced",)),
    "Matroska out of AVI": Source(".mkv", after=taken_from_avi),
    "WebM, VP9": Source(
        ".webm", "-i raw.mkv TONE -c:v libvpx-vp9 -cpu-used 8 -c:a libopus -metadata:s:a language=jpn"
    ),
    "WebM, AV1": Source(
        ".webm",
        "-i raw.mkv TONE -i a.srt -map 0 -map 1 -map 2 -c:v libsvtav1 -preset 12 -c:a libvorbis -c:s webvtt",
        encoding=AV1,
    ),
    "QuickTime": Source(
        ".mov",
        "-i raw.mkv TONE -af asetnsamples=1601 -c:v prores_ks -pix_fmt yuv422p10le -c:a pcm_s24le"
        " -timecode 01:00:00:00",
        encoding=Encoding("prores"),
    ),
    "Windows Media": Source(
        ".wmv", "-i raw.mkv TONE -c:v wmv2 -c:a wmav2", told=("wmav2; it is stored decoded, as pcm_s24le",)
    ),
    "Flash": Source(".flv", "-i film.mkv TONE -c:v copy -c:a aac"),
    "Ogg": Source(".ogv", "-i raw.mkv TONE -c:v libtheora -c:a libvorbis"),
    "packets of no bytes": Source(".nut", "-i film.mkv TONE -c:v copy -c:a flac"),
    "MXF": Source(".mxf", "-i raw.mkv TONE -s 128x96 -r 25 -c:v mpeg2video -pix_fmt yuv422p -c:a pcm_s16le"),
}


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    return make_parts(tmp_path_factory.mktemp("parts"))


def restored(source, folder, encoding, treatment=Treatment()):  # noqa: B008
    result = folder / "out" / f"映画 1{container_for(source, encoding)}"
    return restore_video(NearestEngine(), source, result, encoding, treatment=treatment), result


@pytest.mark.parametrize("name", SOURCES)
def test_nothing_is_lost_and_what_changes_is_told(name, parts, tmp_path):
    kind = SOURCES[name]
    source = make(kind, "映画 1", parts, tmp_path)
    outcome, result = restored(source, tmp_path, kind.encoding)
    assert len(outcome.warnings) == len(kind.told), outcome.warnings
    for words in kind.told:
        assert sum(words in sentence for sentence in outcome.warnings) == 1, outcome.warnings
    compare(read(source), read(result), kind)


def compare(before, after, kind):
    origin = before.start if before.clocked else min(before.shown[0], Fraction(0))
    same_times(before.shown, after.shown, origin)
    timecodes = {
        key: value for track in after.tracks for key, value in track.tags.items() if key == "timecode"
    }
    assert not lacking(before.tags, timecodes | after.tags, kind.told)
    assert before.clocked or abs(after.length - before.length) < 0.1
    assert after.chapters == before.chapters
    assert after.attachments == before.attachments
    old = [track for track in before.tracks if track.kind != "Data"]
    new = [track for track in after.tracks if track.kind != "Data"]
    assert [track.kind for track in new] == [track.kind for track in old]
    main = next(track for track in old if track.is_film)
    for had, has in zip(old, new, strict=True):
        (same_looks if had is main else same_packets)(had, has, origin)
        assert has.language == had.language
        assert not [mark for mark in had.marks - has.marks if not any(mark in words for words in kind.told)]
        assert not lacking(had.tags, has.tags, kind.told)


def lacking(had, has, told):
    return [key for key, value in had.items() if has.get(key) != value and not any(key in it for it in told)]


def same_times(old, new, origin):
    assert len(new) == len(old)
    assert [float(time) for time in new] == pytest.approx([float(time - origin) for time in old], abs=0.001)


def same_looks(had, has, _):
    """Pixel format, colours where they were told, the shape of samples and how the picture is turned."""
    formats = [re.search(r"(yuv\w+)\((.*?)\)|(yuv\w+)", track.line) for track in (had, has)]
    assert len({match[1] or match[3] for match in formats}) == 1
    told = re.search(r"bt2020nc/[\w/-]+", formats[0][2] or "")
    assert not told or told[0] in formats[1][2]
    shapes = [re.search(r"SAR (\d+:\d+)", track.line) for track in (had, has)]
    assert len({shape[1] if shape else "1:1" for shape in shapes}) == 1


def same_packets(had, has, origin):
    """The same bytes at the same times; where those are wrapped or divided otherwise, the same sound."""
    old, new = had.packets, has.packets
    if had.codec == "hdmv_pgs_subtitle" and len(old) > len(new):
        old = joined(old, new)
    elif [packet.digest for packet in new] != [packet.digest for packet in old]:
        assert had.sound
        assert has.sound == had.sound
        if has.codec.startswith("pcm"):
            same_times([had.heard], [has.heard], origin)
            return
    else:
        assert has.codec == had.codec
    same_times([packet.time for packet in old], [packet.time for packet in new], origin)
    if had.kind == "Subtitle":
        same_times([packet.duration for packet in old], [packet.duration for packet in new], 0)


def joined(old, new):
    """The first of the packets of `old` that make up each of `new`, by their sizes."""
    left, firsts = iter(old), []
    for packet in new:
        firsts.append(next(left))
        size = firsts[-1].size
        while size < packet.size:
            size += next(left).size
        assert size == packet.size
    assert next(left, None) is None
    return firsts


def test_the_segments_of_a_blu_rays_titles_are_those_of_the_source(parts, tmp_path):
    source = make(SOURCES["Blu-ray"], "a", parts, tmp_path)
    _, result = restored(source, tmp_path, SOURCES["Blu-ray"].encoding)
    found = []
    for number, path in enumerate((source, result)):
        titles = tmp_path / f"{number}.sup"
        clips.ffmpeg("-i", path, "-map", "0:s", "-c", "copy", titles)
        # Each segment: PG, two times, its kind, its length, its payload.
        found.append(re.split(rb"PG.{8}(?=[\x14-\x17\x80])", titles.read_bytes(), flags=re.S))
    assert len(found[0]) == 17
    assert found[0] == found[1]


def test_a_blu_rays_title_is_cut_out_whole(parts, tmp_path):
    """The second title begins at 0.8; its later segments are dated 0.03 s before, and belong to it."""
    source = make(SOURCES["Blu-ray"], "a", parts, tmp_path)
    span = Span(Fraction(4, 5), Fraction(5, 4))
    _, result = restored(source, tmp_path, FAST, Treatment(span=span))
    (title,) = next(track for track in read(result).tracks if track.kind == "Subtitle").packets
    assert title.size == 22 + 13 + 10 + 54 + 3
    assert 0 <= title.time < Fraction(1, 50)


HDR10 = (
    "-i raw.mkv -c:v libx265 -pix_fmt yuv420p10le -vf setparams=color_primaries=bt2020:color_trc=smpte2084"
    ":colorspace=bt2020nc -x265-params log-level=0:hdr10=1:colorprim=bt2020:transfer=smpte2084"
    ":colormatrix=bt2020nc:master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,50)"
    ":max-cll=1000,400"
)


@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
@pytest.mark.parametrize("codec", ["x264", "x265"])
def test_the_light_of_hdr10_is_the_sources(parts, tmp_path, suffix, codec):
    kind = Source(suffix, HDR10, encoding=Encoding(codec, preset="ultrafast"))
    source = make(kind, "a", parts, tmp_path)
    outcome, result = restored(source, tmp_path, kind.encoding)
    assert outcome.warnings == ()
    compare(read(source), read(result), kind)
    light = [mastering(path) for path in (source, result)]
    assert light[0] == light[1]
    assert "MaxCLL=1000, MaxFALL=400" in light[0]


def mastering(path):
    """What the independent FFmpeg says of the first picture's light."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-i", str(path), "-vf", "showinfo"]
    done = subprocess.run([*command, "-frames:v", "1", "-f", "null", "-"], capture_output=True, check=True)
    said = re.findall(
        r"(Mastering display metadata|Content light level metadata): ?(.*)", done.stderr.decode()
    )
    return ", ".join(sorted({words for _, words in said}))


def test_pictures_before_zero_are_counted_back(parts, tmp_path):
    """FFmpeg tells no times below zero in Matroska; the sound shows where the pictures belong."""
    early = (
        "-itsoffset -0.3 -i film.mkv -itsoffset -0.3 TONE -map 0 -map 1 -avoid_negative_ts disabled -copyts"
    )
    kind = Source(".mkv", f"{early} -c:v copy -c:a ac3")
    source = make(kind, "a", parts, tmp_path)
    outcome, result = restored(source, tmp_path, kind.encoding)
    after = read(result)
    assert outcome.frames == 48
    assert [float(time) for time in after.shown] == pytest.approx([n / 24 for n in range(48)], abs=0.008)
    assert float(after.tracks[1].packets[0].time) == pytest.approx(-256 / 48000, abs=0.008)


def test_sound_that_nobody_can_read_is_named(parts, tmp_path):
    kind = Source(".mkv", "-i film.mkv TONE TONE -map 0 -map 1 -map 2 -c:v copy -c:a:0 ac3 -c:a:1 flac")
    source = make(kind, "a", parts, tmp_path)
    source.write_bytes(source.read_bytes().replace(b"A_AC3", b"A_QQQ"))
    outcome, result = restored(source, tmp_path, kind.encoding)
    assert outcome.warnings == ("Matroska cannot hold audio: of unknown kind.",)
    assert [track.codec for track in read(result).tracks] == ["h264", "flac"]


def blocks(path, size, pid):
    """Where each block of a broadcast begins, and whether it is of that stream."""
    data = path.read_bytes()
    for at in range(size - 188, len(data), size):
        yield at, int.from_bytes(data[at + 1 : at + 3]) & 0x1FFF == pid


def test_sound_that_is_announced_and_never_comes_is_named(parts, tmp_path):
    kind = Source(".ts", "-i film.mkv TONE -map 0 -map 1 -c:v copy -c:a ac3")
    source = make(kind, "a", parts, tmp_path)
    data = source.read_bytes()
    source.write_bytes(b"".join(data[at : at + 188] for at, heard in blocks(source, 188, 0x101) if not heard))
    outcome, _ = restored(source, tmp_path, kind.encoding)
    assert outcome.warnings == (f"{source} announces audio: ac3, but holds none of it.",)


def test_damaged_sound_that_is_stored_decoded_is_told(parts, tmp_path):
    kind = Source(".m2ts", "-i film.mkv TONE -map 0 -map 1 -c:v copy -c:a pcm_bluray")
    source = make(kind, "a", parts, tmp_path)
    data = bytearray(source.read_bytes())
    begins = [at for at, heard in blocks(source, 192, 0x1100) if heard and data[at + 1] & 0x40]
    for at in begins[50:53]:
        packet = data.index(b"\0\0\1\xbd", at)
        header = packet + 9 + data[packet + 8]
        data[header : header + 4] = bytes(4)
    source.write_bytes(data)
    outcome, result = restored(source, tmp_path, kind.encoding)
    assert "it is stored decoded" in outcome.warnings[0]
    assert outcome.warnings[1:] == (f"{source} has 3 damaged packets of audio: pcm_bluray.",)
    assert sum(packet.size for packet in read(result).tracks[1].packets) == 2 * 48000 * 2 - 3 * 240 * 2
