"""Tests of models do not share this process' idea of where the cache is, unless they ask for the true one."""

import pytest


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    """A cache folder of its own, with nothing in it."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("SAKUGA_CACHE", str(folder))
    return folder
