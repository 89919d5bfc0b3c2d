"""One quiet session with Ray: nothing on the terminal, nothing sent home, nothing left behind."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import signal
import socket
import tempfile
import threading
import warnings
from collections.abc import Generator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import psutil

from sakuga.errors import DeviceError

LOCAL = "local"
_PATIENCE = 5.0
"""Seconds that an address may take to answer."""
_STORE = 256 << 20
"""Bytes of shared memory for results on their way; larger ones go through the disk."""
_LONGEST = 40
"""Characters of a folder that leave room for the paths of Ray's sockets, which may have about 100."""
_ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_ENABLE_AUTO_CONNECT": "0",
    "RAY_task_oom_retries": "5",
}
_TOKEN = secrets.token_hex(32)
"""Without it a cluster of our own takes no work, not from others either; Ray keeps one in the home folder."""
_PATIENT = {"RAY_gcs_server_port_wait_time_s": "2", "RAY_py_gcs_connect_timeout_s": "10"}
"""Ray's own patience with an address where something else answers is a quarter of an hour."""
_LEVEL = "CRITICAL"
_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


@contextlib.contextmanager
def opened(ray: Any, address: str) -> Generator[None]:  # noqa: ANN401 - Ray's own types are not complete
    """Connect `ray` to `address` while the context lasts; `local` starts it here and ends it.

    Raises DeviceError, naming --cluster.
    """
    with contextlib.ExitStack() as stack:
        options, environment = dict[str, Any](), _PATIENT
        if address == LOCAL:
            options, environment = stack.enter_context(_own())
        elif address != "auto":
            _knock(address)
        stack.callback(_end, ray)
        with quiet(environment):
            try:
                ray.init(address=address, log_to_driver=False, logging_level=_LEVEL, **options)
            except (OSError, RuntimeError, ValueError, TypeError, ImportError) as error:
                raise DeviceError(f"--cluster {address} cannot be used. Ray says: {said(error)}.") from error
        stack.enter_context(_silent(ray))
        yield


@contextlib.contextmanager
def quiet(more: Mapping[str, str] = MappingProxyType({})) -> Generator[None]:
    """No statistics, no warnings, `more` in the environment, and Ctrl-C as it was before."""
    before = dict(os.environ)
    os.environ.update(_ENVIRONMENT | dict(more))
    handlers = _handlers()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for name in set(os.environ) - set(before):
            del os.environ[name]
        os.environ.update(before)
        for number, handler in handlers.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _silent(ray: Any) -> Generator[None]:  # noqa: ANN401
    """Keep what Ray tells of lost workers off stdout, where results are; it has no public word for that."""
    worker = ray._private.worker
    before = getattr(worker, "_worker_logs_enabled", True)
    worker._worker_logs_enabled = False
    try:
        yield
    finally:
        worker._worker_logs_enabled = before


def said(error: BaseException) -> str:
    """The first sentence of what was at the bottom of an error, without its end."""
    while error.__cause__ is not None:
        error = error.__cause__
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    raised = [found[1] for line in lines if (found := re.match(r"[\w.]+(?:Error|Exception): (.+)", line))]
    text = raised[-1] if raised else " ".join(lines) if "mismatch" in lines[0] else lines[0]
    return re.split(r"(?<=\w)\. ", text)[0].rstrip(".:")


def _handlers() -> dict[int, Any]:
    """Of signals that Ray takes over; only the main thread can give them back."""
    if threading.current_thread() is not threading.main_thread():
        return {}
    known = (getattr(signal, name) for name in _SIGNALS if hasattr(signal, name))
    return {number: signal.getsignal(number) for number in known}


@contextlib.contextmanager
def _own() -> Generator[tuple[dict[str, Any], dict[str, str]]]:
    """Options and environment of a cluster on this machine, with a folder that goes when it has ended."""
    usual = tempfile.gettempdir()
    short = usual if len(usual) <= _LONGEST or not Path("/tmp").is_dir() else "/tmp"
    with tempfile.TemporaryDirectory(prefix="sakuga-", dir=short, ignore_cleanup_errors=True) as folder:
        options = {"include_dashboard": False, "object_store_memory": _STORE, "_temp_dir": folder}
        try:
            yield options, {"RAY_AUTH_TOKEN": _TOKEN, "TMPDIR": folder}
        finally:
            _kill(folder)


def _kill(folder: str) -> None:
    """End what Ray has started below `folder` and left, as it does where Ctrl-C meets it while it starts."""
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.Error):
            if any(folder in word for word in child.cmdline()):
                for process in (*child.children(recursive=True), child):
                    process.kill()


def _knock(address: str) -> None:
    """Ray itself waits for minutes and then ends the whole process where nobody is at home."""
    match = re.fullmatch(r"(?:ray://)?\[?([^/\s]+?)\]?:(\d{1,5})/?", address)
    if match is None:
        raise DeviceError(f"--cluster {address}: give local, auto, host:port or ray://host:port.")
    try:
        socket.create_connection((match[1], int(match[2])), _PATIENCE).close()
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DeviceError(
            f"--cluster {address}: no Ray cluster answers there ({reason}); `ray status` on its head node"
            " tells the address."
        ) from None


def _end(ray: Any) -> None:  # noqa: ANN401
    with quiet():
        ray.shutdown()
