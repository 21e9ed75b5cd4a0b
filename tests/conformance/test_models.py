"""Models of every kind: saved, compiled, in mixed precision and on two replicas."""

import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from noise import switch_noise_off
from slow_cases import mostly_slow
from two_replicas import ONE, TWO, weights

from keras_vae_collapse import layers, losses, models
from keras_vae_collapse.distribute.multiworker import patched_fit
from keras_vae_collapse.tasks.reinflection import (
    Example,
    ReinflectionVAE,
    Vocabulary,
    encode_examples,
)

SIZE, LENGTH = 9, 6
_rng = np.random.default_rng(0)
IDS = np.concatenate([_rng.integers(4, SIZE, (8, LENGTH - 1)), np.full((8, 1), 3)], axis=1)
INPUTS = {"target": IDS.astype("int32")}
CONDITIONED = {**INPUTS, "condition": (_rng.random((8, 4)) < 0.5).astype("float32")}
EXAMPLES = [Example("evler", "num=SG", "ev"), Example("göz", "num=PL", "gözler")] * 4


def sequence_vae(recurrence, slots=0, condition_size=0, **parts):
    attention = layers.LatentAttention(slots, 3, 1.0) if slots else None
    decoder = models.SequenceDecoder(
        SIZE,
        recurrence,
        embedding_dim=3,
        condition_dim=2 if condition_size else 0,
        latent_attention=attention,
        auxiliary_state_cost=parts.pop("auxiliary_state_cost", None),
        max_length=LENGTH,
        seed=2,
    )
    return models.SequenceVAE(
        parts.pop("encoder", None) or layers.GRUEncoder(SIZE, 4, 3, slots=slots, slot_dim=3),
        layers.GaussianLatent(4, losses.MDRConstraint(5.0), slots=slots or 1, seed=1),
        decoder,
        max_length=LENGTH,
        condition_size=condition_size,
        **parts,
    )


def reinflection_vae():
    vocabulary = Vocabulary.from_examples(EXAMPLES)
    return ReinflectionVAE(
        vocabulary,
        layers.GRUEncoder(vocabulary.size, 4, 3),
        layers.GaussianLatent(3, losses.KLDivergence(), seed=1),
        models.SequenceDecoder(vocabulary.size, layers.GRUDecoder(4), 3, condition_dim=3),
    )


MODELS = {
    "autoencoder": (lambda: sequence_vae(layers.GRUDecoder(4)), INPUTS),
    "slots": (lambda: sequence_vae(layers.AlignedGRUDecoder(4, 2), 2, 4), CONDITIONED),
    "slots alone": (lambda: sequence_vae(layers.AlignedGRUDecoder(4, 2), 2), INPUTS),
    "heads": (
        lambda: sequence_vae(
            layers.HistorylessGRUDecoder(4, bidirectional=True),
            condition_size=4,
            auxiliary_state_cost=layers.AuxiliaryStateCost(3, 0.1, SIZE),
            bag_of_chars=layers.BagOfChars(SIZE),
            bag_of_chars_head=layers.BagOfCharsHead(SIZE),
        ),
        CONDITIONED,
    ),
    "lstm": (
        lambda: sequence_vae(
            layers.LSTMDecoder(4), condition_size=4, encoder=layers.LSTMEncoder(SIZE, 4, 3)
        ),
        CONDITIONED,
    ),
    "transformer": (
        lambda: sequence_vae(
            layers.TransformerDecoder(4, 1, 2),
            encoder=layers.TransformerEncoder(SIZE, 4, 3, 1, 2),
        ),
        INPUTS,
    ),
    "partly labelled": (
        lambda: sequence_vae(
            layers.GRUDecoder(4),
            condition_size=4,
            supervision=layers.PartialSupervision(
                layers.CategoricalAttributes(4, [[0, 1], [3]], units=3, seed=1), weight=0.5
            ),
        ),
        {**CONDITIONED, "labelled": np.tile([1.0, 0.0], 4).astype("float32")},
    ),
    "reinflection": (
        reinflection_vae,
        encode_examples(EXAMPLES, Vocabulary.from_examples(EXAMPLES)),
    ),
}


def outputs(model, inputs):
    return np.asarray(model(inputs, training=False), "float32")


@pytest.mark.parametrize("name", MODELS)
def test_the_configuration_comes_back(name):
    config = keras.saving.serialize_keras_object(MODELS[name][0]())
    again = keras.saving.deserialize_keras_object(config)
    assert keras.saving.serialize_keras_object(again)["config"] == config["config"]


@pytest.mark.parametrize("name", MODELS)
def test_eager_and_graph_agree(name):
    make, inputs = MODELS[name]
    model = make()
    graph = tf.function(lambda x: model(x, training=False))(inputs)
    np.testing.assert_allclose(graph, outputs(model, inputs), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
@pytest.mark.parametrize("name", MODELS)
def test_mixed_precision_keeps_losses_finite_and_in_float32(name, policy):
    make, inputs = MODELS[name]
    keras.config.set_dtype_policy(policy)
    try:
        model = make()
        found = model(inputs, training=True)
    finally:
        keras.config.set_dtype_policy("float32")
    assert np.isfinite(np.asarray(found, "float32")).all()
    for loss in model.losses:
        assert loss.dtype == tf.float32 and np.isfinite(loss)


LOAD = """
import pathlib, pickle, sys
import keras, numpy as np
import keras_vae_collapse
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.keras")):
    inputs = pickle.loads(path.with_suffix(".pickle").read_bytes())
    np.save(path.with_suffix(".npy"), keras.saving.load_model(path)(inputs, training=False))
"""


@pytest.mark.slow
def test_a_fresh_process_loads_them_and_gives_the_same_outputs(tmp_path):
    import pickle

    expected = {}
    for name, (make, inputs) in MODELS.items():
        model = make()
        expected[name] = outputs(model, inputs)
        model.save(tmp_path / f"{name}.keras")
        (tmp_path / f"{name}.pickle").write_bytes(pickle.dumps(inputs))
    command = [sys.executable, "-c", LOAD, str(tmp_path)]
    root = pathlib.Path(__file__).resolve().parents[2]
    done = subprocess.run(command, capture_output=True, text=True, cwd=root)
    assert done.returncode == 0, done.stderr[-3000:]
    for name in MODELS:
        np.testing.assert_array_equal(np.load(tmp_path / f"{name}.npy"), expected[name])


def trained(name, strategy):
    make, inputs = MODELS[name]
    keras.utils.set_random_seed(0)
    with strategy.scope():
        model = make()
        model.compile(keras.optimizers.SGD(0.05))
    switch_noise_off(model)
    batches = tf.data.Dataset.from_tensor_slices(inputs).batch(8).repeat(3)
    with patched_fit(model):
        history = model.fit(batches, epochs=3, steps_per_epoch=1, verbose=0)
    return model, history.history["loss"]


@pytest.mark.parametrize("name", mostly_slow(MODELS, ("lstm",)))
def test_two_replicas_train_like_one_device(name):
    one, expected = trained(name, ONE)
    two, found = trained(name, TWO)
    np.testing.assert_allclose(found, expected, rtol=2e-6)
    for wanted, value, weight in zip(weights(one), weights(two), one.weights, strict=True):
        np.testing.assert_allclose(value, wanted, rtol=0, atol=1e-6, err_msg=weight.path)
    assert expected[-1] != expected[0]
