"""A small model that gives many different words, and its export."""

import numpy as np
from training_runs import tiny

from keras_vae_collapse.export import export_model
from keras_vae_collapse.tasks.reinflection import Example, ReinflectionTask

EXAMPLES = [
    Example("evler", "pos=N,case=ABL,num=SG", "evden"),
    Example("evde", "pos=N,case=LOC,num=PL", "evlerde"),
    Example("eldi", "pos=V", "el"),
]


def small_model():
    """An untrained model of the recipe `base`."""
    model = ReinflectionTask.from_examples(EXAMPLES, []).model(tiny("base"))
    # Far from the start, where every word would be the same; not so far that the recurrence blows
    # up rounding, which differs with the size of a batch: 6e-6 nats here, 1e-3 at twice the size.
    rng = np.random.default_rng(0)
    for weight in model.trainable_weights:
        weight.assign(rng.normal(scale=0.5, size=weight.shape))
    return model


def small_export(folder):
    """Exports the small model; returns it and the path of the SavedModel."""
    model = small_model()
    task = ReinflectionTask.of_model(model, EXAMPLES)
    export_model(model, task.endpoints(model), folder / "export")
    return model, folder / "export"
