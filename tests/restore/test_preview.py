"""The preview: which frames are shown, what they are, and a page that works in a true browser."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from choices import fill
from chromium import Browser
from drawn import blurred, drawing
from film import film
from onnx_models import nearest
from sakuga.errors import InputError, ModelError
from sakuga.restore import preview as module
from sakuga.restore.preview import preview
from sakuga.restore.samples import samples


def scenes(count=5, length=30):
    """Shots of one drawing each with something that moves, a black one and a blurred one among them."""
    for scene in range(count):
        for index in range(length):
            frame = drawing(144, 192, seed=scene)
            frame[20:40, 4 * index : 4 * index + 20] = 250
            yield np.zeros_like(frame) if scene == 1 else blurred(frame, 6 if index < length // 2 else 0)


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    path = tmp_path_factory.mktemp("film") / "a <b> & 二.mkv"
    return film(path, scenes(), options={"g": "10", "crf": "12"})


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    return [str(nearest(folder / f"nearest{scale}.onnx", scale)) for scale in (2, 3)]


@pytest.fixture(scope="module")
def written(clip, models, tmp_path_factory):
    out = tmp_path_factory.mktemp("page") / "preview.html"
    assert preview(clip, models, out, count=3) == 3
    return out


def test_without_models_it_is_the_one_that_restore_takes(clip, models, monkeypatch, tmp_path):
    fill(monkeypatch, (*models, *models))
    Image.fromarray(drawing(48, 64)).save(tmp_path / "a.png")
    for source, name in ((tmp_path / "a.png", "nearest2"), (clip, "nearest3")):
        preview(source, [], tmp_path / "page.html", count=1)
        page = (tmp_path / "page.html").read_text("utf-8")
        assert set(re.findall(r"nearest\d", page)) == {name}


def test_frames_are_spread_sharp_and_not_black(clip):
    shown = samples(clip, 4)
    assert len(shown) == 4
    assert all(sample.frame.std() > 20 for sample in shown)
    seconds = [int(sample.label.split(":")[-1]) for sample in shown]
    assert seconds == sorted(seconds)
    thumbnails = [sample.frame[::8, ::8].astype(float) for sample in shown]
    for index, one in enumerate(thumbnails):
        assert all(np.abs(one - other).mean() > 6 for other in thumbnails[:index])


def test_frames_bring_their_true_neighbours(clip):
    for sample in samples(clip, 3):
        assert sample.at == 4
        assert len(sample.clip) == 6
        assert np.array_equal(sample.frame, sample.clip[4])


def test_large_frames_are_cropped_to_their_detail(tmp_path):
    large = np.full((1080, 1920, 3), 90, np.uint8)
    large[600:1000, 1300:1800] = drawing(400, 500)
    Image.fromarray(large).save(tmp_path / "a.png")
    (sample,) = samples(tmp_path / "a.png", 6)
    assert sample.frame.shape[0] * sample.frame.shape[1] <= 640 * 480
    assert sample.frame.std() > large.std()


def test_a_black_film_still_has_a_frame(tmp_path):
    black = film(tmp_path / "black.mkv", [np.zeros((48, 64, 3), np.uint8)] * 20)
    assert len(samples(black, 3)) == 1


def pictures(page):
    found = re.findall(r'(?:src)="data:image/webp;base64,([^"]+)"', page.read_text("utf-8"))
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(it))).convert("RGB")) for it in found]


def test_the_page_shows_what_the_models_make(written, clip):
    shown = samples(clip, 3)
    sizes = [picture.shape[:2] for picture in pictures(written)]
    assert sizes == [(288, 384), (144, 192), (432, 576)] * 3
    for index, sample in enumerate(shown):
        after, before = pictures(written)[3 * index : 3 * index + 2]
        assert np.array_equal(before, sample.frame)
        assert np.array_equal(after[::2, ::2], sample.frame)


def test_names_are_escaped_and_costs_are_told(written):
    text = written.read_text("utf-8")
    assert "<h1>a &lt;b&gt; &amp; 二.mkv</h1>" in text
    assert len(re.findall(r"<td>about 0:0\d:\d\d</td><td>about [\d.]+ MB</td>", text)) == 2


def test_the_page_stays_within_its_room(clip, models, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "ROOM", 60_000)
    preview(clip, models, tmp_path / "small.html", count=3)
    assert (tmp_path / "small.html").stat().st_size < 60_000 * 4 / 3 + 8_000


def test_a_picture_s_page(models, tmp_path):
    Image.fromarray(drawing(100, 120)).save(tmp_path / "a.png")
    assert preview(tmp_path / "a.png", models[:1], tmp_path / "a.html") == 1
    assert len(pictures(tmp_path / "a.html")) == 2


def test_nothing_is_written_where_it_fails(clip, models, tmp_path):
    with pytest.raises(ModelError):
        preview(clip, [*models, "none.onnx"], tmp_path / "a.html", count=1)
    with pytest.raises(InputError, match=r"none\.mkv"):
        preview(tmp_path / "none.mkv", models, tmp_path / "a.html")
    assert not list(tmp_path.iterdir())


@pytest.fixture(scope="module")
def browser(written, tmp_path_factory):
    browser = Browser(tmp_path_factory.mktemp("chromium"))
    browser.open(written)
    yield browser
    browser.close()


def test_in_a_browser_all_pictures_load(browser):
    loaded = "Promise.all([...document.images].map(i => i.decode().then(() => i.naturalWidth)))"
    assert browser.run(loaded) == [384, 192, 576, 192] * 3


def shown(browser, index):
    """Per cent before, and where its picture is cut off, as the browser computes it."""
    view = f"document.querySelectorAll('.view')[{index}]"
    at = browser.run(f"getComputedStyle({view}).getPropertyValue('--at')")
    clip = browser.run(f"getComputedStyle({view}.querySelector('.before')).clipPath")
    return float(at.strip(" %")), clip


def test_in_a_browser_the_slider_moves_by_keyboard(browser):
    browser.run("document.body.focus()")
    browser.press("Tab", 9)
    assert browser.run("document.activeElement === document.querySelector('.view input')")
    before, clip = shown(browser, 0)
    for _ in range(5):
        browser.press("ArrowRight", 39)
    after, moved = shown(browser, 0)
    assert (before, after) == (50, 55)
    assert clip != moved


def test_in_a_browser_the_slider_moves_by_mouse(browser):
    box = "document.querySelectorAll('.view')[1].getBoundingClientRect().toJSON()"
    place = browser.run(box)
    y = place["y"] + place["height"] / 2
    browser.drag((place["x"] + place["width"] / 2, y), (place["x"] + place["width"] * 0.8, y))
    assert shown(browser, 1)[0] == pytest.approx(80, abs=4)


def test_in_a_browser_nobody_is_asked_for_anything(browser, written):
    asked = [it["request"]["url"] for it in browser.told("Network.requestWillBeSent")]
    assert written.as_uri() in asked
    own = (written.as_uri(), "about:blank")
    assert [url for url in asked if not url.startswith("data:") and url not in own] == []
    assert browser.told("Runtime.exceptionThrown") == []
    assert [it["entry"]["text"] for it in browser.told("Log.entryAdded")] == []


def test_in_a_browser_the_policy_holds(browser):
    """A check that can fail: what the page does not hold itself is refused."""
    script = """new Promise(done => {
      document.addEventListener("securitypolicyviolation", it => done(it.violatedDirective));
      new Image().src = "https://example.org/a.png";
      setTimeout(() => done("none"), 5000);
    })"""
    assert browser.run(script) == "img-src"
