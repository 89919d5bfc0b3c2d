"""NIQE against the published implementation, and its laws."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sakuga.degrade.codecs import compress
from sakuga.media.plain import read_rgb
from sakuga.metrics.imresize import imresize
from sakuga.metrics.niqe import features, fit, niqe, pristine

SAMPLES = Path(__file__).parents[2] / "samples"
GOLDEN = {
    "portrait.png": 22.775467346676486,
    "broadcast.png": 3.5357823033515583,
    "panel.jpg": 4.792587372030842,
    "witch.jpg": 5.682329780838486,
    "sketch.jpg": 4.929190849695261,
}
"""By calculate_niqe of basicsr 1.3.4.9 (crop_border 0, convert_to y), run on 2026-11-26 with SciPy 1.17."""


@pytest.mark.parametrize("name", GOLDEN)
def test_samples_have_the_published_implementations_values(name):
    assert niqe(read_rgb(SAMPLES / name)) == pytest.approx(GOLDEN[name], abs=1e-3)


@pytest.mark.parametrize("parameters", ["published", "anime"])
def test_damage_makes_it_worse(parameters):
    clean = read_rgb(SAMPLES / "broadcast.png")
    values = [
        niqe(clean, parameters),
        *(niqe(compress(clean[None], "h264", q).frames[0], parameters) for q in (32, 44)),
    ]
    assert values == sorted(values)
    assert values[2] > values[0] + 1


def test_it_repeats_itself_in_another_process():
    code = (
        "from pathlib import Path; from sakuga.metrics.niqe import niqe;"
        "from sakuga.media.plain import read_rgb;"
        f"print(repr(niqe(read_rgb(Path({str(SAMPLES / 'witch.jpg')!r})))))"
    )
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    here = niqe(read_rgb(SAMPLES / "witch.jpg"))
    assert here == niqe(read_rgb(SAMPLES / "witch.jpg"))
    assert float(there) == pytest.approx(here, rel=1e-9)


def test_borders_depth_and_grey():
    picture = read_rgb(SAMPLES / "broadcast.png")
    deep = picture.astype(np.uint16) * 257
    assert niqe(deep) == niqe(picture)
    assert niqe(picture, border=48) == niqe(picture[48:-48, 48:-48])
    assert np.isfinite(niqe(picture[..., :1]))


@pytest.mark.parametrize("size", [(1, 1), (95, 300), (96, 95)])
def test_pictures_without_a_block_have_no_value(size):
    assert np.isnan(niqe(np.zeros((*size, 3), np.uint8)))


def test_fitting_gives_back_what_it_saw():
    chance = np.random.default_rng(3)
    pictures = [chance.integers(0, 256, (288, 288, 3), np.uint8) for _ in range(6)]
    fitted = fit(pictures)
    assert fitted.mean.shape == (36,)
    assert np.abs(fitted.mean - features(pictures[0]).mean(0)).max() < 0.2
    assert pristine("published").covariance.shape == (36, 36)
    assert np.linalg.eigvalsh(pristine("anime").covariance).min() > -1e-9


@settings(max_examples=25)
@given(st.integers(2, 40), st.integers(2, 40), st.sampled_from([0.25, 0.5, 1.0, 2.0]), st.floats(-5, 5))
def test_resizing_keeps_flat_pictures_flat(height, width, scale, level):
    made = imresize(np.full((height, width), level), scale)
    assert made.shape == (int(np.ceil(height * scale)), int(np.ceil(width * scale)))
    assert made == pytest.approx(level, abs=1e-9)


def test_halving_a_ramp_samples_its_middle():
    made = imresize(np.arange(40.0)[None].repeat(8, 0), 0.5)
    assert made[2, 4:-4] == pytest.approx(np.arange(0.5, 40, 2)[4:-4])
