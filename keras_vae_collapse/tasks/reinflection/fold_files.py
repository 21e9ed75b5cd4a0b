"""The folds of a data set as files, each fold a data set of its own."""

import pathlib
import re

from keras_vae_collapse.core.files import write_text
from keras_vae_collapse.tasks.reinflection.folds import word_folds
from keras_vae_collapse.tasks.reinflection.formats import FORMATS
from keras_vae_collapse.tasks.reinflection.load import load

_FIELDS = {"lemma": "source", "form": "target"}  # columns whose name is not that of the field


class FoldData:
    """A data set divided into folds by `word_folds`, as files.

    Of the training examples alone: those of the task and of added tasks together, so that no word
    of a fold stands in the others, of whichever file. What is held out are rows of the task.

    Args:
        data, language, task, added_tasks: as for `load_data`.
        folds, seed: as for `word_folds`.

    Raises:
        DataError: the data cannot be read.
        ValueError: `folds` or `seed` is out of range.

    Attributes:
        language, task, added_tasks: which the files are of.
        folds: how many.
        rows: how many rows of the task each fold holds out.
        dropped: how many rows stand in no fold, since they join words of two.
    """

    def __init__(self, data, language=None, task=None, added_tasks=(), folds=5, seed=0):
        whole = load(data, language, task)
        self.task, self.added_tasks, self.folds = whole.task, tuple(added_tasks), folds
        self.language = whole.language if re.fullmatch(r"\w[\w-]*", whole.language) else "data"
        self._parts = {self.task: whole.train}
        for other in self.added_tasks:
            more = load(data, language, task, [other]).train
            self._parts[other] = more[len(whole.train) :]
        together = [e for part in self._parts.values() for e in part]
        found = word_folds(together, folds, seed)
        fold_of = {row: number for number, rows in enumerate(found.rows) for row in rows}
        self._fold_of, self.dropped = fold_of, len(found.dropped)
        own = range(len(whole.train))
        self.rows = [sum(fold_of.get(row) == number for row in own) for number in range(folds)]

    def write(self, number, directory):
        """Writes the files of one fold, named as those of the shared tasks; returns their folder.

        Args:
            number: of the fold, counted from 0.
            directory: the folder, made if missing. Equal files that are there stay.
        """
        directory, start = pathlib.Path(directory), 0
        for task, examples in self._parts.items():
            folds = [self._fold_of.get(start + i) for i in range(len(examples))]
            start += len(examples)
            parts = {"train": [], "dev": []}
            for example, fold in zip(examples, folds, strict=True):
                if fold is not None:
                    parts["dev" if fold == number else "train"].append(example)
            if task != self.task:
                del parts["dev"]
            for split, chosen in parts.items():
                _write(directory / f"{self.language}-{_kind(task)}{split}", chosen, task)
        return directory


def _kind(task):
    if task == "sigmorphon2023":
        return ""  # no name says so
    return f"task{task}-" if isinstance(task, int) else f"{task}-"


def _write(path, examples, task):
    names = [_FIELDS.get(name, name) for name in FORMATS[task].columns]
    text = "".join("\t".join(getattr(e, n) for n in names) + "\n" for e in examples)
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        write_text(path, text)
