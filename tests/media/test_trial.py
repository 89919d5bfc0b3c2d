"""The trial of a codec tells working encoders from broken ones."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sakuga.media import trial
from sakuga.media.codecs import CODECS


@pytest.mark.parametrize("name", [name for name in CODECS if name != "nvenc"])
def test_every_codec_of_the_wheel_works(name):
    assert trial.fault(name) is None


@pytest.mark.parametrize(
    "broken",
    [
        {"encoder": "no_such_encoder"},
        {"formats": {("420", 8): "gbrp16le"}},
        {"presets": ("at once",)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_broken_one_is_told(broken, monkeypatch):
    monkeypatch.setattr(trial, "CODECS", {"x264": replace(CODECS["x264"], **broken)})
    assert trial.fault("x264")
