"""TransformerEncoder: pooling, padding, order, arguments."""

import numpy as np
import pytest

from keras_vae_collapse.layers import TransformerEncoder

IDS = np.array([[4, 5, 6, 7, 3], [8, 3, 0, 0, 0], [9, 4, 5, 3, 0]])
RNG = np.random.default_rng(0)
pooled = pytest.mark.parametrize("pooling", ["mean", "first"])


def make(pooling="mean", **options):
    encoder = TransformerEncoder(
        10, units=6, embedding_dim=4, heads=2, pooling=pooling, max_length=5, **options
    )
    encoder.build(IDS.shape)
    for weight in encoder.trainable_weights:
        weight.assign(weight + RNG.normal(size=weight.shape) * 0.3)
    return encoder


def test_the_mean_is_that_of_the_states_of_symbols():
    encoder = make()
    found = encoder(IDS)
    assert found.shape == (3, 6) == encoder.compute_output_shape(IDS.shape)
    for row, ids in enumerate(IDS):
        x = encoder.embed(encoder.embedding(ids[None, ids != 0]))
        states = encoder.stack(x).numpy()[0]
        np.testing.assert_allclose(found[row], states.mean(axis=0), rtol=1e-4, atol=1e-5)


def test_the_first_is_the_state_of_a_learned_vector_before_the_symbols():
    encoder = make("first")
    found = encoder(IDS)
    assert found.shape == (3, 6) == encoder.compute_output_shape(IDS.shape)
    for row, ids in enumerate(IDS):
        x = encoder.embed(encoder.embedding(ids[None, ids != 0])).numpy()
        x = np.concatenate([np.asarray(encoder.first)[None, None], x], axis=1)
        np.testing.assert_allclose(found[row], encoder.stack(x)[0, 0], rtol=1e-4, atol=1e-5)


def test_symbols_are_mapped_without_a_bias_and_the_first_vector_starts_at_their_size():
    encoder = TransformerEncoder(5, 100, 2, 1, 1, 1, pooling="first")
    encoder.build((None, None))
    assert [weight.name for weight in encoder.embed.weights] == ["kernel"]
    assert abs(encoder.first.numpy().std() - 0.1) < 5 * 0.1 / np.sqrt(2 * 100)


@pooled
def test_it_sees_all_symbols_and_their_order(pooling):
    encoder = make(pooling)
    found = encoder(IDS).numpy()[0]
    for position in range(5):
        changed = IDS[:1].copy()
        changed[0, position] = 9
        assert np.abs(encoder(changed)[0] - found).max() > 1e-3
    assert np.abs(encoder(IDS[:1, ::-1])[0] - found).max() > 1e-3


@pooled
def test_an_empty_sequence_has_a_finite_vector(pooling):
    found = np.asarray(make(pooling)(np.zeros((2, 4), int)))
    assert np.isfinite(found).all()
    assert pooling == "first" or not found.any()


@pooled
def test_no_more_positions_are_used_than_were_learned(pooling):
    encoder = make(pooling, positions="learned")
    assert np.isfinite(encoder(IDS)).all()
    assert encoder.stack.positions.shape == (5 + (pooling == "first"), 6)
    with pytest.raises(ValueError, match="at most `max_length` = 5 positions. Received: length=6"):
        encoder(np.pad(IDS, ((0, 0), (0, 1))))


def test_it_drops_in_training_alone():
    encoder = make(dropout=0.5, seed=1)
    one, other, kept = (encoder(IDS, training=training) for training in (True, True, False))
    assert np.abs(one - other).max() > 1e-4
    np.testing.assert_array_equal(kept, encoder(IDS))


@pytest.mark.parametrize(
    "options, message",
    [
        ({"vocabulary_size": 1}, "`vocabulary_size` must be an integer of at least 2"),
        ({"units": 0}, "`units` must be an integer of at least 1"),
        ({"embedding_dim": 0}, "`embedding_dim` must be an integer of at least 1"),
        ({"layers": 0}, "`layers` must be an integer of at least 1"),
        ({"heads": 0}, "`heads` must be an integer of at least 1"),
        ({"heads": 4}, "`units` must be a multiple of `heads`. Received: units=6, heads=4"),
        ({"pooling": "last"}, "`pooling` must be one of 'mean', 'first'"),
        ({"positions": "none"}, "`positions` must be one of 'sinusoidal', 'learned'"),
        ({"positions": "learned"}, "`max_length` must be given where positions are learned"),
        ({"dropout": 2}, r"`dropout` must be a finite number in \[0, 1\]"),
    ],
)
def test_arguments_out_of_range_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        TransformerEncoder(**{"vocabulary_size": 10, "units": 6, "heads": 2, **options})


def test_ids_of_another_rank_are_named():
    with pytest.raises(ValueError, match="`ids` must have shape"):
        TransformerEncoder(10, units=8)(np.zeros((2, 3, 4), int))
