"""Whatever is typed, the answer is a training or a line that says what is wrong."""

import pytest
from absl import flags
from command_lines import command_lines
from hypothesis import example, given, settings

import zoo
from keras_vae_collapse.commands.train import arguments
from keras_vae_collapse.commands.train_checks import check_flags, chosen_options, chosen_recipe
from keras_vae_collapse.core.errors import RecipeError, RunError
from keras_vae_collapse.tasks.reinflection.recipe_parts import check_parts
from keras_vae_collapse.training.description import check_training

OURS = (ValueError, RecipeError, RunError)


class Task:
    """Stands for the data, which are not what is tested."""

    name, dev_examples = "none", tuple(range(8))

    def with_dev_examples(self, examples):
        return self

    def complete(self, recipe):
        if recipe.augmentation != "auto":
            check_parts(recipe)
        return recipe

    def chosen_monitor(self, name):
        return name

    def description(self):
        return {}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz") / "run"


@given(command_lines())
@example(["--held_out=0.5"])
@example(["--held_out=0.9"])
@settings(max_examples=150, deadline=None)
def test_a_command_line_is_refused_in_our_words_or_can_be_trained(folder, words):
    answer = checked(words, folder)
    assert answer is None or answer.strip()


def checked(words, folder):
    """The error of a command line, `None` if it is right; raises what is none of our errors."""
    values = arguments()
    try:
        values(["kvc-train", *words])
        check_flags(values, folder)
        recipe = chosen_recipe(zoo, values)
        check_training(recipe, Task(), folder, chosen_options(values))
    except (flags.Error, ValueError, OSError, RuntimeError) as error:
        assert isinstance(error, flags.Error) or type(error) in OURS, repr(error)
        return str(error)
    return None
