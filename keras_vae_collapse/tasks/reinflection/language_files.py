"""Folders of files named as in the SIGMORPHON 2016 shared task: `turkish-task3-train`."""

import pathlib
import re

from keras_vae_collapse.core.checks import check_choice
from keras_vae_collapse.tasks.reinflection.example import DataError, shown_path
from keras_vae_collapse.tasks.reinflection.sigmorphon import TASKS, read_examples
from keras_vae_collapse.tasks.reinflection.unicode import warn_mixed_normalization

SPLITS = ("train", "dev", "test", "test-covered")


def read_language(directory, language, task=3):
    """Reads the training and development examples of a language.

    Args:
        directory: a folder with files named as by `examples_file`.
        language: such as `"turkish"`.
        task: 1, 2, 3 or `"unimorph"`.

    Returns:
        Two lists of `Example`: training, development.

    Raises:
        DataError: a file is missing (the message lists what is there) or malformed.
    """
    train = read_examples(examples_file(directory, language, task, "train"), task)
    dev = read_examples(examples_file(directory, language, task, "dev"), task)
    name = f"{shown_path(directory)}, {language}, task {task}: training and development together"
    warn_mixed_normalization(train + dev, name)
    return train, dev


def examples_file(directory, language, task=3, split="train"):
    """The path of a file named as in the shared task: `turkish-task3-train`.

    UniMorph files are expected under `turkish-unimorph-train`. `split` is `"train"`, `"dev"`,
    `"test"` or `"test-covered"`.

    Raises:
        DataError: there is no such file; the message lists what the folder has.
        ValueError: a bad `language`, `task` or `split`.
    """
    check_choice("task", task, TASKS)
    check_choice("split", split, SPLITS)
    if not re.fullmatch(r"\w[\w-]*", str(language)):
        raise ValueError(f"`language` must be a name such as 'turkish'. Received: {language!r}")
    directory = pathlib.Path(directory)
    kind = task if task == "unimorph" else f"task{task}"
    path = directory / f"{language}-{kind}-{split}"
    if path.is_file():
        return path
    if not directory.is_dir():
        raise DataError(f"no such directory: {shown_path(directory)}")
    raise DataError(f"no such file: {shown_path(path)}. {_present(directory)}")


def _present(directory):
    """What data a folder has, in words."""
    found = {}
    for path in sorted(directory.iterdir()):
        match = re.fullmatch(rf"(\w[\w-]*-(?:task[123]|unimorph))-({'|'.join(SPLITS)})", path.name)
        if match:
            found.setdefault(match[1], []).append(match[2])
    if not found:
        return "The directory has no files named like turkish-task3-train."
    listed = "; ".join(f"{name} ({', '.join(splits)})" for name, splits in found.items())
    return f"The directory has: {listed}."
