"""`sakuga models`: which there are, what is known of each, and whether its weights are whole."""

from __future__ import annotations

from cyclopts import App

models = App(name="models", help="List, fetch, identify and verify models.", help_format="plaintext")
