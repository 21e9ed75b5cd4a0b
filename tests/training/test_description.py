"""What `config.json` holds of a training, and what a resumed run is compared with."""

import pytest
from copy_task import CopyTask
from training_runs import tiny

from keras_vae_collapse.core.errors import RecipeError
from keras_vae_collapse.core.files import write_json
from keras_vae_collapse.training import TrainingOptions
from keras_vae_collapse.training.description import check_training, describe
from keras_vae_collapse.training.held_out import hold_out


def test_the_last_epoch_counts_where_the_learning_rate_decays():
    task, options = CopyTask(), TrainingOptions(epochs=7)
    for decay, expected in (("cosine", 7), ("constant", None)):
        found = describe(tiny("base", learning_rate_decay=decay), task, options)
        assert (found["epochs"], found["decay_epochs"]) == (7, expected)
    assert describe(tiny("base", epochs=5), task, TrainingOptions())["epochs"] == 5


def test_a_run_that_holds_examples_out_can_be_resumed(tmp_path):
    recipe, options = tiny("base"), TrainingOptions(resume=True, held_out=0.5, command=["x"])
    choosing, _ = hold_out(CopyTask(), options.held_out)
    config = describe(choosing.complete(recipe), choosing, options)
    write_json(tmp_path / "config.json", config)
    assert config["held_out"] == 0.5
    assert check_training(recipe, CopyTask(), tmp_path, options) is None


def test_an_impossible_value_of_the_recipe_is_named_before_anything_is_read(tmp_path):
    recipe = tiny("base").replace(learning_rate=-1.0)
    with pytest.raises(RecipeError, match="learning_rate.*-1"):
        check_training(recipe, None, tmp_path / "run", TrainingOptions())
