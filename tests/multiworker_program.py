"""One worker of a cluster, described by `TF_CONFIG`, or one process without it.

Arguments: DATA OUTPUT_DIR WEIGHTS [FIELD=VALUE ...]. A training without noise; the weights that
this worker has afterwards go to the file WEIGHTS.
"""

import os
import sys

import numpy as np


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
    train(*sys.argv[1:])
