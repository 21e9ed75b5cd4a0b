"""GaussianLatent: equations, sampling, rate term, precision, models, bad values."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp

from keras_vae_collapse.layers import GaussianLatent, MixturePrior
from keras_vae_collapse.losses import KLDivergence, MDRConstraint

tfd = tfp.distributions
INPUTS = np.random.default_rng(0).normal(size=(6, 5)).astype("float32")


def kl_to_standard_normal(loc, scale):
    """Batch mean in nats per example, NumPy float64."""
    loc, scale = np.asarray(loc, "float64"), np.asarray(scale, "float64")
    return np.mean(np.sum(0.5 * (loc**2 + scale**2 - 1) - np.log(scale), axis=-1))


def test_parameters_follow_the_equations():
    layer = GaussianLatent(3)
    layer.build((None, 5))
    weights = [np.random.default_rng(1).normal(size=w.shape) for w in layer.trainable_weights]
    for variable, value in zip(layer.trainable_weights, weights, strict=True):
        variable.assign(value)
    w_mu, b_mu, w_sigma, b_sigma = weights
    loc, scale = layer.parameters(INPUTS)
    np.testing.assert_allclose(loc, INPUTS @ w_mu + b_mu, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(
        scale, np.log1p(np.exp(INPUTS @ w_sigma + b_sigma)) + 1e-6, rtol=1e-5
    )


def test_slots_are_mapped_by_the_same_weights():
    layer = GaussianLatent(6, slots=3, seed=1)
    inputs = np.random.default_rng(2).normal(size=(5, 12)).astype("float32")
    layer(inputs)
    layer.raw_scale.kernel.assign(np.random.default_rng(3).normal(size=(4, 2)))
    whole = layer.parameters(inputs)
    alone = GaussianLatent(2)
    alone(inputs[:, :4])
    for name in ("loc", "raw_scale"):
        getattr(alone, name).set_weights(getattr(layer, name).get_weights())
    for slot in range(3):
        parts = alone.parameters(inputs[:, 4 * slot : 4 * slot + 4])
        for all_slots, part in zip(whole, parts, strict=True):
            np.testing.assert_allclose(all_slots[:, 2 * slot : 2 * slot + 2], part, rtol=1e-5)
    assert layer(inputs, training=True).shape == (5, 6)


@pytest.mark.parametrize("initial_scale", [1e-5, 0.1, 1.0, 50.0])
def test_initial_scale_is_that_of_every_input(initial_scale):
    _, scale = GaussianLatent(3, initial_scale=initial_scale).parameters(100 * INPUTS)
    np.testing.assert_allclose(scale, np.full((6, 3), initial_scale), rtol=1e-3)


def test_training_gives_a_sample_and_inference_the_mean():
    layer = GaussianLatent(3, seed=1)
    loc, _ = layer.parameters(INPUTS)
    np.testing.assert_array_equal(layer(INPUTS), loc)
    first, second = (layer(INPUTS, training=True).numpy() for _ in range(2))
    assert np.all(first != loc.numpy()) and np.all(first != second)


def test_samples_have_the_posterior_law():
    layer = GaussianLatent(2, seed=1, initial_scale=0.5)
    inputs = np.repeat(INPUTS[:1], 20_000, axis=0)
    loc, scale = (value.numpy()[0] for value in layer.parameters(inputs))
    epsilon = (layer(inputs, training=True).numpy() - loc) / scale
    count = epsilon.size
    # Standard errors of the first four moments of a standard normal.
    for power, moment, variance in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
        assert abs((epsilon**power).mean() - moment) < 5 * np.sqrt(variance / count), power
    correlation = (epsilon[:, 0] * epsilon[:, 1]).mean()
    assert abs(correlation) < 5 / np.sqrt(20_000)


@pytest.mark.parametrize("training", [True, False])
def test_rate_is_added_in_training_and_in_evaluation(training):
    layer = GaussianLatent(3, rate_term=KLDivergence(), initial_scale=0.3)
    layer(INPUTS, training=training)
    expected = kl_to_standard_normal(*layer.parameters(INPUTS))
    assert len(layer.losses) == 1
    np.testing.assert_allclose(layer.losses[0], expected, rtol=1e-5)


def test_a_function_serves_as_rate_term():
    def rate(posterior, prior, training):
        return tf.reduce_mean(tf.reduce_sum(tfd.kl_divergence(posterior, prior), axis=-1))

    layer = GaussianLatent(3, rate_term=rate)
    layer(INPUTS)
    np.testing.assert_allclose(
        layer.losses[0], kl_to_standard_normal(*layer.parameters(INPUTS)), rtol=1e-5
    )


def test_mixture_prior_gives_an_unbiased_rate_and_is_trained():
    prior = MixturePrior(3, 2)
    layer = GaussianLatent(2, rate_term=KLDivergence(seed=1), prior=prior, seed=1)
    inputs = np.repeat(INPUTS[:1], 20_000, axis=0)
    with tf.GradientTape() as tape:
        layer(inputs)
        loss = layer.losses[0]
    assert all(g is not None for g in tape.gradient(loss, prior.trainable_weights))
    loc, scale = (value[0] for value in layer.parameters(inputs))
    q = tfd.MultivariateNormalDiag(loc, scale)
    z = q.sample(20_000, seed=3)
    ratio = (q.log_prob(z) - prior.distribution().log_prob(z)).numpy()
    error = ratio.std() * np.sqrt(2 / 20_000)  # both sides are estimates
    assert abs(loss - ratio.mean()) < 5 * error


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_parameters_and_rate_stay_float32_under_mixed_precision(policy):
    keras.config.set_dtype_policy(policy)
    try:
        mixed = GaussianLatent(3, rate_term=KLDivergence(), initial_scale=1e-3)
        z = mixed(INPUTS, training=True)
    finally:
        keras.config.set_dtype_policy("float32")
    exact = GaussianLatent(3, rate_term=KLDivergence(), initial_scale=1e-3)
    exact.build((None, 5))
    exact.set_weights(mixed.get_weights())
    exact(INPUTS)
    assert z.dtype == policy.removeprefix("mixed_")
    assert all(value.dtype == "float32" for value in mixed.parameters(INPUTS))
    assert mixed.losses[0].dtype == "float32"
    np.testing.assert_allclose(mixed.losses[0], exact.losses[0], rtol=1e-6)


@pytest.mark.parametrize("raw", [-1e4, -30.0, 1e4])
def test_extreme_inputs_keep_rate_and_gradients_finite(raw):
    layer = GaussianLatent(2, rate_term=KLDivergence())
    layer.build((None, 5))
    layer.raw_scale.kernel.assign(tf.fill([5, 2], raw / 5))
    inputs = tf.ones((4, 5))
    with tf.GradientTape() as tape:
        layer(inputs, training=True)
        loss = layer.losses[0]
    assert np.isfinite(loss)
    for gradient in tape.gradient(loss, layer.trainable_weights):
        assert np.all(np.isfinite(gradient))


def functional(latent):
    inputs = keras.Input((5,))
    return keras.Model(inputs, keras.layers.Dense(5)(latent(inputs)))


def sequential(latent):
    return keras.Sequential([latent, keras.layers.Dense(5)])


class Subclassed(keras.Model):
    def __init__(self, latent, **kwargs):
        super().__init__(**kwargs)
        self.latent = latent
        self.decoder = keras.layers.Dense(5)

    def build(self, input_shape):
        self.latent.build(input_shape)
        self.decoder.build((None, self.latent.latent_dim))
        self.built = True

    def call(self, inputs, training=None):
        return self.decoder(self.latent(inputs, training=training))


@pytest.mark.parametrize(
    "make_model, jit_compile",
    [(functional, True), (sequential, False), (Subclassed, False)],
)
def test_trains_in_every_kind_of_model_and_logs_the_rate(make_model, jit_compile):
    term = MDRConstraint(20.0)
    model = make_model(GaussianLatent(3, rate_term=term, seed=1))
    model.compile(keras.optimizers.Adam(0.01), "mse", jit_compile=jit_compile)
    history = model.fit(INPUTS, INPUTS, epochs=3, batch_size=3, verbose=0).history
    assert np.all(np.isfinite(history["loss"])) and "rate" in history
    assert term.multiplier > 1.01  # the optimizer has it: rate is far below 20 nats
    assert "rate" in model.evaluate(INPUTS, INPUTS, verbose=0, return_dict=True)


def test_weights_of_the_prior_exist_as_soon_as_the_layer_is_built():
    # Or an optimizer that was built by then would not train them.
    prior = MixturePrior(2, 3)
    model = functional(GaussianLatent(3, rate_term=KLDivergence(), prior=prior))
    paths = [w.path for w in model.trainable_weights]
    assert len(prior.trainable_weights) == 3
    assert all(w.path in paths for w in prior.trainable_weights)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"latent_dim": 0}, "`latent_dim` must be an integer of at least 1"),
        ({"latent_dim": 2.0}, "latent_dim=2.0"),
        ({"rate_term": 1.0}, "`rate_term` must be None or callable"),
        ({"prior": tfd.Normal(0.0, 1.0)}, "`prior` must be None or have a method distribution"),
        ({"seed": -3}, "`seed` must be"),
        ({"initial_scale": 1e-6}, r"`initial_scale` must be .* in \(1e-06, inf\)"),
        ({"initial_scale": float("nan")}, "initial_scale=nan"),
        ({"slots": 0}, "`slots` must be an integer of at least 1"),
        ({"slots": 3}, "latent_dim=2, slots=3"),
    ],
)
def test_bad_arguments_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        GaussianLatent(**{"latent_dim": 2, **change})


def test_inputs_that_cannot_be_cut_into_slots_are_refused():
    with pytest.raises(ValueError, match=r"2 parts of equal size. Received: shape=\(3, 5\)"):
        GaussianLatent(2, slots=2)(np.ones((3, 5)))


@pytest.mark.parametrize("shape", [(4,), (None, None), (None, 3, None)])
def test_inputs_without_features_of_a_known_size_are_refused(shape):
    with pytest.raises(ValueError, match=r"`inputs` must have shape \(batch, input_dim\) or"):
        GaussianLatent(2).build(shape)


def test_prior_of_another_size_is_refused():
    layer = GaussianLatent(2, rate_term=KLDivergence(), prior=MixturePrior(2, 3))
    with pytest.raises(ValueError, match="broadcast"):
        layer(INPUTS)


def test_no_scale_falls_below_a_millionth():
    layer = GaussianLatent(2)
    layer.build((None, 5))
    layer.raw_scale.bias.assign([-1e4, -1e4])
    np.testing.assert_allclose(layer.parameters(INPUTS)[1], np.full((6, 2), 1e-6), rtol=1e-5)


def test_a_mask_of_steps_that_lingers_on_one_vector_says_nothing():
    layer = GaussianLatent(2, rate_term=KLDivergence(), initial_scale=0.3)
    expected = layer(INPUTS)
    rate = float(layer.losses[0])
    vectors = tf.constant(INPUTS)
    vectors._keras_mask = tf.constant(np.eye(6, 4, dtype=bool))
    z = layer(vectors)
    np.testing.assert_array_equal(z, expected)
    np.testing.assert_allclose(layer.losses[0], rate, rtol=1e-6)
    assert getattr(z, "_keras_mask", None) is None


def test_symbolic_parameters_have_the_shape_of_the_latent_and_are_float32():
    layer = GaussianLatent(3, dtype="mixed_float16")
    for inputs, shape in ((keras.Input((5,)), (None, 3)), (keras.Input((7, 5)), (None, 7, 3))):
        for part in layer.parameters(inputs):
            assert (part.shape, part.dtype) == (shape, "float32")
        assert layer(inputs).dtype == "float16"


def test_every_option_comes_back_from_the_configuration():
    options = {"latent_dim": 4, "seed": 5, "initial_scale": 0.25, "slots": 2}
    again = GaussianLatent.from_config(GaussianLatent(**options).get_config())
    assert {name: getattr(again, name) for name in options} == options
