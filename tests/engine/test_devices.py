"""The list of devices, and what --device auto takes, agree with what the engine opens."""

from __future__ import annotations

import importlib.util

import pytest

from onnx_models import nearest
from sakuga.engine import devices
from sakuga.engine.device import open_backend
from sakuga.models.load import load


def test_every_listed_device_opens_under_its_flag(tmp_path):
    model = load(nearest(tmp_path / "nearest.onnx"))
    found = [device for device in devices.devices() if device.backend == "OpenVINO"]
    assert "cpu" in [device.flag for device in found]
    for device in found:
        assert device.name in open_backend(model, device.flag).device


def test_auto_is_a_listed_device():
    flags = [device.flag.split(":")[0] for device in devices.devices()]
    assert devices.automatic() in flags


@pytest.mark.parametrize(("seen", "taken"), [("mps", "mps"), (None, "cpu")])
def test_auto_follows_the_engine(seen, taken, monkeypatch):
    monkeypatch.setattr(devices, "accelerator", lambda: seen)
    assert devices.automatic() == taken


def test_without_torch_only_openvino_is_asked(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert {device.backend for device in devices.devices()} == {"OpenVINO"}
    assert devices.automatic() == "cpu"
