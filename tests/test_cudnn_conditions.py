"""On a GPU every GRU of every recipe can take the fused cuDNN kernel: its conditions, on a CPU.

Keras takes the kernel where the arguments of the layer allow it. The kernel then asserts that
masks are those of right-padded sequences without an empty row.
"""

import keras
import numpy as np
import pytest
from training_runs import tiny

import zoo
from keras_vae_collapse.layers import GRU
from keras_vae_collapse.tasks import ReinflectionTask
from keras_vae_collapse.tasks.reinflection import Example

TASK = ReinflectionTask.from_examples(
    [
        Example("evler", "case=ABL,num=SG", "evden"),
        Example("e", "num=PL", "eler"),
        Example("", "num=SG", "ev"),  # what `inflect` may be asked
    ],
    [],
)


@pytest.mark.parametrize("name", zoo.recipes())
def test_every_gru_of_a_recipe_can_take_the_fused_kernel(name, monkeypatch):
    masks, call = [], GRU.call
    monkeypatch.setattr(
        GRU,
        "call",
        lambda *args, mask=None, **kw: masks.append(mask) or call(*args, mask=mask, **kw),
    )
    model = TASK.model(tiny(name))
    layers = [layer for layer in model._flatten_layers() if isinstance(layer, keras.layers.GRU)]
    # Two directions of the encoder, and the decoder unless it looks at slots at every step.
    assert len(layers) >= (2 if zoo.recipe(name).slots else 3)
    for layer in layers:
        assert layer.activation is keras.activations.tanh
        assert layer.recurrent_activation is keras.activations.sigmoid
        assert layer.use_bias and layer.reset_after and not layer.unroll
        assert not layer.dropout and not layer.recurrent_dropout
    model(TASK.encode(TASK.train_examples), training=False)
    masks = [np.asarray(mask) for mask in masks if mask is not None]
    assert len(masks) >= 2  # the encoder's
    for mask in masks:
        assert mask[:, 0].all() and (np.diff(mask.astype(int), axis=1) <= 0).all()
