"""What is written about a set once its pictures are there: manifest, summary, and pages to review it on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from sakuga.curate import folder, page
from sakuga.curate.content import histogram
from sakuga.curate.folder import Line
from sakuga.curate.thumbnails import thumbnail


def publish(out: Path, lines: Sequence[Line], left_out: Mapping[str, int] | None = None) -> None:
    """Write all of it; pictures that the manifest no longer lists are moved aside, not deleted.

    left_out: how many pictures were passed over, by reason; None keeps what the summary says. Writes nothing
    where there is no picture and was none. Raises OutputError.
    """
    before = folder.lines(out)
    if not lines and not before:
        return
    folder.write(out, lines)
    listed = {line["file"] for line in lines}
    folder.move((line["file"] for line in before if line["file"] not in listed), out, out / folder.UNLISTED)
    told = {**folder.read_summary(out), **_summary(lines)}
    shown = [line for line in lines if thumbnail(out, line["file"]).is_file()]
    _remove_pages(out, set(told.get("pages", ())) - set(page.names_of(len(shown))))
    told["pages"] = page.names_of(len(shown))
    if left_out is not None:
        told["left_out"] = dict(left_out)
    folder.write_summary(out, told)
    page.write_pages(out, shown, told)


def _remove_pages(out: Path, names: set[str]) -> None:
    """Pages that the summary of a larger set named as its own."""
    for name in names:
        if name.startswith("review-") and Path(name).name == name:
            (out / name).unlink(missing_ok=True)


def _summary(lines: Sequence[Line]) -> Mapping[str, object]:
    return {
        "pictures": len(lines),
        "videos": len({line["source"] for line in lines}),
        "marks": Counter(mark for line in lines for mark in line.get("marks", ())),
        "licences": Counter(line["licence"] or "not told" for line in lines),
        "content": histogram([line["content"] for line in lines if "content" in line]),
    }
