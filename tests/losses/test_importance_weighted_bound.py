"""ImportanceWeightedBound: exact posteriors, gradients in mean and variance, a SequenceVAE."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp

from keras_vae_collapse import layers, losses, models
from keras_vae_collapse.losses.importance_weighting import importance_weighted_nll

tfd = tfp.distributions
PRIOR = tfd.Normal(0.0, 1.0)
X = 1.3


def log_likelihood(z, noise=1.0):
    """`log N(x; z, noise^2)`, summed over the dimensions of `z`."""
    return tf.reduce_sum(tfd.Normal(z, noise).log_prob(X), axis=-1)


def gradients(num_samples, rows, doubly_reparameterized, seed, loc=0.2, scale=0.9):
    """One gradient in loc and in scale for each of many equal examples, `(rows, 2)`."""
    loc, scale = tf.fill([rows, 1], loc), tf.fill([rows, 1], scale)
    with tf.GradientTape() as tape:
        tape.watch([loc, scale])
        nll, _ = importance_weighted_nll(
            log_likelihood, tfd.Normal(loc, scale), PRIOR, num_samples, seed, doubly_reparameterized
        )
    parts = tape.gradient(nll, [loc, scale])  # of the sum over rows, so of each row
    return np.concatenate([np.asarray(part, np.float64) for part in parts], axis=-1)


@pytest.mark.parametrize("num_samples", [1, 5])
def test_with_the_exact_posterior_the_bound_is_the_likelihood_and_no_gradient_is_left(num_samples):
    # x = z + noise, both standard normal: z|x ~ N(x / 2, 1/2), x ~ N(0, 2).
    loc, scale = tf.fill([7, 1], X / 2), tf.fill([7, 1], np.sqrt(0.5).astype("float32"))
    with tf.GradientTape() as tape:
        tape.watch([loc, scale])
        nll, log_p = importance_weighted_nll(
            log_likelihood, tfd.Normal(loc, scale), PRIOR, num_samples, [1, 2]
        )
    expected = 0.5 * (X**2 / 2 + np.log(2 * np.pi * 2))
    np.testing.assert_allclose(nll, np.full(7, expected), rtol=1e-5)
    assert log_p.shape == (num_samples, 7)
    for gradient in tape.gradient(nll, [loc, scale]):
        np.testing.assert_allclose(gradient, np.zeros((7, 1)), atol=1e-5)


def test_one_sample_has_the_gradient_of_the_elbo_in_the_mean():
    # D + R = ((x - m)^2 + s^2) / 2 + (m^2 + s^2 - 1) / 2 - log s + constant
    m, s = 0.2, 0.9
    found = gradients(1, 40_000, True, [3, 4], m, s)
    expected = [2 * m - X, 2 * s - 1 / s]
    error = found.std(axis=0) / np.sqrt(len(found))
    assert (np.abs(found.mean(axis=0) - expected) < 5 * error).all()


def test_the_doubly_reparameterised_gradient_is_the_plain_one_in_the_mean_with_less_noise():
    noise = {}
    for num_samples in (4, 64):
        plain, doubly = (
            gradients(num_samples, 20_000, doubly, [5, int(doubly)]) for doubly in (False, True)
        )
        error = np.sqrt((plain.var(axis=0) + doubly.var(axis=0)) / len(plain))
        assert (np.abs(plain.mean(axis=0) - doubly.mean(axis=0)) < 5 * error).all()
        noise[num_samples] = doubly.var(axis=0) / plain.var(axis=0)
    # The more samples the greater the difference; with 64 the plain one is all noise.
    assert (noise[64] < 0.2).all() and (noise[64] < noise[4]).all()


def test_gradients_of_decoder_and_prior_are_those_of_the_bound_itself():
    found = []
    for doubly in (False, True):
        noise, spread = tf.constant(0.8), tf.constant(1.2)
        with tf.GradientTape() as tape:
            tape.watch([noise, spread])
            nll, _ = importance_weighted_nll(
                lambda z, noise=noise: log_likelihood(z, noise),
                tfd.Normal(tf.fill([6, 2], 0.2), 0.9),
                tfd.Normal(0.0, spread),
                5,
                [1, 2],
                doubly,
            )
        found.append(tape.gradient(nll, [noise, spread]))
    np.testing.assert_allclose(found[0], found[1], rtol=1e-5)


def test_the_sum_of_both_parts_is_the_bound_and_figures_are_those_of_the_elbo():
    term = losses.ImportanceWeightedBound(5, seed=1)
    q = tfd.Normal(tf.fill([6, 2], 0.2), 0.9)
    with tf.GradientTape() as tape:
        tape.watch(q.loc)
        distortion, penalty = term.bound(log_likelihood, q, PRIOR, training=True)
        total = tf.reduce_mean(distortion) + penalty
    again = losses.ImportanceWeightedBound(5, seed=1)
    again.noise.step.assign(0)
    with tf.GradientTape() as other:
        other.watch(q.loc)
        nll, log_p = importance_weighted_nll(log_likelihood, q, PRIOR, 5, again.noise.next())
        expected = tf.reduce_mean(nll)
    np.testing.assert_allclose(total, expected, rtol=1e-5)
    np.testing.assert_allclose(distortion, -tf.reduce_mean(log_p, axis=0), rtol=1e-5)
    np.testing.assert_allclose(
        tape.gradient(total, q.loc), other.gradient(expected, q.loc), rtol=1e-4, atol=1e-7
    )
    rate = float(tf.reduce_sum(tfd.kl_divergence(q, PRIOR)[0]))
    np.testing.assert_allclose(term.trackers["rate"].result(), rate, rtol=1e-5)
    np.testing.assert_allclose(term.trackers["penalty"].result(), penalty, rtol=1e-5)


def test_while_an_encoder_is_pretrained_the_distortion_alone_trains():
    term = losses.ImportanceWeightedBound(5, seed=1)
    term.pretraining = True
    noise = tf.constant(0.8)
    with tf.GradientTape() as tape:
        tape.watch(noise)
        distortion, penalty = term.bound(
            lambda z: log_likelihood(z, noise), tfd.Normal(tf.zeros([6, 2]), 1.0), PRIOR, True
        )
        total = tf.reduce_mean(distortion) + penalty
    assert float(penalty) == 0.0 and abs(float(tape.gradient(total, noise))) > 0.1


def test_a_sequence_vae_decodes_each_sample_in_training_and_none_in_evaluation():
    keras.utils.set_random_seed(1)
    seen = []

    class Decoder(layers.GRUDecoder):
        def call(self, condition, history, training=None):
            seen.append(condition.shape[0])
            return super().call(condition, history, training=training)

    model = models.SequenceVAE(
        layers.GRUEncoder(9, 4, 3),
        layers.GaussianLatent(2, losses.ImportanceWeightedBound(5, seed=2), seed=1),
        models.SequenceDecoder(9, Decoder(4), 3),
        max_length=4,
    )
    inputs = {"target": np.array([[4, 5, 3], [6, 3, 0]])}
    assert model(inputs, training=True).shape == (2, 3, 9)
    assert model(inputs, training=False).shape == (2, 3, 9)
    assert seen == [10, 2]
    model.compile(keras.optimizers.Adam(0.01))
    # Each sequence 500 times: 5,000 draws an epoch.
    many = {"target": np.tile(inputs["target"], (500, 1))}
    logs = model.fit(many, batch_size=1000, epochs=30, verbose=0).history
    assert logs["loss"][-1] < logs["loss"][0]
    np.testing.assert_allclose(
        logs["negative_elbo"], np.add(logs["distortion"], logs["rate"]), rtol=1e-5
    )
    # The bound is tighter than the ELBO, by more than the noise of its samples.
    tighter = np.subtract(logs["negative_elbo"], logs["loss"])
    assert np.mean(tighter) > 2 * np.std(tighter) / np.sqrt(len(tighter))


def test_a_posterior_that_is_not_reparameterised_is_refused():
    q = tfd.VonMisesFisher(tf.one_hot([0, 1], 4), 3.0)
    with pytest.raises(ValueError, match="`posterior` must be reparameterised"):
        importance_weighted_nll(log_likelihood, q, tfd.SphericalUniform(4), 5, [1, 2])


def test_a_latent_at_each_step_is_refused():
    q = tfd.Normal(tf.zeros([6, 3, 2]), 1.0)
    with pytest.raises(ValueError, match="`posterior` must be of one latent vector"):
        importance_weighted_nll(log_likelihood, q, PRIOR, 5, [1, 2])


def test_examples_count_by_their_weight():
    q = tfd.Normal(tf.constant([[0.2], [3.0]]), 0.9)
    distortion, one = losses.ImportanceWeightedBound(5, seed=1).bound(
        log_likelihood, q, PRIOR, sample_weight=tf.constant([1.0, 0.0])
    )
    nll, _ = importance_weighted_nll(
        log_likelihood, q, PRIOR, 5, losses.ImportanceWeightedBound(5, seed=1).noise.next()
    )
    np.testing.assert_allclose(one, (nll - distortion)[0], rtol=1e-5)


def test_the_penalties_of_two_bounds_in_a_batch_add_up():
    class Twice(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.term = losses.ImportanceWeightedBound(5, seed=1)

        def call(self, loc):
            return [
                self.term.bound(log_likelihood, tfd.Normal(m, 0.9), PRIOR) for m in (loc, 3.0 - loc)
            ]

    loc = tf.constant([[0.2], [0.7]])
    twice, alone = Twice(), losses.ImportanceWeightedBound(5, seed=1)
    found = twice(loc)
    for m, (distortion, penalty) in zip((loc, 3.0 - loc), found, strict=True):
        seed = alone.noise.next()
        nll, _ = importance_weighted_nll(log_likelihood, tfd.Normal(m, 0.9), PRIOR, 5, seed)
        np.testing.assert_allclose(tf.reduce_mean(distortion) + penalty, np.mean(nll), rtol=1e-5)
    both = sum(float(penalty) for _, penalty in found)
    np.testing.assert_allclose(twice.term.trackers["penalty"].result(), both, rtol=1e-5)


def test_a_likelihood_of_another_shape_is_refused():
    q = tfd.Normal(tf.zeros([6, 2]), 1.0)
    with pytest.raises(ValueError, match=r"`log_likelihood` must return the shape \(5, 6\)"):
        importance_weighted_nll(lambda z: z, q, PRIOR, 5, [1, 2])


@pytest.mark.parametrize(
    "change, message",
    [
        ({"num_samples": 0}, "`num_samples` must be"),
        ({"doubly_reparameterized": "yes"}, "`doubly_reparameterized` must be"),
    ],
)
def test_bad_arguments_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        losses.ImportanceWeightedBound(**{"num_samples": 2, **change})


def test_the_plain_gradient_stays_chosen_in_a_configuration():
    term = losses.ImportanceWeightedBound(3, doubly_reparameterized=False)
    again = losses.ImportanceWeightedBound.from_config(term.get_config())
    assert (again.num_samples, again.doubly_reparameterized) == (3, False)
