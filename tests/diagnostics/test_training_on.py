"""How much the loss falls in some more steps, of passes made by hand."""

import contextlib
import types

import numpy as np
import pytest

from keras_vae_collapse.diagnostics.examination import training_on


def test_the_fall_of_a_distortion_is_a_sum_over_positions_in_units_of_the_loss(monkeypatch):
    outputs = np.zeros((2, 3))

    def take_step(block):
        outputs[:] += 0.5

    monkeypatch.setattr(training_on, "unchanged", lambda model: contextlib.nullcontext())
    monkeypatch.setattr(training_on, "_step", lambda *args: take_step)
    passes = types.SimpleNamespace(
        model=None, sizes=[1], arrays=[np.ones((4, 3))], rows=lambda rows: rows,
        renew_noise=lambda number=0: None,
        forward=lambda data, noise: types.SimpleNamespace(outputs=outputs.copy()),
    )  # fmt: skip
    distortion = types.SimpleNamespace(
        target_of=lambda arrays: arrays[0], nats=lambda o, t: t - o, nats_per_loss=2.0
    )
    blocks, rng = [np.arange(2), np.arange(2, 4)], np.random.default_rng(0)
    fall = training_on.fall_in_training(passes, blocks, 2, rng, distortion=distortion)
    assert fall == pytest.approx(3 * 1.0 / 2.0)  # each of three positions falls by 1 nat
