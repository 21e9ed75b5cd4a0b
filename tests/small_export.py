"""A small model that gives many different words, and its export."""

import numpy as np
from training_runs import TINY

import zoo
from keras_vae_collapse.export import export_model
from keras_vae_collapse.tasks.reinflection import Example, Vocabulary


def small_export(folder):
    """Exports an untrained model; returns it and the path of the SavedModel."""
    examples = [
        Example("evler", "pos=N,case=ABL,num=SG", "evden"),
        Example("evde", "pos=N,case=LOC,num=PL", "evlerde"),
        Example("eldi", "pos=V", "el"),
    ]
    recipe = zoo.override(zoo.recipe("base"), [f"{k}={v}" for k, v in TINY.items()])
    model = zoo.build(recipe, Vocabulary.from_examples(examples))
    # Far from the start, where every word would be the same.
    rng = np.random.default_rng(0)
    for weight in model.trainable_weights:
        weight.assign(rng.normal(size=weight.shape))
    export_model(model, folder / "export")
    return model, folder / "export"
