"""Other networks for those who name none, so that tests know them apart whatever sakuga takes."""

from __future__ import annotations

from sakuga.models import choice

ROLES = ("default for pictures", "default for videos", "--fast at 2x", "--fast at 4x")
APART = ("still", "moving", "fast2", "fast4")


def fill(monkeypatch, names=APART):
    """Let names or files fill the roles, in the order of ROLES."""
    monkeypatch.setattr(choice, "NETWORKS", dict(zip(ROLES, map(str, names), strict=True)))
