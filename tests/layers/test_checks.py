"""What layers say of arguments and shapes that cannot be."""

import keras
import pytest

from keras_vae_collapse import callbacks, layers, models

LATENT = layers.GaussianLatent(2)


def decoder(**options):
    return models.SequenceDecoder(9, **{"recurrence": layers.GRUDecoder(3), **options})


@pytest.mark.parametrize(
    "make, message",
    [
        (
            lambda: decoder(recurrence=layers.GRUDecoder),
            "`recurrence`.*write GRUDecoder",
        ),
        (lambda: decoder(recurrence="gru"), "`recurrence` must be a Keras layer"),
        (lambda: decoder(history_dropout=layers.CharDropout), r"write CharDropout\(\.\.\.\)"),
        (lambda: decoder(latent_attention=layers.LatentAttention), "`latent_attention`"),
        (
            lambda: models.SequenceVAE(layers.GRUEncoder, LATENT, decoder(), 5),
            r"`encoder`.*write GRUEncoder\(\.\.\.\)",
        ),
        (lambda: callbacks.AggressiveEncoder([layers.GRUEncoder]), r"`encoder\[0\]`"),
        (
            lambda: callbacks.AggressiveEncoder([LATENT, None]),
            r"`encoder\[1\]` must be a Keras layer. Received",
        ),
        (lambda: callbacks.AggressiveEncoder(LATENT), "`encoder` must be a list"),
    ],
)
def test_a_class_or_anything_else_in_place_of_a_layer_is_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_method_that_reads_weights_says_where_to_call_it():
    z, states = keras.Input((4,)), keras.Input((5, 8))
    attention = layers.LatentAttention(2, 3)
    attention(z, states)
    with pytest.raises(ValueError, match="`attend` cannot be called with the symbolic"):
        attention.attend(attention.memory(z), states)
    aligned = layers.AlignedGRUDecoder(3, 2)
    with pytest.raises(ValueError, match="`initial_state` cannot be called with the symbolic"):
        aligned.initial_state(z)
    for decoder_class in (layers.GRUDecoder, layers.LSTMDecoder):
        with pytest.raises(ValueError, match="`prepare_steps` cannot be called with the symbolic"):
            decoder_class(3).prepare_steps(z)


def test_a_size_on_which_weights_depend_must_be_known_and_a_length_need_not():
    states, z = keras.Input((None, 3)), keras.Input((4,))
    assert layers.LatentSkip(2)(states, z).shape == (None, None, 2)
    with pytest.raises(ValueError, match="`z` must have a known latent_dim, on which weights"):
        layers.LatentSkip(2)(states, keras.Input((None,)))
    with pytest.raises(ValueError, match="`states` must have a known state_dim, on which weights"):
        layers.LatentSkip(2)(keras.Input((5, None)), z)
    memory = keras.Input((None, 4))  # of how many slots is not said: as many as there should be
    assert layers.AlignedGRUDecoder(3, 6)(z, states, memory).shape == (None, None, 3)
