"""The contact sheet in a true browser: it rejects, saves, and asks nobody for anything."""

from __future__ import annotations

import json
import time

import pytest

from chromium import Browser
from clips import make_clip
from drawn import drawing
from sakuga.curate import folder, page
from sakuga.curate.pictures import curate
from sakuga.curate.review import review
from sakuga.curate.settings import CurateSettings

H264 = ("-c:v", "libx264", "-crf", "18", "-g", "12", "-pix_fmt", "yuv420p")


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    room = tmp_path_factory.mktemp("set")
    frames = [drawing(96, 128, seed) for seed in range(5) for _ in range(12)]
    film = make_clip(room / "a <b> & 二.mkv", frames, options=H264)
    curate([film], room / "set", settings=CurateSettings(count=4))
    return room / "set"


def test_names_are_escaped(out):
    text = (out / page.PAGE).read_text("utf-8")
    assert "a &lt;b&gt; &amp; 二.mkv" in text
    assert "a <b>" not in text


def test_large_sets_have_several_pages(out, tmp_path, monkeypatch):
    monkeypatch.setattr(page, "ROOM", 3)
    lines = folder.lines(out)
    assert page.names_of(len(lines)) == ["review.html", "review-2.html"]
    page.write_pages(tmp_path, lines, {"pictures": 4, "videos": 1})
    shown = [(tmp_path / name).read_text("utf-8").count('class="card"') for name in page.names_of(4)]
    assert shown == [3, 1]
    assert page.names_of(0) == []


@pytest.fixture(scope="module")
def browser(out, tmp_path_factory):
    browser = Browser(tmp_path_factory.mktemp("chromium"))
    browser.open(out / page.PAGE)
    yield browser
    browser.close()


def test_in_a_browser_decisions_are_saved_and_applied(browser, out, tmp_path):
    browser.send("Page.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    names = [line["file"] for line in folder.lines(out)]
    browser.run("document.querySelectorAll('.card')[1].click()")
    browser.run("document.querySelectorAll('.card')[2].focus()")
    browser.press(" ", 32)
    assert browser.run("document.getElementById('told').textContent") == "2 of 4 rejected"
    browser.run("document.querySelectorAll('.card')[1].click()")
    browser.run("document.getElementById('save').click()")
    saved, until = tmp_path / page.DECISIONS, time.monotonic() + 20
    while not saved.is_file():
        assert time.monotonic() < until, "nothing was saved"
        time.sleep(0.05)
    told = json.loads(saved.read_text("utf-8"))
    assert [each["file"] for each in told["rejected"]] == [names[2]]
    assert review(saved, out).rejected == 1
    assert [line["file"] for line in folder.lines(out)] == [*names[:2], names[3]]


def test_in_a_browser_all_pictures_load_and_the_filter_works(browser):
    loaded = "Promise.all([...document.images].map(i => i.decode().then(() => i.naturalWidth)))"
    assert browser.run(loaded) == [128] * 4
    browser.run("document.getElementById('show').value = 'rejected'")
    browser.run("document.getElementById('show').dispatchEvent(new Event('change'))")
    visible = "[...document.querySelectorAll('.card')].filter(c => c.offsetParent).length"
    assert browser.run(visible) == 1


def test_in_a_browser_nobody_is_asked_for_anything(browser, out):
    own = ((out / page.PAGE).as_uri(), "about:blank")
    asked = [it["request"]["url"] for it in browser.told("Network.requestWillBeSent")]
    assert [url for url in asked if not url.startswith(("data:", "blob:")) and url not in own] == []
    assert browser.told("Runtime.exceptionThrown") == []
    assert [it["entry"]["text"] for it in browser.told("Log.entryAdded")] == []
