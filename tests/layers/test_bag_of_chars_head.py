"""BagOfCharsHead: likelihoods against TFP, loss and metric, models, bad values."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp

from keras_vae_collapse.layers import BagOfChars, BagOfCharsHead
from keras_vae_collapse.layers.bag_of_chars_head import poisson_nll

tfd = tfp.distributions
IDS = np.array([[2, 5, 4, 5, 3, 0], [1, 6, 6, 6, 3, 0], [4, 5, 6, 5, 4, 3]])
Z = np.random.default_rng(0).normal(size=(3, 2)).astype("float32")
KINDS = ("bernoulli", "poisson", "multinomial")


def negative_log_likelihood(distribution, logits, counts):
    """By TFP in float64, of the columns that count."""
    a, n = np.asarray(logits, "float64")[:, 4:], np.asarray(counts, "float64")[:, 4:]
    if distribution == "bernoulli":
        return -np.sum(tfd.Bernoulli(logits=a, dtype=tf.float64).log_prob(n > 0), axis=-1)
    if distribution == "poisson":
        return -np.sum(tfd.Poisson(log_rate=a).log_prob(n), axis=-1)
    return -tfd.Multinomial(total_count=n.sum(-1), logits=a).log_prob(n).numpy()


@pytest.mark.parametrize("distribution", KINDS)
def test_loss_is_the_weighted_batch_mean_in_nats_per_example(distribution):
    head = BagOfCharsHead(7, distribution=distribution, weight=0.25)
    logits = head(Z, IDS)
    expected = negative_log_likelihood(
        distribution, logits, BagOfChars(7, mode="counts")(IDS)
    ).mean()
    np.testing.assert_allclose(head.losses[0], 0.25 * expected, rtol=1e-5)
    np.testing.assert_allclose(head.nats_tracker.result(), expected, rtol=1e-5)


@pytest.mark.parametrize("distribution", KINDS)
def test_ignored_symbols_have_no_influence(distribution):
    head = BagOfCharsHead(7, distribution=distribution)
    head(Z, IDS)
    before = float(head.losses[0])
    head.logits.bias.assign([9.0, -9.0, 5.0, 7.0, 0.0, 0.0, 0.0])
    head(Z, IDS)
    np.testing.assert_allclose(head.losses[0], before, rtol=1e-5)


def test_mask_takes_positions_out():
    head = BagOfCharsHead(7, distribution="poisson")
    head(Z, IDS, mask=IDS != 5)
    without = float(head.losses[0])
    head(Z, np.where(IDS == 5, 0, IDS))
    np.testing.assert_allclose(head.losses[0], without, rtol=1e-6)


def test_a_sequence_without_counted_symbols_costs_finite_nats():
    empty = np.zeros((3, 4), int)
    for distribution in KINDS:
        head = BagOfCharsHead(7, distribution=distribution)
        head(Z, empty)
        assert np.isfinite(head.losses[0])
        if distribution == "multinomial":
            assert float(head.losses[0]) == 0.0


@pytest.mark.parametrize("distribution", KINDS)
def test_logits_of_ten_thousand_keep_loss_and_gradients_finite(distribution):
    head = BagOfCharsHead(7, distribution=distribution)
    head.build(Z.shape)
    for size in (-1e4, 1e4):
        head.logits.bias.assign(size * np.array([1, 1, 1, 1, 1, -1, 0.0]))
        with tf.GradientTape() as tape:
            head(Z, IDS)
            loss = head.losses[0]
        assert np.isfinite(loss)
        assert all(np.all(np.isfinite(g)) for g in tape.gradient(loss, head.trainable_weights))


def test_poisson_rate_goes_on_as_its_tangent_past_e_to_the_ten():
    log_rates = tf.constant([[9.0, 10.0, 12.0]])
    nll = [poisson_nll(log_rates, tf.zeros((1, 3)), tf.one_hot([k], 3)) for k in range(3)]
    np.testing.assert_allclose(np.ravel(nll), [np.exp(9), np.exp(10), 3 * np.exp(10)], rtol=1e-5)


def test_prediction_without_ids_adds_no_loss():
    head = BagOfCharsHead(7)
    logits = head(Z)
    assert logits.shape == (3, 7) and head.losses == []


@pytest.mark.parametrize(
    "distribution, least",
    [
        ("bernoulli", 0.0),
        # Counts 1, 2 and 3 with rates of the same size: -log p = n - n log n + log n!.
        ("poisson", (1 + (2 - 2 * np.log(2) + np.log(2)) + (3 - 3 * np.log(3) + np.log(6))) / 2),
        # Counts (1, 2) of 3 with p = (1/3, 2/3), and 3 of 3.
        ("multinomial", -np.log(3 * (1 / 3) * (2 / 3) ** 2) / 2),
    ],
)
def test_training_finds_the_symbols(distribution, least):
    keras.utils.set_random_seed(0)
    z, ids = keras.Input((2,)), keras.Input((None,), dtype="int32")
    head = BagOfCharsHead(7, distribution=distribution)
    model = keras.Model([z, ids], head(z, ids))
    model.compile(keras.optimizers.Adam(0.1), loss=None)
    batches = tf.data.Dataset.from_tensors(((np.eye(2), IDS[:2]),)).repeat()
    before = model.fit(batches, steps_per_epoch=1, verbose=0).history["bag_of_chars_nats"][0]
    model.fit(batches, steps_per_epoch=150, verbose=0)
    after = model.evaluate(batches, steps=1, verbose=0, return_dict=True)["bag_of_chars_nats"]
    assert after == pytest.approx(least, abs=0.05) and before > least + 0.5


@pytest.mark.parametrize("distribution", KINDS)
def test_xla_gives_the_same(distribution):
    head = BagOfCharsHead(7, distribution=distribution)
    head(Z, IDS)

    @tf.function(jit_compile=True)
    def loss(z, ids):
        head(z, ids)
        return head.losses[0]

    expected = head.losses[0]
    np.testing.assert_allclose(loss(Z, tf.constant(IDS, tf.int32)), expected, rtol=1e-5)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"distribution": "gauss"}, "`distribution` must be one of 'bernoulli', 'poisson'"),
        ({"weight": -1.0}, r"`weight` must be .* in \[0, inf\)"),
        ({"vocabulary_size": 0}, "`vocabulary_size` must be an integer of at least 1"),
        ({"weight": float("nan")}, "weight=nan"),
        ({"vocabulary_size": 3}, "must leave an id"),
    ],
)
def test_bad_arguments_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        BagOfCharsHead(**{"vocabulary_size": 7, **change})


@pytest.mark.parametrize(
    "z, ids, message",
    [
        (np.ones((3, 2, 2)), IDS, "`z` must have shape"),
        (Z, IDS.astype("float32"), "`ids` must be of type int"),
        (Z, IDS[0], "`ids` must have shape"),
    ],
)
def test_bad_inputs_are_named(z, ids, message):
    with pytest.raises(ValueError, match=message):
        BagOfCharsHead(7)(z, ids)


def test_symbolic_ids_of_another_type_are_named():
    with pytest.raises(ValueError, match="`ids` must be of type int"):
        BagOfCharsHead(7)(keras.Input((2,)), keras.Input((6,)))
