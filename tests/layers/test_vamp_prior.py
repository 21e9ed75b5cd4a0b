"""VampPrior: its density, the best prior there is, who trains it, who binds it."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp

from keras_vae_collapse import layers, losses, models
from keras_vae_collapse.layers import GaussianLatent, VampPrior
from keras_vae_collapse.metrics import mutual_information

tfd = tfp.distributions
RNG = np.random.default_rng(0)
X = RNG.normal(size=(64, 5)).astype("float32")


def bound_latent(components=3, **options):
    """A latent with its prior, bound to itself; both are built."""
    prior = VampPrior(components, embedding_dim=5, **options)
    latent = GaussianLatent(2, losses.KLDivergence(num_samples=200), prior, seed=1)
    prior.bind(latent.parameters)
    latent.build(X.shape)
    return latent, prior


def test_the_density_is_that_of_the_mixture_of_posteriors():
    latent, prior = bound_latent()
    z = RNG.normal(size=(7, 1, 2))
    loc, scale = (np.asarray(p, "float64") for p in latent.parameters(prior.pseudo_inputs))
    densities = np.exp(-0.5 * ((z - loc) / scale) ** 2) / (np.sqrt(2 * np.pi) * scale)
    expected = np.log(densities.prod(-1).mean(-1))
    np.testing.assert_allclose(prior(z[:, 0]), expected, rtol=1e-4)


def test_with_the_data_as_pseudo_inputs_the_rate_is_the_mutual_information():
    latent, prior = bound_latent(components=64)
    prior.pseudo_inputs.assign(X)
    latent.raw_scale.bias.assign([-1.0, -1.0])
    latent(X, training=False)
    loc, scale = latent.parameters(X)
    expected = mutual_information(loc, scale, num_samples=200)
    assert expected > 1.0
    # Both are means of the same log-ratio over 64 * 200 draws, whose deviation is below 1.
    assert abs(float(latent.losses[0]) - expected) < 5 * np.sqrt(2 / (64 * 200))


def test_training_moves_the_pseudo_inputs_and_the_encoder_through_the_prior():
    latent, prior = bound_latent()
    with tf.GradientTape() as tape:
        # A posterior that is not the encoder's: only the prior depends on weights.
        q = tfd.MultivariateNormalDiag(tf.ones([4, 2]), tf.ones([4, 2]))
        rate = latent.rate_term(posterior=q, prior=prior.distribution())
    for gradient in tape.gradient(rate, [prior.pseudo_inputs, latent.loc.kernel]):
        assert np.abs(gradient).max() > 1e-3


def test_pseudo_inputs_start_with_the_spread_they_are_given():
    prior = VampPrior(100, 4, length=25, initial_spread=3.0)
    prior.build()
    assert prior.pseudo_inputs.shape == (100, 25, 4)
    assert abs(prior.pseudo_inputs.numpy().std() - 3.0) < 5 * 3.0 / np.sqrt(2 * 10_000)


def test_a_prior_that_is_bound_to_nothing_says_so():
    with pytest.raises(ValueError, match="is bound to no encoder: call `prior.bind"):
        VampPrior(2, 3).distribution()


def sequence_vae(**parts):
    prior = VampPrior(4, embedding_dim=3, length=5)
    return models.SequenceVAE(
        parts.pop("encoder", None) or layers.GRUEncoder(9, 4, 3),
        GaussianLatent(2, losses.KLDivergence(), prior, seed=1),
        models.SequenceDecoder(9, layers.GRUDecoder(4), 3),
        max_length=4,
        **parts,
    )


@pytest.mark.parametrize(
    "encoder",
    [
        None,
        lambda: layers.GRUEncoder(9, 4, 3, slots=2, slot_dim=3),
        lambda: layers.TransformerEncoder(9, 4, 3, 1, 2, pooling="first"),
    ],
    ids=["gru", "slots", "transformer"],
)
def test_embedded_symbols_are_encoded_as_their_ids_are(encoder):
    encoder = (encoder or (lambda: layers.GRUEncoder(9, 4, 3)))()
    ids = np.array([[4, 5, 3], [6, 3, 0]])
    expected = encoder(ids)
    found = encoder.encode_embedded(encoder.embedding(ids), tf.constant(ids != 0))
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_a_sequence_vae_binds_its_prior_and_so_does_a_loaded_one(tmp_path):
    model = sequence_vae()
    model.compile(keras.optimizers.Adam(0.05))
    before = model.latent.prior.pseudo_inputs.numpy()
    model.fit({"target": np.array([[4, 5, 3], [6, 3, 0]])}, epochs=2, verbose=0)
    assert np.abs(model.latent.prior.pseudo_inputs.numpy() - before).max() > 1e-3
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    z = RNG.normal(size=(5, 2)).astype("float32")
    np.testing.assert_array_equal(loaded.latent.prior(z), model.latent.prior(z))
    assert loaded.sample_prior(6, tf.constant([1, 2])).shape == (6, 2)


def test_an_encoder_that_needs_ids_is_refused():
    with pytest.raises(ValueError, match="`encode_embedded`, and nothing beside it"):
        sequence_vae(bag_of_chars=layers.BagOfChars(9))


@pytest.mark.parametrize(
    "change, message",
    [
        ({"components": 0}, "`components` must be an integer of at least 1"),
        ({"embedding_dim": 0}, "`embedding_dim` must be an integer of at least 1"),
        ({"length": -1}, "`length` must be an integer of at least 0"),
        ({"initial_spread": 0.0}, r"`initial_spread` must be .* in \(0, inf\)"),
    ],
)
def test_bad_arguments_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        VampPrior(**{"components": 2, "embedding_dim": 2, **change})
