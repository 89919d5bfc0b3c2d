"""Stylizing files: what is kept, what is refused, and that nothing bad stops the rest."""

import numpy as np
import pytest
from PIL import Image

import scenes
import stand_ins
from fakes import NearestEngine
from film import film, pictures
from sakuga.errors import InputError, ModelError
from sakuga.media.events import Finished, Opened, Planned, Warned
from sakuga.media.picture import open_picture
from sakuga.restore.job import restore
from sakuga.restore.settings import RestoreSettings
from sakuga.stylize.job import stylize
from sakuga.stylize.settings import StylizeSettings


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return scenes.save(tmp_path_factory.mktemp("model") / "mine 景.pth")


def save(path, pixels, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, **options)
    return path


def run(names, out, engine=None, **settings):
    events = []
    opener = {"opener": lambda *_: engine} if engine else {}
    results = stylize(names, out, settings=StylizeSettings(**settings), on_event=events.append, **opener)
    return results, events


def test_photos_of_all_kinds_come_back_at_their_size(tmp_path, model):
    root = tmp_path / "in"
    save(root / "a.png", scenes.photo(21, 34))
    save(root / "深い" / "b 1.jpg", scenes.photo(40, 30), quality=95)
    save(root / "grey.png", scenes.photo(16, 20)[..., 0])
    save(root / "deep.tif", scenes.photo(12, 9, "u2")[..., 0])
    results, events = run([root], tmp_path / "out", model=str(model), device="cpu")
    assert {result.state for result in results} == {"done"}
    assert [type(event) for event in events if isinstance(event, Planned | Opened | Finished)] == [
        Planned,
        Opened,
        Finished,
    ]
    for name, kind in (("a.png", (34, 21, 3)), ("深い/b 1.jpg", (30, 40, 3)), ("grey.png", (20, 16, 1))):
        with open_picture(tmp_path / "out" / name) as file:
            assert (file.width, file.height, file.channels) == kind
    with open_picture(tmp_path / "out" / "deep.tif") as file:
        assert file.dtype == "uint16"


def test_colours_and_transparency_are_the_networks_and_the_sources(tmp_path, model):
    pixels = np.dstack([scenes.photo(24, 24), np.full((24, 24), 255, np.uint8)])
    pixels[:8, :, 3] = 0
    pixels[8:12, :, 3] = 77
    exif = Image.Exif()
    exif[0x010E] = "a hill"
    source = save(tmp_path / "a.png", pixels, exif=exif, icc_profile=b"profile" * 30, dpi=(72, 72))
    run([source], tmp_path / "out", model=str(model), device="cpu")
    with Image.open(tmp_path / "out" / "a.png") as result:
        made = np.asarray(result)
        assert result.info["icc_profile"] == b"profile" * 30
        assert result.getexif()[0x010E] == "a hill"
    assert (made[..., 3] == pixels[..., 3]).all()
    assert np.abs(made[12:, :, :3].astype(int) - pixels[12:, :, :3]).mean() > 10


def test_animations_keep_their_time(tmp_path, model):
    frames = [Image.fromarray(np.roll(scenes.photo(16, 24), i, 1)) for i in range(3)]
    source = tmp_path / "a.webp"
    frames[0].save(source, save_all=True, append_images=frames[1:], duration=[40, 90, 60], lossless=True)
    run([source], tmp_path / "out", model=str(model), device="cpu")
    with open_picture(tmp_path / "out" / "a.webp") as file:
        assert [frame.duration for frame in file] == [40, 90, 60]


def test_a_bad_file_stops_no_other(tmp_path):
    root = tmp_path / "in"
    whole = save(root / "good.png", scenes.photo(20, 20)).read_bytes()
    (root / "cut.png").write_bytes(whole[: len(whole) // 2])
    (root / "empty.jpg").write_bytes(b"")
    (root / "notes.txt").write_text("hello")
    film(root / "clip.mkv", pictures(3, 16, 16))
    results, _ = run([root], tmp_path / "out", NearestEngine())
    told = {result.source.name: (result.state, result.sentence) for result in results}
    assert {name: state for name, (state, _) in told.items()} == {
        "good.png": "done",
        "cut.png": "failed",
        "empty.jpg": "failed",
        "clip.mkv": "failed",
    }
    for name in ("cut.png", "empty.jpg", "clip.mkv"):
        assert told[name][1].startswith(str(root / name))
        assert told[name][1].endswith(".")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["good.png"]
    again, _ = run([root / "good.png"], tmp_path / "out", NearestEngine())
    assert [result.state for result in again] == ["skipped"]


def test_a_source_is_never_written_over(tmp_path):
    source = save(tmp_path / "a.png", scenes.photo(9, 9))
    before = source.read_bytes()
    results, _ = run([source], source, NearestEngine(), overwrite=True)
    assert [result.state for result in results] == ["failed"]
    assert source.read_bytes() == before


def test_the_licence_is_told(tmp_path):
    official = stand_ins.save("scenimefy", tmp_path)
    source = save(tmp_path / "a.png", scenes.photo(8, 8))
    _, events = run([source], tmp_path / "out", model=str(official), device="cpu", precision="fp32")
    (told,) = [event.sentence for event in events if isinstance(event, Warned)]
    assert "non-commercial use only" in told


def test_models_for_one_command_are_refused_by_the_other(tmp_path, model):
    source = save(tmp_path / "a.png", scenes.photo(8, 8))
    with pytest.raises(ModelError, match="sakuga restore"):
        run([source], tmp_path / "out", model="realesr-animevideov3", device="cpu")
    with pytest.raises(ModelError, match="sakuga stylize"):
        restore([source], tmp_path / "out", settings=RestoreSettings(model=str(model)))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("wrong", "flag"), [({"tile": 0}, "--tile"), ({"quality": 101}, "--quality")])
def test_settings_that_cannot_be_name_the_flag(wrong, flag):
    with pytest.raises(InputError, match=flag):
        StylizeSettings(**wrong)
