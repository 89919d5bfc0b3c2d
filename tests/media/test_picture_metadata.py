"""EXIF, XMP, profiles, resolution and texts stay; pictures stand upright; CMYK goes through its profile."""

import io
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageCms, ImageOps

from contract_pictures import layout_of, noise, read, smooth, write
from sakuga.errors import OutputError
from sakuga.media import ifd, metadata
from sakuga.media.picture import (
    FORMATS,
    Metadata,
    PictureLayout,
    open_picture,
    write_animation,
    write_picture,
)

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><tiff:Orientation>1</tiff:Orientation>\xc3\xbc</x:xmpmeta>"


def exif_block(orientation: int = 1) -> bytes:
    """A block of the kind that cameras write, by Pillow."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Make] = "Sakuga Cameras"
    exif[ExifTags.Base.Copyright] = "someone"
    inner = exif.get_ifd(ExifTags.IFD.Exif)
    inner[ExifTags.Base.ExposureTime] = 0.02
    inner[ExifTags.Base.UserComment] = b"ASCII\0\0\0kept"
    inner[ExifTags.Base.ExifImageWidth], inner[ExifTags.Base.ExifImageHeight] = 7, 9
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (35.0, 40.0, 30.5)
    return exif.tobytes().removeprefix(b"Exif\0\0")


def tags_of(block: bytes | None) -> Image.Exif:
    exif = Image.Exif()
    exif.load(block or b"")
    return exif


FULL = Metadata(exif=exif_block(), xmp=XMP, icc=SRGB, dpi=(300.0, 150.0), text=(("Comment", "Grüße"),))


def same_resolution(first, second) -> bool:
    return np.allclose(first, second, atol=0.5)


@pytest.mark.parametrize("suffix", [f.suffixes[0] for f in FORMATS.values()])
def test_every_format_keeps_what_its_table_says(tmp_path, suffix):
    form = next(f for f in FORMATS.values() if suffix in f.suffixes)
    write(tmp_path / f"a{suffix}", smooth(9, 7, 3, "uint8"), FULL)
    kept = open_picture(tmp_path / f"a{suffix}").metadata
    assert (kept.xmp == XMP) == ("xmp" in form.keeps)
    assert (kept.icc == SRGB) == ("icc" in form.keeps)
    assert (kept.text == FULL.text) == ("text" in form.keeps)
    assert (kept.dpi is not None and same_resolution(kept.dpi, FULL.dpi)) == (
        "dpi" in form.keeps and suffix not in (".webp", ".avif")
    )
    assert (kept.exif is not None) == ("exif" in form.keeps)
    if kept.exif:
        check_exif(kept.exif)


def check_exif(block: bytes) -> None:
    tags = tags_of(block)
    assert tags[ExifTags.Base.Make] == "Sakuga Cameras"
    assert tags[ExifTags.Base.Copyright] == "someone"
    assert tags.get(ExifTags.Base.Orientation, 1) == 1
    inner = tags.get_ifd(ExifTags.IFD.Exif)
    assert inner[ExifTags.Base.ExposureTime] == 0.02
    assert inner[ExifTags.Base.UserComment] == b"ASCII\0\0\0kept"
    assert (inner[ExifTags.Base.ExifImageWidth], inner[ExifTags.Base.ExifImageHeight]) == (7, 9)
    assert tags.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] == (35.0, 40.0, 30.5)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp", ".avif", ".tif"])
def test_pillow_finds_the_same_metadata(tmp_path, suffix):
    write(tmp_path / f"a{suffix}", smooth(9, 7, 3, "uint8"), FULL)
    with Image.open(tmp_path / f"a{suffix}") as image:
        image.load()
        assert image.info["icc_profile"] == SRGB
        assert image.info["xmp"].rstrip(b"\0") == XMP
        exif = image.getexif()
        assert exif[ExifTags.Base.Make] == "Sakuga Cameras"
        assert exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.ExposureTime] == 0.02
        assert exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] == (35.0, 40.0, 30.5)


@pytest.mark.parametrize("suffix", [".png", ".webp"])
def test_animations_keep_metadata_too(tmp_path, suffix):
    frames = [(noise(9, 7, 3, "uint8", seed), 50.0) for seed in range(3)]
    write_animation(tmp_path / f"a{suffix}", PictureLayout(7, 9, 3, "uint8"), frames, 0, FULL)
    kept = open_picture(tmp_path / f"a{suffix}").metadata
    assert (kept.icc, kept.xmp) == (SRGB, XMP)
    check_exif(kept.exif)


@pytest.mark.parametrize("suffix", [".webp", ".avif"])
def test_a_resolution_travels_in_exif_where_the_format_has_no_place(tmp_path, suffix):
    write(tmp_path / f"a{suffix}", smooth(9, 7, 3, "uint8"), Metadata(dpi=(300.0, 72.5)))
    assert open_picture(tmp_path / f"a{suffix}").metadata.dpi == (300.0, 72.5)


def test_the_size_in_exif_follows_the_picture(tmp_path):
    write(tmp_path / "a.png", noise(2, 70000, 1, "uint8"), FULL)
    inner = tags_of(open_picture(tmp_path / "a.png").metadata.exif).get_ifd(ExifTags.IFD.Exif)
    assert (inner[ExifTags.Base.ExifImageWidth], inner[ExifTags.Base.ExifImageHeight]) == (70000, 2)


def test_texts_of_png_stay_whatever_their_script(tmp_path):
    texts = (("Title", "plain"), ("parameters", "線画, ü\nsteps: 20"), ("Comment", "é"))
    write(tmp_path / "a.png", noise(3, 3, 3, "uint8"), Metadata(text=texts))
    assert open_picture(tmp_path / "a.png").metadata.text == texts
    with Image.open(tmp_path / "a.png") as image:
        assert dict(image.text) == dict(texts)


def test_packed_texts_and_late_chunks_are_found(tmp_path):
    from PIL import PngImagePlugin

    info = PngImagePlugin.PngInfo()
    info.add_text("a", "packed " * 50, zip=True)
    info.add_itxt("b", "線 " * 50, zip=True)
    Image.new("RGB", (4, 4)).save(tmp_path / "a.png", pnginfo=info)
    assert open_picture(tmp_path / "a.png").metadata.text == (("a", "packed " * 50), ("b", "線 " * 50))


def test_colour_chunks_of_png_stay(tmp_path):
    chunks = ((b"cICP", bytes((9, 16, 0, 1))), (b"gAMA", struct.pack(">I", 55556)))
    write(tmp_path / "a.png", noise(3, 3, 3, "uint16"), Metadata(colour=chunks))
    assert open_picture(tmp_path / "a.png").metadata.colour == chunks


def test_an_exif_too_long_for_jpeg_is_a_sentence_before_any_band(tmp_path):
    def bands():
        raise AssertionError
        yield

    long = Metadata(exif=exif_block() + bytes(70000))
    with pytest.raises(OutputError, match=r"cannot hold the EXIF.*--format png"):
        write_picture(tmp_path / "a.jpg", PictureLayout(3, 3, 3, "uint8"), bands(), long)


ORIENTED = np.zeros((5, 9, 3), np.uint8)
ORIENTED[0, 0], ORIENTED[0, -1], ORIENTED[-1, 0] = (255, 0, 0), (0, 255, 0), (0, 0, 255)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", [".png", ".webp", ".tif", ".jpg", ".avif"])
def test_orientation_is_applied_once_and_for_all(tmp_path, suffix, orientation):
    """As Pillow turns it; and a viewer that looks at the result does not turn it again."""
    source = Image.fromarray(np.repeat(np.repeat(ORIENTED, 8, 0), 8, 1))
    turned = ImageOps.exif_transpose(_with_exif(source, exif_block(orientation)))
    options = {
        ".webp": {"lossless": True},
        ".jpg": {"quality": 100, "subsampling": 0},
        ".avif": {"quality": 100, "subsampling": "4:4:4"},
    }
    source.save(
        tmp_path / f"a{suffix}", exif=b"Exif\0\0" + exif_block(orientation), **options.get(suffix, {})
    )
    result = read(tmp_path / f"a{suffix}")
    assert np.abs(result.astype(int) - np.asarray(turned)).max() <= (12 if suffix in (".jpg", ".avif") else 0)
    kept = open_picture(tmp_path / f"a{suffix}").metadata
    assert tags_of(kept.exif).get(ExifTags.Base.Orientation, 1) == 1
    write(tmp_path / f"b{suffix}", result, kept)
    assert (read(tmp_path / f"b{suffix}").shape) == result.shape


def _with_exif(image: Image.Image, exif: bytes) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "PNG", exif=exif)
    return Image.open(file)


@pytest.mark.parametrize("channels", [1, 4])
def test_alpha_and_deep_pixels_are_turned_too(tmp_path, channels):
    picture = noise(5, 9, channels, "uint16")
    blob = metadata.exif_of(Metadata(exif=exif_block(6)), 9, 5, with_dpi=False)
    write(tmp_path / "a.png", picture, Metadata(exif=blob))
    assert (read(tmp_path / "a.png") == np.rot90(picture, -1)).all()


def test_orientation_in_xmp_counts_where_exif_says_nothing(tmp_path):
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf tiff:Orientation=\"8\"/></x:xmpmeta>"
    picture = noise(5, 9, 3, "uint8")
    write(tmp_path / "a.png", picture, Metadata(xmp=xmp))
    assert (read(tmp_path / "a.png") == np.rot90(picture)).all()
    assert open_picture(tmp_path / "a.png").metadata.xmp == xmp.replace(b'"8"', b'"1"')


@pytest.mark.parametrize(
    "block", [b"", b"garbage", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\0\x05", exif_block()[:60]]
)
def test_a_broken_exif_block_does_not_spoil_the_picture(tmp_path, block):
    picture = noise(5, 9, 3, "uint8")
    Image.fromarray(picture).save(tmp_path / "a.png", exif=block)
    assert (read(tmp_path / "a.png") == picture).all()
    kept = open_picture(tmp_path / "a.png").metadata
    for suffix in (".png", ".webp", ".tif", ".jpg", ".avif"):
        write(tmp_path / f"b{suffix}", picture, kept)
        assert read(tmp_path / f"b{suffix}").shape == picture.shape


def test_a_broken_part_of_an_exif_block_does_not_spoil_the_picture(tmp_path):
    block = bytearray(exif_block())
    order = "<" if block.startswith(b"II") else ">"
    for tag in (ifd.EXIF_IFD, ifd.GPS_IFD):
        at = block.index(struct.pack(order + "HHI", tag, 4, 1)) + 8
        block[at : at + 4] = struct.pack(order + "I", 2**31 - 1)
    for suffix in (".png", ".webp", ".tif", ".jpg", ".avif"):
        write(tmp_path / f"a{suffix}", noise(5, 9, 3, "uint8"), Metadata(exif=bytes(block)))
        kept = open_picture(tmp_path / f"a{suffix}").metadata
        assert tags_of(kept.exif)[ExifTags.Base.Make] == "Sakuga Cameras"


def test_only_the_orientation_is_taken_out_of_a_block():
    block = exif_block(6)
    result = metadata.without_orientation(block)
    assert len(result) == len(block)
    assert ExifTags.Base.Orientation not in tags_of(result)
    check_exif(result)
    assert metadata.without_orientation(result) == result


@given(st.binary(max_size=200), st.sampled_from([b"II*\0", b"MM\0*", b"II+\0", b""]))
def test_any_bytes_can_stand_where_exif_should(tail, head):
    block = metadata.bare_exif(head + tail)
    assert 1 <= metadata.orientation(block, tail) <= 8
    kept = metadata.kept(block, None, None, None)
    assert metadata.exif_of(kept, 5, 5, with_dpi=True) is None or len(kept.exif) == len(head + tail)


directories = st.dictionaries(
    st.integers(1, 65535),
    st.one_of(
        st.lists(st.integers(0, 65535), min_size=1, max_size=9).map(lambda v: ifd.shorts(*v)),
        st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=9).map(lambda v: ifd.longs(*v)),
        st.binary(min_size=1, max_size=20).map(ifd.raw),
    ),
    min_size=1,
    max_size=8,
)


@given(directories, directories, st.booleans())
def test_directories_come_back_as_they_were_written(main, below, big):
    main.pop(ifd.EXIF_IFD, None)
    header = b"II+\0\x08\0\0\0" + struct.pack("<Q", 16) if big else b"II*\0\x08\0\0\0"
    data = header + ifd.nested(main, {ifd.EXIF_IFD: below}, len(header), big)
    source = ifd.structure(data)
    (found,) = source.directories()
    (at,) = found.pop(ifd.EXIF_IFD).integers()
    assert found == main
    assert source.directory(at) == (below, 0)


def test_big_endian_directories_are_turned_round():
    data = struct.pack(">2sHIHHHIHHHHIIIII", b"MM", 42, 8, 2, 274, 3, 1, 6, 0, 282, 5, 1, 38, 0, 300, 1)
    main, _ = ifd.structure(data).directory(8)
    assert main[274].integers() == (6,)
    assert main[282].ratio() == 300.0


def cmyk_profile() -> bytes:
    """A small CMYK profile by hand: each corner of the ink cube has a colour that no formula gives."""
    corners = bytearray()
    for cyan in (0, 1):
        for magenta in (0, 1):
            for yellow in (0, 1):
                for black in (0, 1):
                    light = max(0, 255 - 70 * cyan - 80 * magenta - 20 * yellow - 220 * black)
                    corners += bytes((light, 128 - 30 * cyan + 60 * magenta, 128 - 40 * cyan + 70 * yellow))
    ramp = bytes(range(256))
    identity = struct.pack(">9i", *(65536 * (i % 4 == 0) for i in range(9)))
    table = b"mft1\0\0\0\0" + bytes((4, 3, 2, 0)) + identity + ramp * 4 + bytes(corners) + ramp * 3
    text = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"cmyk\0" + bytes(78)
    tags = {
        b"desc": text,
        b"cprt": b"text\0\0\0\0none\0",
        b"wtpt": b"XYZ \0\0\0\0" + struct.pack(">3i", 63190, 65536, 54061),
        b"A2B0": table,
    }
    body, entries, at = b"", b"", 128 + 4 + 12 * len(tags)
    for name, value in tags.items():
        value += b"\0" * (-len(value) % 4)
        entries += name + struct.pack(">II", at + len(body), len(value))
        body += value
    size = at + len(body)
    head = struct.pack(
        ">I4sI4s4s4s12s4s", size, b"lcms", 0x02400000, b"prtr", b"CMYK", b"Lab ", bytes(12), b"acsp"
    )
    head += bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + entries + body


def cmyk_picture() -> Image.Image:
    inks = smooth(40, 60, 4, "uint8")
    return Image.merge("CMYK", [Image.fromarray(inks[:, :, channel]) for channel in range(4)])


CMYK_FILES = [(".tif", {}), (".tif", {"compression": "tiff_lzw"}), (".jpg", {"quality": 100})]


@pytest.mark.parametrize(("suffix", "options"), CMYK_FILES)
def test_cmyk_goes_through_its_profile_which_is_then_dropped(tmp_path, suffix, options):
    cmyk_picture().save(tmp_path / f"a{suffix}", icc_profile=cmyk_profile(), dpi=(300, 300), **options)
    with Image.open(tmp_path / f"a{suffix}") as stored:
        assert stored.mode == "CMYK"
        profile = ImageCms.ImageCmsProfile(io.BytesIO(cmyk_profile()))
        wanted = ImageCms.profileToProfile(
            stored,
            profile,
            ImageCms.createProfile("sRGB"),
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            "RGB",
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
        plain = np.asarray(stored.convert("RGB")).astype(int)
    result = read(tmp_path / f"a{suffix}")
    assert (result == np.asarray(wanted)).all()
    assert np.abs(result - plain).mean() > 10
    kept = open_picture(tmp_path / f"a{suffix}").metadata
    assert kept.icc is None
    assert same_resolution(kept.dpi, (300, 300))


@pytest.mark.parametrize("profile", [None, b"no profile at all", SRGB])
@pytest.mark.parametrize(("suffix", "options"), CMYK_FILES)
def test_cmyk_without_a_profile_that_fits_is_converted_plainly(tmp_path, suffix, options, profile):
    cmyk_picture().save(tmp_path / f"a{suffix}", icc_profile=profile, **options)
    with Image.open(tmp_path / f"a{suffix}") as stored:
        wanted = np.asarray(stored.convert("RGB"))
    assert (read(tmp_path / f"a{suffix}") == wanted).all()
    assert open_picture(tmp_path / f"a{suffix}").metadata.icc is None


def test_paper_white_of_cmyk_is_white(tmp_path):
    Image.new("CMYK", (8, 8)).save(tmp_path / "a.jpg", icc_profile=cmyk_profile())
    assert (read(tmp_path / "a.jpg") == 255).all()


def test_lab_becomes_rgb(tmp_path):
    Image.new("LAB", (4, 4), (255, 128, 128)).save(tmp_path / "a.tif")
    assert (read(tmp_path / "a.tif") >= 250).all()


@pytest.mark.parametrize("channels", [1, 3])
def test_a_profile_of_rgb_or_grey_stays_and_the_pixels_are_untouched(tmp_path, channels):
    picture, profile = noise(9, 9, channels, "uint8"), b"any bytes of a profile " * 10
    write(tmp_path / "a.png", picture, Metadata(icc=profile))
    assert (read(tmp_path / "a.png") == picture).all()
    assert open_picture(tmp_path / "a.png").metadata.icc == profile


def grey_profile() -> bytes:
    """The head of a grey profile, as far as programs look before they refuse it."""
    return SRGB[:16] + b"GRAY" + SRGB[20:]


@pytest.mark.parametrize(
    ("suffix", "channels", "kept"),
    [(".png", 1, "grey"), (".tif", 2, "grey"), (".png", 3, "rgb"), (".webp", 1, "rgb"), (".avif", 1, "grey")],
)
def test_a_profile_for_other_colours_than_the_file_stores_is_dropped(tmp_path, suffix, channels, kept):
    for name, profile in (("grey", grey_profile()), ("rgb", SRGB)):
        write(tmp_path / f"{name}{suffix}", noise(4, 4, channels, "uint8"), Metadata(icc=profile))
        found = open_picture(tmp_path / f"{name}{suffix}").metadata.icc
        assert found == (profile if name == kept else None)


def test_a_palette_of_greys_with_a_profile_for_colours_becomes_rgb_and_keeps_it(tmp_path):
    image = Image.fromarray(np.arange(60, dtype=np.uint8).reshape(6, 10) % 2)
    image.putpalette(bytes((7, 7, 7, 90, 90, 90)))
    image.save(tmp_path / "a.png", icc_profile=SRGB)
    assert read(tmp_path / "a.png").shape == (6, 10, 3)
    assert open_picture(tmp_path / "a.png").metadata.icc == SRGB


def test_the_layout_of_the_helper_is_the_one_of_the_array():
    assert layout_of(noise(2, 3, 1, "uint8")).row_bytes == 3
