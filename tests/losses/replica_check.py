"""Trains all rate terms on two logical CPUs and on one, and prints both results as JSON.

A program of its own, since logical devices must be made before TensorFlow starts.
"""

import json

import tensorflow as tf
from rate_term_cases import compiled_model, features, summary

ROWS = 16


def train(strategy):
    with strategy.scope():
        model = compiled_model()
        model(features(ROWS))
    # Five batches and a last one of a single row, which leaves the second replica without any.
    x = tf.data.Dataset.from_tensor_slices(features(5 * ROWS + 1)).batch(ROWS)
    history = model.fit(x, verbose=0)
    return {
        "loss": history.history["loss"],
        "weights": [w.numpy().tolist() for w in model.weights],
        "terms": summary(model),
    }


def main():
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    two = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    print(json.dumps({"one": train(tf.distribute.get_strategy()), "two": train(two)}))


if __name__ == "__main__":
    main()
