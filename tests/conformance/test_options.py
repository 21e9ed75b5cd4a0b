"""An attribute that looks settable is: a traced step acts on it, or assigning it is an error."""

import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf
from cases import IDS, LAYERS, SEQUENCE, VECTOR, VOCABULARY
from rate_term_cases import TERMS

from keras_vae_collapse import layers


def _options(cls):
    """What the constructors of this package take that make such a layer."""
    for base in cls.__mro__:
        if "__init__" in vars(base) and base.__module__.startswith("keras_vae_collapse."):
            for option, value in list(inspect.signature(base.__init__).parameters.items())[1:]:
                if value.kind is not inspect.Parameter.VAR_KEYWORD:
                    yield option


def _require_no_option_is_ignored(layer):
    for option in _options(type(layer)):
        if not hasattr(layer, option):
            continue  # an old name, which only the constructor understands
        before = getattr(layer, option)
        with pytest.raises((AttributeError, ValueError), match=option):
            setattr(layer, option, object())
        assert getattr(layer, option) is before


@pytest.mark.parametrize("name", LAYERS)
def test_no_option_of_a_layer_takes_a_value_that_would_be_ignored(name):
    make, arrays, *options = LAYERS[name]
    layer = make()
    layer(*arrays, **dict(*options))
    _require_no_option_is_ignored(layer)


@pytest.mark.parametrize("name", TERMS)
def test_no_option_of_a_rate_term_takes_a_value_that_would_be_ignored(name):
    _require_no_option_is_ignored(TERMS[name]())


# A layer, the arrays it is called with, an option, and the value assigned to it.
ASSIGNED = {
    "CharDropout": (lambda v: layers.CharDropout(v, 1, seed=1), (IDS,), "rate", 0.2, 0.7),
    "CharDropout from 0": (lambda v: layers.CharDropout(v, 1, seed=1), (IDS,), "rate", 0.0, 0.7),
    "ContiguousDropout": (
        lambda v: layers.ContiguousDropout(v, 2.0, 1, seed=1),
        (IDS,),
        "rate",
        0.0,
        0.4,
    ),
    "ContiguousDropout mean_length": (
        lambda v: layers.ContiguousDropout(0.3, v, 1, seed=1),
        (IDS,),
        "mean_length",
        0.0,
        3.0,
    ),
    "Dropout": (lambda v: layers.Dropout(v, seed=1), (SEQUENCE,), "rate", 0.2, 0.7),
    "Dropout from 0": (lambda v: layers.Dropout(v, seed=1), (SEQUENCE,), "rate", 0.0, 0.7),
    "Dropout of all": (lambda v: layers.Dropout(v, seed=1), (SEQUENCE,), "rate", 0.2, 1.0),
    "EmbeddingDropout": (
        lambda v: layers.EmbeddingDropout(v, seed=1),
        (SEQUENCE, IDS),
        "rate",
        0.0,
        0.7,
    ),
    "GRUEncoder": (
        lambda v: layers.GRUEncoder(VOCABULARY, 3, 2, dropout=v, seed=1),
        (IDS,),
        "dropout",
        0.0,
        0.7,
    ),
    "TransformerDecoder": (
        lambda v: layers.TransformerDecoder(4, heads=2, dropout=v, seed=1),
        (VECTOR, SEQUENCE),
        "dropout",
        0.0,
        0.7,
    ),
    "TransformerEncoder": (
        lambda v: layers.TransformerEncoder(VOCABULARY, 4, heads=2, dropout=v, seed=1),
        (IDS,),
        "dropout",
        0.2,
        0.7,
    ),
    "BagOfCharsHead": (
        lambda v: layers.BagOfCharsHead(VOCABULARY, weight=v),
        (VECTOR, IDS),
        "weight",
        0.0,
        0.7,
    ),
    "AuxiliaryStateCost": (
        lambda v: layers.AuxiliaryStateCost(3, weight=v, vocabulary_size=VOCABULARY),
        (VECTOR, SEQUENCE, SEQUENCE, IDS),
        "weight",
        0.0,
        0.7,
    ),
    "AuxiliaryStateCost reverse_weight": (
        lambda v: layers.AuxiliaryStateCost(3, vocabulary_size=VOCABULARY, reverse_weight=v),
        (VECTOR, SEQUENCE, SEQUENCE, IDS),
        "reverse_weight",
        0.0,
        0.7,
    ),
}


def _call(layer, arrays):
    training = {"training": True} if layer._call_has_training_arg else {}
    return keras.tree.flatten((layer(*arrays, **training), layer.losses))


@pytest.mark.parametrize("case", ASSIGNED)
def test_an_assigned_option_acts_in_a_traced_step(case):
    make, arrays, option, value, other = ASSIGNED[case]
    arrays = [tf.constant(array) for array in arrays]
    made = {}
    for v in (value, other, "assigned"):
        keras.utils.set_random_seed(0)
        made[v] = make(value if v == "assigned" else v)
        made[v](*arrays)  # builds
    layer = made.pop("assigned")
    traced = tf.function(lambda *arrays: _call(layer, arrays))
    traced.get_concrete_function(*arrays)  # traces, and does not run
    setattr(layer, option, other)
    assert getattr(layer, option) == layer.get_config()[option] == other
    before, expected = (_call(made[v], arrays) for v in (value, other))
    found = traced(*arrays)
    for one, wanted in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, wanted, rtol=1e-5, atol=1e-6)
    assert not all(np.allclose(one, old) for one, old in zip(found, before, strict=True))


def test_a_checkpoint_does_not_bring_options_back(tmp_path):
    layer = layers.CharDropout(0.2, 1, seed=1)
    layer(IDS)
    path = tf.train.Checkpoint(layer=layer).save(str(tmp_path / "c"))
    layer.rate = 1.0
    tf.train.Checkpoint(layer=layer).restore(path)
    assert (np.array(layer(np.full((2, 3), 5), training=True)) == 1).all()


def test_a_saved_model_holds_a_layer_that_drops(tmp_path):
    layer = layers.CharDropout(1.0, 1, seed=1)
    layer(IDS)
    archive = keras.export.ExportArchive()
    archive.track(layer)
    archive.add_endpoint(
        "drop", lambda ids: layer(ids, training=True), [tf.TensorSpec([None, None], tf.int32)]
    )
    archive.write_out(str(tmp_path / "saved"), verbose=False)
    loaded = tf.saved_model.load(str(tmp_path / "saved"))
    assert (loaded.drop(tf.fill([2, 3], 5)).numpy() == 1).all()
