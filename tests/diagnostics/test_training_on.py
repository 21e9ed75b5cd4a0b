"""How much the loss falls in some more steps, of passes made by hand."""

import contextlib
import types

import keras
import numpy as np
import pytest

from keras_vae_collapse.diagnostics.examination import training_on
from keras_vae_collapse.diagnostics.examination.passes import Passes
from keras_vae_collapse.diagnostics.examination.survey import find_sites, survey
from keras_vae_collapse.layers import GaussianLatent
from keras_vae_collapse.losses import GaussianNLL, KLDivergence


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


@pytest.mark.parametrize("chosen", [None, [1, 3]])
def test_a_small_step_falls_by_the_square_of_the_slope_and_is_taken_back(chosen):
    keras.utils.set_random_seed(0)
    x = np.random.default_rng(0).normal(size=(64, 5)).astype("float32")
    inputs = keras.Input((5,))
    z = GaussianLatent(2, rate_term=KLDivergence(), initial_scale=0.01)(inputs)
    model = keras.Model(inputs, keras.layers.Dense(5)(z))
    model.compile(keras.optimizers.SGD(1e-4), GaussianNLL())
    rows = np.arange(64)
    passes, rng = Passes(model, (x, x), find_sites(model, (x, x), rows)), np.random.default_rng(0)
    survey(passes, rows, rng)
    before = [weight.numpy() for weight in model.weights]
    slopes = passes.backward(passes.rows(rows), noise=rng.standard_normal((64, 2)))
    square = sum(
        float(np.sum(np.square(slopes.gradients["weights"][i])))
        for i in (range(len(passes.weights)) if chosen is None else chosen)
    )
    fall = training_on.fall_in_training(passes, [rows], 5, rng, chosen)
    assert fall == pytest.approx(5 * 1e-4 * square, rel=0.1)
    for one, weight in zip(before, model.weights, strict=True):
        np.testing.assert_array_equal(one, weight.numpy())
    assert int(model.optimizer.iterations) == 0


def test_the_last_block_is_measured_on_and_the_others_are_trained_on_in_turn(monkeypatch):
    trained, measured, noises = [], [], []
    monkeypatch.setattr(training_on, "unchanged", lambda model: contextlib.nullcontext())
    monkeypatch.setattr(training_on, "_step", lambda *args: trained.append)

    def forward(data, noise):
        measured.append(data)
        assert noise.shape == (1, 3)
        return types.SimpleNamespace(loss=10.0 - len(trained))

    passes = types.SimpleNamespace(
        model=None, sizes=[1, 2], rows=lambda rows: rows, renew_noise=noises.append, forward=forward
    )
    passes.renew_noise = lambda number=0: noises.append(number)
    rng = np.random.default_rng(0)
    fall = training_on.fall_in_training(passes, [[0], [1], [2]], 5, rng)
    assert fall == 5.0 and trained == [[0], [1], [0], [1], [0]]
    assert measured == [[2]] * 8
    assert len(set(noises[:-1])) == 5 and 0 not in noises[:-1] and noises[-1] == 0
