"""What every backend must do, whatever runs the network: subclass BackendContract and give `backend`."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from sakuga.engine.engine import Engine
from sakuga.engine.precision import psnr
from sakuga.errors import ModelError
from sakuga.models.animesr import AnimeSR
from sakuga.models.load import Model
from sakuga.models.spec import FileSource, ModelSpec

HERE = FileSource(Path("seeded"))


class Enlarger(nn.Module):
    """Three convolutions over a bilinear enlargement: a reach of 3 pixels, values outside [0, 1] too."""

    def __init__(self):
        super().__init__()
        layers = [nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 3, padding=1), nn.ReLU()]
        self.body = nn.Sequential(*layers, nn.Conv2d(8, 12, 3, padding=1), nn.PixelShuffle(2))

    def forward(self, x):
        base = nn.functional.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)
        return base + 0.5 * self.body(x)


class Broken(Enlarger):
    """Gives NaN for everything, as half precision does in some networks."""

    def forward(self, x):
        return super().forward(x) * torch.log(x.mean() - 9)


def seeded(build):
    torch.manual_seed(3)
    return build().eval()


def single(network=Enlarger, **spec):
    known = {"name": "seeded", "network": "community", "scale": 2, "source": HERE, "halo": 3}
    return Model(ModelSpec(**(known | spec)), seeded(network), None)


def recurrent():
    module = seeded(lambda: AnimeSR(channels=16))
    spec = ModelSpec(
        name="seeded", network="animesr", scale=4, source=HERE, window=3, recurrent=True, halo=28, multiple=4
    )
    return Model(spec, module, None)


def noise(*shape, depth="u1"):
    return np.random.default_rng(5).integers(0, np.iinfo(depth).max + 1, shape, depth)


def shot(count, height, width, depth="u1"):
    """Frames of one shot: the same noise, moved by a pixel at a time."""
    picture = noise(height, width, 3, depth=depth)
    return np.stack([np.roll(picture, i, 1) for i in range(count)])


def reference(model, clip):
    """What plain PyTorch in float64 makes of one shot, (n, H, W, 3) of sides that are multiples of 4."""
    white = np.iinfo(clip.dtype).max
    x = torch.from_numpy(clip.astype(np.float64) / white).permute(0, 3, 1, 2)
    module = model.module.double()
    with torch.inference_mode():
        y = module(x[None])[0] if model.spec.recurrent else torch.cat([module(frame[None]) for frame in x])
    module.float()
    return np.rint(y.clamp(0, 1).permute(0, 2, 3, 1).numpy() * white).astype(clip.dtype)


class BackendContract:
    """One suite for all backends."""

    def backend(self, model):
        raise NotImplementedError

    def engine(self, model, **options):
        given = {"wanted": "fp32", "tile": None, "scale": None, "color_lock": False, "reuse": "off"} | options
        return Engine(model.spec, self.backend(model), **given)

    @pytest.mark.parametrize("depth", ["u1", "u2"])
    @pytest.mark.parametrize("make", [single, recurrent])
    def test_pixels_are_the_networks_clamped_and_rounded(self, make, depth):
        model, clip = make(), shot(4, 24, 36, depth)
        results = np.stack(list(self.engine(model).clip(list(clip))))
        assert results.dtype == clip.dtype
        assert psnr(results, reference(model, clip)) > (100 if depth == "u2" else 80)

    @pytest.mark.parametrize("make", [single, recurrent])
    def test_tiled_equals_untiled_within_one_level(self, make):
        clip = shot(3, 100, 140)
        whole, tiled = (np.stack(list(self.engine(make(), tile=t).clip(list(clip)))) for t in (None, 112))
        assert np.abs(whole.astype(int) - tiled.astype(int)).max() <= 1

    def test_tiles_without_their_halo_would_show(self):
        """So that the test above can fail."""
        clip = shot(1, 100, 140)
        bare = single(halo=0)
        whole, tiled = (np.stack(list(self.engine(bare, tile=t).clip(list(clip)))) for t in (None, 48))
        assert np.abs(whole.astype(int) - tiled.astype(int)).max() > 1

    def test_a_cut_separates_two_shots_completely(self):
        dark, bright = shot(3, 32, 32) // 4, 255 - shot(3, 32, 32) // 4
        engine = self.engine(recurrent())
        joined = list(engine.clip([*dark, *bright]))
        apart = [*engine.clip(list(dark)), *engine.clip(list(bright))]
        np.testing.assert_array_equal(joined, apart)

    def test_results_are_the_callers_to_keep(self):
        clip = shot(5, 16, 16)
        engine = self.engine(recurrent())
        kept = [(frame, frame.copy()) for frame in engine.clip(list(clip))]
        assert all((frame == copy).all() for frame, copy in kept)

    def test_sizes_may_alternate(self):
        engine = self.engine(single())
        for _ in range(2):
            for size in ((16, 16), (20, 31), (1, 1), (7, 3), (33, 8), (64, 2)):
                (result,) = engine.clip([noise(*size, 3)])
                assert result.shape == (2 * size[0], 2 * size[1], 3)

    def test_nan_never_leaves_as_a_picture(self):
        engine = self.engine(single(Broken))
        with pytest.raises(ModelError, match="flat colour"):
            list(engine.clip([128 + noise(16, 16, 3) // 2]))

    def test_room_shrinks_with_the_networks_appetite(self):
        assert 0 < self.backend(recurrent()).room() < self.backend(single()).room() * 4
