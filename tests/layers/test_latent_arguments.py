"""Conditional priors, sample weights, shared parts, and parameters as model outputs."""

import keras
import numpy as np
import pytest
import tensorflow_probability as tfp
from latent_cases import LATENTS, RNG, STEPS, kl

from keras_vae_collapse.layers import GaussianLatent, MixturePrior
from keras_vae_collapse.losses import KLDivergence, MDRConstraint
from keras_vae_collapse.schedules import LinearAnnealing

tfd = tfp.distributions


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
