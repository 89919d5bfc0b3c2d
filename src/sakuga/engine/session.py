"""One quiet session with Ray: nothing on the terminal, nothing sent home, nothing left behind."""

from __future__ import annotations

import contextlib
import importlib
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

LOCAL, AUTO = "local", "auto"
ADDRESSES = "local, auto or host:port"
_PATIENCE = 5.0
"""Seconds that an address may take to answer."""
_STORE = 256 << 20
"""Bytes of shared memory for results on their way; larger ones go through the disk."""
_LONGEST = 40
"""Characters of a folder that leave room for the paths of Ray's sockets, which may have about 100."""
_ENVIRONMENT = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}
"""No statistics; and who asks for no GPU still sees it, as without Ray."""
_OWN = {"RAY_AUTH_TOKEN": secrets.token_hex(32), "RAY_worker_niceness": "0"}
"""Of a cluster of our own. It takes no work without the token, so none from others; Ray reads it once in a
process. Its workers are as urgent as this process, where Ray's would give way to all."""
_ONCE = {"RAY_gcs_server_port_wait_time_s": "1"}
"""Where something else answers that speaks HTTP/2 Ray would try for a quarter of an hour."""
_HELLO = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))
"""With which a client of HTTP/2, which Ray speaks, begins; the answer begins with a frame of type 4."""
_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""Which Ray may take over."""


@contextlib.contextmanager
def opened(address: str) -> Generator[Any]:
    """Ray, connected to `address`; with `local` it is started on this machine, and ended.

    Raises DeviceError, naming --cluster, where Ray is missing or no cluster answers.
    """
    with contextlib.ExitStack() as stack:
        options, environment = dict[str, Any](), _ONCE
        ray = _imported()
        if address == LOCAL:
            folder = stack.enter_context(_folder())
            options = {"include_dashboard": False, "object_store_memory": _STORE, "_temp_dir": folder}
            environment = _OWN | {"TMPDIR": folder}
        elif address != AUTO:
            _knock(address)
        stack.enter_context(_silent(ray))
        stack.callback(_end, ray)
        with quiet(environment):
            try:
                ray.init(address=address, log_to_driver=False, logging_level="CRITICAL", **options)
            except (OSError, RuntimeError, ValueError) as error:
                raise DeviceError(f"--cluster {address} cannot be used. Ray says: {said(error)}.") from error
        yield ray


@contextlib.contextmanager
def quiet(more: Mapping[str, str] = MappingProxyType({})) -> Generator[None]:
    """No warnings, `_ENVIRONMENT` and `more` in the environment; it and the signals are then as before."""
    before, handlers = dict(os.environ), _handlers()
    os.environ.update(_ENVIRONMENT | dict(more))
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


def said(error: BaseException) -> str:
    """The first sentence of what was at the bottom of an error, without its end."""
    while error.__cause__ is not None:
        error = error.__cause__
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    text = " ".join(lines) if "mismatch" in lines[0] else lines[0]
    return re.split(r"(?<=\w)\. ", text)[0].rstrip(".:")


def _imported() -> Any:  # noqa: ANN401 - Ray's own types are not complete
    try:
        with quiet():
            return importlib.import_module("ray")
    except ImportError as error:
        raise DeviceError(
            f'--cluster needs Ray: python -m pip install "sakuga[cluster]" ({error}).'
        ) from None


def _knock(address: str) -> None:
    """Ray itself waits for minutes and then ends the whole process where nobody is at home."""
    match = re.fullmatch(r"\[?([^/\s]+?)\]?:(\d{1,5})", address)
    if match is None:
        raise DeviceError(f"--cluster {address}: give {ADDRESSES}.")
    try:
        with socket.create_connection((match[1], int(match[2])), _PATIENCE) as line:
            line.sendall(_HELLO)
            if line.recv(9)[3:4] != b"\x04" and not os.environ.get("RAY_USE_TLS"):
                raise ConnectionError("something else does")
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DeviceError(
            f"--cluster {address}: no Ray cluster answers there ({reason}); `ray status` on its head node"
            " tells the address."
        ) from None


@contextlib.contextmanager
def _folder() -> Generator[str]:
    """A folder for a cluster of our own; what lives in it ends with it, and its files go."""
    usual = tempfile.gettempdir()
    short = usual if len(usual) <= _LONGEST or not Path("/tmp").is_dir() else "/tmp"
    with tempfile.TemporaryDirectory(prefix="sakuga-", dir=short, ignore_cleanup_errors=True) as folder:
        try:
            yield folder
        finally:
            _kill(folder)


def _kill(folder: str) -> None:
    """End what Ray has started and left, as it does where Ctrl-C meets it while it starts."""
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.Error):
            if any(folder in word for word in child.cmdline()):
                for process in (*child.children(recursive=True), child):
                    process.kill()


def _end(ray: Any) -> None:  # noqa: ANN401
    with quiet():
        ray.shutdown()


@contextlib.contextmanager
def _silent(ray: Any) -> Generator[None]:  # noqa: ANN401
    """Keep what Ray tells of lost workers off stdout, where results are; it has no public word for that.

    To be left after Ray has ended, when it tells the rest.
    """
    worker = ray._private.worker
    before = getattr(worker, "_worker_logs_enabled", True)
    worker._worker_logs_enabled = False
    try:
        yield
    finally:
        worker._worker_logs_enabled = before


def _handlers() -> dict[int, Any]:
    """Of signals that Ray takes over; only the main thread can give them back."""
    if threading.current_thread() is not threading.main_thread():
        return {}
    known = (getattr(signal, name) for name in _SIGNALS if hasattr(signal, name))
    return {number: signal.getsignal(number) for number in known}
