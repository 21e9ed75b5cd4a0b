"""Training and decoding speed beside PyTorch, alternately in one run.

    pip install 'keras-vae-collapse[benchmark]'
    python benchmarks/training_speed.py [--data=DIR] [--steps=100] [--rounds=5]

Both train the default recipe on the same batches of examples with the same padding, in a
process each; they take turns, so that a machine that slows down slows both. Then PyTorch takes
over the weights, and both decode the development set in batches of 256 with strings of like
lengths: greedy and by a beam of 8, ours through the exported model with strings in and out. All
is done on two cores and again on one. Printed are the best round of each, the ratio of the
medians, the share of words on which both agree, and the peak memory of each process.
"""

import argparse
import json
import multiprocessing
import os
import pathlib
import resource
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
WORK = ("train", "decode", "beam")
BEAM_WIDTH = 8


def ours(pipe, options, cores):
    """Serves training and decoding rounds of this package's model."""
    _keep_to(cores)
    import keras
    import tensorflow as tf

    import zoo
    from keras_vae_collapse.export import export_model
    from keras_vae_collapse.models.functions import trim
    from keras_vae_collapse.tasks import ReinflectionTask
    from keras_vae_collapse.training import build
    from keras_vae_collapse.training.batch_plan import BatchPlan
    from keras_vae_collapse.training.optimizer import make_optimizer
    from keras_vae_collapse.training.pipeline import numbered_batches, training_dataset
    from keras_vae_collapse.training.process import prepare_process

    prepare_process(cores)
    keras.utils.set_random_seed(0)
    recipe = zoo.override(zoo.recipe("mdr"), ["ema_momentum=0", *options.set])
    task = ReinflectionTask(options.data, options.language)
    arrays = task.encode(task.train_examples)
    plan = BatchPlan.of(arrays, recipe.batch_size, 0)
    model = build(recipe, task)
    model.compile(make_optimizer(recipe))
    stream = training_dataset(arrays, plan)
    dataset, signature = iter(stream), stream.element_spec
    batches = [{k: v.numpy() for k, v in next(dataset).items()} for _ in range(options.steps)]
    dev = task.dev_examples
    examples = dev[: len(dev) // 256 * 256] or dev
    examples = sorted(examples, key=lambda e: len(e.source))
    encoded = task.encode(examples)
    chunks = [slice(i, i + 256) for i in range(0, len(examples), 256)]
    decode_batches = [
        {"source": trim(encoded["source"][c]), "condition": encoded["condition"][c]} for c in chunks
    ]
    tokens = [sum((b[part] != 0).sum() for b in batches) for part in ("source", "target")]
    computed = [sum(b[part].size for b in batches) for part in ("source", "target")]
    pipe.send(
        {
            "recipe": recipe.to_config(),
            "vocabulary_size": task.vocabulary_size,
            "condition_size": task.condition_size,
            "batches": batches,
            "decode": decode_batches,
            "steps": task.vocabulary.max_form_length + 1,
            "padding": sum(computed) / sum(tokens),
        }
    )
    strings = [
        tuple(
            tf.constant([getattr(e, part) for e in examples[c]]) for part in ("source", "features")
        )
        for c in chunks
    ]
    exported = None
    with tempfile.TemporaryDirectory() as folder:
        for work in iter(pipe.recv, "stop"):
            if work == "weights":
                pipe.send({w.path: w.numpy() for w in model.trainable_weights})
                export_model(model, task.endpoints(model), folder + "/export")
                exported = tf.saved_model.load(folder + "/export")
                continue
            start, words = time.perf_counter(), []
            if work == "train":
                data = numbered_batches(lambda i: batches[i % len(batches)], signature, 0)
                model.fit(data, steps_per_epoch=len(batches), shuffle=False, verbose=0)
            elif work == "decode":
                for source, features in strings:
                    words += list(exported.inflect(source, features)["form"].numpy())
            else:
                for c in chunks:
                    part = examples[c]
                    words += model.inflect(
                        [e.source for e in part], [e.features for e in part], BEAM_WIDTH
                    )
            seconds = time.perf_counter() - start
            pipe.send((seconds, _peak(), [_text(word) for word in words]))


def reference(pipe, options, cores):
    """Serves the same rounds in PyTorch."""
    _keep_to(cores)
    import torch
    from torch_reference import Reference

    from keras_vae_collapse.tasks import ReinflectionTask

    torch.set_num_threads(cores)
    setup = pipe.recv()
    symbols = ReinflectionTask(options.data, options.language).vocabulary
    model = Reference(setup["vocabulary_size"], setup["condition_size"], setup["recipe"])
    for work in iter(pipe.recv, "stop"):
        if isinstance(work, dict):
            model.model.load(work)
            continue
        if work == "train":
            pipe.send((model.train(setup["batches"]), _peak(), []))
            continue
        width = BEAM_WIDTH if work == "beam" else 1
        seconds, found = model.decode(setup["decode"], setup["steps"], width)
        words = [symbols.decode_ids(ids) for batch in found for ids in batch]
        pipe.send((seconds, _peak(), words))


def _keep_to(cores):
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])


