"""What is measured of pairs, and which are kept."""

from __future__ import annotations

import math

import cv2
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

import scenes
from drawn import drawing
from sakuga.errors import InputError, ModelError
from sakuga.pairs.scores import Scores, agreement, kinds, released, scores, shift
from sakuga.pairs.segmenter import Clusters, Graph
from sakuga.pairs.selection import RELEASED, Selection
from sakuga.pairs.source import Pair


def painted(photo):
    """As a drawing: flatter, of other colours, with its edges where they were."""
    flat = cv2.bilateralFilter(cv2.medianBlur(photo, 5), 9, 40, 9).astype(np.float32)
    return (flat[..., ::-1] * 0.8 + 40).clip(0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def photo():
    return drawing(128, 160, 1)


def test_a_drawing_of_the_same_agrees_and_of_another_does_not(photo):
    other = drawing(128, 160, 2)
    same, apart = (scores(Pair(photo, drawn), Clusters()) for drawn in (painted(photo), painted(other)))
    bars = Selection()
    assert same.agreement > bars.agreement > apart.agreement + 0.1
    assert same.shift + 1 < bars.shift < apart.shift
    assert same.kinds >= 2
    assert same.released is None


def test_kinds_are_counted_where_they_take_room():
    assert Clusters().labels(np.full((40, 40, 3), 90, np.uint8)).max() == 0
    labels = np.zeros((10, 100), np.int64)
    assert kinds(labels) == 1
    labels[:, 50:] = 7
    labels[0, :5] = 3
    assert kinds(labels) == 2


def test_agreement_with_and_without_names():
    one = np.repeat([[0, 1]], 50, 0).repeat(50, 1)
    assert agreement(one, 1 - one, named=False) == pytest.approx(1)
    assert agreement(one, 1 - one, named=True) == 0
    assert agreement(one, one, named=True) == 1
    assert agreement(one * 0, one * 0, named=False) == 0


@pytest.mark.parametrize("moved", [0, 3, 8, 90])
def test_shift_is_how_far_edges_have_moved(moved):
    pictures = np.full((2, 256, 256, 3), 60, np.uint8)
    pictures[0, :, 100:], pictures[1, :, 100 + moved :] = 180, 180
    assert shift(*pictures) == pytest.approx(min(moved, 16))


def test_plain_pictures_have_no_edges():
    grey, edge = np.full((50, 60, 3), 90, np.uint8), scenes.photo(50, 60)
    assert shift(grey, grey) == 0
    assert 0 < shift(grey, edge) <= 16


def test_the_released_criterion_lets_nearly_all_pass():
    """The arithmetic of the fact sheet: 150 classes whose scores are no logits."""
    photo = np.zeros((4, 4), np.int64)
    right, wrong = np.zeros((2, 150, 4, 4), np.float32)
    right[0], wrong[1] = 1, 1
    assert released(right, photo) == pytest.approx(math.log(149 + math.e) - 1)
    assert released(wrong, photo) == pytest.approx(math.log(149 + math.e))
    half = (right + wrong) / 2
    bars = Selection(criterion="released", alike=-1, kinds=0)
    told = {
        name: bars.objection(Scores(0, 9, 0, 0, released(each, photo)), ())
        for name, each in {"right": right, "half": half, "wrong": wrong}.items()
    }
    assert told["right"] == told["half"] == ""
    assert told["wrong"] == f"cross entropy 5.02 is not below {RELEASED:g}"
    nearly = wrong.copy()
    nearly[:, 0] = right[:, 0]
    assert not bars.objection(Scores(0, 9, 0, 0, released(nearly, photo)), ())


def test_objections_come_in_their_order():
    bars = Selection()
    good = Scores(0.9, 3, 1.0, 0b1111, None)
    assert not bars.objection(good, [])
    assert bars.objection(good, [0b1111 << 40]) == ""
    assert bars.objection(good, [0b0111]) == "alike one before, 1 bits"
    assert not Selection(alike=-1).objection(good, [0b1111])
    assert bars.objection(Scores(0.1, 1, 9.0, 0, None), []).startswith("agreement 0.10")
    assert bars.objection(Scores(0.9, 1, 9.0, 0, None), []).startswith("kinds 1")
    assert bars.objection(Scores(0.9, 2, 9.0, 0, None), []).startswith("shift 9.0")


@pytest.mark.parametrize("wrong", [{"agreement": 1.1}, {"kinds": -1}, {"shift": float("nan")}, {"alike": 65}])
def test_bars_that_cannot_be_name_the_flag(wrong):
    with pytest.raises(InputError, match=f"--{next(iter(wrong))}"):
        Selection(**wrong)


def graph(path, sides=("h", "w")):
    """A segmenter of two classes: the brightness, and its opposite."""
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, (1, 3, *sides))
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, (1, 2, *sides))
    values = np.repeat(np.float32([[10], [-10]]), 3, 1).reshape(2, 3, 1, 1)
    weights = helper.make_tensor("w", TensorProto.FLOAT, values.shape, values.tobytes(), raw=True)
    node = helper.make_node("Conv", ["x", "w"], ["y"])
    made = helper.make_graph([node], "two", [x], [y], [weights])
    onnx.save(helper.make_model(made, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), path)
    return path


@pytest.mark.parametrize("sides", [("h", "w"), (32, 48)])
def test_a_network_of_the_users_parts_pictures(tmp_path, sides):
    segmenter = Graph(graph(tmp_path / "two.onnx", sides))
    picture = np.full((60, 90, 3), 20, np.uint8)
    picture[:30] = 240
    labels = segmenter.labels(picture)
    assert labels.shape == ((512, 512) if sides[0] == "h" else sides)
    rows = len(labels)
    assert (labels[: rows // 2 - 1] == 0).all()
    assert (labels[rows // 2 + 1 :] == 1).all()
    found = scores(Pair(picture, picture[::-1].copy()), segmenter)
    assert found.agreement < 0.05
    assert found.released is not None
    Selection(criterion="released").demand(segmenter)


def test_segmenters_that_cannot_be_are_sentences(tmp_path):
    (tmp_path / "bad.onnx").write_bytes(b"no")
    with pytest.raises(ModelError, match=r"bad\.onnx"):
        Graph(tmp_path / "bad.onnx")
    with pytest.raises(InputError, match=r"--segmenter FILE\.onnx"):
        Selection(criterion="released").demand(Clusters())
