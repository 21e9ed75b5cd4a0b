"""`explain` on models whose loss or posterior is not that of the ELBO with Gaussians."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp
from scipy.special import ive

from keras_vae_collapse.diagnostics import LatentModel, diagnose, explain
from keras_vae_collapse.diagnostics.examination.draw import sphere_draw
from keras_vae_collapse.layers import GaussianLatent, VampPrior, VonMisesFisherLatent
from keras_vae_collapse.losses import (
    GECO,
    BernoulliNLL,
    ImportanceWeightedBound,
    KLDivergence,
    MaximumMeanDiscrepancy,
)

ROWS, SIZE = 96, 12


@pytest.fixture(scope="module")
def x():
    patterns = np.random.default_rng(0).integers(2, size=(8, SIZE))
    return np.tile(patterns, (ROWS // 8, 1)).astype("float32")


def names(explanation):
    return [cause.name for cause in explanation.causes]


def build(latent, loss=None, encoder=None):
    keras.utils.set_random_seed(0)
    inputs = keras.Input((SIZE,))
    z = latent((encoder or keras.layers.Dense(8, "tanh"))(inputs))
    model = keras.Model(inputs, keras.layers.Dense(SIZE)(z))
    model.compile("adam", loss or BernoulliNLL())
    model.optimizer.iterations.assign(10_000)  # what is too short is not asked about
    return model


@pytest.mark.parametrize("size, kappa", [(2, 1.0), (8, 60.0), (64, 190.0)])
def test_draws_of_the_sphere_have_the_mean_of_their_distribution(size, kappa):
    noise = np.random.default_rng(0).standard_normal((2, 20_000, size)).astype("float32")
    directions = noise[0] / np.linalg.norm(noise[0], axis=-1, keepdims=True)
    z = sphere_draw(tf.constant(directions), kappa)(tf.constant(noise[1])).numpy()
    cosine = np.sum(z * directions, axis=-1)
    mean = ive(size / 2, kappa) / ive(size / 2 - 1, kappa)
    assert abs(cosine.mean() - mean) < 4 * cosine.std() / np.sqrt(len(z))
    np.testing.assert_allclose(np.linalg.norm(z, axis=-1), 1.0, atol=2e-3)
    # Around the direction there is no other: what is left has no mean.
    rest = z - cosine[:, None] * directions
    assert np.abs(rest.mean(axis=0)).max() < 5 * rest.std() / np.sqrt(len(z))


@pytest.mark.parametrize("rate_term", [pytest.param(None, marks=pytest.mark.slow), KLDivergence()])
def test_a_rate_that_is_a_constant_has_no_weight_that_could_be_wrong(x, rate_term):
    latent = VonMisesFisherLatent(4, 20.0, rate_term=rate_term)
    loss = keras.losses.BinaryCrossentropy(from_logits=True)  # an average
    explanation = explain(build(latent, loss), x)
    assert not {"rate_not_in_loss", "distortion_averaged", "weight_too_high"} & set(
        names(explanation)
    )
    assert explanation.figures["rate_nats"] == pytest.approx(latent.committed_rate_nats, rel=1e-3)
    assert "relative_weight" not in explanation.figures
    assert "by the construction of the latent" in explanation.notes[0]
    assert not explanation.causes or all("MDR" not in s for s in explanation.causes[0].settings)


@pytest.mark.slow
def test_a_distance_is_not_asked_for_a_rate(x):
    explanation = explain(build(GaussianLatent(2, MaximumMeanDiscrepancy(100.0))), x)
    assert not {"rate_not_in_loss", "weight_stuck_at_zero"} & set(names(explanation))
    assert "by design" in explanation.notes[0]
    zero = explain(build(GaussianLatent(2, MaximumMeanDiscrepancy(0.0))), x)
    assert names(zero)[0] == "weight_stuck_at_zero" and "MMD" in zero.causes[0].evidence


@pytest.mark.slow
def test_the_weight_of_a_rate_beside_a_distance_is_its_own(x):
    term = MaximumMeanDiscrepancy(100.0, rate_weight=0.5)
    assert explain(build(GaussianLatent(2, term)), x).figures["rate_weight"] == 0.5


def test_a_rate_that_is_estimated_from_samples_has_its_weight(x):
    encoder, prior = keras.layers.Dense(8, "tanh"), VampPrior(4, SIZE)
    latent = GaussianLatent(2, rate_term=KLDivergence(0.5), prior=prior)
    prior.bind(lambda u: latent.parameters(encoder(u)))
    figures = explain(build(latent, encoder=encoder), x).figures
    assert figures["rate_weight"] == pytest.approx(0.5, rel=1e-4)
    # Of the encoder's own posteriors the mixture is near: a standard normal would be far.
    assert figures["amortisation_gap_nats"] < 5.0


@pytest.mark.slow
def test_the_multiplier_of_geco_is_the_weight_and_one_that_is_told_nothing_is_noted(x):
    explanation = explain(build(GaussianLatent(2, GECO(3.0, initial_multiplier=4.0))), x)
    assert explanation.figures["rate_weight"] == pytest.approx(0.25, rel=1e-4)
    assert "told no distortion" in explanation.notes[0]


class WeightedModel(keras.Model):
    def __init__(self, penalised=True, samples=3):
        super().__init__()
        self.term, self.penalised = ImportanceWeightedBound(samples), penalised
        self.encoder, self.decoder = keras.layers.Dense(4), keras.layers.Dense(SIZE)
        self.ranks = set()  # of the distortions that the bound gives

    def call(self, x, training=None):
        mean, raw = keras.ops.split(self.encoder(x), 2, axis=-1)
        q = tfp.distributions.Normal(mean, keras.ops.softplus(raw))

        def log_likelihood(z):
            logits = self.decoder(keras.ops.reshape(z, (-1, 2)))
            targets = keras.ops.tile(x, (z.shape[0], 1))
            nats = keras.ops.binary_crossentropy(targets, logits, from_logits=True)
            return -keras.ops.reshape(keras.ops.sum(nats, axis=-1), (z.shape[0], -1))

        p = tfp.distributions.Normal(0.0, 1.0)
        distortion, penalty = self.term.bound(log_likelihood, q, p, training)
        self.ranks.add(len(distortion.shape))
        self.add_loss(keras.ops.mean(distortion) + (penalty if self.penalised else 0.0))
        return self.decoder(mean)


@pytest.mark.parametrize("penalised", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_a_bound_of_samples_is_looked_at_as_the_bound_of_one(x, penalised):
    keras.utils.set_random_seed(0)
    model = WeightedModel(penalised)
    model.compile("adam")
    model.fit(x, x, verbose=0)
    model.optimizer.iterations.assign(10_000)
    explanation = explain(model, x)
    figures = explanation.figures
    assert figures["rate_weight"] == pytest.approx(float(penalised), abs=1e-5)
    assert len(figures["singular_values"]) == 2  # the outputs of all samples were recognised
    assert "amortisation_gap_nats" not in figures and "bound of 3 samples" in explanation.notes[0]
    assert ("rate_not_in_loss" in names(explanation)) is not penalised
    assert "distortion_averaged" not in names(explanation)
    assert model.ranks == {1}  # always that of each example, which a model may weight


def test_posteriors_of_another_family_are_refused_with_what_to_do(x):
    class Other(GaussianLatent):
        def posterior(self, loc, scale):
            return tfp.distributions.Independent(tfp.distributions.Laplace(loc, scale), 1)

    with pytest.raises(ValueError, match="Gaussian or von Mises-Fisher.*distribution="):
        explain(build(Other(2, rate_term=KLDivergence())), x)


@pytest.fixture(scope="module")
def sphere(x):
    latent = VonMisesFisherLatent(4, 20.0)
    loc, scale = latent.parameters(x - 0.5)

    def log_prob(z, inputs):
        return -40.0 * np.sum((z - latent.parameters(inputs - 0.5)[0]) ** 2, axis=-1)

    def encode(inputs):
        return latent.parameters(inputs - 0.5)

    return LatentModel(
        encode, log_prob, x, prior=latent.prior.distribution(), distribution=latent.posterior
    )


def test_a_diagnosis_takes_posteriors_on_the_sphere(sphere):
    report = diagnose(sphere, num_samples=5)
    assert report.verdict == "healthy"
    assert np.ptp(report.rate_per_example) < 1e-6
    assert all(d.kl_nats is None and d.state == "active" for d in report.dimensions)
    np.testing.assert_allclose(np.linalg.norm(sphere.sample(), axis=-1), 1.0, atol=1e-5)
    assert explain(None, sphere.inputs, latent=sphere).causes == []
