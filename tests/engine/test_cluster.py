"""The cluster: how it is shared out, what it leaves as it was, and refusals that are sentences."""

from __future__ import annotations

import os
import signal
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from sakuga.engine import session
from sakuga.engine.cluster import Cluster, Share, connected
from sakuga.errors import DeviceError

SMALL, LARGE, HEAD = {"CPU": 8.0}, {"CPU": 64.0}, {"memory": 1.0}
GPUS = {"CPU": 32.0, "GPU": 4.0}


def cluster(*nodes):
    told = [{"Alive": True, "Resources": node} for node in nodes]
    lost = {"Alive": False, "Resources": {"CPU": 999.0, "GPU": 9.0}}
    return Cluster(SimpleNamespace(nodes=lambda: [*told, lost]))


@pytest.mark.parametrize(
    ("nodes", "workers", "gpu", "share"),
    [
        ([SMALL], None, True, Share(8, 0, 1)),
        ([SMALL], 3, True, Share(2, 0, 3)),
        ([SMALL], 16, True, Share(0.5, 0, 16)),
        ([SMALL, SMALL, HEAD], None, True, Share(8, 0, 2)),
        ([SMALL, SMALL, HEAD], 3, True, Share(4, 0, 3)),
        ([SMALL, LARGE], None, True, Share(8, 0, 9)),
        ([SMALL, GPUS, GPUS], None, True, Share(1, 1, 8)),
        ([SMALL, GPUS], 2, True, Share(1, 1, 2)),
        ([SMALL, GPUS], None, False, Share(8, 0, 5)),
        ([HEAD], None, True, Share(1, 0, 1)),
    ],
)
def test_shares_follow_what_the_nodes_have(nodes, workers, gpu, share):
    assert cluster(*nodes).equal(workers, gpu=gpu) == share


def test_single_cores_are_all_or_as_many_as_wanted():
    assert cluster(SMALL, GPUS, HEAD).single(None) == Share(1, 0, 40)
    assert cluster(SMALL).single(3) == Share(1, 0, 3)


def test_environment_and_signals_are_left_as_they_were(monkeypatch):
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "1")
    before, handler = dict(os.environ), signal.getsignal(signal.SIGTERM)
    with session.quiet({"TMPDIR": "/elsewhere"}):
        assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"
        assert os.environ["TMPDIR"] == "/elsewhere"
        os.environ["RAY_OF_ITS_OWN"] = "1"
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    assert dict(os.environ) == before
    assert signal.getsignal(signal.SIGTERM) is handler


def test_what_ray_says_becomes_a_clause():
    error = ConnectionError("Failed to connect.")
    error.__cause__ = RuntimeError("RPC error: No token. Note: use one.\nTraceback")
    assert session.said(error) == "RPC error: No token"
    assert session.said(RuntimeError("Version mismatch:\n  Ray: 2.60\n  Python: 3.11.7")) == (
        "Version mismatch: Ray: 2.60 Python: 3.11.7"
    )
    assert session.said(ValueError()) == "ValueError"


def test_without_ray_the_pip_line_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with (
        pytest.raises(DeviceError, match=r'^--cluster needs Ray: python -m pip install "sakuga\[cluster\]"'),
        connected("local"),
    ):
        pass


@pytest.mark.parametrize("address", ["127.0.0.1:1", "nowhere.invalid:6379", "here", "a:b:1", "ray://a:1"])
def test_where_nothing_answers_a_sentence_says_so(address):
    pytest.importorskip("ray", reason="the extra `cluster` is not installed")
    with pytest.raises(DeviceError, match=rf"^--cluster {address}: .*\.$"), connected(address):
        pass


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n", b""])
def test_where_something_else_answers_a_sentence_says_so(answer, monkeypatch):
    pytest.importorskip("ray", reason="the extra `cluster` is not installed")
    monkeypatch.setattr(session, "_PATIENCE", 0.5)

    def answering():
        with other.accept()[0] as line:
            line.sendall(answer)
            line.recv(100)

    with socket.create_server(("127.0.0.1", 0)) as other, ThreadPoolExecutor(1) as pool:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        answered = pool.submit(answering)
        with pytest.raises(DeviceError, match=rf"^--cluster {address}: no Ray .*\.$"), connected(address):
            pass
        answered.result()
