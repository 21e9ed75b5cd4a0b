"""CharDropout: law, what is kept, masks, determinism, bad values."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae_collapse.layers import CharDropout

PAD, UNK, SOS = 0, 1, 2


def test_rate_of_replacement_is_the_rate():
    rate, draws = 0.3, 20_000
    ids = np.full((draws, 5), 7)
    hit = CharDropout(rate, UNK, seed=1)(ids, training=True).numpy() == UNK
    error = np.sqrt(rate * (1 - rate) / draws)
    assert np.all(np.abs(hit.mean(axis=0) - rate) < 5 * error)


def test_positions_are_hit_independently():
    rate, draws = 0.3, 20_000
    hit = CharDropout(rate, UNK, seed=2)(np.full((draws, 2), 7), training=True).numpy() == UNK
    both = (hit[:, 0] & hit[:, 1]).mean()
    error = np.sqrt(rate**2 * (1 - rate**2) / draws)
    assert abs(both - rate**2) < 5 * error


def test_rate_one_leaves_only_kept_ids():
    ids = np.array([[SOS, 7, 8, 3, PAD], [SOS, 9, PAD, PAD, PAD]])
    out = CharDropout(1.0, UNK, keep_ids=(PAD, SOS))(ids, training=True)
    np.testing.assert_array_equal(out, [[SOS, 1, 1, 1, PAD], [SOS, 1, PAD, PAD, PAD]])


@pytest.mark.parametrize("rate, training", [(0.0, True), (1.0, False), (1.0, None)])
def test_is_identity_at_rate_zero_and_at_inference(rate, training):
    ids = np.array([[SOS, 7, 8, 3]])
    np.testing.assert_array_equal(CharDropout(rate, UNK)(ids, training=training), ids)


@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_keeps_the_integer_type(dtype):
    ids = tf.constant([[7, 8]], dtype)
    assert CharDropout(0.5, UNK)(ids, training=True).dtype == dtype
    assert CharDropout(0.5, UNK)(keras.Input((4,), dtype=dtype)).dtype == dtype


def test_masked_positions_are_never_replaced_and_the_mask_goes_on():
    class Masked(keras.layers.Layer):
        def call(self, ids):
            return tf.identity(ids)

        def compute_mask(self, inputs, previous_mask):
            return inputs != 9

    marked = Masked()
    marked.supports_masking = True
    out = CharDropout(1.0, UNK)(marked(tf.constant([[7, 9, 7]])), training=True)
    np.testing.assert_array_equal(out, [[UNK, 9, UNK]])
    np.testing.assert_array_equal(out._keras_mask, [[True, False, True]])
    explicit = CharDropout(1.0, UNK)(
        tf.constant([[7, 7]]), mask=tf.constant([[True, False]]), training=True
    )
    np.testing.assert_array_equal(explicit, [[UNK, 7]])


def test_same_seed_gives_the_same_masks_and_every_step_another():
    ids = np.full((8, 16), 7)
    first, second, other = (CharDropout(0.5, UNK, seed=seed) for seed in (3, 3, 4))
    a = [first(ids, training=True).numpy() for _ in range(3)]
    b = [second(ids, training=True).numpy() for _ in range(3)]
    np.testing.assert_array_equal(a, b)
    assert np.any(a[0] != a[1]) and np.any(a[1] != a[2])
    assert np.any(a[0] != other(ids, training=True).numpy())


def test_works_before_an_embedding_under_mixed_precision():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = keras.Sequential(
            [
                CharDropout(0.5, UNK, seed=1),
                keras.layers.Embedding(10_000, 2),
                keras.layers.GlobalAveragePooling1D(),
                keras.layers.Dense(1, dtype="float32"),
            ]
        )
        model.compile("sgd", "mse")
        # Ids above 2048 are not all whole numbers of float16.
        history = model.fit(np.full((4, 3), 9_999), np.ones((4, 1)), verbose=0).history
    finally:
        keras.config.set_dtype_policy("float32")
    assert np.isfinite(history["loss"][0])
    np.testing.assert_array_equal(model.layers[0](np.full((1, 3), 9_999)), [[9_999] * 3])


def test_number_of_draws_is_saved(tmp_path):
    inputs = keras.Input((16,), dtype="int32")
    model = keras.Model(inputs, CharDropout(0.5, UNK, keep_ids=(0, 2), seed=5)(inputs))
    ids = np.full((4, 16), 7)
    model(ids, training=True)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(ids, training=True), model(ids, training=True))


@pytest.mark.parametrize(
    "change, message",
    [
        ({"rate": -0.1}, "`rate` must be a finite number in"),
        ({"rate": 1.5}, "rate=1.5"),
        ({"rate": float("nan")}, "rate=nan"),
        ({"rate": "0.5"}, "rate='0.5'"),
        ({"unk_id": -1}, "`unk_id` must be an integer of at least 0"),
        ({"unk_id": 1.0}, "unk_id=1.0"),
        ({"keep_ids": (0, -2)}, "`keep_ids` must be an integer of at least 0"),
        ({"keep_ids": "02"}, "`keep_ids` must be a sequence"),
        ({"keep_ids": 0}, "`keep_ids` must be a sequence"),
        ({"seed": -1}, "`seed` must be an integer"),
    ],
)
def test_bad_arguments_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        CharDropout(**{"rate": 0.5, "unk_id": UNK, **change})


@pytest.mark.parametrize(
    "ids, mask, message",
    [
        (np.ones((2, 3)), None, "`inputs` must be of type int"),
        (np.ones((2, 3, 4), int), None, r"shape \(batch, length\)"),
        (np.ones((3,), int), None, r"shape \(batch, length\)"),
        (np.ones((2, 3), bool), None, "`inputs` must be of type int"),
        (np.ones((2, 3), int), np.ones((2, 4), bool), r"`mask` must have shape \(2, 3\)"),
        (np.ones((2, 3), int), np.ones((2,), bool), r"`mask` must have shape \(2, 3\)"),
        (np.ones((2, 3), int), np.ones((2, 3), int), "`mask` must be of type bool"),
    ],
)
def test_bad_inputs_are_named(ids, mask, message):
    with pytest.raises(ValueError, match=message):
        CharDropout(0.5, UNK)(ids, mask=mask, training=True)


def test_float_symbolic_input_is_refused():
    with pytest.raises(ValueError, match="type int"):
        CharDropout(0.5, UNK)(keras.Input((4,)))
