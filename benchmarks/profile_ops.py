"""Where the time goes: TensorFlow's operations in training and in decoding, by their own time.

    python benchmarks/profile_ops.py [--recipe=mdr] [--data=DIR] [--steps=30]

Prints a table for each of training, greedy decoding and a beam of 8: operation, calls a step (a
step is a batch of training, or 256 words decoded), own time a step, and its share of all
operations' time. Times are sums over threads, under the TensorFlow profiler, which slows small
operations a little.
"""

import argparse
import collections
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))


def own_times(folder):
    """`{operation: (calls, own seconds)}` of a profile."""
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    (path,) = pathlib.Path(folder).rglob("*.xplane.pb")
    space = xplane_pb2.XSpace()
    space.ParseFromString(path.read_bytes())
    found = collections.defaultdict(lambda: [0, 0.0])
    for plane in space.planes:
        if not plane.name.startswith("/host:CPU"):
            continue
        names = {key: value.name for key, value in plane.event_metadata.items()}
        for line in plane.lines:
            events = sorted(line.events, key=lambda e: (e.offset_ps, -e.duration_ps))
            within = []  # those that the next event may lie in: end, operation
            for event in events:
                while within and event.offset_ps >= within[-1][0]:
                    within.pop()
                operation = _operation(names[event.metadata_id])
                seconds = event.duration_ps * 1e-12
                if within and within[-1][1]:
                    found[within[-1][1]][1] -= seconds
                if operation:
                    found[operation][0] += 1
                    found[operation][1] += seconds
                within.append((event.offset_ps + event.duration_ps, operation))
    return found


def _operation(name):
    """`MatMul` of `model/while/body/matmul:MatMul`; nothing for the runtime's own events."""
    _, colon, operation = name.partition(":")
    operation = operation.lstrip("_")  # _MklMatMul
    good = colon and operation.isidentifier() and operation[:1].isupper()
    return operation if good else None


def table(found, steps, rows):
    """The operations with the most time of their own, as lines of Markdown."""
    total = sum(seconds for _, seconds in found.values())
    yield f"| operation | calls a step | own ms a step | share of {1e3 * total / steps:.1f} ms |"
    yield "|---|---|---|---|"
    ordered = sorted(found.items(), key=lambda item: -item[1][1])
    for operation, (calls, seconds) in ordered[:rows]:
        yield (
            f"| {operation} | {calls / steps:.0f} | {1e3 * seconds / steps:.2f} "
            f"| {seconds / total:.1%} |"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipe", default="mdr", help="as for train.py")
    parser.add_argument("--data", default="demo", help="as for train.py")
    parser.add_argument("--language", default="turkish", help="as for train.py")
    parser.add_argument("--steps", type=int, default=30, help="batches of training")
    parser.add_argument("--rows", type=int, default=10, help="operations shown")
    options = parser.parse_args()

    import keras

    import zoo
    from keras_vae_collapse.tasks import ReinflectionTask
    from keras_vae_collapse.training import build
    from keras_vae_collapse.training.batch_plan import BatchPlan
    from keras_vae_collapse.training.optimizer import make_optimizer
    from keras_vae_collapse.training.pipeline import training_dataset
    from keras_vae_collapse.training.process import prepare_process

    prepare_process()
    import tensorflow as tf

    keras.utils.set_random_seed(0)
    task = ReinflectionTask(options.data, options.language)
    recipe = task.complete(zoo.recipe(options.recipe))
    arrays = task.encode(task.train_examples)
    model = build(recipe, task)
    model.compile(make_optimizer(recipe))
    data = training_dataset(arrays, BatchPlan.of(arrays, recipe.batch_size, 0))
    words = [(e.source, e.features) for e in task.dev_examples[:1024]]

    def fit(steps=options.steps):
        model.fit(data, steps_per_epoch=steps, verbose=0)
        return steps

    def inflect(beam_width):
        model.inflect(*map(list, zip(*words, strict=True)), beam_width)
        return len(words) / 256

    fit(300)  # so that words end where they should
    for name, work in (
        ("training", fit),
        ("greedy decoding", lambda: inflect(1)),
        ("beam of 8", lambda: inflect(8)),
    ):
        work()
        with tempfile.TemporaryDirectory() as folder:
            tf.profiler.experimental.start(folder)
            steps = work()
            tf.profiler.experimental.stop()
            found = own_times(folder)
        print(f"\n{options.recipe}, {name}\n", *table(found, steps, options.rows), sep="\n")


if __name__ == "__main__":
    main()
