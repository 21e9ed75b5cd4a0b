import keras
import numpy as np
import pytest
from training_runs import tiny

from keras_vae_collapse.callbacks import TimeLimit
from keras_vae_collapse.training.optimizer import make_decay, make_optimizer

GRADIENTS = [np.array([3.0, 4.0]), np.array([12.0])]  # of norm 13 together


@pytest.mark.parametrize(("clip_norm", "factor"), [(1.3, 0.1), (13.1, 1.0), (0, 1.0)])
def test_all_gradients_together_are_clipped(clip_norm, factor):
    optimizer = make_optimizer(tiny("base", clip_norm=clip_norm))
    weights = [keras.Variable(np.zeros(g.shape)) for g in GRADIENTS]
    optimizer.apply([keras.ops.convert_to_tensor(g, "float32") for g in GRADIENTS], weights)
    for momentum, gradient in zip(optimizer._momentums, GRADIENTS, strict=True):
        np.testing.assert_allclose(momentum, 0.1 * factor * gradient, rtol=1e-5)


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_learning_rate_and_average_are_those_of_the_recipe(momentum):
    optimizer = make_optimizer(tiny("base", learning_rate=0.02, ema_momentum=momentum))
    assert optimizer.use_ema == (momentum > 0) and optimizer.ema_momentum == (momentum or 0.99)
    assert float(optimizer.learning_rate) == pytest.approx(0.02)


def test_a_decay_ends_with_the_steps_of_the_training_or_its_time():
    clock, recipe = TimeLimit(), tiny("base", learning_rate=0.02)
    assert make_decay(recipe, 10, clock) is None
    decay = make_decay(recipe.replace(learning_rate_decay="cosine"), 10, clock)
    assert (decay.learning_rate, decay.total_steps, decay.time_limit) == (0.02, 10, clock)
