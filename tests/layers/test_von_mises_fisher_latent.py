"""VonMisesFisherLatent: exact rate, draws on the sphere, what moves the direction."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.special import hyp0f1

from keras_vae_collapse.layers import MixturePrior, VonMisesFisherLatent
from keras_vae_collapse.layers.von_mises_fisher_latent import von_mises_fisher
from keras_vae_collapse.losses import KLDivergence, MDRConstraint

INPUTS = np.random.default_rng(0).normal(size=(6, 5)).astype("float32")


def closed_form(latent_dim, kappa):
    """The rate and the mean of `mu . z`, in float64."""
    normalizer = hyp0f1(latent_dim / 2, kappa**2 / 4)
    mean = kappa / latent_dim * hyp0f1(latent_dim / 2 + 1, kappa**2 / 4) / normalizer
    return kappa * mean - np.log(normalizer), mean


# The largest whose normaliser float64 holds; for greater ones see below.
@pytest.mark.parametrize("latent_dim", [2, 3, 64, 512])
@pytest.mark.parametrize("kappa", [1e-3, 0.1, 10.0, 500.0])
def test_the_rate_is_the_closed_form(latent_dim, kappa):
    latent = VonMisesFisherLatent(latent_dim, kappa)
    assert latent.committed_rate_nats == pytest.approx(closed_form(latent_dim, kappa)[0], abs=1e-3)


def test_the_rate_is_the_same_for_all_inputs_and_nothing_trains_it():
    latent = VonMisesFisherLatent(8, 20.0, rate_term=KLDivergence(), seed=1)
    with tf.GradientTape() as tape:
        latent(INPUTS, training=True)
        rate = latent.losses[0]
    assert float(rate) == pytest.approx(closed_form(8, 20.0)[0], abs=1e-4)
    for gradient in tape.gradient(rate, latent.trainable_weights):
        assert gradient is None or np.abs(gradient).max() < 1e-5


@pytest.mark.parametrize("latent_dim", [2, 3, 64, 512])
@pytest.mark.parametrize("kappa", [1e-3, 10.0, 5000.0])
def test_draws_are_on_the_sphere_about_the_direction(latent_dim, kappa):
    size = 1000
    direction = tf.math.l2_normalize(tf.random.stateless_normal([latent_dim], [1, 2]))
    q = von_mises_fisher(
        tf.tile(direction[None], [size, 1]), tf.fill([size, latent_dim], kappa**-0.5)
    )
    z = q.sample(seed=[3, 4]).numpy()
    np.testing.assert_allclose(np.linalg.norm(z, axis=-1), 1.0, atol=1e-5)
    along = z.astype("float64") @ direction.numpy()
    if kappa > 1000.0:
        # d log 0F1 / d kappa for large kappa: 1 - (latent_dim - 1) / (2 kappa) and less than that.
        expected, slack = 1.0 - (latent_dim - 1) / (2 * kappa), (latent_dim / kappa) ** 2
    else:
        expected, slack = closed_form(latent_dim, kappa)[1], 0.0
    assert abs(along.mean() - expected) < 5 * along.std() / np.sqrt(size) + slack


@pytest.mark.slow
def test_a_decoder_moves_the_direction():
    inputs = keras.Input((5,))
    latent = VonMisesFisherLatent(3, 50.0, rate_term=KLDivergence(), seed=1)
    model = keras.Model(inputs, latent(inputs))
    model.compile(keras.optimizers.Adam(0.05), "mse")
    # Each input is to lie at a place of its own.
    target = INPUTS[:, :3] / np.linalg.norm(INPUTS[:, :3], axis=-1, keepdims=True)
    before = np.mean((model.predict(INPUTS, verbose=0) - target) ** 2)
    batches = tf.data.Dataset.from_tensors((INPUTS, target)).repeat()
    model.fit(batches, steps_per_epoch=100, verbose=0)
    after = np.mean((model.predict(INPUTS, verbose=0) - target) ** 2)
    assert after < 0.1 * before
    np.testing.assert_allclose(np.linalg.norm(model.predict(INPUTS, verbose=0), axis=-1), 1.0, 1e-5)


def test_one_seed_gives_the_same_draws_and_every_step_others():
    one, again, other = (VonMisesFisherLatent(4, 3.0, seed=seed) for seed in (1, 1, 2))
    for latent in (one, again, other):
        latent.build(INPUTS.shape)
        latent.loc.set_weights(one.loc.get_weights())
    first, second = (one(INPUTS, training=True).numpy() for _ in range(2))
    np.testing.assert_array_equal(again(INPUTS, training=True), first)
    assert (first != second).all() and (first != other(INPUTS, training=True).numpy()).all()


def test_a_rate_term_that_wants_dimensions_one_by_one_gets_one_joint_rate():
    latent = VonMisesFisherLatent(8, 20.0, rate_term=MDRConstraint(5.0), seed=1)
    latent(np.ones((2, 4, 5), "float32"), training=True)  # a latent at each step
    expected = 4 * latent.committed_rate_nats
    np.testing.assert_allclose(latent.rate_term.trackers["rate"].result(), expected, rtol=1e-5)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"concentration": 0.0}, "`concentration` must be"),
        ({"latent_dim": 1}, "`latent_dim` must be at least 2"),
        ({"prior": MixturePrior(2, 2)}, "has no `prior`"),
        ({"initial_scale": 0.5}, "has no `initial_scale`"),
    ],
)
def test_bad_arguments_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        VonMisesFisherLatent(**{"latent_dim": 2, "concentration": 1.0, **change})
