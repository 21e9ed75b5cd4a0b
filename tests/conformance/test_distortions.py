"""Facts of every distortion: configuration, files, graphs, XLA, mixed precision, replicas."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from two_replicas import ONE, TWO

from keras_vae_collapse import losses

RNG = np.random.default_rng(0)
IDS, IMAGES = RNG.integers(0, 5, size=(8, 4)), RNG.random(size=(8, 5))
# A distortion with options of its own, and targets.
DISTORTIONS = {
    "SequenceNLL": (lambda: losses.SequenceNLL(pad_id=3, label_smoothing=0.1), IDS),
    "GaussianNLL": (lambda: losses.GaussianNLL(0.5), IMAGES),
    "BernoulliNLL": (lambda: losses.BernoulliNLL(from_logits=False), IMAGES),
}
cases = pytest.mark.parametrize("name", DISTORTIONS)


def make(name, **options):
    """A compiled model of the distortion and its data; every call gives the same weights."""
    loss, y = DISTORTIONS[name]
    keras.utils.set_random_seed(0)
    inputs = keras.Input((3,))
    outputs = keras.layers.Dense(5, "sigmoid")(inputs)
    if name == "SequenceNLL":
        outputs = keras.layers.Dense(5)(keras.layers.RepeatVector(4)(outputs))
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.SGD(0.01), loss(), **options)
    return model, RNG.normal(size=(8, 3)).astype("float32"), y


def test_every_distortion_has_a_case():
    public = {name for name in losses.__all__ if issubclass(vars(losses)[name], keras.losses.Loss)}
    assert public == set(DISTORTIONS)


@cases
def test_a_model_compiled_with_it_is_saved_and_loaded(name, tmp_path):
    model, x, y = make(name)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert type(loaded.loss).__name__ == name
    assert loaded.loss.get_config() == model.loss.get_config()
    assert loaded.evaluate(x, y, verbose=0) == model.evaluate(x, y, verbose=0)


@cases
@pytest.mark.parametrize("options", [{"run_eagerly": True}, {"jit_compile": True}])
def test_it_is_the_same_eagerly_and_compiled_by_xla(name, options):
    model, x, y = make(name)
    other, _, _ = make(name, **options)
    wanted = model.fit(x, y, verbose=0, shuffle=False, epochs=2).history["loss"]
    found = other.fit(x, y, verbose=0, shuffle=False, epochs=2).history["loss"]
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    assert wanted[1] < wanted[0]


@cases
def test_mixed_precision_trains_on_a_float32_loss(name):
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model, x, y = make(name)
        history = model.fit(x, y, verbose=0, epochs=2).history["loss"]
    finally:
        keras.config.set_dtype_policy("float32")
    assert np.isfinite(history).all()
    assert model.loss(y, tf.cast(model(x), tf.float16)).dtype == tf.float32


@cases
def test_two_replicas_train_like_one_device(name):
    losses_of = []
    for strategy in (ONE, TWO):
        with strategy.scope():
            model, _, y = make(name)
        x = np.linspace(-1, 1, 24).reshape(8, 3).astype("float32")
        history = model.fit(x, y, batch_size=8, epochs=3, shuffle=False, verbose=0).history
        losses_of.append(history["loss"])
    np.testing.assert_allclose(*losses_of, rtol=1e-5)
