"""Null pairs are measured beside the pairs of a study, which they leave alone."""

import pytest

from dependants import MEASURED_NULLS, PAGE

pytestmark = pytest.mark.workflow


def test_a_null_pair_that_is_left_out_leaves_the_pairs_alone(checkout):
    checkout.configure(lambda config: config["studies"]["smoke"].pop("null_pairs"))
    assert checkout.planned() == {"draw_figure interaction"} | PAGE


def test_another_boundary_of_a_null_pair_reruns_that_pair(checkout):
    checkout.configure(lambda config: config["pairs"]["smoke_twin"].update(boundary=3))
    assert checkout.planned() == {"check_boundary smoke_twin"} | MEASURED_NULLS
