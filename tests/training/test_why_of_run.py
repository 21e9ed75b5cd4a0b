"""What the explanation of a run is asked of."""

import numpy as np
import pytest
from copy_task import CopyTask
from training_runs import tiny

from keras_vae_collapse.training import why


class Model:
    def compile(self, optimizer):
        import keras

        self.optimizer = keras.optimizers.get(optimizer)


@pytest.fixture
def explained(monkeypatch):
    """`explained(record)`: the model, the arrays and the seed that `explain` is given."""
    monkeypatch.setattr(why, "explain", lambda model, arrays, seed: (model, arrays, seed))
    task = CopyTask()
    task.encode = lambda examples: {"target": np.array([[4, 5, 3, 0, 0], [4, 3, 0, 0, 0]])}
    return lambda record: why.explain_model(task, Model(), [], record, seed=6)


def test_the_optimizer_is_that_of_the_recipe_after_the_steps_of_the_run(explained):
    recipe = tiny("base", learning_rate=0.005, clip_norm=2.0).to_config()
    model, arrays, seed = explained({"config": {"recipe": recipe}, "steps": 7})
    assert float(model.optimizer.learning_rate) == pytest.approx(0.005)
    assert model.optimizer.global_clipnorm == 2.0
    assert (int(model.optimizer.iterations), seed) == (7, 6)
    assert arrays["target"].shape == (2, 3)  # without the columns that are padding alone


@pytest.mark.parametrize("record", [{}, {"steps": 7, "teacher": {}}])
def test_a_run_of_unknown_length_is_no_short_one(explained, record):
    model, *_ = explained(record)
    assert model.optimizer.iterations > 10**8
