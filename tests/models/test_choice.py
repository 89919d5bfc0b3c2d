"""Which network is taken where none is named."""

from __future__ import annotations

from typing import get_args

import pytest

from choices import ROLES, fill
from sakuga.models.catalog import CATALOG
from sakuga.models.choice import NETWORKS, Role, chosen, roles


@pytest.mark.parametrize(
    ("moving", "fast", "scale", "name"),
    [
        (False, False, None, "still"),
        (False, False, 2, "still"),
        (False, False, 8, "still"),
        (True, False, None, "moving"),
        (True, False, 1.5, "moving"),
        (True, False, 4, "moving"),
        (False, True, None, "fast4"),
        (False, True, 1, "fast2"),
        (False, True, 2, "fast2"),
        (False, True, 2.5, "fast4"),
        (True, True, None, "fast2"),
        (True, True, 2, "fast2"),
        (True, True, 4, "fast4"),
    ],
)
def test_kind_haste_and_scale_decide(monkeypatch, moving, fast, scale, name):
    fill(monkeypatch)
    assert chosen(moving=moving, fast=fast, scale=scale) == name


def test_every_role_is_filled_by_a_network_of_the_catalog_that_restores():
    assert tuple(NETWORKS) == get_args(Role) == ROLES
    for role, name in NETWORKS.items():
        assert CATALOG[name].purpose == "restore"
        assert role in roles(name)
    assert not roles("scenimefy")
