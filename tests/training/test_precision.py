import keras
import pytest
from copy_task import CopyTask
from training_runs import tiny

from keras_vae_collapse.core.errors import RecipeError
from keras_vae_collapse.training import build, train


def test_a_recipe_names_the_policy_of_the_layers_and_leaves_that_of_keras():
    recipe = tiny("mdr", precision="mixed_bfloat16")
    model = build(recipe, CopyTask())
    assert keras.config.dtype_policy().name == "float32"
    for part in (model.encoder, model.latent, model.decoder.recurrence):
        assert part.dtype_policy.name == "mixed_bfloat16"
    assert build(tiny("mdr"), CopyTask()).encoder.dtype_policy.name == "float32"


def test_the_policy_of_keras_counts_where_the_recipe_names_none():
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = build(tiny("mdr"), CopyTask())
    finally:
        keras.config.set_dtype_policy("float32")
    assert model.encoder.compute_dtype == "bfloat16"


@pytest.mark.slow
def test_it_trains_and_decodes(tmp_path):
    recipe = tiny("mdr", precision="mixed_bfloat16")
    run = train(recipe, CopyTask(), tmp_path / "run", epochs=1, verbose=0, export=False)
    assert 0 < run.metrics["dev"]["distortion_nats"] < 100


def test_an_unknown_policy_is_refused():
    with pytest.raises(RecipeError, match="one of .*Received: precision='half'"):
        build(tiny("mdr", precision="half"), CopyTask())
