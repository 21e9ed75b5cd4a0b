"""Latents at each step, conditional priors, sample weights, and parameters as model outputs."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp

from keras_vae_collapse.layers import (
    BatchNormGaussianLatent,
    DeltaGaussianLatent,
    GaussianLatent,
    MixturePrior,
)
from keras_vae_collapse.losses import FreeBitsKL, KLDivergence, MDRConstraint
from keras_vae_collapse.schedules import LinearAnnealing

tfd = tfp.distributions
RNG = np.random.default_rng(0)
STEPS = RNG.normal(size=(6, 5, 4)).astype("float32")
MASK = np.arange(5) < np.array([5, 3, 1, 2, 4, 5])[:, None]
LATENTS = [
    lambda **options: GaussianLatent(3, initial_scale=0.3, seed=1, **options),
    lambda **options: DeltaGaussianLatent(3, 1.0, initial_scale=0.3, seed=1, **options),
    lambda **options: BatchNormGaussianLatent(3, initial_scale=0.3, seed=1, **options),
]


def kl(loc, scale, prior_loc=0.0):
    loc, scale = np.asarray(loc, "float64"), np.asarray(scale, "float64")
    return (0.5 * (scale**2 + (loc - prior_loc) ** 2 - 1) - np.log(scale)).sum(-1)


@pytest.mark.parametrize("make", LATENTS)
def test_a_latent_at_each_step_has_the_rate_of_its_sequence(make):
    latent = make(rate_term=KLDivergence())
    assert latent(STEPS, training=True).shape == (6, 5, 3)
    latent(STEPS, mask=MASK)
    expected = np.where(MASK, kl(*latent.parameters(STEPS)), 0.0).sum(axis=1).mean()
    np.testing.assert_allclose(latent.losses[0], expected, rtol=1e-5)


def test_the_mask_of_an_embedding_reaches_the_rate_and_goes_on():
    ids = np.where(MASK, 1 + np.arange(5), 0)
    inputs = keras.Input((None,), dtype="int32")
    embedded = keras.layers.Embedding(9, 4, mask_zero=True)(inputs)
    latent = GaussianLatent(2, rate_term=KLDivergence(), initial_scale=0.1)
    z = latent(embedded)
    model = keras.Model(inputs, [embedded, z, keras.layers.GRU(3)(z)])
    model.compile("sgd")
    rate = model.evaluate(ids, verbose=0, return_dict=True)["rate"]
    vectors, z, _ = model(ids)
    expected = np.where(MASK, kl(*latent.parameters(vectors)), 0.0).sum(axis=1).mean()
    np.testing.assert_allclose(rate, expected, rtol=1e-5)
    np.testing.assert_array_equal(z._keras_mask, MASK)


@pytest.mark.parametrize("make", LATENTS[:2])
def test_time_distributed_gives_the_same_rate_and_one_step_of_a_schedule(make):
    term = KLDivergence(LinearAnnealing(0.25))
    inputs = keras.Input((5, 4))
    latent = make(rate_term=term)
    model = keras.Model(inputs, keras.layers.TimeDistributed(latent)(inputs))
    model.compile(keras.optimizers.SGD(0.0))
    logs = model.fit(STEPS, batch_size=3, epochs=2, verbose=0).history
    assert int(term.step) == 4
    expected = kl(*latent.parameters(STEPS)).sum(axis=1).mean()
    np.testing.assert_allclose(logs["rate"], [expected] * 2, rtol=1e-5)


@pytest.mark.parametrize("unroll", [True, False])
def test_a_latent_in_a_recurrent_cell_adds_up_or_says_why_not(unroll):
    class Cell(keras.layers.Layer):
        state_size = output_size = 3

        def __init__(self):
            super().__init__()
            self.latent = GaussianLatent(3, rate_term=KLDivergence(), initial_scale=0.1)

        def build(self, shape):
            self.latent.build((None, 7))

        def call(self, x, states, training=None):
            z = self.latent(tf.concat([x, states[0]], -1), training=training)
            return z, [z]

    inputs = keras.Input((5, 4))
    cell = Cell()
    model = keras.Model(inputs, keras.layers.RNN(cell, unroll=unroll)(inputs))
    model.compile(keras.optimizers.SGD(0.0))
    if unroll:
        rate = model.evaluate(STEPS, verbose=0, return_dict=True)["rate"]
        assert rate > 5 * kl(np.zeros(3), np.full(3, 0.1)).sum()
    else:
        with pytest.raises(ValueError, match="unroll=True"):
            model.fit(STEPS, verbose=0)


def test_unknown_lengths_under_time_distributed_are_refused():
    layer = keras.layers.TimeDistributed(GaussianLatent(2, rate_term=KLDivergence()))
    layer.build((None, None, 4))
    step = tf.function(layer, input_signature=[tf.TensorSpec((6, None, 4), tf.float32)])
    with pytest.raises(ValueError, match="without TimeDistributed"):
        step(STEPS)


@pytest.mark.parametrize(
    "term", [KLDivergence, lambda: FreeBitsKL(0.2), lambda: MDRConstraint(9.0)]
)
def test_masked_steps_cost_nothing_in_any_term(term):
    longer = np.concatenate([STEPS, 9 + STEPS], axis=1)
    mask = np.concatenate([np.ones((6, 5), bool), np.zeros((6, 5), bool)], axis=1)
    latent = GaussianLatent(2, rate_term=term(), seed=1)
    latent(STEPS)
    expected = latent.losses[0]
    latent(longer, mask=mask)
    np.testing.assert_allclose(latent.losses[0], expected, rtol=1e-5)


def test_a_mixture_prior_at_each_step():
    latent = GaussianLatent(2, rate_term=KLDivergence(seed=1), prior=MixturePrior(2, 2), seed=1)
    latent(STEPS, mask=MASK)
    masked = float(latent.losses[0])
    latent(STEPS)
    assert np.isfinite(masked) and latent.compute_output_shape((None, 5, 4)) == (None, 5, 2)


def test_slots_at_each_step():
    latent = GaussianLatent(4, slots=2, seed=1)
    z = latent(STEPS)
    np.testing.assert_allclose(z[:, 2], latent(STEPS[:, 2]), rtol=1e-6)


@keras.saving.register_keras_serializable(package="tests")
class Conditional(keras.layers.Layer):
    """`p(z | c)`, a normal whose mean is a trained function of `c`."""

    def __init__(self, joint=False, **kwargs):
        super().__init__(**kwargs)
        self.joint = joint
        self.loc = keras.layers.Dense(2)

    def build(self, shape):
        self.loc.build(shape)
        super().build(shape)

    def distribution(self, condition):
        prior = tfd.Normal(self.loc(condition), 1.0)
        return tfd.Independent(prior, 1) if self.joint else prior

    def get_config(self):
        return {**super().get_config(), "joint": self.joint}


@pytest.mark.parametrize("joint", [False, True])
def test_a_prior_depends_on_its_inputs_is_trained_and_saved(joint, tmp_path):
    x, c = keras.Input((4,)), keras.Input((3,))
    latent = GaussianLatent(
        2, rate_term=KLDivergence(), prior=Conditional(joint), seed=1, initial_scale=0.5
    )
    model = keras.Model([x, c], latent(x, prior_inputs=c))
    model.compile(keras.optimizers.SGD(0.1))
    data = [STEPS[:, 0], RNG.normal(size=(6, 3)).astype("float32")]
    rate = model.evaluate(data, verbose=0, return_dict=True)["rate"]
    loc, scale = latent.parameters(data[0])
    expected = kl(loc, scale, latent.prior.loc(data[1]).numpy()).mean()
    np.testing.assert_allclose(rate, expected, rtol=1e-5)
    before = latent.prior.loc.kernel.numpy()
    model.fit(data, epochs=2, verbose=0)
    assert np.abs(latent.prior.loc.kernel.numpy() - before).max() > 0
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(data), model(data))
    np.testing.assert_allclose(
        loaded.evaluate(data, verbose=0), model.evaluate(data, verbose=0), rtol=1e-6
    )


def test_prior_inputs_without_a_prior_are_refused():
    latent = GaussianLatent(2, rate_term=KLDivergence())
    with pytest.raises(ValueError, match="`prior_inputs` need a `prior`"):
        latent(STEPS[:, 0], prior_inputs=STEPS[:, 1])


@pytest.mark.parametrize("steps", [False, True])
def test_rows_of_weight_zero_cost_nothing(steps):
    x = STEPS if steps else STEPS[:, 0]
    latent = GaussianLatent(2, rate_term=MDRConstraint(9.0), seed=1)
    latent(x[:4])
    expected = latent.losses[0]
    latent(np.concatenate([x[:4], 9 + x[4:]]), sample_weight=np.array([1.0] * 4 + [0.0] * 2))
    np.testing.assert_allclose(latent.losses[0], expected, rtol=1e-5)


@pytest.mark.parametrize("make", LATENTS)
def test_parameters_are_outputs_of_a_functional_model(make, tmp_path):
    x = keras.Input((4,))
    latent = make(rate_term=KLDivergence())
    hidden = keras.layers.Dense(3)(x)
    model = keras.Model(x, [*latent.parameters(hidden), latent(hidden)])
    model.compile("sgd")
    model.fit(STEPS[:, 0], verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    for outputs, expected in (
        (model(STEPS[:, 1]), None),
        (loaded(STEPS[:, 1]), model(STEPS[:, 1])),
    ):
        loc, scale, z = outputs
        np.testing.assert_array_equal(loc, z)
        assert np.all(scale.numpy() > 0) and loc.shape == scale.shape == (6, 3)
        if expected is not None:
            np.testing.assert_allclose(z, expected[2], rtol=1e-6)


def test_parts_that_two_latents_share_are_shared_in_a_loaded_model(tmp_path):
    term, prior = KLDivergence(LinearAnnealing(0.1)), MixturePrior(2, 2)
    x = keras.Input((4,))
    latents = [GaussianLatent(2, rate_term=term, prior=prior, seed=s) for s in (1, 2)]
    model = keras.Model(x, [latent(x) for latent in latents])
    model.compile("sgd")
    model.fit(STEPS[:, 0], verbose=0)
    model.save(tmp_path / "model.keras")
    one, two = keras.saving.load_model(tmp_path / "model.keras").layers[1:]
    assert one.rate_term is two.rate_term and one.prior is two.prior
    assert int(one.rate_term.step) == 1
    np.testing.assert_array_equal(one.prior.loc, prior.loc)


@pytest.mark.parametrize("option", [{"rate_term": KLDivergence}, {"prior": MixturePrior}])
def test_a_class_is_not_an_object(option):
    with pytest.raises(ValueError, match="an object and not a class"):
        GaussianLatent(2, **option)


def test_the_state_of_another_latent_is_not_needed(tmp_path):
    class Model(keras.Model):
        def __init__(self, latent):
            super().__init__()
            self.latent = latent

        def call(self, x, training=None):
            return self.latent(x, training=training)

    saved, loaded = (Model(make(rate_term=KLDivergence())) for make in (LATENTS[0], LATENTS[2]))
    for model in (saved, loaded):
        model(STEPS[:, 0])
    saved.latent.loc.kernel.assign(np.ones((4, 3)))
    saved.save_weights(tmp_path / "a.weights.h5")
    loaded.load_weights(tmp_path / "a.weights.h5")
    np.testing.assert_array_equal(loaded.latent.loc.kernel, np.ones((4, 3)))


@pytest.mark.parametrize("make", LATENTS)
def test_a_latent_that_a_file_does_not_have_starts_afresh(make, tmp_path, caplog):
    def build(latent):
        x = keras.Input((4,))
        hidden = keras.layers.Dense(3, name="hidden")
        return keras.Model(x, keras.layers.Dense(4, name="out")(latent(hidden(x)))), hidden

    saved, kept = build(lambda hidden: hidden)
    saved.save_weights(tmp_path / "a.weights.h5")
    loaded, hidden = build(make(rate_term=KLDivergence()))
    loaded.load_weights(tmp_path / "a.weights.h5")
    np.testing.assert_array_equal(hidden.kernel, kept.kernel)
    assert "'loc' starts afresh" in caplog.text
