"""This package beside an independent implementation in PyTorch: rate and distortion by epoch.

    python benchmarks/torch_curves.py [--data=demo] [--epochs=20] [--seeds 0 1 2]

Trains linear KL annealing, free bits and the minimum desired rate with this package and with
`torch_methods.py`, which was written from the papers: same data, batches, sizes, optimizer and
clipping, weights drawn by each in its own way, no dropout and no averaging of weights. Writes
`torch_curves.json` after every training, takes up what it finds there, and draws
`torch_curves.png`: distortion and rate of the development set, mean and range over the seeds.
Prints the last figures of both, with their standard deviations. No timing.
"""

import argparse
import json
import pathlib
import subprocess
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
METHODS = ("kl_linear", "free_bits", "mdr")
SETTINGS = [
    "hidden_units=96", "dropout=0.0", "augmentation=None", "ema_momentum=0.0",
    "learning_rate=1e-3", "learning_rate_decay=constant",
]  # fmt: skip
LABELS = {"keras": "this package", "torch": "PyTorch, from the papers"}
COLOURS = {"keras": "#0072b2", "torch": "#d55e00"}


def curve(side, method, data, seed, epochs):
    """`(distortion, rate)` of the development set after each epoch of one training."""
    from keras_vae_collapse.training.process import prepare_process

    prepare_process()
    import keras
    import torch_methods

    import zoo
    from keras_vae_collapse.callbacks import DevEvaluation
    from keras_vae_collapse.tasks import ReinflectionTask
    from keras_vae_collapse.training import build
    from keras_vae_collapse.training.batch_plan import BatchPlan
    from keras_vae_collapse.training.evaluation import EncodedExamples, quick_figures
    from keras_vae_collapse.training.optimizer import make_optimizer
    from keras_vae_collapse.training.pipeline import training_dataset

    recipe, task = zoo.override(zoo.recipe(method), SETTINGS), ReinflectionTask(data)
    arrays = task.encode(task.train_examples)
    plan = BatchPlan.of(arrays, recipe.batch_size, seed)
    if side == "torch":
        sizes, dev = (task.vocabulary_size, task.condition_size), task.encode(task.dev_examples)
        config = recipe.to_config()
        return torch_methods.train(method, config, sizes, arrays, dev, plan, seed, epochs)
    keras.utils.set_random_seed(seed)
    model = build(recipe, task, seed)
    model.compile(make_optimizer(recipe))
    encoded = EncodedExamples(task, model, task.dev_examples)
    history = model.fit(
        training_dataset(arrays, plan),
        epochs=epochs,
        steps_per_epoch=plan.steps_per_epoch,
        shuffle=False,
        verbose=0,
        callbacks=[DevEvaluation(lambda: quick_figures(encoded))],
    ).history
    return list(zip(history["dev_distortion"], history["dev_rate"], strict=True))


def draw(found, path):
    """Distortion and rate against epochs, a column a method."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    size = {"figsize": (3.6 * len(METHODS), 6), "layout": "constrained"}
    figure, axes = pyplot.subplots(2, len(METHODS), sharex=True, **size)
    for column, method in enumerate(METHODS):
        axes[0, column].set_title(method)
        axes[1, column].set_xlabel("epoch")
        for side, label in LABELS.items():
            curves = curves_of(found, side, method)
            if not len(curves):
                continue
            epochs = np.arange(1, curves.shape[1] + 1)
            for row in range(2):
                values = curves[:, :, row]
                axis, colour = axes[row, column], COLOURS[side]
                axis.plot(epochs, values.mean(0), color=colour, label=label)
                axis.fill_between(epochs, values.min(0), values.max(0), color=colour, alpha=0.2)
    axes[0, 0].set_ylabel("distortion, nats a word")
    axes[1, 0].set_ylabel("rate, nats a word")
    axes[0, 0].legend()
    figure.savefig(path, dpi=90)


def curves_of(found, side, method):
    """All seeds of a method, `(seeds, epochs, 2)`."""
    return np.array([c for key, c in found.items() if key.startswith(f"{side} {method} ")])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="demo")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--output_dir", default="benchmarks")
    parser.add_argument("--one", nargs=3, metavar=("SIDE", "METHOD", "SEED"), help="train one")
    options = parser.parse_args()
    if options.one:
        side, method, seed = options.one
        print(json.dumps(curve(side, method, options.data, int(seed), options.epochs)))
        return
    folder = pathlib.Path(options.output_dir)
    path = folder / "torch_curves.json"
    found = json.loads(path.read_text()) if path.is_file() else {}
    for seed in options.seeds:
        for method in METHODS:
            for side in LABELS:
                key = f"{side} {method} {seed}"
                if len(found.get(key, ())) == options.epochs:
                    continue
                command = [sys.executable, __file__, "--one", side, method, str(seed)]
                command += [f"--data={options.data}", f"--epochs={options.epochs}"]
                done = subprocess.run(command, check=True, capture_output=True, text=True)
                found[key] = json.loads(done.stdout.splitlines()[-1])
                path.write_text(json.dumps(found) + "\n")
                print(key, "distortion {:.2f}, rate {:.2f}".format(*found[key][-1]), flush=True)
    draw(found, folder / "torch_curves.png")
    for method in METHODS:
        for side in LABELS:
            last = curves_of(found, side, method)[:, -1]
            mean, spread = last.mean(0), last.std(0, ddof=1) if len(last) > 1 else (0.0, 0.0)
            print(
                f"{method:12s}{LABELS[side]:28s}distortion {mean[0]:.2f} ± {spread[0]:.2f}, "
                f"rate {mean[1]:.2f} ± {spread[1]:.2f}"
            )


if __name__ == "__main__":
    main()
