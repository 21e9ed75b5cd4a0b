"""Folders of files named as those of the shared tasks: `turkish-task3-train`, `deu.trn`."""

import pathlib
import re
import typing

from keras_vae_collapse.core.checks import check_choice
from keras_vae_collapse.core.errors import did_you_mean
from keras_vae_collapse.tasks.data_errors import DataError, shown_path
from keras_vae_collapse.tasks.reinflection.sigmorphon import TASKS

SPLITS = ("train", "dev", "test", "test-covered")
_SPLITS = {"trn": "train", "valid": "dev", "tst": "test", "gold": "test", "covered": "test-covered"}
_WORDS = (
    r"train|trn|dev|valid|test|tst|gold|covered|uncovered|task[123]|unimorph|low|medium|high|"
    r"small|large|\d+|txt|tsv|gz|xz"
)
_NAME = re.compile(rf"(.*?)((?:[-._](?:{_WORDS}))+)")


class DataFile(typing.NamedTuple):
    """What the name of a file says: `task` is `None` where it says none."""

    path: pathlib.Path
    language: str
    task: int | str | None
    split: str


def data_file(path):
    """The `DataFile` of a path, or `None` where the name has no split.

    `german-train-low` (2017, 2018), `deu.trn` (2020, 2023), `ang_large.train` (2022) and
    `train.tsv` are training files, as is `turkish-task3-train` (2016).
    """
    match = _NAME.fullmatch(f"-{path.name}")
    words = re.split("[-._]", match[2]) if match else []
    splits = [_SPLITS.get(word, word) for word in words]
    split = next((name for name in reversed(SPLITS) if name in splits), None)
    if split is None:
        return None
    task = next((word for word in words if word.startswith(("task", "unimorph"))), None)
    task = int(task[4:]) if task and task != "unimorph" else task
    return DataFile(path, match[1][1:] or "data", task, split)


def data_files(directory):
    """The data files of a folder, in order of their names.

    Raises:
        DataError: there is no such folder, or it cannot be read.
    """
    directory = pathlib.Path(directory)
    if not directory.is_dir():
        raise DataError(f"no such directory: {shown_path(directory)}")
    found = [data_file(path) for path in sorted(directory.iterdir()) if path.is_file()]
    return [file for file in found if file is not None]


def find_file(directory, language, task=None, split="train"):
    """The `DataFile` of a language in a folder.

    A file whose name says the task (by default 3) comes before one whose name says none; of
    several the largest is taken, such as `german-train-high`.

    Raises:
        DataError: there is no such file; the message lists what the folder has.
        ValueError: a bad `language`, `task` or `split`.
    """
    if task is not None:
        check_choice("task", task, TASKS)
    check_choice("split", split, SPLITS)
    if not re.fullmatch(r"\w[\w-]*", str(language)):
        raise ValueError(f"`language` must be a name such as 'turkish'. Received: {language!r}")
    files = data_files(directory)
    fitting = [
        file
        for file in files
        if (file.language, file.split) == (language, split)
        and (task is None or file.task in (task, None))
    ]
    if fitting:
        return max(fitting, key=lambda f: (f.task == (task or 3), f.path.stat().st_size))
    kind = task if task == "unimorph" else f"task{task}"
    name = f"{language}-{kind}-{split}" if task else f"{language}-{split}, {language}.{split}"
    languages = {file.language for file in files}
    raise DataError(
        f"no such file: {shown_path(pathlib.Path(directory) / name)}. {_present(files)}"
        + (did_you_mean(language, languages) if language not in languages else "")
    )


def examples_file(directory, language, task=3, split="train"):
    """The path of a file named as in the shared tasks: `turkish-task3-train`, or `deu.trn`.

    UniMorph files may be called `turkish-unimorph-train`. `split` is `"train"`, `"dev"`,
    `"test"` or `"test-covered"`.

    Raises:
        DataError: there is no such file; the message lists what the folder has.
        ValueError: a bad `language`, `task` or `split`.
    """
    return find_file(directory, language, task, split).path


def the_language(directory):
    """The language of the training files of a folder, if it is one; else turkish, if it is there.

    Raises:
        DataError: there are others only, or none.
    """
    files = data_files(directory)
    languages = sorted({file.language for file in files if file.split == "train"})
    if len(languages) == 1 or "turkish" in languages:
        return "turkish" if "turkish" in languages else languages[0]
    if not languages:
        raise DataError(f"no training file in {shown_path(directory)}. {_present(files)}")
    raise DataError(
        f"which language of {shown_path(directory)}? Give one (--language). {_present(files)}"
    )


def _present(files):
    """What data a folder has, in words."""
    found = {}
    for file in files:
        kind = f"task{file.task}" if isinstance(file.task, int) else file.task
        name = shown_path("-".join(filter(None, (file.language, kind))))
        found.setdefault(name, []).append(file.split)
    if not found:
        return "The directory has no files named like turkish-task3-train, german-dev or deu.trn."
    some = list(found.items())[:20]
    listed = "; ".join(f"{name} ({', '.join(dict.fromkeys(splits))})" for name, splits in some)
    more = f"; and {len(found) - len(some)} more" if len(found) > len(some) else ""
    return f"The directory has: {listed}{more}."
