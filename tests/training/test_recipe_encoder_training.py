from training_runs import tiny

from keras_vae_collapse.tasks.reinflection import Example, ReinflectionTask
from keras_vae_collapse.training.encoder_training import make_encoder_training

TASK = ReinflectionTask.from_examples([Example("ev", "pos=N", "evler")], [])


def test_the_encoder_is_all_that_makes_the_posterior():
    model = TASK.model(tiny("aggressive_encoder"))
    found = make_encoder_training(tiny("aggressive_encoder"), model)
    assert found.encoder == [model.encoder, model.latent]


def test_pretraining_frees_the_rate_term_of_the_latent_and_starts_every_other_part_anew():
    recipe = tiny("encoder_pretraining")
    model = TASK.model(recipe)
    found = make_encoder_training(recipe, model)
    assert found.epochs == recipe.encoder_training["epochs"]
    own = {id(v) for part in (model.encoder, model.latent) for v in part.trainable_variables}
    expected = [id(v) for v in model.trainable_variables if id(v) not in own]
    assert [id(variable) for variable, _ in found._decoder] == expected
