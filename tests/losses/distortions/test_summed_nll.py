"""What all distortions have in common: weights, masks, shapes, types."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_vae_collapse.losses import GaussianNLL, SequenceNLL
from keras_vae_collapse.losses.distortions.summed_nll import SummedNLL

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(2, 4, 3, 2))
NATS = 0.5 * (X - Y) ** 2 + 0.5 * np.log(2 * np.pi)


def masked(values, mask):
    values = keras.ops.convert_to_tensor(values)
    values._keras_mask = keras.ops.convert_to_tensor(mask)
    return values


@pytest.mark.parametrize("shape", [(4,), (4, 1), (4, 3), (4, 3, 2), (4, 3, 1)])
def test_weights_of_examples_positions_and_elements(shape):
    weight = RNG.random(shape)
    each = weight.reshape(shape + (1,) * (3 - len(shape)))
    nats = (each * NATS).sum() / 4
    np.testing.assert_allclose(GaussianNLL()(X, Y, sample_weight=weight), nats, rtol=1e-5)


def test_a_mask_of_keras_leaves_out_positions_whatever_they_hold():
    mask = np.array([[1, 1, 0], [1, 0, 0], [0, 0, 0], [1, 1, 1]], bool)
    predicted = np.where(mask[..., None], Y, np.inf)
    weight = RNG.random(4)
    for sample_weight in (None, weight):
        each = np.ones(4) if sample_weight is None else sample_weight
        nats = (each[:, None] * (mask * NATS.sum(-1))).sum() / 4
        loss = GaussianNLL()(X, masked(predicted, mask), sample_weight)
        np.testing.assert_allclose(loss, nats, rtol=1e-5)


def test_reductions_are_those_of_keras():
    per_example = NATS.sum(axis=(1, 2))
    weight = np.array([1.0, 0.0, 0.0, 2.0])
    for reduction, expected in (
        ("sum", (weight * per_example).sum()),
        (None, weight * per_example),
        ("mean_with_sample_weight", (weight * per_example).sum() / 3),
    ):
        loss = GaussianNLL(reduction=reduction)
        np.testing.assert_allclose(loss(X, Y, weight), expected, rtol=1e-5)


def test_shapes_that_would_broadcast_are_refused_and_a_last_axis_of_one_is_not():
    with pytest.raises(ValueError, match=r"must have the shape \(4, 1, 2\)"):
        GaussianNLL()(X, Y[:, :1])
    with pytest.raises(ValueError, match="at most 2 axes"):
        SequenceNLL()(np.ones((4, 3)), np.zeros((4, 3, 7)), np.ones((4, 3, 2)))
    column = GaussianNLL()(X[:, 0, 0], Y[:, 0, :1])
    np.testing.assert_allclose(column, NATS[:, 0, 0].mean(), rtol=1e-5)
    for target, predicted in ((X[:, 0, :1], Y[:, 0, 0]), (X[:, 0, :1], Y[:, 0, :1])):
        assert column == GaussianNLL()(target, predicted)


def test_a_weight_of_each_position_may_end_in_axes_of_one_and_unknown_sizes_fit():
    ids, logits = RNG.integers(1, 7, size=(4, 3)), RNG.normal(size=(4, 3, 7)).astype("float32")
    weight = RNG.random((4, 3))
    expected = SequenceNLL()(ids, logits, weight)
    np.testing.assert_allclose(SequenceNLL()(ids, logits, weight[..., None]), expected, rtol=1e-6)
    signature = [tf.TensorSpec([None, None], tf.int64), tf.TensorSpec([4, 3, 7])]
    traced = tf.function(SequenceNLL(), input_signature=signature)
    np.testing.assert_allclose(traced(ids, logits), SequenceNLL()(ids, logits), rtol=1e-6)


def test_the_type_is_that_of_floatx_and_float32_at_least():
    assert GaussianNLL(dtype="float16").dtype == "float32"
    keras.config.set_floatx("float64")
    try:
        nats = GaussianNLL()(X, Y)
    finally:
        keras.config.set_floatx("float32")
    assert nats.dtype == "float64"
    np.testing.assert_allclose(nats, NATS.sum() / 4, rtol=1e-14)


def test_the_loss_of_fit_is_the_mean_over_the_epoch():
    ids = RNG.integers(0, 5, size=(6, 3))
    model = keras.Sequential([keras.Input((3,)), keras.layers.Embedding(5, 5, mask_zero=True)])
    model.compile(keras.optimizers.SGD(0.0), SequenceNLL())
    logged = model.fit(ids, ids, batch_size=2, verbose=0).history["loss"][0]
    np.testing.assert_allclose(logged, SequenceNLL()(ids, model.predict(ids, verbose=0)), rtol=1e-5)


def test_a_variant_must_say_what_an_element_costs():
    with pytest.raises(NotImplementedError, match="SummedNLL must override `elements`"):
        SummedNLL()(X, Y)
