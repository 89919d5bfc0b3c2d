"""What every model must do, wherever it comes from: subclass ModelContract and give `model`."""

import warnings

import pytest
import torch

from sakuga.models.spec import ShippedSource


def pictures(height, width, channels=3):
    """Smooth colours with a line in them, (1, channels, height, width) in [0, 1]."""
    y, x = torch.meshgrid(torch.linspace(0, 1, height), torch.linspace(0, 1, width), indexing="ij")
    paint = torch.stack([0.2 + 0.6 * x, 0.8 - 0.5 * y, 0.5 + 0.3 * (x - y)])
    paint[:, :, width // 2] = 0.1
    return paint.repeat(channels // 3, 1, 1)[None]


class Step:
    """A model as a function of pictures alone: recurrent ones see their first frame."""

    def __init__(self, model):
        self.spec = model.spec
        self.network = model.module.recurrent_cell if model.spec.recurrent else model.module

    def inputs(self, height, width):
        window = pictures(height, width, 3 * self.spec.window)
        if not self.spec.recurrent:
            return (window,)
        return window, torch.zeros(1, self.network.state_channels, height, width)

    def image(self, result):
        return result[0] if self.spec.recurrent else result

    @torch.inference_mode()
    def __call__(self, height, width):
        return self.image(self.network(*self.inputs(height, width)))


class ModelContract:
    @pytest.fixture
    def model(self):
        raise NotImplementedError

    def test_is_ready_for_use(self, model):
        assert (model.onnx is not None) == isinstance(model.spec.source, ShippedSource)
        assert not model.module.training
        assert not any(parameter.requires_grad for parameter in model.module.parameters())
        assert {parameter.dtype for parameter in model.module.parameters()} == {torch.float32}

    def test_every_multiple_is_enlarged_by_the_scale(self, model):
        step, unit = Step(model), max(model.spec.multiple, model.spec.least)
        for rows, columns in ((1, 1), (1, 5), (4, 3)):
            result = step(rows * unit, columns * unit)
            scale = model.spec.scale * unit
            assert result.shape == (1, 3, rows * scale, columns * scale)
            assert result.isfinite().all()

    def test_same_picture_same_pixels(self, model):
        step, side = Step(model), 4 * model.spec.multiple
        torch.testing.assert_close(step(side, side), step(side, side), rtol=0, atol=0)

    def test_a_trace_serves_all_sizes_if_the_spec_says_so(self, model):
        step, unit = Step(model), max(model.spec.multiple, model.spec.least, 4)
        if not model.spec.any_size:
            pytest.skip("each size needs its own trace")
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            traced = torch.jit.trace(step.network, step.inputs(2 * unit, 3 * unit), check_trace=False)
        for rows, columns in ((1, 1), (5, 4)):
            size = rows * unit, columns * unit
            result = step.image(traced(*step.inputs(*size)))
            torch.testing.assert_close(result, step(*size), rtol=0, atol=1e-5)
