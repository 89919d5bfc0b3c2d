"""Colour bars, and the formulas of the standards in float64 that they are held to."""

import itertools

import numpy as np

from sakuga.media.colour import Matrix, Range

WIDTH, HEIGHT, PATCH = 320, 192, 32
WEIGHTS = {
    Matrix.BT709: (0.2126, 0.0722),
    Matrix.SMPTE170M: (0.299, 0.114),
    Matrix.BT470BG: (0.299, 0.114),
    Matrix.BT2020: (0.2627, 0.0593),
    Matrix.SMPTE240M: (0.212, 0.087),
    Matrix.FCC: (0.30, 0.11),
}
STEPS = {"420": (2, 2), "422": (1, 2), "444": (1, 1)}


def to_yuv(rgb, matrix, range_, depth):
    """R'G'B' in 0..1 of shape (..., 3) to code values, not rounded."""
    kr, kb = WEIGHTS[matrix]
    luma = kr * rgb[..., 0] + (1 - kr - kb) * rgb[..., 1] + kb * rgb[..., 2]
    cb, cr = (rgb[..., 2] - luma) / (2 - 2 * kb), (rgb[..., 0] - luma) / (2 - 2 * kr)
    unit = 1 << (depth - 8)
    if range_ is Range.FULL:
        peak = (1 << depth) - 1
        return luma * peak, cb * peak + 128 * unit, cr * peak + 128 * unit
    return (luma * 219 + 16) * unit, (cb * 224 + 128) * unit, (cr * 224 + 128) * unit


def to_rgb(codes, matrix, range_, depth):
    """Code values to R'G'B' in 0..1, clipped."""
    kr, kb = WEIGHTS[matrix]
    unit, peak = 1 << (depth - 8), (1 << depth) - 1
    full = range_ is Range.FULL
    luma = codes[0] / peak if full else (codes[0] / unit - 16) / 219
    cb, cr = ((code - 128 * unit) / (peak if full else 224 * unit) for code in codes[1:])
    red, blue = luma + (2 - 2 * kr) * cr, luma + (2 - 2 * kb) * cb
    return np.stack([red, (luma - kr * red - kb * blue) / (1 - kr - kb), blue], -1).clip(0, 1)


def bars():
    """75 % and 100 % bars and dim ones in patches, then ramps of grey, skin, green and blue."""
    full = np.array([*itertools.product((0, 1), repeat=3), (0.5, 0.5, 0.5), (0.9, 0.7, 0.6)], float)
    rows = [np.repeat(full * level, PATCH, 0)[None].repeat(PATCH, 0) for level in (0.75, 1.0, 0.1)]
    ramp = np.linspace(0, 1, WIDTH)[:, None]
    tints = [(1, 1, 1), (0.95, 0.75, 0.65), (0.2, 0.9, 0.3)]
    rows += [(ramp * np.array(tint))[None].repeat(PATCH, 0) for tint in tints]
    return np.concatenate(rows)


def inner():
    """Pixels well inside the patches, and the ramps away from their borders."""
    mask = np.zeros((HEIGHT, WIDTH), bool)
    for top in range(0, HEIGHT, PATCH):
        mask[top + 10 : top + 22, 10:-10] = True
    for left in range(0, WIDTH, PATCH):
        mask[: 3 * PATCH, left : left + 10] = mask[: 3 * PATCH, left + 22 : left + 32] = False
    return mask
