"""What each speed-up brings: `python benchmarks/speedups.py [--data=DIR] [--rounds=5]`.

Trains the default recipe as it is and with one speed-up taken away, in a process each; they take
turns, so that a machine that slows down slows all. The ratio is that of the median times for the
same number of examples; where they are padded differently the batches hold other examples.
"""

import argparse
import multiprocessing
import pathlib
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

VARIANTS = {
    "as it is": "",
    "Keras's own GRU layer": "keras_gru",
    "batches of examples of any length": "no_buckets",
    "TensorFlow's default threads": "default_threads",
}


def serve(pipe, variant, options):
    """Trains `options.steps` batches whenever asked and sends the seconds that took."""
    import keras
    import numpy as np
    import tensorflow as tf

    import zoo
    from keras_vae_collapse import layers
    from keras_vae_collapse.layers import gru_decoder, gru_encoder
    from keras_vae_collapse.tasks import ReinflectionTask
    from keras_vae_collapse.training import build
    from keras_vae_collapse.training.batch_plan import BatchPlan
    from keras_vae_collapse.training.optimizer import make_optimizer
    from keras_vae_collapse.training.pipeline import numbered_batches, training_dataset
    from keras_vae_collapse.training.process import prepare_process

    if variant != "default_threads":
        prepare_process()
    if variant == "keras_gru":
        layers.GRU = gru_encoder.GRU = gru_decoder.GRU = keras.layers.GRU
    keras.utils.set_random_seed(0)
    recipe = zoo.recipe("mdr")
    task = ReinflectionTask(options.data, options.language)
    arrays = task.encode(task.train_examples)
    plan = BatchPlan.of(arrays, recipe.batch_size, 0)
    model = build(recipe, task)
    model.compile(make_optimizer(recipe))
    dataset = iter(training_dataset(arrays, plan))
    batches = [next(dataset) for _ in range(options.steps)]
    if variant == "no_buckets":
        # The same examples, shuffled, padded to the longest of each batch.
        rows = [
            {k: v[i].numpy() for k, v in b.items()}
            for b in batches
            for i in range(recipe.batch_size)
        ]
        order = np.random.default_rng(0).permutation(len(rows))
        batches = [
            {k: tf.constant(_padded([rows[i][k] for i in part])) for k in rows[0]}
            for part in order.reshape(options.steps, recipe.batch_size)
        ]
    signature = training_dataset(arrays, plan).element_spec
    data = numbered_batches(lambda i: batches[i % len(batches)], signature, 0)
    for _ in iter(pipe.recv, "stop"):
        start = time.perf_counter()
        model.fit(data, steps_per_epoch=len(batches), shuffle=False, verbose=0)
        pipe.send(time.perf_counter() - start)


def _padded(rows):
    import numpy as np

    width = max(np.flatnonzero(row)[-1] + 1 if row.any() else 1 for row in rows)
    if all(len(row) == len(rows[0]) for row in rows) and rows[0].dtype.kind == "f":
        return np.stack(rows)
    return np.stack([np.pad(row[:width], (0, width - len(row[:width]))) for row in rows])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default="demo", help="as for train.py")
    parser.add_argument("--language", default="turkish", help="as for train.py")
    parser.add_argument("--steps", type=int, default=60, help="batches a round")
    parser.add_argument(
        "--rounds", type=int, default=5, help="rounds of each, after one to warm up"
    )
    options = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    pipes = {}
    for name, variant in VARIANTS.items():
        pipes[name], there = context.Pipe()
        context.Process(target=serve, args=(there, variant, options), daemon=True).start()
    times = {name: [] for name in pipes}
    for round_number in range(options.rounds + 1):
        for name, pipe in pipes.items():
            pipe.send("train")
            seconds = pipe.recv()
            if round_number:
                times[name].append(seconds)
    for pipe in pipes.values():
        pipe.send("stop")
    reference = statistics.median(times["as it is"])
    for name, seconds in times.items():
        median = statistics.median(seconds)
        print(
            f"{name:32s}{1e3 * median / options.steps:8.1f} ms a step  "
            f"{median / reference:5.2f} of the time"
        )


if __name__ == "__main__":
    main()
