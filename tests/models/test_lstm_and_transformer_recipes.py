"""Recipes that name an LSTM or a Transformer: trained for a moment, saved and decoded."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from copy_task import CopyTask
from slow_cases import mostly_slow
from training_runs import tiny

import zoo
from keras_vae_collapse.core.errors import RecipeError
from keras_vae_collapse.training import train

RECIPES = {
    "lstm": ["decoder.class=LSTMDecoder", "encoder.class=LSTMEncoder"],
    "transformer": [
        "decoder.class=TransformerDecoder",
        "decoder.positions=learned",
        "decoder.max_length=7",
        "encoder.class=TransformerEncoder",
        "encoder.pooling=first",
    ],
}


@pytest.mark.parametrize("name", mostly_slow(RECIPES, ("lstm",)))
def test_a_recipe_trains_decodes_and_comes_back(name, tmp_path):
    task = CopyTask()
    recipe = zoo.override(tiny("mdr"), RECIPES[name])
    run = train(recipe, task, tmp_path, epochs=1, seed=0, verbose=0)
    parts = run.model.encoder, run.model.decoder.recurrence
    assert [type(part).__name__ for part in parts] == [
        recipe.encoder["class"],
        recipe.decoder["class"],
    ]
    # Sizes come from the recipe.
    assert {part.units for part in parts} == {recipe.hidden_units}
    assert np.isfinite(run.metrics["dev"]["negative_elbo_nats"])
    inputs = task.encode(task.dev_examples[:3])
    z, _ = run.model.encode_ids(inputs["source"])
    ids, scores = run.model.decode(z, beam_width=2)
    assert ids.shape == (3, 2, task.max_length + 1) and np.isfinite(scores).all()
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    again, _ = loaded.decode(z, beam_width=2)
    np.testing.assert_array_equal(again, ids)


@pytest.mark.parametrize("name", RECIPES)
def test_every_weight_has_a_gradient(name):
    task = CopyTask()
    model = task.model(zoo.override(tiny("mdr"), RECIPES[name]))
    with tf.GradientTape() as tape:
        model(task.encode(task.dev_examples), training=True)
        loss = tf.add_n(model.losses)
    weights = [v for v in model.trainable_variables if v.name != "multiplier"]
    gradients = tape.gradient(loss, [v.value for v in weights])
    without = [v.path for v, g in zip(weights, gradients, strict=True) if g is None]
    assert not without


def test_an_impossible_option_is_named_before_anything_is_made():
    recipe = zoo.override(tiny("mdr"), ["decoder.class=TransformerDecoder", "decoder.heads=3"])
    with pytest.raises(RecipeError, match="`units` must be a multiple of `heads`"):
        CopyTask().model(recipe)
