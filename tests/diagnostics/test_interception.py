"""What is seen of a training step from outside."""

import keras
import tensorflow as tf

from keras_vae_collapse.diagnostics.examination.interception import recorded_losses


def test_each_loss_that_a_step_differentiates_is_recorded_once():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    x = tf.Variable(2.0)
    with recorded_losses(model) as (losses, _):
        with tf.GradientTape(persistent=True) as tape:
            first, second = x**2, 3.0 * x
        slopes = [float(tape.gradient(loss, x)) for loss in (first, second, first)]
    assert slopes == [4.0, 3.0, 4.0] and [float(loss) for loss in losses] == [4.0, 6.0]
