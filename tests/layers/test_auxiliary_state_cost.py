"""AuxiliaryStateCost: its density, masks, gradients, the reverse model, bad values."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp

from keras_vae_collapse.layers import AuxiliaryStateCost

tfd = tfp.distributions
RNG = np.random.default_rng(0)
Z = RNG.normal(size=(3, 2)).astype("float32")
STATES = RNG.normal(size=(3, 5, 4)).astype("float32")
EMBEDDED = RNG.normal(size=(3, 5, 6)).astype("float32")
IDS = np.array([[4, 5, 6, 7, 3], [4, 4, 3, 0, 0], [7, 3, 0, 0, 0]])
MASK = IDS != 0


def backward_states(gru, embedded, mask):
    """b_t by stepping the cell from the end of each sequence."""
    b = np.zeros((*mask.shape, gru.units), "float32")
    for row, length in enumerate(mask.sum(axis=1)):
        state = tf.zeros((1, gru.units))
        for t in reversed(range(length)):
            _, (state,) = gru.cell(tf.constant(embedded[row : row + 1, t]), [state])
            b[row, t] = state[0]
    return b


def test_cost_is_the_density_of_the_backward_states():
    layer = AuxiliaryStateCost(units=3, weight=0.1)
    cost = layer(Z, STATES, EMBEDDED, mask=MASK).numpy()
    b = backward_states(layer.backward, EMBEDDED, MASK)
    z = np.repeat(Z[:, None], 5, axis=1)
    W, c = layer.hidden.get_weights()
    hidden = np.tanh(np.concatenate([z, STATES], -1) @ W + c)
    mu, raw = np.split(layer.gaussian(hidden), 2, axis=-1)
    density = tfd.Normal(mu, np.log1p(np.exp(raw)) + np.float32(0.01))
    expected = -np.sum(density.log_prob(b).numpy().sum(axis=-1) * MASK, axis=-1)
    np.testing.assert_allclose(cost, expected, rtol=1e-4)
    np.testing.assert_allclose(layer.losses, [0.1 * expected.mean()], rtol=1e-4)
    np.testing.assert_allclose(layer.nats_tracker.result(), expected.mean(), rtol=1e-4)


def test_padding_has_no_influence():
    layer = AuxiliaryStateCost(units=3, vocabulary_size=8)
    expected = layer(Z, STATES, EMBEDDED, ids=IDS, mask=MASK)
    losses = [float(loss) for loss in layer.losses]
    states, embedded = STATES.copy(), EMBEDDED.copy()
    states[~MASK], embedded[~MASK] = 50.0, -50.0
    ids = np.where(MASK, IDS, 6)
    np.testing.assert_allclose(layer(Z, states, embedded, ids=ids, mask=MASK), expected, rtol=1e-5)
    np.testing.assert_allclose(layer.losses, losses, rtol=1e-5)


def test_keras_mask_of_the_embedding_is_used():
    layer = AuxiliaryStateCost(units=3)
    embedded = keras.layers.Embedding(8, 6, mask_zero=True)(IDS)
    np.testing.assert_allclose(
        layer(Z, STATES, embedded),
        layer(Z, STATES, tf.convert_to_tensor(embedded.numpy()), mask=MASK),
        rtol=1e-6,
    )


def gradients(layer, ids=None):
    z, embedded = tf.constant(Z), tf.constant(EMBEDDED)
    layer(z, STATES, embedded, ids=ids)
    with tf.GradientTape() as tape:
        tape.watch([z, embedded])
        layer(z, STATES, embedded, ids=ids)
        loss = tf.add_n(layer.losses)
    return tape.gradient(loss, [z, embedded, layer.backward.trainable_weights[0]])


def test_gradient_reaches_z_and_not_the_backward_states():
    z, embedded, weight = gradients(AuxiliaryStateCost(units=3))
    assert np.any(z != 0) and embedded is None and weight is None
    z, embedded, weight = gradients(AuxiliaryStateCost(units=3, stop_gradient=False))
    assert np.any(z != 0) and np.any(embedded != 0) and np.any(weight != 0)


def test_reverse_model_trains_the_backward_states():
    layer = AuxiliaryStateCost(units=3, vocabulary_size=8, reverse_weight=2.0)
    z, embedded, weight = gradients(layer, ids=IDS)
    assert np.any(embedded != 0) and np.any(weight != 0)
    layer(Z, STATES, EMBEDDED, ids=IDS, mask=MASK)
    b = backward_states(layer.backward, EMBEDDED, MASK)
    log_p = tf.nn.log_softmax(layer.reverse(b)).numpy()
    expected = [
        -sum(log_p[row, t, IDS[row, t - 1]] for t in range(1, MASK[row].sum())) for row in range(3)
    ]
    np.testing.assert_allclose(layer.losses[1], 2.0 * np.mean(expected), rtol=1e-4)


@pytest.mark.slow
def test_a_latent_that_tells_the_sequence_costs_less():
    # Two sequences with the same first states; z says which is which, or says nothing.
    keras.utils.set_random_seed(0)
    embedded = np.repeat(np.array([[[1.0]], [[-1.0]]]), 4, axis=1)
    states = np.zeros((2, 4, 1))

    def trained(z):
        inputs = [keras.Input((1,)), keras.Input((4, 1)), keras.Input((4, 1))]
        model = keras.Model(inputs, AuxiliaryStateCost(units=4, weight=1.0)(*inputs))
        model.compile(keras.optimizers.Adam(0.03), loss=None)
        batches = tf.data.Dataset.from_tensors(((z, states, embedded),)).repeat()
        model.fit(batches, steps_per_epoch=300, verbose=0)
        return model.evaluate(batches, steps=1, verbose=0, return_dict=True)["auxiliary_state_nats"]

    assert trained(np.array([[1.0], [-1.0]])) < trained(np.zeros((2, 1))) - 4.0


@pytest.mark.parametrize(
    "change, message",
    [
        ({"units": 0}, "`units` must be an integer of at least 1"),
        ({"weight": -0.1}, r"`weight` must be .* in \[0, inf\)"),
        ({"reverse_weight": float("nan")}, r"`reverse_weight` must be .* in \[0, inf\)"),
        ({"vocabulary_size": 1}, "`vocabulary_size` must be an integer of at least 2"),
    ],
)
def test_bad_arguments_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        AuxiliaryStateCost(**{"units": 3, **change})


@pytest.mark.parametrize(
    "change, message",
    [
        ({"z": STATES}, "`z` must have shape"),
        ({"states": Z}, "`states` must have shape"),
        ({"embedded": Z}, "`embedded` must have shape"),
        ({"mask": MASK[:, :4]}, "`mask` must have shape"),
        ({"ids": None}, "`ids` must be given"),
    ],
)
def test_bad_inputs_are_named(change, message):
    inputs = {"z": Z, "states": STATES, "embedded": EMBEDDED, "ids": IDS, "mask": MASK, **change}
    layer = AuxiliaryStateCost(units=3, vocabulary_size=8)
    with pytest.raises(ValueError, match=message):
        layer(inputs.pop("z"), inputs.pop("states"), inputs.pop("embedded"), **inputs)
