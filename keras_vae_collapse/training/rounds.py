"""Rounds: a training repeated with what the model of the round before, the teacher, has made.

The first round trains the recipe as if it had no rounds, for `teacher_epochs`. Each further round,
a student, goes on from its teacher's weights at `student_learning_rate`, with the examples that
the task makes of the teacher's answers beside the task's own. The student of a student ends as the
mean of its own weights and its teacher's (Wortsman et al. 2022, arXiv:2109.01903). There are
`teachers + 1` rounds; the last one is the run itself. The model that the run leaves is that of
the round which is best on the development set (`training.best_round`), or with `keep="last"`
that of the last one. `members` are run directories of other models that answer with each teacher,
as an ensemble: so one model learns what several know.

A round is an ordinary run in a folder of its own, `round-1`, `round-2`, ... of the run directory,
and what it gives the next is a file in it (`training.teacher`). So whatever was finished is taken
up after a kill.
"""

import dataclasses
import os
import pathlib

from keras_vae_collapse.core.checks import check_choice, check_integer, check_number
from keras_vae_collapse.core.errors import RecipeError, did_you_mean
from keras_vae_collapse.training.recipe import Recipe

_DEFAULTS: dict = {
    "teachers": 1,
    "teacher_epochs": 3,
    "student_learning_rate": 1.5e-3,
    "examples": None,
    "keep": "best",
    "members": [],
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
        check_choice("rounds.keep", options["keep"], ("best", "last"))
        _check_paths("rounds.members", options["members"])
    except ValueError as error:
        raise RecipeError(str(error)) from error
    return options


def check_members(recipe: Recipe) -> None:
    """Makes sure that the models are there that answer with each teacher.

    Raises:
        RecipeError: a folder of `rounds.members` has no model.
    """
    for member in round_options(recipe)["members"]:
        if not (pathlib.Path(member) / "model.keras").is_file():
            raise RecipeError(
                f"`rounds.members` must be run directories with a model.keras. Received: {member!r}"
            )


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


def _check_paths(name, value):
    if not (isinstance(value, (list, tuple)) and all(isinstance(path, str) for path in value)):
        raise ValueError(f"`{name}` must be a list of run directories. Received: {name}={value!r}")
