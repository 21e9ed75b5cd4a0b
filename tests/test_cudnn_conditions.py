"""On a GPU every GRU of every recipe takes the fused cuDNN kernel: its conditions, on a CPU.

Keras takes the kernel where the arguments of the layer allow it. The kernel then asserts that
masks are those of right-padded sequences without an empty row. Here a stand-in for the kernel is
offered to Keras; it checks the masks as Keras does on a GPU and declines.
"""

import importlib

import keras
import numpy as np
import pytest
import tensorflow as tf
from training_runs import tiny

import zoo
from keras_vae_collapse.layers import GRU, WordEncoder
from keras_vae_collapse.tasks.reinflection import Example, Vocabulary, encode_examples

# Keras has a function of this name in the module's place.
rnn = importlib.import_module("keras.src.backend.tensorflow.rnn")

EXAMPLES = [
    Example("evler", "case=ABL,num=SG", "evden"),
    Example("e", "num=PL", "eler"),
    Example("", "num=SG", "ev"),  # what `inflect` may be asked
]


@pytest.fixture
def kernel_calls(monkeypatch):
    """The masks with which the kernel was called, `None` for none."""
    masks = []

    def kernel(inputs, initial_state, weights, recurrent_weights, bias, mask, *options):
        masks.append(mask)
        if mask is not None and (
            rnn._has_fully_masked_sequence(mask) or not rnn._is_sequence_right_padded(mask)
        ):
            raise AssertionError("the kernel would not take this mask")
        raise tf.errors.NotFoundError(None, None, "no such kernel on a CPU")

    monkeypatch.setattr(rnn, "_is_gpu_available", lambda: True)
    monkeypatch.setattr(rnn, "_cudnn_gru", kernel)
    monkeypatch.setattr(GRU, "_has_fast_path", lambda self, training: False)  # a CPU's
    return masks


@pytest.mark.parametrize("name", zoo.recipes())
def test_every_gru_of_a_recipe_takes_the_fused_kernel(name, kernel_calls):
    vocabulary = Vocabulary.from_examples(EXAMPLES)
    model = zoo.build(tiny(name), vocabulary)
    layers = [layer for layer in model._flatten_layers() if isinstance(layer, keras.layers.GRU)]
    # Two directions of the encoder, and the decoder unless it looks at slots at every step.
    assert len(layers) >= (2 if zoo.recipe(name).slots else 3)
    batch = encode_examples(EXAMPLES, vocabulary)
    for training in (True, False):
        kernel_calls.clear()
        model(batch, training=training)
        assert len(kernel_calls) == len(layers)
        assert sum(mask is not None for mask in kernel_calls) >= 2  # the encoder's


def test_the_stand_in_refuses_what_the_kernel_refuses(kernel_calls):
    encoder = WordEncoder(10, 4, 3)
    for ids in ([[4, 0, 5]], [[4, 5, 6], [0, 0, 0]]):
        with pytest.raises(AssertionError, match="would not take this mask"):
            encoder(np.array(ids))


@pytest.mark.parametrize("options", [{"activation": "relu"}, {"reset_after": False}], ids=str)
def test_other_arguments_would_not_take_it(options, kernel_calls):
    GRU(3, **options)(np.ones((2, 4, 3), "float32"))
    assert kernel_calls == []
