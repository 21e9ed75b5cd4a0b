"""GECO: the multiplier's law, the constraint at the end of training, who tells the distortion."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp

from keras_vae_collapse import layers, losses, models

tfd = tfp.distributions
X = np.random.default_rng(0).normal(size=(24, 6)).astype("float32")


def call(term, loc=1.0, training=True):
    """The penalty of a posterior of one dimension, `loc^2 / 2` nats."""
    return term(
        posterior=tfd.Normal([[loc]], [[1.0]]), prior=tfd.Normal(0.0, 1.0), training=training
    )


def test_the_multiplier_grows_with_the_moving_average_of_the_violation():
    term = losses.GECO(2.0, initial_multiplier=3.0, multiplier_step=0.1, momentum=0.8)
    log_lambda, C = np.log(3.0), None
    for distortion in (4.0, 5.0, 1.0, 0.5, 0.0):
        np.testing.assert_allclose(call(term), 0.5 / np.exp(log_lambda), rtol=1e-5)
        term.observe(tf.constant([distortion - 1.0, distortion + 1.0]))
        violation = distortion - 2.0
        C = violation if C is None else 0.8 * C + 0.2 * violation
        log_lambda += 0.1 * C
        np.testing.assert_allclose(term.multiplier, np.exp(log_lambda), rtol=1e-5)
        np.testing.assert_allclose(term.violation, C, rtol=1e-5)


def test_training_ends_at_the_least_rate_that_meets_the_constraint():
    # D = (m - 2)^2 / 2 and R = m^2 / 2. At D = 1/8 is m = 3/2, where dR/dm = -lambda dD/dm: 3.
    m, term = tf.Variable(0.0), losses.GECO(0.125, multiplier_step=0.1, momentum=0.5)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            rate = call(term, tf.identity(m))
            distortion = 0.5 * (m - 2.0) ** 2
            term.observe(distortion[tf.newaxis])
            loss = distortion + rate
        m.assign_sub(0.3 * tape.gradient(loss, m))

    for _ in range(1500):
        step()
    np.testing.assert_allclose(m, 1.5, atol=1e-3)
    np.testing.assert_allclose(term.multiplier, 3.0, atol=1e-2)


def test_the_multiplier_may_be_held_at_one():
    term = losses.GECO(0.0, multiplier_step=10.0, max_multiplier=1.0)
    call(term)
    term.observe(tf.constant([9.0]))
    assert float(term.multiplier) == 1.0


def test_the_multiplier_stays_within_its_bounds():
    term = losses.GECO(0.0, multiplier_step=10.0, momentum=0.0, max_multiplier=5.0)
    for distortion, expected in ((3.0, 5.0), (-9.0, 0.2)):
        call(term)
        term.observe(tf.constant([distortion]))
        np.testing.assert_allclose(term.multiplier, expected, rtol=1e-5)


def test_nothing_moves_in_evaluation_in_pretraining_or_before_a_call():
    term = losses.GECO(0.0)
    term.observe(tf.constant([9.0]))
    call(term, training=False)
    term.observe(tf.constant([9.0]))
    term.pretraining = True
    assert call(term) == 0.0
    term.observe(tf.constant([9.0]))
    assert float(term.multiplier) == 1.0 and int(term.observations) == 0
    term.pretraining = False
    call(term)
    term.observe(tf.constant([9.0]))
    assert float(term.multiplier) > 1.0 and int(term.observations) == 1


def test_logs_the_multiplier_and_the_violation_that_a_step_was_made_with():
    term = losses.GECO(2.0, multiplier_step=0.1)
    for _ in range(2):
        call(term)
        term.observe(tf.constant([5.0]))
    # At first 1 and 0; then, with a violation of 3, e^0.3 and 3.
    np.testing.assert_allclose(
        term.trackers["multiplier"].result(), (1 + np.exp(0.3)) / 2, rtol=1e-5
    )
    np.testing.assert_allclose(term.trackers["violation"].result(), 1.5, rtol=1e-5)


def compiled_model(kappa=0.5):
    inputs, term = keras.Input((6,)), losses.GECO(kappa, multiplier_step=0.1)
    z = layers.GaussianLatent(2, term, seed=1)(inputs)
    model = keras.Model(inputs, keras.layers.Dense(6)(z))
    model.compile("sgd", losses.WatchedDistortion(losses.GaussianNLL(), term))
    return model, term


def test_a_compiled_loss_tells_the_distortion_and_is_saved_with_its_term(tmp_path):
    model, term = compiled_model()
    logs = model.fit(X, X, batch_size=24, verbose=0).history
    distortion = logs["loss"][0] - logs["penalty"][0]
    np.testing.assert_allclose(term.violation, distortion - 0.5, rtol=1e-5)
    before = float(term.multiplier)
    model.evaluate(X, X, verbose=0)
    assert float(term.multiplier) == before > 1.0
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    again = loaded.layers[1].rate_term
    assert again is loaded.loss.rate_term and float(again.multiplier) == before
    loaded.fit(X, X, batch_size=24, verbose=0)
    assert int(again.observations) == 2


def test_examples_of_weight_zero_and_masks_reach_the_wrapped_loss():
    loss = losses.WatchedDistortion(losses.SequenceNLL(), losses.GECO(1.0))
    ids, logits = np.array([[4, 5, 0], [6, 0, 0]]), np.zeros((2, 3, 7), "float32")
    np.testing.assert_allclose(loss(ids, logits), 1.5 * np.log(7), rtol=1e-6)
    weighted = loss(ids, logits, np.array([0.0, 1.0], "float32"))
    np.testing.assert_allclose(weighted, 0.5 * np.log(7), rtol=1e-6)


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("mse", losses.GECO(1.0)), "`distortion` must be a Keras loss"),
        ((losses.GaussianNLL(), losses.GECO), "an object and not a class"),
        ((losses.GaussianNLL(), losses.KLDivergence()), "`rate_term` must have a method observe"),
    ],
)
def test_what_cannot_be_watched_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        losses.WatchedDistortion(*arguments)


def test_an_average_of_keras_is_no_distortion_of_a_sequence():
    loss = losses.WatchedDistortion(
        keras.losses.SparseCategoricalCrossentropy(from_logits=True), losses.GECO(1.0)
    )
    with pytest.raises(ValueError, match=r"one number for each example.*shape \(2, 3\)"):
        loss(np.ones((2, 3)), np.zeros((2, 3, 7), "float32"))


def test_a_sequence_vae_tells_its_distortion():
    term = losses.GECO(1.0)
    model = models.SequenceVAE(
        layers.GRUEncoder(9, 4, 3),
        layers.GaussianLatent(2, term, seed=1),
        models.SequenceDecoder(9, layers.GRUDecoder(4), 3),
        max_length=4,
    )
    model.compile("sgd")
    logs = model.fit({"target": np.array([[4, 5, 3], [6, 3, 0]])}, verbose=0).history
    np.testing.assert_allclose(term.violation, logs["distortion"][0] - 1.0, rtol=1e-5)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"distortion_nats": float("nan")}, r"`distortion_nats` .* in \(-inf, inf\)"),
        ({"initial_multiplier": 0.009}, r"`initial_multiplier` .* in \[0.01, 100\]"),
        ({"initial_multiplier": 101.0}, r"`initial_multiplier` .* in \[0.01, 100\]"),
        ({"multiplier_step": 0.0}, r"`multiplier_step` .* in \(0, inf\)"),
        ({"momentum": 1.0}, r"`momentum` .* in \[0, 1\)"),
        ({"momentum": -0.1}, r"`momentum` .* in \[0, 1\)"),
        ({"max_multiplier": 0.99}, r"`max_multiplier` .* in \[1, inf\)"),
    ],
)
def test_bad_arguments_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        losses.GECO(**{"distortion_nats": 1.0, **change})
