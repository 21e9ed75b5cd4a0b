"""Why the model of a run collapsed."""

from keras_vae_collapse.core.special_ids import PAD
from keras_vae_collapse.diagnostics import explain
from keras_vae_collapse.training.optimizer import make_optimizer
from keras_vae_collapse.training.recipe import Recipe
from keras_vae_collapse.training.summary import training_steps

_LONG = 10**9


def explain_model(task, model, examples, record, seed=0):
    """The `Explanation` of the model of a run, with the loss and optimizer of its recipe.

    Args:
        task: a `Task`.
        model: its model as it was loaded, not compiled; it is compiled here.
        examples: examples with a target.
        record: what `metrics.json` holds, and `config.json` under `"config"`.
        seed: of all noise.
    """
    recipe = record.get("config", {}).get("recipe")
    if recipe is None:
        model.compile("adam")
    else:
        model.compile(make_optimizer(Recipe.from_config(recipe)))
    steps = training_steps(record)
    # Where a run does not say how long it was, that is not asked about.
    model.optimizer.iterations.assign(_LONG if steps is None else steps)
    arrays = task.encode(examples)
    longest = (arrays["target"] != PAD).sum(axis=1).max()
    arrays["target"] = arrays["target"][:, :longest]
    return explain(model, arrays, seed=seed)
