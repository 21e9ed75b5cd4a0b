"""One worker of a cluster, described by `TF_CONFIG`.

`plain`: Keras's own `fit`, unpatched; says how it ends.
`train DATA OUTPUT_DIR WEIGHTS [FIELD=VALUE ...]`: a training without noise; the weights that this
worker has afterwards go to the file WEIGHTS. Without `TF_CONFIG` it is the same on one process.
"""

import os
import sys

import numpy as np
import tensorflow as tf


def plain():
    import keras

    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    with strategy.scope():
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        model.compile("sgd", "mse")
    try:
        model.fit(np.ones((8, 3)), np.ones((8, 1)), batch_size=4, verbose=0)
        print("fit works", flush=True)
    except Exception as error:
        print(f"fit fails: {type(error).__name__}", flush=True)
    # Without the farewell of the cluster, which other workers may be too broken to take part in.
    os._exit(0)


def train(data, output_dir, weights, *settings):
    from noise import switch_noise_off
    from training_runs import tiny

    from keras_vae_collapse import training
    from keras_vae_collapse.tasks import ReinflectionTask
    from keras_vae_collapse.training.process import prepare_process

    prepare_process()
    models = []

    class WithoutNoise(ReinflectionTask):
        def model(self, recipe, seed=0):
            models.append(super().model(recipe, seed))
            switch_noise_off(models[-1])
            return models[-1]

    training.train(
        training.override(tiny("bag_of_chars"), settings),
        WithoutNoise(data),
        output_dir,
        epochs=2,
        strategy="multiworker" if "TF_CONFIG" in os.environ else "single",
        verbose=0,
    )
    # The first is the one in the scope of the strategy.
    np.savez(weights, *models[0].get_weights())


if __name__ == "__main__":
    {"plain": plain, "train": train}[sys.argv[1]](*sys.argv[2:])
