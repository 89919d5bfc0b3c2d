"""`sakuga models`: which there are, what is known of each, and whether its weights are whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path

from cyclopts import App

from sakuga.cli import output
from sakuga.cli.exits import Exit
from sakuga.errors import UnknownModel
from sakuga.models.catalog import CATALOG
from sakuga.models.choice import roles
from sakuga.models.spec import FileSource, ModelSpec, ShippedSource, WebSource, WheelSource

models = App(name="models", help="List, fetch, identify and verify models.", help_format="plaintext")


@models.command(name="list")
def show_all() -> None:
    """List all models that have a name."""
    from sakuga.models import weights

    _columns(
        (spec.name, f"{spec.scale}x", "here" if weights.cached(spec) else "-", spec.licence, _note(spec))
        for spec in CATALOG.values()
    )


@models.command
def info(name: str, /) -> None:
    """Show all that is known of one model.

    Parameters
    ----------
    name
        As `sakuga models list` shows it.
    """
    from sakuga.models import weights

    spec = _spec(name)
    facts = {
        "name": spec.name,
        "what for": _note(spec),
        "network": spec.network,
        "scale": f"{spec.scale}x",
        "sees": f"{spec.window} frames{' and its memory' * spec.recurrent}"
        if spec.window > 1
        else "one frame",
        "licence": spec.licence,
        "credit": spec.credit,
        "weights": _origin(spec),
        "parameters": _parameters(spec),
        "here": "yes" if weights.cached(spec) else f"no; `sakuga models get {spec.name}` fetches them",
    }
    told = [(name, fact) for name, fact in facts.items() if fact]
    _columns([*told, *(("file", str(path)) for path in weights.paths(spec).values())])


@models.command
def get(name: str, /) -> None:
    """Fetch the weights of one model, and check them.

    Parameters
    ----------
    name
        As `sakuga models list` shows it.
    """
    from sakuga.cli.report import reporter
    from sakuga.media.events import Fetching
    from sakuga.models import weights

    spec = _spec(name)
    with reporter(json=False) as report:
        places = weights.fetch(spec, lambda what, done, total: report(Fetching(what, done, total)))
    output.say("\n".join(str(path) for path in places.values()))


@models.command
def identify(file: Path, /) -> Exit:
    """Tell whose network a file of weights is, and how to use it.

    Parameters
    ----------
    file
        A .pth, .safetensors or .onnx file.
    """
    from sakuga.models.identify import identify

    found = identify(file)
    facts: dict[str, str | None] = {
        "file": str(found.path),
        "sha256": found.sha256,
        "name": found.name,
        "network": found.network,
        "scale": f"{found.scale}x" if found.scale else None,
        "parameters": f"{found.parameters:,}" if found.parameters else None,
        "licence": found.licence,
        "use": found.usage,
    }
    _columns((name, fact or "unknown") for name, fact in facts.items())
    return Exit.OK if found.network else Exit.FAILED


@models.command
def verify(*names: str) -> Exit:
    """Hold the weights that are here against the sha256 that they should have.

    Parameters
    ----------
    names
        As `sakuga models list` shows them; without any, all that are here or should be.
    """
    from sakuga.models import weights

    wanted = (it for it in CATALOG.values() if isinstance(it.source, ShippedSource) or weights.cached(it))
    specs = [_spec(name) for name in names] or [*wanted]
    checked = [(spec.name, check) for spec in specs for check in weights.verify(spec)]
    _columns((check.state, name, str(check.path)) for name, check in checked)
    return Exit.OK if all(check.state == "sound" for _, check in checked) else Exit.FAILED


def _spec(name: str) -> ModelSpec:
    if name in CATALOG:
        return CATALOG[name]
    near = get_close_matches(name, CATALOG, 1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else "see `sakuga models list`."
    raise UnknownModel(f"There is no model called {name}; {hint}")


def _note(spec: ModelSpec) -> str:
    taken = ", ".join(roles(spec.name))
    return f"{spec.note} ({taken})" if taken else spec.note


def _parameters(spec: ModelSpec) -> str:
    """Empty where PyTorch or a download would be needed to know."""
    from sakuga.models import identify, weights

    shipped = isinstance(spec.source, ShippedSource) and weights.cached(spec)
    return f"{identify.numbers([*weights.paths(spec).values()][-1]):,}" if shipped else ""


def _origin(spec: ModelSpec) -> str:
    match spec.source:
        case WheelSource(package, _):
            return f"the package {package} on your pip index"
        case WebSource(url, _):
            return url
        case ShippedSource(_, origin):
            rounded = f"; rounded to 16 bits from the package {origin.package}" if origin else ""
            return f"installed with sakuga{rounded}"
        case FileSource(path, _):
            return str(path)


def _columns(rows: Iterable[Sequence[str]]) -> None:
    """Print rows with their columns under each other."""
    held = list(rows)
    widths = [max(map(len, column)) for column in zip(*held, strict=True)]
    for row in held:
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        output.say("  ".join(padded).rstrip())
