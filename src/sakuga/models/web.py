"""A file from an https address."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Callable, Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from sakuga.errors import WeightsError

Progress = Callable[[str, int, int | None], None]
"""Called with what is fetched, the bytes there are and, where known, the bytes there will be."""

SILENCE = 30.0
"""Seconds without a byte after which a server counts as gone."""
CHUNK = 1 << 18


class _OnlyHttps(HTTPRedirectHandler):
    def redirect_request(self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:  # noqa: ANN401
        try:
            _demand_https(newurl)
        except WeightsError:
            fp.close()
            raise
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def download(url: str, path: Path, what: str, progress: Progress) -> str:
    """Write what is at `url` to `path` and return its sha256 (hex); `what` names it to `progress`.

    Raises WeightsError where the address cannot be reached, answers with a web page, or ends too early;
    OSError where `path` cannot be written.
    """
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for chunk in _chunks(url, what, progress):
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()


def _chunks(url: str, what: str, progress: Progress) -> Iterator[bytes]:
    _demand_https(url)
    host = urlsplit(url).hostname
    try:
        with build_opener(_OnlyHttps).open(
            Request(url, headers={"User-Agent": "sakuga"}), timeout=SILENCE
        ) as answer:
            yield from _body(answer, url, what, progress)
    except HTTPError as error:
        error.close()
        raise WeightsError(f"{host} answered {error.code} {error.reason} for {url}") from error
    except (OSError, HTTPException, ssl.SSLError) as error:
        raise WeightsError(f"{host} could not be reached ({_reason(error)})") from error


def _body(answer: Any, url: str, what: str, progress: Progress) -> Iterator[bytes]:  # noqa: ANN401
    if answer.headers.get_content_type() == "text/html":
        raise WeightsError(f"{url} answered with a web page instead of a file")
    total = int(answer.headers["Content-Length"]) if answer.headers["Content-Length"] else None
    done = 0
    while chunk := answer.read(CHUNK):
        done += len(chunk)
        progress(what, done, total)
        yield chunk
    if total is not None and done != total:
        raise WeightsError(f"{url} ended after {done} of {total} bytes")


def _demand_https(url: str) -> None:
    if urlsplit(url).scheme != "https":
        raise WeightsError(f"{url} is not an https address, so nobody vouches for what it holds")


def _reason(error: Exception) -> str:
    inner = getattr(error, "reason", error)
    return getattr(inner, "strerror", None) or str(inner) or type(error).__name__
