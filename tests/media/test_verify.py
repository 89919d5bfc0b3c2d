"""The proof finds what is missing, and nothing else."""

import pytest

import clips
from sakuga.errors import VerifyError
from sakuga.media.verify import tally, verify

ALIKE = ("-map", "0:a:0", "-map", "0:V", "-map", "0:a:1", "-map", "0:s")


@pytest.fixture(scope="module")
def rich(tmp_path_factory):
    return clips.make_vfr_mkv(tmp_path_factory.mktemp("rich") / "a.mkv")


def changed(rich, tmp_path, *options):
    path = tmp_path / "b.mkv"
    clips.ffmpeg("-i", rich, *options, "-c", "copy", path)
    return path


def test_a_file_holds_what_it_holds(rich):
    expected, length = tally(rich)
    assert [entry.count for entry in expected] == [79, 18, 78, 2, 2, 0, 1]
    assert length == pytest.approx(1.823)
    verify(rich, expected, rich)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("-map", "0", "-map", "-0:a:1"), "flac"),
        (("-map", "0", "-map", "-0:s:0"), "ass"),
        (("-map", "0", "-map", "-0:t"), "where"),
        (("-map", "0:a:1", "-map", "0:v:0", "-map", "0:a:0", "-map", "0:s"), "where"),
        (("-map", "0:V", "-map", "0:a", "-map", "0:s"), "where"),
        ((*ALIKE, "-frames:v", "17"), "packets where the source has"),
        (
            (*ALIKE, "-output_ts_offset", "0.05"),
            "begins at",
        ),
    ],
)
def test_what_is_missing_is_named(rich, tmp_path, options, words):
    expected, _ = tally(rich)
    with pytest.raises(VerifyError, match=words):
        verify(changed(rich, tmp_path, *options), expected, rich)


def test_an_attachment_of_other_bytes(rich):
    expected, _ = tally(rich)
    expected[5].checksum ^= 1
    with pytest.raises(VerifyError, match=r"lacks attachment.*Testfont"):
        verify(rich, expected, rich)


def test_a_file_that_cannot_be_read_back(rich, tmp_path):
    (tmp_path / "b.mkv").write_bytes(b"")
    with pytest.raises(VerifyError, match="cannot be read back"):
        verify(tmp_path / "b.mkv", tally(rich)[0], tmp_path / "film.mkv")


def test_a_file_that_ends_early(rich, tmp_path):
    expected, _ = tally(rich)
    expected[0].end += 1
    with pytest.raises(VerifyError, match=r"ends at 0:00:01\.823 where the source ends at 0:00:02\.800"):
        verify(rich, expected, rich)


def test_frames_that_were_decoded_but_never_written(rich):
    with pytest.raises(VerifyError, match="17 of the source's 18"):
        verify(rich, tally(rich)[0], rich, decoded=18, written=17)
