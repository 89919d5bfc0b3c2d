"""The frame of every page that sakuga writes: one HTML file that asks nobody for anything."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from html import escape

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 1.5rem auto; max-width: 110rem; padding: 0 1rem; }
h1, h2 { font-weight: 600; line-height: 1.2; overflow-wrap: anywhere; }
table { border-collapse: collapse; }
th, td { border-bottom: 1px solid #8886; padding: .3rem 1rem .3rem 0; text-align: left; }
"""


def document(title: str, body: Iterable[str], style: str = "", script: str = "") -> str:
    """The whole page around the lines of `body`, which are HTML already; `title` is plain text.

    `style` comes after the house's own. The policy forbids every request, and every other script and style.
    """
    style = STYLE + style
    policy = (
        f"default-src 'none'; img-src data:; style-src '{_hash(style)}'; script-src '{_hash(script)}';"
        " base-uri 'none'; form-action 'none'"
    )
    return "\n".join(
        (
            "<!DOCTYPE html>",
            '<html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title><style>{style}</style></head><body>",
            *body,
            f"<script>{script}</script></body></html>\n",
        )
    )


def uri(webp: bytes) -> str:
    """A WebP picture as an address that holds it."""
    return f"data:image/webp;base64,{b64encode(webp).decode('ascii')}"


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode('ascii')}"
