"""How time and memory grow: `python benchmarks/growth.py [--output_dir=benchmarks]`.

One size at a time is changed from a middle model (`MIDDLE`), each point in a process of its own:
time of a training step and peak memory against batch, units, latent_dim, length, vocabulary,
number of examples and replicas on logical CPUs (of the same batch altogether); time of the metrics
against their size (importance-weighted NLL in samples,
mutual information in examples). Writes `growth.json` and `growth.png`, log-log, with the slope of
each curve's last doubling: 1 is linear. `--redraw` draws the picture of a `growth.json` again.
"""

import argparse
import json
import math
import pathlib
import resource
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

MIDDLE = {
    "batch": 64, "units": 192, "latent_dim": 64, "length": 16, "vocabulary": 64,
    "examples": 4096, "replicas": 1,
}  # fmt: skip
SIZES = {
    "batch": [8, 16, 32, 64, 128, 256, 512],
    "units": [32, 64, 128, 256, 512, 1024],
    "latent_dim": [8, 32, 128, 512, 2048],
    "length": [4, 8, 16, 32, 64, 128],
    "vocabulary": [16, 64, 256, 1024, 4096, 16384],
    "examples": [4096, 16384, 65536, 262144, 1048576],
    "replicas": [1, 2, 4, 8],
    "importance-weighted NLL, samples": [10, 20, 50, 100, 200],
    "mutual information, examples": [1000, 2000, 4000, 8000, 16000],
}


def training_point(sizes, steps):
    """Seconds of a training step of sequences of one length, drawn at random."""
    from keras_vae_collapse.training.process import prepare_process

    prepare_process()
    import numpy as np

    import zoo
    from keras_vae_collapse.distribute import make_strategy
    from keras_vae_collapse.tasks import Task
    from keras_vae_collapse.training import build
    from keras_vae_collapse.training.batch_plan import BatchPlan
    from keras_vae_collapse.training.optimizer import make_optimizer
    from keras_vae_collapse.training.pipeline import training_dataset

    class Sequences(Task):
        name, max_length = "sequences", sizes["length"]
        vocabulary_size = sizes["vocabulary"]
        train_examples = dev_examples = ()

        def encode(self, examples):
            raise NotImplementedError  # the arrays are drawn

    shape = sizes["examples"], sizes["length"]
    ids = np.random.default_rng(0).integers(4, sizes["vocabulary"], shape).astype("int32")
    settings = ("latent_dim", "units", "batch")
    names = ("latent_dim", "hidden_units", "batch_size")
    recipe = zoo.override(
        zoo.recipe("mdr"), [f"{n}={sizes[s]}" for n, s in zip(names, settings, strict=True)]
    )
    replicas = sizes["replicas"]
    strategy = make_strategy("mirrored" if replicas > 1 else "single", replicas)
    with strategy.scope():
        model = build(recipe, Sequences())
        model.compile(make_optimizer(recipe))
    arrays = {"source": ids, "target": ids}
    data = training_dataset(arrays, BatchPlan.of(arrays, sizes["batch"], 0))
    model.fit(data, steps_per_epoch=3, verbose=0)
    times = []
    for _ in range(3):
        start = time.perf_counter()
        model.fit(data, steps_per_epoch=steps, verbose=0)
        times.append((time.perf_counter() - start) / steps)
    return min(times)


def metric_point(name, size):
    """Seconds of a metric of a model whose decoder costs next to nothing."""
    import numpy as np

    from keras_vae_collapse.metrics import importance_sample, mutual_information

    rng = np.random.default_rng(0)
    count = size if name.startswith("mutual") else 1000
    loc, scale = rng.normal(size=(count, 64)), rng.uniform(0.1, 1.0, size=(count, 64))
    inputs = {"source": np.zeros((count, 1), "int32")}
    start = time.perf_counter()
    if name.startswith("mutual"):
        mutual_information(loc, scale)
    else:
        importance_sample(lambda z, _: z.sum(axis=-1), loc, scale, inputs, num_samples=size)
    return time.perf_counter() - start


def point(name, size, steps):
    """Seconds and peak memory of one point, measured in this process."""
    if name in MIDDLE:
        seconds = training_point({**MIDDLE, name: size}, steps)
    else:
        seconds = metric_point(name, size)
    return {
        "size": size,
        "seconds": seconds,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def measure(steps):
    """All points, each in a process of its own."""
    found = {}
    for name, sizes in SIZES.items():
        found[name] = []
        for size in sizes:
            command = [sys.executable, __file__, "--point", name, str(size), f"--steps={steps}"]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            found[name].append(json.loads(done.stdout.splitlines()[-1]))
            last = found[name][-1]
            print(
                f"{name:34s}{size:9d}{1e3 * last['seconds']:10.2f} ms{last['peak_mib']:8.0f} MiB",
                flush=True,
            )
    return found


def slope(points, figure):
    """How a figure grows over the last step of the size: 0 not at all, 1 linearly."""
    before, last = points[-2:]
    return math.log(last[figure] / before[figure]) / math.log(last["size"] / before["size"])


def draw(found, path):
    """Time and memory against each size."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot, ticker

    figure, axes = pyplot.subplots(3, len(found) // 3, figsize=(12, 10), layout="constrained")
    for axis, (name, points) in zip(axes.flat, found.items(), strict=True):
        sizes = [p["size"] for p in points]
        milliseconds = [1e3 * p["seconds"] for p in points]
        label = f"time, slope {slope(points, 'seconds'):.2f}"
        (line,) = axis.loglog(sizes, milliseconds, "o-", color="#0072b2", label=label)
        axis.set(xlabel=name, ylabel="ms a step" if name in MIDDLE else "ms")
        other = axis.twinx()
        label = f"memory, slope {slope(points, 'peak_mib'):.2f}"
        (dashed,) = other.semilogx(
            sizes, [p["peak_mib"] for p in points], "s--", color="#d55e00", label=label
        )
        for both in (axis, other):  # `semilogx` has set those of both
            both.set_xticks(sizes, [f"{size:,}" for size in sizes], rotation=30, fontsize="small")
            both.xaxis.set_minor_locator(ticker.NullLocator())
        other.set_ylim(0, 1.5 * max(p["peak_mib"] for p in points))
        other.set_ylabel("peak MiB")
        axis.legend(handles=[line, dashed], loc="upper left", fontsize="small")
    figure.savefig(path, dpi=90)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output_dir", default="benchmarks", help="for growth.json and growth.png")
    parser.add_argument("--steps", type=int, default=20, help="steps a measurement")
    parser.add_argument("--redraw", action="store_true", help="draw growth.json again")
    parser.add_argument("--point", nargs=2, metavar=("NAME", "SIZE"), help="measure one point")
    options = parser.parse_args()
    if options.point:
        name, size = options.point
        print(json.dumps(point(name, int(size), options.steps)))
        return
    folder = pathlib.Path(options.output_dir)
    path = folder / "growth.json"
    if not options.redraw:
        path.write_text(json.dumps(measure(options.steps), indent=1) + "\n")
    draw(json.loads(path.read_text()), folder / "growth.png")
    print(f"written: {path}, {folder / 'growth.png'}")


if __name__ == "__main__":
    main()
