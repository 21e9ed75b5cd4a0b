"""Faults between the input, `z` and the loss."""

import dataclasses

import pytest
from made_figures import found, survey

from keras_vae_collapse.diagnostics.causes import path


def test_a_gradient_of_which_nothing_is_known_is_not_said_to_be_missing():
    assert path.z_disconnected(found(z_in_loss=None)) is None


@pytest.mark.parametrize(
    ("about", "spread", "where"),
    [
        (survey(), 1e-9, "the latent's own weights"),
        (survey(), 2e-9, None),
        (None, 0.0, "the latent's own weights"),
        (None, 1.0, None),
        (survey(dead_layer="relu"), 0.0, "layer 'relu'"),
        (survey(dead_layer="relu"), 1.0, "layer 'relu'"),
        (survey(dead_layer="relu", encoder_blocked=True), None, "layer 'relu'"),
    ],
)
def test_the_place_after_which_all_examples_are_the_same_is_named(about, spread, where):
    figures = dataclasses.replace(found(posterior_spread=spread), survey=about)
    cause = path.posterior_ignores_input(figures)
    assert (cause is not None) is (where is not None)
    if where:
        assert f"at {where} the inputs" in cause.evidence and f"repair {where}:" in cause.remedy


def test_an_encoder_without_gradient_is_told_from_a_dead_one():
    cause = path.posterior_ignores_input(found(survey=survey(encoder_blocked=True)))
    assert "No gradient" in cause.evidence and "stop_gradient" in cause.remedy
