"""The reader of ncnn's weights, on files of a known content and on the published ones."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.errors import WeightsError
from sakuga.models import ncnn, weights
from sakuga.models.catalog import CATALOG

HALF, FULL = 0x01306B47, 0


def written(folder, layers, magic="7767517", extra=b"", lacking=0):
    """A .param and a .bin of convolutions (weight, bias, tag) and slopes."""
    lines, content = [magic, f"{len(layers) + 1} 2", "Input in 0 1 data"], b""
    for index, layer in enumerate(layers):
        if isinstance(layer, tuple):
            weight, bias, tag = layer
            out, _, side, _ = weight.shape
            settings = f"0={out} 1={side} 4=1 5={int(bias is not None)} 6={weight.size} -23310=1,2.0e-01"
            lines.append(f"Convolution conv_{index} 1 1 a b {settings}")
            content += struct.pack("<I", tag)
            numbers = weight.astype("<f2" if tag == HALF else "<f4").tobytes()
            content += numbers + b"\0" * (-len(numbers) % 4)
            content += b"" if bias is None else bias.astype("<f4").tobytes()
        else:
            lines.append(f"PReLU prelu_{index} 1 1 b c 0={len(layer)}")
            content += layer.astype("<f4").tobytes()
    param, numbers = folder / "net.param", folder / "net.bin"
    param.write_text("\n".join(lines) + "\n")
    numbers.write_bytes(content[: len(content) - lacking] + extra)
    return param, numbers


def layer(out=2, into=3, side=3, tag=HALF, bias=True):
    random = np.random.default_rng(out * into)
    weight = random.standard_normal((out, into, side, side)).astype("f2").astype("f4")
    return weight, random.standard_normal(out).astype("f4") if bias else None, tag


shapes = st.tuples(
    st.integers(1, 5),
    st.integers(1, 5),
    st.sampled_from([1, 3]),
    st.sampled_from([HALF, FULL]),
    st.booleans(),
)


@given(st.lists(st.one_of(shapes, st.integers(1, 6)), max_size=5))
def test_what_is_written_is_read(tmp_path_factory, plan):
    layers = [np.arange(n, dtype="f4") if isinstance(n, int) else layer(*n) for n in plan]
    arrays = ncnn.read(*written(tmp_path_factory.mktemp("ncnn"), layers))
    expected = [a for one in layers for a in (one[:2] if isinstance(one, tuple) else [one]) if a is not None]
    assert len(arrays) == len(expected)
    for array, wanted in zip(arrays, expected, strict=True):
        assert array.dtype == np.float32
        np.testing.assert_array_equal(array, wanted)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"lacking": 1}, "ends too early"),
        ({"lacking": 40}, "ends too early"),
        ({"extra": b"\0"}, "1 bytes more"),
        ({"extra": b"\0" * 8}, "8 bytes more"),
        ({"magic": "1"}, "7767517 must come first"),
    ],
)
def test_every_byte_counts(tmp_path, fault, said):
    param, numbers = written(tmp_path, [layer(), np.ones(2, "f4")], **fault)
    with pytest.raises(WeightsError, match=said):
        ncnn.read(param, numbers)


def test_quantised_weights_are_refused(tmp_path):
    with pytest.raises(WeightsError, match="0x000d4b38"):
        ncnn.read(*written(tmp_path, [layer(tag=0x000D4B38)]))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("InnerProduct fc 1 1 a b 0=3", "InnerProduct"),
        ("Convolution c 1 1 a b 0=2 1=3", "makes no sense"),
        ("Convolution c 1 1 a b 0=2 1=3 6=19", "makes no sense"),
        ("PReLU p 1 1 a b 0=many", "makes no sense"),
    ],
)
def test_layers_that_cannot_be_are_named(tmp_path, line, said):
    param, numbers = written(tmp_path, [])
    param.write_text(param.read_text() + line + "\n")
    numbers.write_bytes(b"\0" * 80)
    with pytest.raises(WeightsError, match=said):
        ncnn.read(param, numbers)


@pytest.mark.parametrize(("name", "count"), [("realesrgan-anime-6b", 192), ("realesr-animevideov3", 53)])
def test_published_files_are_read_to_their_last_byte(tmp_path, name, count):
    param, numbers = weights.fetch(CATALOG[name]).values()
    arrays = ncnn.read(param, numbers)
    assert len(arrays) == count
    assert all(np.isfinite(array).all() and np.abs(array).max() < 64 for array in arrays)
    content = numbers.read_bytes()
    other = tmp_path / "other.bin"
    for wrong in (content[:-4], content + b"\0"):
        other.write_bytes(wrong)
        with pytest.raises(WeightsError):
            ncnn.read(param, other)
