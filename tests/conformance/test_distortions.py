"""Facts of every distortion: configuration, files, graphs, XLA, mixed precision, replicas."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from two_replicas import ONE, TWO

from keras_vae_collapse import losses

RNG = np.random.default_rng(0)
X, Y = RNG.random(size=(2, 8, 5)).astype("float32")
# A distortion with options of its own, its targets and predictions.
DISTORTIONS = {
    "SequenceNLL": (
        losses.SequenceNLL(pad_id=3, label_smoothing=0.1),
        RNG.integers(0, 5, size=(8, 4)),
        RNG.normal(size=(8, 4, 5)).astype("float32"),
    ),
    "GaussianNLL": (losses.GaussianNLL(0.5), X, Y),
    "BernoulliNLL": (losses.BernoulliNLL(from_logits=False), X, Y),
}
TARGETS = [target for _, target, _ in DISTORTIONS.values()]
cases = pytest.mark.parametrize("name", DISTORTIONS)


def make_model():
    """A model with an output for each distortion; every call gives the same weights."""
    keras.utils.set_random_seed(0)
    inputs = keras.Input((5,))
    hidden = keras.layers.Dense(5, "sigmoid")(inputs)
    logits = keras.layers.Dense(5)(keras.layers.RepeatVector(4)(hidden))
    model = keras.Model(inputs, [logits, keras.layers.Dense(5)(hidden), hidden])
    model.compile(keras.optimizers.SGD(0.01), [loss for loss, *_ in DISTORTIONS.values()])
    return model


def test_every_distortion_has_a_case():
    public = {name for name in losses.__all__ if issubclass(vars(losses)[name], keras.losses.Loss)}
    # It is another one that tells a rate term: `tests/losses/test_geco.py`.
    assert public - {"WatchedDistortion"} == set(DISTORTIONS)


def test_a_model_compiled_with_them_is_saved_and_loaded(tmp_path):
    model = make_model()
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    for found, wanted in zip(loaded.loss, model.loss, strict=True):
        assert type(found) is type(wanted) and found.get_config() == wanted.get_config()
    assert loaded.evaluate(X, TARGETS, verbose=0) == model.evaluate(X, TARGETS, verbose=0)


@cases
def test_the_value_is_the_same_in_a_graph_and_compiled_by_xla(name):
    loss, target, predicted = DISTORTIONS[name]
    for compiled in (False, True):
        function = tf.function(loss, jit_compile=compiled)
        np.testing.assert_allclose(function(target, predicted), loss(target, predicted), rtol=1e-5)


@cases
def test_the_loss_of_half_precision_predictions_is_float32(name):
    loss, target, predicted = DISTORTIONS[name]
    half = loss(target, predicted.astype("float16"))
    assert half.dtype == tf.float32
    np.testing.assert_allclose(half, loss(target, predicted), rtol=1e-3)


def test_two_replicas_train_like_one_device():
    histories = []
    for strategy in (ONE, TWO):
        with strategy.scope():
            model = make_model()
        data = tf.data.Dataset.from_tensor_slices((X, tuple(TARGETS))).batch(8)
        histories.append(model.fit(data, epochs=2, verbose=0).history)
    one, two = (history["loss"] for history in histories)
    np.testing.assert_allclose(two, one, rtol=1e-5)
    assert one[1] < one[0]