def _text(word):
    return word.decode() if isinstance(word, bytes) else word


def _peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(options, cores):
    """The figures on so many cores."""
    context = multiprocessing.get_context("spawn")
    sides = {}
    for name, function in (("keras", ours), ("torch", reference)):
        here, there = context.Pipe()
        process = context.Process(target=function, args=(there, options, cores), daemon=True)
        process.start()
        there.close()  # so that a side that ends is noticed
        sides[name] = here
    setup = sides["keras"].recv()
    sides["torch"].send(setup)
    times = {(name, work): [] for name in sides for work in WORK}
    peak, words = {}, {}
    for work in WORK:
        if work == "decode":
            sides["keras"].send("weights")
            sides["torch"].send(sides["keras"].recv())
        for round_number in range(options.rounds + 1):
            for name, pipe in sides.items():
                pipe.send(work)
                seconds, peak[name], words[name] = pipe.recv()
                if round_number:
                    times[name, work].append(seconds)
        if work != "train":
            pairs = list(zip(words["keras"], words["torch"], strict=True))
            words[work] = sum(a == b for a, b in pairs) / len(pairs)
    for pipe in sides.values():
        pipe.send("stop")
    decoded = sum(len(b["source"]) for b in setup["decode"])
    counts = {
        "train": options.steps * setup["recipe"]["batch_size"],
        "decode": decoded,
        "beam": decoded,
    }
    figures = {"padding": setup["padding"], "peak_mib": peak}
    print(f"{cores} core{'s' * (cores > 1)}; tokens computed over tokens: {setup['padding']:.2f}")
    for work in WORK:
        speed = {name: counts[work] / min(times[name, work]) for name in sides}
        ratio = statistics.median(times["torch", work]) / statistics.median(times["keras", work])
        figures[work] = {**speed, "ratio": ratio, "seconds": {n: times[n, work] for n in sides}}
        agreed = ""
        if work != "train":
            figures[work]["agreed"] = words[work]
            agreed = f"   same words {words[work]:.3f}"
        print(
            f"{work:7s} keras {speed['keras']:8.0f} examples/s   torch "
            f"{speed['torch']:8.0f} examples/s   ratio {ratio:.2f}{agreed}",
            flush=True,
        )
    print(f"peak memory: keras {peak['keras']:.0f} MiB, torch {peak['torch']:.0f} MiB", flush=True)
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default="demo", help="as for train.py")
    parser.add_argument("--language", default="turkish", help="as for train.py")
    parser.add_argument("--steps", type=int, default=100, help="batches a round")
    parser.add_argument(
        "--rounds", type=int, default=5, help="rounds of each, after one to warm up"
    )
    parser.add_argument("--cores", type=int, nargs="+", default=[2, 1], help="processor cores")
    parser.add_argument("--set", action="append", default=[], help="name=value of the recipe")
    parser.add_argument("--json", help="file for the figures; those of the first cores on top")
    options = parser.parse_args()
    first, *others = options.cores
    figures = measure(options, first)
    for cores in others:
        figures[f"cores_{cores}"] = measure(options, cores)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
