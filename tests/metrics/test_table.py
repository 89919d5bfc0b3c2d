"""One suite over every measure of the table."""

import json
import math
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stand_in_pyiqa
from contract_metrics import asked, badness, clean, damaged, still
from drawn import noisy
from sakuga.errors import ModelError
from sakuga.metrics import pyiqa
from sakuga.metrics.table import METRICS

OUTSIDE = [name for name in METRICS if name.startswith("pyiqa:")]
OWN = [name for name in METRICS if name not in OUTSIDE]
PERFECT = {
    "psnr": math.inf,
    "psnr-y": math.inf,
    "ssim": 1,
    "ssim-y": 1,
    "line-match": 1,
    "region-match": 1,
    "line-contrast": 1,
}
"""What equal pictures give; all other measures that compare give 0."""
ELSEWHERE = """
import json, sys
sys.path.insert(0, {tests!r})
import stand_in_pyiqa
stand_in_pyiqa.installed()
from contract_metrics import damaged
from sakuga.metrics.table import METRICS
print(json.dumps({{name: damaged(name) for name in METRICS}}))
"""


@pytest.fixture(autouse=True)
def stand_in(monkeypatch):
    """pyiqa is not installed; a stand-in with its interface takes its place."""
    monkeypatch.setitem(sys.modules, "pyiqa", stand_in_pyiqa.module())
    pyiqa._metric.cache_clear()
    yield
    pyiqa._metric.cache_clear()


# One block is too little for NIQE; test_niqe.py damages larger pictures.
@pytest.mark.parametrize("name", [name for name in OWN if not name.startswith("niqe")])
def test_damage_makes_it_worse(name):
    assert badness(name, damaged(name)) > badness(name, still(name, clean(name), clean(name)))


@pytest.mark.parametrize("name", [name for name in OWN if METRICS[name].needs != "nothing"])
def test_equal_pictures_are_perfect(name):
    assert still(name, clean(name), clean(name)) == pytest.approx(PERFECT.get(name, 0), abs=1e-9)


@pytest.mark.parametrize("name", METRICS)
def test_pixels_are_left_alone_and_depth_says_the_same(name):
    pixels, reference = noisy(clean(name), 4), clean(name)
    before = pixels.copy()
    deep = (each.astype(np.uint16) * 257 for each in (pixels, reference))
    assert still(name, *deep) == pytest.approx(still(name, pixels, reference), rel=1e-4, abs=1e-6)
    assert np.array_equal(pixels, before)


def test_values_are_the_same_twice_in_a_fresh_process_and_on_one_thread():
    values = {name: damaged(name) for name in METRICS}
    code = ELSEWHERE.format(tests=str(Path(__file__).parents[1]))
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert there.returncode == 0, there.stderr
    assert json.loads(there.stdout) == pytest.approx(values, rel=1e-9)
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        assert {name: damaged(name) for name in METRICS} == values
    finally:
        cv2.setNumThreads(threads)


QUICK = [name for name in OWN if name != "st-lpips"]


@settings(max_examples=12)
@given(st.integers(1, 26), st.integers(1, 26), st.integers(0, 2**32 - 1))
def test_any_small_picture_has_a_number_or_a_reason_for_none(height, width, seed):
    chance = np.random.default_rng(seed)
    pixels, reference = (chance.integers(0, 256, (height, width, 3), np.uint8) for _ in range(2))
    for name in QUICK:
        value = asked(name, pixels, reference)
        assert not math.isnan(value) or METRICS[name].silent, name


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize("level", [0, 200])
def test_flat_pictures_have_a_number_or_a_reason_for_none(name, level):
    flat = np.full_like(clean(name), level)
    for value in (still(name, flat, clean(name)), still(name, flat, flat)):
        assert not math.isnan(value) or METRICS[name].silent


@pytest.mark.parametrize("name", [n for n in OWN if METRICS[n].needs in ("source", "sequence")])
def test_a_smaller_source_will_do(name):
    picture = clean(name)
    small = cv2.resize(picture, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    assert still(name, picture, small) == pytest.approx(0, abs=0.05)
    assert damaged(name) > still(name, picture, small)


@pytest.mark.parametrize("name", METRICS)
def test_what_numbers_depend_on_is_told(name):
    told = METRICS[name].origin()
    weighed = name.startswith(("niqe", "st-lpips", "pyiqa"))
    assert any(len(value) == 64 for value in told.values()) == weighed


class TestPyiqa:
    def test_draws_are_the_same_each_time_and_nobody_else_notices(self):
        np.random.seed(3)
        first = METRICS["pyiqa:maniqa-pipal"].measure(clean("blur"))
        after = np.random.random()
        assert METRICS["pyiqa:maniqa-pipal"].measure(clean("blur")) == first
        np.random.seed(3)
        assert np.random.random() == after

    def test_rows_name_its_version_and_its_weights(self):
        told = METRICS["pyiqa:clipiqa"].origin()
        assert told["pyiqa"] == "0.1.16+stand-in"
        assert told["weights"] != METRICS["pyiqa:maniqa-pipal"].origin()["weights"]

    @pytest.mark.parametrize("name", OUTSIDE)
    def test_what_is_better_is_what_pyiqa_says(self, name):
        lower = stand_in_pyiqa.LOWER[name.removeprefix("pyiqa:")]
        assert METRICS[name].better == ("lower" if lower else "higher")

    def test_without_it_the_message_says_why(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "pyiqa", None)
        with pytest.raises(ModelError, match="no commercial use"):
            METRICS["pyiqa:niqe"].measure(clean("blur"))

    def test_its_failures_are_sentences(self, monkeypatch):
        broken = stand_in_pyiqa.module()
        broken.create_metric = lambda name, device=None: 1 / 0
        monkeypatch.setitem(sys.modules, "pyiqa", broken)
        with pytest.raises(ModelError, match="pyiqa:niqe failed: ZeroDivisionError"):
            METRICS["pyiqa:niqe"].measure(clean("blur"))
