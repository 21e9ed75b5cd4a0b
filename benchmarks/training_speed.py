"""Training and decoding speed beside PyTorch, alternately in one run.

    pip install 'keras-vae-collapse[benchmark]'
    python benchmarks/training_speed.py [--data=DIR] [--steps=100] [--rounds=5]

Both train the default recipe on the same batches of examples with the same padding, in a
process each; they take turns, so that a machine that slows down slows both. Printed are the best
round of each, the ratio of the medians, the peak memory of each process, and examples decoded
a second: greedy, batches of 256, ours through the exported model with strings in and out.
"""

import argparse
import json
import multiprocessing
import pathlib
import resource
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))


def ours(pipe, options):
    """Serves training and decoding rounds of this package's model."""
    import keras
    import tensorflow as tf

    import zoo
    from keras_vae_collapse.export import export_model
    from keras_vae_collapse.models.functions import trim
    from keras_vae_collapse.tasks import ReinflectionTask
    from keras_vae_collapse.training import build
    from keras_vae_collapse.training.batch_plan import BatchPlan
    from keras_vae_collapse.training.optimizer import make_optimizer
    from keras_vae_collapse.training.pipeline import training_dataset
    from keras_vae_collapse.training.process import prepare_process

    prepare_process()
    keras.utils.set_random_seed(0)
    recipe = zoo.override(zoo.recipe("mdr"), ["ema_momentum=0", *options.set])
    task = ReinflectionTask(options.data, options.language)
    arrays = task.encode(task.train_examples)
    plan = BatchPlan.of(arrays, recipe.batch_size, 0)
    model = build(recipe, task)
    model.compile(make_optimizer(recipe))
    dataset = iter(training_dataset(arrays, plan))
    batches = [{k: v.numpy() for k, v in next(dataset).items()} for _ in range(options.steps)]
    dev = task.dev_examples
    examples = dev[: len(dev) // 256 * 256] or dev
    examples = sorted(examples, key=lambda e: len(e.source))
    encoded = task.encode(examples)
    chunks = [slice(i, i + 256) for i in range(0, len(examples), 256)]
    decode_batches = [
        {"source": trim(encoded["source"][c]), "condition": encoded["condition"][c]} for c in chunks
    ]
    pipe.send(
        {
            "recipe": recipe.to_config(),
            "vocabulary_size": task.vocabulary_size,
            "condition_size": task.condition_size,
            "batches": batches,
            "decode": decode_batches,
            "steps": task.vocabulary.max_length,
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        export_model(model, task.endpoints(model), folder + "/export")
        exported = tf.saved_model.load(folder + "/export")
        strings = [
            tuple(
                tf.constant([getattr(e, part) for e in examples[c]])
                for part in ("source", "features")
            )
            for c in chunks
        ]
        for work in iter(pipe.recv, "stop"):
            start = time.perf_counter()
            if work == "train":
                data = tf.data.Dataset.from_generator(
                    lambda: iter(batches),
                    output_signature=training_dataset(arrays, plan).element_spec,
                ).prefetch(8)
                model.fit(data, verbose=0)
            else:
                for source, features in strings:
                    exported.inflect(source, features)
            pipe.send((time.perf_counter() - start, _peak()))


def reference(pipe, options):
    """Serves the same rounds in PyTorch."""
    import torch
    from torch_reference import Reference

    torch.set_num_threads(options.torch_threads)
    setup = pipe.recv()
    model = Reference(setup["vocabulary_size"], setup["condition_size"], setup["recipe"])
    for work in iter(pipe.recv, "stop"):
        if work == "train":
            seconds = model.train(setup["batches"])
        else:
            seconds = model.decode(setup["decode"], setup["steps"])
        pipe.send((seconds, _peak()))


def _peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default="demo", help="as for train.py")
    parser.add_argument("--language", default="turkish", help="as for train.py")
    parser.add_argument("--steps", type=int, default=100, help="batches a round")
    parser.add_argument(
        "--rounds", type=int, default=5, help="rounds of each, after one to warm up"
    )
    parser.add_argument("--torch_threads", type=int, default=2, help="threads of PyTorch")
    parser.add_argument("--set", action="append", default=[], help="name=value of the recipe")
    parser.add_argument("--json", help="file for the figures")
    options = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    sides = {}
    for name, function in (("keras", ours), ("torch", reference)):
        here, there = context.Pipe()
        process = context.Process(target=function, args=(there, options), daemon=True)
        process.start()
        sides[name] = here
    setup = sides["keras"].recv()
    sides["torch"].send(setup)
    times = {(name, work): [] for name in sides for work in ("train", "decode")}
    peak = {}
    for round_number in range(options.rounds + 1):
        for work in ("train", "decode"):
            for name, pipe in sides.items():
                pipe.send(work)
                seconds, peak[name] = pipe.recv()
                if round_number:
                    times[name, work].append(seconds)
    for pipe in sides.values():
        pipe.send("stop")
    counts = {
        "train": options.steps * setup["recipe"]["batch_size"],
        "decode": sum(len(b["source"]) for b in setup["decode"]),
    }
    figures = {}
    for work in ("train", "decode"):
        speed = {name: counts[work] / min(times[name, work]) for name in sides}
        ratio = statistics.median(times["torch", work]) / statistics.median(times["keras", work])
        figures[work] = {**speed, "ratio": ratio}
        print(
            f"{work:7s} keras {speed['keras']:8.0f} examples/s   torch "
            f"{speed['torch']:8.0f} examples/s   "
            f"ratio {ratio:.2f}"
        )
    print(f"peak memory: keras {peak['keras']:.0f} MiB, torch {peak['torch']:.0f} MiB")
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps({**figures, "peak_mib": peak}, indent=2))


if __name__ == "__main__":
    main()
