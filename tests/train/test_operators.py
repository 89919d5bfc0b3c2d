"""The pool of learned operators: read once, the same wherever it is used, one for all frames of a sample."""

import pickle

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from sakuga.degrade import pipeline
from sakuga.errors import InputError, ModelError, WeightsError
from sakuga.models import lbo
from sakuga.models.lbo import LBO
from sakuga.models.load import load
from sakuga.train import operators


@pytest.fixture
def files(tmp_path):
    """One as it is exported, smaller, and one as published ones are."""
    torch.manual_seed(2)
    small, large = LBO(8), LBO()
    save_file(small.state_dict(), tmp_path / "小.safetensors")
    torch.save({"params": large.state_dict()}, tmp_path / "large.pth")
    return {str(tmp_path / "小.safetensors"): small, str(tmp_path / "large.pth"): large}


def clip(*shape):
    return np.random.default_rng(1).random((*shape, 3), np.float32)


@pytest.mark.parametrize("size", [(3, 32, 48), (1, 33, 49), (2, 2, 2)])
def test_they_are_their_networks_over_each_frame(files, size):
    frames = clip(*size)
    even = frames[:, : size[1] // 2 * 2, : size[2] // 2 * 2]
    for operator, network in zip(operators.pool(list(files)), files.values(), strict=True):
        with torch.no_grad():
            wanted = network(torch.as_tensor(even.transpose(0, 3, 1, 2).copy())).permute(0, 2, 3, 1).numpy()
        half = operator(frames)
        assert half.dtype == np.float32
        assert half.flags.c_contiguous
        np.testing.assert_allclose(half, wanted, atol=1e-5)


def test_they_travel_to_workers_as_paths_and_are_read_once(files, monkeypatch):
    first, _ = operators.pool(list(files))
    sent = pickle.dumps(first)
    assert len(sent) < 500
    monkeypatch.setattr(lbo, "load", lambda path: pytest.fail(f"{path} was read again"))
    np.testing.assert_array_equal(pickle.loads(sent)(clip(2, 8, 8)), first(clip(2, 8, 8)))


def test_the_degradation_draws_one_for_all_frames_and_both_halvings(files):
    """Half of all halvings are learned: both, one or none with 1/4, 1/2 and 1/4."""
    pool, counts, seen = operators.pool(list(files)), [0, 0, 0], set()
    for index in range(400):
        sample = pipeline.draw(
            pipeline.named("animesr"), np.random.default_rng(index), (32, 32), frames=3, learned=len(pool)
        )
        chosen = [step.parameters["index"] for step in sample if step.operator == "learned"]
        assert len(set(chosen)) <= 1
        counts[len(chosen)] += 1
        seen |= set(chosen)
    assert seen == {0, 1}
    assert np.abs(np.array(counts) / 400 - (0.25, 0.5, 0.25)).max() < 0.08
    lq, sample = pipeline.degrade(clip(3, 32, 32), "animesr", seed=1, index=1, learned=pool)
    assert lq.shape == (3, 8, 8, 3)
    assert "learned" in [step.operator for step in sample]


def test_files_that_are_none_are_told(files, tmp_path):
    with pytest.raises(InputError, match=r"data.operators: there is no file gone"):
        operators.pool([*files, "gone.safetensors"])
    save_file({"x": torch.zeros(2)}, tmp_path / "other.safetensors")
    with pytest.raises(WeightsError, match=r"other\.safetensors holds no learned operator"):
        operators.pool([str(tmp_path / "other.safetensors")])
    (tmp_path / "half.safetensors").write_bytes(b"half")
    with pytest.raises(WeightsError, match="is it whole"):
        operators.pool([str(tmp_path / "half.safetensors")])
    with pytest.raises(ModelError, match=r"is a learned operator, .* recipes take it in data\.operators"):
        load(next(iter(files)))
