"""GaussianLatent: equations, sampling, rate term, precision, models, saving, bad values."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp

from keras_vae_collapse.layers import GaussianLatent, MixturePrior
from keras_vae_collapse.losses import FreeBitsKL, KLDivergence, MDRConstraint

tfd = tfp.distributions
FEATURES = np.random.default_rng(0).normal(size=(6, 5)).astype("float32")


def kl_to_standard_normal(loc, scale):
    """Batch mean in nats per word, NumPy float64."""
    loc, scale = np.asarray(loc, "float64"), np.asarray(scale, "float64")
    return np.mean(np.sum(0.5 * (loc**2 + scale**2 - 1) - np.log(scale), axis=-1))


def test_parameters_follow_the_equations():
    layer = GaussianLatent(3)
    layer.build((None, 5))
    weights = [np.random.default_rng(1).normal(size=w.shape) for w in layer.trainable_weights]
    for variable, value in zip(layer.trainable_weights, weights, strict=True):
        variable.assign(value)
    w_mu, b_mu, w_sigma, b_sigma = weights
    loc, scale = layer.parameters(FEATURES)
    np.testing.assert_allclose(loc, FEATURES @ w_mu + b_mu, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(
        scale, np.log1p(np.exp(FEATURES @ w_sigma + b_sigma)) + 1e-6, rtol=1e-5
    )


def test_slots_are_mapped_by_the_same_weights():
    layer = GaussianLatent(6, slots=3, seed=1)
    features = np.random.default_rng(2).normal(size=(5, 12)).astype("float32")
    layer(features)
    layer.raw_scale.kernel.assign(np.random.default_rng(3).normal(size=(4, 2)))
    whole = layer.parameters(features)
    alone = GaussianLatent(2)
    alone(features[:, :4])
    for name in ("loc", "raw_scale"):
        getattr(alone, name).set_weights(getattr(layer, name).get_weights())
    for slot in range(3):
        parts = alone.parameters(features[:, 4 * slot : 4 * slot + 4])
        for all_slots, part in zip(whole, parts, strict=True):
            np.testing.assert_allclose(all_slots[:, 2 * slot : 2 * slot + 2], part, rtol=1e-5)
    assert layer(features, training=True).shape == (5, 6)


@pytest.mark.parametrize("initial_scale", [1e-5, 0.1, 1.0, 50.0])
def test_initial_scale_is_that_of_every_input(initial_scale):
    _, scale = GaussianLatent(3, initial_scale=initial_scale).parameters(100 * FEATURES)
    np.testing.assert_allclose(scale, np.full((6, 3), initial_scale), rtol=1e-3)


def test_inference_gives_the_mean_unless_a_sample_is_asked_for():
    layer = GaussianLatent(3, seed=1)
    loc, _ = layer.parameters(FEATURES)
    np.testing.assert_array_equal(layer(FEATURES), loc)
    np.testing.assert_array_equal(layer(FEATURES, training=True, sample=False), loc)
    assert np.all(layer(FEATURES, sample=True).numpy() != loc.numpy())
    assert np.all(layer(FEATURES, training=True).numpy() != loc.numpy())


def test_samples_have_the_posterior_law():
    layer = GaussianLatent(2, seed=1, initial_scale=0.5)
    features = np.repeat(FEATURES[:1], 20_000, axis=0)
    loc, scale = (value.numpy()[0] for value in layer.parameters(features))
    epsilon = (layer(features, training=True).numpy() - loc) / scale
    count = epsilon.size
    # Standard errors of the first four moments of a standard normal.
    for power, moment, variance in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
        assert abs((epsilon**power).mean() - moment) < 5 * np.sqrt(variance / count), power
    correlation = (epsilon[:, 0] * epsilon[:, 1]).mean()
    assert abs(correlation) < 5 / np.sqrt(20_000)


@pytest.mark.parametrize("training", [True, False])
def test_rate_is_added_in_training_and_in_evaluation(training):
    layer = GaussianLatent(3, rate_term=KLDivergence(), initial_scale=0.3)
    layer(FEATURES, training=training)
    expected = kl_to_standard_normal(*layer.parameters(FEATURES))
    assert len(layer.losses) == 1
    np.testing.assert_allclose(layer.losses[0], expected, rtol=1e-5)


def test_a_function_serves_as_rate_term():
    def rate(posterior, prior, training):
        return tf.reduce_mean(tf.reduce_sum(tfd.kl_divergence(posterior, prior), axis=-1))

    layer = GaussianLatent(3, rate_term=rate)
    layer(FEATURES)
    np.testing.assert_allclose(
        layer.losses[0], kl_to_standard_normal(*layer.parameters(FEATURES)), rtol=1e-5
    )


def test_mixture_prior_gives_an_unbiased_rate_and_is_trained():
    prior = MixturePrior(3, 2)
    layer = GaussianLatent(2, rate_term=KLDivergence(seed=1), prior=prior, seed=1)
    features = np.repeat(FEATURES[:1], 20_000, axis=0)
    with tf.GradientTape() as tape:
        layer(features)
        loss = layer.losses[0]
    assert all(g is not None for g in tape.gradient(loss, prior.trainable_weights))
    loc, scale = (value[0] for value in layer.parameters(features))
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
        z = mixed(FEATURES, training=True)
    finally:
        keras.config.set_dtype_policy("float32")
    exact = GaussianLatent(3, rate_term=KLDivergence(), initial_scale=1e-3)
    exact.build((None, 5))
    exact.set_weights(mixed.get_weights())
    exact(FEATURES)
    assert z.dtype == policy.removeprefix("mixed_")
    assert all(value.dtype == "float32" for value in mixed.parameters(FEATURES))
    assert mixed.losses[0].dtype == "float32"
    np.testing.assert_allclose(mixed.losses[0], exact.losses[0], rtol=1e-6)


@pytest.mark.parametrize("raw", [-1e4, -30.0, 1e4])
def test_extreme_features_keep_rate_and_gradients_finite(raw):
    layer = GaussianLatent(2, rate_term=KLDivergence())
    layer.build((None, 5))
    layer.raw_scale.kernel.assign(tf.fill([5, 2], raw / 5))
    features = tf.ones((4, 5))
    with tf.GradientTape() as tape:
        layer(features, training=True)
        loss = layer.losses[0]
    assert np.isfinite(loss)
    for gradient in tape.gradient(loss, layer.trainable_weights):
        assert np.all(np.isfinite(gradient))


def functional(latent):
    inputs = keras.Input((5,))
    return keras.Model(inputs, keras.layers.Dense(5)(latent(inputs)))


def sequential(latent):
    return keras.Sequential([latent, keras.layers.Dense(5)])


@keras.saving.register_keras_serializable(package="test_gaussian_latent")
class Subclassed(keras.Model):
    def __init__(self, latent, **kwargs):
        super().__init__(**kwargs)
        self.latent = latent
        self.decoder = keras.layers.Dense(5)

    def build(self, input_shape):
        if not self.latent.built:  # it is when it comes from a file
            self.latent.build(input_shape)
        self.decoder.build((None, self.latent.latent_dim))
        self.built = True

    def call(self, inputs, training=None):
        return self.decoder(self.latent(inputs, training=training))

    def get_config(self):
        return {"latent": keras.saving.serialize_keras_object(self.latent)}

    @classmethod
    def from_config(cls, config):
        return cls(keras.saving.deserialize_keras_object(config["latent"]))


@pytest.mark.parametrize(
    "make_model, jit_compile",
    [(functional, True), (sequential, False), (Subclassed, False)],
)
def test_trains_in_every_kind_of_model_and_logs_the_rate(make_model, jit_compile):
    term = MDRConstraint(20.0)
    model = make_model(GaussianLatent(3, rate_term=term, seed=1))
    model.compile(keras.optimizers.Adam(0.01), "mse", jit_compile=jit_compile)
    history = model.fit(FEATURES, FEATURES, epochs=3, batch_size=3, verbose=0).history
    assert np.all(np.isfinite(history["loss"])) and "rate" in history
    assert term.multiplier > 1.01  # the optimizer has it: rate is far below 20 nats
    assert "rate" in model.evaluate(FEATURES, FEATURES, verbose=0, return_dict=True)


@pytest.mark.parametrize("make_model", [functional, sequential, Subclassed])
def test_saves_and_loads_with_rate_term_prior_and_random_state(make_model, tmp_path):
    latent = GaussianLatent(
        3, rate_term=FreeBitsKL(0.5, over="total", seed=2), prior=MixturePrior(2, 3), seed=1
    )
    model = make_model(latent)
    model.compile("adam", "mse")
    model.fit(FEATURES, FEATURES, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    for old, new in zip(model.weights, loaded.weights, strict=True):
        np.testing.assert_array_equal(old, new)
    np.testing.assert_allclose(
        model(FEATURES, training=True), loaded(FEATURES, training=True), rtol=1e-6
    )
    np.testing.assert_allclose(model.losses, loaded.losses, rtol=1e-6)


def test_weights_of_the_prior_exist_as_soon_as_the_layer_is_built():
    # Or an optimizer that was built by then would not train them.
    prior = MixturePrior(2, 3)
    model = functional(GaussianLatent(3, rate_term=KLDivergence(), prior=prior))
    paths = [w.path for w in model.trainable_weights]
    assert len(prior.trainable_weights) == 3
    assert all(w.path in paths for w in prior.trainable_weights)


def test_config_comes_back_complete():
    layer = GaussianLatent(
        3, rate_term=KLDivergence(), prior=MixturePrior(2, 3), seed=4, initial_scale=0.5, name="z"
    )
    copy = GaussianLatent.from_config(layer.get_config())
    assert copy.get_config() == layer.get_config()


def test_graph_and_xla_draw_what_eager_draws():
    layers = [GaussianLatent(3, seed=7) for _ in range(3)]
    features = tf.constant(FEATURES)
    for layer in layers:
        layer.build(features.shape)
        layer.set_weights(layers[0].get_weights())
    expected = layers[0](features, training=True)
    for layer, jit in zip(layers[1:], (False, True), strict=True):
        compiled = tf.function(lambda x, layer=layer: layer(x, training=True), jit_compile=jit)
        np.testing.assert_allclose(compiled(features), expected, rtol=1e-4, atol=1e-4)


def test_every_step_draws_other_noise():
    layer = GaussianLatent(3, seed=1)
    a, b = (layer(FEATURES, training=True).numpy() for _ in range(2))
    assert np.all(a != b)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"latent_dim": 0}, "`latent_dim` must be an integer of at least 1"),
        ({"latent_dim": 2.0}, "latent_dim=2.0"),
        ({"rate_term": 1.0}, "`rate_term` must be None or callable"),
        ({"prior": tfd.Normal(0.0, 1.0)}, "`prior` must be None or have a method distribution"),
        ({"seed": -3}, "`seed` must be"),
        ({"initial_scale": 0.0}, "`initial_scale` must be"),
        ({"initial_scale": float("nan")}, "initial_scale=nan"),
        ({"slots": 0}, "`slots` must be an integer of at least 1"),
        ({"slots": 3}, "latent_dim=2, slots=3"),
    ],
)
def test_bad_arguments_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        GaussianLatent(**{"latent_dim": 2, **change})


def test_features_that_cannot_be_cut_into_slots_are_refused():
    with pytest.raises(ValueError, match=r"2 parts of equal size. Received: shape=\(3, 5\)"):
        GaussianLatent(2, slots=2)(np.ones((3, 5)))


def test_features_of_wrong_rank_are_refused():
    with pytest.raises(ValueError, match=r"shape \(batch, features_dim\)"):
        GaussianLatent(2)(np.ones((2, 3, 4)))


def test_prior_of_another_size_is_refused():
    layer = GaussianLatent(2, rate_term=KLDivergence(), prior=MixturePrior(2, 3))
    with pytest.raises(ValueError, match="broadcast"):
        layer(FEATURES)
