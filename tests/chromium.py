"""A headless Chromium, driven over its DevTools pipe with what the standard library offers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE = 60


class Browser:
    """One page; `events` are all that the browser told of it."""

    def __init__(self, folder):
        program = next(filter(None, map(shutil.which, NAMES)), None)
        if program is None:
            pytest.skip("there is no Chromium here; `apt-get install chromium` brings one")
        reading, told = os.pipe()
        heard, self._writing = os.pipe()
        flags = (
            *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
            *(
                "--host-resolver-rules=MAP * ~NOTFOUND",
                "--remote-debugging-pipe",
                f"--user-data-dir={folder}",
            ),
            *("--no-first-run", "--disable-background-networking", "--window-size=1200,900", "about:blank"),
        )
        self._process = subprocess.Popen(
            ["bash", "-c", f'exec "$@" 3<&{heard} 4>&{told}', "bash", program, *flags],
            pass_fds=(heard, told),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(heard)
        os.close(told)
        self._reading, self._rest, self._count = reading, b"", 0
        self.events = []
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        self._session = None
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._session = session
        for domain in ("Network", "Page", "Runtime", "Log"):
            self.send(f"{domain}.enable")

    _session = None

    def send(self, method, **parameters):
        """Call a method of the protocol and give its result."""
        self._count += 1
        message = {"id": self._count, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._writing, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            told = self._next()
            if told.get("id") == self._count:
                assert "error" not in told, told
                return told["result"]
            self.events.append(told)
        pytest.fail(f"Chromium does not answer {method}")

    def _next(self):
        while b"\0" not in self._rest:
            chunk = os.read(self._reading, 1 << 20)
            if not chunk:
                pytest.fail(f"Chromium ended with {self._process.wait()}")
            self._rest += chunk
        line, _, self._rest = self._rest.partition(b"\0")
        return json.loads(line)

    def open(self, path):
        """Load a page and wait for all of it."""
        self.send("Page.navigate", url=path.as_uri())
        until = time.monotonic() + PATIENCE
        while self.run("document.readyState + location.protocol") != "completefile:":
            assert time.monotonic() < until, "the page does not load"
            time.sleep(0.05)

    def run(self, script):
        """The value of a JavaScript expression, awaited."""
        answer = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def press(self, key, code):
        """A key, down and up."""
        for kind in ("keyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)

    def drag(self, start, end):
        """The mouse from one point to another with its button down."""
        steps = (("mouseMoved", start), ("mousePressed", start), ("mouseMoved", end), ("mouseReleased", end))
        for kind, (x, y) in steps:
            self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", buttons=1, clickCount=1)

    def told(self, method):
        """The parameters of all events of one kind so far."""
        return [event["params"] for event in self.events if event.get("method") == method]

    def close(self):
        os.close(self._writing)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._reading)
