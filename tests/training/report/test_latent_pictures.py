"""Which points the pictures of a latent space have."""

import types

import numpy as np
import pytest

from keras_vae_collapse.training.report import latent_pictures


def test_kinds_past_the_fifth_are_drawn_together_as_others(monkeypatch):
    drawn = {}
    monkeypatch.setattr(
        latent_pictures,
        "_dots",
        lambda axes, points, colour, marker, label: (
            axes.plot([0], [0], label=label),
            drawn.update({label: len(points)}),
        ),
    )
    sizes = {"a": 9, "b": 8, "c": 7, "d": 6, "e": 5, "f": 2, "g": 1}
    labels = [kind for kind, size in sizes.items() for _ in range(size)]
    vectors = np.random.default_rng(0).normal(size=(len(labels), 3))
    latent_pictures._scatter(vectors, labels)
    assert drawn == {"others": 3, **{kind: sizes[kind] for kind in "abcde"}}


@pytest.mark.parametrize(("shape", "drawn"), [((3, 2), 1), ((2, 2), 0), ((3, 1), 0)])
def test_a_plane_needs_three_examples_and_two_dimensions(shape, drawn):
    vectors = np.random.default_rng(0).normal(size=shape)
    rows = [[f"word {number}"] for number in range(shape[0])]
    run = types.SimpleNamespace(rates={}, latents=(vectors, ("source",), rows))
    assert len(latent_pictures.latent_pictures(run)) == drawn
