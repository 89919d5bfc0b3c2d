"""The two streams of the command: results on stdout, everything about them on stderr."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Generator
from typing import TextIO


def prepare() -> None:
    """Let any file name be printed, whatever the terminal's encoding."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """One line of result."""
    _write(sys.stdout, text)


def note(text: str) -> None:
    """One line about how it goes."""
    _write(sys.stderr, text)


def complain(sentence: str) -> None:
    """One line about what went wrong."""
    note(f"sakuga: {sentence}")


def flush() -> None:
    """Hand over what is still buffered; a reader that has gone is no failure of ours."""
    for stream in (sys.stdout, sys.stderr):
        with _reader_may_leave(stream):
            stream.flush()


def _write(stream: TextIO, text: str) -> None:
    with _reader_may_leave(stream):
        stream.write(f"{text}\n")
        stream.flush()


@contextlib.contextmanager
def _reader_may_leave(stream: TextIO) -> Generator[None]:
    """Where the reader of a pipe has gone, let the rest go nowhere and the work go on."""
    try:
        yield
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
