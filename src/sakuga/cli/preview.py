"""`sakuga preview`: a few frames restored, on a page to compare them."""

from __future__ import annotations

from pathlib import Path

from sakuga.cli import output
from sakuga.cli.exits import UsageError


def preview(
    file: Path,
    /,
    *,
    frames: int = 6,
    models: str | None = None,
    out: Path = Path("preview.html"),
    device: str = "auto",
) -> None:
    """Restore a few frames by one or more models, and write a page to compare them.

    Parameters
    ----------
    file
        A picture or a video.
    frames
        How many frames, spread over the file.
    models
        Names or files of models, with commas between them; without it the one that `sakuga restore` takes.
    out
        The page, a single .html file.
    device
        As for `sakuga restore`.
    """
    names = list(dict.fromkeys(name.strip() for name in (models or "").split(",") if name.strip()))
    if models is not None and not names:
        raise UsageError("--models names no model; give at least one, such as animesr-v2.")
    if not 1 <= frames <= 48:
        raise UsageError(f"--frames {frames}: give a number from 1 to 48.")
    if out.suffix.lower() not in (".html", ".htm"):
        raise UsageError(f"--out {out}: the page is a file that ends in .html.")

    from sakuga.cli.report import reporter
    from sakuga.restore.preview import preview

    with reporter(json=False) as report:
        count = preview(file, names, out, count=frames, device=device, on_event=report)
    output.say(f"{out}: {count} frame{'s' * (count > 1)}, {out.stat().st_size / 1e6:.1f} MB.")
