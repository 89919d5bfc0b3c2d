"""Files of translators: the official one's form, those of one's own, and their relatives."""

import pytest
import torch

import scenes
import stand_ins
from golden import as_convolutions, filled, waves
from sakuga.errors import ModelError
from sakuga.models.catalog import CATALOG
from sakuga.models.identify import identify
from sakuga.models.load import load
from sakuga.models.spec import FileSource
from sakuga.models.translator import Translator
from sakuga.models.weights import promised


def test_the_official_file_is_held_against_its_hash(tmp_path):
    source = CATALOG["scenimefy"].source
    wanted = "3bdeced133287fbb95832f4342aaff399f6f73507b515118918cc27ccd98ad8c"
    assert promised(source, "Shinkai_net_G.pth", tmp_path / "Shinkai_net_G.pth") == wanted
    found = identify(stand_ins.save("scenimefy", tmp_path))
    assert (found.network, found.scale, found.parameters) == ("translator", 1, 11_378_179)
    assert found.name is None, "a file of that name need not be that file"
    assert "non-commercial" in found.licence
    assert found.usage.startswith("sakuga stylize")


@pytest.mark.parametrize(("channels", "blocks"), [(4, 3), (8, 6)])
def test_files_of_any_name_and_size_are_recognised(tmp_path, channels, blocks):
    model = load(scenes.save(tmp_path / "mine.pth", channels, blocks))
    assert (model.spec.network, model.spec.scale) == ("translator", 1)
    assert (model.spec.halo, model.spec.multiple, model.spec.least, model.spec.pooled) == (96, 4, 8, True)
    x = torch.rand(1, 3, 16, 24)
    torch.testing.assert_close(model.module(x), scenes.network(channels, blocks)(x))


def test_a_residual_file_is_recognised(tmp_path):
    module = scenes.network(residual=True)
    torch.save(module.state_dict(), tmp_path / "mine.pth")
    x = torch.rand(1, 3, 16, 24)
    torch.testing.assert_close(load(tmp_path / "mine.pth").module(x), module(x))


def test_weights_go_where_they_belong(tmp_path):
    """The golden pixels, out of a file."""
    torch.save(filled(Translator(), as_convolutions).state_dict(), tmp_path / "golden.pth")
    with torch.inference_mode():
        result = load(tmp_path / "golden.pth").module(waves(3, 64, 48).float() / 2 + 0.5)
    assert float(result[0, 1, 10, 20]) == pytest.approx(0.5 + 0.944865 / 2, abs=1e-5)


def test_a_relative_that_does_not_blur_is_named(tmp_path):
    state = scenes.network().state_dict()
    torch.save({name: t for name, t in state.items() if name != "model.15.filt"}, tmp_path / "other.pth")
    with pytest.raises(ModelError, match="anti-aliased on both ways"):
        load(tmp_path / "other.pth")
    del state["model.20.weight"]
    torch.save(state, tmp_path / "damaged.pth")
    with pytest.raises(ModelError, match=r"model\.20\.weight"):
        load(tmp_path / "damaged.pth")


def test_a_spec_travels_with_its_file(tmp_path):
    path = scenes.save_onnx(tmp_path / "scene.onnx")
    spec = load(path).spec
    assert spec == scenes.spec(path, channels=4, blocks=3)
    assert isinstance(spec.source, FileSource)
