"""Lists of drawings, and what of them cannot be read."""

import pytest

from sakuga.errors import InputError
from sakuga.media import works

HEAD = "file,kind,work,split,width,height,licence,author,source\n"


def listed(tmp_path, text):
    (tmp_path / "manifest.csv").write_bytes(text)
    return works.read(tmp_path)


def test_lines_are_works_and_more_columns_do_no_harm(tmp_path):
    text = HEAD + 'a.png,scene,hill,train,9,9,MIT,"Doe, Ann",here\nb.png,comic,é,val,,,CC0-1.0,Bo,there\n'
    one, other = listed(tmp_path, b"\xef\xbb\xbf" + text.encode())
    assert (one.file, one.author, one.licence, one.split) == ("a.png", "Doe, Ann", "MIT", "train")
    assert other.work == "é"
    assert works.licence_of([one, other, one]) == "CC0-1.0 AND MIT"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (HEAD.encode(), "lists nothing"),
        (b"file,kind\na.png,scene\n", "line 2: it has no work and no split and no author"),
        (HEAD.encode() + b"a.png,scene\n", "line 2: it has no work"),
        (b"\xff\xfe\x00", "is no list of drawings"),
    ],
)
def test_what_is_no_list_is_a_sentence(tmp_path, text, sentence):
    with pytest.raises(InputError, match=sentence):
        listed(tmp_path, text)


def test_a_folder_without_a_list_is_a_sentence(tmp_path):
    with pytest.raises(InputError, match=r"manifest\.csv could not be read"):
        works.read(tmp_path)
