"""A data set by the name a flag gives it."""

import logging
import os
import typing
import warnings

from keras_vae_collapse.tasks.data_errors import DataError, DataWarning, shown_path
from keras_vae_collapse.tasks.reinflection.download import resolve_data
from keras_vae_collapse.tasks.reinflection.held_out import hold_out
from keras_vae_collapse.tasks.reinflection.language_files import (
    data_file,
    examples_file,
    find_file,
    the_language,
)
from keras_vae_collapse.tasks.reinflection.sigmorphon import read_examples, read_file
from keras_vae_collapse.tasks.reinflection.unicode import warn_mixed_normalization

DEMO = "demo"


class DataSet(typing.NamedTuple):
    """Examples, and which they are."""

    train: list
    dev: list
    language: str
    task: int | str


def load_data(name, language=None, task=None, added_tasks=(), dev=None):
    """The training and development examples of a data set.

    Args:
        name: `"demo"`, the embedded Turkish nouns; a directory of files named as those of
            SIGMORPHON 2016 to 2024; a file; or `"sigmorphon2016"`, which is downloaded once (a
            directory of that name in the working directory comes first, one called `demo` must be
            given as `./demo`).
        language: of the files of a directory; by default the only one, or turkish.
        task: the format, see `read_examples`; by default it is told from the columns.
        added_tasks: other tasks whose training examples are added to those of `task`: of
            lemmas and forms (1), of forms with the features of both (2).
        dev: a file of development examples. Without one it is the file that lies beside the
            training file, or a tenth of the words is held out.

    Returns:
        `(train, dev)`, lists of `Example`.

    Raises:
        DataError: something is missing or bad; the message says what.
        ValueError: `task` is among the added tasks, or one is added twice.
    """
    data = load(name, language, task, added_tasks, dev)
    return data.train, data.dev


def load(name, language=None, task=None, added_tasks=(), dev=None):
    """As `load_data`; returns a `DataSet`."""
    if str(name) == DEMO:
        data = _demo(language, task, added_tasks)
        return data if dev is None else data._replace(dev=read_file(dev, data.task)[0])
    path = resolve_data(name, language or "turkish", task or 3)
    if path.is_dir() and os.path.isfile(path / (language or path.resolve().name)):
        path /= language or path.resolve().name  # UniMorph's folder of a language
    if path.is_dir():
        language = language or the_language(path)
        file = find_file(path, language, task)
        dev = dev or find_file(path, language, task or file.task, "dev").path
    else:
        file = data_file(path)
        language = language or (file.language if file else path.name.partition(".")[0])
        dev = dev or _beside(file)
    train_path, task = (file.path, task or file.task) if file else (path, task)
    train, task = read_file(train_path, task)
    _check_added(task, added_tasks)
    if dev is None:
        train, dev_examples = _held_out(train, train_path)
    else:
        dev_examples, _ = read_file(dev, task)
    for other in added_tasks:
        if not path.is_dir():
            raise DataError(
                f"tasks can be added to those of a directory, not to {shown_path(name)}"
            )
        train += read_examples(examples_file(path, language, other), other)
    together = f"{shown_path(name)}: training and development together"
    warn_mixed_normalization(train + dev_examples, together)
    _warn_known_words(train, dev_examples)
    return DataSet(train, dev_examples, language, task)


def read_language(directory, language, task=3):
    """The training and development examples of a language; see `load_data`."""
    return load_data(directory, language, task)


def _demo(language, task, added_tasks):
    from keras_vae_collapse.tasks.reinflection.turkish_demo.demo import demo_examples

    language, task = language or "turkish", task or 3
    _check_added(task, added_tasks)
    if language != "turkish":
        raise DataError(f"the demo data set is turkish. Received: language={language!r}")
    parts = demo_examples(task=task)
    added = [demo_examples(task=other)["train"] for other in added_tasks]
    return DataSet(sum(added, parts["train"]), parts["dev"], language, task)


def _check_added(task, added_tasks):
    if len({task, *added_tasks}) <= len(added_tasks):
        raise ValueError(
            f"`added_tasks` must be tasks other than {task}, each once. Received: "
            f"added_tasks={list(added_tasks)}"
        )


def _beside(file):
    """The development file beside a training file, if its name says that it is one."""
    try:
        if file and file.split == "train":
            found = find_file(file.path.parent, file.language, file.task, "dev").path
            logging.info("development examples: %s", shown_path(found))
            return found
    except (DataError, ValueError):
        pass
    return None


def _held_out(examples, path):
    try:
        train, dev = hold_out(examples)
    except ValueError as error:
        raise DataError(f"{shown_path(path)}: {error}; give a development file") from None
    whole = {e.source for e in train}.isdisjoint(e.source for e in dev)
    logging.info(
        "%s: without a development file (--dev=FILE) %s of %s rows are held out%s",
        shown_path(path), f"{len(dev):,}", f"{len(examples):,}", ", by words" if whole else "",
    )  # fmt: skip
    return train, dev


def _warn_known_words(train, dev):
    known, given = {word for e in train for word in e.words}, set(train)
    if all(e.source in known for e in dev):
        copies = sum(e in given for e in dev)
        warnings.warn(
            f"all {len(dev):,} development words are in training"
            + (f", {copies:,} with the same features" if copies else "")
            + ": the figures on the development set say little about new words",
            DataWarning,
            stacklevel=4,
        )
