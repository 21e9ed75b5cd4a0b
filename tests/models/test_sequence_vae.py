import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae_collapse.layers import (
    BagOfChars,
    BagOfCharsHead,
    GaussianLatent,
    GRUDecoder,
    GRUEncoder,
    HistorylessGRUDecoder,
    MixturePrior,
)
from keras_vae_collapse.losses import KLDivergence
from keras_vae_collapse.models import SequenceDecoder, SequenceVAE
from keras_vae_collapse.models.endpoints import id_endpoints
from keras_vae_collapse.models.sequence_vae import stacked

TARGET = np.array([[4, 5, 6, 3], [7, 3, 0, 0], [5, 4, 3, 0]])
SOURCE = np.array([[6, 3, 0], [4, 4, 3], [8, 7, 3]])
CONDITION = np.array([[1, 0], [0, 1], [1, 1]], "float32")
INPUTS = {"source": SOURCE, "target": TARGET, "condition": CONDITION}


def make(slots=0, condition_size=2, prior=None):
    keras.utils.set_random_seed(1)
    attention = {"class": "LatentAttention", "slots": slots, "units": 4} if slots else None
    return SequenceVAE(
        encoder=GRUEncoder(9, units=6, embedding_dim=4, slots=slots, slot_dim=4),
        latent=GaussianLatent(3, KLDivergence(), slots=slots or 1, prior=prior, seed=2),
        decoder=SequenceDecoder(
            9,
            GRUDecoder(6),
            embedding_dim=4,
            condition_dim=4 if condition_size else 0,
            latent_attention=attention,
        ),
        max_length=5,
        condition_size=condition_size,
    )


def test_the_loss_is_distortion_plus_rate_per_example():
    model = make()
    model.compile("adam")
    logs = model.evaluate(INPUTS, batch_size=3, verbose=0, return_dict=True)
    loc, scale = (part.numpy() for part in model.encode_ids(SOURCE))
    nll = -model.log_prob(loc, CONDITION, TARGET).numpy()
    loc, scale = loc.astype("float64"), scale.astype("float64")
    kl = (0.5 * (loc**2 + scale**2 - 1) - np.log(scale)).sum(axis=1)
    assert logs["distortion"] == pytest.approx(nll.mean(), rel=1e-5)
    assert logs["rate"] == pytest.approx(kl.mean(), rel=1e-5)
    assert logs["loss"] == pytest.approx(nll.mean() + kl.mean(), rel=1e-5)


def test_nll_counts_every_symbol_and_the_end_but_no_padding():
    model, z = make(), tf.zeros((3, 3))
    log_p = tf.nn.log_softmax(model.decoder(z, CONDITION, TARGET)).numpy()
    by_hand = [sum(log_p[i, t, s] for t, s in enumerate(row) if s) for i, row in enumerate(TARGET)]
    for target in (TARGET, np.pad(TARGET, [[0, 0], [0, 4]])):
        np.testing.assert_allclose(model.log_prob(z, CONDITION, target), by_hand, rtol=1e-5)


@pytest.mark.parametrize("slots", [0, 3])
def test_nothing_of_the_source_reaches_the_decoder_but_z(slots):
    model = make(slots)
    changed = {**INPUTS, "source": SOURCE[::-1]}
    assert np.abs(model(INPUTS, training=False) - model(changed, training=False)).max() > 1e-4
    model.latent.loc.kernel.assign(tf.zeros_like(model.latent.loc.kernel))
    np.testing.assert_array_equal(model(INPUTS, training=False), model(changed, training=False))


def test_without_a_source_the_target_is_reproduced():
    model = make(condition_size=0)
    alone, both = ({"target": TARGET}, {"target": TARGET, "source": TARGET})
    np.testing.assert_array_equal(model(alone, training=False), model(both, training=False))
    ids, log_p = model.decode(model.encode_ids(TARGET)[0], beam_width=2)
    assert ids.shape == (3, 2, 6) and log_p.shape == (3, 2)


@pytest.mark.parametrize("prior", [None, "mixture"])
def test_samples_follow_the_prior_and_the_seed(prior):
    model = make(prior=prior and MixturePrior(2, 3))
    z, again, other = (model.sample_prior(20_000, tf.constant(s)) for s in ([0, 1], [0, 1], [0, 2]))
    np.testing.assert_array_equal(z, again)
    assert np.abs(z - other).max() > 1.0
    if prior is None:
        # Standard errors of mean and deviation are 0.007 and 0.005.
        assert np.abs(np.mean(z, axis=0)).max() < 0.036 and abs(np.std(z) - 1) < 0.015


class Told(keras.layers.Layer):
    """An encoder that keeps whether it was told to train."""

    def call(self, ids, training=None):
        self.training = training
        return tf.cast(ids[:, :2], "float32")

    def compute_output_shape(self, shape):
        return (shape[0], 2)


@pytest.mark.parametrize("training", [True, False])
def test_the_encoder_is_told_whether_to_train(training):
    decoder = SequenceDecoder(9, GRUDecoder(6), embedding_dim=4)
    model = SequenceVAE(Told(), GaussianLatent(3), decoder, max_length=5)
    model({"target": TARGET}, training=training)
    assert model.encoder.training == training


def test_the_bag_of_chars_is_that_of_the_source():
    head = BagOfCharsHead(9)
    decoder = SequenceDecoder(9, GRUDecoder(6), embedding_dim=4, condition_dim=4)
    encoder = GRUEncoder(9, units=6, embedding_dim=4)
    model = SequenceVAE(encoder, GaussianLatent(3), decoder, 5, 2, BagOfChars(9), head)

    def cost(inputs):
        model(inputs, training=False)
        return float(head.losses[0])

    assert cost({**INPUTS, "target": TARGET[::-1]}) == cost(INPUTS)
    assert cost({**INPUTS, "source": SOURCE[:, ::-1] * 0 + 4}) != cost(INPUTS)


