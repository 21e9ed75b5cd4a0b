"""Rounds: a training repeated with what the model of the round before, the teacher, has made.

The first round trains the recipe as if it had no rounds, for `teacher_epochs`. Each further round,
a student, goes on from its teacher's weights at `student_learning_rate`, with the examples that
the task makes of the teacher's answers beside the task's own. The student of a student ends as the
mean of its own weights and its teacher's (Wortsman et al. 2022, arXiv:2109.01903). There are
`teachers + 1` rounds; the last one is the run itself.

A round is an ordinary run in a folder of its own, `round-1`, `round-2`, ... of the run directory,
and what it gives the next is a file in it. So whatever was finished is taken up after a kill.
"""

import contextlib
import dataclasses
import io
import json
import os
import pathlib
import tempfile

import numpy as np

from keras_vae_collapse.core.checks import check_integer, check_number
from keras_vae_collapse.core.errors import RecipeError, did_you_mean
from keras_vae_collapse.runs.model_archive import load_model
from keras_vae_collapse.training.recipe import Recipe

FURTHER_EXAMPLES = "further-examples.tsv"
_DEFAULTS: dict = {
    "teachers": 1,
    "teacher_epochs": 3,
    "student_learning_rate": 1.5e-3,
    "examples": None,
}


@dataclasses.dataclass(frozen=True)
class Round:
    """One round of a training.

    Attributes:
        number: of the round, from 1.
        of: how many rounds there are.
        recipe: the recipe of this round; `settings` is what its learning depends on.
        directory: its folder.
        epochs: most epochs.
        max_minutes: minutes for all rounds up to this one, `None` for no limit.
    """

    number: int
    of: int
    recipe: Recipe
    directory: pathlib.Path
    epochs: int
    max_minutes: float | None

    @property
    def is_last(self):
        """Whether this round is the run itself."""
        return self.number == self.of

    @property
    def learning_recipe(self):
        """The recipe with the learning rate of this round."""
        if self.number == 1:
            return self.recipe
        rate = round_options(self.recipe)["student_learning_rate"]
        return self.recipe.replace(learning_rate=rate)

    @property
    def averages_with_teacher(self):
        """Whether the model ends as the mean of its weights and its teacher's."""
        return self.number > 2


def round_options(recipe: Recipe) -> dict:
    """The options of a recipe's rounds, defaults filled in.

    Raises:
        RecipeError: an unknown option, or a value out of its range.
    """
    rounds = {} if recipe.rounds is None else recipe.rounds
    if not isinstance(rounds, dict):
        raise RecipeError(
            f"`rounds` must be None or {{option: value}}. Received: rounds={rounds!r}"
        )
    options = {**_DEFAULTS, **rounds}
    for name in options:
        if name not in _DEFAULTS:
            raise RecipeError(
                f"`rounds` has no option {name!r}. Allowed: {', '.join(_DEFAULTS)}."
                + did_you_mean(name, _DEFAULTS)
            )
    try:
        check_integer("rounds.teachers", options["teachers"], low=1)
        check_integer("rounds.teacher_epochs", options["teacher_epochs"], low=1)
        check_number("rounds.student_learning_rate", options["student_learning_rate"], low=0.0)
    except ValueError as error:
        raise RecipeError(str(error)) from error
    return options


def plan_rounds(
    recipe: Recipe,
    directory: str | os.PathLike,
    epochs: int,
    max_minutes: float | None = None,
) -> list[Round]:
    """The rounds of a training, a list of `Round`; a recipe without rounds has one.

    Args:
        recipe: a `Recipe`.
        directory: the run directory.
        epochs: most epochs of every round but the first.
        max_minutes: minutes for all rounds, which share them by their epochs; or `None`.
    """
    directory = pathlib.Path(directory)
    if recipe.rounds is None:
        return [Round(1, 1, recipe, directory, epochs, max_minutes)]
    options = round_options(recipe)
    teachers, first = options["teachers"], min(options["teacher_epochs"], epochs)
    rounds = []
    for number in range(1, teachers + 2):
        last = number == teachers + 1
        own = first if number == 1 else epochs
        share = (first + (number - 1) * epochs) / (first + teachers * epochs)
        before = {**(recipe.rounds or {}), "teachers": number - 1} if number > 1 else None
        rounds.append(
            Round(
                number,
                teachers + 1,
                recipe if last else recipe.replace(rounds=before, epochs=own),
                directory if last else directory / f"round-{number}",
                own,
                None if max_minutes is None else max_minutes * share,
            )
        )
    return rounds


class Teacher:
    """The model of a finished round, and what it gives the next.

    Args:
        round_: the `Round`, finished.
        task: the run's `Task`.
        cluster: the run's `Cluster`: its chief makes the examples, all get them.
    """

    def __init__(self, round_, task, cluster):
        self._round, self._task, self._cluster = round_, task, cluster

    def weights(self):
        """The teacher's weights, a list of arrays, on every worker."""
        stream = io.BytesIO()
        if self._cluster.is_chief:
            np.savez(stream, *load_model(self._round.directory).get_weights())
        data = self._cluster.bytes_from_chief(stream.getvalue())
        with np.load(io.BytesIO(data)) as arrays:
            return [arrays[name] for name in arrays.files]

    def examples(self, recipe, seed, verbose=0):
        """The examples that the task makes of the teacher's answers, made once, then read.

        Args:
            recipe: the student's recipe.
            seed: of what is asked; each teacher is asked for other things, so that its student
                sees others.
            verbose: 1 for a progress bar.
        """
        path = self._round.directory / FURTHER_EXAMPLES

        def make():
            if not path.exists():
                part = round_options(recipe)["examples"]
                model, own_seed = load_model(self._round.directory), seed + self._round.number - 1
                made = self._task.further_examples(part, model, own_seed, verbose)
                self._task.write_examples(path, made)

        self._cluster.from_chief(make)
        data = self._cluster.bytes_from_chief(path.read_bytes() if self._cluster.is_chief else b"")
        with contextlib.ExitStack() as stack:
            if not self._cluster.is_chief:  # no file system need be shared
                folder = stack.enter_context(tempfile.TemporaryDirectory())
                path = pathlib.Path(folder) / FURTHER_EXAMPLES
                path.write_bytes(data)
            return self._task.read_examples(path)

    def record(self, pairs):
        """What the student's `metrics.json` says of its teacher.

        Args:
            pairs: number of examples that the teacher has added.
        """

        def read():
            return json.loads((self._round.directory / "metrics.json").read_text(encoding="utf-8"))

        metrics = self._cluster.from_chief(read)
        own = metrics.get("teacher", {})
        return {
            self._task.monitor: metrics["dev"][self._task.monitor],
            "epochs": metrics["epochs"],
            "training_minutes": metrics["training_minutes"] + own.get("training_minutes", 0.0),
            "pairs": pairs,
            **({"teacher": own} if own else {}),
        }
