"""Stand-ins for weights that cannot be fetched here: the true names and shapes, with numbers of no worth."""

from __future__ import annotations

import warnings

import torch
from spandrel.architectures.DAT import DAT
from spandrel.architectures.GRL import GRL

TABLES = {
    "table_w": (1, 15, 15, 2),
    "table_sh": (1, 11, 11, 2),
    "table_sv": (1, 11, 11, 2),
    "index_w": (64, 64),
    "index_sh_a2w": (16, 64),
    "index_sh_w2a": (64, 16),
    "index_sv_a2w": (16, 64),
    "index_sv_w2a": (64, 16),
    "mask_w": (64, 64, 64),
    "mask_sh_a2w": (64, 16, 64),
    "mask_sh_w2a": (64, 64, 16),
    "mask_sv_a2w": (64, 16, 64),
    "mask_sv_w2a": (64, 64, 16),
}
"""What APISR's GRL file holds beside its weights."""


def reference_grl(stripe_shift=False):
    """APISR's GRL as spandrel has it, with weights that are far enough from zero to tell networks apart."""
    torch.manual_seed(11)
    network = GRL(
        embed_dim=64,
        upscale=4,
        upsampler="nearest+conv",
        depths=[4] * 4,
        num_heads_window=[2] * 4,
        num_heads_stripe=[2] * 4,
        mlp_ratio=2,
        anchor_window_down_factor=2,
        stripe_shift=stripe_shift,
    ).eval()
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            strong = "logit_scale" in name or "cpb_mlp" in name
            parameter.add_(torch.randn_like(parameter), alpha=0.3 if strong else 0.05)
    return network


def apisr_grl():
    tables = {name: torch.zeros(shape) for name, shape in TABLES.items()}
    return {**reference_grl().state_dict(), **tables}


def apisr_rrdb(scale):
    """Written out from the fact sheet, not from our network."""
    shapes = {"conv_first": (64, 12 if scale == 2 else 3)}
    for block in range(6):
        for dense in (1, 2, 3):
            grown = {f"conv{i + 1}": (32 if i < 4 else 64, 64 + 32 * i) for i in range(5)}
            shapes |= {f"body.{block}.rdb{dense}.{name}": shape for name, shape in grown.items()}
    shapes |= dict.fromkeys(("conv_body", "conv_up1", "conv_up2", "conv_hr"), (64, 64))
    shapes["conv_last"] = (3, 64)
    torch.manual_seed(12)
    weights = {f"{name}.weight": 0.02 * torch.randn(*shape, 3, 3) for name, shape in shapes.items()}
    return weights | {f"{name}.bias": torch.zeros(shape[0]) for name, shape in shapes.items()}


def apisr_dat():
    torch.manual_seed(13)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return DAT(
            embed_dim=180,
            split_size=[8, 16],
            depth=[6] * 6,
            num_heads=[6] * 6,
            expansion_factor=2.0,
            upscale=4,
            resi_connection="1conv",
            upsampler="pixelshuffledirect",
        ).state_dict()


APISR = {
    "apisr-grl-4x": apisr_grl,
    "apisr-rrdb-2x": lambda: apisr_rrdb(2),
    "apisr-rrdb-4x": lambda: apisr_rrdb(4),
    "apisr-dat-4x": apisr_dat,
}


def scenimefy():
    """Written out from the fact sheet, not from our network."""
    shapes = {1: (64, 3, 7, 7), 4: (128, 64, 3, 3), 8: (256, 128, 3, 3)}
    shapes |= {f"{n}.conv_block.{k}": (256, 256, 3, 3) for n in range(12, 21) for k in (1, 5)}
    shapes |= {22: (128, 256, 3, 3), 26: (64, 128, 3, 3), 30: (3, 64, 7, 7)}
    torch.manual_seed(14)
    state = {}
    for name, shape in shapes.items():
        state[f"model.{name}.weight"] = torch.randn(shape) * (2 / (shape[1] * shape[2] * shape[3])) ** 0.5
        state[f"model.{name}.bias"] = 0.1 * torch.randn(shape[0])
    for name, channels, line in (
        (7, 128, (1, 2, 1)),
        (11, 256, (1, 2, 1)),
        (21, 256, (1, 3, 3, 1)),
        (25, 128, (1, 3, 3, 1)),
    ):
        kernel = torch.outer(torch.tensor(line), torch.tensor(line)) / 16
        state[f"model.{name}.filt"] = kernel.repeat(channels, 1, 1, 1)
    return state


def save(name, folder):
    """A stand-in for the published file of a model, under its published name and in its published form."""
    from sakuga.models.catalog import CATALOG

    path = folder / CATALOG[name].source.url.rsplit("/", 1)[1]
    torch.save(scenimefy() if name == "scenimefy" else {"model_state_dict": APISR[name]()}, path)
    return path
