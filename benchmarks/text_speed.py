"""Training and decoding of sentences beside PyTorch, alternately in one run.

    pip install 'keras-vae-collapse[benchmark]'
    python benchmarks/text_speed.py [--data=DIR] [--size=ptb] [--steps=50] [--rounds=5]

Both train the same LSTM VAE (`text_torch.py`) on the same batches with the same padding, plain KL,
in a process each; they take turns, so that a machine that slows down slows both. Then PyTorch takes
over the weights, and both reconstruct development sentences in batches of 128, greedily. Printed
are tokens a second of the best round (of training: all that are read and predicted; of decoding:
all that are written), the ratio of the medians, and the share of sentences on which both agree.
"""

import argparse
import json
import multiprocessing
import os
import pathlib
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
WORK = ("train", "decode")
ROWS = 128


def ours(pipe, options):
    """Serves training and decoding rounds of this package's model."""
    _keep_to(options.cores)
    import keras

    import zoo
    from keras_vae_collapse.models.functions import ModelFunctions, trim
    from keras_vae_collapse.tasks import TextTask
    from keras_vae_collapse.training import build
    from keras_vae_collapse.training.batch_plan import BatchPlan
    from keras_vae_collapse.training.optimizer import make_optimizer
    from keras_vae_collapse.training.pipeline import numbered_batches, training_dataset
    from keras_vae_collapse.training.process import prepare_process
    from zoo.sentence_sizes import SIZES

    prepare_process(options.cores)
    keras.utils.set_random_seed(0)
    settings = [*SIZES[options.size], "ema_momentum=0", *options.set]
    recipe = zoo.override(zoo.recipe("base"), settings)
    task = TextTask(options.data, vocabulary_limit=recipe.vocabulary_limit)
    arrays = task.encode(task.train_examples)
    plan = BatchPlan.of(arrays, recipe.batch_size, 0)
    model = build(task.complete(recipe), task)
    model.compile(make_optimizer(recipe))
    dataset = training_dataset(arrays, plan)
    batches = [b["target"] for b in dataset.take(options.steps).as_numpy_iterator()]
    sentences = sorted(task.dev_examples, key=lambda s: len(s.text))[:: options.every]
    ids = task.encode(sentences)["target"]
    chunks = [trim(ids[start : start + ROWS]) for start in range(0, len(ids), ROWS)]
    pipe.send(
        {
            "recipe": recipe.to_config(),
            "size": task.vocabulary_size,
            "batches": batches,
            "chunks": chunks,
            "steps": task.max_length + 1,
        }
    )
    for work in iter(pipe.recv, "stop"):
        if work == "weights":
            functions = ModelFunctions(model)  # of the weights as they are now
            pipe.send({w.path: w.numpy() for w in model.trainable_weights})
            continue
        start, found = time.perf_counter(), []
        if work == "train":
            data = numbered_batches(
                lambda i: dict.fromkeys(("source", "target"), batches[i % len(batches)]),
                dataset.element_spec,
                0,
            )
            model.fit(data, steps_per_epoch=len(batches), shuffle=False, verbose=0)
        else:
            found = [functions.reconstruct({"source": c})[:, 0] for c in chunks]
        pipe.send((time.perf_counter() - start, found))


def reference(pipe, options):
    """Serves the same rounds in PyTorch."""
    _keep_to(options.cores)
    import torch
    from text_torch import Reference

    torch.set_num_threads(options.cores)
    setup = pipe.recv()
    model = Reference(setup["size"], setup["recipe"])
    for work in iter(pipe.recv, "stop"):
        if isinstance(work, dict):
            model.model.load(work)
        elif work == "train":
            pipe.send((model.train(setup["batches"]), []))
        else:
            pipe.send(model.decode(setup["chunks"], setup["steps"]))


def _keep_to(cores):
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])


def measure(options):
    """The figures, a dictionary."""
    context, sides = multiprocessing.get_context("spawn"), {}
    for name, function in (("keras", ours), ("torch", reference)):
        here, there = context.Pipe()
        context.Process(target=function, args=(there, options), daemon=True).start()
        there.close()  # so that a side that ends is noticed
        sides[name] = here
    setup = sides["keras"].recv()
    sides["torch"].send(setup)
    times, found = {(name, work): [] for name in sides for work in WORK}, {}
    for work in WORK:
        if work == "decode":
            sides["keras"].send("weights")
            sides["torch"].send(sides["keras"].recv())
        for round_number in range(options.rounds + 1):
            for name, pipe in sides.items():
                pipe.send(work)
                seconds, found[name] = pipe.recv()
                if round_number:  # the first warms up
                    times[name, work].append(seconds)
    for pipe in sides.values():
        pipe.send("stop")
    written = {
        name: [row[row != 0].tolist() for ids in found[name] for row in ids] for name in sides
    }
    tokens = {
        "train": sum(int((b != 0).sum()) for b in setup["batches"]),
        "decode": sum(map(len, written["keras"])),
    }
    pairs = list(zip(written["keras"], written["torch"], strict=True))
    figures = {"agreed": sum(a == b for a, b in pairs) / len(pairs), "cores": options.cores}
    for work in WORK:
        speed = {name: tokens[work] / min(times[name, work]) for name in sides}
        ratio = statistics.median(times["torch", work]) / statistics.median(times["keras", work])
        figures[work] = {**speed, "ratio": ratio, "seconds": {n: times[n, work] for n in sides}}
        print(
            f"{work:7s} keras {speed['keras']:9,.0f} tokens/s   torch {speed['torch']:9,.0f} "
            f"tokens/s   ratio {ratio:.2f}",
            flush=True,
        )
    print(f"same sentences: {figures['agreed']:.3f}")
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", default="demo", help="as for kvc-train --task=text")
    parser.add_argument("--size", default="ptb", help="a name of zoo.sentence_sizes")
    parser.add_argument("--set", action="append", default=[], help="name=value of the recipe")
    parser.add_argument("--steps", type=int, default=50, help="batches a round")
    parser.add_argument("--rounds", type=int, default=5, help="of each, after one to warm up")
    parser.add_argument("--every", type=int, default=4, help="decode every so many-th sentence")
    parser.add_argument("--cores", type=int, default=2, help="processor cores")
    parser.add_argument("--json", help="file for the figures")
    options = parser.parse_args()
    figures = measure(options)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
