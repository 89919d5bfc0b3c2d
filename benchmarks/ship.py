"""Install a network with sakuga: both its files into src/sakuga/models/shipped, and its entry of the catalog.

    python benchmarks/ship.py lite-4x weights/lite-4x.safetensors
    python benchmarks/ship.py animesr-v2

The second takes the weights that others have published, as the catalog says. Weights are rounded to 16 bits.
Licence, credit and note are those of the catalog, where it has an entry, else of the file. What is printed
last goes into CATALOG (src/sakuga/models/catalog.py); `ruff format` puts it into form.
"""

from __future__ import annotations

import argparse
from dataclasses import MISSING, fields, replace
from pathlib import Path

from sakuga.models import cache, load, weights
from sakuga.models.catalog import CATALOG
from sakuga.models.spec import ModelSpec, ShippedSource
from sakuga.train.shipping import ship


def published(name: str) -> Path:
    """The file that others have published."""
    spec = CATALOG[name]
    assert isinstance(spec.source, ShippedSource)
    assert spec.source.origin
    (path,) = weights.fetch(replace(spec, source=spec.source.origin)).values()
    return path


def entry(spec: ModelSpec, graph: str, tensors: str) -> str:
    """What the catalog says of `spec`; graph and tensors: sha256 of its files."""
    told = {"source": f'_shipped("{spec.name}", "{graph}", "{tensors}")'}
    for each in fields(spec):
        value = getattr(spec, each.name)
        if each.default is MISSING or value != each.default:
            told.setdefault(each.name, repr(value))
    return f"ModelSpec({', '.join(f'{name}={value}' for name, value in told.items())}),"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("name")
    arguments.add_argument("source", type=Path, nargs="?")
    given = arguments.parse_args()
    source = given.source or published(given.name)
    spec = replace(load.load(source).spec, name=given.name)
    if given.name in CATALOG:
        known = CATALOG[given.name]
        spec = replace(spec, licence=known.licence, credit=known.credit, note=known.note)
    made = ship(source, spec, weights.SHIPPED)
    for path in made:
        print(path.name, path.stat().st_size, cache.sha256(path))
    print("all", sum(path.stat().st_size for path in weights.SHIPPED.iterdir()))
    print(entry(spec, *map(cache.sha256, made)))


if __name__ == "__main__":
    main()