def test_a_log_probability_is_the_same_at_every_call():
    decoder = SequenceDecoder(9, GRUDecoder(6), embedding_dim=4, dropout=0.5)
    model = SequenceVAE(GRUEncoder(9, 6), GaussianLatent(3), decoder, max_length=5)
    z = np.ones((3, 3), "float32")
    one, other = (model.log_prob(z, None, TARGET) for _ in range(2))
    np.testing.assert_array_equal(one, other)


def test_a_decoder_without_history_decodes_as_it_was_trained_whatever_its_own_length():
    keras.utils.set_random_seed(1)
    decoder = SequenceDecoder(9, HistorylessGRUDecoder(6, bidirectional=True))
    model = SequenceVAE(GRUEncoder(9, 6), GaussianLatent(3), decoder, max_length=5)
    # No end before the last position, and nothing that cannot be written.
    decoder.output_layer.bias.assign([-50.0] * 4 + [0.0] * 5)
    z = 5.0 * np.random.default_rng(0).normal(size=(3, 3)).astype("float32")
    ids, scores = model.decode(z)
    assert ids.shape == (3, 1, 6) and (ids[:, 0, :5] > 3).numpy().all()
    # Short sequences of a batch of their own are as probable as the beginnings of long ones.
    short, long = (decoder(z, None, ids[:, 0, :length]) for length in (2, 6))
    np.testing.assert_allclose(short, long[:, :2], rtol=1e-5)
    np.testing.assert_allclose(model.log_prob(z, None, ids[:, 0]), scores[:, 0], rtol=1e-4)


def test_samples_follow_a_prior_that_is_not_normal():
    prior = MixturePrior(1, 3)
    model = make(prior=prior)
    prior.loc.assign(prior.loc * 0 + 7.0)
    z = model.sample_prior(5000, tf.constant([0, 1]))
    assert np.abs(np.mean(z, axis=0) - 7.0).max() < 0.1


@pytest.mark.parametrize("part", ["encoder", "latent", "decoder"])
@pytest.mark.parametrize("value", [None, 3])
def test_a_part_that_is_missing_or_no_layer_is_named(part, value):
    parts = {
        "encoder": GRUEncoder(9, 6), "latent": GaussianLatent(3),
        "decoder": SequenceDecoder(9, GRUDecoder(6)),
    }  # fmt: skip
    with pytest.raises(ValueError, match=f"`{part}` must be"):
        SequenceVAE(**{**parts, part: value}, max_length=5)


@pytest.mark.parametrize(("name", "low"), [("max_length", 1), ("condition_size", 0)])
def test_the_smallest_size_is_taken_and_the_next_refused(name, low):
    def made(size):
        decoder = SequenceDecoder(9, GRUDecoder(6))
        sizes = {"max_length": 5, name: size}
        return SequenceVAE(GRUEncoder(9, 6), GaussianLatent(3), decoder, **sizes)

    assert getattr(made(low), name) == low
    with pytest.raises(ValueError, match=f"`{name}` must be an integer of at least {low}"):
        made(low - 1)


def test_sequences_of_two_lengths_are_stacked_with_padding():
    found = stacked(tf.constant([[4, 3]]), tf.constant([[5, 6, 3], [7, 3, 0]]))
    assert found.numpy().tolist() == [[4, 3, 0], [5, 6, 3], [7, 3, 0]]
    found = stacked(tf.constant([[5, 6, 3]]), tf.constant([[4, 3]]))
    assert found.numpy().tolist() == [[5, 6, 3], [4, 3, 0]]


def test_the_endpoints_answer_as_the_model():
    model = make()
    endpoints = id_endpoints(model)
    assert list(endpoints) == ["reconstruct", "encode", "sample"]
    signatures = {name: [(s.name, s.dtype, s.shape.as_list()) for s in given]
                  for name, (_, given) in endpoints.items()}  # fmt: skip
    condition = ("condition", tf.float32, [None, 2])
    assert signatures == {
        "reconstruct": [("source", tf.int32, [None, None]), condition],
        "encode": [("source", tf.int32, [None, None])],
        "sample": [("seed", tf.int32, [2]), condition],
    }
    source, given = tf.constant(SOURCE, tf.int32), tf.constant(CONDITION)
    loc, scale = model.encode_ids(source)
    found = endpoints["encode"][0](source)
    np.testing.assert_array_equal(found["loc"], loc)
    np.testing.assert_array_equal(found["scale"], scale)
    answers = [
        (endpoints["reconstruct"][0](source, given), loc),
        (endpoints["sample"][0](tf.constant([3, 4]), given), model.sample_prior(3, [3, 4])),
    ]
    for answer, z in answers:
        ids, log_p = model.decode(z, given)
        np.testing.assert_array_equal(answer["target"], ids[:, 0])
        np.testing.assert_allclose(answer["log_probability"], log_p[:, 0], rtol=1e-5)


def test_without_a_condition_samples_are_counted():
    model = make(condition_size=0)
    sample, (seed, count) = id_endpoints(model)["sample"]
    assert (seed.shape.as_list(), count.name, count.shape.as_list()) == ([2], "count", [])
    answer = sample(tf.constant([3, 4]), tf.constant(2))
    ids, _ = model.decode(model.sample_prior(2, [3, 4]))
    np.testing.assert_array_equal(answer["target"], ids[:, 0])
    reconstruct, (source,) = id_endpoints(model)["reconstruct"]
    assert source.name == "source"
    expected, _ = model.decode(model.encode_ids(SOURCE)[0])
    np.testing.assert_array_equal(reconstruct(tf.constant(SOURCE))["target"], expected[:, 0])
