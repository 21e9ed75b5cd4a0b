"""The first steps of five recipes on the demo, seed 0, are those of version 0.1.

`first_steps.json` holds the running means after each batch, written down by version 0.1 before its
modules were moved. On the machine that wrote them they come back bit for bit; other processors
round otherwise.
"""

import json
import pathlib

import keras
import numpy as np
import pytest
from slow_cases import mostly_slow

import zoo
from keras_vae_collapse.tasks import ReinflectionTask
from keras_vae_collapse.training import build
from keras_vae_collapse.training.batch_plan import BatchPlan
from keras_vae_collapse.training.optimizer import make_optimizer
from keras_vae_collapse.training.pipeline import training_dataset

EXPECTED = json.loads(pathlib.Path(__file__).with_name("first_steps.json").read_text())


class Logs(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.seen = []

    def on_train_batch_end(self, batch, logs=None):
        self.seen.append(dict(logs))


@pytest.fixture(scope="module")
def task():
    return ReinflectionTask("demo")


@pytest.mark.parametrize("name", mostly_slow(EXPECTED, ("mdr",)))
def test_the_first_steps_are_those_of_version_0_1(task, name):
    recipe = task.complete(zoo.recipe(name)).replace(rounds=None)
    keras.utils.set_random_seed(0)
    arrays = task.encode(task.training_examples(recipe))
    plan = BatchPlan.of(arrays, recipe.batch_size, seed=0, steps=recipe.epoch_steps)
    model = build(recipe, task, seed=0)
    model.compile(optimizer=make_optimizer(recipe))
    logs = Logs()
    expected = EXPECTED[name]
    data = training_dataset(arrays, plan)
    model.fit(data, steps_per_epoch=len(expected), callbacks=[logs], verbose=0)
    for found, wanted in zip(logs.seen, expected, strict=True):
        for figure, value in wanted.items():
            np.testing.assert_allclose(found[figure], value, rtol=1e-5, err_msg=figure)
