"""Small trainings in processes of their own, and what is left of them."""

import json
import os
import pathlib
import random
import subprocess
import sys

import numpy as np

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]
TINY = {
    "hidden_units": 16, "latent_dim": 4, "embedding_dim": 8, "condition_dim": 8,
    "batch_size": 12,
    "learning_rate": 0.001, "learning_rate_decay": "constant",
}  # fmt: skip


def tiny(name, **settings):
    """The recipe of this name in its tiny form: two slots where it has any, and one round."""
    import zoo

    recipe = zoo.recipe(name)
    smaller = {"slots": min(recipe.slots, 2), "rounds": None, "epoch_steps": 0}
    settings = {**TINY, **smaller, **settings}
    return zoo.override(recipe, [f"{key}={value}" for key, value in settings.items()])


_STEMS = ("ev", "el", "göz", "ada", "oda", "kuş", "at", "ip", "iz", "yol", "kol", "dil")
_SUFFIXES = {
    "pos=N,num=SG": "",
    "pos=N,num=PL": "ler",
    "pos=N,case=ABL,num=SG": "den",
    "pos=N,case=LOC,num=SG": "de",
}


def write_data(folder):
    """A data set of 72 training and 16 development examples; returns its folder."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        f"{stem}{source}\t{features}\t{stem}{target}\n"
        for stem in _STEMS
        for source in _SUFFIXES.values()
        for features, target in _SUFFIXES.items()
    ]
    random.Random(0).shuffle(rows)
    for split, part in (("train", rows[:72]), ("dev", rows[72:88])):
        (folder / f"turkish-task3-{split}").write_text("".join(part), encoding="utf-8")
    return folder


def environment(**extra):
    """The environment of a program that imports this checkout and sees no GPU."""
    paths = [str(REPOSITORY), str(REPOSITORY / "tests"), os.environ.get("PYTHONPATH", "")]
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
        "CUDA_VISIBLE_DEVICES": "",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        **extra,
    }


def start(program, *arguments, **extra_environment):
    """Starts a Python program of the checkout; returns the `Popen`."""
    return subprocess.Popen(
        [sys.executable, str(REPOSITORY / program), *map(str, arguments)],
        env=environment(**extra_environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(process, timeout=300):
    """Waits for a program; returns `(exit code, output)`."""
    try:
        output, _ = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        output, _ = process.communicate()
        raise AssertionError(f"still running after {timeout} s:\n{output[-3000:]}") from None
    return process.returncode, output


def train_arguments(data, output_dir, recipe="mdr", **flags):
    """The arguments of `train.py` for a tiny model."""
    settings = {**TINY, **flags.pop("set", {})}
    return [
        f"--recipe={recipe}",
        f"--data={data}",
        f"--output_dir={output_dir}",
        "--verbose=0",
        *(f"--set={name}={value}" for name, value in settings.items()),
        *(f"--{name}" if value is True else f"--{name}={value}" for name, value in flags.items()),
    ]


def train(data, output_dir, **flags):
    """Runs `train.py` to its end; returns `(exit code, output)`."""
    return finish(start("train.py", *train_arguments(data, output_dir, **flags)))


def left_by(output_dir, finished=True):
    """All that a run leaves which must not depend on interruptions, comparable with `==`.

    The newest checkpoint (weights, optimizer, noise, best weights, early stopping, the record
    of every epoch) without its times; of a finished run also the saved model's weights, the
    metrics and the predictions.
    """
    from keras_vae_collapse.runs.checkpoint import load_checkpoint

    output_dir = pathlib.Path(output_dir)
    newest = max((output_dir / "checkpoints").glob("epoch-*.npz"))
    arrays, state = load_checkpoint(newest)
    del state["elapsed_seconds"]
    left = {"checkpoint": newest.name, "state": state}
    for name, group in arrays.items():
        left.update({f"{name} {i}": bits(array) for i, array in enumerate(group)})
    if finished:
        left.update(saved_weights(output_dir / "model.keras"))
        left["metrics"] = json.loads((output_dir / "metrics.json").read_text(encoding="utf-8"))
        left["metrics"].pop("training_minutes", None)
        left["predictions"] = (output_dir / "predictions-dev.tsv").read_text(encoding="utf-8")
    return left


def bits(array):
    """An array as something that is equal only bit for bit."""
    array = np.asarray(array)
    return (array.dtype.name, array.shape, array.tobytes())


def saved_weights(path):
    """The weights in a `.keras` file by their paths, as `bits`."""
    import io
    import zipfile

    import h5py

    found = {}

    def visit(name, item):
        if isinstance(item, h5py.Dataset):
            found[f"model {name}"] = bits(item[()])

    with zipfile.ZipFile(path) as archive:
        with h5py.File(io.BytesIO(archive.read("model.weights.h5")), "r") as file:
            file.visititems(visit)
    return found


def differences(one, two):
    """The names of the entries in which two results of `left_by` differ."""
    return sorted(name for name in one.keys() | two.keys() if one.get(name) != two.get(name))
