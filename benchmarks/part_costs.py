"""What the parts cost: `python benchmarks/part_costs.py [--rounds=30]`.

Each dropout layer on ids of shape (256, 32), or on their embeddings of 64 units, beside
`keras.layers.Dropout` on floats of the same shape; and each rate term, forward and backward, beside
a training step of the default recipe on the embedded data. All run in turns in one process, as
`tf.function`s, so that a machine that slows down slows all; the medians are compared.
"""

import argparse
import json
import pathlib
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

BATCH, LENGTH, DIM = 256, 32, 64


def dropouts():
    """`{name: (function that drops once, name of its reference)}`."""
    import keras
    import numpy as np
    import tensorflow as tf

    from keras_vae_collapse import layers

    rng = np.random.default_rng(0)
    ids = tf.constant(rng.integers(3, 40, (BATCH, LENGTH)), "int32")
    floats = tf.constant(rng.normal(size=(BATCH, LENGTH)), "float32")
    embedded = tf.constant(rng.normal(size=(BATCH, LENGTH, DIM)), "float32")
    options = {"unk_id": 1, "keep_ids": (0, 2), "seed": 1}
    keras_dropout = keras.layers.Dropout(0.3, seed=1)
    own_dropout = layers.Dropout(0.3, seed=1)
    char = layers.CharDropout(0.3, **options)
    contiguous = layers.ContiguousDropout(0.15, 2.0, **options)
    embedding = layers.EmbeddingDropout(0.3, seed=1)
    on_ids, on_embedded = "keras.layers.Dropout", f"keras.layers.Dropout, {DIM} units"
    calls = {
        on_ids: (lambda: keras_dropout(floats, training=True), on_ids),
        "CharDropout": (lambda: char(ids, training=True), on_ids),
        "ContiguousDropout": (lambda: contiguous(ids, training=True), on_ids),
        on_embedded: (lambda: keras_dropout(embedded, training=True), on_embedded),
        "Dropout": (lambda: own_dropout(embedded, training=True), on_embedded),
        "EmbeddingDropout": (lambda: embedding(embedded, training=True), on_embedded),
        "EmbeddingDropout, with ids": (
            lambda: embedding(embedded, ids=ids, training=True),
            on_embedded,
        ),
    }
    for call, _ in calls.values():
        call()  # builds the layer
    return {name: (tf.function(call), reference) for name, (call, reference) in calls.items()}


def rate_terms(batch_size, latent_dim):
    """`{name: function that computes a rate term and its gradient}`."""
    import numpy as np
    import tensorflow as tf
    import tensorflow_probability as tfp

    from keras_vae_collapse import losses, schedules

    rng = np.random.default_rng(0)
    loc = tf.constant(rng.normal(size=(batch_size, latent_dim)), "float32")
    scale = tf.constant(rng.uniform(0.1, 1.0, (batch_size, latent_dim)), "float32")
    prior = tfp.distributions.Normal(0.0, 1.0)
    terms = {
        "KLDivergence": losses.KLDivergence(),
        "KLDivergence, cyclical": losses.KLDivergence(schedules.CyclicalAnnealing(1000)),
        "FreeBitsKL": losses.FreeBitsKL(0.5),
        "FreeBitsKL, HA bits": losses.FreeBitsKL(0.5, over="mean"),
        "SoftFreeBitsKL": losses.SoftFreeBitsKL(40.0),
        "MDRConstraint": losses.MDRConstraint(40.0),
        "TargetRate": losses.TargetRate(40.0),
        "ControlVAEKL": losses.ControlVAEKL(40.0),
    }

    def step_of(term):
        def step():
            with tf.GradientTape() as tape:
                tape.watch([loc, scale])
                posterior = tfp.distributions.Normal(loc, scale)
                penalty = term(posterior=posterior, prior=prior, training=True)
            return tape.gradient(penalty, [loc, scale])

        return tf.function(step)

    return {name: step_of(term) for name, term in terms.items()}


def training_step():
    """`(function that makes a training step of the default recipe, batch size, latent size)`."""
    import keras

    import zoo
    from keras_vae_collapse.tasks import ReinflectionTask
    from keras_vae_collapse.training import build
    from keras_vae_collapse.training.batch_plan import BatchPlan
    from keras_vae_collapse.training.optimizer import make_optimizer
    from keras_vae_collapse.training.pipeline import training_dataset

    keras.utils.set_random_seed(0)
    recipe = zoo.recipe("mdr")
    task = ReinflectionTask("demo")
    arrays = task.encode(task.train_examples)
    model = build(recipe, task)
    model.compile(make_optimizer(recipe))
    plan = BatchPlan.of(arrays, recipe.batch_size, 0)
    batches = iter(training_dataset(arrays, plan).take(100).cache().repeat())
    model.make_train_function()
    return lambda: model.train_function(batches), recipe.batch_size, recipe.latent_dim


def in_turns(calls, rounds, repeats):
    """Median seconds of a call of each function, which take turns."""
    times = {name: [] for name in calls}
    for round_number in range(rounds + 1):
        for name, call in calls.items():
            start = time.perf_counter()
            for _ in range(repeats[name]):
                call()
            if round_number:  # the first is tracing and warming up
                times[name].append((time.perf_counter() - start) / repeats[name])
    return {name: statistics.median(values) for name, values in times.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30, help="turns of each part")
    parser.add_argument("--json", help="file for the figures")
    options = parser.parse_args()
    from keras_vae_collapse.training.process import prepare_process

    prepare_process()
    parts = dropouts()
    calls = {name: call for name, (call, _) in parts.items()}
    seconds = in_turns(calls, options.rounds, dict.fromkeys(calls, 200))
    figures = {"dropouts": {n: seconds[n] / seconds[parts[n][1]] for n in parts}}
    print(f"one call on ({BATCH}, {LENGTH}), beside keras.layers.Dropout on the same shape")
    for name, ratio in figures["dropouts"].items():
        print(f"  {name:32s}{1e6 * seconds[name]:8.0f} us  {ratio:6.2f} x")

    step, batch_size, latent_dim = training_step()
    calls = {"training step": step, **rate_terms(batch_size, latent_dim)}
    seconds = in_turns(calls, options.rounds, dict.fromkeys(calls, 20))
    reference = seconds["training step"]
    figures["rate_terms"] = {name: value / reference for name, value in seconds.items()}
    print("forward and backward, beside a training step of the default recipe")
    for name, value in seconds.items():
        print(f"  {name:32s}{1e3 * value:8.2f} ms  {value / reference:7.2%}")
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
