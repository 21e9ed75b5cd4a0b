"""LatentSkip: its formula, and a decoder that has one."""

import numpy as np
import pytest
import tensorflow as tf

from keras_vae_collapse import layers, models
from keras_vae_collapse.layers import LatentSkip

RNG = np.random.default_rng(0)
STATES = RNG.normal(size=(2, 5, 4)).astype("float32")
Z = RNG.normal(size=(2, 3)).astype("float32")


def test_the_output_is_the_formula():
    skip = LatentSkip(6)
    found = skip(STATES, Z)
    W_h, b = skip.of_states.get_weights()
    (W_z,) = skip.of_z.get_weights()
    expected = np.tanh(STATES @ W_h + (Z @ W_z)[:, None] + b)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    one = skip.join(tf.constant(STATES[:, 1]), skip.prepare(Z))
    np.testing.assert_allclose(one, expected[:, 1], rtol=1e-5, atol=1e-6)


def test_states_may_have_no_steps():
    skip = LatentSkip(6)
    np.testing.assert_allclose(skip(STATES[:, 0], Z), skip(STATES, Z)[:, 0], rtol=1e-5)


def decoder(recurrence, condition_dim=0):
    made = models.SequenceDecoder(
        9, recurrence, 3, condition_dim, latent_skip=LatentSkip(5), max_length=6
    )
    return models.SequenceVAE(
        layers.GRUEncoder(9, 4, 3),
        layers.GaussianLatent(3, seed=1),
        made,
        max_length=5,
        condition_size=4 if condition_dim else 0,
    )


@pytest.mark.parametrize(
    "recurrence",
    [layers.GRUDecoder(4), layers.LSTMDecoder(4), layers.HistorylessGRUDecoder(4)],
    ids=["gru", "lstm", "historyless"],
)
def test_what_decoding_says_of_a_sequence_is_what_training_says(recurrence):
    model = decoder(recurrence, condition_dim=2)
    # Weights of a size that makes sequences differ.
    model.set_weights([2.0 * w + 0.1 for w in model.get_weights()])
    # Padding, unknown and start symbol are never written: here they have no probability.
    model.decoder.output_layer.bias.assign([-50.0] * 3 + [0.0] * 6)
    z, condition = 3 * Z, np.eye(4, dtype="float32")[:2]
    ids, log_p = model.decode(z, condition)
    found = model.log_prob(z, condition, ids[:, 0])
    np.testing.assert_allclose(found, log_p[:, 0], rtol=1e-4, atol=1e-5)


def test_z_reaches_logits_that_states_do_not_carry():
    model = decoder(layers.GRUDecoder(4))
    model.decoder.recurrence.set_weights(
        [np.zeros_like(w) for w in model.decoder.recurrence.get_weights()]
    )
    target = np.array([[4, 5, 3], [4, 5, 3]])
    logits = model.decoder(Z, None, target).numpy()
    assert np.abs(logits[0] - logits[1]).max() > 1e-2


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: LatentSkip(0), "`units` must be an integer of at least 1"),
        (lambda: LatentSkip(2)(STATES, STATES), "`z` must have shape"),
        (lambda: LatentSkip(2)(STATES[..., None], Z), "`states` must have shape"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
