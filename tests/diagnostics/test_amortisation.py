"""The amortisation gap of losses whose best posterior is known."""

import types

import numpy as np

from keras_vae_collapse.diagnostics.examination.amortisation import direction_gap


def test_a_direction_is_moved_to_where_the_loss_is_lower():
    best = np.array([[1.0, 0.0, 0.0]])
    passes = types.SimpleNamespace(
        rows=lambda block: len(block),
        forward=lambda rows, z: types.SimpleNamespace(loss=float(-5.0 * np.mean(z @ best.T))),
        backward=lambda rows, z: types.SimpleNamespace(
            gradients={"z": [np.repeat(-5.0 * best / rows, rows, axis=0)]}
        ),
    )
    sideways = np.repeat([[0.0, 1.0, 0.0]], 16, axis=0)

    def gap(loc):
        return direction_gap(passes, np.arange(16), loc, 50.0, 2.0, np.random.default_rng(0))

    # From a right angle the mean cosine rises to nearly 1: 5 units of the loss, 2 nats each.
    assert 7.0 < gap(sideways) < 10.5
    assert gap(np.repeat(best, 16, axis=0)) < 0.5
